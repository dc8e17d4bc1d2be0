r"""SIP2 frames: one message is one line, with a sequence number and a checksum at its end where both sides want them.

    | two digits, then the rest of the message | AY | 0..9 | AZ | 4 hex | CR |
    '---------------- summed, byte by byte -----------------'

The four hex digits are the two's complement of the low 16 bits of that sum, so that sum and digits together are 0.
The request to send again (97, 96) has AZ and never AY.

Real peers end lines with CR, LF or both, or not at all after a checksum; answer without AY and AZ though asked with
them; pad a checksum with too few zeros; and sum other bytes than they send. So a frame only says what its checksum is
worth, and who reads it decides by the dialect.
"""

import re
from dataclasses import dataclass, field
from enum import Enum

LENGTH_MAX = 1 << 16
"""Longest line taken, bytes. 255 characters a field and some hundred fields stay below."""

_TAIL = re.compile(rb"(?:AY([0-9]))?AZ([0-9A-Fa-f]{1,4})\Z")
_TAIL_MAX = 9  # AY0AZ0000; a look at the whole line would take as long as all the rest
_WHOLE = re.compile(rb"AZ[0-9A-Fa-f]{4}\Z")
_SUM = 0xFFFF


class Check(Enum):
    """What the checksum of a frame is worth."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Frame:
    """A line as it came: ``body`` without AY, AZ and end; ``sequence`` 0..9 or None; ``raw`` what was summed and said.

    ``cut``: it was longer than ``LENGTH_MAX`` and its end is lost, so it can be trusted in nothing.
    """

    body: bytes = field(repr=False)
    sequence: int | None = None
    check: Check = Check.NONE
    cut: bool = False


def checksum(summed: bytes) -> bytes:
    """The four hex digits for these bytes, which end with ``AZ``."""
    return b"%04X" % (-sum(summed) & _SUM)


def seal(body: bytes, sequence: int | None = None, checked: bool = True, end: bytes = b"\r") -> bytes:
    """A message as it goes over the wire, in one piece for one write. Unchecked, it has no sequence number either."""
    if not checked:
        return body + end
    summed = body + (b"AZ" if sequence is None else b"AY%dAZ" % sequence)
    return summed + checksum(summed) + end


class Reader:
    """Bytes in, frames out, cut anywhere and ended in any of the ways seen. Holds ``LENGTH_MAX`` bytes at most."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._cut = False

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes end. Never raises; empty lines and NUL bytes are nothing."""
        if not self._held and not self._cut and data.find(b"\r") == len(data) - 1 < LENGTH_MAX and b"\n" not in data:
            return _lines(data[:-1])  # one whole line, as nearly always
        *lines, rest = data.replace(b"\n", b"\r").split(b"\r")
        frames = []
        for line in lines:
            self._hold(line)
            frames += self._ended()
        self._hold(rest)
        return frames

    def silence(self) -> list[Frame]:
        """Nothing has come for a moment: the line under way, if its checksum says that it is whole."""
        return self._ended() if _WHOLE.search(self._held) else []

    def closed(self) -> bytes:
        """Nothing will come any more: what was left without an end."""
        left = bytes(self._held)
        self._held.clear()
        self._cut = False
        return left

    def _hold(self, part: bytes) -> None:
        room = LENGTH_MAX - len(self._held)
        self._cut = self._cut or len(part) > room
        self._held += part[:room]

    def _ended(self) -> list[Frame]:
        line, cut = bytes(self._held), self._cut
        self._held.clear()
        self._cut = False
        return _lines(line, cut)


def _lines(line: bytes, cut: bool = False) -> list[Frame]:
    line = line.replace(b"\0", b"").strip(b" ")
    return [_framed(line, cut)] if line else []


def _framed(line: bytes, cut: bool) -> Frame:
    tail = None if cut else _TAIL.search(line, max(0, len(line) - _TAIL_MAX))
    if tail is None:
        return Frame(line, cut=cut)
    digits = tail[2]
    summed = line[: len(line) - len(digits)]
    right = (sum(summed) + int(digits, 16)) & _SUM == 0
    sequence = int(tail[1]) if tail[1] else None
    return Frame(line[: tail.start()], sequence, Check.RIGHT if right else Check.WRONG)
