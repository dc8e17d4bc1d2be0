"""Which codes have come into view. A code that lies before a scanner is one arrival, however long it lies and however
often it is said, as a card on a reader is: a slip forgotten there opens nothing when its reader has gone.

The rule, of every scanner and camera: a code counts when it comes into view, and again only after it was out of view
for ``again_after_s``; others beside it do not matter. What is said in the first ``again_after_s`` after connecting was
lying there before anybody looked: it opens nothing. Somebody who shows a code in just that moment takes it away and
shows it again.
"""

from typing import Final

from hardware.readings import Scan

SEEN_MAX: Final = 64
"""So many codes are remembered, whatever a line says: more than anybody shows within ``again_after_s``."""


class InView:
    """What has been seen lately. Its time is that of looking (``looked``), not the clock's: while a stalled machine did
    not look, nothing has left the view."""

    def __init__(self, again_after_s: float) -> None:
        self._again_after_s = again_after_s
        self._now = 0.0
        self._seen: dict[Scan, float] = {}

    def looked(self, seconds: float) -> None:
        """So long nothing else was seen."""
        self._now += seconds

    @property
    def beginning(self) -> bool:
        """Was what is seen now lying there before anybody looked?"""
        return self._now < self._again_after_s

    def arrives(self, scan: Scan) -> bool:
        """It is seen now: has it just come into view?"""
        since = self._now - self._again_after_s
        self._seen = {one: at for one, at in self._seen.items() if at > since}
        known = self._seen.pop(scan, None) is not None  # and stands last again
        self._seen[scan] = self._now
        if len(self._seen) > SEEN_MAX:
            del self._seen[next(iter(self._seen))]
        return not known and not self.beginning

    def __contains__(self, scan: Scan) -> bool:
        """Was it in view until now?"""
        return scan in self._seen and self._seen[scan] > self._now - self._again_after_s
