"""Probing the reference library as each system: what is found is what was set, and nothing else is touched."""

import time
import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from raw_library import WHEN, Answer, Library, library

from simulators.library.ledger import Ledger
from simulators.library.packing import place_hold
from simulators.library.seed import card_number, seed, signing_key
from simulators.library.sip2.quirks import PROFILES, Quirks
from simulators.library.sip2.server import Sip2Server
from sync.sip2.dialect import load
from sync.sip2.message import Message
from sync.sip2.probe import Probe
from sync.sip2.probe_file import dialect_file
from sync.sip2.probe_line import Forbidden, Fruitless, Guard
from sync.sip2.settings import Settings
from tests.side_by_side import side_by_side
from tests.simulators.test_sip2_server import spare

PATRON = card_number("R1016")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return books(tmp_path / "library.sqlite")


def books(path: Path) -> Ledger:
    made = Ledger(path, signing_key())
    seed(made)
    return made


def probed(ledger: Ledger, quirks: Quirks, may_lend: bool = True, password: str = "kiosk") -> tuple[Probe, Sip2Server]:
    with Sip2Server(ledger, quirks) as server:
        about = {"host": "127.0.0.1", "port": server.port, "tls": False, "user": "kiosk", "location": "dongmen"}
        probe = Probe(Settings.model_validate(about), password, Guard(PATRON, (spare(ledger),)), lambda _: None, 1.0)
        probe.run("1016", may_lend=may_lend, may_hold=may_lend)
        return probe, server


def test_what_is_found_is_what_was_set(tmp_path: Path) -> None:
    side_by_side({name: partial(is_found, name, tmp_path) for name in PROFILES})


def is_found(name: str, folder: Path) -> None:
    quirks = PROFILES[name]
    probe, _ = probed(books(folder / f"{name}.sqlite"), quirks)
    found = {name: one.value for name, one in probe.found.items()}
    assert found["checked"] is True
    assert found["trusted"] is (name != "dp2")
    assert found["dates"] == [quirks.due]
    assert found["loans"] == quirks.lists
    assert found["no_block"] is quirks.no_block
    if "15" not in quirks.without:
        assert found["captures"] is quirks.captures
        assert found.get("held_here") == (["01"] if quirks.captures else None)
        assert found.get("shows_holds") is (True if quirks.captures else None)
    notes = "\n".join(probe.notes)
    assert ("is answered from memory" if quirks.resends else "is done again") in notes
    assert "requests may end with CR, LF, CRLF" in notes
    assert "fields of 255 characters and messages of 2 kB are understood" in notes
    assert "connections at once: 4 or more" in notes
    assert found.get("charset", "utf-8") == ("utf-8" if quirks.charset == "utf-8" else found.get("charset", "utf-8"))
    file = folder / f"{name}.toml"
    file.write_text(dialect_file(probe.found, probe.notes), encoding="utf-8")
    tomllib.loads(file.read_text(encoding="utf-8"))
    assert (load(file).loans, load(file).no_block) == (quirks.lists, quirks.no_block)
    lines = file.read_text(encoding="utf-8").splitlines()
    for n, line in enumerate(lines):
        if not line.startswith(("#", "base")) and line:
            assert lines[n - 2].startswith(f"# {line.partition(' = ')[0]}: ")
            assert len(lines[n - 2].partition(": ")[2]) > 10, lines[n - 2]
            assert lines[n - 1].startswith("# seen: ")


def test_gbk_crlf_and_titles_are_found(ledger: Ledger) -> None:
    ours = replace(PROFILES["plain"], charset="gb18030", end=b"\r\n", lists="title", without=("17",))
    probe, _ = probed(ledger, ours)
    found = {name: one.value for name, one in probe.found.items()}
    assert (found["charset"], found["end"], found["loans"], found["without"]) == ("gb18030", "CRLF", "title", ["17"])


def test_what_stands_in_the_list_of_waiting_holds_is_found_where_one_waits(tmp_path: Path) -> None:
    kept = {waits: books(tmp_path / f"{waits}.sqlite") for waits in (True, False)}
    side_by_side({f"waits: {waits}": partial(waiting_is_found, waits, ledger) for waits, ledger in kept.items()})


