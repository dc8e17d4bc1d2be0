"""A point with a device of every kind, recorded by ``kiosk trace`` while people use it, and lived through again.

Most of it is waiting at the pace of people, so all but the camera, which has much to look at, wait side by side.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from hardware import escpos
from hardware.printer import Code, Cut, Line, Rule
from hardware.readings import Paper
from hardware.rfid.book import Usage
from kiosk.config import Config, load
from kiosk.trace import Recorder
from kiosk.trace_file import TraceFile
from simulators.chip import t_union
from simulators.escpos import EscposPrinter
from simulators.laid import Laid
from simulators.machine import CONFIG
from simulators.pads import Pad
from simulators.point import Point, read
from simulators.readers import Eye, HandScanner, PcscReader
from simulators.replay import replay
from simulators.replay_line import Verdict
from tests.end_to_end.people import eventually
from tests.side_by_side import side_by_side

UID, CITY, PATRON, ITEM = "04A1B2C3D4E5F6", "3105170010170907984", "K83726154", "SIP0001001"
KEPT = os.environ.get("KIOSK_TRACES_TO")
"""Where to leave what is recorded here, to be kept as tests/traces."""


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    """The usual machine with more devices on it."""
    folder = tmp_path_factory.mktemp("every")
    raw = read(CONFIG)
    raw["codes"] = {"item": "SIP[0-9]{7}", "patron": "K[0-9]{8}", "item_luhn": False, "patron_luhn": False}
    raw["card"][0]["read"] = ["t-union", "uid"]
    raw["scanner"] += [
        {"name": "wedge", "driver": "keyboard", "path": "/dev/input/event0"},
        {"name": "zebra", "driver": "serial_scanner", "port": "/dev/ttyZEBRA", "trigger": "zebra_ssi"},
    ]
    raw["pad"] = [
        {"name": "uhf", "driver": "r2000", "port": "/dev/ttyPAD"},
        {"name": "another", "driver": "r2000", "port": "/dev/ttyPAD2"},
        {"name": "desk", "driver": "pcsc_pad", "reader": "ACS ACR1552 1S CL Reader PICC"},
    ]
    config = folder / "every.toml"
    config.write_text(tomli_w.dumps(raw))
    with Point(config, folder / "run", pace=0.1) as opened:
        yield opened


def recorded(point: Point, path: Path, device: str, live: Callable[[], None], readings: int) -> list[Any]:
    """What ``kiosk trace`` keeps of one device while ``live`` happens, until it has given so many readings."""
    command = ["env", "--default-signal=INT"]  # which whoever starts the tests in the background has it pass over
    command += [sys.executable, "-m", "kiosk", "trace", str(point.config), str(path), device, "--seconds", "120"]
    with subprocess.Popen(command, env=point.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        eventually(lambda: path.exists() and '"open": true' in path.read_text(), "open", 60)
        time.sleep(3.0)  # what is seen sooner was lying there
        live()
        given = re.compile(r'"reading": "(?!Guide)')
        eventually(lambda: len(given.findall(path.read_text())) >= readings, f"{readings} readings", 60)
        time.sleep(1.0)  # for what must not come
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[0]
        assert process.returncode == 0, said
    if KEPT:
        shutil.copy(path, Path(KEPT) / path.name)
    return [json.loads(line) for line in path.read_text().splitlines()[1:]]


def lived_again(path: Path, *readings: str) -> Verdict:
    """Today's driver does with it what it did, and what it did is this."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["reading"] for line in lines if "reading" in line] == list(readings)
    verdict = replay(path)
    assert verdict.differs == []
    assert verdict.readings == len(readings)
    for secret in (UID, CITY, PATRON):
        heard = bytes.fromhex("".join(line["hex"] for line in lines if line.get("way") == "<"))
        assert secret.encode() not in heard
        assert secret not in path.read_text()
        if len(secret) % 2 == 0:
            assert bytes.fromhex(secret) not in heard
    return verdict


def test_every_kind_that_is_no_camera(point: Point, tmp_path: Path) -> None:
    stories = {
        "cards on a PC/SC reader": cards,
        "books on a UHF pad": partial(books, name="uhf", driver="r2000"),
        "books on a desk pad": partial(books, name="desk", driver="pcsc_pad"),
        "a patron's card on a pad": a_patrons_card_on_a_pad,
        "a keyboard": partial(scanner, name="wedge"),
        "a scanner that is told": partial(scanner, name="zebra"),
    }
    side_by_side({name: partial(story, point, tmp_path) for name, story in stories.items()})


