"""A card reader on a serial line: says the number of each card laid on it, at the speed of the wire. It hears nothing.

with SerialCard(folder / "ttyCARD0") as reader:      # reader.port goes into the kiosk's config
    reader.tap("04A1B2C3")
"""

from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from simulators.line import Line
from simulators.lying import Lying
from simulators.serve import Mute, serve_pty, serve_tcp


class SerialCard:
    """``link``: its pseudo-terminal; None: on a socket, as behind a serial server.
    ``repeat_s``: say the number this often while the card lies there; 0 says it once. ``baud=0``: no wire time.

    As with such readers, nothing tells the kiosk that a card was lifted, except that a repeating one falls silent.
    """

    def __init__(self, link: Path | None, *, baud: int = 9600, repeat_s: float = 0.0) -> None:
        self.wire = serve_pty(Mute(), link, baud) if link else serve_tcp(Mute(), baud=baud)
        self.line = Line(Mute())
        """What can go wrong with what it says."""
        self._repeat_s = repeat_s
        self._lies: Lying | None = None
        self.port = self.wire.port

    def tap(self, uid: str) -> None:
        """Lay a card with this UID (hex) there, in place of any other. Blocks for the time the wire takes."""
        self.lift()
        line = bytes.fromhex(uid).hex().upper().encode() + b"\r\n"
        self._lies = Lying(partial(self._say, line), self._repeat_s, "serial card")

    def lift(self) -> None:
        """Take the card away, if there is one."""
        if self._lies:
            self._lies.take_away()
        self._lies = None

    def say(self, data: bytes) -> None:
        """Bytes as they are: noise, half a line, several cards at once."""
        self.wire.send(data)

    def unplug(self) -> None:
        """Pull the cable."""
        self.wire.unplug()

    def plug(self) -> None:
        """Put it back, under the same name."""
        self.wire.plug()

    def close(self) -> None:
        """Lift the card and pull the cable for good."""
        self.lift()
        self.unplug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _say(self, data: bytes) -> None:
        for piece in self.line.spoken(data):
            self.wire.send(piece)
