"""A counter without a cabinet: what follows from there being no doors, and that nothing else does."""

from dataclasses import replace

import pytest

from hardware.readings import CodeUnknown, IsbnScanned, ItemScanned, PileSeen
from kiosk.core.account_screens import More, Prove
from kiosk.core.counter_screens import Counter
from kiosk.core.desk_screens import Desk
from kiosk.core.events import Online
from kiosk.core.screens import Goodbye, Home, Sorry
from kiosk.core.show import display
from kiosk.core.stories import AtDoor, Collecting, Returning
from sync.asked import ItemIs
from sync.messages import PatronChanged, PointTrouble
from sync.things import Patron
from tests.kiosk.core.machine import CARDS, CODE, ISBN, KEYRING, Machine, item, qr
from tests.kiosk.core.test_counter import DONE, PAD
from tests.kiosk.core.test_every_state import ACTIONS


def desk() -> Machine:
    return Machine(spaces=(), counter=True, pads=PAD)


def test_a_card_opens_the_list_at_once_and_what_is_borrowed_is_booked() -> None:
    machine = desk()
    assert machine.screen == Home(0, False, borrow=True)
    assert display(machine.point, machine.session, machine.now).doors == ()
    machine.lay("x-1")  # a pile waits for its reader
    assert isinstance(machine.screen, Home)
    machine.tap("ann").lay("x-1").answer(ItemIs(item("x-1"))).scan("x-2").answer(ItemIs(item("x-2")))
    machine.lay("x-1", "x-2")
    assert isinstance(machine.screen, Counter)
    machine.touch("borrow").act(DONE).act(DONE).written().written()
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.purpose == "checkout"
    machine.lay()  # taking them away begins nothing
    assert isinstance(machine.screen, Goodbye)
    assert not machine.told(PointTrouble)


@pytest.mark.parametrize("shown", [ItemScanned("scanner", "x-1"), IsbnScanned("scanner", ISBN)])
def test_a_book_that_is_shown_goes_to_the_staff_or_is_borrowed_and_nothing_is_taken_in(shown: ItemScanned) -> None:
    machine = desk().do(shown)
    assert machine.screen == Sorry("returns_to_staff")
    assert display(machine.point, machine.session, machine.now).to_borrow
    assert isinstance(machine.copy().touch("borrow").screen, Prove)
    assert isinstance(machine.tap("ann").screen, Counter)


def test_no_touch_and_nothing_that_is_shown_leads_to_a_door() -> None:
    for begun in (desk(), desk().scan("x-1"), desk().touch("more"), desk().tap("eve"), desk().do(Online(False))):
        for action in ACTIONS:
            for value in ("", "7"):
                story = begun.copy().touch(action, value).session.story
                assert not isinstance(story, AtDoor | Collecting | Returning), action
        for machine in (begun.copy().show(qr()), begun.copy().do(CodeUnknown("scanner", 9)), begun.copy().scan("x-1")):
            assert not isinstance(machine.session.story, AtDoor | Collecting | Returning)
            assert not isinstance(machine.screen, Sorry) or machine.screen.then == ()
        assert not isinstance(begun.copy().do(PileSeen("pad", ("x-1",), (), 1)).session.story, Returning)
    assert isinstance(desk().code(CODE).screen, Home)
    assert isinstance(desk().touch("more").screen, More)


def test_the_refused_are_offered_nothing_that_cannot_be_done_here() -> None:
    assert desk().tap("eve").screen == Sorry("patron_blocked", "a fee is open")


def test_staff_see_what_is_theirs_but_no_doors_and_a_courier_borrows_as_anybody() -> None:
    machine = desk()
    staff = Patron("sue", "S.", role="staff", cards=(KEYRING.card(CARDS["bob"]),))
    machine.hear(PatronChanged(replace(staff, id="bob")))
    assert machine.tap("bob").screen == Desk(("report", "use", "cases"), 0)
    for page in ("report", "use"):
        assert machine.copy().touch(page).screen
    assert isinstance(machine.touch("finish").screen, Home)
    assert isinstance(desk().tap("max").screen, Counter)
