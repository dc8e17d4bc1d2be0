"""A trace on a machine that was slow for a moment: what had come of a number when something else is reported."""

import time
from functools import partial

from hardware.rfid import serial_card
from hardware.scanner import serial_scanner
from hardware.scanner.barcode import Meanings
from hardware.scanner.trigger import TRIGGERS, Packet
from hardware.wiretap import Way, overheard
from kiosk.covers import Cover, InView
from kiosk.disguise import disguise_uid
from kiosk.overheard import Line
from kiosk.trace import Recorder

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
