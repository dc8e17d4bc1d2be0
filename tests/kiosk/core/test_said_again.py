"""Readers who do, show or are told something a second time: amid a list, at a door, in the account, at the counter."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from hardware.readings import CardUnread, CodeUnknown, IsbnScanned
from kiosk.core.account_screens import Holds, OneHold, Permission
from kiosk.core.commands import LookAgain
from kiosk.core.counter_screens import Counter
from kiosk.core.reader_screens import Choose, DoorShut
from kiosk.core.screens import Goodbye, Sorry
from kiosk.core.search_stories import Wishing
from kiosk.core.show import display
from sync.account import AccountIs, Hold
from sync.acts import Ruling
from sync.asked import ItemIs, LoansAre, PatronIs
from sync.messages import ItemDropped, ItemLent, ParcelMissing, PatronChanged, PointTrouble
from sync.service import Abilities
from sync.things import SentParcel
from sync.titles import Title
from tests.kiosk.core.machine import DAY_S, ISBN, NOW, ONE, PAIR, PARCEL, PEOPLE, SILENT, Machine, item, stocked

ACTS = frozenset({"renew", "renew_all", "cancel_hold", "more_time", "checkout", "place_hold"})
ACCOUNT = Abilities(account=True, acts=ACTS)
HOLDS = AccountIs(holds=(Hold("h-1", "One", "waiting"), Hold("h-2", "Two", "waiting")))
READY = AccountIs(holds=(Hold("h-1", "Title i-1", "ready", here=True, parcel="p-1"),))
BLOCKED = replace(PEOPLE[0], standing="blocked", reason="fee")


def with_account(*parcels: SentParcel, **more: Any) -> Machine:
    return stocked(*parcels, library=ACCOUNT, **more)


def screen(machine: Machine) -> Any:
    return machine.screen


# ---- a return


def test_one_copy_comes_back_once_by_the_number_of_its_title() -> None:
    machine = stocked().touch("return").tap("ann").do(IsbnScanned("scanner", ISBN)).answer(LoansAre((ONE,)))
    machine.touch("open").open().shut().touch("return").do(IsbnScanned("scanner", ISBN)).answer(LoansAre((ONE,)))
    assert screen(machine).notice == "isbn_not_yours"
    assert not machine.touch("open").unlocked
    assert len(machine.told(ItemDropped)) == 1


@pytest.mark.parametrize("end", ["answer", "cancel"])
def test_what_is_laid_beside_it_while_a_card_is_asked_about_is_seen(end: str) -> None:
    machine = stocked(pads=frozenset({"pad"})).touch("return").lay("x-1").answer(ItemIs(item("x-1"), True)).tap("sue")
    machine.lay("x-1", "x-2")
    machine.answer(PatronIs(None)) if end == "answer" else machine.touch("cancel")
    assert LookAgain("pad") in machine.commands


def test_also_after_the_last_wrong_pin() -> None:
    pads = frozenset({"pad"})
    machine = Machine(library=SILENT, pads=pads).touch("return").lay("x-1")
    machine.answer(ItemIs(item("x-1"), True)).tap("sue").answer(PatronIs(None, pin="needed"))
    for _ in range(3):
        machine.touch("digit", "1").touch("enter").answer(PatronIs(None, pin="wrong"))
    assert screen(machine).notice == "pin_wrong"
    assert LookAgain("pad") in machine.commands


def test_the_next_person_does_not_come_to_the_account_of_the_last() -> None:
    machine = with_account(PARCEL).tap("ann").open().shut()
    assert display(machine.point, machine.session, machine.now).to_account
    machine.touch("return").scan("x-9").answer(ItemIs(item("x-9"), True)).touch("open").open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert not display(machine.point, machine.session, machine.now).to_account


# ---- standing


def test_to_whom_is_blocked_meanwhile_the_counter_lends_nothing_by_itself() -> None:
    machine = with_account(PARCEL, counter=True).touch("borrow").tap("ann").scan("x-1").answer(ItemIs(item("x-1")))
    machine.hear(PatronChanged(BLOCKED)).touch("borrow").act("unknown")
    assert not machine.told(ItemLent)


def test_nor_does_a_door_open_by_way_of_the_account_for_whom_only_the_library_knew() -> None:
    machine = with_account(PARCEL)
    machine.point = machine.point.drop(machine.point.patrons["ann"])
    machine.tap("ann").answer(PatronIs(BLOCKED)).touch("account").answer(AccountIs()).touch("collect")
    assert isinstance(machine.screen, Sorry)
    assert not machine.unlocked


# ---- a card that could not be read, a code that could not


def test_a_card_lifted_too_early_ends_nothing() -> None:
    lifted = CardUnread("card", "lifted")
    at_counter = with_account(PARCEL, counter=True).touch("borrow").do(lifted)
    assert at_counter.session.note == "card_unread"
    assert isinstance(at_counter.tap("ann").screen, Counter)
    chosen = stocked(PARCEL, PAIR).tap("ann").touch("parcel", "p-2")
    until = chosen.session.until
    assert isinstance(chosen.do(lifted, after=1.0).screen, Choose)
    assert chosen.session.until == until  # it may be a passer-by's


def test_nor_does_a_glimpse_of_the_scanner_between_two_doors() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("take").open().shut(done=False).do(CodeUnknown("scanner", 3))
    assert isinstance(machine.screen, DoorShut)


def test_a_key_that_asks_for_time_does_not_prolong_the_wait_for_the_library() -> None:
    assert isinstance(stocked(PARCEL).tap("sue").touch("more_time").wait(6).screen, Sorry)


# ---- the account


def cancelling() -> Machine:
    machine = with_account().tap("ann").answer(HOLDS).touch("holds").touch("hold", "h-1")
    return machine.touch("cancel_hold").touch("yes")


def test_a_question_without_a_word_is_not_asked_again_by_itself() -> None:
    assert not screen(cancelling().wait(31).answer(HOLDS)).sure


@pytest.mark.parametrize("how", ["unknown", "silent"])
def test_the_list_goes_on_without_what_has_gone(how: str) -> None:
    machine = cancelling().act("unknown") if how == "unknown" else cancelling().wait(31)
    machine.answer(AccountIs(holds=HOLDS.holds[1:]))
    assert isinstance(machine.screen, Holds)
    assert isinstance(machine.touch("hold", "h-2").screen, OneHold)


def test_a_code_that_is_over_leaves_no_dead_keys() -> None:
    machine = with_account(PARCEL).touch("more").touch("account").tap("ann").answer(READY)
    machine.touch("holds").touch("hold", "h-1").touch("permit")
    assert isinstance(machine.screen, Permission)
    assert screen(machine.recall("p-1").touch("cancel_hold")).sure


def test_what_a_courier_did_not_find_waits_behind_no_door() -> None:
    machine = with_account(PARCEL).forced().tap("max").touch("check", "A1").open().touch("no").shut()
    machine.touch("finish").touch("more").touch("account").tap("ann").answer(READY)
    assert screen(machine).here == ()


def test_wrong_pins_are_counted_on_after_the_library_was_away() -> None:
    machine = with_account()
    wish = Wishing("ann", Title("t", "T"), outcome="away", pin=SecretStr("1"), wrong=2)
    machine.session = replace(machine.session, number=9, story=wish, until=machine.now + 40.0)
    assert isinstance(machine.touch("again").answer(AccountIs(pin="wrong")).screen, Sorry)


# ---- what the goodbye says


def test_what_was_left_behind_a_doubtful_door_is_not_said_to_be_missing() -> None:
    machine = stocked(PARCEL).forced().tap("ann").open().touch("leave_it").shut()
    assert (machine.told(ParcelMissing), screen(machine).missing) == ([], False)


def test_nor_is_it_said_to_be_told_that_a_door_was_out_of_reach_and_then_was_not() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("cannot_reach").shut(done=False).touch("reopen").open().shut()
    assert (machine.told(PointTrouble), screen(machine).far) == ([], False)


def test_two_loans_of_one_session_have_each_their_slip() -> None:
    lent = Ruling(True, until=NOW + DAY_S)
    machine = stocked(counter=True, library=ACCOUNT).touch("borrow").tap("ann").scan("x-1").answer(ItemIs(item("x-1")))
    first = screen(machine.touch("borrow").act(lent)).slip
    machine.touch("account").answer(AccountIs()).touch("borrow").scan("x-2").answer(ItemIs(item("x-2")))
    assert screen(machine.touch("borrow").act(lent)).slip.id != first.id
