"""A hand scanner on a serial line: says each code it is shown, at the speed of the wire. It hears nothing.

with SerialScanner(folder / "ttySCANNER0") as scanner:      # scanner.port goes into the kiosk's config
    scanner.scan("9787020002207")
"""

import random
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.line import Line
from simulators.serve import Mute, serve_pty


class SerialScanner:
    """``suffix``: what ends each code, ``"\\r"``, ``"\\r\\n"``, ``"\\t"`` or nothing. ``baud=0``: no wire time."""

    def __init__(self, link: Path, *, baud: int = 9600, suffix: str = "\r", seed: int = 0) -> None:
        self._wire = serve_pty(Mute(), link, baud)
        self.line = Line(Mute(), seed)
        """What can go wrong with what it says."""
        self._suffix = suffix.encode("ascii")
        self._chance = random.Random(seed)
        self.port = self._wire.port

    def scan(self, code: str | bytes) -> None:
        """Read a code out, whole; blocks for the time the wire takes."""
        for piece in self.line.spoken((code if isinstance(code, bytes) else code.encode()) + self._suffix):
            self._wire.send(piece)

    def scan_half(self, code: str) -> None:
        """Break off amid a code, as when the trigger is let go or the cable is touched."""
        self._wire.send(code.encode()[: len(code) // 2])

    def noise(self, count: int) -> None:
        """Random bytes, the same for the same seed."""
        self._wire.send(self._chance.randbytes(count))

    def flood(self, count: int) -> None:
        """One line of ``count`` characters without an end, then its end; one gone mad is not slowed by its wire."""
        piece = b"9" * 4096
        for start in range(0, count, len(piece)):
            self._wire.send(piece[: count - start], paced=False)
        self._wire.send(self._suffix)

    def unplug(self) -> None:
        """Pull the cable."""
        self._wire.unplug()

    def plug(self) -> None:
        """Put it back, under the same name."""
        self._wire.plug()

    close = unplug

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
