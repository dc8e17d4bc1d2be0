"""A scanner on a serial line: says each code it is shown, at the speed of the wire. It hears nothing, unless it is one
that must be told to look (``simulators.trigger``).

with SerialScanner(folder / "ttySCANNER0") as scanner:      # scanner.port goes into the kiosk's config
    scanner.scan("9787020002207")
"""

import random
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.line import Line
from simulators.lying import Lying
from simulators.serve import Mute, serve_pty, serve_tcp
from simulators.trigger import Triggered, TriggeredSsi


class SerialScanner:
    """``link``: its pseudo-terminal; None: on a socket, as behind a serial server. ``suffix``: what ends each code,
    ``"\\r"``, ``"\\r\\n"``, ``"\\t"`` or nothing. ``baud=0``: no wire time.

    ``trigger``: the make of one that looks only when told to, for ``looks_s`` at a time. ``repeat_s``: one that looks
    by itself says this often what lies before it; 0 says it once.
    """

    def __init__(
        self,
        link: Path | None,
        *,
        baud: int = 9600,
        suffix: str = "\r",
        seed: int = 0,
        trigger: str = "none",
        looks_s: float = 3.0,
        repeat_s: float = 0.0,
    ) -> None:
        make = TriggeredSsi if trigger == "zebra_ssi" else Triggered
        self.eye = make(trigger, suffix.encode("ascii"), self._speak, looks_s) if trigger != "none" else None
        """What looks; None where nothing has to be told to."""
        self.line = Line(self.eye or Mute(), seed)
        """What can go wrong with what it says."""
        self.wire = serve_pty(self.line, link, baud) if link else serve_tcp(self.line, baud=baud)
        self._suffix = suffix.encode("ascii")
        self._repeat_s = repeat_s
        self._lies: Lying | None = None
        self._chance = random.Random(seed)
        self.port = self.wire.port

    def scan(self, code: str | bytes) -> None:
        """Read a code out, whole, and block for the time the wire takes; or lay it before one that is told to look, or
        that repeats what lies there. What lay there before is gone."""
        self.take_away()
        text = code if isinstance(code, bytes) else code.encode()
        if self.eye:
            self.eye.show(text)
        else:
            self._lies = Lying(partial(self._speak, text + self._suffix), self._repeat_s, "scanner")

    def take_away(self) -> None:
        """What was laid before it is gone."""
        if self.eye:
            self.eye.take_away()
        if self._lies:
            self._lies.take_away()
        self._lies = None

    def scan_half(self, code: str) -> None:
        """Break off amid a code, as when the trigger is let go or the cable is touched."""
        self.wire.send(code.encode()[: len(code) // 2])

    def noise(self, count: int) -> None:
        """Random bytes, the same for the same seed."""
        self.wire.send(self._chance.randbytes(count))

    def flood(self, count: int) -> None:
        """One line of ``count`` characters without an end, then its end; one gone mad is not slowed by its wire."""
        piece = b"9" * 4096
        for start in range(0, count, len(piece)):
            self.wire.send(piece[: count - start], paced=False)
        self.wire.send(self._suffix)

    def _speak(self, data: bytes) -> None:
        for piece in self.line.spoken(data):
            self.wire.send(piece)

    def unplug(self) -> None:
        """Pull the cable."""
        self.wire.unplug()

    def plug(self) -> None:
        """Put it back, under the same name."""
        self.wire.plug()

    def close(self) -> None:
        """Take away what lies there, and pull the cable for good."""
        self.take_away()
        self.unplug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
