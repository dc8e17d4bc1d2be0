"""The contract of a receipt printer, and what it is given to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hardware.readings import Paper


@dataclass(frozen=True, slots=True)
class Line:
    """Words that begin on a line of their own and go on below where they are too long. ``large``: twice as wide and
    high. Whatever stands in ``words`` is only ever printed: control characters do not reach the printer."""

    words: str
    bold: bool = False
    large: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of this text, centred."""

    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line across the paper."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What came out before is no part of the sheet: it is fed past the knife and cut off."""


Sheet = Sequence[Line | Code | Rule | Cut]


class Printer(Protocol):
    """Plain and blocking, without threads; one thread owns it."""

    def paper(self) -> Paper:
        """Whether it can print, and how it stands with its paper. Blocks at most two seconds.

        First asked after it was connected, it also throws away what it still holds, which is of a sheet that broke off.
        Raises ``DeviceSilent`` when it does not answer, ``DeviceGone`` when it is lost.
        """

    def print_out(self, sheet: Sheet) -> None:
        """Print ``sheet`` and cut it off. Blocks until the printer says that all of it is done, at most a minute.

        Raises ``DeviceRefused``: nothing was printed (no paper, cover open, or it was not there to be asked).
        ``DeviceSilent`` and ``DeviceGone``: it began, and all, some or nothing of it may be on paper; it is not to be
        sent again. What the printer still held of it was thrown away, if it could be told to. What came out of it hangs
        there: begin the next sheet with ``Cut``.
        """

    def firmware(self) -> str:
        """What it says of its make and firmware, "" when it does not say. Blocks at most a second; as ``paper``."""

    def close(self) -> None:
        """Let go of the port. Never raises; may be called twice."""
