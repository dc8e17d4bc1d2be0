"""A scanner that types like a USB keyboard: the events of Linux at the end of a pseudo-terminal.

with Keyboard(folder / "event0") as scanner:      # scanner.port goes into the kiosk's config, as path
    scanner.scan("9787020002207")

Each key goes down and up, with its scan code and the end of the event as a real one has them, shift around capitals.
"""

import struct
import time
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from hardware.scanner.keyboard import DOWN, KEY, PLAIN, SHIFTED, SYN, UP
from simulators.line import Line
from simulators.lying import Lying
from simulators.serve import Mute, serve_pty

SHIFT = 42
FLOOD_MAX = 3000
_EVENT = struct.Struct("=qqHHi")
_MSC, _MSC_SCAN = 4, 4
_TYPED = {letter: (code, False) for code, letter in reversed(PLAIN.items())}
_TYPED |= {letter: (code, True) for code, letter in reversed(SHIFTED.items()) if letter not in _TYPED}


def event(kind: int, code: int, value: int) -> bytes:
    """One event, now."""
    seconds, micros = divmod(time.time_ns() // 1000, 1_000_000)
    return _EVENT.pack(seconds, micros, kind, code, value)


def key(code: int, value: int) -> bytes:
    """What one move of one key is: scan code, key, end."""
    return event(_MSC, _MSC_SCAN, 0x70000 | code) + event(KEY, code, value) + event(SYN, 0, 0)


def typed(letter: str) -> bytes:
    """One letter of a US keyboard; what it does not have is typed as F1 is."""
    code, shifted = _TYPED.get(letter, (59, False))
    pressed = key(code, DOWN) + key(code, UP)
    return key(SHIFT, DOWN) + pressed + key(SHIFT, UP) if shifted else pressed


class Keyboard:
    """``suffix``: what ends each code, ``"\\r"`` (Enter), ``"\\t"`` or nothing. ``letter_s``: between two letters.
    ``repeat_s``: it types this often what lies before it; 0: once."""

    def __init__(
        self, link: Path, *, suffix: str = "\r", letter_s: float = 0.001, seed: int = 0, repeat_s: float = 0.0
    ) -> None:
        self._wire = serve_pty(Mute(), link)
        self.line = Line(Mute(), seed)
        """What can go wrong with a letter."""
        self._suffix = suffix
        self._letter_s = letter_s
        self._repeat_s = repeat_s
        self._lies: Lying | None = None
        self.port = self._wire.port

    def scan(self, code: str) -> None:
        """Type a code, whole; blocks for the time it takes. What lay there before is gone."""
        self.take_away()
        self._lies = Lying(partial(self.press, code + self._suffix), self._repeat_s, "keyboard")

    def take_away(self) -> None:
        """What lies before it is gone."""
        if self._lies:
            self._lies.take_away()
        self._lies = None

    def scan_half(self, code: str) -> None:
        """Break off amid a code."""
        self.press(code[: len(code) // 2])

    def flood(self, count: int) -> None:
        """So many letters, at most ``FLOOD_MAX`` (some seconds of typing), then Enter."""
        self.press("9" * min(count, FLOOD_MAX) + self._suffix)

    def press(self, text: str) -> None:
        """Letters, one after the other."""
        for letter in text:
            for piece in self.line.spoken(typed(letter)):
                self._wire.send(piece)
            time.sleep(self._letter_s)

    def say(self, data: bytes) -> None:
        """Bytes as they are."""
        self._wire.send(data)

    def unplug(self) -> None:
        """Pull the cable."""
        self._wire.unplug()

    def plug(self) -> None:
        """Put it back, under the same name."""
        self._wire.plug()

    def close(self) -> None:
        """Take away what lies there, and pull the cable for good."""
        self.take_away()
        self.unplug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
