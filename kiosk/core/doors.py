"""The story of one door: ordered, pulsed, seen open, seen shut. It goes on whether or not anybody stands there.

The order stands in the compartment's row, so a door that shuts after its reader walked away, or after a power cut,
settles just as it would have. Functions return the step and what happened to a door (``Outcome``), for the flow
whose door it is.
"""

from dataclasses import dataclass, replace
from typing import Literal

from hardware.readings import Door, DoorSeen, Pulse, UnlockEnded
from kiosk.core import downtime
from kiosk.core.commands import Unlock
from kiosk.core.facts import DoorOpened, DoorShut, NotOpened, UnlockAnswered, UnlockOrdered
from kiosk.core.heeded import OrderPurpose
from kiosk.core.model import Compartment, PickupPoint
from kiosk.core.notices import Reason
from kiosk.core.order import Order, Out
from kiosk.core.sensors import unsensed
from kiosk.core.session import Step
from kiosk.core.settle import doubt, mark_doubt, set_check, settle, withdraw
from kiosk.core.stories import Fetching
from kiosk.core.taken import book_collected, taken_so_far
from kiosk.core.wear import Wear, opened, shut
from sync.messages import PointTrouble

REST_MAX_S = 3600.0
WORDLESS_TIMES = 3  # as long, on an order from afar, the wire is waited for: a slow disk may have held it up
FIRST_LOOK_S = 10.0  # after a start: by then each door has been seen, or its board does not answer
BOUNCE_S = 1.0  # nobody opens a door, does something and shuts it in less: the switch bounces


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to the door of an order. ``late``: open too long; it still is. ``resting``: shut, and its reader
    may have it opened once more; ``shut``: that is over, and it has settled."""

    order: str
    what: Literal["opened", "resting", "shut", "stuck", "late"]


def unlock(
    step: Step, compartment: str, purpose: OrderPurpose, person: str, about: str, proof: str, now: float
) -> Step:
    """Order one door open. The compartment must have no order; its door must be known to be shut, or let go
    (sensors.py)."""
    row = step.point.compartments[compartment]
    assert row.order is None, f"{compartment} has an order under way"
    step, number = step.numbered()
    return _pulse(step, row, Order(str(number), purpose, person, about, proof, now))


def again(step: Step, compartment: str, now: float) -> Step:
    """One more pulse for the order of a door that was seen shut. Never called blindly."""
    row = step.point.compartments[compartment]
    assert row.order is not None, f"{compartment} has no order"
    blind = row.order.blind and not row.order.opened_at  # what was not seen before it opened is over
    attempt = row.order.attempt + 1
    order = replace(row.order, attempt=attempt, asked_at=now, pulse="", stuck=False, blind=blind, rests_until=0.0)
    return _pulse(step, row, order)


def _pulse(step: Step, row: Compartment, order: Order) -> Step:
    fact = UnlockOrdered(row.name, order.id, order.attempt, order.purpose, order.person, order.about)
    return step.put(replace(row, order=order)).fact(fact).order(Unlock(row.name, order.id, order.attempt))


def attempts_left(point: PickupPoint, compartment: str, now: float) -> int:
    """How many more pulses are allowed now: none unless the door of the order is known to be shut, none to a lock
    that rests."""
    row = point.compartments[compartment]
    if row.order is None or row.door is not Door.SHUT or now < row.order.rests_until:
        return 0
    return max(0, point.plan.limits.open_attempts_max - (row.order.attempt - row.order.spared))


def answered(step: Step, event: UnlockEnded, now: float) -> tuple[Step, Outcome | None]:
    """The wire's word on a pulse. A clear no means the lock did not move; anything else waits for the door itself.
    A lock that must rest was not even tried: that attempt does not count."""
    row = step.point.compartments.get(event.compartment)
    order = row.order if row else None
    if row is None or order is None or (order.id, order.attempt) != (event.order, event.attempt):
        return step, None
    unmoved = event.pulse in (Pulse.REFUSED, Pulse.NOT_SENT) and (not order.opened_at or order.reopening)
    answer = replace(order, pulse=event.pulse.value, stuck=order.stuck or unmoved)
    if unmoved and event.rests_s > 0:
        answer = replace(answer, rests_until=now + min(event.rests_s, REST_MAX_S), spared=order.spared + 1)
    step = step.put(replace(row, order=answer))
    step = step.fact(UnlockAnswered(event.compartment, event.order, event.attempt, event.pulse, event.rests_s))
    if event.pulse is Pulse.ACCEPTED and unsensed(row) and not order.opened_at:  # whoever ordered it stands there
        return _opened(step, replace(row, order=answer), answer, now)
    return step, Outcome(order.id, "stuck") if unmoved else None


def seen(step: Step, event: DoorSeen, now: float) -> tuple[Step, Outcome | None]:
    """A door's state, as the bank reports it."""
    row = step.point.compartments.get(event.compartment)
    if row is None or row.door is event.door:
        return step, None
    step, row = downtime.seen(step, replace(row, door=event.door), now)
    if row.order is None:
        return _seen_alone(step.put(row), row, now), None
    if event.door is Door.OPEN:
        return _opened(step.put(row), row, row.order, now)
    if event.door is Door.SHUT:
        return _shut(step.put(row), row, row.order, now)
    blind = row.order.blind or not row.order.opened_at or row.order.asked_again
    return step.put(replace(row, order=replace(row.order, blind=blind))), None