def waiting_is_found(waits: bool, ledger: Ledger) -> None:
    item, before = spare(ledger), ledger.rows("select * from holds")
    if waits:
        row = ledger.row("select isbn from items where barcode = ?", item)
        assert row
        place_hold(ledger, "R1016", row["isbn"], "lujia")
        before = ledger.rows("select * from holds")
    with Sip2Server(ledger, PROFILES["plain"]) as server:
        about = {"host": "127.0.0.1", "port": server.port, "tls": False, "user": "kiosk", "location": "main"}
        probe = Probe(Settings.model_validate(about), "kiosk", Guard(PATRON, (item,)), lambda _: None, 1.0)
        probe.run()
        assert "15" not in server.heard
    assert ("waiting" in probe.found) is waits
    assert any(note.startswith("waiting: not found out, CD is empty") for note in probe.notes) is not waits
    if waits:
        assert probe.found["waiting"].value == "title"
    assert ledger.rows("select * from holds") == before


def test_how_the_end_of_a_session_is_answered_is_noted_and_what_is_not_probed_is_written() -> None:
    side_by_side({f"answered: {answered}": partial(end_is_noted, answered) for answered in (True, False)})


def end_is_noted(answered: bool) -> None:
    said = {"on_35": lambda _: f"36Y{WHEN}AOmain|AA{PATRON}|"} if answered else {"on_35": lambda _: None}
    with library(stranger(**said)) as lib:  # type: ignore[arg-type]
        probe = probe_of(lib)
    assert any("NOT answered" in note for note in probe.notes if note.startswith("ends_sessions")) is not answered
    text = dialect_file(probe.found, probe.notes)
    assert {"more_time", "ends_sessions"}.isdisjoint(tomllib.loads(text))
    for name in ("more_time", "ends_sessions"):
        explained, why = text.rpartition(f"# {name}: ")[2].splitlines()[:2]
        assert len(explained) > 10
        assert why.startswith("# not probed: ")


def test_all_is_as_it_was_and_without_leave_nothing_is_lent(tmp_path: Path) -> None:
    def with_leave() -> None:
        ledger = books(tmp_path / "with.sqlite")
        item, open_holds = spare(ledger), "select * from holds where status in ('waiting', 'packed', 'ready')"
        holds = ledger.rows(open_holds)
        probe, _ = probed(ledger, PROFILES["koha"])
        assert ledger.loan(item) is None
        assert ledger.rows(open_holds) == holds
        assert not any("NOT cancelled" in note for note in probe.notes)

    def without() -> None:
        ledger = books(tmp_path / "without.sqlite")
        before = ledger.rows("select count(*) as n from loans")
        _, server = probed(ledger, PROFILES["koha"], may_lend=False)
        assert ledger.rows("select count(*) as n from loans") == before
        assert {"09", "11", "15"}.isdisjoint(server.heard)

    side_by_side({"with leave": with_leave, "without": without})


def test_nobody_and_nothing_else_is_ever_named() -> None:
    guard = Guard("1", ("a", "b"))
    guard.pass_on(Message("17", {}, (("AB", "b"),)))
    for field in (("AA", "2"), ("AB", "c"), ("AA", ""), ("AJ", "a")):
        with pytest.raises(Forbidden):
            guard.pass_on(Message("63", {}, (field,)))
    assert "1" not in repr(Guard("12345", ()))


def test_a_refused_login_says_what_to_look_at(ledger: Ledger) -> None:
    with pytest.raises(Fruitless, match="user, credential, location"):
        probed(ledger, PROFILES["plain"], password="wrong")


def test_too_few_connections_are_found(ledger: Ledger) -> None:
    probe, _ = probed(ledger, replace(PROFILES["plain"], connections_max=2), may_lend=False)
    assert any(note.startswith("connections at once: 2 ") for note in probe.notes)


# ---- a library that is not ours -----------------------------------------------------------------------------------


STATUS = f"98YYYYYN100003{WHEN}2.00AOmain|BXYYYYYYYYYYYYYYYY|"
PERSON = f"64              019{WHEN}000000000000000000000000AOmain|AA{PATRON}|AE三毛|BLY|CQY|"


def stranger(**answers: Answer) -> dict[str, Answer]:
    """A library written by hand: every answer carries the time of day, so that one said from memory shows."""
    by_code: dict[str, Answer] = {
        "63": lambda _: PERSON,
        "17": lambda _: f"18030201{time.strftime('%Y%m%d    %H%M%S')}AB660|AJ骆驼祥子|",
        "11": lambda _: f"121NUY{WHEN}AOmain|AA{PATRON}|AB660|AJx|AH2027-01-02|",
        "09": lambda _: f"101YNN{WHEN}AOmain|AB660|AQ|",
    }
    return by_code | {code.removeprefix("on_"): answer for code, answer in answers.items()}


