"""A PIN that is guessed at the account counts for its card too: whoever found that has one day's tries, wherever."""

import pytest

from kiosk.core.commands import Do
from kiosk.core.events import Online
from kiosk.core.facts import WrongPin
from kiosk.core.screens import Opening, Pin, Sorry
from sync.account import AccountIs
from sync.acts import Checkout
from sync.asked import ItemIs, PatronIs
from tests.kiosk.core.machine import LIMITS, PARCEL, Machine, item, stocked
from tests.kiosk.core.test_found_card import CLOSED, guesses
from tests.kiosk.core.test_unannounced import ANN, TAP, loaded


def guessed(machine: Machine, times: int) -> int:
    """The library does not say in time whose card it is, so what is known here decides; but its account wants the PIN.
    How many it was asked about."""
    asked = 0
    machine.touch("more").touch("account").tap(TAP).answer(None).answer(AccountIs(pin="needed"))
    for _ in range(times):
        if isinstance(machine.screen, Pin):
            machine.touch("digit", "4").touch("enter")
            asked += len(machine.asks)
            machine.answer(AccountIs(pin="wrong"))
    machine.wait(60)
    return asked


def test_the_account_and_the_card_have_their_tries_together() -> None:
    machine = loaded()
    assert guessed(machine, 2) == 2
    assert [guesses(machine) for _ in range(3)] == [2, 2, 0]
    assert [fact.today for fact in machine.told(WrongPin)] == [*range(1, LIMITS.pins_wrong_day_max + 1)]
    assert machine.tap(TAP).answer(PatronIs(None, pin="needed")).screen == CLOSED


def test_after_one_at_the_account_the_card_alone_opens_nothing_while_the_library_is_away() -> None:
    machine = loaded()
    assert guessed(machine, 1) == 1
    assert machine.copy().tap(TAP).answer(None).screen == Sorry("library_away", then=("return",))
    assert machine.do(Online(False)).tap(TAP).screen == Sorry("library_away", then=("return",))


def test_the_right_one_at_the_card_gives_those_at_the_account_back() -> None:
    machine = loaded()
    guessed(machine, 2)
    machine.tap(TAP).answer(PatronIs(None, pin="needed")).touch("digit", "1").touch("enter").answer(PatronIs(ANN))
    assert isinstance(machine.screen, Opening)
    assert not machine.point.tries


@pytest.mark.parametrize("how", ["silent", "away"])
def test_nor_the_account_where_it_was_guessed(how: str) -> None:
    """One wrong, and the plug is pulled at the next: what is known here opened its door from the account."""
    machine = loaded().touch("more").touch("account").tap(TAP).answer(None).answer(AccountIs(pin="needed"))
    machine.touch("digit", "4").touch("enter").answer(AccountIs(pin="wrong")).touch("digit", "5")
    machine = machine.touch("enter").answer(None) if how == "silent" else machine.do(Online(False)).touch("enter")
    assert machine.screen == Sorry("library_away", then=("return",))
    assert not machine.touch("collect").unlocked


def test_where_a_card_opens_doors_without_a_pin_it_still_does() -> None:
    machine = stocked(PARCEL).touch("more").touch("account").tap("ann").answer(AccountIs(pin="needed"))
    machine.touch("digit", "4").touch("enter").answer(AccountIs(pin="wrong")).touch("digit", "5").touch("enter")
    assert machine.answer(None).touch("collect").unlocked == ["A1"]


def test_one_that_nobody_has_answered_is_not_tried_on_a_loan() -> None:
    machine = stocked(PARCEL, counter=True).touch("more").touch("account").tap("ann").answer(AccountIs(pin="needed"))
    machine.touch("digit", "4").touch("enter").answer(None).touch("borrow").scan("x-1")
    machine.answer(ItemIs(item("x-1"))).touch("borrow")
    (said,) = (command.said for command in machine.commands if isinstance(command, Do))
    assert (said.act, said.pin) == (Checkout("ann", "x-1"), None)
