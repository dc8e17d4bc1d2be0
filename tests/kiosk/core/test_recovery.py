"""What a power cut leaves, for each purpose; jumping clocks; and what comes down from the library."""

from dataclasses import replace

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.case_facts import Disagreed
from kiosk.core.events import ClockJumped, Forgotten, Online, Receipted, Tick
from kiosk.core.facts import Booted, ClockSet, ParcelCalledBack
from kiosk.core.screens import Collect, DoorStuck, Home, Opening
from sync.messages import (
    ItemDropped,
    ItemsCleared,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRecalled,
    ParcelRemoved,
    ParcelSent,
    PatronChanged,
    PointTrouble,
    Receipt,
    Telling,
)
from tests.kiosk.core.machine import DAY_S, NOW, PAIR, PARCEL, PEOPLE, Machine, expiring, stocked

CUT = {
    "pickup": lambda: stocked(PARCEL).tap("ann"),
    "stocking": lambda: Machine(PARCEL).tap("max").scan("i-1"),
    "dropoff": lambda: Machine(online=False).scan("x-1").touch("open"),
    "clearing": lambda: stocked(PARCEL).recall("p-1").tap("max").touch("clear"),
    "check": lambda: (
        stocked(PARCEL).do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT)).tap("max").touch("check", "A1")
    ),
}
BOOKED = {
    "pickup": ParcelCollected,
    "stocking": ParcelReady,
    "dropoff": ItemDropped,
    "clearing": ParcelRemoved,
    "check": ParcelReady,
}


@pytest.mark.parametrize("purpose", CUT)
def test_a_door_nobody_saw_move_is_looked_behind(purpose: str) -> None:
    machine = CUT[purpose]().restart()
    assert machine.told(Booted)[-1].orders
    assert not machine.commands
    machine.wait(30)
    assert machine.point.compartments["A1"].order is not None
    machine.doors(Door.SHUT)
    assert machine.out("A1") == "check"
    assert machine.point.compartments["A1"].order is None
    assert not machine.told(BOOKED[purpose])
    assert machine.told(PointTrouble)


@pytest.mark.parametrize(
    ("purpose", "settled"),
    [("pickup", True), ("stocking", False), ("dropoff", True), ("clearing", True), ("check", False)],
)
@pytest.mark.parametrize("seen", ["before", "after"])
def test_a_door_seen_open_settles_when_it_shuts(purpose: str, settled: bool, seen: str) -> None:
    machine = CUT[purpose]()
    if seen == "before":
        machine.open().restart()
    else:
        machine.restart().do(DoorSeen("A1", Door.OPEN))
    assert isinstance(machine.screen, Home)
    machine.doors(Door.SHUT)
    assert machine.point.compartments["A1"].order is None
    assert bool(machine.told(BOOKED[purpose])) == settled
    looked_behind = not settled or purpose in ("pickup", "clearing")  # nobody could say at a dark screen that it stays
    assert machine.out("A1") == ("check" if looked_behind else "")


@pytest.mark.parametrize("said", ["leave_it", "not_here"])
def test_what_was_said_to_a_machine_that_died_is_looked_at(said: str) -> None:
    machine = stocked(PARCEL).tap("ann").open().touch(said).restart().doors(Door.SHUT)
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "check")


@pytest.mark.parametrize("purpose", ["clearing", "check"])
def test_what_was_scanned_in_a_hand_before_the_power_failed_was_seen(purpose: str) -> None:
    machine = CUT[purpose]().open().scan("x-9").restart().doors(Door.SHUT)
    assert machine.told(ItemDropped) == [ItemDropped("x-9", "A1", False)]
    assert machine.told(ItemsCleared) == [ItemsCleared(("x-9",), "A1", "max")]
    assert machine.point.rounds["max"].items == ("x-9",)
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "check")
    assert not machine.told(BOOKED[purpose])


def test_a_look_behind_a_door_where_nothing_should_lie_is_no_look_before_a_dark_screen() -> None:
    forced = Machine().do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))
    looking = forced.tap("max").touch("check", "A1").open().restart().doors(Door.SHUT)
    assert (looking.point.compartments["A1"].order, looking.out("A1")) == (None, "check")
    assert looking.tap("max").touch("check", "A1").open().shut().out("A1") == ""


def test_the_next_reader_is_served_while_a_door_is_in_question() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("take").restart()
    machine.do(DoorSeen("B1", Door.SHUT)).tap("ann")
    assert machine.unlocked == ["B1"]


def test_after_a_start_no_device_counts_until_it_has_answered() -> None:
    machine = Machine().paper().restart()
    assert [(d.name, d.up, d.why) for d in machine.point.devices.values()] == [("printer", False, "not seen yet")]


@pytest.mark.parametrize("by", [3600.0, -3600.0, DAY_S, -DAY_S])
def test_a_jumping_clock_makes_no_wait_longer_or_shorter(by: float) -> None:
    machine = stocked(PARCEL).tap("ann").wait(2)
    machine.now += by
    machine.do(ClockJumped(by), Tick())
    assert machine.told(ClockSet) == [ClockSet(by)]
    assert isinstance(machine.screen, Opening)
    assert isinstance(machine.wait(2.5).screen, DoorStuck)
    machine = Machine().touch("collect")
    machine.now += by
    machine.do(ClockJumped(by), Tick())
    assert isinstance(machine.wait(38).screen, Collect)
    assert isinstance(machine.wait(3).screen, Home)


