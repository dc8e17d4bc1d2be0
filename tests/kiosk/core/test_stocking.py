"""Stocking, clearing and checking: a courier's round."""

from dataclasses import replace

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.events import Online
from kiosk.core.screens import DoorStuck, Home, Opening
from kiosk.core.staff_screens import Courier, Inside, Load, Seal, Thing
from sync.messages import ItemDropped, ItemsCleared, ParcelMissing, ParcelReady, ParcelRemoved, ParcelSent, PointTrouble
from sync.rounds import ParcelDidNotFit
from tests.kiosk.core.machine import BOBS, LIMITS, PAIR, PARCEL, THREE, Machine, expiring, item, stocked


def test_the_smallest_that_fits_opens_and_only_a_shut_door_makes_it_ready() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1")
    assert machine.unlocked == ["A1"]
    assert machine.screen == Opening("stocking", "A1")
    machine.open()
    assert not machine.told(ParcelReady)
    machine.shut()
    assert machine.told(ParcelReady) == [ParcelReady("p-1", "A1", "max", ("i-1",))]
    assert machine.screen.loaded == 1  # type: ignore[union-attr]


def test_a_parcel_of_several_items_is_counted_before_a_door_opens() -> None:
    machine = Machine(PARCEL, PAIR).tap("max").scan("i-3")
    assert machine.screen == Load("p-2", (("Title i-2", False), ("Title i-3", True)))
    assert machine.scan("i-3").screen.notice == "twice"  # type: ignore[union-attr]
    assert machine.scan("i-1").screen.notice == "other_parcel"  # type: ignore[union-attr]
    assert machine.scan("x-9").screen.notice == "unknown_item"  # type: ignore[union-attr]
    assert not machine.told(ParcelReady)
    assert machine.scan("i-2").unlocked == ["B1"]


def test_what_does_not_fit_tries_a_larger_door() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().touch("does_not_fit").shut()
    assert machine.unlocked == ["B1"]
    machine.open().touch("does_not_fit").shut()
    assert machine.unlocked == ["C1"]
    machine.open().shut()
    assert machine.told(ParcelReady) == [ParcelReady("p-1", "C1", "max", ("i-1",))]
    assert [space.name for space in machine.point.free()] == ["A1", "A2", "B1"]


def test_no_room_for_what_fits_nowhere() -> None:
    machine = Machine(replace(PARCEL, size="L"), spaces=[("A1", "S")]).tap("max").scan("i-1")
    assert machine.screen.notice == "too_large"  # type: ignore[union-attr]
    assert machine.parcel().state == "sent"


def test_what_may_not_go_in() -> None:
    machine = stocked(PARCEL).recall("p-1").hear()
    machine.tap("max")
    assert machine.scan("i-1").screen.notice == "recalled"  # type: ignore[union-attr]
    assert machine.scan("x-9").screen.notice == "unknown_item"  # type: ignore[union-attr]
    assert stocked(BOBS).tap("max").scan("i-4").screen.notice == "already_here"  # type: ignore[union-attr]


def test_a_stuck_door_gives_another() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").wait(5)
    assert machine.screen == DoorStuck("stocking", "A1", 2, other_door=True)
    assert machine.touch("other_door").unlocked == ["A2"]
    assert machine.out("A1") == "stuck"
    assert machine.open().shut().told(ParcelReady) == [ParcelReady("p-1", "A2", "max", ("i-1",))]


def test_who_puts_nothing_in_says_so() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().touch("cancel").shut()
    assert machine.screen.notice == "not_put_in"  # type: ignore[union-attr]
    assert machine.parcel().state == "sent"
    assert not machine.told(ParcelReady)


def test_a_parcel_changed_while_it_is_scanned_is_still_scanned_whole() -> None:
    machine = Machine(PAIR).tap("max").scan("i-2")
    machine.hear(ParcelSent(replace(PAIR, items=(THREE, item("i-9")))))
    assert not machine.scan("i-3").unlocked
    assert machine.scan("i-9").unlocked == ["B1"]


def test_what_was_not_seen_put_in_does_not_count_as_loaded() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().wait(95).shut()
    assert isinstance(machine.screen, Courier)
    assert (machine.screen.loaded, machine.screen.to_check) == (0, ("A1",))


def test_a_door_a_courier_left_open_is_looked_behind() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().wait(400)
    assert isinstance(machine.screen, Home)
    machine.shut()
    assert not machine.told(ParcelReady)
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "check")


