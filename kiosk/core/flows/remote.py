"""Instructions from the library: open a door from afar, take a door out of use, bring it back, cancel a hold.

signed, for this point, new? -> (to open) fresh, and all as the library believes? -> on disk -> it is done -> told

Nobody may stand at a door that is opened from afar, and nobody sees what is taken or put in. So it is opened only
within a minute of the signature by the library's own clock, and only while what lies behind it is what the library
named; afterwards a courier must look. Each instruction counts once, however often it arrives.
"""

from dataclasses import replace

from hardware.readings import Door, Pulse
from kiosk.core import doors
from kiosk.core.doors import Outcome
from kiosk.core.facts import InstructionTaken, ParcelCalledBack
from kiosk.core.heeded import Heeded
from kiosk.core.model import PickupPoint
from kiosk.core.session import Step
from sync.instructions import Instructed, Instruction, InstructionEnded, signed_bytes
from sync.library_clock import Bounds
from sync.messages import PointTrouble

FRESH_S = 60.0  # how old an order to open may be
EARLY_S = 2.0  # from the future: two clocks at the library may differ a little
UNSURE_S = 10.0  # a library time known no better than this is not known
KEEP_S = 30 * 86400.0  # other instructions wait for a point that is away, for so long
HEEDED_MAX = 1000


def instructed(step: Step, said: Instructed, library: Bounds | None, now: float) -> Step:
    """Do what the library wants, or tell it why not. ``library``: its time now, None when that is not known."""
    wanted = said.instruction
    if not _signed(step.point, said):
        return _refuse(step, wanted, "forged").fact(PointTrouble("instruction_forged", detail=wanted.id))
    if wanted.point != step.point.plan.point:
        return _refuse(step, wanted, "elsewhere")
    if wanted.id in step.point.heeded:  # said again: it was done, or refused, and told
        return step
    step = _forget_old(step, library)
    if len(step.point.heeded) >= HEEDED_MAX:
        return _refuse(step, wanted, "too_many")
    step = step.put(Heeded(wanted.id, wanted.at))
    if reason := _why_not(step.point, wanted, library, library.latest if library else now):
        return _refuse(step, wanted, reason)
    return _do(step, wanted, now)


def contents(point: PickupPoint, compartment: str) -> set[str]:
    """What the rows say lies behind a door: ids of parcels, barcodes of returned items."""
    return {p.id for p in point.at(compartment)} | {d.item.barcode for d in point.drops_at(compartment)}


def _signed(point: PickupPoint, said: Instructed) -> bool:
    try:
        return point.plan.keyring.signed(signed_bytes(said.instruction), bytes.fromhex(said.signature))
    except ValueError:  # what JSON cannot say, nobody signed
        return False


def _why_not(point: PickupPoint, wanted: Instruction, library: Bounds | None, now: float) -> str:
    if wanted.action == "cancel_hold":
        parcel = point.parcels.get(wanted.parcel)
        gone = parcel is None or parcel.state in ("collected", "removed")
        return "stale" if now - wanted.at > KEEP_S else "no_such_parcel" if gone else ""
    row = point.compartments.get(wanted.compartment)
    if row is None or row.name not in point.plan.spaces:
        return "no_such_door"
    if wanted.action != "open":
        return "stale" if now - wanted.at > KEEP_S else ""
    if library is None or library.width_s > UNSURE_S:
        return "clock_unknown"
    if not library.latest - FRESH_S <= wanted.at <= library.latest + EARLY_S:
        return "stale"
    if row.order is not None:
        return "in_use"
    if row.door is not Door.SHUT:
        return "door_not_shut"
    return "" if set(wanted.contents) == contents(point, row.name) else "contents_changed"


def _do(step: Step, wanted: Instruction, now: float) -> Step:
    step = step.fact(InstructionTaken(wanted.id, wanted.action, wanted.compartment, wanted.parcel))
    if wanted.action == "open":
        step = doors.unlock(step, wanted.compartment, "remote", "", wanted.id, "", now)
        order = step.point.compartments[wanted.compartment].order
        assert order is not None
        return step.put(Heeded(wanted.id, wanted.at, order.id))
    if wanted.action == "cancel_hold":
        parcel = step.point.parcels[wanted.parcel]
        if not parcel.recalled:
            step = step.put(replace(parcel, recalled=True)).fact(ParcelCalledBack(parcel.id))
    else:
        row = step.point.compartments[wanted.compartment]
        step = step.put(replace(row, aside=wanted.action == "set_aside"))
    return step.fact(InstructionEnded(wanted.id, "done"))


def _refuse(step: Step, wanted: Instruction, reason: str) -> Step:
    return step.fact(InstructionEnded(wanted.id, "refused", reason))


def _forget_old(step: Step, library: Bounds | None) -> Step:
    """What is older than any instruction may be when it arrives need not be known again, by the library's clock: by
    one of ours that is ahead the same instruction would be obeyed twice."""
    oldest = library.earliest - KEEP_S if library else 0.0
    old = [row for row in step.point.heeded.values() if not row.order and row.at < oldest]
    return step.drop(*old) if old else step


# ---- the door -----------------------------------------------------------------------------------------------------


def door(step: Step, outcome: Outcome) -> Step:
    """Something happened to a door; if the library had it opened, it hears how that ended, once."""
    row = next((row for row in step.point.heeded.values() if row.order == outcome.order), None)
    if row is None:
        return step
    match outcome.what:
        case "opened" | "late" | "resting":
            return _end(step, row, InstructionEnded(row.id, "done"))
        case "stuck":
            place = next(c for c in step.point.compartments.values() if c.order and c.order.id == outcome.order)
            assert place.order is not None
            refused = place.order.pulse in (Pulse.REFUSED, Pulse.NOT_SENT)
            refusal = "lock_rests" if place.order.rests_until else "board_refused"
            reason = refusal if refused else "door_stuck" if place.door is Door.SHUT else "door_silent"
            return _end(doors.give_up(step, place.name), row, InstructionEnded(row.id, "failed", reason))
        case "shut":  # never seen open: the power failed meanwhile
            return _end(step, row, InstructionEnded(row.id, "failed", "not_seen"))


def _end(step: Step, row: Heeded, ended: InstructionEnded) -> Step:
    return step.put(replace(row, order="")).fact(ended)
