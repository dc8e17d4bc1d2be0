"""The counter: a reader borrows what they have brought to the machine, one item after another or a pile on the pad.

card -> scan them, or lay them down: n of n counted -> borrow (lending.py): booked, one by one, and past the gate

Nothing but the loan stops an item here, so the loan comes first: docs/decisions/0004.
"""

from dataclasses import replace

from pydantic import SecretStr

from hardware.readings import CodeUnknown, IsbnScanned, ItemScanned, PileSeen
from kiosk.core import offline, tags
from kiosk.core.counter_stories import AtCounter, CounterLine
from kiosk.core.events import Touched
from kiosk.core.facts import Proved
from kiosk.core.flows import lending
from kiosk.core.flows.common import ask, leave, not_fine, refuse, stay
from kiosk.core.model import HERE, PickupPoint
from kiosk.core.notices import CounterNotice
from kiosk.core.screens import Goodbye, Sorry
from kiosk.core.session import Step
from kiosk.core.stories import Ended
from sync.asked import Answer, ItemIs, WhatIs
from sync.things import Item, Patron


def offered(point: PickupPoint) -> bool:
    """Whether anything can be borrowed here that does not lie behind a door."""
    return point.plan.counter and "checkout" in point.plan.library.acts


def after(point: PickupPoint, story: Ended) -> bool:
    """Whether somebody whose story has ended well, or who may have meant it, may go on to borrow here; they tap their
    card for it."""
    match story.screen:
        case Goodbye(purpose="pickup" | "dropoff" | "checkout") | Sorry(reason="returns_to_staff"):
            return offered(point)
    return False


def first(point: PickupPoint) -> bool:
    """Whether a card opens the list by itself: nothing lies here that it could open."""
    return offered(point) and not point.plan.spaces


def begin(step: Step, patron: Patron, now: float, pin: SecretStr | None = None, *, vouched: bool = True) -> Step:
    """A patron has shown their card: the list is open, or the word that they cannot borrow. ``vouched``: their standing
    is known; else nothing is lent without the library's word."""
    step = step.fact(Proved("card", patron.id))
    if patron.standing != "fine":
        return not_fine(step, patron, now)
    if why := offline.why_not(step.point, patron.id, now):
        return refuse(step, why, now, then=("return",), person=patron.id)
    return stay(tags.look_again(step), AtCounter(patron.id, pin=pin, vouched=vouched), now)


# ---- the list -----------------------------------------------------------------------------------------------------


def scanned(step: Step, story: AtCounter, scan: ItemScanned | IsbnScanned | CodeUnknown, now: float) -> Step:
    """A code before the scanner. Once they are going the list is closed."""
    if story.going:
        return step
    if not isinstance(scan, ItemScanned):
        notice: CounterNotice = "use_sticker" if isinstance(scan, IsbnScanned) else "unreadable"
        return _wait(step, replace(story, notice=notice), now)
    if scan.barcode in _listed(story):
        return _wait(step, replace(story, notice="twice"), now)
    return _more(step, replace(story, notice=""), (scan.barcode,), now)


def pile(step: Step, story: AtCounter, pile: PileSeen, now: float) -> Step:
    """Another pile has settled on a pad: what is new in it goes on the list, all of it at once."""
    story = replace(story, lying=tags.lying_now(story.lying, pile))
    if story.going:
        return lending.clear_tags(step, story, now)
    notice: CounterNotice = "part_missing" if pile.incomplete else "foreign_tag" if pile.foreign else ""
    lacks = (pile.incomplete[0].missing[0], pile.incomplete[0].parts) if pile.incomplete else (0, 0)
    return _more(step, replace(story, notice=notice, lacks=lacks), pile.items, now)


def _listed(story: AtCounter) -> set[str]:
    return {*(line.item.barcode for line in story.lines), *story.queue, story.about}


def _more(step: Step, story: AtCounter, codes: tuple[str, ...], now: float) -> Step:
    """These are wanted too; what is being asked about goes on."""
    known, room = _listed(story), step.point.plan.limits.checkout_items_max - len(_listed(story) - {""})
    fresh = tuple(code for code in dict.fromkeys(codes) if code not in known)
    full = len(fresh) > room
    story = replace(story, queue=(*story.queue, *fresh[: max(room, 0)]), notice="full" if full else story.notice)
    return step.to(story, step.session.until) if story.key else _next(step, story, now)


def _next(step: Step, story: AtCounter, now: float) -> Step:
    """Look up what waits in the queue, or wait for the person."""
    if not story.queue:
        return stay(step, story, now)
    code, *rest = story.queue
    story = replace(story, queue=tuple(rest))
    away = not step.point.counters.online
    if _lies_behind_a_door(step.point, code) or (away and offline.promised(step.point, story.patron, code)):
        return _next(step, replace(story, notice="set_aside"), now)
    if away:
        return _next(step, _with(story, _known(step.point, code) or Item(code, code)), now)
    story = replace(story, about=code)
    return ask(step, WhatIs(code), lambda key: replace(story, key=key), now)


def _lies_behind_a_door(point: PickupPoint, code: str) -> bool:
    """As far as is known here it cannot be in a reader's hand: another's parcel, or returned."""
    returned = any(d.item.barcode == code for d in point.drops.values())
    return returned or any(p.state in HERE and any(i.barcode == code for i in p.items) for p in point.parcels.values())


def _known(point: PickupPoint, code: str) -> Item | None:
    return next((i for p in point.parcels.values() for i in p.items if i.barcode == code), None)


def _with(story: AtCounter, item: Item) -> AtCounter:
    return replace(story, lines=(*story.lines, CounterLine(item)))


def answered(step: Step, story: AtCounter, answer: Answer | None, now: float) -> Step:
    """The library's word on an item; None: it did not answer, and will say more when it is borrowed."""
    code, story = story.about, replace(story, key="", about="")
    if isinstance(answer, ItemIs) and answer.item is None:
        return _next(step, replace(story, notice="not_ours"), now)
    item = (answer.item if isinstance(answer, ItemIs) else None) or Item(code, code)
    if item.barcode in _listed(story):  # the library knows it by another label too
        return _next(step, replace(story, notice="twice"), now)
    if _lies_behind_a_door(step.point, item.barcode):
        return _next(step, replace(story, notice="set_aside"), now)
    return _next(step, _with(story, item), now)


def _wait(step: Step, story: AtCounter, now: float) -> Step:
    """Say it; a question that is under way goes on for as long as it would have."""
    return step.to(story, step.session.until) if story.key else stay(step, story, now)


# ---- touches ------------------------------------------------------------------------------------------------------


def touch(step: Step, story: AtCounter, touched: Touched, now: float) -> Step:
    """A touch at the list. Once they are going one can only stop there; what is under way goes on."""
    if story.going:
        return lending.goodbye_to(step, story, now) if touched.action == "finish" else step
    match touched.action:
        case "borrow" if story.lines and not story.key:
            return lending.next_one(step, replace(story, going=True, notice=""), now)
        case "undo" if story.lines and not story.key:
            return stay(step, replace(story, lines=story.lines[:-1], notice=""), now)
        case "cancel" | "finish":
            return leave(step)
    return step


def overdue(step: Step, story: AtCounter, now: float) -> Step:
    """No word in time."""
    if story.going and story.key:
        return lending.acted(step, story, "unknown", now)
    return answered(step, story, None, now) if story.key else leave(step)
