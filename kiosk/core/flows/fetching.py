"""Fetching: a reader before the doors of their parcels, one door after another.

door opens -> they take it, or say what is not as it should be, and shut the door -> for a short while it may be opened
once more -> what they took is booked; at their touch the next door opens -> goodbye
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from hardware.readings import Door
from kiosk.core import doors, offline, sensors, stock
from kiosk.core.doors import Outcome
from kiosk.core.events import Touched
from kiosk.core.flows import open_door
from kiosk.core.flows.common import door_until, goodbye, leave, not_fine, order_at, pulse_again, refuse, visit
from kiosk.core.gone import NONE_STAYS, Gone
from kiosk.core.limits import DAY_S
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.notices import Reason, WhyNot
from kiosk.core.order import Order
from kiosk.core.screens import Goodbye, Slip
from kiosk.core.search_stories import Borrowing
from kiosk.core.session import Step
from kiosk.core.stories import Fetching, Story
from kiosk.core.taken import row_of_taken, sort_out
from sync.messages import ParcelMissing, PointTrouble
from sync.things import Patron


def why_not(step: Step, parcel: Parcel, patron: str, now: float) -> Reason | None:
    """Why this reader cannot have this parcel now, or nothing."""
    row = step.point.compartments.get(parcel.compartment)
    if parcel.patron != patron and not (parcel.stock and stock.is_offered(step.point, parcel, now)):
        return "not_here_now"
    if parcel.recalled:
        return "parcel_recalled"
    if parcel.state in ("missing", "loading"):
        return "parcel_in_doubt"
    if step.point.expired(parcel, now):
        return "parcel_expired"
    if row is not None and (row.out == "forced" or sensors.seems_open(row)):
        return "parcel_in_doubt"
    if row is None or row.door is not Door.SHUT or row.order is not None:
        return "door_unreachable"
    return offline.why_not(step.point, patron, now)


def _without(step: Step, gone: Gone, parcel: str, patron: str, why: WhyNot, now: float) -> Gone:
    """One more that they do not get now."""
    row = step.point.parcels[parcel]
    left = gone.left.one_more(why_not(step, row, patron, now))
    return replace(gone, left=left, not_lent=(*gone.not_lent, stock.not_lent(row, why)))


def open_next(step: Step, patron: str, proof: str, parcels: Sequence[str], gone: Gone, now: float) -> Step:
    """Order the next door that can still be opened; the others count as left. After the last, goodbye. ``parcels`` lie
    here, so that nothing heard meanwhile forgets them (feed.py)."""
    if parcels and (barred := _barred(step.point, patron)):
        return _no_more(step, barred, proof, parcels, gone, now)
    queue = list(parcels)
    while queue:
        parcel = step.point.parcels[queue.pop(0)]
        if why := why_not(step, parcel, patron, now):
            enough = why in ("away_enough", "away_for_long")
            gone = _without(step, gone, parcel.id, patron, "enough" if enough else "gone", now)
            continue
        n = gone.n + 1
        step = doors.unlock(step, parcel.compartment, "pickup", patron, parcel.id, proof, now)
        here = visit(step, parcel.compartment, n, n + len(queue))
        story = Fetching(patron, proof, parcel.id, here, tuple(queue), gone.done, gone.left, gone.missing, gone.far)
        story = replace(story, not_lent=gone.not_lent)
        return step.to(story, door_until(step, now))
    return _goodbye(step, patron, gone, now)


def _barred(point: PickupPoint, patron: str) -> Patron | None:
    """Them, where the library has come to lend them nothing just now."""
    known = point.patrons.get(patron)
    return known if known is not None and known.standing != "fine" else None


def _no_more(step: Step, patron: Patron, proof: str, parcels: Sequence[str], gone: Gone, now: float) -> Step:
    """No further door opens for them; what they have taken is theirs."""
    if gone.done:
        for parcel in parcels:
            gone = _without(step, gone, parcel, patron.id, "left", now)
        return _goodbye(step, patron.id, gone, now)
    return refuse(step, "helper_not_now", now, then=("return",)) if proof == "helper" else not_fine(step, patron, now)


def _goodbye(step: Step, patron: str, gone: Gone, now: float) -> Step:
    taken = [p for p in map(step.point.parcels.get, gone.done) if p]
    items = tuple((item.title, item.barcode) for parcel in taken for item in parcel.items)
    titles = tuple(title for title, _ in items)
    due = now + step.point.plan.limits.loan_days * DAY_S if titles else 0.0
    provisional = not step.point.counters.online
    story = step.session.story
    last = story.visit.order if isinstance(story, Fetching) else ""
    purpose, left, more = purpose_of(step.point, story), gone.left, False
    if purpose == "borrow":  # what they did not take is nobody's
        left, more = NONE_STAYS, stock.any_on_offer(step.point, now)
    slip = Slip(last, step.session.number, purpose, now, items, due, provisional) if items else None
    screen = Goodbye(purpose, titles, due, provisional, left.later, gone.missing, slip, far=gone.far, stock=more)
    not_lent = gone.not_lent if purpose == "borrow" else ()
    screen = replace(screen, not_lent=not_lent, over=left.over, doubt=left.doubt)
    return goodbye(step, screen, now, _who(story.proof, patron) if isinstance(story, Fetching) else patron)


def purpose_of(point: PickupPoint, story: Story) -> Literal["pickup", "borrow"]:
    """Whether they fetch what was set aside for them, or borrow what lies here for anybody."""
    row = point.parcels.get(story.parcel) if isinstance(story, Fetching) else None
    return "borrow" if isinstance(story, Borrowing) or (row and row.stock) else "pickup"


def _who(proof: str, patron: str) -> str:
    """Who stands there: the reader, or a helper, who is nobody here."""
    return "" if proof == "helper" else patron


# ---- the door -----------------------------------------------------------------------------------------------------


def door(step: Step, story: Fetching, outcome: Outcome, now: float) -> Step:
    """Something happened to the door in front of the reader."""
    match outcome.what:
        case "resting":
            return step.to(replace(story, sorting=None, notice=""), now + _rest_s(step, story))
        case "stuck" if (order := order_at(step, story.visit)) and order.resting:  # it did not open once more
            return step.to(story, max(now, order.rests_until) + _rest_s(step, story))
        case "shut":
            return rested(step, story, now)
    return step.to(story, door_until(step, now))


def _rest_s(step: Step, story: Fetching) -> float:
    """How long a shut door waits for its reader to want it once more, or the next one."""
    limits = step.point.plan.limits
    return step.wait_s(max(limits.reopen_s, limits.next_door_s) if story.queue else limits.reopen_s)


def may_reopen(point: PickupPoint, story: Fetching, order: Order, now: float) -> bool:
    """Whether a door that was just shut may be opened once more: not for what they left there and may not have now.
    What they have in hand is theirs, also where the library has called it back meanwhile."""
    parcel, why = point.parcels.get(story.parcel), _lost(point, story)
    if why and not (parcel and why != "not_here_now" and sort_out(parcel, order).taken == parcel.items):
        return False
    return point.plan.limits.reopen_s > 0 and doors.attempts_left(point, story.visit.compartment, now) > 0


def rested(step: Step, story: Fetching, now: float) -> Step:
    """The door has settled, or does so now, and nobody has touched for the next one: it stays shut, as its reader may
    have gone."""
    return _on(step, story, (), now)


def _on(step: Step, story: Fetching, queue: tuple[str, ...], now: float) -> Step:
    """The door settles, and those of ``queue`` open; the others stay where they are."""
    step = doors.finish(step, story.visit.compartment, now)
    gone = _gone(step, story, now)
    gone = gone if queue else _without_others(step, story, gone, now)
    return open_next(step, story.patron, story.proof, queue, gone, now)


def _without_others(step: Step, story: Fetching, gone: Gone, now: float) -> Gone:
    """How it went, where they do not come for the doors after this one."""
    for parcel in story.queue:
        gone = _without(step, gone, parcel, story.patron, "left", now)
    return gone


def _so_far(story: Fetching) -> Gone:
    """How it went before this door."""
    return Gone(story.done, story.left, story.missing, story.far, story.visit.n, story.not_lent)


def _gone(step: Step, story: Fetching, now: float) -> Gone:
    """How it went, with the door that has just settled."""
    gone = _so_far(story)
    part, here = row_of_taken(step.point, story.parcel, story.visit.order), step.point.parcels.get(story.parcel)
    done = (*gone.done, part.id) if part else gone.done
    missing = gone.missing or any(isinstance(f, ParcelMissing) and f.parcel == story.parcel for f in step.facts)
    far = gone.far or any(isinstance(f, PointTrouble) and f.what == "out_of_reach" for f in step.facts)
    if here is not None and here.state not in ("collected", "missing"):
        gone = replace(gone, left=gone.left.one_more(why_not(step, here, story.patron, now)))
    return replace(gone, done=done, missing=missing, far=far)


# ---- touches ------------------------------------------------------------------------------------------------------


def touch(step: Step, story: Fetching, touched: Touched, now: float) -> Step:
    """A touch while a door is opening, open, shut again, or stuck."""
    order = order_at(step, story.visit)
    if order is not None and order.resting:
        return _at_rest(step, story, order, touched, now)
    if order is not None and order.opened_at and not order.shut_at:
        return open_door.touch(step, story, order, touched)
    match touched.action:
        case "again" if order and order.stuck and (why := _lost(step.point, story)):
            return _not_theirs(step, story, why, now)
        case "again":
            return pulse_again(step, story, now)
        case "next" if order and order.stuck and story.queue:
            step = doors.give_up(step, story.visit.compartment)
            return open_next(step, story.patron, story.proof, story.queue, _without_this(step, story, now), now)
        case "cancel" | "help" if order and order.stuck:
            return _no_further(step, story, order, touched.action == "help", now)
        case "finish" if order is None or not order.shut_at:
            return leave(step)
    return step


def _lost(point: PickupPoint, story: Fetching) -> Reason | None:
    """Why a door that has not opened is not tried once more: the library has said meanwhile that they may not have what
    lies there. Time that runs out while they stand there takes nothing from them."""
    parcel = point.parcels.get(story.parcel)
    if _barred(point, story.patron):
        return "patron_blocked"
    if parcel is None or parcel.recalled:
        return "parcel_recalled"
    return None if parcel.stock or parcel.patron == story.patron else "not_here_now"


def _not_theirs(step: Step, story: Fetching, why: Reason, now: float) -> Step:
    """Its door stays shut, and the next one opens: who touches stands there."""
    step = doors.give_up(step, story.visit.compartment)
    gone = _without(step, _so_far(story), story.parcel, story.patron, "gone", now)
    borrows = purpose_of(step.point, story) == "borrow"
    if story.queue or story.done or (story.not_lent and borrows):
        return open_next(step, story.patron, story.proof, story.queue, gone, now)
    if barred := _barred(step.point, story.patron):
        return _no_more(step, barred, story.proof, (), gone, now)
    if story.proof == "helper":
        return refuse(step, "helper_not_now", now, then=("return",))
    why, stock_too = "not_here_now" if borrows else why, stock.any_on_offer(step.point, now)
    return refuse(step, why, now, then=("browse", "return") if stock_too else ("return",), person=story.patron)


def _without_this(step: Step, story: Fetching, now: float) -> Gone:
    return _without(step, _so_far(story), story.parcel, story.patron, "stuck", now)


def _no_further(step: Step, story: Fetching, order: Order, helped: bool, now: float) -> Step:
    """This door did not open, and no other opens behind somebody who may have gone. ``helped``: they want to be."""
    step = doors.give_up(step, story.visit.compartment)
    purpose = purpose_of(step.point, story)
    if story.done or (story.queue and not helped) or (story.not_lent and purpose == "borrow"):
        return _goodbye(step, story.patron, _without_others(step, story, _without_this(step, story, now), now), now)
    if order.rests_until:  # nothing is wrong with it
        return step.home()
    if purpose == "borrow":
        return refuse(step, "stock_stuck", now, then=("browse", "return"), person=story.patron)
    why = doors.why_shut(step.point, story.visit.compartment)
    return refuse(step, why, now, then=("return",), person=_who(story.proof, story.patron))


def _at_rest(step: Step, story: Fetching, order: Order, touched: Touched, now: float) -> Step:
    match touched.action:
        case "reopen" if may_reopen(step.point, story, order, now):
            return doors.again(step, story.visit.compartment, now).to(story, door_until(step, now))
        case "next" if story.queue:
            return _on(step, story, story.queue, now)
        case "finish":
            return _on(step, story, (), now)
    return step
