"""One surface, any proof: what is shown at any time is answered, and nothing under way is lost by it."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from hardware.readings import CardUnread, CodeUnknown, PatronScanned, ReceiptScanned, SealScanned
from kiosk.core.account_screens import Account
from kiosk.core.reader_screens import Choose
from kiosk.core.receipts import Shown
from kiosk.core.screens import Collect, DoorOpen, Goodbye, Home, Opening, Return, Slip, Sorry, Wait
from kiosk.core.show import display
from kiosk.core.staff_screens import HandOver
from kiosk.receipt import signer
from sync.account import AccountIs
from sync.asked import ItemIs, PatronIs
from sync.messages import ItemDropped, ParcelCollected, PatronChanged
from sync.rounds import BagHandedOver
from sync.service import Abilities
from sync.things import Patron
from tests.kiosk.core.machine import (
    BOBS,
    CARDS,
    CODE,
    KEYRING,
    LIMITS,
    NOW,
    PAIR,
    PARCEL,
    PEOPLE,
    SIGNING,
    SILENT,
    Machine,
    item,
    qr,
    stocked,
)

SHOWN: dict[str, Any] = {
    "card": lambda machine: machine.tap("ann"),
    "pass": lambda machine: machine.show(qr()),
    "code": lambda machine: machine.code(CODE),
}
IDLE: dict[str, Any] = {
    "home": lambda: stocked(PARCEL),
    "collect": lambda: stocked(PARCEL).touch("collect"),
    "a code half typed": lambda: stocked(PARCEL).touch("collect").touch("digit", "9"),
    "sorry": lambda: stocked(PARCEL).tap("eve"),
    "somebody's list": lambda: stocked(PARCEL, PAIR).tap("ann"),
    "a return without anything": lambda: stocked(PARCEL).touch("return"),
}


@pytest.mark.parametrize("where", IDLE)
@pytest.mark.parametrize("way", ["card", "pass"])
def test_a_card_or_a_pass_begins_its_story_wherever_nothing_is_under_way(where: str, way: str) -> None:
    machine = SHOWN[way](IDLE[where]())
    if (where, way) == ("a return without anything", "card"):
        assert machine.screen == Return((), "card_taken")
    else:
        assert isinstance(machine.screen, Opening | Choose)


def test_the_same_pass_shown_once_more_keeps_what_is_ticked() -> None:
    machine = stocked(PARCEL, replace(PAIR, pass_id=PARCEL.pass_id)).show(qr())
    machine.touch("parcel", PAIR.id)
    ticked = machine.screen
    assert isinstance(ticked, Choose)
    assert machine.show(qr()).screen == ticked
    assert machine.touch("take").unlocked == [machine.point.parcels[PAIR.id].compartment]


@pytest.mark.parametrize("where", ["home", "sorry"])
def test_a_digit_goes_to_code_entry(where: str) -> None:
    machine = IDLE[where]()
    for digit in CODE:
        machine.touch("digit", digit)
    assert machine.screen == Collect(CODE, True, cards=False)
    assert machine.touch("enter").unlocked == ["A1"]


def test_a_digit_begins_nothing_where_codes_are_closed() -> None:
    machine = stocked(PARCEL, limits=LIMITS.model_copy(update={"wrong_codes_max": 1})).code("99999999").touch("finish")
    assert isinstance(machine.touch("digit", "1").screen, Home)


def test_a_pass_waits_for_the_return_that_was_begun() -> None:
    machine = stocked(PARCEL).scan("x-1").answer(ItemIs(item("x-1"), True)).show(qr())
    assert machine.screen == Return(("Title x-1",), "return_first")
    assert not machine.unlocked


@pytest.mark.parametrize("way", SHOWN)
def test_whoever_shows_something_after_the_door_is_done_with_it(way: str) -> None:
    machine = stocked(PARCEL, BOBS).tap("bob").open().shut(done=False)
    SHOWN[way](machine) if way != "code" else machine.touch("finish") and SHOWN[way](machine)
    assert machine.unlocked
    assert [told.parcel for told in machine.told(ParcelCollected)] == ["p-3"]


def test_a_book_shown_after_the_door_begins_a_return() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut(done=False).scan("i-1")
    assert machine.told(ParcelCollected)
    assert machine.screen == Return(("Title i-1",))


def test_anything_shown_at_an_open_door_for_returns_is_answered() -> None:
    machine = stocked(PARCEL).scan("x-1").answer(ItemIs(item("x-1"), True)).touch("open").open()
    for shown in (lambda: machine.tap("ann"), lambda: machine.show(qr()), lambda: machine.scan("x-2")):
        shown()
        assert isinstance(machine.screen, DoorOpen)
        assert machine.screen.notice == "door_first"
    assert isinstance(machine.shut().screen, Goodbye)


def test_a_card_lifted_too_early_takes_nothing_off_the_list() -> None:
    machine = stocked(PARCEL).scan("x-1").answer(ItemIs(item("x-1"), True)).do(CardUnread("card", "lifted"))
    assert machine.screen == Return(("Title x-1",), "card_unread")


def test_a_printed_number_after_the_door_says_what_it_is_good_for() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut(done=False)
    machine.do(PatronScanned("scanner", SecretStr(CARDS["bob"])))
    assert machine.screen == Sorry("number_only", "", ("return", "collect"))
    assert machine.told(ParcelCollected)


def printed(machine: Machine, who: str) -> Machine:
    return machine.do(PatronScanned("scanner", SecretStr(CARDS[who])))


@pytest.mark.parametrize("whose", ["ann", "bob", "max"])
def test_a_number_in_print_at_an_account_waits_and_opens_nothing(whose: str) -> None:
    machine = stocked(PARCEL).touch("more").touch("account").tap("bob").answer(AccountIs(True, "B."))
    before = machine.session.story
    printed(machine, whose)
    assert display(machine.point, machine.session, machine.now).note == "finish_first"
    assert (machine.session.story, machine.facts, machine.commands) == (before, (), ())


def test_a_number_in_print_takes_no_bag_over() -> None:
    machine = stocked(PARCEL, BOBS).recall("p-1").tap("max").touch("clear").open().touch("pause").shut()
    machine.do(SealScanned("scanner", "Z-7"))
    assert isinstance(printed(machine, "max").screen, HandOver)
    assert not machine.told(BagHandedOver)
    machine.tap("max")
    assert machine.told(BagHandedOver)


def returned(machine: Machine) -> Machine:
    machine.scan("x-1").answer(ItemIs(item("x-1"), True)).touch("open").open().shut()
    assert isinstance(machine.screen, Goodbye)
    return machine


def test_whose_returns_these_are_is_not_who_stands_there() -> None:
    machine = returned(printed(stocked(PARCEL).touch("return"), "ann"))
    assert machine.told(ItemDropped)[0].patron == "ann"
    shown = display(machine.point, machine.session, machine.now)
    assert (shown.initials, shown.to_account) == ("A.", False)
    assert isinstance(machine.touch("account").screen, Goodbye)
    assert returned(stocked(PARCEL).touch("return").tap("ann")).session.reader == "ann"


def test_whoever_was_shown_by_card_stays_until_the_number_of_another() -> None:
    machine = stocked(PARCEL).touch("return").tap("ann")
    assert printed(machine, "ann").session.reader == "ann"
    assert printed(machine, "bob").session.reader == ""
    assert machine.tap("bob").session.reader == "bob"


@pytest.mark.parametrize("way", ["unknown here", "a library that announces nothing", "with a PIN"])
def test_nor_is_a_number_that_the_library_is_asked_about(way: str) -> None:
    machine = stocked(library=Abilities() if way == "unknown here" else SILENT).touch("return")
    machine.do(PatronScanned("scanner", SecretStr("FFFF")))
    if way == "with a PIN":
        machine.answer(PatronIs(None, pin="needed")).touch("digit", "7").touch("enter")
    machine.answer(PatronIs(Patron("zoe", "Z.")))
    assert machine.screen == Return((), "card_taken")
    assert machine.session.reader == ""


def test_a_number_read_twice_disturbs_no_question() -> None:
    machine = stocked(PARCEL).touch("return")
    for _ in range(2):
        machine.do(PatronScanned("scanner", SecretStr("FFFF")))
        assert machine.screen == Wait("card")
        assert machine.session.note == ""


# ---- what comes back ----------------------------------------------------------------------------------------------


def test_a_book_that_nobody_had_on_loan_is_taken_in_with_a_word() -> None:
    machine = stocked().scan("x-1").answer(ItemIs(item("x-1"), on_loan=False))
    assert machine.screen == Return(("Title x-1",), "not_on_loan")


def test_a_book_nobody_can_read_gets_a_door_and_is_looked_at() -> None:
    machine = stocked().touch("return").touch("unreadable").touch("unreadable")
    assert machine.screen == Return(("", ""))
    machine.touch("undo").touch("open").open().shut()
    (dropped,) = machine.told(ItemDropped)
    assert (dropped.item, dropped.checked) == (f"UNREAD-{machine.point.counters.orders}-1", False)
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.provisional


def test_a_card_or_pass_shown_while_a_courier_is_at_work_is_asked_to_wait() -> None:
    machine = stocked(PARCEL).tap("max").tap("ann")
    assert machine.screen.notice == "finish_first"  # type: ignore[union-attr]
    assert not machine.unlocked
    assert machine.scan("nothing-known").screen.notice == "unknown_item"  # type: ignore[union-attr]
    assert machine.show(qr()).screen.notice == "finish_first"  # type: ignore[union-attr]
    assert machine.tap("max").screen.notice == "finish_first"  # type: ignore[union-attr]  # their own changes nothing


# ---- slips ----------------------------------------------------------------------------------------------------------

RECEIPTS = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
GENUINE = signer(RECEIPTS, "p1")(Slip("103", 57, "dropoff", NOW, (("One", "i-1"), ("Two", "i-2"))))
SLIPS = {
    "genuine": GENUINE,
    "changed": GENUINE.replace("i-2", "i-3"),
    "elsewhere": signer(SIGNING, "p2")(Slip("1", 2, "dropoff", NOW, (("One", "i-1"),))),
    "slip": "p1-57/103",
}


def with_keys(machine: Machine) -> Machine:
    machine.point = replace(machine.point, plan=replace(machine.point.plan, receipts=(RECEIPTS.public_key(),)))
    return machine


@pytest.mark.parametrize("where", IDLE)
@pytest.mark.parametrize("what", SLIPS)
def test_a_slip_is_known_for_what_it_is_wherever_nothing_is_under_way(where: str, what: str) -> None:
    machine = with_keys(IDLE[where]()).do(ReceiptScanned("scanner", SLIPS[what]))
    assert isinstance(machine.screen, Shown)
    assert machine.screen.what == what
    assert machine.screen.items == (("i-1", "i-2") if what == "genuine" else ())
    shown = display(machine.point, machine.session, machine.now)
    assert (shown.initials, shown.to_account) == ("", False)
    assert not machine.unlocked
    machine.do(CodeUnknown("scanner", 20))  # the lines after it, from a scanner that sends them one by one
    assert isinstance(machine.screen, Shown)
    assert isinstance(machine.touch("return").screen, Return)


def test_a_number_from_another_place_is_not_called_ours() -> None:
    machine = with_keys(stocked(PARCEL)).do(ReceiptScanned("scanner", "p2-57/103"))
    assert machine.screen == Shown("elsewhere", "p2")


def test_a_slip_amid_a_return_or_at_a_door_disturbs_nothing() -> None:
    machine = stocked(PARCEL).scan("x-1").answer(ItemIs(item("x-1"), True)).do(ReceiptScanned("scanner", GENUINE))
    assert machine.screen == Return(("Title x-1",), "slip")
    machine = stocked(PARCEL).tap("ann").open().do(ReceiptScanned("scanner", GENUINE))
    assert isinstance(machine.screen, DoorOpen)
    assert machine.screen.notice == "door_first"


# ---- a card amid something ------------------------------------------------------------------------------------------


def _staffed(machine: Machine) -> Machine:
    return machine.hear(PatronChanged(Patron("sue", "S.", role="staff", cards=(KEYRING.card(CARDS["sue"]),))))


AMID: dict[str, Any] = {
    "desk": ("sue", lambda: _staffed(stocked(PARCEL)).tap("sue").touch("desk")),
    "one door": ("sue", lambda: _staffed(stocked(PARCEL)).tap("sue").touch("desk").touch("doors").touch("door", "A1")),
    "looking behind a door": ("max", lambda: stocked(PARCEL).tap("max").scan("i-1").touch("check", "A1")),
    "putting in": ("max", lambda: Machine(PARCEL).tap("max").scan("i-1")),
    "the counter": ("bob", lambda: stocked(PARCEL, counter=True).touch("borrow").tap("bob")),
}


@pytest.mark.parametrize("where", AMID)
def test_a_card_amid_something_is_answered_and_disturbs_nothing(where: str) -> None:
    own, make = AMID[where]
    for who, note in ((own, "own_card"), ("ann", "finish_first"), ("eve", "finish_first")):
        machine = make()
        before = machine.session.story
        machine.tap(who)
        assert display(machine.point, machine.session, machine.now).note == note
        assert (machine.session.story, machine.facts, machine.commands) == (before, (), ())
    machine.do(CardUnread("card", "lifted"))
    assert display(machine.point, machine.session, machine.now).note == "card_unread"
    machine.show(qr())
    assert display(machine.point, machine.session, machine.now).note == "finish_first"
    machine.touch("more_time")
    assert display(machine.point, machine.session, machine.now).note == ""


def test_another_card_at_an_account_is_the_next_reader() -> None:
    machine = stocked(PARCEL).touch("more").touch("account").tap("bob").answer(AccountIs(True, "B."))
    machine.tap("bob")
    assert display(machine.point, machine.session, machine.now).note == "own_card"
    assert machine.tap("ann").unlocked == ["A1"]


def test_a_book_shown_at_an_account_waits_its_turn() -> None:
    machine = stocked(PARCEL).touch("more").touch("account").tap("bob").answer(AccountIs(True, "B.")).scan("x-1")
    assert isinstance(machine.screen, Account)
    assert display(machine.point, machine.session, machine.now).note == "finish_first"


def asked_about() -> Machine:
    """Ann's card is not one that was announced."""
    machine = stocked(PARCEL)
    machine.point = machine.point.put(replace(machine.point.patrons["ann"], cards=()))
    return machine.tap("ann")


def display_note(machine: Machine) -> str:
    return display(machine.point, machine.session, machine.now).note


def test_another_card_while_one_is_asked_about_is_told_to_wait() -> None:
    assert display_note(asked_about().tap("ann")) == ""  # the same one, read twice
    machine = asked_about()
    before = machine.session.story
    assert display_note(printed(machine.copy(), "bob")) == "finish_first"
    assert display_note(machine.tap("bob")) == "finish_first"
    assert (machine.session.story, machine.commands) == (before, ())
    machine.answer(PatronIs(PEOPLE[0]))
    assert machine.unlocked == ["A1"]
    for _ in ("opening", "open"):
        assert display(machine.point, machine.session, machine.now).initials == "A."
        machine.open()
