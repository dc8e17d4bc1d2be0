"""What somebody else does meanwhile: the library blocks who stands there, or goes away; a book turns up elsewhere."""

from dataclasses import replace

import pytest

from hardware.readings import Door
from kiosk.core.counter_screens import Counter
from kiosk.core.events import Acted, Online
from kiosk.core.screens import Home
from sync.account import AccountIs
from sync.asked import ItemIs, PatronIs
from sync.messages import (
    ItemLent,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelSent,
    PatronChanged,
    PatronForgotten,
    PointTrouble,
)
from sync.things import Item, Patron, SentParcel
from tests.kiosk.core.machine import BOBS, CARDS, DAY_S, KEYRING, NOW, ONE, PAIR, PARCEL, Machine, item, stocked

STAFF = Patron("sta", "T.", role="staff", cards=(KEYRING.card("0477"),))
PAD = frozenset({"pad"})


@pytest.mark.parametrize("news", [PatronChanged(replace(STAFF, standing="blocked")), PatronForgotten("sta")])
def test_staff_blocked_while_they_stand_there_open_no_door(
    news: PatronChanged | PatronForgotten, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CARDS, "sta", "0477")
    machine = stocked(PARCEL).hear(PatronChanged(STAFF)).tap("sta").touch("desk").touch("doors").touch("door", "A1")
    machine.hear(news)
    assert isinstance(machine.screen, Home)
    machine.touch("open").touch("reason", "other")
    assert not machine.unlocked


def test_a_courier_forgotten_at_an_open_door_leaves_it_as_whoever_walks_away() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().hear(PatronForgotten("max"))
    assert isinstance(machine.screen, Home)
    machine.doors(Door.SHUT).wait(2)
    assert [told.compartment for told in machine.told(ParcelReady)] == ["A1"]


def at_the_counter(who: Patron, *, online: bool) -> Machine:
    machine = Machine(BOBS, counter=True, pads=PAD).touch("more").touch("account").tap("str")
    machine.answer(PatronIs(who)).answer(AccountIs())
    return machine.do(Online(online)).touch("borrow")


@pytest.mark.parametrize("online", [True, False])
def test_whom_only_the_library_knows_borrows_nothing_without_it(online: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their account opens also for who is blocked; the library, were it there, would not lend."""
    monkeypatch.setitem(CARDS, "str", "0499")
    machine = at_the_counter(Patron("str", "S.", "blocked", reason="fees"), online=online)
    assert isinstance(machine.screen, Counter) == online
    if online:
        machine.scan("b-1").answer(ItemIs(item("b-1"))).touch("borrow")
        machine.do(Online(False), Acted(machine.session.story.key, "away"))
    assert not machine.told(ItemLent)
    assert not machine.tags


def test_what_is_on_its_way_for_somebody_else_is_lent_to_nobody_while_the_library_is_away() -> None:
    machine = Machine(BOBS, counter=True).touch("more").touch("account").tap("ann").answer(AccountIs())
    before = machine.copy().touch("borrow").scan("i-4").answer(ItemIs(item("i-4")))
    before.touch("borrow")
    before.do(Online(False), Acted(before.session.story.key, "away"))
    machine.do(Online(False)).touch("borrow").scan("i-4")
    assert isinstance(machine.screen, Counter)
    assert machine.screen.notice == "set_aside"
    machine.touch("borrow")
    assert not before.told(ItemLent)
    assert not machine.told(ItemLent)


def test_what_a_reader_did_not_find_is_not_theirs_when_they_come_for_the_rest() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-3").touch("are_missing")
    machine.touch("some").touch("item", "i-2").touch("stay_here").shut()
    assert [told.items for told in machine.told(ParcelMissing)] == [("i-3",)]
    machine.wait(60).tap("ann").open().shut()
    assert [told.items for told in machine.told(ParcelCollected)] == [("i-2",)]


def test_a_book_put_in_for_somebody_else_does_not_lie_behind_its_first_door_any_more() -> None:
    machine = stocked(PARCEL).hear(ParcelSent(SentParcel("p-9", "bob", (ONE,), "S", NOW + 5 * DAY_S)))
    machine.tap("max").scan("i-1").open().shut().touch("finish")
    assert (machine.parcel("p-9").state, machine.parcel("p-1").state) == ("ready", "doubt")
    assert machine.out("A1") == "check"


@pytest.mark.parametrize("items", [(ONE, item("i-9")), (item("i-9"),)])
def test_a_parcel_whose_items_change_while_it_lies_behind_its_door_is_looked_behind(items: tuple[Item, ...]) -> None:
    machine = stocked(PARCEL).hear(ParcelSent(replace(PARCEL, items=items)))
    assert machine.told(PointTrouble) == [PointTrouble("parcel_in_doubt", "A1", "p-1")]
    assert (machine.parcel().state, machine.out("A1")) == ("missing", "check")
    machine.hear(ParcelSent(replace(PARCEL, items=items)))
    assert len(machine.told(PointTrouble)) == 1


def test_a_parcel_sent_again_as_it_was_lies_there_as_before() -> None:
    machine = stocked(PAIR).hear(ParcelSent(replace(PAIR, items=PAIR.items[::-1], expires=NOW + DAY_S)))
    assert not machine.told(PointTrouble)
    assert machine.parcel("p-2").state == "ready"
