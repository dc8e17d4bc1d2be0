"""The contract of a pad, on which things with tags are laid, and the ``Source`` that any pad becomes."""

import time
from collections.abc import Sequence
from typing import Protocol

from hardware.errors import DeviceError, DeviceGone, DeviceRefused, DeviceSilent, WireError
from hardware.readings import Reading
from hardware.rfid.book import Tag
from hardware.rfid.pile import Pile
from hardware.rfid.tags import PadSettings
from hardware.scanner.barcode import Meanings
from hardware.wiretap import unsaid

ROUND_S = 0.15  # between the beginnings of two rounds
FAILED_MAX = 5  # rounds in a row that came to nothing, before the pad counts as lost


class Pad(Protocol):
    """A pad as its driver sees it. Plain and blocking, without threads; one thread owns it."""

    def tags(self) -> Sequence[Tag]:
        """One round: every tag that answers. Blocks at most two seconds.

        Raises ``DeviceSilent`` or ``WireError`` when the round came to nothing, ``DeviceGone`` when the pad is lost.
        """

    def secure(self, uid: str, secured: bool) -> None:
        """Let gates ring for the tag with this UID, or let it pass: written, then read back. Blocks for seconds.

        Returns only when the tag reads back as ordered. Raises ``DeviceRefused`` when the tag is as it was (not there,
        locked, or this pad cannot do it); ``DeviceSilent`` or ``WireError`` when nobody knows which it is now: look
        again before the book goes anywhere; ``DeviceGone`` as well.
        """

    def firmware(self) -> str:
        """What it says of itself, "" where it cannot. Raises ``DeviceError``."""

    def close(self) -> None:
        """Let go of it. Never raises; may be called twice."""


class PadSource:
    """A ``Source`` over any pad; owns and closes it."""

    def __init__(self, device: str, pad: Pad, settings: PadSettings, meanings: Meanings) -> None:
        self.pad = pad
        self._device = device
        self._pile = Pile(device, settings, meanings)
        self._failed = 0
        self._next = 0.0

    def wait(self, timeout_s: float) -> Sequence[Reading]:
        """``PileSeen`` once for each change that has settled, ``PatronScanned`` once for each patron's card that
        arrives (none for one that lay there at first); empty if neither. Raises ``DeviceGone``, also when several
        rounds in a row came to nothing. Blocks longer than ``timeout_s`` only for a round under way.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            time.sleep(max(0.0, min(self._next, deadline) - time.monotonic()))
            readings = self._round() if time.monotonic() >= self._next else []
            if readings or time.monotonic() >= deadline:
                return readings

    def secure(self, item: str, secured: bool) -> None:
        """``Pad.secure`` for an item: each of its tags that lies there, one after another, with the same errors.

        ``DeviceRefused`` also when none lies there. When some of a set's tags were written and another was not, nobody
        can say what a gate would do: ``DeviceSilent``.
        """
        uids = self._pile.uids(item)
        if not uids:
            raise DeviceRefused("no tag of this item lies on the pad")
        for n, uid in enumerate(uids):
            try:
                self.pad.secure(uid, secured)
            except DeviceError as error:
                self._pile.expect(uids)  # whoever laid it there is asked to lay it down once more
                partly = n > 0 and isinstance(error, DeviceRefused)
                raise (DeviceSilent(f"{n} of {len(uids)} tags are written: {error}") if partly else error) from None

    def say_again(self) -> None:
        """The next round says what lies there, whether it has changed or not."""
        self._pile.say_again()

    def firmware(self) -> str:
        """See ``Pad``."""
        return self.pad.firmware()

    def close(self) -> None:
        """Let go of the pad. Never raises; may be called twice."""
        self.pad.close()

    def _round(self) -> list[Reading]:
        self._next = time.monotonic() + ROUND_S
        try:
            tags = self.pad.tags()
        except (DeviceSilent, WireError) as error:
            self._failed += 1
            if self._failed >= FAILED_MAX:
                raise DeviceGone(f"{self._device}: {error}") from None
            return []
        self._failed = 0
        readings = self._pile.seen(tags, time.monotonic())
        if self._pile.unsaid:
            unsaid()
        return readings
