"""A courier's round: sizes learnt, no room, the bag sealed and handed over, also after whatever came between."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, Door, DoorSeen, SealScanned
from kiosk.core.events import Online
from kiosk.core.flows import rounds
from kiosk.core.flows.rounds import ROUND_S
from kiosk.core.screens import DoorStuck, Home, Opening
from kiosk.core.session import Step
from kiosk.core.show import display
from kiosk.core.staff_screens import Courier, HandOver, Inside, Seal, TakeOut, Thing
from sync.messages import (
    ItemDropped,
    ItemsCleared,
    NeighboursAre,
    ParcelMissing,
    ParcelReady,
    ParcelRemoved,
    ParcelSent,
    PatronChanged,
    PointTrouble,
)
from sync.rounds import BagHandedOver, BagSealed, ParcelDidNotFit, RoomLeft
from sync.things import Neighbour, Patron
from tests.kiosk.core.machine import BOBS, KEYRING, LIMITS, PAIR, PARCEL, Machine, item, stocked

TOM = Patron("tom", "T.", role="courier", cards=(KEYRING.card("0777"),), code=KEYRING.code("20207777"))
TOMS = SecretStr("0777")
TWO_BACK = (replace(PARCEL, size="S"), BOBS)


def called_back() -> Machine:
    """Two parcels to take out, and their courier."""
    return stocked(*TWO_BACK).recall("p-1").recall("p-3").tap("max")


def courier(machine: Machine) -> Courier:
    assert isinstance(machine.screen, Courier)
    return machine.screen


def test_what_did_not_fit_is_larger_from_now_on_for_the_library_too() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().touch("does_not_fit").touch("does_not_fit")
    assert not machine.told(ParcelDidNotFit)  # until its door has shut
    machine.shut()
    assert machine.told(ParcelDidNotFit) == [ParcelDidNotFit("p-1", "A1", "S", "max")]
    machine.restart().doors(Door.SHUT)
    assert machine.parcel().size == "M"
    machine.hear(ParcelSent(PARCEL))
    assert machine.parcel().size == "M"
    machine.hear(ParcelSent(replace(PARCEL, items=(item("i-8"),))))
    assert machine.parcel().size == "S"


@pytest.mark.parametrize("slip", ["does_not_fit", "cancel"])
def test_who_slipped_and_has_put_it_in_says_so(slip: str) -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().touch(slip).touch("undo").shut()
    assert [told.parcel for told in machine.told(ParcelReady)] == ["p-1"]
    assert not machine.told(ParcelDidNotFit)
    assert (machine.parcel().size, courier(machine).notice) == ("S", "")


@pytest.mark.parametrize("slip", ["no", "cancel"])
def test_who_slipped_and_takes_it_out_says_so(slip: str) -> None:
    machine = called_back().touch("clear").open().touch(slip).touch("undo").shut()
    assert [told.parcel for told in machine.told(ParcelRemoved)] == ["p-1"]
    assert not machine.told(ParcelMissing)


def test_parcels_of_one_reader_lie_beside_each_other() -> None:
    grid = [(f"A{n}", "S") for n in range(9)]
    second = replace(PARCEL, id="p-9", items=(item("i-9"),))
    machine = Machine(BOBS, PARCEL, second, spaces=grid)
    for name in ("A0", "A1", "A2", "A3"):
        machine.instruct("set_aside", compartment=name)
    assert machine.tap("max").scan("i-1").door == "A4"
    machine.open().shut()
    for name in ("A0", "A1", "A2", "A3"):
        machine.instruct("put_back", compartment=name)
    assert machine.scan("i-9").door == "A3"
    machine.open().shut()
    assert machine.scan("i-4").door == "A0"


def test_readers_with_a_need_get_doors_they_reach_and_others_leave_them_free() -> None:
    machine = Machine(PARCEL, BOBS)
    heights = {"A1": 150, "A2": 90, "B1": 10, "C1": 100}
    spaces = {n: replace(s, bottom_cm=heights[n]) for n, s in machine.point.plan.spaces.items()}
    machine.point = replace(machine.point, plan=replace(machine.point.plan, spaces=spaces))
    machine.hear(PatronChanged(Patron("bob", "B.", cards=(KEYRING.card("04B2"),), reach=True)))
    machine.tap("max").scan("i-1")
    assert machine.door == "A1"
    machine.open().shut().scan("i-4")
    assert machine.door == "A2"
    machine.open().touch("does_not_fit").shut()
    assert machine.door == "C1"


def test_no_room_says_what_to_clear_first_and_who_has_room() -> None:
    machine = stocked(PARCEL, spaces=[("A1", "S"), ("B1", "M")]).recall("p-1")
    points = (Neighbour("p2", "East Gate", 3, 0, 0), Neighbour("p3", "Metro", 0, 0, 1), Neighbour("p4", "Far", 9, 9, 9))
    machine.hear(ParcelSent(BOBS), ParcelSent(replace(PAIR, patron="bob")), NeighboursAre(points)).tap("max")
    machine.scan("i-4")
    machine.open().shut()
    screen = courier(machine.scan("i-2", "i-3"))
    assert (screen.notice, screen.to_clear, screen.neighbours) == ("no_room", 1, ("Metro", "Far"))


def test_while_doors_do_not_answer_nobody_is_told_that_there_is_no_room() -> None:
    machine = Machine(PARCEL).tap("max").doors(Door.UNKNOWN)
    assert courier(machine.scan("i-1")).notice == "unseen"
    assert machine.do(DoorSeen("A1", Door.SHUT)).scan("i-1").unlocked == ["A1"]


def test_what_makes_room_is_cleared_first() -> None:
    machine = stocked(replace(PARCEL, size="S"), replace(BOBS, size="M"), spaces=[("A1", "S"), ("B1", "M")])
    machine.recall("p-1").recall("p-3").hear(ParcelSent(PAIR)).tap("max").scan("i-2", "i-3").touch("clear")
    assert machine.door == "B1"
    assert courier(machine.open().touch("pause").shut()).to_clear == 1
    assert machine.scan("i-2", "i-3").door == "B1"


def test_after_a_door_that_stood_open_for_long_no_other_opens_by_itself() -> None:
    machine = stocked(PARCEL, BOBS).recall("p-1").recall("p-3").tap("max").touch("clear").open()
    machine.wait(LIMITS.shut_wait_s + 1).shut()
    assert not machine.unlocked
    assert courier(machine).to_clear == 1
    assert machine.touch("clear").open().shut().unlocked == []


def test_the_bag_is_sealed_and_handed_over_by_card() -> None:
    machine = called_back().touch("clear").open()
    assert machine.screen == TakeOut("A1", 1, 2, (Thing("p-1", "Title i-1"),))
    machine.shut().open()
    assert machine.screen == TakeOut("A2", 2, 2, (Thing("p-3", "Title i-4"),), bag=1)
    assert machine.shut().screen == Seal(2, 0, "")
    for digit in "704":
        machine.touch("digit", digit)
    assert isinstance(machine.touch("enter").screen, Seal)
    machine.touch("digit", "1").touch("enter")
    assert machine.told(BagSealed) == [BagSealed("7041", "max", ("p-1", "p-3"))]
    assert machine.tap("ann").screen == HandOver("7041", 2, 0, stranger=True)
    assert courier(machine.tap("max")).notice == "bag_taken"
    assert machine.told(BagHandedOver) == [BagHandedOver("7041", "max", "max", ("p-1", "p-3"))]
    assert courier(machine).bag == 0
    machine.touch("finish")
    assert machine.told(RoomLeft) == [RoomLeft(2, 1, 1)]
    assert not machine.point.rounds


def test_another_courier_may_take_it_over_by_a_code() -> None:
    machine = called_back().hear(PatronChanged(TOM)).touch("clear").open().shut().open().shut()
    machine.do(SealScanned("scanner", "Z-99"))
    for digit in "20207777":
        machine.touch("digit", digit)
    machine.touch("enter")
    assert machine.told(BagHandedOver) == [BagHandedOver("Z-99", "max", "tom", ("p-1", "p-3"))]


def test_a_courier_who_guesses_the_code_of_another_has_the_tries_of_everybody() -> None:
    machine = called_back().hear(PatronChanged(TOM)).touch("clear").open().shut().open().shut()
    machine.do(SealScanned("scanner", "Z-99"))
    for code in (*(f"1000000{n % 10}" for n in range(12)), "20207777"):
        for digit in code:
            machine.touch("digit", digit)
        machine.touch("enter")
    assert machine.point.counters.wrong_codes == machine.point.plan.limits.wrong_codes_max
    assert [told.what for told in machine.told(PointTrouble)].count("codes_closed") == 1
    assert not machine.told(BagHandedOver)
    assert courier(machine.tap("max")).notice == "bag_taken"  # the card goes on


def test_whose_round_it_is_stands_on_each_of_its_screens() -> None:
    machine = Machine(PAIR, PARCEL).tap("max")
    places = [machine.copy(), machine.copy().scan("i-2"), machine.copy().scan("i-1"), machine.copy().scan("i-1").open()]
    places += [called_back().touch("clear"), called_back().touch("clear").open().shut().open().shut().touch("bag")]
    assert {display(one.point, one.session, one.now).initials for one in places} == {"M."}


def handing_over() -> Machine:
    return called_back().touch("clear").open().shut().open().shut().do(SealScanned("scanner", "7041"))


def test_a_bag_that_gets_more_is_sealed_anew() -> None:
    machine = handing_over().touch("cancel")
    assert courier(machine).seal == "7041"
    assert courier(machine.copy().scan("i-1")).seal == "7041"  # it is in the bag already
    machine.hear(ParcelSent(replace(PARCEL, id="p-9", items=(item("i-9"),)))).recall("p-9").scan("i-9")
    assert (courier(machine).seal, courier(machine).bag) == ("", 3)
    machine.touch("bag").do(SealScanned("scanner", "8052")).tap("max")
    what = ("p-1", "p-3", "p-9")
    assert machine.told(BagSealed) == [BagSealed("7041", "max", what[:2]), BagSealed("8052", "max", what)]
    assert machine.told(BagHandedOver) == [BagHandedOver("8052", "max", "max", what)]


def test_a_bag_that_gets_more_while_it_is_handed_over_is_sealed_first() -> None:
    machine = handing_over()
    assert machine.screen == HandOver("7041", 2, 0)
    machine.take(rounds.into_bag(Step(machine.point, machine.session), "max", machine.now, items=("x-1",)))
    assert machine.tap("max").screen == Seal(2, 1, "")
    assert not machine.told(BagHandedOver)


def test_a_seal_without_a_bag_is_told_to_nobody() -> None:
    machine = Machine(PARCEL).tap("max").do(SealScanned("scanner", "Z-99"))
    assert not machine.told(BagSealed)
    assert courier(machine).seal == ""


def test_leaving_with_things_in_the_bag_asks_for_the_seal_first() -> None:
    machine = called_back().touch("clear").open().touch("pause").shut().touch("finish")
    assert machine.screen == Seal(1, 0, "", leaving=True)
    machine.do(SealScanned("scanner", "Z-1"))
    assert isinstance(machine.screen, HandOver)
    machine.tap("max")
    assert isinstance(machine.screen, Home)
    assert machine.told(RoomLeft)


def _interrupt(machine: Machine, how: str) -> Machine:
    match how:
        case "the power fails":
            machine.restart().doors(Door.SHUT)
        case "time runs out":
            machine.wait(120)
        case "they walk away":
            machine.touch("later")
    machine.wait(120)
    assert isinstance(machine.screen, Home)
    return machine.tap("max")


def test_a_bag_is_found_again_whatever_came_between() -> None:
    for how in ("the power fails", "time runs out", "they walk away"):
        machine = called_back().touch("clear").open().shut().open().shut()
        machine = _interrupt(machine, how)
        assert courier(machine).bag == 2, how
        machine.touch("bag").do(SealScanned("scanner", "Z-1"))
        machine = _interrupt(machine, how)
        assert (courier(machine).seal, courier(machine).to_clear) == ("Z-1", 0), how
        machine.touch("bag").tap("max")
        assert machine.told(BagHandedOver) == [BagHandedOver("Z-1", "max", "max", ("p-1", "p-3"))], how


def test_a_door_cut_off_while_it_was_cleared_still_counts() -> None:
    machine = called_back().touch("clear").open().restart().do(DoorSeen("A1", Door.OPEN)).doors(Door.SHUT)
    assert machine.told(ParcelRemoved) == [ParcelRemoved("p-1", "max")]
    assert courier(machine.tap("max")).bag == 1
    assert courier(machine).to_clear == 1


def test_a_count_goes_on_after_a_break_and_begins_anew_the_next_day() -> None:
    machine = Machine(PARCEL, BOBS).tap("max").scan("i-1").open().shut()
    assert (courier(machine).loaded, len(courier(machine).parcels)) == (1, 1)
    machine.wait(120).tap("max")
    assert courier(machine).loaded == 1
    machine.wait(120)
    machine.now += 86400.0
    assert courier(machine.tap("max")).loaded == 0


@pytest.mark.parametrize(
    ("later_s", "counted"), [(0.0, 1), (ROUND_S - 1, 1), (ROUND_S, 0), (-1.0, 0), (ROUND_S + 1, 0)]
)
def test_a_round_begins_anew_after_half_a_day_and_when_the_clock_was_wrong(later_s: float, counted: int) -> None:
    machine = Machine()
    began = machine.now
    machine.take(rounds.loaded(Step(machine.point, machine.session), "max", began))
    step = rounds.begin(Step(machine.point, machine.session), "max", began + later_s)
    assert rounds.of(step.point, "max").loaded == counted


def test_a_stuck_door_does_not_stop_the_clearing() -> None:
    machine = called_back().touch("clear").wait(5)
    assert machine.screen == DoorStuck("clearing", "A1", 2, more=True)
    for away in ("cancel", "help"):
        gone = machine.copy().touch(away)
        assert not gone.unlocked
        assert courier(gone).notice == "not_opened"
    machine.touch("next")
    assert machine.screen == Opening("clearing", "A2", 2, 2)
    machine.open().shut()
    assert machine.told(ParcelRemoved) == [ParcelRemoved("p-3", "max")]


def test_one_of_two_is_not_there() -> None:
    machine = Machine(online=False).scan("x-1").scan("x-2").touch("open").open().shut().touch("finish").tap("max")
    machine.touch("clear").open().touch("absent", "x-2")
    screen: Any = machine.screen
    assert [(thing.id, thing.there, thing.unchecked) for thing in screen.things] == [
        ("x-1", True, True),
        ("x-2", False, True),
    ]
    machine.touch("absent", "x-2").touch("absent", "x-1").touch("absent", "nothing").shut()
    assert machine.told(ItemsCleared) == [ItemsCleared(("x-2",), "A1", "max")]
    assert PointTrouble("drop_missing", "A1", detail="x-1") in machine.told(PointTrouble)
    assert machine.screen == Seal(0, 1, "")


def test_something_nobody_expected_has_come_back() -> None:
    machine = called_back().touch("clear").open().scan("x-9", "x-9", "i-1").shut()
    assert machine.told(ItemDropped) == [ItemDropped("x-9", "A1", False)]
    assert ItemsCleared(("x-9",), "A1", "max") in machine.told(ItemsCleared)
    assert machine.point.rounds["max"].items == ("x-9",)


def returned(machine: Machine) -> bool:
    """Whether the book that nobody expected has come back, and is in the bag, once."""
    told = (machine.told(ItemDropped), machine.told(ItemsCleared), machine.point.rounds["max"].items)
    return told == ([ItemDropped("x-9", "A1", False)], [ItemsCleared(("x-9",), "A1", "max")], ("x-9",))


def test_so_has_one_found_at_a_door_whose_things_stay() -> None:
    machine = called_back().touch("clear").open().scan("x-9").touch("cancel").shut()
    assert returned(machine)
    assert (machine.parcel().state, machine.out("A1"), courier(machine).bag) == ("ready", "", 1)
    assert not machine.told(ParcelRemoved)


def test_so_has_one_found_at_a_door_that_then_stood_open_for_long() -> None:
    machine = called_back().touch("clear").open().scan("x-9").wait(95).shut()
    assert returned(machine)
    assert (machine.parcel().state, machine.out("A1"), courier(machine).bag) == ("doubt", "check", 1)
    assert not machine.told(ParcelRemoved)


def test_so_has_one_found_at_an_open_door_behind_which_somebody_else_looks_then() -> None:
    machine = called_back().touch("clear").open().scan("x-9").wait(200)
    assert isinstance(machine.screen, Home)
    machine.hear(PatronChanged(TOM)).do(CardShown("card", TOMS)).touch("check", "A1")
    assert machine.unlocked == ["A1"]
    assert returned(machine)
    assert machine.parcel().state == "doubt"


@pytest.mark.parametrize("second", ["", "yes"])
def test_who_says_at_last_that_it_is_there_is_believed(second: str) -> None:
    machine = Machine(online=False).scan("x-1").scan("x-2").touch("open").open().shut().touch("finish")
    machine.do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT)).tap("max").touch("check", "A1").open()
    machine.touch("absent", "x-1").touch(second)
    assert isinstance(machine.screen, Inside)
    assert [thing.there for thing in machine.screen.things] == [second == "yes", True]
    machine.shut()
    lost = [trouble.detail for trouble in machine.told(PointTrouble) if trouble.what == "drop_missing"]
    assert lost == ([] if second else ["x-1"])
    assert len(machine.point.drops_at("A1")) == (2 if second else 1)


def test_what_is_scanned_after_all_is_there_though_nothing_was() -> None:
    machine = Machine(online=False).scan("x-1").scan("x-2").touch("open").open().shut().touch("finish")
    machine.do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT)).tap("max").touch("check", "A1").open()
    machine.touch("no").scan("x-2").shut()
    assert [trouble.detail for trouble in machine.told(PointTrouble) if trouble.what == "drop_missing"] == ["x-1"]
    assert [drop.item.barcode for drop in machine.point.drops_at("A1")] == ["x-2"]


def test_a_recalled_parcel_in_the_hand_goes_into_the_bag() -> None:
    machine = Machine(PARCEL).recall("p-1").tap("max").scan("i-1")
    assert (courier(machine).notice, courier(machine).bag) == ("recalled", 1)
    assert machine.told(ParcelRemoved) == [ParcelRemoved("p-1", "max")]
    assert machine.parcel().state == "removed"
    assert courier(machine.scan("i-1")).bag == 1


def test_so_does_one_called_back_after_it_was_taken_out_or_not_found() -> None:
    moved = stocked(PARCEL).hear(PatronChanged(replace(TOM, role="technician", code=""))).do(CardShown("card", TOMS))
    moved.touch("doors").touch("door", "A1").touch("move").open().recall("p-1").shut().touch("finish")
    lost = stocked(PARCEL).tap("ann").open().touch("not_here").shut().touch("finish").recall("p-1")
    for machine in (moved, lost):
        machine.tap("max").scan("i-1")
        assert (courier(machine).notice, courier(machine).bag) == ("recalled", 1)
        assert (machine.parcel().state, machine.parcel().compartment) == ("removed", "")
        assert machine.told(ParcelRemoved) == [ParcelRemoved("p-1", "max")]
    assert lost.out("A1") == "check"


def test_what_is_in_the_hand_and_behind_a_door_is_looked_for() -> None:
    machine = stocked(PARCEL).tap("max").scan("i-1")
    assert (courier(machine).notice, courier(machine).where) == ("already_here", "A1")
    machine.touch("check", "A1").open()
    assert isinstance(machine.screen, Inside)
    machine.touch("absent", "p-1").shut()
    assert machine.told(ParcelMissing) == [ParcelMissing("p-1", "max")]
    assert machine.scan("i-1").unlocked == ["A1"]
    machine.open().shut()
    assert machine.told(ParcelReady) == [ParcelReady("p-1", "A1", "max", ("i-1",))]


def test_a_courier_without_a_card_types_a_code_also_offline() -> None:
    machine = Machine(PARCEL).hear(PatronChanged(TOM)).do(Online(False)).code("20207777")
    assert len(courier(machine).parcels) == 1
    assert machine.scan("i-1").order.person == "tom"
    assert Machine(PARCEL).code("20207777").screen.wrong  # type: ignore[union-attr]
