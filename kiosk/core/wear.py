"""How a door ages: how long it takes from the pulse to being seen open, how often it needs another pulse, how long it
is left open. A latch gets slow and wants second pulses before it jams for good, so that is told while it still opens.

Every opening that was watched from pulse to open counts, to within one look at its board; those over a power cut or a
lost board do not. A door is judged against itself: slow from the beginning is how it was built.
"""

from dataclasses import dataclass, replace
from statistics import median

RECENT = 10
FIRST = 20  # openings that make up what is usual for a door
SLOWER_S, SLOWER = 0.3, 2.0  # warned when it takes twice as long as usual, and this much more
RETRIES = 4  # in the recent openings; some are no sign yet


@dataclass(frozen=True, slots=True)
class Wear:
    """One door's age. ``usual_s``: median of its first openings. ``recent_s``, ``pulses``, ``open_s``: of the recent
    ones, the newest last: pulse to open, pulses needed, left open. ``wearing``: staff and library were told."""

    name: str
    openings: int = 0
    usual_s: float = 0.0
    recent_s: tuple[float, ...] = ()
    pulses: tuple[int, ...] = ()
    open_s: tuple[float, ...] = ()
    wearing: bool = False

    @property
    def now_s(self) -> float:
        """How long it takes these days; 0 when it was never seen opening."""
        return median(self.recent_s) if self.recent_s else 0.0

    @property
    def retries(self) -> int:
        """Pulses beyond the first, in the recent openings."""
        return sum(pulses - 1 for pulses in self.pulses)

    @property
    def worse(self) -> bool:
        """Whether somebody should look at it."""
        if len(self.recent_s) < RECENT:
            return False
        slow = self.now_s > SLOWER * self.usual_s and self.now_s > self.usual_s + SLOWER_S
        return (slow and self.openings > FIRST) or self.retries >= RETRIES


def opened(wear: Wear, took_s: float, pulses: int) -> Wear:
    """One more opening, ``took_s`` after its last pulse."""
    took_s = max(0.0, took_s)
    recent = (*wear.recent_s, round(took_s, 3))[-RECENT:]
    count = wear.openings + 1
    usual = wear.usual_s
    if count <= RECENT:
        usual = median(recent)
    elif count <= FIRST:  # a mean that moves a little with each of them
        usual += (took_s - usual) / count
    return replace(
        wear,
        openings=count,
        usual_s=round(usual, 3),
        recent_s=recent,
        pulses=(*wear.pulses, max(1, pulses))[-RECENT:],
    )


def shut(wear: Wear, open_s: float) -> Wear:
    """It was shut again after so long."""
    return replace(wear, open_s=(*wear.open_s, round(max(0.0, open_s), 1))[-RECENT:])
