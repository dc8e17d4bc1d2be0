"""Wrong PINs, by card and day: whoever found a card gets no more tries by tapping it again, nor by pulling the plug.

The library counts as well, where it can; this one is on disk here, and no clock set back makes it anew. A day that was
noted while the clock was ahead would last until then: once it is known that it was, the tries of it are today's.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kiosk.core.facts import WrongPin
from kiosk.core.limits import DAY_S

if TYPE_CHECKING:
    from kiosk.core.model import PickupPoint
    from kiosk.core.session import Step

CARDS_MAX = 1000
"""Cards of one day that are counted; those with the fewest are forgotten for more."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How many ``wrong`` PINs came with a card on a ``day`` (Unix days). ``who``: its keyed hash, or its patron."""

    who: str
    wrong: int
    day: int


def wrong_today(point: "PickupPoint", who: str, now: float) -> int:
    """Wrong PINs of this card today, wherever they were typed."""
    return sum(row.wrong for row in _rows(point, who) if row.day >= int(now // DAY_S))


def _rows(point: "PickupPoint", who: str) -> list[Tries]:
    """Of a card, and of the patron whose it is known to be: at the account they are counted by that."""
    patron = point.patrons.get(who) or point.by_card(who)
    names = {who, patron.id, *patron.cards} if patron else {who}
    return [point.tries[name] for name in names if name in point.tries]


def over(point: "PickupPoint", who: str, now: float) -> bool:
    """Whether this card has had its tries for today."""
    return wrong_today(point, who, now) >= point.plan.limits.pins_wrong_day_max


def count(step: "Step", who: str, now: float) -> "Step":
    """One more was wrong."""
    step = used(step, who, now)
    return step.fact(WrongPin(wrong_today(step.point, who, now)))


def used(step: "Step", who: str, now: float) -> "Step":
    """One try less with this card today."""
    today = int(now // DAY_S)
    old = step.point.tries.get(who, Tries(who, 0, today))
    row = Tries(who, (old.wrong if old.day >= today else 0) + 1, max(today, old.day))
    rest = sorted((r for r in step.point.tries.values() if r.who != who), key=lambda r: (r.day >= today, r.wrong))
    gone = [r for n, r in enumerate(rest) if r.day < today or n <= len(rest) - CARDS_MAX]
    return step.drop(*gone).put(row)


def unused(step: "Step", who: str) -> "Step":
    """It was not told: the last try counts for nothing."""
    row = step.point.tries.get(who)
    if row is None:
        return step
    return step.put(replace(row, wrong=row.wrong - 1)) if row.wrong > 1 else step.drop(row)


def past(point: "PickupPoint", now: float) -> list[Tries]:
    """Those of days that are over."""
    return [row for row in point.tries.values() if row.day < int(now // DAY_S)]


def right(step: "Step", who: str) -> "Step":
    """The right one: its owner stands there."""
    return step.drop(*_rows(step.point, who))


def no_later(step: "Step", now: float) -> "Step":
    """Wrong codes and PINs of days that are yet to come count for today, all of them. ``now``: no earlier than the
    clock, or each word of the library would make tries anew while the clock is ahead."""
    today, counters = int(now // DAY_S), step.point.counters
    if counters.wrong_day > today:
        step = step.put(replace(counters, wrong_day=today))
    return step.put(*(replace(row, day=today) for row in step.point.tries.values() if row.day > today))


def left(point: "PickupPoint", who: str, wrong: int, now: float) -> int:
    """How many PINs may still be typed, after so many ``wrong`` ones in this visit."""
    limits = point.plan.limits
    return min(limits.pins_wrong_max - wrong, limits.pins_wrong_day_max - wrong_today(point, who, now))
