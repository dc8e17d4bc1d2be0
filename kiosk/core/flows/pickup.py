"""Pickup: a reader proves who they are and what lies here for them is found; their doors open in fetching.py.

card, code or QR -> may they, is it here -> one parcel: its door opens; several: all of them, or only some?
"""

from dataclasses import replace

from kiosk.core import places
from kiosk.core.events import Touched
from kiosk.core.facts import Proved, WrongCode
from kiosk.core.flows import fetching, helping
from kiosk.core.flows.common import not_fine, refuse, stay
from kiosk.core.flows.fetching import why_not
from kiosk.core.flows.keypad import CODE_DIGITS, typed
from kiosk.core.gone import Gone, Stays
from kiosk.core.identity import read_pass
from kiosk.core.known import code_digests
from kiosk.core.limits import DAY_S
from kiosk.core.model import HERE, Parcel, PickupPoint
from kiosk.core.notices import Nothing, Reason
from kiosk.core.plan import SIZES
from kiosk.core.session import Step
from kiosk.core.stock import any_on_offer
from kiosk.core.stories import Choosing, Collecting
from sync.messages import PointTrouble
from sync.things import Patron

# ---- proof --------------------------------------------------------------------------------------------------------


def codes_open(step: Step, now: float) -> bool:
    """Whether the keypad takes codes: not after too many wrong ones today, nor where there is no door that they could
    open. Card and QR are never closed."""
    counters = step.point.counters
    if not (step.point.plan.library.codes and step.point.plan.spaces):
        return False
    return int(now // DAY_S) > counters.wrong_day or counters.wrong_codes < step.point.plan.limits.wrong_codes_max


def keypad(step: Step, story: Collecting, touch: Touched, now: float) -> Step:
    """The digits of a pickup code."""
    if not codes_open(step, now):
        return step
    digits = typed(story.digits, touch, CODE_DIGITS)
    if digits is not None:
        return stay(step, Collecting(digits), now)
    if touch.action == "enter" and len(story.digits) == CODE_DIGITS:
        return _code(step, story.digits, now)
    return step


def _code(step: Step, digits: str, now: float) -> Step:
    digests = code_digests(step.point, digits)
    parcels = [p for p in step.point.parcels.values() if p.code in digests and p.patron]
    if parcels:
        return _by_proof(step, parcels, "code", now)
    allowed = helping.allowed(step.point, digests, now)
    return helping.fetch(step, allowed, now) if allowed else _wrong_code(step, now)


def count_wrong(step: Step, now: float) -> Step:
    """A code that nobody has was typed."""
    counters = step.point.counters
    today = int(now // DAY_S)
    wrong = counters.wrong_codes + 1 if today <= counters.wrong_day else 1
    counters = replace(counters, wrong_codes=wrong, wrong_day=max(today, counters.wrong_day))
    step = step.put(counters).fact(WrongCode(wrong))
    return step if codes_open(step, now) else step.fact(PointTrouble("codes_closed"))


def _wrong_code(step: Step, now: float) -> Step:
    step = count_wrong(step, now)
    if not codes_open(step, now):
        return refuse(step, "codes_closed", now)
    return stay(step, Collecting(wrong=True), now)


def by_pass(step: Step, text: str, now: float) -> Step:
    """A scanned pickup QR."""
    pass_id, flaw = read_pass(text, step.point.plan.keyring, step.point.plan.point, step.point.no_earlier(now))
    if flaw:
        reasons: dict[str, Reason] = {
            "forged": "pass_forged",
            "expired": "pass_expired",
            "elsewhere": "pass_elsewhere",
        }
        return refuse(step, reasons[flaw], now)
    parcels = [p for p in step.point.parcels.values() if p.pass_id == pass_id and p.patron]
    return _by_proof(step, parcels, "pass", now)


def _by_proof(step: Step, parcels: list[Parcel], proof: str, now: float) -> Step:
    """Code and QR stand for the parcels they name, and their patron for the right to take them."""
    waiting = [p for p in parcels if p.state in HERE or p.recalled]
    if not waiting:
        reason: Reason = why_nothing(step.point, parcels, now)
        if reason == "nothing_ready" and any(p.state == "collected" for p in parcels):
            reason = "code_used" if proof == "code" else "pass_used"
        return refuse(step, reason, now)
    patron = step.point.patrons.get(waiting[0].patron)
    if patron is None:
        patron = Patron(waiting[0].patron, "")
    return begin(step, patron, proof, [p for p in waiting if p.patron == patron.id], now)


# ---- what there is ------------------------------------------------------------------------------------------------


def why_nothing(point: PickupPoint, parcels: list[Parcel], now: float) -> Nothing:
    """Of these parcels of somebody none lies here: what became of the last one that did, or should have."""
    gone = [p for p in parcels if p.recalled or p.state in ("collected", "removed")]
    last = max(gone, key=lambda p: p.changed_at, default=None)
    if last is None or last.state == "collected":
        return "nothing_ready"
    return "parcel_recalled" if last.recalled else "parcel_expired" if point.expired(last, now) else "nothing_ready"


def begin(
    step: Step, patron: Patron, proof: str, parcels: list[Parcel], now: float, elsewhere: tuple[str, ...] = ()
) -> Step:
    """Open the door of what this patron may take now, let them choose among several, or say why there is nothing."""
    step = step.fact(Proved(proof, patron.id))
    if patron.standing != "fine":
        return not_fine(step, patron, now)
    here = sorted((p for p in parcels if p.state in HERE), key=lambda p: (p.compartment, p.id))
    ready, left = [], Stays()
    for parcel in here:
        if reason := why_not(step, parcel, patron.id, now):
            left = left.one_more(reason)
        else:
            ready.append(parcel.id)
    if not ready:
        nothing = why_nothing(step.point, parcels, now)
        why: Reason = (why_not(step, here[0], patron.id, now) if here else None) or nothing
        if elsewhere and not here:
            return refuse(step, "ready_elsewhere", now, then=("return",), person=patron.id, places=elsewhere)
        stock = why == "nothing_ready" and any_on_offer(step.point, now)
        return refuse(step, why, now, then=("browse", "return") if stock else ("return",), person=patron.id)
    if len(ready) > 1:
        return stay(step, Choosing(patron.id, proof, tuple(ready), left=left), now)
    return fetching.open_next(step, patron.id, proof, ready, Gone(left=left), now)


def choose(step: Step, story: Choosing, touch: Touched, now: float) -> Step:
    """A touch on the list: without a tick all of it is meant."""
    match touch.action:
        case "parcel" if touch.value in story.parcels:
            ticked = {*story.chosen} ^ {touch.value}
            return stay(step, replace(story, chosen=tuple(p for p in story.parcels if p in ticked)), now)
        case "take":
            return _take(step, story, story.chosen or story.parcels, False, now)
        case "cannot_reach" if len(story.chosen) < len(story.parcels):
            return _take(_out_of_reach(step, story), story, story.chosen, True, now)
    return step


def _out_of_reach(step: Step, story: Choosing) -> Step:
    """The library hears of each door that this reader cannot reach, and the next parcel lies within reach."""
    for parcel in story.parcels:
        if parcel not in story.chosen:
            step = places.cannot_reach(step, parcel, story.patron)
    return step


def _take(step: Step, story: Choosing, chosen: tuple[str, ...], far: bool, now: float) -> Step:
    left = replace(story.left, later=story.left.later + len(story.parcels) - len(chosen))
    if not chosen:
        rows = [p for p in map(step.point.parcels.get, story.parcels) if p]
        here = all(places.within_reach(step.point, parcel) for parcel in rows)
        others = () if here else places.with_room(step.point, max(rows, key=lambda p: SIZES[p.size]).size)
        reason: Reason = "out_of_reach" if here else "no_door_in_reach"
        return refuse(step, reason, now, then=("return",), person=story.patron, places=others)
    return fetching.open_next(step, story.patron, story.proof, list(chosen), Gone(left=left, far=far), now)
