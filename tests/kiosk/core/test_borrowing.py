"""Borrowing what lies here for anybody: browsed or searched, asked about, fetched as a parcel is."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, CardUnread, Door, DoorSeen, ItemScanned, PatronScanned
from kiosk.core.account_screens import Account, Prove
from kiosk.core.events import Answered, Online, Receipted
from kiosk.core.facts import LeftInside
from kiosk.core.limits import Limits
from kiosk.core.reader_screens import DoorShut
from kiosk.core.screens import DoorOpen, DoorStuck, Goodbye, Home, Opening, Sorry, Wait
from kiosk.core.search_screens import Found, Search, Stock, TitlePage
from kiosk.core.stock import on_offer
from sync.account import AccountIs
from sync.asked import Allowed, ItemIs, MayBorrow, PatronIs, Shown, WhoIs
from sync.messages import (
    ItemDropped,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelSent,
    PatronChanged,
    PointTrouble,
    Receipt,
    Telling,
)
from sync.service import Abilities
from sync.things import Patron, SentParcel
from tests.kiosk.core.machine import (
    CARDS,
    DAY_S,
    LIMITS,
    NOW,
    PARCEL,
    PEOPLE,
    SILENT,
    Machine,
    item,
    letters,
    stocked,
)

TALE = SentParcel("s-1", "", (replace(item("t-1"), title="红楼梦", author="曹雪芹"),), "S", NOW + 60 * DAY_S)
TRIP = SentParcel("s-2", "", (item("t-2"), item("t-3")), "S", NOW + 60 * DAY_S)
STRANGER = Patron("zoe", "Z.")
"""Nobody that is known here: the library says who they are."""


def home() -> Machine:
    return stocked(TALE, TRIP)


def chosen(machine: Machine | None = None, who: str = "ann", parcel: str = "s-1") -> Machine:
    """A cover was touched and a card shown; the library is asked."""
    machine = machine or home()
    return machine.touch("browse").touch("title", parcel).tap(who)


def lent(machine: Machine | None = None, parcel: str = "s-1") -> Machine:
    """The library has said yes, and the door is ordered open."""
    machine = chosen(machine, parcel=parcel).answer(Allowed(True))
    assert machine.unlocked == [machine.parcel(parcel).compartment]
    return machine


def offered(machine: Machine) -> list[str]:
    return [parcel.id for parcel in on_offer(machine.point, machine.now)]


# ---- looking ------------------------------------------------------------------------------------------------------


def test_home_offers_what_lies_here_only_while_there_is_any() -> None:
    machine = home()
    assert machine.screen == Home(2, False, stock=True)
    assert stocked(PARCEL).screen == Home(3, False)
    assert stocked(PARCEL).touch("browse").screen == Home(3, False)
    screen = machine.touch("browse").screen
    assert isinstance(screen, Stock)
    assert [line.title for line in screen.lines] == ["Title t-2、Title t-3", "红楼梦"]
    assert machine.touch("cancel").screen == Home(2, False, stock=True)


def test_a_search_an_account_and_a_goodbye_lead_there_too() -> None:
    machine = home().touch("more").touch("search")
    assert isinstance(machine.screen, Search)
    assert machine.screen.stock
    assert isinstance(machine.copy().touch("browse").screen, Stock)
    assert isinstance(machine.copy().touch("browse").touch("search").screen, Search)
    assert not letters(machine, "H").screen.stock  # type: ignore[union-attr]
    account = home().tap("ann").answer(AccountIs())
    assert isinstance(account.screen, Account)
    assert account.screen.stock
    assert isinstance(account.touch("browse").screen, Stock)
    assert not account.touch("title", "s-1").asks
    assert account.screen.known  # type: ignore[union-attr]
    assert account.touch("borrow").asks == [MayBorrow("ann", ("t-1",))]  # their card was shown already
    another = lent().open().shut()
    assert isinstance(another.screen, Goodbye)
    assert another.screen.stock
    another.touch("browse").touch("title", "s-2").touch("borrow")
    assert another.screen == Prove("stock", False, "Title t-2、Title t-3")  # anybody may stand there by now
    assert another.tap("bob").asks == [MayBorrow("bob", ("t-2", "t-3"))]
    nothing = stocked(TALE, library=Abilities(account=False)).tap("ann")
    assert nothing.screen == Sorry("nothing_ready", "", ("browse", "return"))
    assert isinstance(nothing.touch("browse").screen, Stock)


def test_a_title_that_was_found_can_be_borrowed() -> None:
    machine = letters(home().touch("more").touch("search"), "HLM").touch("enter")
    assert isinstance(machine.screen, Found)
    machine.touch("title", "/s-1")
    assert isinstance(machine.screen, TitlePage)
    assert machine.screen.line.door
    assert not machine.screen.hold
    assert machine.screen.others
    machine.touch("borrow")
    assert machine.screen == Prove("stock", False, "红楼梦")
    machine.do(CardUnread("card", "lifted"))
    assert machine.screen == Prove("stock", False, "红楼梦", "card_unread")
    assert machine.tap("ann").asks == [MayBorrow("ann", ("t-1",))]


def test_its_number_finds_it_without_the_library() -> None:
    machine = home().do(Online(False)).touch("more").touch("search").do(ItemScanned("scanner", "t-3"))
    assert isinstance(machine.screen, TitlePage)
    assert machine.screen.line.id == "/s-2"


def test_a_printed_number_borrows_nothing() -> None:
    machine = home().touch("browse").touch("title", "s-1")
    machine.do(PatronScanned("scanner", SecretStr(CARDS["ann"])))
    assert isinstance(machine.screen, Sorry)
    assert machine.screen.reason == "number_only"


# ---- taking -------------------------------------------------------------------------------------------------------


def test_it_is_asked_about_then_the_door_opens_then_it_is_booked() -> None:
    machine = chosen()
    assert machine.screen == Wait("may_borrow")
    assert not machine.unlocked
    machine.answer(Allowed(True))
    assert machine.screen == Opening("borrow", machine.door)
    assert machine.order.person == "ann"
    assert machine.open().screen == DoorOpen("borrow", machine.door, titles=("红楼梦",))
    machine.shut(done=False)
    assert isinstance(machine.screen, DoorShut)
    assert machine.screen.due
    assert not machine.told(ParcelCollected)
    machine.touch("finish")
    due = machine.now + LIMITS.loan_days * DAY_S
    assert machine.told(ParcelCollected) == [ParcelCollected("s-1", "ann", ("t-1",), "card", due)]
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.purpose, machine.screen.titles, machine.screen.due) == ("borrow", ("红楼梦",), due)
    assert machine.screen.slip
    row = machine.parcel("s-1")
    assert (row.state, row.patron, row.unheard) == ("collected", "ann", True)
    assert offered(machine) == ["s-2"]
    assert not sum(machine.point.hours[str(int(machine.now // 3600))].waited)  # for nobody


def unknown(machine: Machine) -> Machine:
    """A card that is not known here is shown for one of the covers."""
    return machine.touch("browse").touch("title", "s-1").do(CardShown("card", SecretStr("FFFF")))


def test_somebody_nobody_knows_here_is_asked_for_first() -> None:
    machine = unknown(home())
    assert isinstance(machine.asks[0], WhoIs)
    machine.answer(PatronIs(STRANGER))
    assert machine.asks == [MayBorrow("zoe", ("t-1",))]
    machine.answer(Allowed(True)).open().shut()
    assert [told.patron for told in machine.told(ParcelCollected)] == ["zoe"]
    assert "zoe" not in machine.point.patrons


def test_some_of_several_stay_for_anybody() -> None:
    machine = lent(parcel="s-2").open().touch("some").touch("item", "t-2").touch("stay_here").shut()
    told = machine.told(ParcelCollected)[0]
    assert (told.patron, told.items, told.left) == ("ann", ("t-3",), ("t-2",))
    assert [i.barcode for i in machine.parcel("s-2").items] == ["t-2"]
    assert offered(machine) == ["s-2", "s-1"]
    assert not machine.parcel("s-2").patron


# ---- no -----------------------------------------------------------------------------------------------------------


def test_a_no_is_said_in_the_librarys_words_and_opens_nothing() -> None:
    machine = chosen().answer(Allowed(False, "you have twenty"))
    assert machine.screen == Sorry("not_lent", "you have twenty", ("browse", "return"))
    assert not machine.unlocked
    assert isinstance(machine.touch("browse").screen, Stock)


def test_a_blocked_reader_is_told_why_and_nobody_is_asked() -> None:
    machine = chosen(who="eve")
    assert machine.screen == Sorry("patron_blocked", "a fee is open", ("return",))
    assert not machine.asks


@pytest.mark.parametrize("way", ["away", "silent", "overdue"])
def test_without_the_librarys_word_what_is_known_here_decides(way: str) -> None:
    machine = home().do(Online(way != "away"))
    machine = chosen(machine)
    if way == "silent":
        machine.answer(None)
    if way == "overdue":
        assert not machine.unlocked
        machine.wait(LIMITS.ask_wait_s + 1)
    assert machine.door == machine.parcel("s-1").compartment
    assert machine.open().shut().told(ParcelCollected)


def test_without_the_library_nobody_unknown_borrows_and_nobody_without_end() -> None:
    machine = unknown(home().do(Online(False)))
    assert machine.screen == Sorry("library_away", "", ("return",))
    machine = unknown(home()).answer(PatronIs(STRANGER)).answer(None)
    assert machine.screen == Sorry("library_away", "", ("return",))
    few = stocked(TALE, TRIP, limits=Limits(away_reader_items_max=1)).do(Online(False))
    few = chosen(few).open().shut().touch("finish")
    assert chosen(few, parcel="s-2").screen == Sorry("away_enough", "", ("return",))


def test_what_was_called_back_or_set_aside_meanwhile_is_not_handed_out() -> None:
    for change in (
        lambda machine: machine.recall("s-1"),
        lambda machine: machine.hear(ParcelSent(replace(TALE, patron="bob"))),
        lambda machine: machine.instruct("set_aside", compartment="A1").recall("s-1"),
        lambda machine: machine.do(DoorSeen(machine.parcel("s-1").compartment, Door.UNKNOWN)),
    ):
        machine = change(chosen()).answer(Allowed(True))
        assert machine.screen == Sorry("not_here_now", "", ("browse", "return"))
        assert not machine.unlocked
        shown = letters(home().touch("more").touch("search"), "HLM").touch("enter").touch("title", "/s-1")
        change(shown)
        assert isinstance(shown.screen, TitlePage)
        assert shown.screen.gone
        assert shown.touch("borrow").touch("choose").screen == shown.screen
        browsed = change(home().touch("browse").touch("title", "s-1"))
        assert not browsed.screen.chosen
        assert browsed.touch("title", "s-1").touch("borrow").screen == browsed.screen
        assert not browsed.screen.chosen


def test_two_after_the_same_one() -> None:
    machine = lent()
    other = machine.copy()
    other.session = Machine().session
    assert not other.touch("browse").touch("title", "s-1").screen.chosen  # its door is under way
    assert other.screen.lines[0].id == "s-2"  # type: ignore[union-attr]


# ---- not taken ----------------------------------------------------------------------------------------------------


def test_what_is_left_behind_is_anybodys_again() -> None:
    machine = lent().open().touch("leave_it").shut()
    assert machine.told(LeftInside)
    assert not machine.told(ParcelCollected)
    assert machine.screen == Goodbye("borrow", stock=True)
    assert machine.touch("finish").screen == Home(2, False, stock=True)
    assert offered(machine) == ["s-2", "s-1"]


def test_a_door_that_does_not_open_books_nothing() -> None:
    machine = lent().wait(LIMITS.open_wait_s + 1)
    assert isinstance(machine.screen, DoorStuck)
    assert machine.screen.purpose == "borrow"
    machine.touch("again").wait(LIMITS.open_wait_s + 1).touch("cancel")
    assert machine.screen == Sorry("stock_stuck", "", ("browse", "return"))
    assert offered(machine) == ["s-2"]  # until somebody has looked behind that door
    assert machine.parcel("s-1").state == "ready"
    assert not machine.told(ParcelCollected)


def test_it_is_opened_again_and_said_not_to_be_there() -> None:
    machine = lent().open().shut(done=False).touch("reopen").open().touch("not_here").shut()
    assert machine.told(ParcelMissing) == [ParcelMissing("s-1", "ann")]
    assert not machine.told(ParcelCollected)
    assert machine.screen.missing  # type: ignore[union-attr]
    machine.touch("finish").tap("max").touch("check", machine.parcel("s-1").compartment).open().touch("yes").shut()
    assert offered(machine.touch("finish")) == ["s-2", "s-1"]


def test_who_cannot_reach_it_is_remembered_and_it_stays() -> None:
    machine = lent().open().touch("cannot_reach").shut()
    assert machine.told(PointTrouble)[0].what == "out_of_reach"
    assert machine.point.patrons["ann"].reach
    assert offered(machine) == ["s-2", "s-1"]


def test_who_walks_away_before_the_door_is_open_leaves_it_there() -> None:
    machine = chosen()
    assert machine.touch("cancel").screen == Home(2, False, stock=True)
    assert offered(machine) == ["s-2", "s-1"]


def test_after_the_power_failed_it_is_taken_or_there_or_somebody_looks() -> None:
    before = lent().restart().doors(Door.SHUT)
    assert before.parcel("s-1").state == "doubt"
    assert not before.told(ParcelCollected)
    before.tap("max").touch("check", before.parcel("s-1").compartment).open().touch("yes").shut().touch("finish")
    assert offered(before) == ["s-2", "s-1"]
    asking = chosen().restart().doors(Door.SHUT)
    assert offered(asking) == ["s-2", "s-1"]
    wide = lent().open().restart().doors(Door.SHUT)
    assert [told.patron for told in wide.told(ParcelCollected)] == ["ann"]
    resting = lent().open().shut(done=False).restart().doors(Door.SHUT)
    assert [told.patron for told in resting.told(ParcelCollected)] == ["ann"]


# ---- how it comes in ----------------------------------------------------------------------------------------------


def returned(machine: Machine, *barcodes: str) -> Machine:
    """Put behind a door, each as known on loan."""
    for barcode in barcodes:
        machine.scan(barcode).answer(ItemIs(item(barcode), True))
    return machine.touch("open").open().shut().touch("finish")


def receipt(machine: Machine, told: object, **said: object) -> Machine:
    """The library's word on the last telling of this kind."""
    telling = Telling("p1-9-1", 9, NOW, told)  # type: ignore[arg-type]
    return machine.do(Receipted(telling, Receipt("p1-9-1", "applied", **said)))  # type: ignore[arg-type]