def probe_of(lib: Library, may_lend: bool = False, may_hold: bool = False) -> Probe:
    about = {"host": "127.0.0.1", "port": lib.port, "tls": False, "user": "kiosk", "location": "main"}
    probe = Probe(Settings.model_validate(about), "kiosk", Guard(PATRON, ("660",)), lambda _: None, 0.5)
    probe.run(may_lend=may_lend, may_hold=may_hold)
    return probe


def test_a_stranger_that_does_everything_again_and_keeps_no_due_date() -> None:
    with library(stranger()) as lib:
        probe = probe_of(lib, may_lend=True)
        assert probe.found["no_block"].value is False
        assert "is done again" in "\n".join(probe.notes)
        assert probe.found["dates"].value == ["%Y-%m-%d"]
        said = [line for line in lib.said if line[:2] in ("63", "23", "17", "11", "09", "15", "29", "37", "01", "65")]
        assert all(PATRON in line for line in said if "AA" in line.split("|")[0] + line)
        assert {line.split("|AB")[1].split("|")[0] for line in said if "|AB" in line} == {"660"}
        assert sum(line.startswith("11") for line in said) == sum(line.startswith("09") for line in said) == 2


def test_a_stranger_whose_dates_are_in_utc_needs_no_pattern() -> None:
    with library(stranger(on_17=lambda _: f"18030201{WHEN}AB660|AJx|AH20270102   Z155959|")) as lib:
        probe = probe_of(lib)
        assert "dates" not in probe.found
        [note] = [note for note in probe.notes if "due date" in note]
        assert "in UTC, which is understood" in note


def test_a_stranger_that_remembers_and_keeps_the_promised_day() -> None:
    last: dict[str, str] = {}

    def item(line: str) -> str:
        if last.get("asked") != line:
            last.update(asked=line, said=stranger()["17"](line))  # type: ignore[arg-type]
        return last["said"]

    def lend(line: str) -> str:
        kept = line[22:30] if line[3] == "Y" else "20270102"
        return f"121NUY{WHEN}AOmain|AA{PATRON}|AB660|AJx|AH{kept[:4]}-{kept[4:6]}-{kept[6:]}|"

    with library(stranger(on_17=item, on_11=lend)) as lib:
        probe = probe_of(lib, may_lend=True)
    assert probe.found["no_block"].value is True
    assert "is answered from memory" in "\n".join(probe.notes)
    assert "requests may end with CR" in probe.notes  # what is left of a CRLF spoils the next


def test_a_stranger_without_logins() -> None:
    side_by_side({f"checked: {checked}": partial(without_logins, checked) for checked in (True, False)})


def without_logins(checked: bool) -> None:
    def status(line: str) -> str | bytes | None:
        return STATUS if checked else None if "AY" in line else f"{STATUS}\r".encode()

    with library(stranger(on_93=lambda _: None, on_99=status)) as lib:
        probe = probe_of(lib)
    assert probe.found["login"].value is False
    assert probe.found["checked"].value is checked
    assert "charset" in probe.found  # and so it went on


def test_a_stranger_that_takes_no_long_field() -> None:
    with library(stranger(on_17=lambda line: None if "x" * 255 in line else stranger()["17"](line))) as lib:  # type: ignore[arg-type]
        probe = probe_of(lib)
    assert any("a field of 255 characters in a request: no right answer" in note for note in probe.notes)


def test_a_stranger_that_catches_holds_otherwise() -> None:
    cases = [
        (None, "", "a hold of the test patron is refused"),
        ("161N", "CV02|CTNORTH|", "it is sent to 'NORTH'"),
        ("161N", "CV01|", "NOT said, so nobody gets it"),
    ]
    side_by_side({case[-1]: partial(catches_otherwise, *case) for case in cases})


def catches_otherwise(on_15: str | None, on_09: str, words: str) -> None:
    said = {
        "on_15": lambda _: f"{on_15}{WHEN}AOmain|AA{PATRON}|" if on_15 else None,
        "on_09": lambda _: f"101YNN{WHEN}AOmain|AB660|AQ|{on_09}",
    }
    with library(stranger(**said)) as lib:  # type: ignore[arg-type]
        probe = probe_of(lib, may_hold=True)
        assert [line[2] for line in lib.said if line.startswith("15")] == (["+", "-"] if on_15 else ["+"])
    assert any(words in note for note in probe.notes)


def test_what_a_stranger_says_stays_one_line_of_a_comment() -> None:
    text = dialect_file({}, ["the checkout is refused: no\nbase = 'evil'"])
    assert tomllib.loads(text) == {"base": "plain"}
