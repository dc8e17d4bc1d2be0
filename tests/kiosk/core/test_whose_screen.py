"""Who is known at a screen: its own reader, as long as it says so; whoever comes next proves who they are."""

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown
from kiosk.core.account_screens import More
from kiosk.core.screens import Collect, Goodbye, Sorry
from kiosk.core.search_screens import Stock
from kiosk.core.show import display
from sync.account import AccountIs
from sync.asked import Allowed, PatronIs
from sync.messages import ParcelCollected
from sync.things import Patron, SentParcel
from tests.kiosk.core.machine import (
    BOBS,
    CODE,
    DAY_S,
    NOW,
    PARCEL,
    PEOPLE,
    SILENT,
    Machine,
    item,
    letters,
    stocked,
)

STOCK = SentParcel("s-1", "", (item("i-9"),), "S", NOW + 30 * DAY_S)


def whose(machine: Machine) -> tuple[str, bool, str]:
    shown = display(machine.point, machine.session, machine.now)
    return shown.initials, shown.to_account, machine.session.reader


def type_code(machine: Machine, digits: str) -> Machine:
    """At the keypad that stands there already."""
    for digit in digits:
        machine.touch("digit", digit)
    return machine.touch("enter")


def test_who_collects_at_anothers_goodbye_is_whom_their_code_proves() -> None:
    machine = stocked(PARCEL, BOBS).tap("ann").open().shut().touch("collect")
    assert (machine.screen, whose(machine)) == (Collect("", True, cards=False), ("", False, ""))
    type_code(machine, "87654321").open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert whose(machine) == ("B.", False, "")
    assert not machine.touch("account").asks
    assert [one.patron for one in machine.told(ParcelCollected)] == ["ann", "bob"]


@pytest.mark.parametrize(("digits", "screen"), [("87654321", Collect), (CODE, Sorry)], ids=["wrong", "used up"])
def test_a_code_that_opens_nothing_leads_to_nobodys_account(digits: str, screen: type) -> None:
    machine = stocked(PARCEL).tap("ann").open().shut().touch("collect")
    assert isinstance(type_code(machine, digits).screen, screen)
    assert whose(machine) == ("", False, "")
    assert not machine.touch("account").asks


def test_the_menu_knows_nobody() -> None:
    machine = stocked(PARCEL, STOCK).touch("more").touch("account").tap("ann").answer(AccountIs()).touch("browse")
    assert isinstance(machine.screen, Stock)
    assert whose(machine) == ("A.", False, "ann")
    machine.touch("search")
    assert whose(machine) == ("A.", False, "ann")
    machine.touch("cancel")
    assert (type(machine.screen), whose(machine)) == (More, ("", False, ""))
    letters(machine.touch("search"), "TITLE").touch("enter").touch("title", "/s-1").touch("borrow")
    assert not machine.asks  # a card is to be shown
    machine.tap("bob").answer(Allowed(True)).open().shut()
    assert [one.patron for one in machine.told(ParcelCollected)] == ["bob"]


@pytest.mark.parametrize(("initials", "asks"), [("S.", 1), ("", 0)])
def test_who_is_known_while_looking_at_the_stock_is_said(initials: str, asks: int) -> None:
    """Also of a reader whom only the library knows; where it names no initials, they show their card once more."""
    machine = stocked(STOCK).touch("more").touch("account").do(CardShown("card", SecretStr("FF")))
    machine.answer(PatronIs(Patron("s.sid", initials))).answer(AccountIs()).touch("browse")
    assert whose(machine)[::2] == (initials, "s.sid" if initials else "")
    machine.touch("title", "s-1").touch("borrow")
    assert len(machine.asks) == asks


def test_the_word_that_too_many_pins_were_wrong_leads_to_nobodys_account() -> None:
    machine = stocked(PARCEL).touch("more").touch("account").tap("bob")
    machine.answer(AccountIs(pin="needed"))
    for _ in range(machine.point.plan.limits.pins_wrong_max):
        machine.touch("digit", "7").touch("enter").answer(AccountIs(pin="wrong"))
    assert machine.screen == Sorry("pin_wrong", then=("return",))
    assert whose(machine) == ("", False, "")


def test_a_card_that_is_asked_about_amid_a_return_does_not_end_whose_it_is() -> None:
    machine = Machine(library=SILENT).touch("return").tap("ann").answer(PatronIs(PEOPLE[0]))
    assert whose(machine) == ("A.", False, "ann")
    machine.tap("bob")
    assert whose(machine) == ("", False, "ann")
    assert whose(machine.copy().touch("cancel")) == ("A.", False, "ann")
    assert whose(machine.answer(PatronIs(PEOPLE[1]))) == ("B.", False, "bob")
