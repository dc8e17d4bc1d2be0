"""The commands as a technician types them: what they print, and how they end."""

import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from points import NOW, busy, quiet

from kiosk.cli import main
from kiosk.config import load
from kiosk.core.facts import Proved
from kiosk.core.model import Case
from kiosk.core.session import Session, Step
from kiosk.core.wear import Wear
from kiosk.store import Store
from sync.messages import ItemDropped, ItemLent, ParcelCollected, PointTrouble, Receipt
from sync.seal import Seal
from tests.kiosk.small_files import files_of_at_most


def kiosk(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def point(example: Path) -> Path:
    """A configuration whose store holds five facts, the last a minute ago."""
    config = load(example)
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        step = busy(before, 1, Proved("card", "patron-77"))
        store.commit(before, step, NOW)
        store.commit(step.point, quiet(step.point, 2), NOW + 1)
        store.commit(step.point, Step(step.point, Session(3)).fact(Proved("code", "patron-77")), time.time() - 60)
    return example


def lines(result: Result) -> list[str]:
    return result.output.splitlines()


# ---- as a program of its own ----------------------------------------------------------------------------------------


def program(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kiosk", *words]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_a_wrong_configuration_starts_nothing(example: Path) -> None:
    example.write_text(example.read_text(encoding="utf-8").replace("address = 1 ", "adress = 1 "), encoding="utf-8")
    for command in ("run", "check", "journal"):
        ran = program(command, example)
        wrong = f"kiosk: {example}: board[0].adress: no such setting; did you mean 'address'?\n"
        assert (ran.returncode, ran.stdout, ran.stderr) == (2, "", wrong)
    assert not (example.parent / "store.db").exists()


@pytest.mark.parametrize("content", [b"not a database at all", b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_store_ends_the_run_and_is_left_alone(example: Path, content: bytes) -> None:
    store = example.parent / "store.db"
    store.write_bytes(content)
    ran = program("run", example, "--screen", "json")
    assert (ran.returncode, json.loads(ran.stdout)["reason"]) == (3, "store_trouble")
    assert re.fullmatch(rf"kiosk: {re.escape(str(store))}: .*Nothing in it was changed\..*\n", ran.stderr)
    assert store.read_bytes() == content


def test_a_store_in_use_ends_the_run(example: Path) -> None:
    config = load(example)
    with closing(Store.open(config.store, config.plan())):
        ran = program("run", example, "--screen", "json")
    assert (ran.returncode, ran.stdout) == (3, "")
    assert "in use by another kiosk, process" in ran.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["journal"],
        ["cases"],
        ["doors"],
        ["koc", "out.koc"],
        ["purge", "--yes"],
        ["old-image", "--yes"],
        ["restore", "--yes"],
        ["rotate-key", "receipts", "--yes"],
        ["rotate-key", "hashing", "--yes"],
        ["step-back", "while_the_library_is_away"],
        ["check", "--doors"],
    ],
    ids=" ".join,
)
def test_a_store_that_cannot_be_looked_at_is_one_line(
    example: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """As in a directory that is not to be entered (which root may): whether it is there nobody can know."""
    monkeypatch.chdir(example.parent)
    text = example.read_text(encoding="utf-8").replace('"store.db"', f'"{"x" * 300}"')
    example.write_text(text, encoding="utf-8")
    result = kiosk(words[0], example, *words[1:])
    assert (result.exit_code, len(lines(result)), "File name too long" in result.output) == (3, 1, True)
    assert not Path("out.koc").exists()


# ---- what is typed --------------------------------------------------------------------------------------------------


def test_the_version() -> None:
    assert re.fullmatch(r"kiosk, version \d+\.\d+\.\d+\n", kiosk("--version").output)


@pytest.mark.parametrize("words", [["run"], ["open", "kiosk.toml"], ["check", "--quickly"], ["check"]])
def test_what_is_no_command_ends_with_two(words: list[str]) -> None:
    assert kiosk(*words).exit_code == 2


def test_a_front_end_that_is_not_there(example: Path) -> None:
    result = kiosk("run", example, "--screen", "jsn")
    assert (result.exit_code, result.output) == (2, "kiosk: no driver 'jsn' in kiosk.screen; did you mean 'json'?\n")


def test_help_names_the_commands() -> None:
    said = kiosk("--help").output
    assert all(command in said for command in ("run", "check", "journal"))
    assert "--screen" in kiosk("run", "--help").output


# ---- check ----------------------------------------------------------------------------------------------------------


def test_an_unfit_point_is_a_table_and_one(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example's devices are not here."""
    monkeypatch.setattr("kiosk.check.SOURCE_WAIT_S", 0.01)
    result = kiosk("check", example)
    assert result.exit_code == 1
    assert re.search(r"^ok     store  ", result.output, re.MULTILINE)
    assert "store.db: will be made at the first start" in " ".join(result.output.split())
    assert re.search(r"^UNFIT  board main +/dev/serial/by-id/", result.output, re.MULTILINE)
    assert re.fullmatch(r"This point is not fit: \d of 12 need attention\.", lines(result)[-1])
    report = json.loads(kiosk("check", example, "--json").output)
    assert report["fit"] is False
    assert [one["name"] for one in report["checks"] if one["ok"]][:3] == ["configuration", "clock", "store"]


# ---- journal --------------------------------------------------------------------------------------------------------


def test_the_journal_in_plain_words(point: Path) -> None:
    result = kiosk("journal", point)
    assert result.exit_code == 0
    one, other = mark(lines(result)[0]), mark(lines(result)[2])
    assert [line.split("  ")[-1].strip() for line in lines(result)[:4]] == [
        f"door 1: unlock ordered for pickup by {one} par-1 (order 1.1)",
        f"parcel par-1 is not behind its door, says {one}",
        f"{other}: proved by card",
        "door 1: seen open (order 2)",
    ]
    assert one != other
    assert lines(result)[-1].endswith("store.db: the chain of 5 facts is unbroken")
    assert "patron-77" not in result.output


def mark(line: str) -> str:
    found = re.search(r"person-[0-9a-f]{6}", line)
    assert found
    return found[0]


def test_the_journal_chosen(point: Path) -> None:
    newest = kiosk("journal", point, "--limit", "2")
    assert len(lines(newest)) == 4
    assert "these are the newest 2; there are older ones" in newest.stderr
    assert len(lines(kiosk("journal", point, "--limit", "5"))) == 6  # all there are
    recent = kiosk("journal", point, "--since", "-1h")
    assert [line.split()[0] for line in lines(recent)[:-1]] == ["5"]
    since = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(NOW + 1))
    assert [line.split()[0] for line in lines(kiosk("journal", point, "--since", since))[:-1]] == ["4", "5"]
    both = kiosk("journal", point, "--kind", "proved", "--kind", "door_opened")
    assert [line.split()[0] for line in lines(both)[:-1]] == ["3", "4", "5"]
    assert len(lines(kiosk("journal", point, "--verify"))) == 1
    wrong = kiosk("journal", point, "--since", "yesterday")
    assert (wrong.exit_code, "is neither like -1d" in wrong.output) == (2, True)


def test_the_journal_as_json(point: Path) -> None:
    result = CliRunner().invoke(main, ["journal", str(point), "--json"])
    entries = [json.loads(line) for line in result.stdout.splitlines()]
    assert [entry["n"] for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[1]["kind"] == "parcel_missing"
    assert entries[2]["facts"]["person"] == entries[4]["facts"]["person"] == mark(str(entries[4]))
    assert "the chain of 5 facts is unbroken" in result.stderr
    assert "patron-77" not in result.output


def test_a_broken_chain_is_said_and_one(point: Path) -> None:
    with closing(sqlite3.connect(load(point).store)) as conn, conn:
        conn.execute("UPDATE journal SET body = replace(body, 'patron-77', 'patron-78') WHERE n = 3")
    for words in ([], ["--limit", "1"], ["--verify"], ["--json"]):
        result = kiosk("journal", point, *words)
        assert result.exit_code == 1
        assert "THE CHAIN IS BROKEN at row 3: it, or the one before, was changed" in result.output


def test_the_journal_of_a_point_that_never_ran(example: Path) -> None:
    result = kiosk("journal", example)
    assert (result.exit_code, result.output) == (
        3,
        f"kiosk: {example.parent / 'store.db'}: not there; the kiosk has not run here yet\n",
    )
    assert not (example.parent / "store.db").exists()


def test_the_journal_of_a_running_kiosk(point: Path) -> None:
    config = load(point)
    with closing(Store.open(config.store, config.plan())):
        assert kiosk("journal", point).exit_code == 0


# ---- cases ----------------------------------------------------------------------------------------------------------


def test_cases_are_listed_with_both_sides_words(point: Path) -> None:
    config = load(point)
    assert "agree" in kiosk("cases", point).output
    case = Case("p1-7-1", "conflict", "item_dropped", "on loan to another", NOW, ("SIP0000001", "A3"))
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        store.commit(before, Step(before.put(case), Session(4)), NOW)
        said = kiosk("cases", point).output  # also while the kiosk runs
    for words in ("p1-7-1", "a book was returned (SIP0000001, A3)", "conflict: on loan to another", "end the loan"):
        assert words in said
    (row,) = map(json.loads, kiosk("cases", point, "--json").output.splitlines())
    assert (row["told"], row["things"], row["library"]) == ("item_dropped", ["SIP0000001", "A3"], "on loan to another")


def test_cases_of_a_point_that_never_ran(example: Path) -> None:
    assert kiosk("cases", example).exit_code == 3


# ---- doors ----------------------------------------------------------------------------------------------------------


def test_the_age_of_doors_is_told_with_what_to_do(point: Path) -> None:
    config = load(point)
    name = config.compartments[0].name
    slow = Wear(name, 40, 0.4, (1.3,) * 10, (1,) * 10, (6.0, 12.0), wearing=True)
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        store.commit(before, Step(before.put(slow), Session(4)), NOW)
    said = kiosk("doors", point)
    assert said.exit_code == 1
    for words in ("opens after 1300 ms", "usually 400 ms", "12 s", "grease the latch", "not opened yet"):
        assert words in " ".join(said.output.split())
    row = json.loads(kiosk("doors", point, "--json").output.splitlines()[0])
    assert (row["ms_now"], row["ms_usual"], row["wearing"]) == (1300, 400, True)


# ---- koc ------------------------------------------------------------------------------------------------------------


def test_a_machine_that_was_put_back_is_said_to_be_so_once_it_is_stopped(point: Path) -> None:
    config = load(point)
    with closing(Store.open(config.store, config.plan())) as store:
        waiting, image = store.waiting_count(), store.next_seq()
        assert kiosk("old-image", point, "--yes").exit_code == 3  # it runs
    assert CliRunner().invoke(main, ["old-image", str(point)], input="n\n").exit_code == 1
    said = kiosk("old-image", point, "--yes")
    assert said.exit_code == 0
    assert f"{waiting} tellings will be asked about" in said.output
    with closing(Store.open(config.store, config.plan())) as store:
        now = store.load()
        assert (now.counters.epoch, now.counters.cursor) == (image, "")
        assert {row.out for row in now.compartments.values()} == {"check"}


def test_what_waits_is_written_for_koha(point: Path, tmp_path: Path) -> None:
    config = load(point)
    sealed = Seal(config.keyring.hashing, config.keyring.card).hide("23529000035676")
    told = (
        ParcelCollected("h1", sealed, ("SIP0000001", "SIP0000002"), "card", NOW),
        ItemDropped("SIP0000003", "A1", True),
        ItemLent("SIP0000005", sealed, NOW),
        ParcelCollected("h2", "R1001", ("SIP0000004",), "card", NOW),
        PointTrouble("door_stuck", "A1"),
    )
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        store.commit(before, Step(before, Session(4)).fact(*told), NOW)
    file = tmp_path / "out.koc"
    said = kiosk("koc", point, file)
    assert said.exit_code == 1
    assert "3 loans, 1 returns" in said.output
    assert file.stat().st_mode & 0o777 == 0o600
    head, *rows = file.read_bytes().decode().split("\r\n")
    assert head.startswith("Version=1.0\tGenerator=shuxiang-kiosk\t")
    assert [row.split("\t")[1:] for row in rows] == [
        ["issue", "23529000035676", "SIP0000001"],
        ["issue", "23529000035676", "SIP0000002"],
        ["return", "SIP0000003"],
        ["issue", "23529000035676", "SIP0000005"],
        [],
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d-\d\d-\d\d \d{3}", rows[0].split("\t")[0])
    again = kiosk("koc", point, file)  # nothing is overwritten
    assert (again.exit_code, again.output) == (2, f"kiosk: {file}: is there already: name a new file\n")
    with closing(Store.open(config.store, config.plan())) as store:  # what the library has answered is not carried over
        loan = next(one for one in store.waiting(9) if isinstance(one.told, ParcelCollected))
        store.commit(store.load(), Step(store.load(), Session(4)), NOW, (Receipt(loan.key, "applied"),))
    assert "1 loans, 1 returns" in kiosk("koc", point, tmp_path / "rest.koc").output


def test_a_stick_that_is_full_gets_no_half_of_a_file(point: Path, tmp_path: Path) -> None:
    """Else it would end amid a barcode, and the second try would only say that there is a file."""
    config = load(point)
    with closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        back = (ItemDropped(f"SIP{n:07}", "A1", True) for n in range(1500))
        store.commit(before, Step(before, Session(4)).fact(*back), NOW)
    with files_of_at_most(40_000):  # what SQLite lays beside the store has 32768 bytes
        said = kiosk("koc", point, tmp_path / "out.koc")
    assert (said.exit_code, said.output) == (2, f"kiosk: {tmp_path / 'out.koc'}: File too large\n")
    assert kiosk("koc", point, tmp_path / "out.koc").exit_code == 0
    assert (tmp_path / "out.koc").stat().st_size > 40_000


def test_the_verifier_of_a_card_is_the_one_its_tap_gives(point: Path) -> None:
    said = CliRunner().invoke(main, ["verifier", str(point)], input="04a1b2c3\n")
    assert said.output.splitlines()[-1] == load(point).keyring.card("04A1B2C3")
    assert "04a1" not in said.output


@pytest.mark.parametrize(("patron", "item"), [("a|b", "x"), ("", "x"), ("1", "a\r09"), ("1" * 300, "x")])
def test_a_probe_takes_a_number_and_barcodes_and_nothing_else(point: Path, patron: str, item: str) -> None:
    said = kiosk("probe", point, "--patron", patron, "--item", item)
    assert said.exit_code == 2
    assert "without a bar" in said.output + said.stderr


def test_a_pin_file_that_is_none_is_named(point: Path, tmp_path: Path) -> None:
    odd = tmp_path / "pin"
    odd.write_bytes(b"\x81\xff")
    said = kiosk("probe", point, "--patron", "1", "--item", "a", "--pin-file", odd)
    assert said.exit_code == 2
    assert "cannot be read as a PIN" in said.output + said.stderr


def test_a_probe_is_for_sip2_only(point: Path) -> None:
    said = kiosk("probe", point, "--patron", "1", "--item", "a")
    assert said.exit_code == 2
    assert "for sip2 only" in said.output + said.stderr


def over_sip2(example: Path, port: int) -> None:
    text = (Path(__file__).parents[2] / "examples" / "sip2.toml").read_text(encoding="utf-8")
    text = text.replace("/var/lib/shuxiang-kiosk/store.db", "store.db")
    there = f'host = "127.0.0.1"\nport = {port}\ntls = false'
    example.write_text(re.sub(r"(?m)^host = .*\nport = .*$", there, text), encoding="utf-8")
    example.with_name("service.token").rename(example.with_name("sip2.password"))


def test_a_library_over_sip2_is_looked_for_by_its_own_keys(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.check.SOURCE_WAIT_S", 0.01)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        over_sip2(example, nobody.getsockname()[1])
        said = " ".join(kiosk("check", example).output.split())
    assert "Are host, port, user, credential and location as the library says?" in said


def test_a_dialect_that_cannot_be_written_is_shown(example: Path, tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and hears nothing: little is found out
        over_sip2(example, nobody.getsockname()[1])
        out = tmp_path / "found.toml"
        words = ("probe", example, "--patron", "1", "--item", "a", "--out", out)
        with files_of_at_most(10):
            full = kiosk(*words)
        assert (full.exit_code, out.exists()) == (2, False)
        assert f"kiosk: {out}: File too large" in full.stderr
        written = kiosk(*words)
    assert (written.exit_code, written.stdout) == (1, f"{out}: written\n")
    assert out.read_text(encoding="utf-8") in full.stdout


def test_a_slip_on_one_long_line_is_no_file_name(point: Path) -> None:
    said = kiosk("verify", point, "东门图书馆自助书亭 归还 三体：黑暗森林 " * 8)
    assert (said.exit_code, "no such file, and no receipt" in said.output) == (2, True)
    for said in (
        kiosk("verify", point, "R1;" + "东门图书馆自助书亭 归还 三体：黑暗森林 " * 8),
        kiosk("verify", point, "R 1;\nx"),
    ):
        assert (said.exit_code, said.output.startswith("unknown")) == (1, True)


def test_a_slip_s_file_mistyped_is_no_verdict(point: Path, tmp_path: Path) -> None:
    (tmp_path / "slip.txt").write_text("no receipt")
    assert kiosk("verify", point, tmp_path / "slip.txt").exit_code == 1
    mistyped = kiosk("verify", point, "silp.txt")
    assert (mistyped.exit_code, mistyped.output) == (2, "kiosk: 'silp.txt': no such file, and no receipt (R1;...)\n")
