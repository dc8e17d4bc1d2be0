"""What can go wrong on a cable, between a wire and the twin at its end. Faults wear off after a count.

line = Line(board, seed=7)
line.disturb(Fault.LATE, times=2)   # the next two replies come late, then all is well again
wire = serve_pty(line, folder / "ttyLOCKER0", baud=9600)
"""

import random
import time
from collections import Counter, deque
from collections.abc import Iterator
from enum import Enum, auto

from simulators.serve import Peer


class Fault(Enum):
    """One way in which one exchange goes wrong."""

    DEAF = auto()  # the request does not arrive
    SILENT = auto()  # it arrives and is obeyed, but the reply is lost
    LATE = auto()  # the reply comes, after ``late_s``
    CUT = auto()  # the reply breaks off
    GARBAGE = auto()  # noise, then the reply
    BAD_CHECK = auto()  # one bit of the reply is wrong
    SPLIT = auto()  # the reply comes in pieces, with pauses
    UNASKED = auto()  # ``unasked`` comes, then the reply
    ECHO = auto()  # the adapter hears what it sends, then the reply


class Line:
    """A ``Peer`` that passes everything on, disturbed as told. The seed decides what noise and damage look like."""

    def __init__(self, peer: Peer, seed: int = 0) -> None:
        self._peer = peer
        self._chance = random.Random(seed)
        self._ahead: deque[Fault] = deque()
        self.late_s = 0.4
        self.pause_s = 0.01
        self.unasked = b""

    @property
    def faults_ahead(self) -> int:
        """How many faults have not yet worn off."""
        return len(self._ahead)

    @property
    def faults(self) -> dict[str, int]:
        """Those that have not yet worn off, by name."""
        return dict(Counter(fault.name.lower() for fault in tuple(self._ahead)))

    def mend(self) -> None:
        """Nothing is wrong any more."""
        self._ahead.clear()

    def disturb(self, fault: Fault, times: int = 1) -> None:
        """The next ``times`` exchanges go wrong in this way, after those that were ordered before."""
        self._ahead.extend([fault] * times)

    def storm(self, times: int) -> None:
        """Each of the next ``times`` exchanges goes wrong, in ways the seed decides; but no echo: some families of
        boards cannot live with one, and nobody need."""
        self._ahead.extend(self._chance.choice([one for one in Fault if one is not Fault.ECHO]) for _ in range(times))

    def received(self, data: bytes) -> Iterator[bytes]:
        """One exchange: ``data`` to the peer, its replies back; one fault for each piece of data that has a reply."""
        if self._ahead and self._ahead[0] is Fault.DEAF:
            self._ahead.popleft()
            return
        if self._ahead and self._ahead[0] is Fault.ECHO:
            self._ahead.popleft()
            yield data
            yield from self._peer.received(data)
            return
        for reply in self._peer.received(data):
            yield from self._disturbed(reply, self._ahead.popleft() if self._ahead else None)

    def spoken(self, data: bytes) -> Iterator[bytes]:
        """What a device says unasked, as it arrives: one fault for each thing said."""
        yield from self._disturbed(data, self._ahead.popleft() if self._ahead else None)

    def _disturbed(self, reply: bytes, fault: Fault | None) -> Iterator[bytes]:
        match fault:
            case Fault.SILENT | Fault.DEAF:
                return
            case Fault.LATE:
                time.sleep(self.late_s)
            case Fault.CUT:
                reply = reply[: self._chance.randrange(1, len(reply))] if len(reply) > 1 else b""
            case Fault.GARBAGE:
                yield self._chance.randbytes(self._chance.randint(1, 8))
            case Fault.BAD_CHECK:
                at = self._chance.randrange(len(reply))
                reply = reply[:at] + bytes((reply[at] ^ 1 << self._chance.randrange(8),)) + reply[at + 1 :]
            case Fault.SPLIT:
                for byte in reply[:-1]:
                    yield bytes((byte,))
                    time.sleep(self.pause_s)
                reply = reply[-1:]
            case Fault.UNASKED:
                yield self.unasked
        yield reply
