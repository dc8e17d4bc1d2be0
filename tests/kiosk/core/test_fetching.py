"""At the door of a parcel: what to take, what is not as it should be, and the time to have it opened once more."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware.readings import Door, DoorSeen, IsbnScanned, Pulse, UnlockEnded
from kiosk.core.facts import DoorShut as DoorShutFact
from kiosk.core.facts import LeftInside
from kiosk.core.model import Compartment
from kiosk.core.places import for_parcel
from kiosk.core.plan import Space
from kiosk.core.reader_screens import Choose, DoorShut, Sort, Waiting
from kiosk.core.screens import DoorOpen, Goodbye, Home, Opening, Sorry
from sync.messages import ParcelCollected, ParcelMissing, ParcelSent, PatronChanged, PointTrouble
from tests.kiosk.core.machine import DAY_S, LIMITS, OTHER_ISBN, PAIR, PARCEL, PEOPLE, Machine, stocked

THIRD = replace(PARCEL, id="p-5", items=(PARCEL.items[0].__class__("i-5", "Title i-5"),))


def troubles(machine: Machine) -> list[PointTrouble]:
    return machine.told(PointTrouble)


# ---- all or some --------------------------------------------------------------------------------------------------


def test_several_parcels_are_listed_with_size_and_door() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann")
    one = Waiting("p-1", "A1", "S", ("Title i-1",), False)
    two = Waiting("p-2", "B1", "M", ("Title i-2", "Title i-3"), False)
    assert machine.screen == Choose((one, two))
    assert not machine.unlocked


def test_only_those_ticked_are_opened_and_the_others_stay() -> None:
    machine = stocked(PARCEL, PAIR, THIRD).tap("ann").touch("parcel", "p-2").touch("parcel", "p-1")
    machine.touch("parcel", "p-1").touch("take")
    assert machine.screen == Opening("pickup", "B1")
    machine.open().shut()
    assert [told.parcel for told in machine.told(ParcelCollected)] == ["p-2"]
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.left == 2
    machine.touch("finish").tap("ann")
    assert isinstance(machine.screen, Choose)


def test_doors_out_of_reach_are_told_and_stay_shut() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("parcel", "p-1").touch("cannot_reach")
    assert troubles(machine) == [PointTrouble("out_of_reach", "B1", "p-2")]
    assert machine.unlocked == ["A1"]
    machine.open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.far, machine.screen.left) == (True, 1)
    none = stocked(PARCEL, PAIR).tap("ann").touch("cannot_reach")
    assert none.screen == Sorry("out_of_reach", "", ("return",))
    assert len(troubles(none)) == 2


def test_a_list_left_alone_ends() -> None:
    assert isinstance(stocked(PARCEL, PAIR).tap("ann").wait(41).screen, Home)


# ---- what is not as it should be ----------------------------------------------------------------------------------


def test_one_of_two_is_not_there() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some")
    assert machine.screen == Sort("B1", (("i-2", "Title i-2", False), ("i-3", "Title i-3", False)))
    machine.touch("item", "i-3").touch("are_missing")
    assert machine.screen == DoorOpen("pickup", "B1", titles=("Title i-2",), said="some", several=True)
    machine.shut()
    (lent,) = machine.told(ParcelCollected)
    assert (lent.items, lent.left) == (("i-2",), ("i-3",))
    assert machine.told(ParcelMissing) == [ParcelMissing("p-2", "ann", ("i-3",))]
    assert machine.parcel("p-2").state == "missing"
    assert machine.parcel("p-2").titles == ("Title i-3",)
    assert machine.out("B1") == "check"
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.titles, machine.screen.missing, machine.screen.left) == (("Title i-2",), True, 0)


def test_one_of_two_stays_and_is_fetched_later() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-3").touch("stay_here").shut()
    assert machine.told(ParcelCollected)[0].items == ("i-2",)
    assert machine.told(LeftInside) == [LeftInside("p-2", "B1")]
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.left, machine.screen.missing) == (1, False)
    machine.touch("finish").tap("ann").open().shut()
    assert [told.items for told in machine.told(ParcelCollected)] == [("i-2",), ("i-3",)]
    assert machine.told(ParcelCollected)[1].left == ()
    machine.touch("finish").scan("i-2")
    assert machine.session.story.accepted[0].checked  # type: ignore[union-attr]


def test_a_slip_of_the_tongue_is_undone() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("not_here").touch("undo").shut()
    assert machine.told(ParcelCollected)
    assert not machine.told(ParcelMissing)


@pytest.mark.parametrize("known", [True, False])
def test_another_book_lies_there(known: bool) -> None:
    machine = stocked(PARCEL).tap("ann").open()
    machine.scan("x-9") if known else machine.touch("wrong_book")
    assert isinstance(machine.screen, DoorOpen)
    assert machine.screen.wrong
    machine.shut()
    assert not machine.told(ParcelCollected)
    assert machine.told(ParcelMissing) == [ParcelMissing("p-1", "ann")]
    assert troubles(machine) == [PointTrouble("wrong_item", "A1", "p-1", "x-9" if known else "")]
    assert machine.out("A1") == "check"


def test_a_wrong_book_among_several_asks_which_one_is_missing() -> None:
    machine = stocked(PAIR).tap("ann").open().scan("x-9")
    assert isinstance(machine.screen, Sort)
    machine.touch("item", "i-2").touch("are_missing").shut()
    assert machine.told(ParcelCollected)[0].items == ("i-3",)
    assert troubles(machine) == [PointTrouble("wrong_item", "B1", "p-2", "x-9")]


def test_a_book_number_at_an_open_door_says_too_little() -> None:
    machine = stocked(PARCEL).tap("ann").open().do(IsbnScanned("scanner", OTHER_ISBN))
    assert machine.screen == DoorOpen("pickup", "A1", titles=("Title i-1",), notice="use_sticker")


def test_a_book_shown_at_its_own_door_is_the_right_one() -> None:
    machine = stocked(PARCEL).tap("ann").open().scan("i-1")
    assert machine.screen == DoorOpen("pickup", "A1", titles=("Title i-1",), notice="yours")
    assert machine.shut().told(ParcelCollected)


def test_a_card_shown_at_an_open_door_is_answered() -> None:
    machine = stocked(PARCEL).tap("ann").open().tap("bob")
    assert machine.screen == DoorOpen("pickup", "A1", titles=("Title i-1",), notice="door_first")
    assert not machine.unlocked


def test_a_door_out_of_reach_keeps_its_parcel() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("cannot_reach").shut()
    assert troubles(machine) == [PointTrouble("out_of_reach", "A1", "p-1")]
    assert machine.parcel().state == "ready"
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.far, machine.screen.left, machine.screen.titles) == (True, 1, ())
    assert machine.point.patrons["ann"].reach


@pytest.mark.parametrize("said", ["before", "at the door"])
def test_the_next_parcel_of_who_cannot_reach_lies_within_reach(said: str) -> None:
    spaces = {"A1": Space("A1", "S", 0, 0, bottom_cm=10), "B1": Space("B1", "M", 1, 0, bottom_cm=90)}
    for told in (False, True):
        machine = stocked(PARCEL, PAIR)
        if told and said == "before":
            machine = machine.tap("ann").touch("cannot_reach").touch("finish")
        elif told:
            machine = machine.tap("ann").touch("parcel", "p-1").touch("take").open().touch("cannot_reach").shut()
        point = replace(machine.point, plan=replace(machine.point.plan, spaces=spaces))
        shut = {name: Compartment(name, Door.SHUT) for name in spaces}
        parcels = {"p-9": replace(machine.parcel(), id="p-9", state="sent", compartment="")}
        space = for_parcel(replace(point, compartments=shut, parcels=parcels), parcels["p-9"])
        assert space
        assert space.name == ("B1" if told else "A1")


# ---- once more ----------------------------------------------------------------------------------------------------


def test_the_loan_waits_until_the_reader_is_done() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut(done=False)
    due = machine.now + 30 * DAY_S
    assert machine.screen == DoorShut("A1", ("Title i-1",), due)
    assert machine.told(DoorShutFact)
    assert not machine.told(ParcelCollected)
    machine.wait(LIMITS.reopen_s + 1)
    assert len(machine.told(ParcelCollected)) == 1
    assert isinstance(machine.screen, Goodbye)
    assert len(machine.told(DoorShutFact)) == 1


def test_a_door_opens_once_more_and_what_was_said_before_is_forgotten() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("leave_it").shut(done=False).touch("reopen")
    assert machine.unlocked == ["A1"]
    assert isinstance(machine.screen, Opening)
    machine.open()
    assert machine.screen == DoorOpen("pickup", "A1", titles=("Title i-1",))
    assert machine.shut().told(ParcelCollected)
    assert not machine.told(LeftInside)


def test_what_is_said_of_a_door_opened_once_more_is_about_the_rest() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-3").touch("stay_here").shut(done=False)
    machine.touch("reopen").open().touch("leave_it").shut()
    assert machine.told(ParcelCollected)[0].items == ("i-2",)
    back = stocked(PARCEL).tap("ann").open().shut(done=False).touch("reopen").open().touch("leave_it").shut()
    assert not back.told(ParcelCollected)
    gone = stocked(PARCEL).tap("ann").open().shut(done=False).touch("reopen").open().touch("not_here").shut()
    assert gone.told(ParcelMissing)


def _given_to_bob(machine: Machine) -> Machine:
    return machine.hear(ParcelSent(replace(PARCEL, patron="bob")))


def _recalled(machine: Machine) -> Machine:
    return machine.recall("p-1")


def _blocked(machine: Machine) -> Machine:
    return machine.hear(PatronChanged(replace(PEOPLE[0], standing="blocked")))


@pytest.mark.parametrize("loses", [_given_to_bob, _recalled, _blocked])
def test_a_door_does_not_open_once_more_for_what_was_left_and_is_theirs_no_longer(
    loses: Callable[[Machine], Machine],
) -> None:
    machine = loses(stocked(PARCEL).tap("ann").open().touch("leave_it").shut(done=False))
    assert machine.screen.reopen is False  # type: ignore[union-attr]
    assert not machine.touch("reopen").unlocked
    assert not machine.wait(60).told(ParcelCollected)


@pytest.mark.parametrize("loses", [_recalled, _blocked])
def test_who_has_it_in_hand_may_still_put_it_back(loses: Callable[[Machine], Machine]) -> None:
    machine = loses(stocked(PARCEL).tap("ann").open().shut(done=False))
    assert machine.touch("reopen").unlocked == ["A1"]
    machine.open().touch("leave_it").shut(done=False)
    assert not machine.touch("reopen").unlocked


def test_a_door_is_not_opened_again_and_again() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut(done=False)
    for _ in range(LIMITS.open_attempts_max - 1):
        machine.touch("reopen").open().shut(done=False)
    assert machine.screen.reopen is False  # type: ignore[union-attr]
    assert not machine.touch("reopen").unlocked


@pytest.mark.parametrize("refused", [True, False])
def test_a_door_that_does_not_open_once_more_keeps_what_was_said(refused: bool) -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("leave_it").shut(done=False).touch("reopen")
    order = machine.order
    machine.do(UnlockEnded("A1", order.id, order.attempt, Pulse.REFUSED)) if refused else machine.wait(5)
    assert isinstance(machine.screen, DoorShut)
    assert machine.screen.stuck
    machine.touch("finish")
    assert machine.told(LeftInside)
    assert not machine.told(ParcelCollected)


def test_a_switch_that_bounces_after_the_door_was_shut_forgets_nothing_of_what_was_said() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-3").touch("stay_here").shut(done=False)
    machine.do(DoorSeen("B1", Door.OPEN)).do(DoorSeen("B1", Door.SHUT)).wait(2).touch("finish")
    assert machine.told(ParcelCollected)[0].items == ("i-2",)


def test_a_door_that_springs_open_after_something_was_said_to_stay_is_looked_behind() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("leave_it").shut(done=False)
    machine.do(DoorSeen("A1", Door.OPEN)).wait(6).do(DoorSeen("A1", Door.SHUT))
    assert isinstance(machine.screen, DoorShut)
    machine.touch("finish")
    assert (machine.parcel("p-1").state, machine.out("A1")) == ("doubt", "check")
    assert not machine.told(ParcelCollected)


def test_who_then_says_that_they_have_it_has_borrowed_it() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("leave_it").shut(done=False)
    machine.do(DoorSeen("A1", Door.OPEN)).wait(6).touch("undo").do(DoorSeen("A1", Door.SHUT)).touch("finish")
    assert (machine.parcel("p-1").state, machine.out("A1")) == ("collected", "")
    assert len(machine.told(ParcelCollected)) == 1


@pytest.mark.parametrize("cut", [True, False])
def test_a_door_that_may_have_opened_once_more_unseen_is_looked_behind(cut: bool) -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("leave_it").shut(done=False).touch("reopen")
    if cut:
        machine.restart()
    else:
        machine.do(DoorSeen("A1", Door.UNKNOWN)).wait(5)
    machine.do(DoorSeen("A1", Door.SHUT))
    if not cut:
        machine.touch("finish")
    assert machine.parcel("p-1").state == "doubt"
    assert machine.out("A1") == "check"


def test_who_walks_away_from_a_shut_door_has_what_they_took() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut(done=False).touch("reopen").wait(200)
    assert isinstance(machine.screen, Home)
    assert len(machine.told(ParcelCollected)) == 1
    assert machine.point.compartments["A1"].order is None


def test_the_power_fails_while_a_door_rests() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut(done=False).restart()
    assert not machine.told(ParcelCollected)
    machine.do(DoorSeen("A1", Door.SHUT))
    assert len(machine.told(ParcelCollected)) == 1
    assert machine.out("A1") == ""
    said = stocked(PARCEL).tap("ann").open().touch("not_here").shut(done=False).restart().do(DoorSeen("A1", Door.SHUT))
    assert said.told(ParcelMissing)


def test_a_latch_that_did_not_catch_is_an_open_door() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut(done=False).do(DoorSeen("A1", Door.OPEN), after=1.0)
    assert isinstance(machine.screen, DoorOpen)
    assert len(machine.shut().told(ParcelCollected)) == 1


def test_a_point_without_the_grace_settles_at_once() -> None:
    machine = stocked(PARCEL, limits=LIMITS.model_copy(update={"reopen_s": 0.0})).tap("ann").open().shut(done=False)
    assert isinstance(machine.screen, Goodbye)
    assert machine.told(ParcelCollected)
