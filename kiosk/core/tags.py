"""Security of tags: what lies on a pad is let past the gate when its loan is booked, and no longer once it is back.

A pad reads back what it has written. What it could not write is a person's to see to: on the screen while they stand
there, as a trouble told to the library when they have gone.
"""

from collections.abc import Mapping
from dataclasses import replace

from hardware.readings import PileSeen, SecureEnded, Written
from kiosk.core.commands import LookAgain, Secure
from kiosk.core.session import Step
from kiosk.core.stories import AtCounter
from kiosk.core.tag_facts import TagEnded, TagOrdered
from sync.messages import PointTrouble

FORGOTTEN_S = 300.0  # after that nobody waits for an answer any more

Lying = tuple[tuple[str, str], ...]
"""What lies on pads: (item, name of the pad)."""


def lying_now(before: Lying, pile: PileSeen) -> Lying:
    """What lies on pads, as this one says it now."""
    return (*((item, pad) for item, pad in before if pad != pile.device), *((i, pile.device) for i in pile.items))


def writable(step: Step, lying: Lying) -> Mapping[str, str]:
    """The items whose tags can be written where they lie now, and on which pad."""
    return {item: pad for item, pad in lying if pad in step.point.plan.writing}


def look_again(step: Step) -> Step:
    """Have each pad say what lies there: it may have lain there since before anybody asked."""
    return step.order(*(LookAgain(pad) for pad in sorted(step.point.plan.pads)))


def order(step: Step, pad: str, item: str, secured: bool) -> tuple[Step, str]:
    """Have a tag written; also the name of the order. That it may be is on disk before the pad hears of it."""
    step, number = step.numbered()
    name = str(number)
    return step.fact(TagOrdered(name, item, secured, pad)).order(Secure(pad, name, item, secured)), name


def ended(step: Step, event: SecureEnded) -> Step:
    """A pad's word on a tag. Of one that nobody stands there for, staff hear if it was not written."""
    step = step.fact(TagEnded(event.order, event.item, event.secured, event.written))
    row = step.point.counter_items.get(event.item)
    if row is not None and row.writing == event.order:
        return step.drop(row) if event.written is Written.DONE else step.put(replace(row, writing=""))
    if event.written is Written.DONE or row is not None:
        return step
    return step.fact(PointTrouble("tag_not_set" if event.secured else "tag_not_cleared", detail=event.item))


def let_go(step: Step, now: float) -> Step:
    """Items at the counter whose borrower has gone: what is not as it should be is told."""
    story = step.session.story
    here = {line.item.barcode for line in story.lines} if isinstance(story, AtCounter) else set()
    for row in step.point.counter_items.values():
        over = now - row.at > FORGOTTEN_S
        if row.id in here or not (over or (row.booked and not row.writing)):
            continue
        step = told(step, row.id)
    return step


def told(step: Step, item: str) -> Step:
    """Nobody sees to this item at the counter any more: staff must."""
    row = step.point.counter_items[item]
    trouble = "tag_not_cleared" if row.booked else "checkout_unknown"
    return step.drop(row).fact(PointTrouble(trouble, detail=item))
