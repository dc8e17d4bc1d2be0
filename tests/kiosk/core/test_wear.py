"""A door is said to wear before it jams, once, and only against itself."""

from hardware.readings import Door, DoorSeen
from kiosk.core.events import ClockJumped
from kiosk.core.model import Compartment
from kiosk.core.staff_screens import Courier
from kiosk.core.wear import FIRST, RECENT, Wear, opened
from sync.messages import PointTrouble
from tests.kiosk.core.machine import PARCEL, Machine


def used(machine: Machine, times: int, took_s: float, retries: int = 0) -> Machine:
    """Door A1 opened so often for a return, and shut again."""
    for n in range(times):
        machine.do(*(DoorSeen(name, Door.SHUT) for name in machine.point.compartments))
        machine.point = machine.point.drop(*machine.point.drops.values()).put(Compartment("A1", Door.SHUT))
        machine.scan(f"x-{machine.now}-{n}").answer(None).touch("open")
        for _ in range(retries):
            machine.wait(4.5).touch("again")
        machine.open(after=took_s).shut().touch("finish")
    return machine


def told(machine: Machine) -> list[str]:
    return [one.compartment for one in machine.told(PointTrouble) if one.what == "door_wearing"]


def test_one_that_gets_slower_is_told_once_and_shown_to_staff() -> None:
    machine = used(Machine(spaces=[("A1", "S")]), FIRST + 1, 0.4)
    assert told(machine) == []
    used(machine, RECENT, 1.2)
    assert told(machine) == ["A1"]
    used(machine, 3, 1.3)
    assert told(machine) == ["A1"]
    screen = machine.tap("max").screen
    assert isinstance(screen, Courier)
    assert screen.wearing == ("A1",)
    machine.touch("finish")
    used(machine, RECENT, 0.4)
    assert not machine.point.wears["A1"].wearing
    used(machine, RECENT, 1.5)
    assert told(machine) == ["A1", "A1"]


def test_one_that_was_always_slow_is_not() -> None:
    assert told(used(Machine(spaces=[("A1", "S")]), FIRST + RECENT, 2.5)) == []


def test_second_pulses_are_a_sign_too() -> None:
    machine = used(Machine(spaces=[("A1", "S")]), RECENT - 4, 0.4)
    assert told(used(machine, 4, 0.4, retries=1)) == ["A1"]
    assert machine.point.wears["A1"].retries == 4


def test_how_long_it_stood_open_is_kept() -> None:
    machine = used(Machine(spaces=[("A1", "S")]), 1, 0.4)
    assert machine.point.wears["A1"].open_s == (5.0,)


def test_a_power_cut_a_lost_board_and_a_clock_that_jumps_do_not_count() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").restart()
    machine.do(DoorSeen("A1", Door.OPEN), after=90.0)
    assert not machine.point.wears
    blind = Machine(PARCEL).tap("max").scan("i-1").do(DoorSeen("A1", Door.UNKNOWN), after=1.0)
    assert not blind.do(DoorSeen("A1", Door.OPEN), after=9.0).point.wears
    jumped = Machine(PARCEL).tap("max").scan("i-1")
    jumped.now += 3600.0
    jumped.do(ClockJumped(3600.0))
    assert jumped.open().point.wears["A1"].now_s < 5.0


def test_it_keeps_no_more_than_it_needs() -> None:
    wear = Wear("A1")
    for _ in range(1000):
        wear = opened(wear, -1.0, 0)
    assert (wear.openings, len(wear.recent_s), len(wear.pulses), wear.now_s) == (1000, RECENT, RECENT, 0.0)
