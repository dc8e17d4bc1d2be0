"""Cases: what machine and library disagree on, one after another, before somebody of the staff.

Nothing at the library is changed from here: what must be put right there is put right there, by people. Here it is said
that it was, so that the case is off the list, stands in the journal, and the library hears of it.
"""

from dataclasses import fields

from kiosk.core.case_facts import CaseSettled
from kiosk.core.events import Touched
from kiosk.core.flows.common import stay
from kiosk.core.model import Case, PickupPoint
from kiosk.core.rights import may
from kiosk.core.session import Step
from kiosk.core.stories import AtCourier, Settling
from sync.messages import ParcelMissing, PointTrouble, Told

_THINGS = ("item", "items", "parcel", "compartment")
_THINGS_MAX = 8


def kind_of(told: Told) -> str:
    """What kind of thing was told; of a trouble, which."""
    return told.what if isinstance(told, PointTrouble) else told.kind


def things(point: PickupPoint, told: Told) -> tuple[str, ...]:
    """What a telling is about, without the people in it. Where all of a parcel is missing, its items."""
    found: list[str] = []
    if isinstance(told, ParcelMissing) and not told.items and (parcel := point.parcels.get(told.parcel)):
        found += [item.barcode for item in parcel.items]
    if isinstance(told, PointTrouble) and told.what in ("drop_missing", "loan_in_doubt", "device_lost"):
        found += told.detail.split()
    for one in fields(told):
        value = getattr(told, one.name) if one.name in _THINGS else ()
        found += [value] if isinstance(value, str) else value
    return tuple(thing for thing in found if thing)[:_THINGS_MAX]


def may_settle(point: PickupPoint, person: str) -> bool:
    """Whether this person is of the staff."""
    return may(point, person, "cases")


def in_order(point: PickupPoint) -> list[Case]:
    """All of them, the oldest first."""
    return sorted(point.cases.values(), key=lambda case: (case.at, case.id))


def begin(step: Step, story: AtCourier, now: float) -> Step:
    """To the oldest case, if there is any and the person may see it."""
    cases = in_order(step.point)
    if not cases or not may_settle(step.point, story.courier):
        return step
    return stay(step, Settling(story.courier, cases[0].id), now)


def touch(step: Step, story: Settling, touched: Touched, now: float) -> Step:
    """A touch at a case."""
    case = step.point.cases.get(story.case)
    match touched.action:
        case "cancel" | "finish":
            return stay(step, AtCourier(story.courier), now)
        case "by_hand" | "nothing" if case and touched.value == case.id:  # not one touched before this came to be seen
            following = _after(step, story)
            step = step.drop(case).fact(
                CaseSettled(case.id, touched.action, story.courier),
                PointTrouble("case_settled", detail=f"{case.id} {touched.action}"),
            )
            return _to(step, story, following, now)
        case "later":
            return _to(step, story, _after(step, story), now)
    return step


def still_there(step: Step) -> Step:
    """On to the next case where the one looked at came right by itself meanwhile; after the last, back."""
    story = step.session.story
    if not isinstance(story, Settling) or story.case in step.point.cases:
        return step
    left = in_order(step.point)
    following = Settling(story.courier, left[0].id) if left else AtCourier(story.courier)
    return step.to(following, step.session.until)


def _after(step: Step, story: Settling) -> str:
    """The case that comes after this one, "" after the last."""
    ids = [case.id for case in in_order(step.point)]
    at = ids.index(story.case) + 1 if story.case in ids else 0
    return ids[at] if at < len(ids) else ""


def _to(step: Step, story: Settling, case: str, now: float) -> Step:
    if case not in step.point.cases:
        return stay(step, AtCourier(story.courier), now)
    return stay(step, Settling(story.courier, case), now)
