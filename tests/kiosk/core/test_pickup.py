"""Pickup, as its reader lives it."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hardware.readings import Door, DoorSeen, PatronScanned, Pulse, UnlockEnded
from kiosk.core.account_screens import Account
from kiosk.core.events import ClockJumped, Online, Tick
from kiosk.core.facts import LeftInside, UnlockAnswered, WrongCode
from kiosk.core.reader_screens import DoorShut
from kiosk.core.screens import Collect, DoorOpen, DoorStuck, Goodbye, Home, Opening, Return, Sorry
from sync.account import AccountIs
from sync.asked import ItemIs
from sync.messages import ParcelCollected, ParcelMissing, ParcelSent, PatronChanged, PatronForgotten, PointTrouble
from sync.service import Abilities
from sync.things import Item
from tests.kiosk.core.machine import (
    BOBS,
    CARDS,
    CODE,
    DAY_S,
    LIMITS,
    NOW,
    PAIR,
    PARCEL,
    PEOPLE,
    STRANGER,
    Machine,
    expiring,
    item,
    qr,
    stocked,
)

WAYS = {
    "card": lambda machine: machine.tap("ann"),
    "code": lambda machine: machine.code(CODE),
    "pass": lambda machine: machine.show(qr()),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("online", [True, False])
def test_a_reader_collects_with_or_without_the_library(way: str, online: bool) -> None:
    machine = WAYS[way](stocked(PARCEL).do(Online(online)))
    assert machine.unlocked == ["A1"]
    assert isinstance(machine.screen, Opening)
    machine.open()
    assert machine.screen == DoorOpen("pickup", "A1", titles=("Title i-1",))
    assert not machine.told(ParcelCollected)
    machine.shut()
    (told,) = machine.told(ParcelCollected)
    assert (told.parcel, told.patron, told.items, told.proof) == ("p-1", "ann", ("i-1",), way)
    assert told.due == machine.now + 30 * DAY_S
    assert isinstance(machine.screen, Goodbye)
    assert replace(machine.screen, slip=None) == Goodbye("pickup", ("Title i-1",), told.due, provisional=not online)
    assert len(machine.point.free()) == 4
    assert isinstance(machine.wait(21).screen, Home)


def test_several_parcels_open_one_after_another() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("take")
    assert machine.screen == Opening("pickup", "A1", 1, 2)
    machine.open().shut()
    assert machine.unlocked == ["B1"]
    assert machine.screen == Opening("pickup", "B1", 2, 2)
    machine.open().shut()
    assert [told.parcel for told in machine.told(ParcelCollected)] == ["p-1", "p-2"]
    assert machine.screen.titles == ("Title i-1", "Title i-2", "Title i-3")  # type: ignore[union-attr]


def test_it_is_not_here() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("not_here")
    assert machine.screen.said == "missing"  # type: ignore[union-attr]
    machine.shut()
    assert machine.told(ParcelMissing) == [ParcelMissing("p-1", "ann")]
    assert not machine.told(ParcelCollected)
    assert machine.out("A1") == "check"
    assert machine.screen.missing  # type: ignore[union-attr]
    assert isinstance(machine.touch("finish").tap("ann").screen, Sorry)


def test_a_reader_leaves_it_and_comes_back() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("leave_it").shut()
    assert machine.told(LeftInside)
    assert not machine.told(ParcelCollected)
    assert machine.screen.left == 1  # type: ignore[union-attr]
    assert machine.touch("finish").tap("ann").open().shut().told(ParcelCollected)


def test_a_stuck_door_is_tried_again_as_often_as_allowed() -> None:
    machine = stocked(PARCEL).tap("ann").wait(4.5)
    assert machine.screen == DoorStuck("pickup", "A1", 2)
    assert machine.touch("again").unlocked == ["A1"]
    assert isinstance(machine.screen, Opening)
    machine.wait(4.5).touch("again").wait(4.5)
    assert machine.screen == DoorStuck("pickup", "A1", 0)
    assert not machine.touch("again").unlocked
    machine.touch("cancel")
    assert machine.screen == Sorry("door_stuck", then=("return",))
    assert machine.out("A1") == "stuck"
    assert machine.told(PointTrouble) == [PointTrouble("door_stuck", "A1", "p-1")]
    assert machine.parcel().state == "ready"


def test_behind_a_stuck_door_a_parcel_does_not_expire() -> None:
    machine = stocked(PARCEL).tap("ann").wait(4.5).touch("cancel").touch("finish").wait(60)
    machine.do(Tick(), after=PARCEL.expires - NOW)
    assert machine.tap("max").screen.to_clear == 0  # type: ignore[union-attr]
    machine.touch("finish").tap("ann").open().shut()
    assert machine.told(ParcelCollected)


def test_the_journal_says_what_the_board_answered_to_which_pulse() -> None:
    machine = stocked(PARCEL).tap("ann").wait(4.5).touch("again")
    order = machine.order.id
    machine.do(UnlockEnded("A1", order, 2, Pulse.REFUSED, 7.5))
    accepted = UnlockAnswered("A1", order, 1, Pulse.ACCEPTED, 0.0)
    assert machine.told(UnlockAnswered) == [accepted, UnlockAnswered("A1", order, 2, Pulse.REFUSED, 7.5)]


def test_an_unlock_is_never_repeated_blindly() -> None:
    machine = stocked(PARCEL).tap("ann").do(DoorSeen("A1", Door.UNKNOWN)).wait(5)
    assert machine.screen == DoorStuck("pickup", "A1", 0)
    assert not machine.touch("again").unlocked


def test_a_clear_no_of_the_board_is_no_doubt() -> None:
    machine = stocked(PARCEL).tap("ann").do(UnlockEnded("A1", "2", 1, Pulse.NOT_SENT))
    assert isinstance(machine.screen, DoorStuck)
    assert machine.touch("cancel").out("A1") == ""
    assert machine.parcel().state == "ready"


def test_a_door_that_nothing_reached_is_not_said_to_be_told_of() -> None:
    machine = stocked(PARCEL).tap("ann").do(UnlockEnded("A1", "2", 1, Pulse.NOT_SENT), DoorSeen("A1", Door.UNKNOWN))
    assert machine.touch("help").screen == Sorry("door_unreachable", "", ("return",))
    assert not machine.told(PointTrouble)


@pytest.mark.parametrize(("gives_up", "then"), [("help", Sorry), ("cancel", Sorry), ("", Home)])
def test_of_a_door_that_the_board_refused_staff_hear_and_its_time_stands_still(gives_up: str, then: type) -> None:
    machine = stocked(PARCEL).tap("ann").do(UnlockEnded("A1", "2", 1, Pulse.REFUSED))
    machine.touch(gives_up) if gives_up else machine.wait(100)
    assert isinstance(machine.screen, then)
    assert machine.told(PointTrouble) == [PointTrouble("door_stuck", "A1", "p-1")]
    assert machine.parcel().state == "ready"
    machine.now += 5 * DAY_S
    assert machine.touch("finish").tap("max").screen.to_check == ("A1",)  # type: ignore[union-attr]
    machine.touch("finish").tap("ann").open().shut()
    assert machine.told(ParcelCollected)


def test_a_door_that_the_board_refused_takes_no_returns_until_somebody_has_looked() -> None:
    machine = Machine(online=False).scan("x-1").touch("open")
    machine.do(UnlockEnded(machine.door, machine.order.id, 1, Pulse.REFUSED)).touch("other_door")
    assert machine.unlocked == ["A2"]
    assert machine.out("A1") == "stuck"
    assert [told.what for told in machine.told(PointTrouble)] == ["door_stuck"]


def test_a_silent_board_puts_the_compartment_aside_until_it_was_seen() -> None:
    machine = stocked(PARCEL).tap("ann").do(DoorSeen("A1", Door.UNKNOWN)).wait(120)
    assert isinstance(machine.screen, Home)
    assert (machine.out("A1"), machine.parcel().state) == ("silent", "doubt")
    machine.do(DoorSeen("A1", Door.SHUT))
    assert machine.out("A1") == "check"
    assert [trouble.what for trouble in machine.told(PointTrouble)] == ["door_silent", "parcel_in_doubt"]


def test_a_door_given_up_before_the_wire_has_said_a_word_is_looked_behind() -> None:
    """It may have opened, and been shut, while the disk took its time and no word of it was heard."""
    machine = stocked(PARCEL).tap("ann").do(Tick(), after=5.0).touch("cancel")
    assert (machine.out("A1"), machine.parcel().state) == ("check", "doubt")
    assert [trouble.what for trouble in machine.told(PointTrouble)] == ["door_silent", "parcel_in_doubt"]


def test_who_walks_away_leaves_nothing_half_done() -> None:
    machine = stocked(PARCEL).tap("ann").wait(120)
    assert isinstance(machine.screen, Home)
    assert machine.parcel().state == "ready"
    assert machine.point.compartments["A1"].order is None


def test_a_door_left_open_is_booked_and_looked_behind() -> None:
    machine = stocked(PARCEL).tap("ann").open().wait(61)
    assert machine.screen.left  # type: ignore[union-attr]
    assert not machine.told(ParcelCollected)
    machine.wait(200)
    assert machine.screen == Home(3, False, ("A1",))
    assert len(machine.told(ParcelCollected)) == 1
    machine.shut()
    assert machine.out("A1") == "check"
    assert len(machine.told(ParcelCollected)) == 1


@pytest.mark.parametrize("said", ["leave_it", "not_here"])
def test_saying_it_after_the_loan_was_booked_is_a_doubt(said: str) -> None:
    machine = stocked(PARCEL).tap("ann").open().wait(80).touch("more_time").wait(15)
    assert machine.told(ParcelCollected)
    machine.touch(said).shut()
    assert not machine.told(ParcelMissing)
    assert PointTrouble("loan_in_doubt", "A1", "p-1", "i-1") in machine.told(PointTrouble)
    assert machine.out("A1") == "check"


def test_of_many_books_that_stay_after_their_loan_was_told_each_is_named() -> None:
    """In as many words as there is room for: else it could not be told at all, at no start."""
    many = replace(PARCEL, items=tuple(item(f"3{n:013d}") for n in range(50)))
    machine = stocked(many).tap("ann").open().wait(95).touch("leave_it").shut()
    doubts = [told for told in machine.told(PointTrouble) if told.what == "loan_in_doubt"]
    assert [barcode for told in doubts for barcode in told.detail.split()] == [one.barcode for one in many.items]
    assert all(len(told.detail) <= 200 for told in doubts)


def test_what_stayed_before_the_loan_of_the_rest_was_told_is_no_loan_in_doubt() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some", "").touch("item", "i-3").touch("stay_here").wait(200).shut()
    (collected,) = machine.told(ParcelCollected)
    assert (collected.items, collected.left) == (("i-2",), ("i-3",))
    assert {told.what for told in machine.told(PointTrouble)} == {"door_left_open", "parcel_in_doubt"}


def test_what_was_said_after_the_loan_was_booked_is_known_after_a_power_cut_too() -> None:
    machine = stocked(PARCEL).tap("ann").open().wait(80).touch("more_time").wait(15).touch("leave_it")
    assert machine.order.said
    machine.restart().do(DoorSeen("A1", Door.OPEN)).do(DoorSeen("A1", Door.SHUT)).wait(2)
    assert PointTrouble("loan_in_doubt", "A1", "p-1", "i-1") in machine.told(PointTrouble)
    assert machine.out("A1") == "check"


def test_a_bouncing_switch_settles_nothing() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut(0.2)
    assert not machine.told(ParcelCollected)
    machine.do(DoorSeen("A1", Door.OPEN), after=0.1).wait(3)
    assert isinstance(machine.screen, DoorOpen)
    assert machine.shut().told(ParcelCollected)


def test_a_door_shut_at_once_settles_a_second_later() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut(0.2).wait(1)
    assert isinstance(machine.screen, DoorShut)
    assert machine.touch("finish").told(ParcelCollected)


@pytest.mark.parametrize(("who", "why"), [("eve", "patron_blocked"), ("old", "patron_expired")])
def test_who_may_not_borrow_is_told_why(who: str, why: str) -> None:
    screen = stocked(PARCEL).tap(who).screen
    assert isinstance(screen, Sorry)
    assert (screen.reason, screen.then) == (why, ("return",))


def test_what_is_recalled_or_expired_stays_shut() -> None:
    assert stocked(PARCEL).recall("p-1").tap("ann").screen.reason == "parcel_recalled"  # type: ignore[union-attr]
    late = stocked(expiring(PARCEL, 100.0))
    late.now += 200.0
    assert late.tap("ann").screen.reason == "parcel_expired"  # type: ignore[union-attr]


def test_a_recall_before_the_open_door_comes_too_late() -> None:
    machine = stocked(PARCEL).tap("ann").open().recall("p-1").shut()
    assert machine.told(ParcelCollected)


def test_a_recall_on_the_way_to_the_next_door_keeps_it_shut() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("take").open().recall("p-2").shut()
    assert not machine.unlocked
    assert (machine.screen.left, machine.screen.over) == (0, 1)  # type: ignore[union-attr]


def test_another_reader_opens_nothing() -> None:
    machine = stocked(PARCEL).tap("bob").answer(AccountIs())
    assert machine.screen == Account(True, notice="nothing_ready")
    assert machine.touch("collect").unlocked == []
    for library in (Abilities(account=False), Abilities()):
        machine = stocked(PARCEL, library=library).do(Online(not library.account))
        assert machine.tap("bob").screen == Sorry("nothing_ready", "", ("return",))


def test_a_forgotten_patron_whose_parcel_lies_here_still_collects() -> None:
    machine = stocked(PARCEL).hear(PatronForgotten("ann"), PatronForgotten("bob"))
    assert "bob" not in machine.point.patrons
    assert machine.tap("ann").unlocked == ["A1"]


def test_a_parcel_a_snapshot_does_not_name_is_not_handed_out_any_more() -> None:
    machine = stocked(PARCEL).hear(snapshot=True)
    assert machine.code(CODE).screen.reason == "parcel_recalled"  # type: ignore[union-attr]
    assert machine.unlocked == []
    machine.hear(ParcelSent(PARCEL))
    assert machine.code(CODE).unlocked == ["A1"]


def test_a_patron_blocked_since_is_turned_away_also_with_code_and_pass() -> None:
    machine = stocked(PARCEL).hear(PatronChanged(replace(PEOPLE[0], standing="blocked")))
    assert machine.code(CODE).screen.reason == "patron_blocked"  # type: ignore[union-attr]
    assert machine.touch("finish").show(qr()).screen.reason == "patron_blocked"  # type: ignore[union-attr]


def test_a_number_in_print_opens_a_door_only_where_the_library_says_so() -> None:
    printed = PatronScanned("scanner", SecretStr(CARDS["ann"]))
    machine = stocked(PARCEL).do(printed)
    assert machine.screen == Sorry("number_only", "", ("return", "collect"))
    assert not machine.unlocked
    machine.touch("return").do(printed)
    assert isinstance(machine.screen, Return)
    machine.touch("cancel")
    plan = replace(machine.point.plan, limits=LIMITS.model_copy(update={"printed_opens": True}))
    machine.point = replace(machine.point, plan=plan)
    assert machine.do(printed).unlocked == ["A1"]


# ---- codes and passes ---------------------------------------------------------------------------------------------


def test_ten_wrong_codes_close_the_keypad_only() -> None:
    machine = stocked(PARCEL)
    for n in range(9):
        machine.code("99999999")
        assert machine.screen == Collect("", True, True, 9 - n, cards=False)
    machine.code("99999999")
    assert machine.screen == Sorry("codes_closed")
    assert PointTrouble("codes_closed") in machine.told(PointTrouble)
    machine.touch("finish").restart().doors(Door.SHUT)
    for by in (-3600.0, -DAY_S, -3 * DAY_S):
        machine.now += by
        machine.do(ClockJumped(by)).touch("collect")
        assert machine.screen == Collect("", False, False, 10, cards=False)
        assert not machine.code(CODE).unlocked
        machine.touch("cancel")
    assert machine.copy().show(qr(not_after=9e9)).unlocked == ["A1"]
    assert machine.copy().tap("ann").unlocked == ["A1"]
    machine.now += 6 * DAY_S
    assert machine.code("99999999").screen == Collect("", True, True, 9, cards=False)
    assert machine.told(WrongCode)[-1] == WrongCode(1)


def test_after_a_goodbye_the_next_one_may_type_a_code_at_once_while_codes_count() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut()
    assert isinstance(machine.copy().touch("digit", "x").screen, Goodbye)
    assert machine.copy().touch("digit", "7").screen == Collect("7", True, False, 10, cards=False)
    for _ in range(10):
        machine.code("99999999")
    machine.touch("finish").scan("x-1").answer(ItemIs(Item("x-1", ""), True)).touch("open").open().shut()
    assert isinstance(machine.touch("digit", "7").screen, Goodbye)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (qr(key=STRANGER), "pass_forged"),
        ("L1:NONSENSE", "pass_forged"),
        (qr()[:-4] + "0000", "pass_forged"),
        (qr(not_after=1.0), "pass_expired"),
        (qr(point="elsewhere"), "pass_elsewhere"),
        (qr("ab" * 8), "nothing_ready"),
    ],
)
def test_a_pass_that_is_no_good_says_why(text: str, why: str) -> None:
    assert stocked(PARCEL).show(text).screen == Sorry(why)  # type: ignore[arg-type]


def test_a_pass_is_used_once() -> None:
    machine = stocked(PARCEL).show(qr()).open().shut().touch("finish")
    assert machine.show(qr()).screen == Sorry("pass_used")


def test_a_pass_that_changes_each_minute_is_good_for_its_own_minute() -> None:
    """Passes of one parcel, each with its own last moment: a picture of the first is no good a minute later."""
    first, second = qr(not_after=NOW + 90.0), qr(not_after=NOW + 150.0)
    machine = stocked(PARCEL)
    assert machine.copy().show(first).unlocked == ["A1"]
    machine.now = NOW + 100.0
    late = machine.copy().show(first)
    assert (late.unlocked, late.screen) == ([], Sorry("pass_expired"))
    machine.show(second).open().shut().touch("finish")
    assert [told.parcel for told in machine.told(ParcelCollected)] == ["p-1"]
    assert machine.show(qr(not_after=NOW + 210.0)).screen == Sorry("pass_used")  # whichever was shown, it is collected


@pytest.mark.parametrize("way", ["card", "code"])
def test_while_keys_are_changed_what_was_hashed_with_the_old_one_counts(way: str) -> None:
    assert WAYS[way](changing_keys(stocked(PARCEL))).unlocked == ["A1"]


def changing_keys(machine: Machine) -> Machine:
    keyring = replace(machine.point.plan.keyring, hashing=b"n" * 32, before=machine.point.plan.keyring.hashing)
    machine.point = replace(machine.point, plan=replace(machine.point.plan, keyring=keyring))
    return machine


def test_while_keys_are_changed_a_code_opens_what_was_announced_under_either() -> None:
    machine = changing_keys(stocked(PARCEL))
    new = replace(PARCEL, id="p-9", items=(item("i-9"),), code=machine.point.plan.keyring.code(CODE))
    machine.hear(ParcelSent(new)).tap("max").scan("i-9").open().shut().touch("finish")
    machine.code(CODE).touch("parcel", "p-9").touch("take").open().shut()
    assert [told.parcel for told in machine.told(ParcelCollected)] == ["p-9"]
    assert machine.wait(60).code(CODE).unlocked == ["A1"]


def test_a_code_opens_only_its_own_parcels() -> None:
    machine = stocked(PARCEL, BOBS).code("87654321")
    assert machine.unlocked == [machine.parcel("p-3").compartment]


def test_nobody_is_asked_whether_they_are_there_for_ever() -> None:
    machine = Machine(PARCEL).touch("collect").wait(30)
    assert isinstance(machine.screen, Collect)
    assert isinstance(machine.touch("more_time").wait(30).screen, Collect)
    assert isinstance(machine.wait(15).do(Tick()).screen, Home)
