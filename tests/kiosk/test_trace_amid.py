"""A trace on a machine that was slow for a moment: what had come of a number when something else is reported."""

import contextlib
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import pytest

from hardware.rfid import pcsc_pad, serial_card
from hardware.rfid.book import Usage
from hardware.scanner import camera, serial_scanner
from hardware.scanner.barcode import Meanings
from hardware.scanner.trigger import TRIGGERS, Packet
from hardware.wiretap import Way, overheard
from kiosk.config import Device
from kiosk.covers import Cover, InView, cover_of
from kiosk.disguise import disguise_uid
from kiosk.overheard import Line
from kiosk.trace import Recorder
from simulators.laid import Laid
from simulators.pcsc_pad import Tag

ITEM, PATRON, UID, OTHER = b"SIP0000123", b"29999000011112", b"04A1B2C3D4E5F6", b"04D4E5F6A1B2C3"
SETTLED_S = 0.7


class Slow:
    """A ``Transport`` that is read from seldom: pieces as they were found in its buffer."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def read(self, timeout_s: float) -> bytes:
        if not self.pieces:
            time.sleep(timeout_s)
            return b""
        overheard(Way.IN, self.pieces[0])
        return self.pieces.pop(0)

    def write(self, data: bytes) -> None: ...

    def discard_input(self) -> None: ...

    def close(self) -> None: ...


def _code(text: bytes) -> bytes:
    return Packet(0xF3, b"\x0b" + text, source=0).to_bytes()


def _scanned(trigger: str, *pieces: bytes) -> list[Line]:
    line, lines = Slow(), list[Line]()
    settings = serial_scanner.Settings(port="/dev/ttyUSB0", again_after_s=0.5, trigger=trigger)

    def connect() -> serial_scanner.SerialScanner | serial_scanner.ToldScanner:
        if trigger == "none":
            return serial_scanner.SerialScanner("hand", settings, Meanings(), line)
        told = TRIGGERS[trigger]()
        return serial_scanner.ToldScanner("hand", settings, Meanings(), line, told)

    cover: Cover = InView(framed=trigger == "zebra_ssi")
    source = Recorder(lines.append).source("hand", connect, cover)()
    source.wait(SETTLED_S)
    line.pieces += pieces
    while line.pieces:
        source.wait(0.1)
    source.wait(0.1)
    return lines


def _bytes_of(lines: list[Line]) -> bytes:
    return b"".join(bytes.fromhex(line["hex"]) for line in lines if line.get("way") == "<")


def _read(lines: list[Line]) -> list[str]:
    return [line["reading"] for line in lines if "reading" in line]


def test_the_beginning_of_a_number_behind_a_book_is_hidden() -> None:
    for cut in (8, 10, len(PATRON)):
        lines = _scanned("none", ITEM + b"\r" + PATRON[:cut], PATRON[cut:] + b"\r")
        assert _read(lines) == ["ItemScanned", "PatronScanned"]
        assert PATRON[:cut] not in _bytes_of(lines)


def test_also_of_one_in_frames() -> None:
    book, card = _code(ITEM), _code(PATRON)
    lines = _scanned("zebra_ssi", book + card[:-2], card[-2:])
    assert _read(lines) == ["ItemScanned", "PatronScanned"]
    assert PATRON not in _bytes_of(lines)


def test_a_book_alone_is_kept_as_it_is() -> None:
    for trigger, said in (("none", ITEM + b"\r"), ("zebra_ssi", _code(ITEM))):
        assert ITEM in _bytes_of(_scanned(trigger, said))


def test_the_next_card_that_came_while_the_one_before_was_being_missed_is_hidden() -> None:
    line, lines = Slow(), list[Line]()
    settings = serial_card.Settings(port="/dev/ttyUSB0", quiet_s=0.3)
    cover: Cover = lambda pieces, chance: [disguise_uid(piece, chance) for piece in pieces]  # noqa: E731
    cards = partial(serial_card.SerialCardSource, "cards", settings, Meanings(), line)
    source = Recorder(lines.append).source("cards", cards, cover)()
    source.wait(0.4)
    line.pieces.append(UID + b"\r")
    source.wait(0.2)
    time.sleep(0.4)  # nobody looks
    line.pieces.append(OTHER + b"\r")
    source.wait(0.05)
    source.wait(0.2)
    assert _read(lines) == ["CardShown", "CardGone", "CardShown"]
    for uid in (UID, OTHER):
        assert uid not in _bytes_of(lines)


def test_what_is_held_there_while_a_scanner_is_set_up_is_hidden_then_and_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = Packet(0xD0, b"").to_bytes()
    line, lines = Slow(), list[Line]()
    line.pieces += [taken, taken + _code(PATRON), taken]
    monkeypatch.setattr(serial_scanner, "open_port", lambda *_: line)
    settings = serial_scanner.Settings(port="/dev/ttyUSB0", trigger="zebra_ssi")
    connect = partial(serial_scanner.connect, "hand", settings, Meanings())
    source = Recorder(lines.append).source("hand", connect, InView(framed=True))()
    for _ in range(2):
        line.pieces.append(_code(PATRON))
        for _ in range(12):
            source.wait(0.25)
    assert len(_bytes_of(lines)) > 2 * len(PATRON)
    assert PATRON not in _bytes_of(lines)


class Desk:
    """A reader on which somebody's card has lain since before the kiosk began."""

    name = "desk"

    def __init__(self, tag: Tag) -> None:
        self.atr, self._tag = tag.atr, tag

    @contextlib.contextmanager
    def connected(self) -> Iterator[Any]:
        yield self

    def transmit(self, apdu: bytes) -> bytes:
        overheard(Way.OUT, apdu)
        answer = self._tag.answer(apdu)
        overheard(Way.IN, answer)
        return answer

    def firmware(self) -> str:
        return ""

    def close(self) -> None: ...


