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


class WritingSource(Source, Protocol):
    """A pad: a source whose tags can also be written, by the thread that owns it. See hardware.rfid.pad."""

    def secure(self, item: str, secured: bool) -> None:
        """Let gates ring for this item, or let it pass. Raises ``DeviceError``; blocks for seconds."""

    def say_again(self) -> None:
        """The next round says what lies there, whether it has changed or not."""
