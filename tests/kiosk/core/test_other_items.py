"""The library says other items of a parcel while a door moves for it."""

from dataclasses import replace
from typing import Any

import pytest

from hardware.readings import Door
from kiosk.core.screens import Sorry
from kiosk.core.staff_screens import Courier
from sync.messages import ParcelCollected, ParcelMissing, ParcelReady, ParcelSent, PatronChanged, PointTrouble
from sync.things import Item, Patron, SentParcel
from tests.kiosk.core.machine import KEYRING, ONE, PAIR, PARCEL, Machine, item, stocked

NINE = item("i-9")
IN_DOUBT = PointTrouble("parcel_in_doubt", "A1", "p-1")
OTHERS = pytest.mark.parametrize("items", [(NINE,), (ONE, NINE)], ids=["other", "more"])


def changed(machine: Machine, parcel: SentParcel = PARCEL, items: tuple[Item, ...] = (NINE,)) -> Machine:
    return machine.hear(ParcelSent(replace(parcel, items=items)))


def items_of(machine: Machine, parcel: str = "p-1") -> list[str]:
    return [one.barcode for one in machine.parcel(parcel).items]


def collected(machine: Machine) -> list[Any]:
    return [told.items for told in machine.told(ParcelCollected)]


@OTHERS
@pytest.mark.parametrize("when", ["opening", "open", "shut"])
def test_a_reader_is_charged_with_what_was_put_in(when: str, items: tuple[Item, ...]) -> None:
    machine = stocked(PARCEL).tap("ann")
    machine = machine if when == "opening" else machine.open()
    machine = machine.shut(done=False) if when == "shut" else machine
    changed(machine, items=items)
    machine = machine.open() if when == "opening" else machine
    machine = machine.touch("finish") if when == "shut" else machine.shut()
    assert collected(machine) == [("i-1",)]
    assert (machine.parcel().state, machine.out("A1")) == ("collected", "")


@pytest.mark.parametrize("how", ["card", "code"])
def test_nobody_fetches_it_before_a_courier_has_looked(how: str) -> None:
    machine = changed(changed(stocked(PARCEL)), items=(ONE,))  # what lies there is right again; who would know?
    machine = machine.tap("ann") if how == "card" else machine.touch("collect").code("12345678")
    assert machine.screen == Sorry("parcel_in_doubt", then=("return",))
    assert not machine.unlocked
    machine.touch("finish").tap("max").touch("check", "A1").open().touch("yes").shut().touch("finish")
    assert machine.tap("ann").unlocked == ["A1"]
    assert collected(machine.open().shut()) == [("i-1",)]


def test_what_they_leave_is_looked_behind() -> None:
    machine = changed(stocked(PARCEL).tap("ann").open()).touch("leave_it").shut()
    assert (items_of(machine), machine.parcel().state, machine.out("A1")) == (["i-1"], "doubt", "check")
    assert (collected(machine), machine.told(PointTrouble)) == ([], [IN_DOUBT])


def test_so_is_the_rest_of_what_they_take_in_part() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-3").touch("stay_here")
    changed(machine, PAIR).shut()
    assert collected(machine) == [("i-2",)]
    assert (items_of(machine, "p-2"), machine.parcel("p-2").state, machine.out("B1")) == (["i-3"], "doubt", "check")


def test_and_what_lay_behind_a_door_that_did_not_open() -> None:
    machine = changed(stocked(PARCEL).tap("ann")).wait(6).touch("help")
    assert (items_of(machine), machine.parcel().state, machine.out("A1")) == (["i-1"], "doubt", "check")


@OTHERS
def test_a_parcel_is_not_told_ready_with_what_nobody_put_in(items: tuple[Item, ...]) -> None:
    machine = changed(Machine(PARCEL).tap("max").scan("i-1").open(), items=items).shut()
    assert (machine.told(ParcelReady), machine.told(PointTrouble)) == ([], [IN_DOUBT])
    assert (machine.parcel().state, machine.out("A1")) == ("missing", "check")
    machine.touch("check", "A1").open().touch("yes").shut()  # a courier has looked
    assert [told.items for told in machine.told(ParcelReady)] == [tuple(one.barcode for one in items)]
    assert (machine.parcel().state, machine.out("A1")) == ("ready", "")


@pytest.mark.parametrize("how", ["cancel", "does_not_fit"])
def test_no_other_door_opens_for_it_before_all_of_it_was_scanned(how: str) -> None:
    machine = changed(Machine(PARCEL).tap("max").scan("i-1").open(), items=(ONE, NINE)).touch(how).shut()
    assert isinstance(machine.screen, Courier)
    assert (machine.unlocked, machine.parcel().state, machine.out("A1")) == ([], "missing", "check")
    assert not machine.scan("i-1").unlocked
    machine.scan("i-9").open().shut()
    assert [(told.compartment, told.items) for told in machine.told(ParcelReady)] == [("A2", ("i-1", "i-9"))]


def test_nor_another_for_one_that_did_not_open() -> None:
    machine = changed(Machine(PARCEL).tap("max").scan("i-1"), items=(ONE, NINE)).wait(6).touch("other_door")
    assert isinstance(machine.screen, Courier)
    assert not machine.unlocked


def test_nor_when_it_is_taken_out_to_be_moved() -> None:
    sue = Patron("sue", "S.", role="staff", cards=(KEYRING.card("04D4"),))
    machine = stocked(PARCEL).hear(PatronChanged(sue)).tap("sue").touch("desk").touch("doors").touch("door", "A1")
    changed(machine.touch("move").open()).shut()
    assert (machine.unlocked, machine.told(ParcelReady)) == ([], [])
    assert (machine.parcel().state, machine.parcel().compartment, machine.out("A1")) == ("missing", "A1", "check")


def test_the_same_items_said_again_change_nothing() -> None:
    machine = Machine(PAIR).tap("max").scan("i-2", "i-3").open()
    changed(machine, PAIR, PAIR.items[::-1]).doors(Door.SHUT).wait(2)
    assert (machine.parcel("p-2").state, machine.told(PointTrouble)) == ("ready", [])


@pytest.mark.parametrize("word", ["yes", "no"])
def test_who_looks_behind_its_door_is_asked_about_the_others(word: str) -> None:
    machine = changed(stocked(PARCEL)).tap("max").touch("check", "A1").open().touch(word)
    changed(machine, items=(ONE, NINE)).shut()
    assert (machine.told(ParcelReady), machine.told(ParcelMissing)) == ([], [])
    assert (machine.parcel().state, machine.out("A1")) == ("missing", "check")