def test_a_small_jump_is_remembered_and_a_large_one_told() -> None:
    assert not Machine().do(ClockJumped(5.0)).told(PointTrouble)
    assert Machine().do(ClockJumped(-3600.0)).told(PointTrouble) == [PointTrouble("clock_jumped", detail="-3600 s")]


# ---- the feed -----------------------------------------------------------------------------------------------------


def test_a_snapshot_forgets_what_it_does_not_name_but_nothing_that_lies_here() -> None:
    machine = stocked(PARCEL)
    machine.hear(ParcelSent(PAIR), PatronChanged(PEOPLE[1]))
    machine.hear(PatronChanged(PEOPLE[4]), snapshot=True)
    assert machine.point.parcels.keys() == {"p-1"}
    assert machine.point.patrons.keys() == {"ann", "max"}


def test_a_snapshot_that_names_what_is_known_changes_nothing() -> None:
    machine = stocked(PARCEL)
    before = machine.point.parcels
    machine.hear(*(PatronChanged(patron) for patron in PEOPLE), ParcelSent(PARCEL), snapshot=True)
    assert machine.point.parcels == before


def test_what_the_library_lost_long_ago_is_one_case_however_often_it_says_so() -> None:
    machine = stocked(PARCEL).do(Forgotten(3, 9))
    assert [case.detail for case in machine.point.cases.values()] == ["3..9"]
    assert machine.told(Disagreed) == [Disagreed("forgotten-9", "forgotten", "3..9")]
    machine.do(Forgotten(3, 9))
    assert len(machine.point.cases) == 1
    assert machine.told(Disagreed) == [Disagreed("forgotten-9", "forgotten", "3..9")]


def test_a_recall_of_what_lies_here_makes_it_something_to_clear() -> None:
    machine = stocked(PARCEL).recall("p-1")
    assert machine.parcel().recalled
    assert machine.tap("max").screen.to_clear == 1  # type: ignore[union-attr]
    assert Machine(PARCEL).recall("p-1").tap("max").screen.parcels == ()  # type: ignore[union-attr]
    Machine().hear(ParcelRecalled("never-heard-of"))


def test_word_of_a_parcel_that_has_gone_brings_nothing_back() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut()
    machine.hear(ParcelSent(replace(PARCEL, expires=NOW + 9 * DAY_S)), ParcelRecalled("p-1"))
    assert machine.parcel().state == "collected"
    assert not machine.parcel().recalled
    machine = stocked(expiring(PARCEL, 60.0)).wait(120).tap("max").touch("clear").open().shut().recall("p-1")
    assert (machine.parcel().state, machine.told(ParcelCalledBack)) == ("removed", [])


def test_a_parcel_that_lies_here_may_be_kept_longer() -> None:
    machine = stocked(PARCEL).hear(ParcelSent(replace(PARCEL, expires=NOW + 9 * DAY_S)))
    assert (machine.parcel().state, machine.parcel().compartment) == ("ready", "A1")
    machine.now += 8 * DAY_S
    assert machine.tap("ann").unlocked == ["A1"]


def test_gone_parcels_are_forgotten_after_some_days() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut()
    (told,) = machine.told(ParcelCollected)
    machine.do(Receipted(Telling("p1-1-1", 1, NOW, told), Receipt("p1-1-1", "applied")))
    machine.now += 6 * DAY_S
    assert "p-1" in machine.hear().point.parcels
    machine.now += 2 * DAY_S
    assert "p-1" not in machine.hear().point.parcels


@pytest.mark.parametrize("status", ["conflict", "rejected"])
def test_a_library_that_disagrees_makes_a_case(status: str) -> None:
    telling = Telling("p1-1-1", 1, NOW, ItemsCleared(("x-1",), "A1", "max"))
    machine = Machine().do(Receipted(telling, Receipt("p1-1-1", status, "on loan")))  # type: ignore[arg-type]
    (case,) = machine.point.cases.values()
    assert (case.what, case.about, case.detail) == (status, "items_cleared", "on loan")
    assert not Machine().do(Online(True), Receipted(telling, Receipt("p1-1-1", "duplicate"))).point.cases


def test_a_case_about_what_is_missing_names_the_books() -> None:
    machine = stocked(PARCEL)
    stayed = PointTrouble("loan_in_doubt", "A3", "p-9", "x-2 x-3")
    told = ParcelMissing(PARCEL.id, "max"), PointTrouble("drop_missing", "A2", detail="x-1"), stayed
    for n, one in enumerate(told, 1):
        machine.do(Receipted(Telling(f"p1-1-{n}", n, NOW, one), Receipt(f"p1-1-{n}", "conflict", "look for it")))
    items = tuple(item.barcode for item in PARCEL.items)
    found = {(case.about, case.things) for case in machine.point.cases.values()}
    others = ("drop_missing", ("x-1", "A2")), ("loan_in_doubt", ("x-2", "x-3", "A3", "p-9"))
    assert found == {("parcel_missing", (*items, PARCEL.id)), *others}


def test_a_stuck_door_that_may_have_moved_after_all_is_looked_behind() -> None:
    machine = stocked(PARCEL).tap("ann").wait(5).touch("help").touch("finish")
    assert machine.out("A1") == "stuck"
    machine.tap("max").touch("check", "A1").do(DoorSeen("A1", Door.UNKNOWN)).wait(5).touch("help")
    assert (machine.out("A1"), machine.parcel().state) == ("silent", "doubt")
    machine.do(DoorSeen("A1", Door.SHUT)).touch("finish")
    assert machine.out("A1") == "check"
    machine.tap("ann").open().touch("leave_it").shut()
    assert machine.out("A1") == "check"
