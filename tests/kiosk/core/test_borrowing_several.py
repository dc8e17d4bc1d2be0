"""Several of what lies here for anybody in one go: chosen by their covers, asked about, fetched door after door."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, CardUnread, Door, DoorSeen
from kiosk.core.account_screens import Prove
from kiosk.core.events import Online
from kiosk.core.limits import Limits
from kiosk.core.notices import NotLent
from kiosk.core.reader_screens import DoorShut
from kiosk.core.screens import DoorOpen, DoorStuck, Goodbye, Opening, Sorry, Wait
from kiosk.core.search_screens import Stock, TitlePage
from kiosk.core.stock import on_offer
from sync.account import AccountIs
from sync.asked import Allowed, MayBorrow, PatronIs
from sync.messages import ParcelCollected, ParcelMissing, ParcelSent
from sync.things import Patron, SentParcel
from tests.kiosk.core.machine import DAY_S, LIMITS, NOW, PARCEL, Machine, item, letters, stocked

BOOKS = tuple(SentParcel(f"s-{n}", "", (item(f"t-{n}"),), "S", NOW + 60 * DAY_S) for n in (1, 2, 3))
ROOMS = tuple((f"A{n}", "S") for n in range(1, 6))
FIRST, SECOND, THIRD = ("Title t-1", "Title t-2", "Title t-3")


def home(*more: SentParcel, **kwargs: object) -> Machine:
    return stocked(*BOOKS, *more, spaces=ROOMS, **kwargs)


def chosen(*parcels: str, machine: Machine | None = None) -> Machine:
    machine = (machine or home()).touch("browse")
    for parcel in parcels or ("s-1", "s-2", "s-3"):
        machine.touch("title", parcel)
    return machine


def shown(*parcels: str, who: str = "ann", machine: Machine | None = None) -> Machine:
    """Chosen, and a card shown."""
    return chosen(*parcels, machine=machine).tap(who)


def booked(machine: Machine) -> list[tuple[str, ...]]:
    return [told.items for told in machine.told(ParcelCollected)]


def offered(machine: Machine) -> list[str]:
    return [parcel.id for parcel in on_offer(machine.point, machine.now)]


# ---- choosing -----------------------------------------------------------------------------------------------------


def test_covers_are_chosen_and_unchosen() -> None:
    machine = chosen("s-1", "s-3")
    assert isinstance(machine.screen, Stock)
    assert machine.screen.chosen == ("s-1", "s-3")
    assert machine.copy().touch("title", "s-1").screen.chosen == ("s-3",)  # type: ignore[union-attr]
    assert machine.copy().touch("title", "nothing").screen == machine.screen
    machine.touch("borrow")
    assert machine.screen == Prove("stock", False, FIRST, count=2)
    assert machine.do(CardUnread("card", "lifted")).screen == Prove("stock", False, FIRST, "card_unread", 2)
    assert machine.touch("cancel").screen.chosen == ("s-1", "s-3")  # type: ignore[union-attr]
    nothing = chosen("s-1", "s-1").touch("borrow")
    assert isinstance(nothing.screen, Stock)
    assert not nothing.screen.chosen


def test_not_without_end() -> None:
    machine = chosen(machine=home(limits=Limits(stock_items_max=2)))
    assert machine.screen.chosen == ("s-1", "s-2")  # type: ignore[union-attr]
    assert machine.screen.notice == "full"  # type: ignore[union-attr]
    machine.touch("title", "s-1").touch("title", "s-3")
    assert (machine.screen.chosen, machine.screen.notice) == (("s-2", "s-3"), "")  # type: ignore[union-attr]
    trip = SentParcel("s-4", "", tuple(item(f"u-{n}") for n in range(3)), "S", NOW + DAY_S)
    large = home(trip, limits=Limits(stock_items_max=2)).touch("browse").touch("title", "s-4")
    assert large.screen.chosen == ("s-4",)  # type: ignore[union-attr]  # one parcel can always be had
    assert large.touch("title", "s-1").screen.chosen == ("s-4",)  # type: ignore[union-attr]


def test_a_title_that_was_found_is_the_first_of_several() -> None:
    machine = letters(home().touch("more").touch("search"), "TITLE").touch("enter").touch("title", "/s-2")
    assert isinstance(machine.screen, TitlePage)
    machine.touch("choose").touch("title", "s-1")
    assert machine.screen.chosen == ("s-2", "s-1")  # type: ignore[union-attr]
    assert machine.tap("ann").asks == [MayBorrow("ann", ("t-2", "t-1"))]


def test_what_was_chosen_and_is_gone_is_chosen_no_more() -> None:
    machine = chosen("s-1", "s-2").recall("s-1")
    assert machine.screen.chosen == ("s-2",)  # type: ignore[union-attr]
    assert machine.tap("ann").asks == [MayBorrow("ann", ("t-2",))]
    proving = chosen("s-1", "s-2").touch("borrow").recall("s-1").recall("s-2")
    assert isinstance(proving.screen, Stock)
    assert not proving.tap("ann").told(ParcelCollected)


# ---- asked about --------------------------------------------------------------------------------------------------


def test_one_card_one_question_door_after_door_and_each_is_booked_for_itself() -> None:
    machine = shown()
    assert machine.asks == [MayBorrow("ann", ("t-1", "t-2", "t-3"))]
    assert machine.screen == Wait("may_borrow")
    machine.answer(Allowed(True))
    assert machine.screen == Opening("borrow", "A1", 1, 3)
    assert machine.open().screen == DoorOpen("borrow", "A1", 1, 3, (FIRST,))
    machine.shut(done=False)
    assert isinstance(machine.screen, DoorShut)
    assert machine.screen.next_door == "A2"
    machine.touch("next")
    assert booked(machine) == [("t-1",)]
    machine.open().shut().open().shut()
    assert booked(machine) == [("t-1",), ("t-2",), ("t-3",)]
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.purpose, machine.screen.titles) == ("borrow", (FIRST, SECOND, THIRD))
    assert machine.screen.due
    assert machine.screen.slip
    assert len(machine.screen.slip.items) == 3
    assert (machine.screen.not_lent, machine.screen.left, machine.screen.stock) == ((), 0, False)


def test_one_that_is_refused_keeps_nobody_from_the_others() -> None:
    machine = shown().answer(Allowed(False, "not all of them"))
    assert machine.asks == [MayBorrow("ann", ("t-1",))]
    assert machine.screen == Wait("may_borrow", 1, 3)
    assert machine.answer(Allowed(True)).asks == [MayBorrow("ann", ("t-1", "t-2"))]  # with what they may have already
    assert machine.answer(Allowed(False, "for grown-ups")).asks == [MayBorrow("ann", ("t-1", "t-3"))]
    assert machine.screen == Wait("may_borrow", 3, 3)
    machine.answer(Allowed(True))
    assert machine.screen == Opening("borrow", "A1", 1, 2)
    machine.open().shut().open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.titles == (FIRST, THIRD)
    assert machine.screen.not_lent == (NotLent(SECOND, "refused", "for grown-ups"),)
    assert offered(machine) == ["s-2"]


def test_each_question_has_a_key_of_its_own() -> None:
    machine = shown()
    keys = {machine.asked, *(machine.answer(Allowed(False, "no")).asked for _ in range(3))}
    assert len(keys) == 4


def test_all_that_are_refused_are_refused_in_the_librarys_words() -> None:
    machine = shown("s-1", "s-2").answer(Allowed(False, "no"))
    machine.answer(Allowed(False, "you have twenty")).answer(Allowed(False, "you have twenty"))
    assert machine.screen == Sorry("not_lent", "you have twenty", ("browse", "return"))
    assert not machine.unlocked


def test_silence_after_a_no_is_not_a_yes() -> None:
    machine = shown("s-1", "s-2").answer(Allowed(False, "no")).answer(None)
    assert machine.screen == Sorry("library_away", "", ("return",))
    some = shown().answer(Allowed(False, "no")).answer(Allowed(True)).answer(None)
    assert some.screen == Opening("borrow", "A1")
    some.open().shut()
    assert some.screen.not_lent == (NotLent(SECOND, "away"), NotLent(THIRD, "away"))  # type: ignore[union-attr]
    late = shown("s-1", "s-2").answer(Allowed(False, "no")).wait(LIMITS.ask_wait_s + 1)
    assert isinstance(late.screen, Sorry)


@pytest.mark.parametrize("way", ["away", "silent"])
def test_without_the_librarys_word_the_limits_for_that_time_hold(way: str) -> None:
    machine = home(limits=Limits(away_reader_items_max=2)).do(Online(way != "away"))
    shown(machine=machine)
    if way == "silent":
        machine.answer(None)
    assert machine.screen == Opening("borrow", "A1", 1, 2)
    machine.open().shut().open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.titles == (FIRST, SECOND)
    assert machine.screen.not_lent == (NotLent(THIRD, "enough"),)
    assert shown("s-3", machine=machine.touch("finish").do(Online(False))).screen == Sorry(
        "away_enough", "", ("return",)
    )


def test_the_library_goes_away_after_its_yes() -> None:
    machine = shown(machine=home(limits=Limits(away_reader_items_max=1))).do(Online(False)).answer(Allowed(True))
    machine.open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.titles == (FIRST,)
    assert machine.screen.not_lent == (NotLent(SECOND, "enough"), NotLent(THIRD, "enough"))


def test_a_stranger_is_asked_for_and_gets_several() -> None:
    machine = chosen("s-1", "s-2").do(CardShown("card", SecretStr("FFFF"))).answer(PatronIs(Patron("zoe", "Z.")))
    assert machine.asks == [MayBorrow("zoe", ("t-1", "t-2"))]
    machine.answer(Allowed(True)).open().shut().open().shut()
    assert [told.patron for told in machine.told(ParcelCollected)] == ["zoe", "zoe"]
    assert "zoe" not in machine.point.patrons


def test_who_has_shown_a_card_already_needs_no_other() -> None:
    machine = home().tap("ann").answer(AccountIs())
    chosen("s-1", "s-2", machine=machine).touch("borrow")
    assert machine.asks == [MayBorrow("ann", ("t-1", "t-2"))]


# ---- at the doors -------------------------------------------------------------------------------------------------


def lent(*parcels: str, machine: Machine | None = None) -> Machine:
    return shown(*parcels, machine=machine).answer(Allowed(True))


def test_what_is_left_or_not_there_is_not_booked_and_the_next_door_opens() -> None:
    machine = lent().open().touch("leave_it").shut()
    assert machine.door == "A2"
    machine.open().touch("not_here").shut()
    assert machine.told(ParcelMissing)
    machine.open().shut()
    assert booked(machine) == [("t-3",)]
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.titles, machine.screen.missing) == ((THIRD,), True)
    assert offered(machine) == ["s-1"]


def test_a_door_that_does_not_open_is_passed_over() -> None:
    machine = lent().wait(LIMITS.open_wait_s + 1)
    assert machine.screen == DoorStuck("borrow", "A1", 2, more=True)
    machine.touch("next")
    assert machine.screen == Opening("borrow", "A2", 2, 3)
    machine.open().shut().open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.titles == (SECOND, THIRD)
    assert machine.screen.not_lent == (NotLent(FIRST, "stuck"),)
    assert machine.parcel("s-1").state == "ready"
    last = lent("s-1", "s-2").open().shut().wait(LIMITS.open_wait_s + 1).touch("help")
    assert isinstance(last.screen, Goodbye)
    assert last.screen.titles == (FIRST,)
    assert last.screen.not_lent == (NotLent(SECOND, "stuck"),)


def test_who_goes_from_a_door_that_does_not_open_leaves_the_others_shut() -> None:
    machine = lent().wait(LIMITS.open_wait_s + 1).touch("cancel")
    assert not machine.unlocked
    what = (NotLent(FIRST, "stuck"), NotLent(SECOND, "left"), NotLent(THIRD, "left"))
    assert machine.screen == Goodbye("borrow", not_lent=what, stock=True)
    assert [machine.out(name) for name in ("A1", "A2")] == ["stuck", ""]
    helped = lent().wait(LIMITS.open_wait_s + 1).touch("help")
    assert not helped.unlocked
    assert helped.screen == Sorry("stock_stuck", then=("browse", "return"))


def test_none_of_several_doors_opens() -> None:
    machine = lent("s-1", "s-2").wait(LIMITS.open_wait_s + 1).touch("next").wait(LIMITS.open_wait_s + 1)
    assert machine.screen == DoorStuck("borrow", "A2", 2)
    assert not machine.touch("next").facts
    machine.touch("cancel")
    assert machine.screen == Goodbye("borrow", not_lent=(NotLent(FIRST, "stuck"), NotLent(SECOND, "stuck")), stock=True)
    assert not booked(machine)


@pytest.mark.parametrize("what", ["recalled", "held", "unseen"])
def test_what_is_wanted_elsewhere_between_two_doors_does_not_open(what: str) -> None:
    machine = lent("s-1", "s-2").open().shut(done=False)
    if what == "recalled":
        machine.recall("s-2")
    elif what == "held":
        machine.hear(ParcelSent(replace(BOOKS[1], patron="bob")))
    else:
        machine.do(DoorSeen("A2", Door.UNKNOWN))
    machine.touch("next")
    assert not machine.unlocked
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.titles == (FIRST,)
    assert machine.screen.not_lent == (NotLent(SECOND, "gone"),)


def test_who_walks_away_between_two_doors_has_what_was_taken() -> None:
    machine = lent("s-1", "s-2").open().shut(done=False).touch("finish")
    assert booked(machine) == [("t-1",)]
    assert offered(machine) == ["s-2", "s-3"]
    assert machine.screen.not_lent == (NotLent(SECOND, "left"),)  # type: ignore[union-attr]
    gone = lent("s-1", "s-2").open()
    gone.wait(LIMITS.shut_wait_s + LIMITS.left_open_s + LIMITS.open_wait_s + LIMITS.idle_s)
    assert booked(gone) == [("t-1",)]
    assert not gone.point.compartments["A2"].order


def test_the_power_fails_at_the_second_door() -> None:
    machine = lent("s-1", "s-2").open().shut().open().restart().doors(Door.SHUT)
    assert booked(machine) == [("t-1",), ("t-2",)]
    assert offered(machine) == ["s-3"]


def test_the_next_door_opens_by_a_touch_or_their_card_only() -> None:
    machine = lent("s-1", "s-2").open().shut(done=False)
    assert machine.copy().tap("ann").screen == Opening("borrow", "A2", 2, 2)
    machine.wait(LIMITS.next_door_s + 1)
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.titles == (FIRST,)
    assert machine.screen.not_lent == (NotLent(SECOND, "left"),)
    assert not machine.point.compartments["A2"].order


def test_a_parcel_that_became_anothers_between_two_doors_stays_shut() -> None:
    other = replace(PARCEL, id="p-9", items=(item("i-9"),), code="", pass_id="")
    machine = stocked(PARCEL, other, spaces=ROOMS).tap("ann").touch("take").open().shut(done=False)
    behind = "p-9" if machine.point.parcels["p-1"].compartment == machine.door else "p-1"
    sent = other if behind == "p-9" else PARCEL
    machine.hear(ParcelSent(replace(sent, patron="bob"))).touch("next")
    assert not machine.unlocked
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.left, machine.screen.over) == (0, 1)
