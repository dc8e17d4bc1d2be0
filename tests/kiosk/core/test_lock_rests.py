"""A lock that was pulsed too often must rest: whoever stands there sees how long, and tries again when it has."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware.readings import Door, DoorSeen, Pulse, UnlockEnded
from kiosk.core.events import ClockJumped
from kiosk.core.facts import InstructionTaken, TurnedAway
from kiosk.core.reader_screens import DoorShut
from kiosk.core.screens import Display, DoorOpen, DoorStuck, Goodbye, Home, LockRests, Opening, Sorry
from kiosk.core.show import display
from kiosk.core.staff_screens import Courier, Inside, TakeOut
from kiosk.core.touches import HEARING_S
from sync.instructions import InstructionEnded
from sync.messages import ParcelCollected, ParcelReady, PointTrouble
from sync.service import Abilities
from tests.kiosk.core.machine import LIMITS, PAIR, PARCEL, Machine, stocked

RESTS_S = 37.0


def rests(machine: Machine, seconds: float = RESTS_S) -> Machine:
    """What the bus says when the duty limit of the lock is used up."""
    order = machine.order
    return machine.do(UnlockEnded(machine.door, order.id, order.attempt, Pulse.REFUSED, seconds), after=0.1)


def shown(machine: Machine) -> Display:
    return display(machine.point, machine.session, machine.now)


def test_the_reader_sees_how_long_and_then_it_opens() -> None:
    machine = rests(stocked(PARCEL).tap("ann"))
    assert machine.screen == LockRests("pickup", "A1", 40)
    assert shown(machine).until == pytest.approx(machine.now + RESTS_S)
    machine.touch("again")
    assert not machine.unlocked
    machine.wait(36)
    assert machine.screen == LockRests("pickup", "A1", 40)
    assert not shown(machine).warning
    machine.wait(1.5)
    assert machine.screen == LockRests("pickup", "A1", 40, ready=True)
    assert machine.touch("again").unlocked == ["A1"]
    assert machine.screen == Opening("pickup", "A1")
    machine.open()
    assert isinstance(machine.screen, DoorOpen)
    machine.shut()
    assert isinstance(machine.screen, Goodbye)
    assert [told.parcel for told in machine.told(ParcelCollected)] == ["p-1"]
    assert not machine.told(PointTrouble)


def test_more_time_does_not_make_the_wait_longer() -> None:
    machine = rests(stocked(PARCEL).tap("ann")).wait(10)
    before = shown(machine).until
    machine.touch("more_time").touch("slower")
    assert shown(machine).until == before


def test_who_is_slower_gets_more_time_once() -> None:
    machine = stocked(PARCEL).touch("collect")
    before = shown(machine).until
    once = shown(machine.touch("slower")).until
    assert before
    assert once
    assert once > before
    assert shown(machine.touch("slower")).until == once
    assert not Machine().touch("slower").session.slow


def test_a_last_screen_that_is_still_read_aloud_stands_a_little_longer() -> None:
    machine = stocked(PARCEL).tap("eve")
    assert isinstance(machine.screen, Sorry)
    assert shown(machine.touch("hearing")).until == machine.now + LIMITS.sorry_s  # it is read in time
    machine.wait(LIMITS.sorry_s - 1).touch("hearing")
    assert shown(machine).until == machine.now + HEARING_S


@pytest.mark.parametrize(
    "asking",
    [
        lambda: stocked(PARCEL).tap("bob"),
        lambda: stocked(PARCEL).touch("return").scan("x-1"),
        lambda: Machine(library=Abilities(announces=False)).tap("max").scan("x-1"),
    ],
)
def test_who_is_slower_waits_no_longer_for_the_library(asking: Callable[[], Machine]) -> None:
    machine = asking()
    assert machine.asks
    until = machine.session.until
    machine.touch("slower")
    assert machine.session.slow
    assert machine.session.until == until


def test_who_is_slower_gets_so_many_times_as_long_from_now_and_loses_none_of_it() -> None:
    machine = stocked(PARCEL).touch("more")
    left = machine.session.until - machine.now
    machine.touch("slower")
    assert machine.session.until - machine.now == left * LIMITS.slow_times


def test_a_rest_uses_up_no_try() -> None:
    machine = stocked(PARCEL).tap("ann")
    for _ in range(5):
        rests(machine, 3.0).wait(4)
        machine.touch("again")
    jammed = machine.do(UnlockEnded("A1", machine.order.id, 6, Pulse.ACCEPTED)).wait(4.5)
    assert jammed.screen == DoorStuck("pickup", "A1", 2)


def test_whoever_leaves_leaves_all_as_it_was() -> None:
    machine = rests(stocked(PARCEL).tap("ann")).touch("cancel")
    assert isinstance(machine.screen, Home)
    assert machine.parcel().state == "ready"
    assert machine.point.compartments["A1"].order is None
    assert machine.out("A1") == ""
    assert not machine.told(PointTrouble)
    assert not machine.told(TurnedAway)
    machine.tap("ann").open().shut()
    assert [told.parcel for told in machine.told(ParcelCollected)] == ["p-1"]


def test_whoever_just_walks_away_too_and_the_wait_ends() -> None:
    machine = rests(stocked(PARCEL).tap("ann")).wait(RESTS_S + 80)
    assert shown(machine).warning
    machine.wait(15)
    assert isinstance(machine.screen, Home)
    assert machine.parcel().state == "ready"
    assert machine.out("A1") == ""


def test_a_door_that_jams_and_then_must_rest_is_stuck_all_the_same() -> None:
    machine = stocked(PARCEL).tap("ann")
    machine.do(UnlockEnded("A1", machine.order.id, 1, Pulse.ACCEPTED)).wait(4.5)
    rests(machine.touch("again")).touch("cancel")
    assert machine.out("A1") == "stuck"
    assert [(t.what, t.compartment) for t in machine.told(PointTrouble)] == [("door_stuck", "A1")]


def test_a_board_that_is_lost_meanwhile_offers_no_try() -> None:
    machine = rests(stocked(PARCEL).tap("ann")).do(DoorSeen("A1", Door.UNKNOWN)).wait(38)
    assert machine.screen == DoorStuck("pickup", "A1", 0)
    machine.do(DoorSeen("A1", Door.SHUT))
    assert machine.screen == LockRests("pickup", "A1", 40, ready=True)


def test_the_next_door_opens_meanwhile() -> None:
    machine = rests(stocked(PARCEL, PAIR).tap("ann").touch("take"))
    assert machine.screen == LockRests("pickup", "A1", 40, more=True)
    assert machine.touch("next").unlocked == ["B1"]
    machine.open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.left == 1
    assert machine.out("A1") == ""


def test_opened_once_more_when_it_has_rested() -> None:
    machine = rests(stocked(PARCEL).tap("ann").open().shut(done=False).touch("reopen"), 20.0)
    assert isinstance(machine.screen, DoorShut)
    assert (machine.screen.reopen, machine.screen.stuck, machine.screen.rests_s) == (False, False, 20 + 5)
    machine.wait(21)
    assert isinstance(machine.screen, DoorShut)
    assert (machine.screen.reopen, machine.screen.rests_s) == (True, 0)
    assert machine.touch("reopen").unlocked == ["A1"]
    machine.open().shut()
    assert [told.items for told in machine.told(ParcelCollected)] == [("i-1",)]


def test_who_does_not_wait_for_that_has_what_they_took() -> None:
    machine = rests(stocked(PARCEL).tap("ann").open().shut(done=False).touch("reopen"))
    assert isinstance(machine.wait(RESTS_S + 11).screen, Goodbye)
    assert [told.items for told in machine.told(ParcelCollected)] == [("i-1",)]
    assert machine.out("A1") == ""


def test_the_clock_is_set_while_a_lock_rests() -> None:
    machine = rests(stocked(PARCEL).tap("ann"))
    machine.now += 3600
    machine.do(ClockJumped(3600.0))
    assert shown(machine).until == pytest.approx(machine.now + RESTS_S)


def test_returning_takes_another_door_or_ends() -> None:
    machine = rests(Machine(online=False).scan("x-1").touch("open"))
    assert machine.screen == LockRests("dropoff", "A1", 40, other_door=True)
    other = machine.copy().touch("other_door")
    assert other.unlocked == ["A2"]
    assert other.out("A1") == ""
    assert isinstance(machine.touch("cancel").screen, Home)
    assert not machine.point.drops


# ---- staff --------------------------------------------------------------------------------------------------------


def test_the_courier_waits_or_takes_another_door() -> None:
    machine = rests(Machine(PARCEL).tap("max").scan("i-1"))
    assert machine.screen == LockRests("stocking", "A1", 40, other_door=True)
    other = machine.copy().touch("other_door")
    assert other.unlocked == ["A2"]
    assert other.out("A1") == ""
    machine.wait(38).touch("again")
    assert machine.unlocked == ["A1"]
    machine.open().shut()
    assert [told.compartment for told in machine.told(ParcelReady)] == ["A1"]
    given_up = rests(Machine(PARCEL).tap("max").scan("i-1")).touch("cancel")
    assert isinstance(given_up.screen, Courier)
    assert given_up.parcel().state == "sent"


def cleared(machine: Machine) -> Machine:
    return machine.recall("p-1").recall("p-2").tap("max").touch("clear")


def looked_behind(machine: Machine) -> Machine:
    rows = machine.point.compartments
    machine.point = machine.point.put(*(replace(rows[name], out="check") for name in ("A1", "B1")))
    return machine.tap("max").touch("check", "A1")


@pytest.mark.parametrize(
    ("begin", "purpose", "more", "then"),
    [(cleared, "clearing", True, TakeOut), (looked_behind, "check", False, Inside)],
)
def test_so_do_who_clears_and_who_looks(
    begin: Callable[[Machine], Machine], purpose: str, more: bool, then: type
) -> None:
    machine = rests(begin(stocked(PARCEL, PAIR)))
    assert machine.screen == LockRests(purpose, "A1", 40, more=more)  # type: ignore[arg-type]
    if more:
        assert machine.copy().touch("next").unlocked == ["B1"]
    machine.wait(38).touch("again").open()
    assert isinstance(machine.screen, then)


def test_the_library_hears_why_a_door_was_not_opened_from_afar() -> None:
    machine = stocked(PARCEL).instruct("open", compartment="A1", contents=("p-1",))
    order = machine.point.compartments["A1"].order
    assert order
    assert machine.told(InstructionTaken)
    machine.do(UnlockEnded("A1", order.id, 1, Pulse.REFUSED, RESTS_S))
    assert [(e.outcome, e.reason) for e in machine.told(InstructionEnded)] == [("failed", "lock_rests")]
    assert machine.out("A1") == ""


def test_a_dropped_pile_is_not_lost_on_the_way() -> None:
    machine = rests(Machine(online=False).scan("x-1", "x-2").touch("open")).wait(38).touch("again").open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert {drop.item.barcode for drop in machine.point.drops.values()} == {"x-1", "x-2"}
