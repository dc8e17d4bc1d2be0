"""A scanner that looks only when told to: the makes that ``hardware.scanner.trigger`` knows, from their side.

It looks for ``looks_s`` after each start, or until it has read; what lies before it is read at once, and again at the
next start.
"""

import threading
import time
from collections.abc import Callable, Iterator

from hardware.scanner.trigger import Packet, Packets

_STARTS = {
    "honeywell": (bytes.fromhex("16 54 0D"), bytes.fromhex("16 55 0D")),
    "newland": (
        bytes.fromhex("7E 01 30 30 30 30 40 53 43 4E 54 52 47 31 3B 03"),
        bytes.fromhex("7E 01 30 30 30 30 40 53 43 4E 54 52 47 30 3B 03"),
    ),
    "gm65": (bytes.fromhex("7E 00 08 01 00 02 01 AB CD"), bytes.fromhex("7E 00 08 01 00 02 00 AB CD")),
}
_REPLIES = {
    "honeywell": (b"", b""),
    "newland": (b"\x02\x010000@SCNTRG1\x06;\x03", b"\x02\x010000@SCNTRG0\x06;\x03"),
    "gm65": (bytes.fromhex("02 00 00 01 00 33 31"), bytes.fromhex("02 00 00 01 00 33 31")),
}
_COMMAND_MAX = 64


class Triggered:
    """A ``Peer``. ``say`` is how it speaks unasked."""

    def __init__(self, make: str, suffix: bytes, say: Callable[[bytes], None], looks_s: float) -> None:
        self._make = make
        self._suffix = suffix
        self._say = say
        self._looks_s = looks_s
        self._until = 0.0
        self._held = b""
        self._label: bytes | None = None
        self._lock = threading.RLock()
        self.starts: list[float] = []
        """When it was told to look (``time.monotonic``)."""
        self.stops = 0

    def show(self, label: bytes) -> None:
        """Something lies before it now."""
        with self._lock:
            self._label = label
            if self._looking:
                self._say(self._read())

    def take_away(self) -> None:
        """Nothing lies before it."""
        with self._lock:
            self._label = None

    def received(self, data: bytes) -> Iterator[bytes]:
        """Commands in, answers out, and what is read."""
        self._held = (self._held + data)[-_COMMAND_MAX:]
        for on in self._commands():
            if reply := _REPLIES[self._make][not on]:
                yield reply
            yield from self._told(on)

    @property
    def _looking(self) -> bool:
        return time.monotonic() < self._until

    def _told(self, on: bool) -> Iterator[bytes]:
        with self._lock:
            self._until = time.monotonic() + self._looks_s if on else 0.0
            self.starts += [time.monotonic()] if on else []
            self.stops += not on
            said = self._read() if on and self._label is not None else b""
        if said:
            yield said

    def _commands(self) -> Iterator[bool]:
        while found := [(at, text) for text in _STARTS[self._make] if (at := self._held.find(text)) >= 0]:
            at, text = min(found)
            self._held = self._held[at + len(text) :]
            yield text is _STARTS[self._make][0]

    def _read(self) -> bytes:
        self._until = 0.0
        assert self._label is not None
        return self._framed(self._label + self._suffix)

    def _framed(self, text: bytes) -> bytes:
        return text


class TriggeredSsi(Triggered):
    """Zebra: codes as they are, or in frames once it was asked for them; those are repeated until acknowledged."""

    ACK_WAIT_S = 0.3
    REPEATS = 2

    def __init__(self, make: str, suffix: bytes, say: Callable[[bytes], None], looks_s: float) -> None:
        super().__init__(make, suffix, say, looks_s)
        self._packets = Packets(source=0x04)
        self._in_frames = False
        self._unheard: bytes | None = None
        self.deaf = 0
        """So many of the acknowledgements that come next do not arrive."""
        self.repeated = 0

    def received(self, data: bytes) -> Iterator[bytes]:
        for packet in self._packets.feed(data):
            if packet.opcode == 0xD0:
                if self.deaf:
                    self.deaf -= 1
                else:
                    self._unheard = None
                continue
            yield Packet(0xD0, source=0).to_bytes()
            if packet.opcode == 0xC6:
                self._in_frames = self._in_frames or packet.data[1:] == b"\xee\x01"
            elif packet.opcode in (0xE4, 0xE5):
                yield from self._told(packet.opcode == 0xE4)

    def _framed(self, text: bytes) -> bytes:
        if not self._in_frames:
            return text
        self._unheard = text
        self._await(text, self.REPEATS)
        return self._packet(text, again=False)

    def _await(self, text: bytes, left: int) -> None:
        timer = threading.Timer(self.ACK_WAIT_S, self._repeat, (text, left))
        timer.daemon = True
        timer.start()

    def _repeat(self, text: bytes, left: int) -> None:
        if self._unheard is text and left:
            self.repeated += 1
            self._say(self._packet(text, again=True))
            self._await(text, left - 1)

    def _packet(self, text: bytes, again: bool) -> bytes:
        return Packet(0xF3, b"\x0b" + text, int(again), source=0).to_bytes()