def _opened(step: Step, row: Compartment, order: Order, now: float) -> tuple[Step, Outcome | None]:
    if order.opened_at and not order.shut_at:
        return step, None
    again = order.shut_at > 0.0
    sprung = again and not order.asked_again and (order.keep or order.left != ())
    if order.asked_again:
        had = taken_so_far(step.point, order)
        # its reader wanted it open: what was said of it before it was shut holds no more
        order = replace(order, keep=False, missing=False, left=(), absent=(), wrong="", reach=False, had=had)
    row = replace(row, order=replace(order, opened_at=now, shut_at=0.0, stuck=False, late=False))
    step = step.put(row).fact(DoorOpened(row.name, order.id))
    if sprung:  # said to stay, and within reach once more without a word
        step = doubt(step, row.name)
    if not (again or order.blind or order.cut or unsensed(row)):
        step = _aged(step, opened(_wear(step, row.name), now - order.asked_at, order.attempt))
    return step, Outcome(order.id, "opened")


def _wear(step: Step, name: str) -> Wear:
    return step.point.wears.get(name, Wear(name))


def _aged(step: Step, wear: Wear) -> Step:
    """Told once when a door gets worse, and again only when it was better in between."""
    if wear.worse == wear.wearing:
        return step.put(wear)
    step = step.put(replace(wear, wearing=wear.worse))
    if not wear.worse:
        return step
    words = f"opens after {wear.now_s:.1f} s, {wear.usual_s:.1f} s before; {wear.retries} second pulses of late"
    return step.fact(PointTrouble("door_wearing", wear.name, detail=words))


def _shut(step: Step, row: Compartment, order: Order, now: float) -> tuple[Step, Outcome | None]:
    if not order.opened_at and not order.cut:  # the board is back, or somebody pushed it shut: the wait for it goes on
        return set_check(step, row.name) if row.out == "forced" else step, None
    if order.opened_at and not order.cut and now - order.opened_at < BOUNCE_S:
        return step, None  # time will tell
    if order.shut_at and not order.cut:
        return step, None  # shut as before: it rests until its time is over
    if not order.opened_at:  # nobody saw what the door did while the power was away
        return doubt(_ended(step, row), row.name), Outcome(order.id, "shut")
    if not order.shut_at:
        step = step.fact(DoorShut(row.name, order.id))
    if order.cut:
        return _settled(step, row, order, now), Outcome(order.id, "shut")
    step = step.put(shut(_wear(step, row.name), now - order.opened_at))
    if _waited_for(step, order):
        return step.put(replace(row, order=replace(order, shut_at=now))), Outcome(order.id, "resting")
    return settle(_ended(step, row), row.name, order, now), Outcome(order.id, "shut")


def _ended(step: Step, row: Compartment) -> Step:
    """Its order is over; a door that moved is in use again. One that was open before is, once looked behind."""
    out: Out = "" if row.out == "stuck" else "check" if row.out == "forced" else row.out
    return step.put(replace(row, order=None, out=out))


# ---- the grace after a reader has shut a door ---------------------------------------------------------------------


def _waited_for(step: Step, order: Order) -> bool:
    """Whether the reader of this order still stands there and may want the door opened again, or the next one."""
    story = step.session.story
    if order.booked or not isinstance(story, Fetching) or story.visit.order != order.id:
        return False
    return step.point.plan.limits.reopen_s > 0 or bool(story.queue)


def finish(step: Step, compartment: str, now: float) -> Step:
    """The grace is over: what its reader did there settles. Nothing for an order that does not rest."""
    row = step.point.compartments[compartment]
    order = row.order
    return _settled(step, row, order, now) if order and order.resting else step


def _settled(step: Step, row: Compartment, order: Order, now: float) -> Step:
    """What was done there before it was shut holds; a door that may have opened once more unseen is looked behind."""
    step = settle(_ended(step, row), row.name, order, now)
    return doubt(step, row.name) if order.asked_again and order.blind else step


def _rest(step: Step, row: Compartment, order: Order, now: float) -> tuple[Step, Outcome | None]:
    if order.reopening:
        if now - order.asked_at < step.point.plan.limits.open_wait_s:
            return step, None
        return step.put(replace(row, order=replace(order, stuck=True))), Outcome(order.id, "stuck")
    return (step, None) if _waited_for(step, order) else (finish(step, row.name, now), None)


