"""The twin of ``hardware/escpos.py``: a receipt printer with a roll of paper, which people tear off and look at.

    with EscposPrinter().on_pty(folder / "ttyPRINTER0") as printer:      # printer.port goes into the kiosk's config
        printer.state = "out"                                            # or ok, near_end, cover_open, fault

It reads what it is sent with a parser of its own (simulators/escpos_paper.py), not with the driver's library.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from simulators.escpos_paper import Paper
from simulators.serve import Peer, Wire, serve_pty

State = Literal["ok", "near_end", "out", "cover_open", "fault"]

# What it answers to 10 04 n, n = 1, 2, 4: fixed bits, and what each state sets.
FIXED = 0x12
BITS: dict[State, tuple[int, int, int]] = {
    "ok": (0, 0, 0),
    "near_end": (0, 0, 0x0C),
    "out": (0x08, 0x20, 0x6C),
    "cover_open": (0x08, 0x04, 0),
    "fault": (0x08, 0x40, 0),
}
NAMED = {0x41: b"1.0", 0x42: b"Shuxiang", 0x43: b"twin"}  # answers to 1D 49 n
BUFFER_MAX = 1 << 16
CLEAR, CLEARED = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", b"\x37\x25\x00"


class EscposPrinter:
    """A ``Peer``. ``mm``: width of its roll, 58 or 80."""

    def __init__(self, mm: int = 58) -> None:
        self.silent = False
        """It prints, and answers nothing."""
        self.lines_left: int | None = None
        """So many lines, then the roll is out; None: a long roll."""
        self.pause_after: int | None = None
        """So many lines, then it pauses amid its work (a hot print head), until None again or switched off."""
        self.cleared_by: Literal["clear", "enquiry"] = "clear"
        """What empties it where it has no error: 10 14 08 ... as Epson's and Citizen's; 10 05 02 as Custom's P80."""
        self._state: State = "ok"
        self._paper = Paper(mm)
        self._held = bytearray()  # a real-time command that has only begun
        self._buffer = bytearray()  # not yet printed
        self._busy = threading.RLock()
        self._wire: Wire | None = None

    # ---- the wire

    def on_pty(self, link: Path, baud: int = 9600, through: Peer | None = None) -> Self:
        """Serve it on a pseudo-terminal; ``through``: a ``Line`` around it."""
        self._wire = serve_pty(through or self, link, baud)
        return self

    @property
    def port(self) -> str:
        """The name of its port."""
        assert self._wire
        return self._wire.port

    def plug(self) -> None:
        """Put the plug back, under the same name."""
        assert self._wire
        self._wire.plug()

    def unplug(self) -> None:
        """Pull the plug: what it was still to print is gone with its power."""
        assert self._wire
        self._wire.unplug()
        with self._busy:
            self._forget()
            self._held.clear()
            self.pause_after = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.unplug()

    # ---- what people see and do

    @property
    def state(self) -> State:
        """How it stands with its paper, its cover and itself."""
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        """Change it. With paper again it goes on with what it still holds, as real ones do."""
        with self._busy:
            self._state = state
            if state in ("ok", "near_end"):
                self.lines_left = None
            answers = list(self._work())
        if self._wire and not self.silent:
            for answer in answers:
                self._wire.send(answer)

    @property
    def lines(self) -> list[str]:
        """What stands on the paper that hangs out, a line each; a QR as ``[QR ...]``, a cut as ``✂``."""
        with self._busy:
            return self._paper.lines()

    @property
    def unknown(self) -> list[bytes]:
        """Commands it did not know, to be found fault with."""
        return self._paper.unknown

    def tear(self) -> list[str]:
        """Tear the paper off; what stood there."""
        with self._busy:
            return self._paper.tear()

    def picture(self) -> bytes:
        """The paper that hangs out, as PNG."""
        with self._busy:
            return self._paper.picture()

    # ---- the printer

    def received(self, data: bytes) -> list[bytes]:
        """Bytes from the kiosk: questions in real time are answered at once, everything else waits its turn."""
        with self._busy:
            self._held += data
            answers = [*self._real_time(), *self._work()]
        return [] if self.silent else answers

    def _real_time(self) -> Iterator[bytes]:
        while (at := self._held.find(0x10)) >= 0:
            self._take(at)
            begun = bytes(self._held[: len(CLEAR)])
            if (len(begun) < 3 and begun[1:] in (b"", b"\x04", b"\x05")) or (
                CLEAR.startswith(begun) and begun != CLEAR
            ):
                return  # the rest is still on the wire
            if self._held[1] == 0x04 and self._held[2] in (1, 2, 3, 4):
                yield self._status(self._held[2])
                del self._held[:3]
            elif begun == CLEAR and self.cleared_by == "clear":
                self._forget()
                del self._held[: len(CLEAR)]
                yield CLEARED
            elif self._held[1] == 0x05 and self._held[2] == 2:
                if self._state == "fault" or self.cleared_by == "enquiry":
                    self._forget()
                del self._held[:3]
            else:
                self._take(1)
        self._take(len(self._held))

    def _forget(self) -> None:
        self._buffer.clear()
        self._paper.forget_line()

    def _take(self, count: int) -> None:
        self._buffer += self._held[:count]
        del self._held[:count]
        del self._buffer[BUFFER_MAX:]

    def _status(self, n: int) -> bytes:
        bits = BITS[self._state]
        return bytes((FIXED | {1: bits[0], 2: bits[1], 3: 0x20 if self._state == "fault" else 0, 4: bits[2]}[n],))

    def _work(self) -> Iterator[bytes]:
        """Do what waits, one command after another, while there is paper under a shut cover."""
        while self._state in ("ok", "near_end"):
            if self.lines_left == 0:
                self._state = "out"
            if self.lines_left == 0 or self.pause_after == 0:
                return
            printed = len(self._paper.marks)
            used = self._paper.feed(bytes(self._buffer))
            if not used:
                return
            if bytes(self._buffer[:3]) == b"\x1d\x72\x01":
                yield bytes((0x03 if self._state == "near_end" else 0,))
            elif bytes(self._buffer[:2]) == b"\x1d\x49":
                yield b"_" + NAMED.get(self._buffer[2], b"") + b"\0"
            del self._buffer[:used]
            printed = len(self._paper.marks) - printed
            if self.lines_left is not None:
                self.lines_left = max(0, self.lines_left - printed)
            if self.pause_after is not None:
                self.pause_after = max(0, self.pause_after - printed)
