"""A wire whose time is computed, not waited for: what comes when is exact, however busy the machine that tests is.

Everything there is, driver, line and twin, lives by the one ``Clock``; a byte crosses in ten bits at the baud rate.
"""

import importlib
import pkgutil
import time
from collections import deque

import pytest

import hardware.locker
from simulators.serve import BITS_A_BYTE, Peer


class Clock:
    """Stands in for the module ``time``. Only sleeping and waiting make it later."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


class TimedWire:
    """A ``Transport``. The peer hears what is written when it has crossed and the peer is free, and what it says, and
    sleeps through, takes its time on the wire back."""

    def __init__(self, peer: Peer, clock: Clock, baud: int) -> None:
        self._peer, self._clock = peer, clock
        self.byte_s = BITS_A_BYTE / baud
        self._free_at = clock.now
        self._coming: deque[tuple[float, int]] = deque()

    def write(self, data: bytes) -> None:
        here = self._clock.now
        self._clock.now = max(here + len(data) * self.byte_s, self._free_at)
        for reply in self._peer.received(data):
            for byte in reply:
                self._clock.now += self.byte_s
                self._coming.append((self._clock.now, byte))
        self._free_at, self._clock.now = self._clock.now, here

    def read(self, timeout_s: float) -> bytes:
        until = self._clock.now + max(timeout_s, 0.0)
        if not self._coming or self._coming[0][0] > until:
            self._clock.now = until
            return b""
        self._clock.now = max(self._clock.now, self._coming[0][0])
        return self._arrived()

    def discard_input(self) -> None:
        self._arrived()

    def close(self) -> None:
        pass

    def _arrived(self) -> bytes:
        data = bytearray()
        while self._coming and self._coming[0][0] <= self._clock.now:
            data.append(self._coming.popleft()[1])
        return bytes(data)


def live_by(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every driver of a board, the line and the twins live by this clock."""
    found = [info.name for info in pkgutil.iter_modules(hardware.locker.__path__, "hardware.locker.")]
    for name in (*found, "simulators.line", "simulators.wired"):
        module = importlib.import_module(name)
        if getattr(module, "time", None) is time:
            monkeypatch.setattr(module, "time", clock)