# ---- time, and the end --------------------------------------------------------------------------------------------


def _seen_alone(step: Step, row: Compartment, now: float) -> Step:
    """A door with no order. Open: by force, by a lock that moved long after we gave up, or as a broken sensor has it;
    what lies there is in doubt, and its reader cannot have it. Told once until somebody has looked: a contact may
    chatter all day."""
    if row.door is Door.OPEN and row.out != "forced":
        heard = row.forced and row.out == "check"
        step = step.put(replace(row, out="forced", forced=True, down_since=row.down_since or now))
        return mark_doubt(step if heard else step.fact(PointTrouble("door_forced", row.name)), row.name)
    if row.door is Door.SHUT and row.out == "forced":  # anything may have been put in, also where nothing lay
        return set_check(step, row.name)
    if row.door is Door.SHUT and row.out == "silent":
        something = step.point.at(row.name) or step.point.drops_at(row.name)
        return step.put(replace(row, out="check" if something else ""))
    return step


def tick(step: Step, now: float) -> tuple[Step, list[Outcome]]:
    """What time alone does to doors: not opened in time, left open, left open for good."""
    limits = step.point.plan.limits
    outcomes = []
    for name in step.point.compartments:
        row = step.point.compartments[name]  # as it is now: what settles at one door may be about another
        order = row.order
        if order is None:
            continue
        if order.shut_at and not order.cut:
            step, outcome = _rest(step, row, order, now)
            outcomes += [outcome] if outcome else []
        elif not order.opened_at:
            wordless = order.purpose == "remote" and not order.pulse
            patience_s = limits.open_wait_s * (WORDLESS_TIMES if wordless else 1)
            if now - order.asked_at >= patience_s and not order.stuck and not order.cut:
                step = step.put(replace(row, order=replace(order, stuck=True)))
                outcomes.append(Outcome(order.id, "stuck"))
        elif row.door is Door.SHUT:
            step, outcome = _shut(step, row, order, now)
            outcomes += [outcome] if outcome else []
        elif order.cut and row.door is Door.UNKNOWN and 0 <= now - step.point.counters.alive_at < FIRST_LOOK_S:
            continue  # the program has just begun
        elif now - order.opened_at >= limits.shut_wait_s and not order.late:  # said first, however late time is told
            since = row.down_since or order.opened_at  # what lies there nobody else can have
            step = step.put(replace(row, order=replace(order, late=True), down_since=since))
            step = step.fact(PointTrouble("door_left_open", row.name))
            outcomes.append(Outcome(order.id, "late"))
        elif now - order.opened_at >= limits.shut_wait_s + limits.left_open_s:
            booked = book_collected(step, order, now)
            step = step if booked is step else booked.put(replace(row, order=replace(order, booked=True)))
    return step, outcomes


def give_up(step: Step, compartment: str) -> Step:
    """End an order whose door was not seen open: nobody waits for it any more. Nothing if it has opened.

    A door watched all the time did not move: things are where they were. One that could not be seen, or on whose pulse
    the wire has not said a word yet, may have moved.
    Of one that a reader could not have, because the board refused, staff hear as of any that stays shut.
    """
    row = step.point.compartments[compartment]
    order = row.order
    if order is None or order.opened_at:
        return step
    step = step.fact(NotOpened(compartment, order.id))
    refused = order.pulse == Pulse.REFUSED and order.purpose in ("pickup", "dropoff") and row.door is Door.SHUT
    if order.unmoved and not (refused and not order.rests_until):
        return withdraw(step.put(replace(row, order=None)), compartment, order)
    parcel = order.about if order.purpose == "pickup" else ""  # its reader stood there and went without
    if row.door is Door.SHUT and (order.unmoved or (order.pulse and not order.blind)):
        trouble = PointTrouble("door_stuck", compartment, parcel)
        row = replace(row, order=None, out=row.out or "stuck", down_since=row.down_since or order.asked_at)
        return withdraw(step.put(row).fact(trouble), compartment, order)
    trouble = PointTrouble("door_silent", compartment, parcel)
    out = "silent" if row.out in ("", "stuck") else row.out  # what may have moved is more than what did not
    step = step.put(replace(row, order=None, out=out)).fact(trouble)
    step = mark_doubt(step, compartment)
    return set_check(step, compartment) if row.door is Door.SHUT else step


def why_shut(point: PickupPoint, compartment: str, stuck: Reason = "door_stuck") -> Reason:
    """Why a door that was given up stays shut: it did not open (``stuck``), and staff have been told; or nothing
    reached it, and nobody has."""
    return stuck if point.compartments[compartment].out else "door_unreachable"
