"""Hours when a point is down are given back; what has expired blocks nothing."""

from dataclasses import replace
from typing import Any

from hardware.readings import Door, DoorSeen
from kiosk.core.events import ClockJumped
from sync.asked import PatronIs
from sync.messages import ParcelCollected, ParcelReady
from sync.rounds import HoldExtended
from tests.kiosk.core.machine import BOBS, DAY_S, NOW, PARCEL, PEOPLE, SILENT, Machine, expiring, stocked

HOUR_S = 3600.0


def test_hours_without_power_are_given_back_once() -> None:
    machine = stocked(PARCEL).wait(1)
    machine.now += 5 * HOUR_S
    machine.restart().doors(Door.SHUT)
    (told,) = machine.told(HoldExtended)
    assert told.parcel == "p-1"
    assert 5 * HOUR_S <= told.expires - PARCEL.expires < 5 * HOUR_S + 400
    assert machine.parcel().expires == told.expires
    machine.restart().doors(Door.SHUT).doors(Door.OPEN).doors(Door.SHUT)
    assert len(machine.told(HoldExtended)) == 1


def test_a_reader_whose_time_ran_out_in_the_dark_still_gets_it() -> None:
    machine = stocked(expiring(PARCEL, 2 * HOUR_S)).wait(1)
    machine.now += 10 * HOUR_S
    machine.restart().doors(Door.SHUT).tap("ann").open().shut()
    assert machine.told(ParcelCollected)


def test_a_dead_board_counts_and_a_short_break_does_not() -> None:
    machine = stocked(PARCEL, BOBS).do(DoorSeen("A1", Door.UNKNOWN), DoorSeen("A2", Door.UNKNOWN))
    machine.now += 600.0
    machine.do(DoorSeen("A2", Door.SHUT))
    machine.now += 600.0
    machine.do(DoorSeen("A1", Door.SHUT))
    assert machine.told(HoldExtended) == [HoldExtended("p-1", PARCEL.expires + 1200.0)]


def test_a_clock_that_is_set_is_no_time_without_power() -> None:
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.UNKNOWN))
    machine.now += DAY_S
    machine.do(ClockJumped(DAY_S), DoorSeen("A1", Door.SHUT))
    assert not machine.told(HoldExtended)


def test_what_expired_before_the_power_failed_stays_expired() -> None:
    machine = stocked(expiring(PARCEL, 100.0)).wait(1)
    machine.now = NOW + 200.0
    machine.wait(1)
    for _ in range(4):
        machine.now += 301.0
        machine.wait(1)
    machine.now += 5 * HOUR_S
    machine.restart().doors(Door.SHUT)
    assert not machine.told(HoldExtended)


def test_what_expired_or_was_called_back_blocks_no_other_door() -> None:
    machine = stocked(expiring(PARCEL, 100.0), BOBS)
    machine.now += 200.0
    assert machine.tap("bob").unlocked == ["A2"]
    machine.open().shut().touch("finish")
    assert machine.told(ParcelCollected)
    machine.tap("max").touch("clear").open().shut()
    assert "A1" in [space.name for space in machine.point.free()]
    assert not machine.told(ParcelReady)


def jammed_at(when: float, **kwargs: Any) -> Machine:
    """Its reader came then and the door did not open; nobody stands there any more."""
    machine = stocked(PARCEL, **kwargs)
    machine.now = when
    machine.tap("ann").wait(5).touch("help").touch("finish").all_facts.clear()
    return machine


def mended(machine: Machine) -> Machine:
    """A courier gets the jammed door open; all is there."""
    return machine.tap("max").touch("check", "A1").open().touch("yes").shut().touch("finish")


def test_the_days_of_a_jammed_door_are_given_back_when_it_opens() -> None:
    machine = jammed_at(NOW + DAY_S)
    machine.now = NOW + 5 * DAY_S
    assert machine.point.compartments["A1"].down_since == NOW + DAY_S
    mended(machine)
    (told,) = machine.told(HoldExtended)
    assert 4 * DAY_S < told.expires - PARCEL.expires < 4 * DAY_S + 60
    assert machine.parcel().expires == told.expires
    machine.tap("ann").open().shut()
    assert machine.told(ParcelCollected)


def test_who_stood_before_a_jammed_door_in_the_last_minute_has_a_day_to_come_again() -> None:
    machine = jammed_at(PARCEL.expires - 60.0)
    machine.now = PARCEL.expires + 600.0
    mended(machine)
    assert DAY_S - 60 < machine.parcel().expires - machine.now <= DAY_S
    assert machine.tap("ann").unlocked == ["A1"]


def test_a_jammed_door_that_is_only_seen_shut_again_is_still_jammed() -> None:
    machine = jammed_at(NOW + DAY_S).do(DoorSeen("A1", Door.UNKNOWN)).restart().doors(Door.SHUT)
    assert not machine.told(HoldExtended)
    assert machine.point.compartments["A1"].down_since == NOW + DAY_S


def test_a_jammed_door_gives_nothing_back_of_what_was_over_or_was_called_back() -> None:
    late = stocked(expiring(PARCEL, 100.0))
    late.now = NOW + 200.0
    late.tap("max").touch("clear").wait(5).touch("help").touch("finish").all_facts.clear()
    late.now += DAY_S
    assert not mended(late).told(HoldExtended)
    back = jammed_at(NOW + DAY_S).recall("p-1")
    back.now = NOW + 5 * DAY_S
    assert not mended(back).told(HoldExtended)


def test_days_are_given_back_also_where_the_library_announces_nothing() -> None:
    machine = stocked(PARCEL, library=SILENT)
    (parcel,) = machine.point.parcels.values()  # the library has heard that it lies here, and said whose it is
    machine.point = machine.point.put(replace(parcel, patron="ann", expires=PARCEL.expires))
    machine.now = NOW + 2.9 * DAY_S
    machine.tap("ann").answer(PatronIs(PEOPLE[0])).wait(5).touch("help").touch("finish")
    machine.now = NOW + 5 * DAY_S
    mended(machine).tap("ann").answer(PatronIs(PEOPLE[0])).open().shut()
    assert machine.told(ParcelCollected)


def looked_behind() -> Machine:
    """A courier looks behind a door that was forced, and says that all is there."""
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT), after=5.0)
    return machine.tap("max").touch("check", "A1").open().touch("yes")


def test_days_in_which_somebody_else_left_the_door_open_are_given_back() -> None:
    machine = looked_behind().wait(200).do(DoorSeen("A1", Door.UNKNOWN), DoorSeen("A1", Door.OPEN))
    machine.now += 5 * DAY_S
    assert machine.tap("ann").screen.reason == "parcel_in_doubt"  # type: ignore[union-attr]
    machine.touch("finish").shut().wait(1)
    (told,) = machine.told(HoldExtended)
    assert told.expires - PARCEL.expires >= 5 * DAY_S
    machine.tap("max").touch("check", "A1").open().touch("yes").shut().touch("finish").tap("ann").open().shut()
    assert machine.told(ParcelCollected)


def test_a_jammed_door_that_opened_before_the_power_failed_lets_the_time_run_again() -> None:
    machine = stocked(PARCEL).tap("ann").wait(5).touch("cancel").touch("finish").tap("ann").open()
    machine.touch("leave_it").shut(done=False).wait(1).restart().doors(Door.SHUT).wait(1)
    assert (machine.out("A1"), machine.point.compartments["A1"].down_since) == ("", 0.0)
    machine.now += 4 * DAY_S
    assert machine.tap("max").screen.clear_why == (1, 0, 0)  # type: ignore[union-attr]
