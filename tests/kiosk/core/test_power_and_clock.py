"""The power fails where the clock was wrong already, or while a door stands open: what was noted by a clock is not
compared with another one, and nothing is said of a door before it was seen."""

from typing import Any

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.events import ClockJumped, Online, Started, Tick
from kiosk.core.screens import Opening, Sorry
from kiosk.core.session import NOBODY
from sync.asked import ItemIs
from sync.messages import ItemDropped, ParcelCollected, ParcelRemoved
from sync.rounds import HoldExtended
from tests.kiosk.core.machine import DAY_S, NOW, PAIR, PARCEL, Machine, item, stocked
from tests.kiosk.core.test_dead_battery import YEAR_S, heard, troubles
from tests.kiosk.core.test_downtime import HOUR_S, looked_behind

DEAD = NOW - 25 * YEAR_S  # where the clock begins each time


def cut(machine: Machine, boots_at: float) -> Machine:
    """The power fails, and is back when the clock says so; the library is still away."""
    machine.now, machine.session = boots_at, NOBODY
    return machine.do(Started(), Online(False))


# ---- wrong already when the power failed


@pytest.mark.parametrize("then", [DEAD + 5.0, NOW + 7200.0], ids=["dead_again", "right_again"])
@pytest.mark.parametrize("first", [DEAD, NOW + 9 * YEAR_S], ids=["behind", "ahead"])
def test_an_absence_is_no_longer_by_a_clock_that_was_wrong_before(first: float, then: float) -> None:
    machine = stocked(PARCEL).wait(301).do(Online(False))
    machine = cut(cut(machine, first).doors(Door.SHUT).wait(400), then).doors(Door.SHUT).wait(1)
    assert 0 <= machine.now - machine.point.counters.away_since < HOUR_S
    assert isinstance(machine.tap("ann").screen, Opening)


def test_nor_shorter_for_ever_by_one_that_was_ahead() -> None:
    machine = stocked(PARCEL).wait(301).do(Online(False))
    machine = cut(cut(machine, NOW + 9 * YEAR_S).doors(Door.SHUT).wait(400), NOW + 7200.0).doors(Door.SHUT)
    machine.now += machine.point.plan.limits.away_lending_h * HOUR_S
    assert machine.tap("ann").screen == Sorry("away_for_long", then=("return",))


def test_nor_by_each_cut_after_somebody_set_it_back() -> None:
    machine = stocked(PARCEL).wait(301).do(Online(False)).wait(301)
    machine.now -= 1200.0
    machine.do(ClockJumped(-1200.0)).wait(1)
    for _ in range(5):
        cut(machine, machine.now + 20.0).doors(Door.SHUT).wait(1)
    assert machine.now - machine.point.counters.away_since < HOUR_S


def test_hours_by_a_clock_that_was_wrong_are_not_given_back() -> None:
    """Two days behind for a minute, in which no door was seen; then the power is off for eleven hours."""
    machine = cut(stocked(PARCEL).wait(301), NOW - 2 * DAY_S).wait(1)
    machine = cut(machine, NOW + 11 * HOUR_S).wait(1)
    heard(machine, machine.now).doors(Door.SHUT)
    assert all(told.expires - PARCEL.expires < 12 * HOUR_S for told in machine.told(HoldExtended))


# ---- a door in the dark


def test_a_return_shut_in_the_dark_is_in_doubt_also_where_the_time_was_noted_while_it_stood_open() -> None:
    machine = Machine().wait(290).scan("x-1").answer(ItemIs(item("x-1"), True)).touch("open").open().wait(30)
    assert machine.point.counters.seen_at > machine.order.opened_at
    cut(machine, NOW - 30 * DAY_S).doors(Door.SHUT)
    assert not machine.told(ItemDropped)
    assert machine.out("A1") == "check"


def set_right(machine: Machine, then: float) -> Machine:
    """Somebody, or the network, sets the clock."""
    by, machine.now = then - machine.now, then
    return machine.do(ClockJumped(by))


def library_says(machine: Machine, then: float) -> Machine:
    """The clock was right all the time: it was off for so long that nobody believed it."""
    assert machine.now == then
    return heard(machine, then)


@pytest.mark.parametrize("late_s", [30, 40])
@pytest.mark.parametrize(("boots_at", "right_again"), [(DEAD, set_right), (NOW + 60 * DAY_S, library_says)])
def test_nor_is_it_told_where_the_time_is_found_again_before_the_door_is_shut(
    boots_at: float, right_again: Any, late_s: int
) -> None:
    """It stood open in the dark for hours, or for months: whoever shuts it need not be who put something in."""
    machine = Machine().wait(270).scan("x-1").answer(ItemIs(item("x-1"), True)).touch("open").open().wait(late_s)
    right_again(cut(machine, boots_at).doors(Door.OPEN), max(boots_at, NOW + 5 * HOUR_S))
    assert not machine.point.counters.clock_wrong
    assert not machine.doors(Door.SHUT).told(ItemDropped)
    assert machine.out("A1") == "check"


def test_what_a_courier_was_to_take_out_is_not_booked_as_out_where_the_time_is_lost() -> None:
    machine = stocked(PARCEL).recall("p-1").wait(290).tap("max").touch("clear").open().wait(30)
    cut(machine, NOW - 30 * DAY_S).doors(Door.SHUT)
    assert not machine.told(ParcelRemoved)
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "check")


def test_hours_of_a_door_that_stood_open_through_a_cut_are_given_back_once() -> None:
    machine = looked_behind()
    machine.now += 5 * HOUR_S
    machine.restart().do(DoorSeen("A1", Door.OPEN)).wait(120).shut().wait(2)
    assert len(machine.told(HoldExtended)) == 1
    assert 5 * HOUR_S <= machine.parcel().expires - PARCEL.expires < 5.5 * HOUR_S


def back_after(machine: Machine, seconds: float) -> Machine:
    """Time is told twice before the first look at the doors, as at each start."""
    machine.now += seconds
    return machine.restart().do(Tick(), Tick(), after=0.25)


def test_no_door_is_said_to_be_left_open_before_it_is_seen() -> None:
    machine = back_after(stocked(PARCEL).tap("ann").open(), 300.0).doors(Door.SHUT)
    assert "door_left_open" not in troubles(machine)


def test_nor_is_booked_before_what_was_said_to_a_machine_that_died() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-2").touch("stay_here")
    assert machine.order.left == ("i-2",)
    back_after(machine, 300.0).doors(Door.SHUT)
    assert not machine.told(ParcelCollected)
    assert (machine.parcel("p-2").state, machine.out("B1")) == ("doubt", "check")


def test_one_whose_board_does_not_come_back_is_told_and_booked_all_the_same() -> None:
    machine = back_after(stocked(PARCEL).tap("ann").open(), 300.0).wait(20)
    assert "door_left_open" in troubles(machine)
    assert machine.told(ParcelCollected)