@pytest.mark.parametrize("through", ["transparent", "storage"])
def test_a_card_that_lay_on_a_pad_since_before_is_hidden(
    through: Literal["transparent", "storage"], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "K83726154"
    tag = Tag(Laid(number, usage=Usage.PATRON), storage=True)
    monkeypatch.setattr(pcsc_pad, "open_reader", lambda _: Desk(tag))
    settings = pcsc_pad.Settings(reader="desk", through=through)
    cover, lines = cover_of("pad", Device("pad", "pcsc_pad", settings, pcsc_pad)), list[Line]()
    connect = partial(pcsc_pad.connect, "pad", settings, Meanings())
    source = Recorder(lines.append).source("pad", connect, cover, pad=True)()
    for _ in range(12):
        source.wait(0.25)
    assert number.encode() not in _bytes_of(lines)
    assert _bytes_of(lines)


class Eyes:
    """A camera's process that said one thing some time ago, and another now."""

    number = 1

    def __init__(self) -> None:
        now = time.monotonic()
        self._said = [{"at": now - 0.9, "code": f"]C0{PATRON.decode()}"}, {"at": now, "code": f"]C0{ITEM.decode()}"}]

    def line(self, timeout_s: float) -> dict[str, Any] | None:
        if self._said:
            return self._said.pop(0)
        time.sleep(timeout_s)
        return None

    def close(self) -> None: ...


def test_a_code_of_a_camera_that_is_out_of_date_is_hidden() -> None:
    settings = camera.Settings(source="/dev/video0")
    lines = list[Line]()
    eyes: Any = Eyes()
    connect = lambda: camera.Camera("camera", settings, Meanings(), eyes)  # noqa: E731
    source = Recorder(lines.append).source(
        "camera", connect, cover_of("scanner", Device("c", "camera", settings, camera))
    )()
    source.wait(0.25)
    source.wait(0.25)
    assert _read(lines) == ["ItemScanned"]
    assert ITEM in _bytes_of(lines)
    assert PATRON not in _bytes_of(lines)
