"""Make a failing life short: fewer days, visits, kinds of faults and faults, as long as it still fails."""

import re
from dataclasses import dataclass, replace

from tests.simulation.faults import ALL, Allowed
from tests.simulation.life import live_a_day
from tests.simulation.rules import Violation

TRIES_MAX = 80  # lives
NAMES = re.compile(r"\b[A-Z]?\d[\w-]*|[A-Z]\d+|\{.*?\}|set\(\)")


@dataclass(frozen=True)
class Life:
    """All that decides how a life goes. ``visits`` a day; 0: as many as the seed says."""

    seed: int
    sip2: bool = False
    days: int = 1
    visits: int = 0
    allowed: Allowed = ALL

    def live(self) -> Violation | None:
        """Live it; the breach, if there is one."""
        try:
            live_a_day(self.seed, self.visits, sip2=self.sip2, days=self.days, allowed=self.allowed)
        except Violation as breach:
            return breach
        return None


def shrink(life: Life, breach: Violation) -> tuple[Life, Violation]:
    """The shortest life found that breaks the same rule, and how it does."""
    wanted, tries = rule_of(breach), TRIES_MAX
    smaller = _smaller(life, breach)
    while tries and smaller:
        tries -= 1
        shorter = smaller.pop(0)
        found = shorter.live()
        if found is not None and rule_of(found) == wanted:
            life, breach = shorter, found
            smaller = _smaller(life, breach)
    return life, breach


def rule_of(breach: Violation) -> str:
    """Which rule was broken, whatever doors and books it was about."""
    return NAMES.sub("*", str(breach).split("\n", 1)[0].split(": ", 1)[-1])


def _smaller(life: Life, breach: Violation) -> list[Life]:
    """What might do with less, the boldest first."""
    world = breach.day.world  # type: ignore[attr-defined]
    lives = [replace(life, days=days) for days in (1, life.days // 2, life.days - 1) if 0 < days < life.days]
    visits = life.visits or (80 if life.days == 1 else 45)
    lives += [
        replace(life, visits=n) for n in (visits // 4, visits // 2, visits * 3 // 4, visits - 1) if 0 < n < visits
    ]
    first, last = max(life.allowed.first, 1), min(life.allowed.last, world.dice.drawn)
    middle = (first + last) // 2
    windows = ((middle, last), (first, middle), ((first + middle) // 2, last), (first, (middle + last) // 2))
    lives += [_allowing(life, first=a, last=b) for a, b in windows if (a, b) != (first, last)]
    kinds = sorted(world.dice.counts, key=lambda kind: -world.dice.counts[kind])
    return lives + [_allowing(life, without=life.allowed.without | {kind}) for kind in kinds]


def _allowing(life: Life, **less: object) -> Life:
    return replace(life, allowed=replace(life.allowed, **less))  # type: ignore[arg-type]
