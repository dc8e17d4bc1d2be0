"""Helping: a reader lets somebody else fetch one parcel, with a code that counts once. The helper needs no account.

reader at their account -> a code, shown once -> the helper types it here -> its door opens, the loan is the reader's

All of it happens at this point alone. A wrong code counts as any other (pickup.py). The code is spent when something
was taken; until then it opens the door again, for a door may jam.
"""

from dataclasses import replace
from itertools import count

from kiosk.core.facts import PermissionGiven, PermissionTakenBack, Proved
from kiosk.core.flows import fetching
from kiosk.core.flows.common import refuse
from kiosk.core.gone import Gone
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.session import Step

HOUR_S = 3600.0


def until(point: PickupPoint, parcel: Parcel, now: float) -> float:
    """How long somebody else may still fetch it; 0: nobody may. By a clock that is behind, nothing that was over begins
    again."""
    return parcel.helper_until if parcel.helper and point.no_earlier(now) <= parcel.helper_until else 0.0


def may_permit(point: PickupPoint, parcel: Parcel, now: float) -> bool:
    """Whether its reader can let somebody else fetch it: they could have it themselves."""
    patron = point.patrons.get(parcel.patron)
    fine = patron is None or patron.standing == "fine"
    lies_here = parcel.state in ("ready", "doubt") and not parcel.recalled and not point.expired(parcel, now)
    return fine and lies_here and point.no_earlier(now) < parcel.expires and not until(point, parcel, now)


def permit(step: Step, parcel: Parcel, now: float) -> tuple[Step, str]:
    """Let somebody else fetch it. The code is for the screen alone; what is kept is its keyed hash."""
    counters, keyring = step.point.counters, step.point.plan.keyring
    step, asked = step.asking()
    # Sessions are counted on disk, so the name is new; the time tells apart what an older image would count again.
    name = f"{step.point.plan.point}-{counters.epoch}-{step.session.number}-{asked}-{parcel.id}-{now}"
    taken = {p.code for p in step.point.parcels.values()} | {p.helper for p in step.point.parcels.values()}
    taken |= {patron.code for patron in step.point.patrons.values()}
    codes = (keyring.helper_code(f"{name}-{n}") for n in count())
    code = next(code for code in codes if keyring.code(code) not in taken)
    ends = min(step.point.no_earlier(now) + step.point.plan.limits.helper_h * HOUR_S, parcel.expires)
    step = step.put(replace(parcel, helper=keyring.code(code), helper_until=ends))
    return step.fact(PermissionGiven(parcel.id, parcel.patron, ends)), code


def take_back(step: Step, parcel: Parcel) -> Step:
    """From now on the code opens nothing."""
    step = step.put(replace(parcel, helper="", helper_until=0.0))
    return step.fact(PermissionTakenBack(parcel.id, parcel.patron))


def allowed(point: PickupPoint, digests: tuple[str, ...], now: float) -> Parcel | None:
    """The parcel that the code of these hashes lets somebody fetch."""
    return next((p for p in point.parcels.values() if p.helper in digests and until(point, p, now)), None)


def fetch(step: Step, parcel: Parcel, now: float) -> Step:
    """A helper has typed the code: its door opens. Why not, if not, is between the library and its reader."""
    step = step.fact(Proved("helper", parcel.patron)).shown_by(None)
    patron = step.point.patrons.get(parcel.patron)
    if (patron and patron.standing != "fine") or fetching.why_not(step, parcel, parcel.patron, now):
        return refuse(step, "helper_not_now", now, then=("return",))
    return fetching.open_next(step, parcel.patron, "helper", [parcel.id], Gone(), now)
