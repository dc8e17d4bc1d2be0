"""The list of open cases: bounded, and what comes right by itself goes off it. People settle them: flows/cases.py."""

from kiosk.core.case_facts import CaseOver
from kiosk.core.model import Case, PickupPoint
from kiosk.core.session import Step
from sync.messages import PointTrouble, Told

CASES_MAX = 1000
LEFT_OUT = "left-out"  # the case that says how many went off the list; no telling has such a key


def opened(step: Step, case: Case, told: Told) -> Step:
    """A new case about what was ``told``, unless that has come right since. Of too many the oldest go off the list; one
    case more says how many did, and the journal has what was said of each."""
    if _right_again(step.point, told):
        return step.fact(CaseOver(case.id))
    step = step.put(case)
    listed = [one for one in step.point.cases.values() if one.id != LEFT_OUT]
    gone = sorted(listed, key=lambda one: one.at)[: max(0, len(listed) - CASES_MAX)]
    if not gone:
        return step
    before = step.point.cases.get(LEFT_OUT, Case(LEFT_OUT, "left_out", "left_out", "0", gone[0].at))
    count = str(int(before.detail) + len(gone))
    return step.drop(*gone).put(Case(LEFT_OUT, before.what, before.about, count, before.at))


def came_right(step: Step, what: str, thing: str = "") -> Step:
    """A trouble, with this device or door if one is named, is over: so are the cases about it."""
    about = [case for case in step.point.cases.values() if case.about == what]
    over = [case for case in about if not thing or thing in case.things]
    return step.drop(*over).fact(*(CaseOver(case.id) for case in over)) if over else step


def _right_again(point: PickupPoint, told: Told) -> bool:
    match told:
        case PointTrouble(what="device_lost", detail=name):
            device = point.devices.get(name)
            return device is None or not device.told
        case PointTrouble(what="door_unseen", compartment=name):
            row = point.compartments.get(name)
            return row is None or not row.told
        case PointTrouble(what="clock_wrong"):
            return not point.counters.clock_off
    return False