def test_a_return_that_the_library_leaves_here_is_lent_from_here() -> None:
    machine = returned(Machine(), "x-1")
    sent = SentParcel("P-7", "", (item("x-1"),), "S", NOW + DAY_S)
    receipt(machine, machine.told(ItemDropped)[0], stock=True, set_aside=sent)
    row = machine.parcel("P-7")
    assert machine.told(ParcelReady) == [ParcelReady("P-7", row.compartment, "return", ("x-1",))]
    assert not machine.point.drops
    assert offered(machine) == ["P-7"]


def test_of_several_behind_one_door_none_is_stock() -> None:
    machine = returned(Machine(), "x-1", "x-2")
    sent = SentParcel("P-7", "", (item("x-1"),), "S", NOW + DAY_S)
    receipt(machine, machine.told(ItemDropped)[0], stock=True, set_aside=sent)
    assert len(machine.point.drops) == 2
    assert not offered(machine)


def test_where_nothing_is_announced_what_waits_for_nobody_is_stock() -> None:
    machine = Machine(library=SILENT).tap("max").scan("i-1").answer(ItemIs(item("i-1"))).open().shut().touch("finish")
    ready = machine.told(ParcelReady)[0]
    assert not offered(machine)  # nobody knows yet
    receipt(machine, ready, stock=True)
    assert offered(machine) == [ready.parcel]
    assert machine.parcel(ready.parcel).expires == pytest.approx(machine.now + LIMITS.stock_days * DAY_S)
    machine = returned(machine, "x-1")
    receipt(machine, machine.told(ItemDropped)[0], stock=True)
    assert len(offered(machine)) == 2
    machine.touch("browse").touch("title", ready.parcel).tap("ann")
    assert isinstance(machine.asks[0], Shown)
    machine.answer(PatronIs(PEOPLE[0]))
    assert machine.asks == [MayBorrow("ann", ("i-1",))]
    machine.answer(Allowed(True)).open().shut()
    assert [told.patron for told in machine.told(ParcelCollected)] == ["ann"]


