"""A card shown in a return: what is scanned while it is looked up, or a PIN typed, is not lost, nor is the list."""

from typing import Any

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, CardUnread, CodeUnknown, IsbnScanned, PassScanned
from kiosk.core.flows.dropoff import QUEUE_MAX
from kiosk.core.screens import DoorOpen, Pin, Return, Wait
from kiosk.core.stories import ProvingPin, Returning
from sync.asked import ItemIs, LoansAre, LoansWith, PatronIs, WhatIs
from tests.kiosk.core.machine import CARDS, ISBN, PEOPLE, SILENT, Machine, item, qr

STRANGER = CardShown("card", SecretStr("0999"))


def listed(machine: Machine) -> tuple[str, ...]:
    assert isinstance(machine.screen, Return)
    return machine.screen.titles


def asked(library: bool) -> Machine:
    """Two books are on the list, and a card is looked up."""
    machine = Machine(library=SILENT) if library else Machine()
    for barcode in ("x-1", "x-2"):
        machine.scan(barcode).answer(ItemIs(item(barcode), True))
    machine.do(STRANGER)
    assert machine.screen == Wait("card")
    return machine


EACH = pytest.mark.parametrize("silent", [False, True])


@EACH
@pytest.mark.parametrize("known", [True, False, None])
def test_what_is_scanned_while_a_card_is_looked_up_comes_next(silent: bool, known: bool | None) -> None:
    machine = asked(silent).scan("x-3", "x-4", "x-3")
    machine.answer(None if known is None else PatronIs(PEOPLE[0] if known else None))
    assert machine.asks == [WhatIs("x-3")]
    machine.answer(ItemIs(item("x-3"), True))
    assert machine.asks == [WhatIs("x-4")]
    machine.answer(ItemIs(item("x-4"), True))
    assert listed(machine) == tuple(f"Title x-{n}" for n in (1, 2, 3, 4))
    assert not machine.asks
    story: Any = machine.session.story
    assert story.patron == ("ann" if known else "")


@EACH
def test_a_card_alone_is_answered_as_ever(silent: bool) -> None:
    machine = asked(silent)
    assert machine.copy().answer(PatronIs(PEOPLE[0])).screen.notice == "card_taken"  # type: ignore[union-attr]
    assert machine.copy().answer(PatronIs(None)).screen.notice == "card_unknown"  # type: ignore[union-attr]


def test_a_book_number_scanned_meanwhile_is_looked_up_for_whose_card_it_is() -> None:
    machine = asked(False).do(IsbnScanned("scanner", ISBN)).answer(PatronIs(PEOPLE[0]))
    assert machine.asks == [LoansWith("ann", ISBN)]
    machine.answer(LoansAre((item("i-1", ISBN),)))
    assert listed(machine)[-1] == "Title i-1"


def test_no_more_is_kept_than_for_an_item() -> None:
    machine = asked(False).scan(*(f"y-{n}" for n in range(QUEUE_MAX + 5)))
    story: Any = machine.session.story
    assert story.back.queue == tuple(f"y-{n}" for n in range(QUEUE_MAX))


def proving() -> Machine:
    machine = asked(True).answer(PatronIs(None, pin="needed"))
    assert isinstance(machine.screen, Pin)
    return machine


@pytest.mark.parametrize(
    "shown",
    [
        CodeUnknown("scanner", "?"),
        PassScanned("scanner", SecretStr(qr())),
        CardShown("card", SecretStr(CARDS["bob"])),
        STRANGER,
        CardUnread("card", "two"),
    ],
)
def test_nothing_shown_before_a_pin_is_typed_loses_the_list(shown: Any) -> None:
    machine = proving().do(shown)
    assert isinstance(machine.session.story, ProvingPin)
    assert machine.session.story.back
    assert len(machine.session.story.back.accepted) == 2


def test_what_is_scanned_before_a_pin_is_typed_comes_after_it() -> None:
    machine = proving().touch("digit", "7").scan("x-3")
    assert machine.screen == Pin(1)
    machine.touch("enter").scan("x-4").answer(PatronIs(PEOPLE[0]))
    assert machine.asks == [WhatIs("x-3")]
    machine.answer(ItemIs(item("x-3"), True)).answer(ItemIs(item("x-4"), True))
    assert len(listed(machine)) == 4
    assert isinstance(machine.touch("open").open().screen, DoorOpen)


@pytest.mark.parametrize("where", [asked, lambda _: proving()])
def test_who_does_not_go_on_with_the_card_goes_on_with_the_list(where: Any) -> None:
    machine = where(True).touch("cancel")
    assert machine.session.story.patron == ""
    assert len(listed(machine)) == 2


def test_what_was_scanned_beyond_a_full_list_is_scanned_again() -> None:
    machine = Machine()
    most = machine.point.plan.limits.drop_items_max
    for n in range(most - 1):
        machine.scan(f"x-{n}").answer(ItemIs(item(f"x-{n}"), True))
    machine.do(STRANGER).scan("y-1", "y-2", "y-3").answer(PatronIs(PEOPLE[0])).answer(ItemIs(item("y-1"), True))
    assert machine.screen.notice == "full"  # type: ignore[union-attr]
    machine.touch("undo").touch("undo").scan("y-9").answer(ItemIs(item("y-9"), True))
    story: Any = machine.session.story
    assert isinstance(story, Returning)
    assert [a.item.barcode for a in story.accepted][-1] == "y-9"
    assert len(story.accepted) == most - 1
