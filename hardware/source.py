"""The contract of a device that reports by itself: card readers and scanners."""

from collections.abc import Sequence
from typing import Protocol

from hardware.readings import Reading


class Source(Protocol):
    """Something to wait on. Plain and blocking, without threads; one thread owns it."""

    def wait(self, timeout_s: float) -> Sequence[Reading]:
        """What was reported, waiting up to ``timeout_s`` for the first; empty if nothing was.

        Raises ``DeviceGone`` when the device is lost: close it and connect again.
        """

    def close(self) -> None:
        """Let go of the device. Never raises; may be called twice."""
