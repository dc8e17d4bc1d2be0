"""The counter: what a reader brings to the machine is booked, and only then let past the gate."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hardware.readings import CodeUnknown, Door, DoorSeen, Incomplete, IsbnScanned, PileSeen, Written
from kiosk.core.account_screens import Account, Prove
from kiosk.core.commands import Ask, Do, LookAgain
from kiosk.core.counter_screens import Counter
from kiosk.core.events import Acted, Online, Receipted
from kiosk.core.limits import Limits
from kiosk.core.screens import Goodbye, Home, Return, Sorry, Wait
from kiosk.core.show import display
from kiosk.core.tag_facts import TagEnded
from sync.account import AccountIs
from sync.acts import Checkout, Ruling
from sync.asked import ItemIs, PatronIs, WhatIs
from sync.messages import ItemDropped, ItemLent, ParcelCollected, PointTrouble, Receipt, Telling
from sync.things import Patron
from tests.kiosk.core.machine import DAY_S, ISBN, NOW, ONE, PARCEL, SILENT, Machine, item, stocked

DUE = NOW + 28 * DAY_S
PAD = frozenset({"pad"})
DONE = Ruling(True, until=DUE)


def counter(*, pads: frozenset[str] = PAD, **kwargs: object) -> Machine:
    machine = stocked(PARCEL, counter=True, pads=pads, **kwargs)
    machine.touch("borrow").tap("ann")
    assert isinstance(machine.screen, Counter)
    return machine


def listed(*names: str, **kwargs: object) -> Machine:
    machine = counter(**kwargs)  # type: ignore[arg-type]
    machine.lay(*names)
    for name in names:
        machine.answer(ItemIs(item(name)))
    return machine


def rows(machine: Machine) -> list[tuple[str, str, str]]:
    shown = machine.screen
    assert isinstance(shown, Counter)
    return [(row.title.removeprefix("Title "), row.state, row.tag) for row in shown.rows]


def troubles(machine: Machine) -> list[tuple[str, str]]:
    return [(t.what, t.detail) for t in machine.told(PointTrouble)]


def test_only_where_there_is_a_counter_and_a_library_that_lends_there() -> None:
    assert stocked(PARCEL).screen == Home(3, False)
    assert stocked(PARCEL).touch("borrow").screen == Home(3, False)
    assert isinstance(stocked(PARCEL, counter=True).touch("borrow").screen, Prove)


def test_the_pin_that_came_with_the_card_goes_with_each_loan() -> None:
    machine = stocked(counter=True, pads=PAD, library=SILENT).touch("borrow").tap("eve")
    machine.answer(PatronIs(None, pin="needed")).touch("digit", "4").touch("digit", "2").touch("enter")
    machine.answer(PatronIs(Patron("zed", "Z."))).scan("x-1").answer(ItemIs(item("x-1"))).touch("borrow")
    (said,) = (command.said for command in machine.commands if isinstance(command, Do))
    assert (said.act, said.pin) == (Checkout("zed", "x-1"), SecretStr("42"))


def test_while_the_library_is_away_a_book_is_listed_under_its_number() -> None:
    machine = counter().do(Online(False)).scan("x-1")
    assert not machine.asks
    assert [name for name, _, _ in rows(machine)] == ["x-1"]


def test_a_pile_is_counted_booked_one_by_one_and_let_past_the_gate() -> None:
    machine = counter()
    assert machine.commands == (LookAgain("pad"),)  # it may have lain there before anybody tapped a card
    machine.lay("x-1", "x-2", "x-3")
    for name in ("x-1", "x-2", "x-3"):
        machine.answer(ItemIs(item(name)))
    assert machine.screen.lying == 3  # type: ignore[union-attr]
    assert not machine.point.counter_items
    machine.touch("borrow")
    assert machine.acts == [Checkout("ann", "x-1")]
    assert not machine.tags  # nothing passes the gate before its loan is booked
    for name in ("x-2", "x-3"):
        machine.act(DONE)
        assert machine.acts == [Checkout("ann", name)]
    machine.act(DONE)
    assert [(order.item, order.secured) for order in machine.tags] == [("x-1", False), ("x-2", False), ("x-3", False)]
    machine.written()
    assert [(one.item, one.secured) for one in machine.told(TagEnded)] == [(f"x-{n}", False) for n in (1, 2, 3)]
    end = machine.screen
    assert isinstance(end, Goodbye)
    assert (end.purpose, end.titles, end.due) == ("checkout", ("Title x-1", "Title x-2", "Title x-3"), DUE)
    assert not end.provisional
    assert not machine.point.counter_items
    assert not machine.told(ItemLent)
    assert not troubles(machine)


def borrowed(*names: str) -> Machine:
    machine = listed(*names).touch("borrow")
    for _ in names:
        machine.act(DONE)
    machine.written()
    assert isinstance(machine.screen, Goodbye)
    return machine


@pytest.mark.parametrize("gone_home", [False, True])
def test_lifted_one_by_one_what_was_borrowed_begins_no_return(gone_home: bool) -> None:
    machine = borrowed("x-1", "x-2", "x-3")
    slip = machine.screen.slip  # type: ignore[union-attr]
    if gone_home:
        machine.wait(200)
    screen = machine.screen
    for left in (("x-2", "x-3"), ("x-3",), ()):
        assert machine.lay(*left).screen == screen
    assert gone_home or machine.screen.slip == slip  # type: ignore[union-attr]
    assert machine.lay("x-3").screen == Wait("item")  # lifted and laid down again, it is brought back


def test_nor_is_it_among_the_returns_of_whoever_comes_next() -> None:
    machine = borrowed("x-1").wait(200).touch("return")
    assert machine.lay("x-1").screen == Return(())
    assert machine.lay("x-1", "x-9").screen == Wait("item")
    assert machine.answer(ItemIs(item("x-9"), True)).screen == Return(("Title x-9",))
    assert machine.scan("x-1").screen == Return(("Title x-9",), asking=True)  # unless it is shown on purpose
    assert machine.asks == [WhatIs("x-1")]


def test_what_was_to_be_borrowed_and_was_not_begins_none_either() -> None:
    machine = listed("x-1", "x-2").do(PileSeen("pad", ("x-1",), (Incomplete("x-2", (2,), 2),), foreign=1))
    machine.touch("cancel")
    for pile in (PileSeen("pad", (), (Incomplete("x-2", (2,), 2),), 1), PileSeen("pad", (), (), 1), PileSeen("pad")):
        assert isinstance(machine.do(pile).screen, Home)
    assert isinstance(machine.do(PileSeen("other", ("x-9",))).screen, Wait)


def test_by_barcode_where_there_is_no_pad() -> None:
    machine = counter(pads=frozenset())
    machine.scan("x-1").answer(ItemIs(item("x-1"))).touch("borrow").act(DONE)
    assert isinstance(machine.screen, Goodbye)
    assert not machine.point.counter_items
    assert machine.session.reader == "ann"


def test_scanned_and_not_on_the_pad_it_is_to_be_laid_there() -> None:
    machine = counter().scan("x-1").answer(ItemIs(item("x-1"))).touch("borrow").act(DONE)
    assert rows(machine) == [("x-1", "booked", "lay")]
    assert not machine.tags
    machine.lay("x-1")
    assert [order.item for order in machine.tags] == ["x-1"]
    machine.written()
    assert isinstance(machine.screen, Goodbye)


@pytest.mark.parametrize("written", [Written.NOTHING, Written.UNKNOWN])
def test_a_tag_that_was_not_cleared_is_laid_down_again(written: Written) -> None:
    machine = listed("x-1", "x-2").touch("borrow").act(DONE).act(DONE)
    first, second = machine.tags
    machine.commands = (first,)
    machine.written(written)
    machine.commands = (second,)
    machine.written()
    assert rows(machine) == [("x-1", "booked", "lay"), ("x-2", "booked", "clear")]
    assert not machine.tags  # not by itself again: nobody knows whether it lies there
    machine.lay("x-2")
    assert not machine.tags
    machine.lay("x-2", "x-1")
    (again,) = machine.tags
    assert again.item == "x-1"
    assert again.order != first.order
    machine.written()
    assert isinstance(machine.screen, Goodbye)
    assert not troubles(machine)


def test_who_leaves_with_a_tag_that_was_not_cleared_is_a_case_for_staff() -> None:
    machine = listed("x-1").touch("borrow").act(DONE).written(Written.NOTHING)
    machine.touch("finish")
    assert machine.screen.gate  # type: ignore[union-attr]
    assert troubles(machine) == [("tag_not_cleared", "x-1")]
    assert not machine.point.counter_items
    slow = listed("x-1").touch("borrow").act(DONE).written(Written.NOTHING).wait(60)
    assert isinstance(slow.screen, Home)
    assert troubles(slow) == [("tag_not_cleared", "x-1")]


def test_who_leaves_while_a_tag_is_written() -> None:
    machine = listed("x-1").touch("borrow").act(DONE)
    orders = machine.commands
    assert machine.touch("finish").screen.gate  # type: ignore[union-attr]
    assert not troubles(machine)  # nobody knows yet
    machine.commands = orders
    machine.copy().written()
    assert not troubles(machine)
    machine.written(Written.UNKNOWN)
    assert troubles(machine) == [("tag_not_cleared", "x-1")]


def test_what_the_library_refuses_stays_here_with_its_words() -> None:
    machine = listed("x-1", "x-2").touch("borrow").act(Ruling(False, "ask the desk")).act(DONE)
    machine.written()
    assert rows(machine) == [("x-1", "refused", ""), ("x-2", "booked", "clear")]
    assert machine.screen.rows[0].words == "ask the desk"  # type: ignore[union-attr]
    machine.touch("finish")
    assert machine.screen.titles == ("Title x-2",)  # type: ignore[union-attr]
    nothing = listed("x-1").touch("borrow").act(Ruling(False, "no")).touch("finish")
    assert isinstance(nothing.screen, Home)
    assert not nothing.point.counter_items


def test_without_the_librarys_word_it_is_told_surely_and_once() -> None:
    for outcome in ("away", "unknown"):
        machine = listed("x-1").touch("borrow").act(outcome)  # type: ignore[arg-type]
        (lent,) = machine.told(ItemLent)
        assert (lent.item, lent.patron, lent.due) == (
            "x-1",
            "ann",
            machine.now + machine.point.plan.limits.loan_days * DAY_S,
        )
        assert [order.item for order in machine.tags] == ["x-1"]
        machine.written()
        assert machine.screen.provisional  # type: ignore[union-attr]
        unheard = [p for p in machine.point.parcels.values() if p.unheard]
        assert [(p.patron, p.items[0].barcode, p.state) for p in unheard] == [("ann", "x-1", "collected")]
        machine.do(Receipted(Telling("k-1", 1, NOW, lent), Receipt("k-1", "applied")))
        assert not [p for p in machine.point.parcels.values() if p.unheard]


def test_no_word_in_time_and_then_one() -> None:
    machine = listed("x-1").touch("borrow")
    key = machine.asked
    machine.wait(31)
    assert machine.told(ItemLent)
    before = machine.point
    machine.do(Acted(key, DONE))
    assert machine.point == before


def test_away_only_as_much_as_the_limits_allow() -> None:
    machine = listed("x-1", "x-2", limits=Limits(away_reader_items_max=1))
    machine.do(Online(False)).touch("borrow")
    assert not machine.acts
    assert len(machine.told(ItemLent)) == 1
    machine.written()
    assert rows(machine) == [("x-1", "booked", "clear"), ("x-2", "away", "")]
    again = machine.touch("finish").touch("finish").touch("borrow").tap("ann")
    assert again.screen == Sorry("away_enough", "", ("return",))


def test_unknown_beyond_the_limits_is_a_case() -> None:
    machine = listed("x-1", "x-2", limits=Limits(away_reader_items_max=1))
    machine.touch("borrow").act("unknown").act("unknown").written()
    assert rows(machine)[1] == ("x-2", "unknown", "")
    assert troubles(machine) == [("checkout_unknown", "x-2")]
    assert not machine.point.counter_items


def test_whoever_leaves_while_the_library_is_asked() -> None:
    machine = listed("x-1").touch("borrow")
    key = machine.asked
    machine.touch("finish")
    assert isinstance(machine.screen, Home)
    for outcome, told in (
        (DONE, "tag_not_cleared"),
        ("unknown", "checkout_unknown"),
        ("away", ""),
        (Ruling(False), ""),
    ):
        end = machine.copy().do(Acted(key, outcome))  # type: ignore[arg-type]
        assert [what for what, _ in troubles(end)] == [told] * bool(told)
        assert not end.point.counter_items


def test_after_a_power_cut_what_was_under_way_is_told() -> None:
    asked = listed("x-1").touch("borrow").restart()
    assert troubles(asked) == [("checkout_unknown", "x-1")]
    booked = listed("x-1").touch("borrow").act(DONE).restart()
    assert troubles(booked) == [("tag_not_cleared", "x-1")]
    assert not asked.point.counter_items
    assert not booked.point.counter_items


def test_what_cannot_be_listed_is_said() -> None:
    machine = counter()
    codes = (IsbnScanned("scanner", ISBN), CodeUnknown("scanner", 4))
    notices = [machine.do(event).screen.notice for event in codes]  # type: ignore[union-attr]
    notices.append(machine.scan("i-1").screen.notice)  # type: ignore[union-attr]  # behind a door, as far as is known
    notices.append(machine.scan("y-1").answer(ItemIs(None)).screen.notice)  # type: ignore[union-attr]
    machine.scan("x-1").answer(ItemIs(item("x-1")))
    notices.append(machine.scan("x-1").screen.notice)  # type: ignore[union-attr]
    notices.append(machine.do(PileSeen("pad", ("x-2",), (Incomplete("x-9", (2,), 3),))).answer(None).screen.notice)  # type: ignore[union-attr]
    notices.append(machine.do(PileSeen("pad", ("x-2",), (), 1)).screen.notice)  # type: ignore[union-attr]
    said = ["use_sticker", "unreadable", "set_aside", "not_ours", "twice", "part_missing", "foreign_tag"]
    assert notices == said
    assert [row[0] for row in rows(machine)] == ["x-1", "x-2"]
    machine.touch("undo")
    assert [row[0] for row in rows(machine)] == ["x-1"]
    machine.touch("cancel")
    assert isinstance(machine.screen, Home)


def test_no_more_than_the_list_takes() -> None:
    machine = listed(*(f"x-{n}" for n in range(3)), limits=Limits(checkout_items_max=3))
    machine.lay(*(f"x-{n}" for n in range(5)))
    assert machine.screen.notice == "full"  # type: ignore[union-attr]
    assert len(rows(machine)) == 3


def test_who_may_not_borrow_is_told_why() -> None:
    machine = stocked(PARCEL, counter=True)
    assert machine.touch("borrow").tap("eve").screen == Sorry("patron_blocked", "a fee is open", ("return",))
    machine = stocked(PARCEL, counter=True).touch("borrow").tap("sue")
    machine.answer(PatronIs(replace(Patron("zoe", "Z."), standing="expired")))
    assert machine.screen == Sorry("patron_expired", "", ("return",))


# ---- returns ------------------------------------------------------------------------------------------------------


def returning() -> Machine:
    machine = stocked(PARCEL, pads=PAD).touch("return").lay("x-1").answer(ItemIs(item("x-1"), True))
    return machine.touch("open")


def test_what_is_returned_and_lies_on_a_pad_rings_again() -> None:
    machine = returning()
    (order,) = machine.tags
    assert (order.item, order.secured) == ("x-1", True)
    machine.written().open().shut()
    assert machine.told(ItemDropped)
    assert not troubles(machine)


def test_a_return_whose_tag_could_not_be_set_is_told() -> None:
    machine = returning().written(Written.NOTHING)
    assert troubles(machine) == [("tag_not_set", "x-1")]


def test_what_nobody_has_on_loan_rings_on_when_it_is_not_put_in() -> None:
    machine = stocked(PARCEL, pads=PAD).touch("return").lay("x-1").answer(ItemIs(item("x-1"), False)).touch("open")
    (order,) = machine.tags
    assert (order.item, order.secured) == ("x-1", True)
    machine.written().open().touch("nothing_in").shut()
    assert not machine.tags


def test_what_may_have_come_back_elsewhere_since_it_was_lent_here_is_asked_for_and_rings_on() -> None:
    """It lies on a shelf, perhaps, and somebody would have its tag let past the gate."""
    machine = stocked(PARCEL, pads=PAD).tap("ann").open().shut().touch("finish")
    (collected,) = machine.told(ParcelCollected)
    machine.do(Receipted(Telling("k-1", 1, NOW, collected), Receipt("k-1", "applied")))
    asked = machine.touch("return").lay("i-1")
    assert [type(command) for command in asked.commands] == [Ask]
    for answer in (ItemIs(ONE, False), None):
        other = asked.copy().answer(answer).touch("open").written().open().touch("nothing_in").shut()
        assert not other.tags
    lent = asked.copy().answer(ItemIs(ONE, True)).touch("open").written().open().touch("nothing_in").shut()
    assert [(order.item, order.secured) for order in lent.tags] == [("i-1", False)]


def test_what_nobody_can_be_asked_about_rings_on_when_it_is_not_put_in() -> None:
    machine = stocked(PARCEL, pads=PAD).do(Online(False)).touch("return").lay("x-1").touch("open")
    machine.written().open().touch("nothing_in").shut()
    assert not machine.tags


def test_what_was_lent_here_and_the_library_has_not_heard_of_passes_as_before() -> None:
    machine = stocked(PARCEL, pads=PAD).do(Online(False)).tap("ann").open().shut().touch("finish")
    machine.touch("return").lay("i-1").touch("open").written().open().touch("nothing_in").shut()
    assert [(order.item, order.secured) for order in machine.tags] == [("i-1", False)]


def test_what_stays_out_passes_the_gate_as_before() -> None:
    machine = returning().written().open().touch("nothing_in").shut()
    (order,) = machine.tags
    assert (order.item, order.secured) == ("x-1", False)
    assert not machine.told(ItemDropped)
    machine.written(Written.NOTHING)
    assert troubles(machine) == [("tag_not_cleared", "x-1")]


def elsewhere(machine: Machine) -> list[tuple[str, bool]]:
    """The first door stays shut, and another opens; which tags are written, and how."""
    machine.written().wait(5).touch("other_door")
    assert machine.unlocked == ["B1"]
    orders = [int(order.order) for order in machine.tags]
    assert orders == sorted(set(orders))
    return [(order.item, order.secured) for order in machine.tags]


def test_what_goes_behind_another_door_rings_again() -> None:
    machine = returning()
    assert elsewhere(machine) == [("x-1", False), ("x-1", True)]
    machine.written()
    stays_out = machine.copy().open().touch("nothing_in").shut()
    assert [(order.item, order.secured) for order in stays_out.tags] == [("x-1", False)]
    machine.open().shut()
    assert not machine.tags
    assert [told.compartment for told in machine.told(ItemDropped)] == ["B1"]
    assert troubles(machine) == [("door_stuck", "")]


def test_what_nobody_has_on_loan_rings_on_behind_another_door() -> None:
    machine = stocked(PARCEL, pads=PAD).touch("return").lay("x-1").answer(ItemIs(item("x-1"), False)).touch("open")
    assert elsewhere(machine) == []


def test_what_a_silent_door_keeps_out_passes_the_gate_once_nothing_was_put_in_elsewhere() -> None:
    machine = returning().do(DoorSeen("A2", Door.UNKNOWN))
    assert elsewhere(machine) == [("x-1", True)]
    machine.written().open().touch("nothing_in").shut()
    assert [(order.item, order.secured) for order in machine.tags] == [("x-1", False)]


def test_where_no_other_door_is_free_it_passes_the_gate_as_before() -> None:
    machine = Machine(spaces=[("A1", "S")], pads=PAD).lay("x-1").answer(ItemIs(item("x-1"), True)).touch("open")
    machine.written().wait(5).touch("other_door")
    assert isinstance(machine.screen, Sorry)
    assert [(order.item, order.secured) for order in machine.tags] == [("x-1", False)]


def test_what_was_lifted_before_the_door_opens_is_left_alone() -> None:
    machine = stocked(PARCEL, pads=PAD).touch("return").lay("x-1").answer(ItemIs(item("x-1"), True)).lay()
    assert not machine.touch("open").tags


def test_the_counter_is_one_touch_from_the_account_and_two_from_a_goodbye() -> None:
    machine = stocked(PARCEL, counter=True).touch("more").touch("account").tap("bob").answer(AccountIs(True, "B."))
    assert isinstance(machine.screen, Account)
    assert machine.screen.borrow
    assert isinstance(machine.touch("borrow").screen, Counter)
    machine = stocked(PARCEL, counter=True).tap("ann").open().shut()
    assert display(machine.point, machine.session, machine.now).to_borrow
    assert machine.touch("borrow").screen == Prove("checkout", False)
    assert isinstance(machine.tap("ann").screen, Counter)
    ended = listed("x-1").touch("borrow").act(DONE).written()
    assert isinstance(ended.screen, Goodbye)
    assert display(ended.point, ended.session, ended.now).to_borrow


def test_without_a_counter_nothing_leads_there() -> None:
    machine = stocked(PARCEL).touch("more").touch("account").tap("bob").answer(AccountIs(True, "B."))
    assert isinstance(machine.screen, Account)
    assert not machine.screen.borrow
    assert isinstance(machine.touch("borrow").screen, Account)
    machine = stocked(PARCEL).tap("ann").open().shut()
    assert not display(machine.point, machine.session, machine.now).to_borrow
    assert isinstance(machine.touch("borrow").screen, Goodbye)
    courier = Machine(PARCEL, counter=True).tap("max").touch("finish")
    assert not display(courier.point, courier.session, courier.now).to_borrow
