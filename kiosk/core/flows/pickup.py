"""Pickup: a reader proves who they are, their doors open one after another, what they took is booked.

card, code or QR -> may they, is it here -> door opens -> they take it and shut the door -> next door -> goodbye
"""

from dataclasses import replace

from hardware.readings import Door
from kiosk.core import doors, offline
from kiosk.core.doors import Outcome
from kiosk.core.events import Touched
from kiosk.core.facts import Proved, WrongCode
from kiosk.core.flows.common import (
    door_until,
    goodbye,
    leave,
    mark,
    order_at,
    pulse_again,
    refuse,
    stay,
    visit,
)
from kiosk.core.identity import read_pass
from kiosk.core.model import HERE, Parcel
from kiosk.core.screens import Goodbye, Reason, Slip
from kiosk.core.session import Step
from kiosk.core.settle import DAY_S
from kiosk.core.stories import Collecting, Fetching
from sync.messages import PointTrouble
from sync.things import Patron

CODE_DIGITS = 8


# ---- proof --------------------------------------------------------------------------------------------------------


def codes_open(step: Step, now: float) -> bool:
    """Whether the keypad takes codes: not after too many wrong ones today. Card and QR are never closed."""
    counters = step.point.counters
    if not step.point.plan.library.codes:
        return False
    return int(now // DAY_S) > counters.wrong_day or counters.wrong_codes < step.point.plan.limits.wrong_codes_max


def keypad(step: Step, story: Collecting, touch: Touched, now: float) -> Step:
    """The digits of a pickup code."""
    if not codes_open(step, now):
        return step
    match touch.action:
        case "digit" if len(story.digits) < CODE_DIGITS and touch.value in tuple("0123456789"):
            return stay(step, Collecting(story.digits + touch.value), now)
        case "erase":
            return stay(step, Collecting(story.digits[:-1]), now)
        case "enter" if len(story.digits) == CODE_DIGITS:
            return _code(step, story.digits, now)
    return step


def _code(step: Step, digits: str, now: float) -> Step:
    digest = step.point.plan.keyring.code(digits)
    parcels = [p for p in step.point.parcels.values() if p.code == digest]
    if not parcels:
        return _wrong_code(step, now)
    return _by_proof(step, parcels, "code", now)


def _wrong_code(step: Step, now: float) -> Step:
    counters = step.point.counters
    today = int(now // DAY_S)
    wrong = counters.wrong_codes + 1 if today <= counters.wrong_day else 1
    counters = replace(counters, wrong_codes=wrong, wrong_day=max(today, counters.wrong_day))
    step = step.put(counters).fact(WrongCode(wrong))
    if wrong >= step.point.plan.limits.wrong_codes_max:
        return refuse(step.fact(PointTrouble("codes_closed")), "codes_closed", now)
    return stay(step, Collecting(wrong=True), now)


def by_pass(step: Step, text: str, now: float) -> Step:
    """A scanned pickup QR."""
    pass_id, flaw = read_pass(text, step.point.plan.keyring, step.point.plan.point, now)
    if flaw:
        reasons: dict[str, Reason] = {
            "forged": "pass_forged",
            "expired": "pass_expired",
            "elsewhere": "pass_elsewhere",
        }
        return refuse(step, reasons[flaw], now)
    parcels = [p for p in step.point.parcels.values() if p.pass_id == pass_id]
    return _by_proof(step, parcels, "pass", now)


def _by_proof(step: Step, parcels: list[Parcel], proof: str, now: float) -> Step:
    """Code and QR stand for the parcels they name, and their patron for the right to take them."""
    waiting = [p for p in parcels if p.state in HERE or p.recalled]
    if not waiting:
        reason: Reason = "pass_used" if any(p.state == "collected" for p in parcels) else "nothing_ready"
        return refuse(step, reason, now)
    patron = step.point.patrons.get(waiting[0].patron)
    if patron is None:
        patron = Patron(waiting[0].patron, "")
    return begin(step, patron, proof, [p for p in waiting if p.patron == patron.id], now)


# ---- doors --------------------------------------------------------------------------------------------------------


def begin(step: Step, patron: Patron, proof: str, parcels: list[Parcel], now: float, elsewhere: str = "") -> Step:
    """Open the first door of what this patron may take now, or say why there is none."""
    step = step.fact(Proved(proof, patron.id))
    if patron.standing != "fine":
        blocked: Reason = "patron_expired" if patron.standing == "expired" else "patron_blocked"
        return refuse(step, blocked, now, patron.reason, ("return",), patron.id)
    here = sorted((p for p in parcels if p.state in HERE), key=lambda p: (p.compartment, p.id))
    ready = [p for p in here if not _why_not(step, p, now)]
    if not ready:
        why: Reason = _why_not(step, here[0], now) or "nothing_ready" if here else "nothing_ready"
        if elsewhere and not here:
            return refuse(step, "ready_elsewhere", now, elsewhere, ("return",), patron.id)
        return refuse(step, why, now, then=("return",), person=patron.id)
    left = len([p for p in here if not p.recalled]) - len(ready)
    return _open(step, patron.id, proof, [p.id for p in ready], (), left, False, now)


def _why_not(step: Step, parcel: Parcel, now: float) -> Reason | None:
    row = step.point.compartments.get(parcel.compartment)
    if parcel.recalled:
        return "parcel_recalled"
    if parcel.state in ("missing", "loading"):
        return "parcel_in_doubt"
    if step.point.expired(parcel, now):
        return "parcel_expired"
    if row is None or row.door is not Door.SHUT or row.order is not None:
        return "door_unreachable"
    return offline.why_not(step.point, parcel.patron, now)


def _open(
    step: Step,
    patron: str,
    proof: str,
    queue: list[str],
    done: tuple[str, ...],
    left: int,
    missing: bool,
    now: float,
) -> Step:
    """Order the next door that can still be opened; the others count as left."""
    while queue:
        parcel = step.point.parcels.get(queue.pop(0))
        if parcel is None or _why_not(step, parcel, now):
            left += 1
            continue
        n = len(done) + left + 1
        step = doors.unlock(step, parcel.compartment, "pickup", patron, parcel.id, proof, now)
        here = visit(step, parcel.compartment, n, n + len(queue))
        return step.to(
            Fetching(patron, proof, parcel.id, here, tuple(queue), done, left, missing), door_until(step, now)
        )
    return _finish(step, patron, done, left, missing, now)


def _finish(step: Step, patron: str, done: tuple[str, ...], left: int, missing: bool, now: float) -> Step:
    taken = [p for p in map(step.point.parcels.get, done) if p]
    items = tuple((item.title, item.barcode) for parcel in taken for item in parcel.items)
    titles = tuple(title for title, _ in items)
    due = now + step.point.plan.limits.loan_days * DAY_S if titles else 0.0
    provisional = not step.point.counters.online
    story = step.session.story
    last = story.visit.order if isinstance(story, Fetching) else ""
    slip = Slip(last, step.session.number, "pickup", now, items, due, provisional) if items else None
    return goodbye(step, Goodbye("pickup", titles, due, provisional, left, missing, slip), now, patron)


def door(step: Step, story: Fetching, outcome: Outcome, now: float) -> Step:
    """Something happened to the door in front of the reader."""
    if outcome.what != "shut":
        return step.to(story, door_until(step, now))
    parcel = step.point.parcels.get(story.parcel)
    done, left, missing = story.done, story.left, story.missing
    if parcel and parcel.state == "collected":
        done = (*done, parcel.id)
    elif parcel and parcel.state == "missing":
        missing = True
    else:
        left += 1
    return _open(step, story.patron, story.proof, list(story.queue), done, left, missing, now)


def touch(step: Step, story: Fetching, touched: Touched, now: float) -> Step:
    """A touch while a door is opening, open or stuck."""
    order = order_at(step, story.visit)
    match touched.action:
        case "not_here" if order and order.opened_at:
            return mark(step, story.visit, missing=True)
        case "leave_it" | "cancel" if order and order.opened_at:
            return mark(step, story.visit, keep=True)
        case "again":
            return pulse_again(step, story, now)
        case "cancel" | "help" if order and order.stuck:
            step = doors.give_up(step, story.visit.compartment)
            if not (story.queue or story.done):
                return refuse(step, "door_stuck", now, then=("return",), person=story.patron)
            queue = list(story.queue)
            return _open(step, story.patron, story.proof, queue, story.done, story.left + 1, story.missing, now)
        case "finish":
            return leave(step)
    return step
