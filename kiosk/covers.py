"""Which disguise hides a person in the bytes of which device. See kiosk.disguise."""

import json
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from hardware.scanner.keyboard import DOWN, EVENT, KEY
from hardware.scanner.trigger import Packet, Packets
from kiosk.config import Device
from kiosk.disguise import disguise, disguise_answer, disguise_uid, runs

Cover = Callable[[Sequence[bytes], random.Random], list[bytes]]
"""What came in, piece by piece, as it may be kept: as many pieces."""
Disguise = Callable[[bytes, random.Random], bytes]

_DECODED, _TEXT_AT = 0xF3, 5  # a packet with a code: its symbology, then the code itself
_KNOWN_MAX = 1000
_MSC = 4  # an event with the key's number in another form
_ALIKE = ([*range(2, 12)], [*range(16, 26), *range(30, 39), *range(44, 51)], [*range(71, 74), *range(75, 78), 79, 80])
"""Numbers of keys by what they type: digits, letters, digits of the keypad (linux/input-event-codes.h)."""


def cover_of(kind: str, device: Device) -> Cover:
    """The one for a card reader, pad or scanner; ``kind`` is the section it stands in."""
    if kind == "pad" or device.driver == "pcsc":
        return partial(_each, disguise_answer)
    if kind == "card":
        return partial(_stream, disguise_uid)
    if device.driver == "camera":
        return partial(_each, disguise_saying)
    if device.driver == "keyboard":
        return partial(_stream, disguise_keys)
    return InView(framed=getattr(device.settings, "trigger", "none") == "zebra_ssi")


class InView:
    """The ``Cover`` of a scanner that reads a code again and again while it is held there: the same code stays the same
    in one recording, or it would look like another one; what was kept as it is, stays as it is."""

    def __init__(self, framed: bool) -> None:
        self._framed = framed
        self._known: dict[bytes, bytes] = {}

    def __call__(self, pieces: Sequence[bytes], chance: random.Random) -> list[bytes]:
        hide = disguise_packets if self._framed else disguise
        return _stream(partial(hide, known=self._known), pieces, chance)

    def spare(self, pieces: Sequence[bytes]) -> None:
        """These were kept as they are."""
        if len(self._known) > _KNOWN_MAX:
            self._known.clear()
        said = b"".join(pieces)
        for text in _codes(said) if self._framed else [said]:
            self._known |= {run: run for run in runs(text) if run not in self._known}


def _codes(data: bytes) -> list[bytes]:
    return [packet.data[1:] for packet in Packets().feed(data) if packet.opcode == _DECODED]


def disguise_packets(data: bytes, chance: random.Random, known: dict[bytes, bytes] | None = None) -> bytes:
    """Packets of the Simple Serial Interface: the code in each made up, and its check made right again. A code that is
    sent again stays the same; what is no whole packet is disguised as plain text."""
    said, plain, known = b"", b"", {} if known is None else known
    while data:
        frame = data[: data[0] + 2]
        whole = len(frame) > _TEXT_AT and (sum(frame[:-2]) + int.from_bytes(frame[-2:], "big")) & 0xFFFF == 0
        if not whole:
            plain, data = plain + data[:1], data[1:]
            continue
        if frame[1] == _DECODED:
            code = disguise(frame[_TEXT_AT:-2], chance, known)
            frame = Packet(_DECODED, frame[4:5] + code, frame[3], frame[2]).to_bytes()
        said, plain, data = said + disguise(plain, chance) + frame, b"", data[len(frame) :]
    return said + disguise(plain, chance)


def disguise_keys(data: bytes, chance: random.Random) -> bytes:
    """Events of a keyboard: each digit's key another digit's, each letter's another letter's, down and up again; the
    second number that keyboards give a key with it is wiped out. Half an event at the end too."""
    said, down = b"", dict[int, int]()
    for at in range(0, len(data) - EVENT.size + 1, EVENT.size):
        seconds, micros, kind, code, value = EVENT.unpack_from(data, at)
        if kind == KEY:
            if value == DOWN:
                down[code] = next((chance.choice(keys) for keys in _ALIKE if code in keys), code)
            code = down.get(code, code)
        elif kind == _MSC:
            value = 0
        said += EVENT.pack(seconds, micros, kind, code, value)
    return said + bytes(len(data) % EVENT.size)


def disguise_saying(data: bytes, chance: random.Random) -> bytes:
    """What a camera's process said, a line each: the code in it made up behind its identifier."""
    sayings: list[dict[str, Any]] = [json.loads(line) for line in data.splitlines()]
    for said in sayings:
        if text := said.get("code"):
            said["code"] = text[:3] + disguise(text[3:].encode(), chance).decode("ascii", "replace")
    return b"".join(json.dumps(said).encode() + b"\n" for said in sayings)


def _stream(hide: Disguise, pieces: Sequence[bytes], chance: random.Random) -> list[bytes]:
    """One stream, cut anywhere."""
    whole, said = hide(b"".join(pieces), chance), list[bytes]()
    for piece in pieces:
        said.append(whole[: len(piece)])
        whole = whole[len(piece) :]
    return said


def _each(hide: Disguise, pieces: Sequence[bytes], chance: random.Random) -> list[bytes]:
    """Each piece for itself; the same twice is the same."""
    known: dict[bytes, bytes] = {}
    return [known.setdefault(piece, hide(piece, chance)) for piece in pieces]