def cards(point: Point, tmp_path: Path) -> None:
    reader = point.twin("card", PcscReader)

    def live() -> None:
        reader.tap_and_lift(UID)
        reader.card.tap(t_union(CITY))
        time.sleep(2.0)
        reader.lift()

    lines = recorded(point, tmp_path / "pcsc_two_cards.jsonl", "card", live, readings=4)
    assert bytes.fromhex("03" + CITY[1:]).hex(" ")[6:] not in str(lines)
    lived_again(tmp_path / "pcsc_two_cards.jsonl", "CardShown", "CardGone", "CardShown", "CardGone")
    path = tmp_path / "changed.jsonl"
    text = (tmp_path / "pcsc_two_cards.jsonl").read_text()
    path.write_text(text.replace('"hex": "00 b0 95 00 1e"', '"hex": "00 b0 96 00 1e"'))
    assert any("asked 00 b0 95 00 1e" in line for line in replay(path).differs)


def books(point: Point, tmp_path: Path, name: str, driver: str) -> None:
    pad = point.twin(name, Pad)

    def live() -> None:
        pad.lay(ITEM)
        time.sleep(3.0)
        pad.remove()

    path = tmp_path / f"{driver}_a_book.jsonl"
    recorded(point, path, name, live, readings=3)  # nothing, the book, nothing
    assert lived_again(path, "PileSeen", "PileSeen", "PileSeen").left_out == []


def a_patrons_card_on_a_pad(point: Point, tmp_path: Path) -> None:
    """It is not kept."""
    pad = point.twin("another", Pad)

    def live() -> None:
        pad.lay(PATRON, kind="patron")
        time.sleep(2.0)
        pad.remove()

    path = tmp_path / "pad_a_patron.jsonl"
    lines = recorded(point, path, "another", live, readings=0)
    uii = Laid(PATRON, usage=Usage.PATRON).uii().hex(" ")
    assert not any(uii in line.get("hex", "") for line in lines if line.get("way") == "<")
    assert any(line.get("masked") for line in lines)
    verdict = replay(path)
    assert verdict.differs == []
    assert "somebody's card" in verdict.left_out[0]


def scanner(point: Point, tmp_path: Path, name: str) -> None:
    hand = point.twin(name, HandScanner)

    def live() -> None:
        hand.scan(ITEM)
        time.sleep(0.5)
        hand.scan(PATRON)

    path = tmp_path / f"{'keyboard' if name == 'wedge' else 'zebra_ssi'}_a_patron.jsonl"
    lines = recorded(point, path, name, live, readings=2)
    assert any(line.get("masked") for line in lines)
    lived_again(path, "ItemScanned", "PatronScanned")


def test_a_camera(point: Point, tmp_path: Path) -> None:
    eye = point.twin("camera", Eye)

    def live() -> None:
        for kind, code in (("code39", ITEM), ("code128", PATRON), ("isbn", "9787020002207")):
            eye.camera.hold(kind, code)  # type: ignore[arg-type]
            time.sleep(3.0)
            eye.camera.take_away()
            time.sleep(0.5)

    path = tmp_path / "camera_three_codes.jsonl"
    lines = recorded(point, path, "camera", live, readings=3)
    assert all(
        set(json.loads(bytes.fromhex(line["hex"]))) <= {"code", "unknown", "guide"} for line in lines if "hex" in line
    )
    read = [line["reading"] for line in lines if "reading" in line]
    assert [kind for kind in read if kind != "Guide"] == ["ItemScanned", "PatronScanned", "IsbnScanned"]
    lived_again(path, *read)


@pytest.fixture(scope="module")
def config(point: Point) -> Config:
    return load(point.config)


def test_a_printer(config: Config, tmp_path: Path) -> None:
    path, about = tmp_path / "escpos_two_slips.jsonl", escpos.Settings
    sheet = [
        Cut(),
        Line("书香 陈先生", large=True, centred=True),
        Rule(),
        Line("《骆驼祥子》 due 2026-12-07"),
        Code("SLIP-83726154"),
    ]
    with EscposPrinter().on_pty(tmp_path / "tty", baud=19200) as twin, TraceFile(path, config) as file:
        recorder = Recorder(file.put)
        settings = about.model_validate(config.printers[0].settings.model_dump() | {"port": twin.port})
        printer = recorder.printer("printer", lambda: escpos.connect(settings))()
        assert printer.paper() is Paper.OK
        printer.print_out(sheet)
        assert "骆驼祥子" in "".join(twin.tear())
        twin.state = "out"
        assert printer.paper() is Paper.OUT
        with pytest.raises(Exception, match="nothing was sent"):
            printer.print_out(sheet)
        printer.close()
    text = path.read_text()
    if KEPT:
        shutil.copy(path, Path(KEPT) / path.name)
    for word in ("陈", "骆驼", "83726154", "2026-12", "陈先生".encode("gb18030").hex(" ")):
        assert word not in text
    verdict = replay(path)
    assert (verdict.differs, verdict.calls) == ([], 4)
    changed = tmp_path / "changed.jsonl"
    changed.write_text(text.replace('"gave": "done"', '"gave": "DeviceSilent"'))
    assert len(replay(changed).differs) == 1
