"""A pile on the pad, where items are returned or loaded: one whole item more is as good as scanned.

What stands on the list already may go on lying there. Two new ones at once are one too many: which of them goes behind
the door would be a guess. An item with a part missing, and tags of others, are named and wait for the person.

What lay there at the counter belongs to whoever stood there: it means nothing more until it has been lifted, however
one book after the other is taken away, and whoever comes next.
"""

from collections.abc import Iterable
from dataclasses import replace

from hardware.readings import ItemScanned, PileSeen
from kiosk.core import tags
from kiosk.core.flows import counter, dropoff, stocking
from kiosk.core.flows.common import stay
from kiosk.core.notices import PadNotice
from kiosk.core.session import Step
from kiosk.core.stories import AtCounter, AtCourier, AtHome, Collecting, Ended, Loading, Returning

ABOUT_PADS: tuple[PadNotice, ...] = ("one_at_a_time", "part_missing", "foreign_tag")


def seen(step: Step, pile: PileSeen, now: float) -> Step:
    """Another pile has settled on the pad."""
    if isinstance(story := step.session.story, AtCounter):
        lying = tags.lying_now(step.session.lying, replace(pile, items=_there(pile)))
        return counter.pile(step.lain(lying), story, pile, now)
    whole, (step, pile) = pile, _but_lain(step, pile)
    match step.session.story:
        case AtHome() | Collecting() | Ended() if not step.point.plan.spaces:
            return step  # it waits for its reader's card, or is being taken away
        case AtHome() if pile.items or pile.incomplete or pile.foreign:
            step = dropoff.begin(step.begun(), now)
        case Collecting() | Ended() if _fresh(pile, ()) and not _wrong(pile, ()):
            patron = getattr(step.session.story, "patron", "")
            step = dropoff.begin(step.home().begun(), now, patron)
    match step.session.story:
        case Returning(accepted=accepted, queue=queue, about=about) as story:
            story = replace(story, lying=tags.lying_now(story.lying, whole))
            step = step.to(story, step.session.until)
            return _upon(step, story, pile, (*(a.item.barcode for a in accepted), *queue, about), now)
        case Loading(scanned=scanned) as story:
            return _upon(step, story, pile, scanned, now)
        case AtCourier() as story:
            return _upon(step, story, pile, (), now)
    return step


def _but_lain(step: Step, pile: PileSeen) -> tuple[Step, PileSeen]:
    """The pile without what has lain there since the counter, and that without what was lifted just now. Which of the
    tags of others have lain there nobody knows."""
    before = step.session.lying
    if all(pad != pile.device for _, pad in before):
        return step, pile
    there = _there(pile)
    lying = tuple((item, pad) for item, pad in before if pad != pile.device or item in there)
    lain = {item for item, pad in lying if pad == pile.device}
    items = tuple(item for item in pile.items if item not in lain)
    incomplete = tuple(one for one in pile.incomplete if one.item not in lain)
    return step.lain(lying), PileSeen(pile.device, items, incomplete)


def _there(pile: PileSeen) -> tuple[str, ...]:
    """Its items, whole or not."""
    return (*pile.items, *(one.item for one in pile.incomplete))


def _upon(step: Step, story: Returning | AtCourier | Loading, pile: PileSeen, known: Iterable[str], now: float) -> Step:
    known = tuple(known)
    notice = _wrong(pile, known)
    if notice:
        lacks = (pile.incomplete[0].missing[0], pile.incomplete[0].parts) if notice == "part_missing" else (0, 0)
        return _noticed(step, replace(story, notice=notice, lacks=lacks), now)
    for item in _fresh(pile, known):
        scan = ItemScanned(pile.device, item)
        if isinstance(story, Returning):
            return dropoff.scanned(step, story, scan, now)
        return stocking.scanned(step, story, scan, now)
    if story.notice in ABOUT_PADS:
        return _noticed(step, replace(story, notice=""), now)
    return step


def _noticed(step: Step, story: Returning | AtCourier | Loading, now: float) -> Step:
    """Say it; a question that is under way goes on for as long as it would have."""
    asking = not isinstance(story, Loading) and story.key
    return step.to(story, step.session.until) if asking else stay(step, story, now)


def _fresh(pile: PileSeen, known: tuple[str, ...]) -> list[str]:
    return [item for item in pile.items if item not in known]


def _wrong(pile: PileSeen, known: tuple[str, ...]) -> PadNotice | None:
    """Why nothing of the pile is taken, the first of the reasons."""
    if len(_fresh(pile, known)) + len(pile.incomplete) > 1:
        return "one_at_a_time"
    if pile.incomplete:
        return "part_missing"
    return "foreign_tag" if pile.foreign else None
