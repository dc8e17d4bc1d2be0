"""``kiosk listen`` and ``kiosk trace`` on real wires: what is shown, what is written, and what never is."""

import json
import random
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.readings import Door
from hardware.rfid import serial_card
from hardware.rfid.book import Usage
from hardware.scanner import serial_scanner
from kiosk.config import load
from kiosk.covers import cover_of
from kiosk.disguise import KEPT, disguise, disguise_answer, disguise_uid
from kiosk.listen import Spoken
from kiosk.overheard import Line
from kiosk.trace import Recorder
from kiosk.workers import SILENT
from simulators.laid import Laid
from simulators.line import Fault
from simulators.machine import Machine
from simulators.pcsc_pad import Tag
from simulators.replay import replay
from simulators.replay_line import NotATrace
from simulators.serial_card import SerialCard
from simulators.serial_scanner import SerialScanner

UID, PATRON = "04A1B2C3D4E5F6", "K83726154"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with Machine(tmp_path_factory.mktemp("rig"), pcsc=False, pace=0.1, camera=False) as machine:
        yield machine


def kiosk(rig: Machine, command: str, *words: str | Path) -> "subprocess.Popen[str]":
    line = [sys.executable, "-m", "kiosk", command, str(rig.config), *map(str, words)]
    return subprocess.Popen(line, env=rig.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def live(rig: Machine) -> None:
    """People at the machine, once it knows what was lying there, until the doors were looked at again."""
    time.sleep(5.0)
    rig.card.tap(UID)
    rig.scanner.scan("SIP0001001")
    time.sleep(3.0)  # in one breath they would be shown in one line
    rig.scanner.scan(PATRON)
    rig.cabinet.push("5")
    rig.card.lift()


def opened(rig: Machine, process: "subprocess.Popen[str]", path: Path | None = None) -> list[str]:
    """Wait until all devices have opened; what was said so far."""
    assert process.stdout
    said: list[str] = []
    until = time.monotonic() + 60
    while time.monotonic() < until:
        text = path.read_text() if path and path.exists() else ""
        if path is None:
            said.append(process.stdout.readline())
            text = "".join(said)
        if len(re.findall('"open": true|opened', text)) == 3 and re.search('"call"|doors', text):
            return said
        time.sleep(0.02)
    raise AssertionError(f"not all devices opened: {said}")


def test_listening_shows_bytes_and_meaning(rig: Machine) -> None:
    rig.cabinet.pulse("5")
    listening = kiosk(rig, "listen", "--seconds", "18")
    said = opened(rig, listening)
    live(rig)
    shown = "".join(said) + listening.communicate(timeout=60)[0]
    assert "> 80 01 00 33 b2" in shown
    assert re.search(r"A +doors: 1 shut, .*5 open", shown)
    assert re.search(r"A +doors: 1 shut, .*5 shut", shown)
    assert "SIP0001001." in shown
    assert "ItemScanned barcode=SIP0001001" in shown
    assert "PatronScanned number=(9 characters)" in shown
    assert "CardShown number=(14 characters)" in shown
    assert PATRON not in shown
    assert UID not in shown
    # a board says the same over and over: shown once, with what is said anew when people move
    assert len(re.findall(r"A +doors: 1 shut, .*5 open", shown)) == 1
    assert listening.returncode == 0


def test_it_ends_once_nobody_reads_on(rig: Machine) -> None:
    """As behind head; else it would keep the devices for ever."""
    command = [sys.executable, "-m", "kiosk", "listen", str(rig.config), "scanner"]
    with subprocess.Popen(command, env=rig.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as listening:
        assert listening.stdout
        assert listening.stderr
        assert b"opened" in listening.stdout.readline()
        listening.stdout.close()
        time.sleep(5.0)  # what is said sooner was lying there
        rig.scanner.scan("SIP0001001")
        try:
            assert listening.wait(60) == 1
        finally:
            listening.kill()
        assert listening.stderr.read() == b""


def test_what_is_lost_is_explained_once(rig: Machine) -> None:
    lost: Line = {"t": 1.0, "device": "scanner", "lost": "gone"}
    shown: list[str] = []
    config = load(rig.config)
    gone = rig.folder / "gone"
    away = config.scanners[0].settings.model_copy(update={"port": str(gone)})
    spoken = Spoken(replace(config, scanners=(replace(config.scanners[0], settings=away),)), shown.append)
    for line in (lost, lost, {"t": 2.0, "device": "scanner", "open": True}, lost):
        spoken.put(line)
    assert [f"{gone} is not there" in line for line in shown] == [False, True, False, False, False, True]


@pytest.mark.parametrize(
    ("gave", "words"), [("DeviceSilent", "not one byte came back"), ("WireError", "something came back, but no whole")]
)
def test_a_board_that_does_not_answer_is_explained_as_check_does(rig: Machine, gave: str, words: str) -> None:
    """Its port opens, so its plug is not to blame."""
    shown, config = list[str](), load(rig.config)
    spoken = Spoken(config, shown.append)
    spoken.put({"t": 1.0, "device": "A", "call": "doors", "gave": gave})
    spoken.put({"t": 1.0, "device": "A", "lost": SILENT})
    assert f"asked at 9600 baud for address 1: {words}" in shown[-1]


def test_numbers_are_shown_to_who_asks(rig: Machine) -> None:
    listening = kiosk(rig, "listen", "scanner", "--seconds", "10", "--show-numbers")
    assert listening.stdout
    said = listening.stdout.readline()
    time.sleep(5.0)  # what is said sooner was lying there
    rig.scanner.scan(PATRON)
    said += listening.communicate(timeout=60)[0]
    assert f"PatronScanned number={PATRON}" in said
    assert "doors" not in said


def test_who_is_heard_and_not_reported_is_hidden_too(tmp_path: Path, rig: Machine) -> None:
    """A card and a code that lie there: no reading says whose the bytes are."""
    config, lines = load(rig.config), list[Line]()
    recorder = Recorder(lines.append)
    with SerialCard(tmp_path / "card", repeat_s=0.1) as card, SerialScanner(tmp_path / "scan", repeat_s=0.1) as scanner:
        reads = serial_card.Settings(port=card.port, quiet_s=10.0)
        codes = serial_scanner.Settings(port=scanner.port, again_after_s=1.0)
        cards = recorder.source(
            "card", lambda: serial_card.connect("card", reads, config.codes), cover_of("card", config.cards[0])
        )()
        scans = recorder.source(
            "scanner",
            lambda: serial_scanner.connect("scanner", codes, config.codes),
            cover_of("scanner", config.scanners[0]),
        )()
        card.tap(UID)
        scanner.scan(PATRON)
        assert cards.wait(1.5) == []
        assert scans.wait(1.5) == []
        scanner.take_away()
        assert scans.wait(0.2) == []
        scanner.scan("SIP0001001")
        assert len(scans.wait(10)) == 1
        cards.close()
        scans.close()
    heard = bytes.fromhex("".join(line["hex"] for line in lines if line.get("way") == "<"))
    assert [line["reading"] for line in lines if "reading" in line] == ["ItemScanned"]
    assert UID.encode() not in heard
    assert PATRON.encode() not in heard
    assert b"SIP0001001" in heard


def test_a_trace_replays_and_names_nobody(rig: Machine, tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    rig.cabinet.pulse("5")
    assert rig.cabinet.wait_until("5", Door.OPEN, 20)
    rig.line.disturb(Fault.GARBAGE)
    tracing = kiosk(rig, "trace", path, "--seconds", "12")
    opened(rig, tracing, path)
    live(rig)
    tracing.communicate(timeout=60)
    assert tracing.returncode == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    heard = bytes.fromhex("".join(line["hex"] for line in lines if line.get("way") == "<"))
    for number in (UID, PATRON):
        assert number.encode() not in heard
        assert number not in path.read_text()
    assert b"SIP0001001" in heard
    verdict = replay(path)
    assert verdict.differs == []
    assert verdict.calls >= 2
    assert verdict.readings >= 3

    changed = [line for line in lines if line.get("device", "A") == "A"]  # the board's, whose replay takes no time
    next(line for line in changed if line.get("call") == "doors" and isinstance(line["gave"], dict))["gave"]["5"] = "?"
    path.write_text("\n".join(map(json.dumps, changed)))
    assert len(replay(path).differs) == 1


def test_a_kiosk_at_work_can_be_traced_at_every_start(rig: Machine, tmp_path: Path) -> None:
    first = tmp_path / "work.jsonl"
    for path in (first, tmp_path / "work.jsonl.2"):
        running = kiosk(rig, "run", "--screen", "json", "--trace", first)
        try:
            opened(rig, running, path)
        finally:
            running.terminate()
            said = running.communicate(timeout=60)[0]
        assert f"recorded in {path}\n" in said
        assert replay(path).differs == []


def test_a_kiosk_that_cannot_be_traced_is_at_work(rig: Machine) -> None:
    running = kiosk(rig, "run", "--screen", "json", "--trace", "/proc/work.jsonl")
    assert running.stdout
    try:
        said = [running.stdout.readline() for _ in range(2)]
    finally:
        running.terminate()
        running.communicate(timeout=60)
    assert "nothing is recorded" in said[0]
    assert said[1].startswith("{")  # its first screen


def test_no_trace_is_written_over_and_no_device_made_up(rig: Machine, tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    path.write_text("kept")
    tracing = kiosk(rig, "trace", path)
    assert "is there already: name a new file" in tracing.communicate(timeout=60)[0]
    assert (tracing.returncode, path.read_text()) == (2, "kept")
    tracing = kiosk(rig, "trace", tmp_path / "new.jsonl", "scaner")
    assert "no device 'scaner'" in tracing.communicate(timeout=60)[0]
    assert (tracing.returncode, (tmp_path / "new.jsonl").exists()) == (2, False)
    listening = kiosk(rig, "listen", "scaner")
    assert "no device 'scaner'; this point has A, card, scanner, printer" in listening.communicate(timeout=60)[0]
    assert listening.returncode == 2


@pytest.mark.parametrize("text", ["", "{}", "no trace\n", '{"trace": 2}\n'])
def test_what_is_no_trace_is_said_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(text)
    with pytest.raises(NotATrace, match="some"):
        replay(path)


@given(st.binary(max_size=200), st.randoms(use_true_random=False))
def test_a_disguise_keeps_the_shape(data: bytes, chance: random.Random) -> None:
    for cover in (disguise, disguise_uid, disguise_answer):
        assert len(cover(data, chance)) == len(data)
    ends = [(n, byte) for n, byte in enumerate(data) if byte < 0x30]
    worn = disguise(data, chance)
    assert [(n, worn[n]) for n, _ in ends] == ends


def test_a_disguise_hides_the_number() -> None:
    worn = {disguise(b"2123456789012\r", random.Random(seed)) for seed in range(50)}
    assert len(worn) == 50
    assert all(re.fullmatch(rb"21[0-9]{11}\r", one) for one in worn)
    hidden = disguise_uid(UID.encode(), random.Random(1))
    assert (hidden[:KEPT], hidden != UID.encode(), bool(re.fullmatch(rb"[0-9A-F]{14}", hidden))) == (b"04", True, True)
    assert disguise_answer(bytes.fromhex("04A1B2C39000"), random.Random(1))[-2:] == b"\x90\x00"


@pytest.mark.parametrize("said", ["04 A1 B2 C3 D4 E5 F6", "04:A1:B2:C3", "F2-04-A1-B2"])
def test_also_one_written_in_groups_of_two(said: str) -> None:
    for hide in (disguise, disguise_uid):
        worn = [hide(2 * (said.encode() + b"\r\n"), random.Random(seed)) for seed in range(100)]
        for groups in (re.findall(rb"\w\w", one) for one in worn):
            assert groups[0] == groups[len(groups) // 2] == said[:2].encode()
        told = {one.split(b"\r\n")[0][2:] for one in worn}
        assert len(told) > 90  # nothing of it but the first two


@pytest.mark.parametrize("uid", ["0402B2C3", "8402B2C3", "6F05B2C3D4E5F6"])
def test_also_one_that_looks_like_data_objects(uid: str) -> None:
    answers = {disguise_answer(bytes.fromhex(uid + "9000"), random.Random(seed)) for seed in range(100)}
    assert {answer[:1].hex().upper() for answer in answers} == {uid[:2]}
    assert len({answer[1:2] for answer in answers}) > 5
    assert len(answers) > 90


ALL_OF_IT = bytes.fromhex("02 23 00 1B")  # READ MULTIPLE BLOCKS
READS = {
    "passed on": ["FF C2 00 00 02 81 00", f"FF C2 00 01 06 95 04 {ALL_OF_IT.hex()}"],
    "as storage": [f"FF B0 00 {block:02X} 10" for block in range(0, 28, 4)],
}


@pytest.mark.parametrize("way", READS)
def test_what_a_patrons_tag_says_to_a_desk_pad_is_hidden(rig: Machine, way: str) -> None:
    tag = Tag(Laid(PATRON, usage=Usage.PATRON), storage=True)
    said = [tag.answer(bytes.fromhex(apdu)) for apdu in READS[way]]
    worn = cover_of("pad", load(rig.config).cards[0])(said, random.Random(1))
    assert PATRON.encode() in b"".join(answer[:-2] for answer in said)
    assert PATRON[KEPT:].encode() not in b"".join(answer[:-2] for answer in worn)
