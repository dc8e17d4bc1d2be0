"""What goes wrong: each fault is injected here, by its kind, so that it is counted and can be left out again."""

import random
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Allowed:
    """Which faults of a life happen: all but those of the kinds ``without``, and only from the ``first`` on up to the
    ``last``, as they come. A story is shrunk by allowing less."""

    without: frozenset[str] = frozenset()
    first: int = 0
    last: int = 10**9

    def again(self) -> str:
        """The options that say so on the command line."""
        words = f" --without {','.join(sorted(self.without))}" if self.without else ""
        return words + (f" --faults {self.first}:{self.last}" if (self.first, self.last) != (0, 10**9) else "")


ALL = Allowed()


# Each cut is a whole start, and people have their habits: more of these and nobody gets anything done.
AS_EVER = ("power_cut", "wrong_clock_at_boot", "dawdles", "walks_away", "left_open", "takes_nothing", "unreadable")


@dataclass
class Faults:
    """The dice. ``calm``: nothing goes wrong. ``unlucky``: things go wrong so many times as often, but what comes often
    enough."""

    rng: random.Random
    allowed: Allowed = ALL
    calm: bool = False
    unlucky: float = 1.0
    drawn: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def odd(self, chance: float, kind: str) -> bool:
        """Whether this goes wrong now. Every kind rolls the dice alike, left out or not."""
        if kind not in AS_EVER:
            chance = min(chance * self.unlucky, max(chance, 0.4))
        return self.rng.random() < chance and self.happens(kind)

    def happens(self, kind: str) -> bool:
        """It is time for this fault: does it happen?"""
        if self.calm:
            return False
        self.drawn += 1
        if kind in self.allowed.without or not self.allowed.first <= self.drawn <= self.allowed.last:
            return False
        self.counts[kind] += 1
        return True

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.counts.values())