def test_clearing_takes_returns_and_expired_parcels_door_by_door() -> None:
    machine = stocked(expiring(PARCEL, 100.0), BOBS).do(Online(False))
    machine.scan("x-1").touch("open").open().shut().touch("finish")
    machine.now += 200.0
    machine.tap("max")
    assert isinstance(machine.screen, Courier)
    assert (machine.screen.to_clear, machine.screen.clear_why) == (2, (1, 0, 1))
    assert machine.touch("clear").screen == Opening("clearing", "A1", 1, 2)
    machine.open().shut()
    assert machine.told(ParcelRemoved) == [ParcelRemoved("p-1", "max")]
    assert machine.screen == Opening("clearing", "B1", 2, 2)
    machine.open().shut()
    assert machine.told(ItemsCleared) == [ItemsCleared(("x-1",), "B1", "max")]
    assert machine.screen == Seal(1, 1, "")
    assert machine.parcel("p-3").state == "ready"


def test_clearing_may_be_broken_off() -> None:
    machine = stocked(PARCEL).recall("p-1").tap("max").touch("clear").open().touch("cancel").shut()
    assert not machine.told(ParcelRemoved)
    assert machine.screen.to_clear == 1  # type: ignore[union-attr]


def _in_doubt() -> Machine:
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))
    assert machine.told(PointTrouble) == [
        PointTrouble("door_forced", "A1"),
        PointTrouble("parcel_in_doubt", "A1", "p-1"),
    ]
    return machine.tap("max").touch("check", "A1").open()


def test_a_courier_looks_and_it_is_there() -> None:
    machine = _in_doubt()
    assert machine.screen == Inside("A1", "p-1", ("Title i-1",), things=(Thing("p-1", "Title i-1"),))
    machine.touch("yes").shut()
    assert machine.told(ParcelReady) == [ParcelReady("p-1", "A1", "max", ("i-1",))]
    assert (machine.parcel().state, machine.out("A1")) == ("ready", "")


def test_a_courier_looks_and_it_is_gone() -> None:
    machine = _in_doubt().touch("no").shut()
    assert machine.told(ParcelMissing) == [ParcelMissing("p-1", "max")]
    assert "A1" in [space.name for space in machine.point.free()]


def test_without_a_word_the_doubt_stays() -> None:
    machine = _in_doubt().shut()
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "check")


def test_a_forced_empty_door_is_looked_behind_too() -> None:
    machine = Machine().do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))
    assert machine.out("A1") == "check"
    machine.tap("max").touch("check", "A1").open()
    assert machine.screen == Inside("A1", "", ())
    assert machine.shut().out("A1") == ""


def test_a_return_that_is_not_there_becomes_a_case() -> None:
    machine = Machine(online=False).scan("x-1").touch("open").open().shut().touch("finish")
    assert machine.told(ItemDropped)
    machine.do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT)).tap("max").touch("check", "A1").open()
    machine.touch("no").shut()
    assert PointTrouble("drop_missing", "A1", detail="x-1") in machine.told(PointTrouble)
    assert not machine.point.drops


def test_a_parcel_in_doubt_found_in_the_couriers_hand_is_put_in() -> None:
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT)).tap("max").scan("i-1")
    assert machine.unlocked == ["A2"]
    machine.open().shut()
    assert machine.parcel().compartment == "A2"
    assert machine.out("A1") == "check"  # what forced it may lie there


def test_a_parcel_found_in_the_couriers_hand_makes_no_forced_door_whole() -> None:
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.OPEN)).tap("max").scan("i-1")
    assert (machine.unlocked, machine.out("A1")) == (["A2"], "forced")


def too_small() -> Machine:
    return Machine(PARCEL).tap("max").scan("i-1").open().touch("does_not_fit")


@pytest.mark.parametrize("stood_open_s", [LIMITS.shut_wait_s + 1, LIMITS.shut_wait_s + LIMITS.left_open_s + 1])
def test_no_larger_door_opens_behind_a_courier_who_has_gone(stood_open_s: float) -> None:
    machine = too_small().wait(stood_open_s).shut()
    assert not machine.unlocked
    assert machine.screen.notice == "not_put_in"  # type: ignore[union-attr]
    assert (machine.parcel().state, machine.parcel().compartment) == ("sent", "")
    assert machine.told(ParcelDidNotFit) == [ParcelDidNotFit("p-1", "A1", "S", "max")]
    assert machine.scan("i-1").unlocked == ["B1"]  # they are there after all


def test_nor_for_one_who_said_so_only_when_it_had_stood_open_for_long() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().wait(LIMITS.shut_wait_s + 1)
    assert not machine.touch("does_not_fit").shut().unlocked
    assert machine.parcel().size == "M"


def test_no_other_door_opens_for_what_was_called_back_meanwhile() -> None:
    machine = too_small().recall("p-1").shut()
    assert not machine.unlocked
    stuck = Machine(PARCEL).tap("max").scan("i-1").wait(LIMITS.open_wait_s + 1).recall("p-1").touch("other_door")
    assert not stuck.unlocked
    for seen in (machine, stuck):
        assert seen.screen.notice == "recalled"  # type: ignore[union-attr]
        assert seen.scan("i-1").parcel().state == "removed"
