"""What has been away for a quarter of an hour is told, once, across starts too; and that it is back."""

from dataclasses import replace

from hardware.readings import DeviceDown, DeviceUp, Door, DoorSeen
from kiosk.core.case_facts import CaseOver, Disagreed
from kiosk.core.device import Device
from kiosk.core.events import ClockJumped, Receipted, Tick
from sync.messages import PointTrouble, Receipt, Telling
from tests.kiosk.core.machine import LIMITS, NOW, Machine

LONG_S = LIMITS.down_min_s
LOST, BACK = PointTrouble("device_lost", detail="card"), PointTrouble("device_back", detail="card")
UNSEEN = PointTrouble("door_unseen", "B1")
ALL = ("card", "left", "right")


def wired() -> Machine:
    """Two boards, and all answers."""
    machine = Machine()
    machine.point = replace(machine.point, plan=replace(machine.point.plan, boards=frozenset({"left", "right"})))
    return told_nothing(machine.do(*(DeviceUp(name) for name in ALL)))


def told_nothing(machine: Machine) -> Machine:
    assert troubles(machine) == []
    return machine


def troubles(machine: Machine) -> list[PointTrouble]:
    """Those since it was last asked."""
    found = [fact for fact in machine.all_facts if isinstance(fact, PointTrouble)]
    machine.all_facts.clear()
    return found


def test_a_device_that_stays_away_is_told_once_and_that_it_is_back() -> None:
    machine = wired().do(DeviceDown("card", "unplugged")).do(Tick(), after=LONG_S - 1)
    machine.do(DeviceDown("card", "no such file"))  # tried again, and why it is away changes
    assert troubles(machine) == []
    machine.do(Tick(), after=1)
    assert troubles(machine) == [LOST]
    machine.do(DeviceDown("card", "unplugged"), Tick(), after=LONG_S)
    assert troubles(machine) == []
    assert troubles(machine.do(DeviceUp("card"))) == [BACK]
    assert troubles(machine.do(DeviceUp("card"), Tick(), after=LONG_S)) == []


def test_one_that_is_soon_back_is_nobodys_business() -> None:
    machine = wired()
    for _ in range(3):
        machine.do(DeviceDown("card", "unplugged")).do(Tick(), after=LONG_S - 1).do(DeviceUp("card"))
    assert troubles(machine) == []


def test_a_start_tells_nothing_twice_and_nothing_too_soon() -> None:
    machine = wired().do(DeviceDown("card", "unplugged")).do(Tick(), after=LONG_S - 1)
    machine.restart().do(Tick(), after=LONG_S)
    assert troubles(machine) == []  # nobody has looked for it yet
    machine.do(DeviceDown("card", "unplugged")).do(Tick(), after=LONG_S)
    assert LOST in troubles(machine)
    machine.restart().do(DeviceDown("card", "unplugged")).do(Tick(), after=LONG_S)
    assert LOST not in troubles(machine)
    assert BACK in troubles(machine.restart().do(DeviceUp("card")))


def test_the_doors_of_a_board_that_is_away_are_told_by_its_name_alone() -> None:
    machine = wired().do(DeviceDown("left", "it does not answer"), DoorSeen("A1", Door.UNKNOWN))
    machine.do(DoorSeen("A2", Door.UNKNOWN)).do(Tick(), after=LONG_S)
    assert troubles(machine) == [PointTrouble("device_lost", detail="left")]
    machine.doors(Door.SHUT).do(DeviceUp("left"), Tick())
    assert troubles(machine) == [PointTrouble("device_back", detail="left")]


def test_a_door_that_its_board_does_not_see() -> None:
    machine = wired().do(DoorSeen("B1", Door.UNKNOWN)).do(Tick(), after=LONG_S - 1)
    assert troubles(machine) == []
    assert troubles(machine.do(Tick(), after=1)) == [PointTrouble("door_unseen", "B1")]
    machine.restart().do(*(DeviceUp(name) for name in ALL))
    for name in ("A1", "A2", "C1"):
        machine.do(DoorSeen(name, Door.SHUT))
    assert troubles(machine.do(Tick(), after=2 * LONG_S)) == []
    assert troubles(machine.do(DoorSeen("B1", Door.SHUT), Tick())) == [PointTrouble("door_seen", "B1")]
    assert machine.point.compartments["B1"].told is False


def test_a_clock_that_is_set_makes_nothing_away_for_longer() -> None:
    machine = wired().do(DeviceDown("card", "unplugged"))
    machine.now += 2 * LONG_S
    machine.do(ClockJumped(2 * LONG_S), Tick())
    assert LOST not in troubles(machine)
    assert LOST in troubles(machine.do(Tick(), after=LONG_S))


def test_what_is_no_longer_configured_is_not_missed() -> None:
    machine = wired()
    machine.point = machine.point.put(Device("left+right", False, "gone", down_since=NOW))
    machine.restart()
    assert set(machine.point.devices) == set(ALL)


def test_where_the_library_cannot_hear_it_staff_get_a_case() -> None:
    machine = away()
    answered(machine)
    found = [(case.about, case.things) for case in machine.point.cases.values()]
    assert found == [("device_lost", ("card",)), ("door_unseen", ("B1",))]


def test_which_goes_by_itself_when_it_is_back() -> None:
    machine = away()
    answered(machine)
    machine.restart().do(*(DeviceUp(name) for name in ("left", "right")), DoorSeen("B1", Door.SHUT))
    assert list(machine.point.cases) == ["k0"]
    machine.do(DeviceDown("card", "unplugged"), DeviceUp("card"))
    assert not machine.point.cases
    assert machine.told(CaseOver) == [CaseOver("k1"), CaseOver("k0")]


def test_and_never_comes_when_it_was_back_before_the_library_heard_of_it() -> None:
    machine = away().do(DeviceUp("card"))
    answered(machine)
    assert list(machine.point.cases) == ["k1"]
    assert machine.told(CaseOver) == [CaseOver("k0")]
    assert [fact.key for fact in machine.told(Disagreed)] == ["k0", "k1"]


def away() -> Machine:
    machine = wired().do(DeviceDown("card", "unplugged"), DoorSeen("B1", Door.UNKNOWN)).do(Tick(), after=LONG_S)
    assert troubles(machine) == [LOST, UNSEEN]
    return machine


def answered(machine: Machine) -> None:
    """A library that has no word for it."""
    for n, trouble in enumerate((LOST, UNSEEN)):
        machine.do(Receipted(Telling(f"k{n}", n + 1, NOW, trouble), Receipt(f"k{n}", "conflict", "have it mended")))
