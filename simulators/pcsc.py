"""The other end of a PC/SC reader: a contactless card for the virtual readers of ``simulators.pcscd``.

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

ATR = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
"""A storage card, ISO 14443 A part 3, MIFARE Classic 1K (PC/SC part 3)."""

_POWER_ON, _ASK_ATR = b"\x01", b"\x04"
_GET_UID = bytes.fromhex("FFCA000000")
_DONE, _NO_SUCH_FUNCTION, _NO_SUCH_INSTRUCTION = b"\x90\x00", b"\x6a\x81", b"\x6d\x00"
_RETRY_S = 0.02
_LOOK_S = 0.5
"""pcscd looks every 0.4 s; were the next card there before it looked, it would take it for the one before."""


class Fault(Enum):
    """What can be wrong with a card."""

    NONE = "none"
    UNFIT = "unfit"
    """It has no number to give: FF CA is answered with 6A 81."""
    LIFTED = "lifted"
    """It is taken away after the question for its number and before the answer."""
    FLEETING = "fleeting"
    """It is taken away before it can even be powered up."""


@dataclass(slots=True)
class Moments:
    """When the last card came to be known, on ``time.perf_counter``; 0.0 where that has not happened yet."""

    arrived: float = 0.0
    """Its first ATR after power-on was sent: pcscd tells its clients of it from here on."""
    asked: float = 0.0
    """The question for its number came in."""
    answered: float = 0.0
    """The answer was sent."""


class Card:
    """The place on a virtual reader, with or without a card on it. Any thread may use it, one at a time."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        self._lifted = threading.Event()
        self._lifted.set()
        self._thread: threading.Thread | None = None
        self._wire: socket.socket | None = None
        self._free_at = 0.0
        self.moments = Moments()

    @property
    def lies(self) -> bool:
        """Whether a card lies there that was not taken away, also by its own ``Fault``."""
        return not self._lifted.is_set()

    def tap(self, uid: str, fault: Fault = Fault.NONE, delay_s: float = 0.0, atr: bytes = ATR) -> None:
        """Lay a card with this UID (hex) on the reader, in place of any other; ``delay_s`` is added to each answer.

        Returns at once; the card arrives within a second, and 0.5 s after another was lifted at the soonest. It stays
        until ``lift``; if pcscd goes away, the card meets it again when it is back.
        """
        self.lift()
        self._lifted.clear()
        self.moments = Moments()
        number = bytes.fromhex(uid)
        self._thread = threading.Thread(target=self._lie, args=(number, fault, delay_s, atr), name="card", daemon=True)
        self._thread.start()

    def lift(self) -> None:
        """Take the card away, if there is one. pcscd sees that within 0.4 s."""
        self._lifted.set()
        self._hang_up()
        if self._thread:
            self._thread.join()
        self._thread = None

    close = lift

    def _lie(self, number: bytes, fault: Fault, delay_s: float, atr: bytes) -> None:
        self._lifted.wait(max(0.0, self._free_at - time.monotonic()))
        while not self._lifted.is_set():
            with contextlib.suppress(OSError), socket.create_connection(self._address, timeout=2) as wire:
                wire.settimeout(None)
                self._wire = wire
                self._answer(wire, number, fault, delay_s, atr)
                self._free_at = time.monotonic() + _LOOK_S
            self._lifted.wait(_RETRY_S)

    def _answer(self, wire: socket.socket, number: bytes, fault: Fault, delay_s: float, atr: bytes) -> None:
        while not self._lifted.is_set() and (asked := _receive(wire)):
            if asked == _POWER_ON:
                self.moments = Moments()
                if fault is Fault.FLEETING:
                    self._lifted.set()
                    return
            elif asked == _ASK_ATR:
                _send(wire, atr)
                self.moments.arrived = self.moments.arrived or time.perf_counter()
            elif len(asked) > 1:
                self.moments.asked = time.perf_counter()
                self._lifted.wait(delay_s)
                if fault is Fault.LIFTED:
                    self._lifted.set()
                    return
                _send(wire, _reply(asked, number, fault))
                self.moments.answered = time.perf_counter()

    def _hang_up(self) -> None:
        if self._wire:
            with contextlib.suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)


def _reply(apdu: bytes, number: bytes, fault: Fault) -> bytes:
    if apdu != _GET_UID:
        return _NO_SUCH_INSTRUCTION
    return _NO_SUCH_FUNCTION if fault is Fault.UNFIT else number + _DONE


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
