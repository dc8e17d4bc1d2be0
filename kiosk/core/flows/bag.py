"""The bag: what a courier took out is sealed with a number, and handed over by card. The library hears of both.

A bag is remembered with its round (rounds.py), so that it can be sealed or handed over after whatever came between.
"""

from dataclasses import replace

from kiosk.core.events import Touched
from kiosk.core.flows import pickup, rounds
from kiosk.core.flows.common import leave, stay
from kiosk.core.flows.keypad import CODE_DIGITS, typed
from kiosk.core.known import code_digests
from kiosk.core.model import PickupPoint
from kiosk.core.session import Step
from kiosk.core.stories import AtCourier, HandingOver, Sealing
from sync.rounds import BagHandedOver, BagSealed

SEAL_DIGITS_MIN, SEAL_DIGITS_MAX = 4, 12


def worker(point: PickupPoint, digest: str = "", codes: tuple[str, ...] = ()) -> str:
    """The id of whoever works here and has this card (keyed hash) or, of couriers, a code of these; "" for nobody."""
    for patron in point.patrons.values():
        by_code = patron.code in codes and patron.role == "courier"
        works = patron.role in ("courier", "staff") and patron.standing == "fine"
        if works and (by_code or (digest and digest in patron.cards)):
            return patron.id
    return ""


def begin(step: Step, courier: str, now: float, leaving: bool = False) -> Step:
    """To the seal, or to the hand-over where there is one already. Nothing where the bag is empty."""
    row = rounds.of(step.point, courier)
    if not row.bag:
        return step
    return stay(step, HandingOver(courier, leaving=leaving) if row.seal else Sealing(courier, leaving=leaving), now)


def finish(step: Step, story: AtCourier, now: float) -> Step:
    """They are done: what is in the bag comes first, then the round ends."""
    if rounds.of(step.point, story.courier).bag:
        return begin(step, story.courier, now, leaving=True)
    return leave(rounds.end(step, story.courier))


def sealed(step: Step, story: Sealing | AtCourier, seal: str, now: float) -> Step:
    """The number of the seal was typed or scanned."""
    row = rounds.of(step.point, story.courier)
    if not row.bag or row.seal:
        return step
    step = step.put(replace(row, seal=seal)).fact(BagSealed(seal, story.courier, row.parcels, row.items))
    return begin(step, story.courier, now, leaving=isinstance(story, Sealing) and story.leaving)


def card(step: Step, story: HandingOver, digest: str, now: float) -> Step:
    """A card was shown: of somebody who works here, it takes the bag over; so does that of a courier who was let in
    unannounced."""
    own = digest == step.session.card and story.courier not in step.point.patrons
    return _taken(step, story, worker(step.point, digest) or (story.courier if own else ""), now)


def touch(step: Step, story: Sealing | HandingOver, touched: Touched, now: float) -> Step:
    """Digits of the seal, or of a courier's code; or the way back, and away: the bag waits."""
    longest = SEAL_DIGITS_MAX if isinstance(story, Sealing) else CODE_DIGITS
    digits = typed(story.digits, touched, longest)
    if digits is not None:
        return stay(step, replace(story, digits=digits), now)
    match touched.action:
        case "enter" if isinstance(story, Sealing) and len(story.digits) >= SEAL_DIGITS_MIN:
            return sealed(step, story, story.digits, now)
        case "enter" if isinstance(story, HandingOver) and len(story.digits) == CODE_DIGITS:
            if not pickup.codes_open(step, now):
                return stay(step, replace(story, digits="", stranger=True), now)
            to = worker(step.point, codes=code_digests(step.point, story.digits))
            return _taken(step if to else pickup.count_wrong(step, now), replace(story, digits=""), to, now)
        case "cancel":
            return stay(step, AtCourier(story.courier), now)
        case "later" | "finish":
            return leave(step)
    return step


def _taken(step: Step, story: HandingOver, to: str, now: float) -> Step:
    row = rounds.of(step.point, story.courier)
    if not row.seal:  # something came into the bag meanwhile
        return begin(step, story.courier, now, story.leaving)
    if not to:
        return stay(step, replace(story, stranger=True), now)
    step = step.fact(BagHandedOver(row.seal, story.courier, to, row.parcels, row.items))
    step = step.put(replace(row, seal="", parcels=(), items=()))
    if story.leaving:
        return leave(rounds.end(step, story.courier))
    return stay(step, AtCourier(story.courier, "bag_taken"), now)
