"""SIP2: looked behind, what lies here is told and checked in once more, and may be held for another reader by then."""

from dataclasses import replace
from typing import Any

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.account_screens import Account
from kiosk.core.events import Answered, Receipted, Tick
from kiosk.core.facts import HoldLearnt, ParcelCalledBack
from kiosk.core.places import to_move
from kiosk.core.plan import Space
from kiosk.core.screens import Goodbye, Sorry
from kiosk.core.stock import on_offer
from sync.account import AccountIs
from sync.asked import Allowed, ItemIs, PatronIs
from sync.messages import ParcelCollected, ParcelReady, Receipt, Telling
from sync.things import Patron
from tests.kiosk.core.machine import CARDS, DAY_S, KEYRING, NOW, ONE, SILENT, Machine

ANN = Patron("s.ann", "A. N.", cards=(KEYRING.card(CARDS["ann"]),))
BOB = Patron("s.bob", "B. O.", cards=(KEYRING.card(CARDS["bob"]),))
EVE = Patron("s.eve", "E. V.")


def receipt(machine: Machine, **said: Any) -> Machine:
    """The library's word on the last time that it heard of what was put in."""
    telling = Telling("p1-1-1", 1, NOW, machine.told(ParcelReady)[-1])
    return machine.do(Receipted(telling, Receipt(telling.key, said.pop("status", "applied"), "words", **said)))


def put_in(**said: Any) -> Machine:
    machine = Machine(library=SILENT)
    machine.point = machine.point.drop(*(p for p in machine.point.patrons.values() if p.role == "reader"))
    return receipt(machine.tap("max").scan("i-1").answer(ItemIs(ONE)).open().shut().touch("finish"), **said)


def looked_at(machine: Machine) -> Machine:
    """Its door is forced, and a courier says that it is all there: it is told anew."""
    machine.do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))
    before = len(machine.told(ParcelReady))
    machine.tap("max").touch("check", "A1").open().touch("yes").shut().touch("finish")
    assert len(machine.told(ParcelReady)) == before + 1
    return machine


def offered(machine: Machine) -> list[str]:
    return [parcel.id for parcel in on_offer(machine.point, machine.now)]


def test_what_lay_here_for_anybody_is_set_aside_for_whom_it_is_held_now() -> None:
    machine = looked_at(put_in(stock=True))
    assert offered(machine) == ["h1"]
    receipt(machine, held_for=BOB)
    row = machine.parcel("h1")
    assert (row.patron, row.stock, row.expires) == ("s.bob", False, machine.now + 7 * DAY_S)
    assert (offered(machine), machine.told(HoldLearnt)) == ([], [HoldLearnt("h1", "s.bob", "A1")])
    machine.now += 7 * 3600.0
    machine.do(Tick()).do(Answered("held:h1", ItemIs(ONE, held="yes")))
    assert not machine.parcel("h1").recalled
    machine.tap("bob").answer(PatronIs(BOB)).open().shut()
    assert [told.patron for told in machine.told(ParcelCollected)] == ["s.bob"]


def test_what_was_anothers_is_theirs_for_whom_it_is_held_now() -> None:
    machine = looked_at(put_in(held_for=ANN))
    machine.point = machine.point.put(replace(machine.parcel("h1"), helper="x", helper_until=NOW + DAY_S))
    receipt(machine, held_for=BOB)
    row = machine.parcel("h1")
    assert (row.patron, row.helper, row.expires) == ("s.bob", "", machine.now + 7 * DAY_S)
    machine.tap("ann").answer(PatronIs(ANN)).answer(AccountIs())
    assert machine.screen == Account(True, notice="nothing_ready")
    machine.touch("finish").tap("bob").answer(PatronIs(BOB)).open().shut()
    assert [told.patron for told in machine.told(ParcelCollected)] == ["s.bob"]


@pytest.mark.parametrize("said", [{"held_for": ANN}, {"status": "conflict"}, {"stock": True}], ids=str)
def test_else_it_stays_theirs_and_their_time_runs(said: dict[str, Any]) -> None:
    machine = looked_at(put_in(held_for=ANN))
    before = machine.parcel("h1")
    assert receipt(machine, **said).parcel("h1") == before


def test_who_is_at_its_door_just_now_keeps_what_they_take() -> None:
    machine = looked_at(put_in(held_for=ANN)).tap("ann").answer(PatronIs(ANN)).open()
    receipt(machine, held_for=BOB)
    assert machine.parcel("h1").patron == "s.ann"
    taken = machine.copy().shut()
    assert [told.patron for told in taken.told(ParcelCollected)] == ["s.ann"]
    assert isinstance(taken.screen, Goodbye)
    left = machine.touch("leave_it").shut().touch("finish")
    assert left.told(ParcelCalledBack) == [ParcelCalledBack("h1")]
    assert left.tap("max").screen.to_clear == 1  # type: ignore[union-attr]


def test_so_does_who_borrows_it_and_a_door_that_did_not_open_stays_shut() -> None:
    machine = looked_at(put_in(stock=True)).touch("browse").touch("title", "h1").touch("borrow").tap("eve")
    machine.answer(PatronIs(EVE)).answer(Allowed(True))
    stuck = receipt(machine.copy().wait(5), held_for=BOB).touch("again")
    assert (stuck.unlocked, stuck.screen) == ([], Sorry("not_here_now", then=("return",)))
    receipt(machine.open(), held_for=BOB).shut()
    assert [told.patron for told in machine.told(ParcelCollected)] == ["s.eve"]


def test_that_a_reader_cannot_reach_a_door_is_known_when_they_come_again() -> None:
    machine = put_in(held_for=ANN)
    high = {**machine.point.plan.spaces, "A1": Space("A1", "S", 0, 0, bottom_cm=170)}
    machine.point = replace(machine.point, plan=replace(machine.point.plan, spaces=high))
    machine.tap("ann").answer(PatronIs(ANN)).open().touch("cannot_reach").shut().touch("finish")
    assert [parcel.id for parcel in to_move(machine.point)] == ["h1"]
    machine.tap("ann").answer(PatronIs(ANN)).open().touch("leave_it").shut().touch("finish")
    assert [parcel.id for parcel in to_move(machine.point)] == ["h1"]
