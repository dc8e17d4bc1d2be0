"""Dropoff, as whoever brings something back lives it."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, CodeUnknown, DeviceDown, DeviceUp, Door, DoorSeen, IsbnScanned
from kiosk.core.events import Online, Receipted
from kiosk.core.screens import DoorOpen, DoorStuck, Goodbye, Home, Opening, Return, Sorry, Wait
from sync.asked import ItemIs, LoansAre, LoansWith, PatronIs, WhatIs
from sync.messages import (
    ItemDropped,
    ItemsCleared,
    ParcelReady,
    ParcelRecalled,
    ParcelSent,
    PointTrouble,
    Receipt,
    Telling,
)
from sync.things import SentParcel
from tests.kiosk.core.machine import DAY_S, ISBN, NOW, ONE, OTHER_ISBN, PARCEL, PEOPLE, Machine, item, stocked


def known(*barcodes: str) -> Machine:
    """At the screen with these items accepted."""
    machine = Machine()
    for barcode in barcodes:
        machine.scan(barcode).answer(ItemIs(item(barcode), True))
    return machine


def returned(*barcodes: str) -> Machine:
    """Put in together behind one door, which is shut."""
    return known(*barcodes).touch("open").open().shut()


NEXT = SentParcel("P-9", "ann", (item("x-1"),), "S", NOW + 5 * DAY_S)
ANN = PEOPLE[0]


def word(machine: Machine, **said: object) -> Machine:
    told = machine.told(ItemDropped)[0]
    receipt = Receipt("p1-1-1", "applied", **said)  # type: ignore[arg-type]
    return machine.do(Receipted(Telling("p1-1-1", 1, NOW, told), receipt))


def test_what_the_next_reader_waits_for_here_stays_and_is_theirs_at_once() -> None:
    machine = word(returned("x-1"), held_for=ANN, set_aside=NEXT)
    assert not machine.point.drops
    (ready,) = machine.told(ParcelReady)
    assert (ready.parcel, ready.courier, ready.items) == ("P-9", "return", ("x-1",))
    machine.touch("finish").hear(ParcelSent(NEXT))  # the feed brings it too, late
    assert machine.parcel("P-9").state == "ready"
    assert machine.tap("ann").unlocked[-1] == ready.compartment


def test_what_the_library_names_no_parcel_for_waits_as_long_as_a_hold_does() -> None:
    machine = word(returned("x-1"), held_for=ANN)
    kept = machine.parcel("d1-1")
    assert (kept.patron, kept.expires) == ("ann", machine.now + machine.point.plan.limits.hold_days * DAY_S)
    assert machine.point.plan.limits.hold_days != machine.point.plan.limits.stock_days


def test_who_brought_it_sees_where_each_goes_once_the_library_has_said_so() -> None:
    machine = returned("x-1")
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.goes == ()
    assert word(machine, held_for=ANN, set_aside=NEXT).screen.goes == (("stays", ""),)  # type: ignore[union-attr]
    machine = word(returned("x-1", "x-2", "x-3"), held_for=ANN, set_aside=NEXT)
    other = machine.told(ItemDropped)[1]
    machine.do(Receipted(Telling("p1-1-2", 2, NOW, other), Receipt("p1-1-2", "applied", goes_to="North")))
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.goes == (("sorted", ""), ("goes", "North"), ("", ""))


def test_among_others_it_goes_with_the_courier_and_so_does_what_belongs_elsewhere() -> None:
    machine = word(returned("x-1", "x-2"), held_for=ANN, set_aside=NEXT)
    assert not machine.told(ParcelReady)
    other = machine.told(ItemDropped)[1]
    machine.do(Receipted(Telling("p1-1-2", 2, NOW, other), Receipt("p1-1-2", "applied", goes_to="North")))
    machine.touch("finish").tap("max").touch("clear").open()
    things = machine.screen.things  # type: ignore[union-attr]
    assert [(thing.id, thing.held, thing.goes_to) for thing in things] == [("x-1", True, ""), ("x-2", False, "North")]


def test_the_library_hears_once_of_a_return_that_a_courier_takes_out() -> None:
    machine = returned("x-1").touch("finish").tap("max").touch("clear").open().shut()
    assert machine.told(ItemDropped) == [ItemDropped("x-1", "A1", True)]
    assert machine.told(ItemsCleared) == [ItemsCleared(("x-1",), "A1", "max")]


def test_what_a_courier_is_taking_out_when_the_word_comes_is_nobodys_to_fetch_here() -> None:
    machine = returned("x-1").touch("finish").tap("max").touch("clear").open()
    assert not word(machine, held_for=ANN, set_aside=NEXT).told(ParcelReady)
    assert [(thing.id, thing.held) for thing in machine.screen.things] == [("x-1", True)]  # type: ignore[union-attr]


def test_a_hold_cancelled_before_its_receipt_keeps_nothing_here() -> None:
    machine = returned("x-1").hear(ParcelSent(NEXT), ParcelRecalled("P-9"))
    assert not word(machine, held_for=ANN, set_aside=NEXT).told(ParcelReady)
    assert [drop.held for drop in machine.point.drops.values()] == [True]


def test_items_go_behind_one_door_and_are_returned_when_it_has_shut() -> None:
    machine = Machine().scan("x-1")
    assert machine.asks == [WhatIs("x-1")]
    assert machine.screen == Wait("item")
    machine.answer(ItemIs(item("x-1"), True)).scan("x-2").answer(ItemIs(item("x-2"), True))
    assert machine.screen == Return(("Title x-1", "Title x-2"))
    assert machine.touch("open").unlocked == ["A1"]
    machine.open()
    assert machine.screen == DoorOpen("dropoff", "A1", titles=("Title x-1", "Title x-2"))
    assert not machine.told(ItemDropped)
    machine.shut()
    assert machine.told(ItemDropped) == [ItemDropped("x-1", "A1", True), ItemDropped("x-2", "A1", True)]
    assert replace(machine.screen, slip=None) == Goodbye("dropoff", ("Title x-1", "Title x-2"))
    assert isinstance(machine.wait(21).screen, Home)


@pytest.mark.parametrize("away", [True, False])
def test_an_item_nobody_can_ask_about_is_taken_in_and_looked_at_later(away: bool) -> None:
    machine = Machine(online=not away).scan("x-1")
    if not away:
        machine.answer(None)
    machine.touch("open").open().shut()
    assert machine.told(ItemDropped) == [ItemDropped("x-1", "A1", False)]
    assert replace(machine.screen, slip=None) == Goodbye("dropoff", ("x-1",), provisional=True)


def test_a_library_that_does_not_answer_is_not_waited_for() -> None:
    assert Machine().scan("x-1").wait(5).screen == Return(("x-1",))


def test_a_foreign_item_is_not_taken() -> None:
    assert Machine().scan("x-1").answer(ItemIs(None)).screen == Return((), "not_ours")


def test_an_item_counts_once() -> None:
    machine = known("x-1").scan("x-1")
    assert machine.screen == Return(("Title x-1",), "twice")
    machine.touch("open").open().shut().touch("finish")
    assert machine.scan("x-1").screen == Return((), "twice")


def test_the_last_scan_can_be_taken_back() -> None:
    assert known("x-1", "x-2").touch("undo").screen == Return(("Title x-1",))
    assert not known("x-1").touch("undo").touch("open").unlocked


def test_nothing_scanned_while_asking_is_lost() -> None:
    machine = Machine().scan("x-1", "x-2", "x-2", "x-3").answer(ItemIs(item("x-1"), True))
    assert machine.asks == [WhatIs("x-2")]
    machine.answer(ItemIs(item("x-2"), True)).answer(ItemIs(item("x-3"), True))
    assert machine.screen == Return(("Title x-1", "Title x-2", "Title x-3"))


def test_a_parcel_collected_here_is_known_without_the_library() -> None:
    machine = stocked(PARCEL).do(Online(False)).tap("ann").open().shut().touch("finish")
    assert machine.scan("i-1").screen == Return(("Title i-1",), offline=True)
    machine.touch("open").open().shut()
    assert machine.told(ItemDropped) == [ItemDropped("i-1", "A1", True)]


def test_a_scanner_that_does_not_answer_is_said() -> None:
    machine = Machine()
    machine.point = replace(machine.point, plan=replace(machine.point.plan, scanners=frozenset({"hand", "camera"})))
    assert machine.touch("return").screen == Return((), scanner=False)
    assert machine.do(DeviceUp("camera")).screen == Return(())
    assert machine.do(DeviceDown("camera", "unplugged")).screen == Return((), scanner=False)


def test_something_unreadable() -> None:
    assert Machine().do(CodeUnknown("scanner", 4)).screen == Sorry("code_unreadable")
    assert known("x-1").do(CodeUnknown("scanner", 4)).screen == Return(("Title x-1",), "unreadable")


def test_each_unreadable_book_has_a_name_of_its_own() -> None:
    machine = Machine().touch("return").touch("unreadable").touch("unreadable").touch("open").open().shut()
    assert [told.item.rpartition("-")[2] for told in machine.told(ItemDropped)] == ["1", "2"]


def test_noise_from_a_scanner_does_not_fill_the_journal() -> None:
    machine = Machine()
    before = len(machine.all_facts)
    machine.do(*[CodeUnknown("scanner", 4)] * 1000, after=0.1)
    assert machine.screen == Sorry("code_unreadable")
    assert len(machine.all_facts) == before + 1
    assert isinstance(machine.wait(20).screen, Home)


# ---- by book number -----------------------------------------------------------------------------------------------


def by_isbn() -> Machine:
    machine = Machine().do(IsbnScanned("scanner", ISBN))
    assert machine.screen == Return((), "isbn_needs_card")
    return machine


@pytest.mark.parametrize(
    ("copies", "screen"),
    [
        ((ONE,), Return(("Title i-1",))),
        ((), Return((), "isbn_not_yours")),
        ((ONE, item("x-9", ISBN)), Return((), "isbn_several")),
    ],
)
def test_a_book_number_counts_where_the_patron_has_exactly_one_copy(copies: tuple[object, ...], screen: Return) -> None:
    machine = by_isbn().tap("bob")
    assert machine.asks == [LoansWith("bob", ISBN)]
    assert machine.answer(LoansAre(copies)).screen == screen  # type: ignore[arg-type]


def test_the_library_hears_who_showed_their_card_with_a_return() -> None:
    machine = by_isbn().tap("bob").answer(LoansAre((ONE,))).touch("open").open().shut()
    assert machine.told(ItemDropped) == [ItemDropped("i-1", "A1", True, "bob")]


def test_the_card_may_have_to_be_asked_for_first() -> None:
    machine = by_isbn().do(CardShown("card", SecretStr("FF"))).answer(PatronIs(PEOPLE[1]))
    assert machine.asks == [LoansWith("bob", ISBN)]


def test_a_card_that_helps_nothing_is_said_and_the_return_goes_on() -> None:
    stranger = CardShown("card", SecretStr("FF"))
    assert by_isbn().do(stranger).answer(PatronIs(None)).screen == Return((), "card_unknown")
    assert by_isbn().do(stranger).answer(None).screen == Return((), "card_offline")
    assert Machine(online=False).touch("return").do(stranger).screen == Return((), "card_offline", offline=True)
    machine = by_isbn().tap("bob").answer(LoansAre((ONE,))).do(stranger).answer(PatronIs(None))
    assert machine.screen == Return(("Title i-1",), "card_unknown")
    assert machine.do(IsbnScanned("scanner", OTHER_ISBN)).asks == [LoansWith("bob", OTHER_ISBN)]


def test_a_card_while_the_library_is_asked_loses_no_item() -> None:
    machine = by_isbn().scan("x-1").tap("bob").answer(ItemIs(item("x-1"), True))
    assert machine.asks == [LoansWith("bob", ISBN)]
    assert machine.answer(LoansAre((ONE,))).screen == Return(("Title x-1", "Title i-1"))


def test_a_book_number_offline_counts_for_what_was_collected_here() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut().touch("finish").do(Online(False))
    machine.do(IsbnScanned("scanner", ISBN)).tap("ann")
    assert machine.screen == Return(("Title i-1",), offline=True)
    other = Machine(online=False).do(IsbnScanned("scanner", ISBN)).tap("bob")
    assert other.screen == Return((), "isbn_offline", offline=True)


def test_a_book_number_that_the_library_does_not_answer_for_is_not_taken_on_trust() -> None:
    machine = by_isbn().tap("bob").answer(None)
    assert machine.screen == Return((), "isbn_offline")
    assert not machine.touch("open").unlocked


# ---- doors --------------------------------------------------------------------------------------------------------


def test_a_full_cabinet_says_so_at_once() -> None:
    machine = stocked(PARCEL, spaces=[("A1", "S")]).touch("return")
    assert machine.screen == Sorry("cabinet_full")
    unseen = Machine(spaces=[("A1", "S")]).do(DoorSeen("A1", Door.UNKNOWN)).touch("return")
    assert unseen.screen == Sorry("door_unreachable")


def test_a_stuck_door_gives_another() -> None:
    machine = known("x-1").touch("open").wait(5)
    assert machine.screen == DoorStuck("dropoff", "A1", 2, other_door=True)
    assert machine.touch("other_door").unlocked == ["A2"]
    machine.open().shut()
    assert machine.told(ItemDropped) == [ItemDropped("x-1", "A2", True)]
    assert machine.out("A1") == "stuck"
    assert not machine.point.drops_at("A1")


def test_a_return_whose_door_is_stuck_may_begin_again_while_a_door_is_free() -> None:
    machine = known("x-1").touch("open").wait(5).touch("help")
    assert machine.screen == Sorry("return_stuck", then=("return",))
    assert isinstance(machine.touch("return").screen, Return)
    assert not machine.told(ItemDropped)


def test_nothing_put_in_is_nothing_returned() -> None:
    machine = known("x-1").touch("open").open().touch("nothing_in")
    assert machine.screen.said == "keep"  # type: ignore[union-attr]
    assert not machine.shut().told(ItemDropped)
    assert not machine.point.drops
    assert len(machine.point.free()) == 4
    assert isinstance(machine.screen, Home)


def test_walking_away_before_the_door_opens_returns_nothing() -> None:
    machine = known("x-1").touch("open").wait(200)
    assert isinstance(machine.screen, Home)
    assert not machine.told(ItemDropped)
    assert not machine.point.drops


def test_what_a_courier_must_look_at_first_is_not_said_to_be_booked() -> None:
    machine = known("x-1").touch("open").open().wait(95).shut()
    assert replace(machine.screen, slip=None) == Goodbye("dropoff", ("Title x-1",), provisional=True)


def test_a_door_left_open_is_looked_behind_before_anything_counts_as_returned() -> None:
    machine = known("x-1").touch("open").open().wait(400).shut()
    assert not machine.told(ItemDropped)
    assert PointTrouble("drop_in_doubt", "A1", detail="x-1") in machine.told(PointTrouble)
    machine.tap("max").touch("check", "A1").open().touch("yes").shut()
    assert machine.told(ItemDropped) == [ItemDropped("x-1", "A1", True)]


def test_after_a_silent_board_the_item_may_be_returned_by_another_door() -> None:
    machine = known("x-1").touch("open").do(DoorSeen("A1", Door.UNKNOWN)).wait(5).touch("cancel").touch("finish")
    assert [drop.state for drop in machine.point.drops.values()] == ["doubt"]
    machine.scan("x-1").answer(ItemIs(item("x-1"), True))
    assert machine.screen == Return(("Title x-1",))
    assert machine.touch("open").screen == Opening("dropoff", "A2")
    machine.open().shut()
    assert machine.told(ItemDropped) == [ItemDropped("x-1", "A2", True)]
    assert [drop.compartment for drop in machine.point.drops.values()] == ["A2"]


def test_an_item_of_a_parcel_that_was_missing_comes_back() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("not_here").shut().touch("finish")
    machine.tap("max").touch("check", "A1").open().touch("no").shut().touch("finish")
    machine.scan("i-1").answer(ItemIs(ONE, True)).touch("open").open().shut()
    assert machine.told(ItemDropped) == [ItemDropped("i-1", "A1", True)]


def test_an_item_that_should_lie_behind_another_door_puts_that_door_in_doubt() -> None:
    machine = stocked(PARCEL).scan("i-1").answer(ItemIs(ONE, True)).touch("open").open().shut()
    assert machine.out("A1") == "check"
    assert machine.parcel().state == "doubt"
