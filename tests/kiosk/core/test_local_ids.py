"""Rows made here of what has left: no library can give such an id, and its own parcels stay what they are."""

from dataclasses import replace

import pytest
from pydantic import TypeAdapter, ValidationError

from kiosk.core.events import Online, Receipted
from sync.messages import ItemLent, ParcelCollected, ParcelSent, Receipt, Telling
from sync.plain import Id
from tests.kiosk.core.machine import BOBS, NOW, PAIR, PARCEL, Machine, item, stocked


def local(machine: Machine) -> list[str]:
    """Ids of rows that a library cannot have sent."""
    ids: TypeAdapter[str] = TypeAdapter(Id)

    def sent(text: str) -> bool:
        try:
            return bool(ids.validate_python(text))
        except ValidationError:
            return False

    return [parcel for parcel in machine.point.parcels if not sent(parcel)]


def some_taken(*parcels: object) -> Machine:
    """Ann has taken one of two."""
    machine = stocked(PAIR, *parcels)  # type: ignore[arg-type]
    return machine.tap("ann").open().touch("some").touch("item", "i-3").touch("stay_here").shut()


def heard(machine: Machine) -> Machine:
    (told,) = machine.told(ParcelCollected)
    return machine.do(Receipted(Telling("k", 1, NOW, told), Receipt("k", "applied")))


def test_a_loan_without_the_library_takes_no_parcel_of_anybody() -> None:
    for number in range(1, 9):
        bobs = replace(BOBS, id=f"c{number}")
        machine = stocked(bobs, counter=True).do(Online(False)).touch("borrow").tap("ann").scan("x-9").touch("borrow")
        assert machine.told(ItemLent)
        assert len(local(machine)) == 1
        assert machine.parcel(bobs.id).state == "ready"


def test_nor_does_what_is_taken_of_several() -> None:
    for number in range(1, 9):
        bobs = replace(BOBS, id=f"p-2.{number}")
        machine = some_taken(bobs)
        assert [machine.parcel(one).items for one in local(machine)] == [(item("i-2"),)]
        assert machine.parcel(bobs.id).state == "ready"


@pytest.mark.parametrize("old", [False, True], ids=["as it is", "an old store"])
def test_what_was_taken_is_known_as_a_part_until_the_library_has_heard(old: bool) -> None:
    machine = some_taken()
    (part,) = local(machine)
    if old:
        row = machine.parcel(part)
        machine.point = machine.point.drop(row).put(replace(row, id="p-2.3"))
        part = "p-2.3"
    assert machine.hear(ParcelSent(PAIR)).parcel("p-2").items == (item("i-3"),)
    assert machine.parcel(part).unheard
    assert not heard(machine).parcel(part).unheard
    assert machine.parcel("p-2").state == "ready"


def test_a_parcel_with_a_dot_in_its_id_is_no_part_of_another() -> None:
    twin = replace(PARCEL, id="p-2.3", items=(item("i-2"),))
    machine = stocked(twin).tap("ann").open().shut()
    heard(machine).hear(ParcelSent(PAIR))
    assert machine.parcel("p-2").items == PAIR.items
