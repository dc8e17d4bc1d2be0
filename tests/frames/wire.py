"""A cable on which anything may happen to a frame, in time that only passes when somebody waits: as fast as memory.

A request may be dropped, sent twice, held back, preceded by noise, or have one bit turned; so may what is answered. Now
and then the plug is pulled in the middle. The seed decides all of it.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from unittest import mock

from hardware.errors import DeviceGone
from simulators import wired
from simulators.serve import Peer

LATE_MAX_S = 1.5
KINDS = ("drop", "repeat", "delay", "garbage", "flip", "cut")
TURNED = "flip"  # only where a family's frames have a check: without one no program can tell


class Time:
    """Stands where a driver has ``time``."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._ahead: list[tuple[float, int, Wire, bool, bytes]] = []
        self._n = 0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        until = self.now + max(0.0, seconds)
        while self._ahead and self._ahead[0][0] <= until:
            self.step()
        self.now = until

    def later(self, seconds: float, wire: "Wire", asked: bool, data: bytes) -> None:
        """``data`` arrives then: at the boards (``asked``) or at the kiosk."""
        self._n += 1
        heapq.heappush(self._ahead, (self.now + seconds, self._n, wire, asked, data))

    def step(self) -> None:
        """To the next thing that arrives."""
        at, _, wire, asked, data = heapq.heappop(self._ahead)
        self.now = max(self.now, at)
        wire.arrives(asked, data)

    @property
    def next_at(self) -> float | None:
        return self._ahead[0][0] if self._ahead else None


class Busy:
    """Stands where a board has ``time``: meanwhile it hears nothing, and what arrives waits for it."""

    def __init__(self, time: Time) -> None:
        self._time = time

    def sleep(self, seconds: float) -> None:
        self._time.now += seconds


@contextmanager
def in_the_time_of(time: Time, *modules: ModuleType) -> Iterator[None]:
    """Those modules, and the boards, wait in this time."""
    with ExitStack() as patched:
        patched.enter_context(mock.patch.object(wired, "time", Busy(time)))
        for module in modules:
            patched.enter_context(mock.patch.object(module, "time", time))
        yield


class Wire:
    """A ``Transport`` to the boards at its other end. ``often``: how likely a frame is to be disturbed. ``forges``:
    whether noise before a request makes another command of it. ``goes_out`` hears of each request as the driver wrote
    it, and whether it is sent twice."""

    def __init__(
        self,
        boards: Peer,
        time: Time,
        rng: random.Random,
        flips: bool,
        often: float,
        forges: Callable[[bytes, bytes], bool],
        goes_out: Callable[[bytes, bool], None],
    ) -> None:
        self._boards, self._time, self._rng, self._often, self._forges = boards, time, rng, often, forges
        self._goes_out = goes_out
        self._kinds = KINDS if flips else tuple(kind for kind in KINDS if kind != TURNED)
        self._heard = bytearray()
        self._gone = False
        self.frames = self.forged = 0
        self.faults: Counter[str] = Counter()

    # ---- as the driver has it

    def write(self, data: bytes) -> None:
        self._pull()
        self._carry(data, asked=True, takes_s=len(data) / 960)

    def read(self, timeout_s: float) -> bytes:
        self._pull()
        until = self._time.now + timeout_s
        while not self._heard and (at := self._time.next_at) is not None and at <= until:
            self._time.step()
        if not self._heard:
            self._time.sleep(until - self._time.now)
        data, self._heard = bytes(self._heard[:4096]), self._heard[4096:]
        return data

    def discard_input(self) -> None:
        self._heard.clear()

    def close(self) -> None:
        self._gone = True

    # ---- as fate has it

    def arrives(self, asked: bool, data: bytes) -> None:
        if self._gone:
            return
        if not asked:
            self._heard += data
            return
        for reply in self._boards.received(data):
            self._carry(reply, asked=False, takes_s=0.01 + len(reply) / 960)

    def _carry(self, data: bytes, asked: bool, takes_s: float) -> None:
        self.frames += 1
        kind = self._rng.choice(self._kinds) if self._rng.random() < self._often else ""
        if kind:
            self.faults[kind] += 1
        if asked:
            self._goes_out(data, kind == "repeat")
        rng = self._rng
        match kind:
            case "drop":
                return
            case "repeat":
                self._time.later(takes_s * 2, self, asked, data)
            case "delay":
                takes_s += rng.uniform(0.02, LATE_MAX_S)
            case "garbage":
                noise = rng.randbytes(rng.randint(1, 8))
                if asked and self._forges(noise, data):
                    self.forged += 1
                    noise = b""
                data = noise + data
            case "cut":
                data = data[: rng.randrange(len(data))]
            case "flip":
                at = rng.randrange(len(data))
                data = data[:at] + bytes((data[at] ^ 1 << rng.randrange(8),)) + data[at + 1 :]
        self._time.later(takes_s, self, asked, data)

    def _pull(self) -> None:
        if self._gone or self._rng.random() < 0.0005:
            if not self._gone:
                self.faults["unplug"] += 1
            self._gone = True
            raise DeviceGone("the plug was pulled")