def test_where_nothing_is_announced_it_is_asked_whether_somebody_waits_for_it_now() -> None:
    machine = Machine(library=SILENT).tap("max").scan("i-1").answer(ItemIs(item("i-1"))).open().shut().touch("finish")
    ready = machine.told(ParcelReady)[0]
    receipt(machine, ready, stock=True)
    machine.wait(1)
    key, row = f"held:{ready.parcel}", machine.parcel(ready.parcel)
    assert row.asked_at
    for answer, here in ((ItemIs(item("i-1"), held="no"), 1), (None, 1), (ItemIs(item("i-1"), held="yes"), 0)):
        machine.do(Answered(key, answer))
        assert len(offered(machine)) == here


def test_what_is_called_back_while_the_card_is_asked_about_opens_for_nobody() -> None:
    machine = home().touch("browse").touch("title", "s-1").do(CardShown("card", SecretStr("0999")))
    machine.recall("s-1").answer(PatronIs(STRANGER))
    assert machine.screen == Sorry("not_here_now", then=("browse", "return"))
    assert machine.unlocked == []


def test_who_is_blocked_while_the_library_is_silent_gets_nothing() -> None:
    machine = chosen().hear(PatronChanged(replace(PEOPLE[0], standing="blocked"))).answer(None)
    assert isinstance(machine.screen, Sorry)
    assert machine.screen.reason == "patron_blocked"
    assert machine.unlocked == []
