"""The other end of a PC/SC reader: a contactless card for the virtual readers of ``simulators.pcscd``; what is inside
it is in ``simulators.chip``.

Wire (the ``vpcd`` driver of vsmartcard, over TCP)::

    +---------------+-------------------------------------+
    | length, 2, BE | one control byte, or a command APDU |
    +---------------+-------------------------------------+
      00 power off, 01 power on, 02 reset: no answer
      04 get ATR, or an APDU: answered with a length and the answer

Connecting lays the card on the reader and closing lifts it; pcscd looks every 0.4 s.
"""

import contextlib
import socket
import struct
import threading
import time
from dataclasses import dataclass
from enum import Enum

from simulators.chip import STORAGE_ATR, Answering, Chip

_POWER_ON, _RESET, _ASK_ATR = b"\x01", b"\x02", b"\x04"
_RETRY_S = 0.02
_LOOK_S = 0.5
"""pcscd looks every 0.4 s; were the next card there before it looked, it would take it for the one before."""


class Fault(Enum):
    """What can be wrong with a card."""

    NONE = "none"
    UNFIT = "unfit"
    """It has no number to give: FF CA is answered with 6A 81."""
    LIFTED = "lifted"
    """It is taken away after a question and before the answer."""
    FLEETING = "fleeting"
    """It is taken away before it can even be powered up."""


@dataclass(slots=True)
class Moments:
    """When the last card came to be known, on ``time.perf_counter``; 0.0 where that has not happened yet."""

    arrived: float = 0.0
    """Its first ATR after power-on was sent: pcscd tells its clients of it from here on."""
    asked: float = 0.0
    """The last question came in."""
    answered: float = 0.0
    """The last answer was sent."""


class Card:
    """The place on a virtual reader, with or without a card on it. Any thread may use it, one at a time."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self._lifted = threading.Event()
        self._lifted.set()
        self._thread: threading.Thread | None = None
        self._wire: socket.socket | None = None
        self._free_at = 0.0
        self._questions_left = -1
        self.moments = Moments()

    @property
    def lies(self) -> bool:
        """Whether a card lies there that was not taken away, also by its own ``Fault``."""
        return not self._lifted.is_set()

    def tap(self, card: str | Answering, fault: Fault = Fault.NONE, delay_s: float = 0.0, lifted_at: int = 1) -> None:
        """Lay a card on the reader, in place of any other: one with nothing but this UID (hex), or what it is.

        ``delay_s`` is added to each answer. ``lifted_at``: the question that ``Fault.LIFTED`` leaves unanswered.
        Returns at once; the card arrives within a second, and 0.5 s after another was lifted at the soonest. It stays
        until ``lift``; if pcscd goes away, the card meets it again when it is back.
        """
        self.lift()
        self._lifted.clear()
        self.moments = Moments()
        if isinstance(card, str):
            card = Chip("" if fault is Fault.UNFIT else card, atr=STORAGE_ATR)
        self._questions_left = lifted_at if fault is Fault.LIFTED else -1
        self._thread = threading.Thread(target=self._lie, args=(card, fault, delay_s), name="card", daemon=True)
        self._thread.start()

    def lift(self) -> None:
        """Take the card away, if there is one. pcscd sees that within 0.4 s."""
        self._lifted.set()
        self._hang_up()
        if self._thread:
            self._thread.join()
        self._thread = None

    close = lift

    def _lie(self, card: Answering, fault: Fault, delay_s: float) -> None:
        self._lifted.wait(max(0.0, self._free_at - time.monotonic()))
        while not self._lifted.is_set():
            with contextlib.suppress(OSError), socket.create_connection(self._address, timeout=2) as wire:
                wire.settimeout(None)
                self._wire = wire
                self._answer(wire, card, fault, delay_s)
                self._free_at = time.monotonic() + _LOOK_S
            self._lifted.wait(_RETRY_S)

    def _answer(self, wire: socket.socket, card: Answering, fault: Fault, delay_s: float) -> None:
        while not self._lifted.is_set() and (asked := _receive(wire)):
            if asked in (_POWER_ON, _RESET):
                self.moments = Moments()
                card.power_on()
                if fault is Fault.FLEETING:
                    self._lifted.set()
                    return
            elif asked == _ASK_ATR:
                _send(wire, card.atr)
                self.moments.arrived = self.moments.arrived or time.perf_counter()
            elif len(asked) > 1:
                self.moments.asked = time.perf_counter()
                self._lifted.wait(delay_s)
                self._questions_left -= 1
                if self._questions_left == 0:
                    self._lifted.set()
                    return
                _send(wire, card.answer(asked))
                self.moments.answered = time.perf_counter()

    def _hang_up(self) -> None:
        if self._wire:
            with contextlib.suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)


def _send(wire: socket.socket, data: bytes) -> None:
    wire.sendall(struct.pack(">H", len(data)) + data)


def _receive(wire: socket.socket) -> bytes:
    """The next message; empty when pcscd has closed."""
    header = _exactly(wire, 2)
    return _exactly(wire, struct.unpack(">H", header)[0]) if header else b""


def _exactly(wire: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        # Without this, pcscd's next bytes wait 40 ms for our delayed acknowledgement; the kernel forgets it each time.
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        more = wire.recv(count - len(data))
        if not more:
            return b""
        data += more
    return data
