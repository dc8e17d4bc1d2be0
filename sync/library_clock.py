"""How late is it at the library? Bounds on its time, from what it says of it and when that was asked and heard.

Whatever was on the way in between, the library's clock showed ``server_time`` at some moment between asking and
hearing: so the difference of its clock to ours lies within an interval as wide as the exchange took (Cristian 1989;
Marzullo's interval view of it). The narrowest of the recent ones counts, widened by what two clocks may drift apart.
Our clock here is one that only runs: what is done to the wall clock changes nothing.
"""

from dataclasses import dataclass

DRIFT = 200e-6  # seconds a second; a cheap crystal stays within 100 ppm, and there are two of them
SAMPLES_MAX = 16


@dataclass(frozen=True, slots=True)
class Bounds:
    """A time of the library lies between these (Unix seconds)."""

    earliest: float
    latest: float

    @property
    def width_s(self) -> float:
        """How much is unknown."""
        return self.latest - self.earliest


@dataclass(frozen=True, slots=True)
class _Sample:
    low: float  # the library's clock minus ours, at least
    high: float
    at: float  # our clock

    def grown(self, now: float) -> "_Sample":
        drift = abs(now - self.at) * DRIFT
        return _Sample(self.low - drift, self.high + drift, self.at)


@dataclass(frozen=True, slots=True)
class LibraryClock:
    """What is known of the library's clock; a new value after each exchange. Knows nothing at first."""

    samples: tuple[_Sample, ...] = ()

    def heard(self, server_time: float, asked_at: float, heard_at: float) -> "LibraryClock":
        """``server_time`` was read at the library between these two moments of our running clock.

        Where it contradicts what was known, somebody has set that clock (or ours slept): what was known is forgotten.
        """
        new = _Sample(server_time - heard_at, server_time - asked_at, heard_at)
        known = [old.grown(heard_at) for old in self.samples]
        if any(old.low > new.high or old.high < new.low for old in known):
            return LibraryClock((new,))
        return LibraryClock((*self.samples[1 - SAMPLES_MAX :], new))

    def bounds(self, now: float) -> Bounds | None:
        """The library's time at ``now`` of our running clock; None: it never said."""
        if not self.samples:
            return None
        best = min((sample.grown(now) for sample in self.samples), key=lambda sample: sample.high - sample.low)
        return Bounds(now + best.low, now + best.high)
