"""A pile on the pad, where things are returned and loaded."""

import pytest
from pydantic import SecretStr

from hardware.readings import Incomplete, PatronScanned, PileSeen
from kiosk.core.screens import Return, Sorry
from kiosk.core.staff_screens import Courier, Load
from sync.asked import ItemIs
from tests.kiosk.core.machine import CARDS, PAIR, PARCEL, Machine, item, stocked

LACKING = Incomplete("x-9", (2, 3), 3)


def lay(machine: Machine, *items: str, incomplete: tuple[Incomplete, ...] = (), foreign: int = 0) -> Machine:
    return machine.do(PileSeen("pad", items, incomplete, foreign))


def titles(machine: Machine) -> tuple[str, ...]:
    shown = machine.screen
    assert isinstance(shown, Return)
    return shown.titles


def returning() -> Machine:
    machine = lay(stocked(PARCEL), "x-1")
    return machine.answer(ItemIs(item("x-1"), True))


def test_one_whole_item_on_the_pad_is_returned_as_if_scanned() -> None:
    machine = returning()
    assert titles(machine) == ("Title x-1",)
    lay(machine, "x-1", "x-2").answer(ItemIs(item("x-2"), True))  # the first may go on lying there
    assert titles(machine) == ("Title x-1", "Title x-2")
    lay(machine, "x-2")
    lay(machine)
    assert titles(machine) == ("Title x-1", "Title x-2")
    assert machine.screen.notice == ""  # type: ignore[union-attr]
    machine.touch("open").open().shut()
    assert {drop.item.barcode for drop in machine.point.drops.values()} == {"x-1", "x-2"}


def test_what_lies_on_the_pad_does_not_lengthen_a_question_under_way() -> None:
    machine = stocked(PARCEL).touch("return").scan("x-1")
    until = machine.session.until
    machine.do(PileSeen("pad", ("x-2", "x-3")), after=1.0)
    assert machine.session.until == until
    assert titles(machine.answer(ItemIs(item("x-1"), True))) == ("Title x-1",)


@pytest.mark.parametrize(
    ("pile", "notice", "lacks"),
    [
        (PileSeen("pad", ("x-1", "x-2")), "one_at_a_time", (0, 0)),
        (PileSeen("pad", ("x-1",), (LACKING,)), "one_at_a_time", (0, 0)),
        (PileSeen("pad", (), (LACKING,)), "part_missing", (2, 3)),
        (PileSeen("pad", (), (), 1), "foreign_tag", (0, 0)),
        (PileSeen("pad", ("x-1",), (), 1), "foreign_tag", (0, 0)),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_taken(pile: PileSeen, notice: str, lacks: tuple[int, int]) -> None:
    places = (stocked(PARCEL), stocked(PARCEL).touch("return"), Machine(PAIR).tap("max"), loading())
    for machine in places:
        before = machine.point
        machine.do(pile)
        shown = machine.screen
        assert isinstance(shown, Return | Courier | Load)
        assert (shown.notice, shown.lacks) == (notice, lacks)
        assert machine.point.drops == before.drops
        lay(machine)
        assert machine.screen.notice == ""  # type: ignore[union-attr]


def loading() -> Machine:
    return Machine(PAIR).tap("max").scan("i-2")


def test_a_courier_loads_from_the_pad() -> None:
    machine = lay(Machine(PAIR).tap("max"), "i-2")
    assert isinstance(machine.screen, Load)
    lay(machine, "i-2", "i-3")
    assert machine.unlocked


def test_several_at_once_go_one_by_one_in_the_end() -> None:
    machine = lay(stocked(PARCEL), "x-1", "x-2")
    assert titles(machine) == ()
    lay(machine, "x-2").answer(ItemIs(item("x-2"), True))
    assert titles(machine) == ("Title x-2",)


def test_a_pile_disturbs_nobody_else() -> None:
    for machine in (stocked(PARCEL).touch("collect"), stocked(PARCEL).tap("eve"), stocked(PARCEL).tap("ann")):
        before = machine.session.story
        lay(machine, foreign=1)
        lay(machine, "x-1", "x-2")
        assert machine.session.story == before
        lay(machine)
    fetching = stocked(PARCEL).tap("ann")
    assert lay(fetching, "x-1").session.story == stocked(PARCEL).tap("ann").session.story


def test_an_empty_pad_at_home_begins_nothing() -> None:
    machine = stocked(PARCEL)
    number = machine.session.number
    assert lay(machine).session.number == number


def test_a_patrons_card_on_the_pad_is_a_number_in_print() -> None:
    machine = stocked(PARCEL).do(PatronScanned("pad", SecretStr(CARDS["ann"])))
    assert isinstance(machine.screen, Sorry)
    assert machine.screen.reason == "number_only"
    assert not machine.unlocked
