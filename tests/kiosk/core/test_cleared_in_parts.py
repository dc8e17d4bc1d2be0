"""More returned things behind one door than one telling holds."""

import pytest
from pydantic import ValidationError

from kiosk.core.limits import Limits
from kiosk.tellings import TOLD
from sync.messages import ITEMS_MAX, ItemsCleared, PatronChanged
from sync.things import Patron
from tests.kiosk.core.machine import KEYRING, Machine

TEC = Patron("tec", "T.", role="technician", cards=(KEYRING.card("04D4"),))


def full() -> Machine:
    """As much as one return may be lies behind the only door."""
    machine = Machine(limits=Limits(drop_items_max=50), online=False, spaces=(("C1", "L"),)).hear(PatronChanged(TEC))
    machine.scan(*(f"b-{n}" for n in range(50)))
    return machine.touch("open").open().shut().wait(60)


def test_so_many_as_the_contract_has_it() -> None:
    most = ItemsCleared(tuple(f"b-{n}" for n in range(ITEMS_MAX)), "A1", "max")
    assert TOLD.validate_json(TOLD.dump_json(most)) == most
    more = ItemsCleared((*most.items, "b-x"), "A1", "max")
    with pytest.raises(ValidationError):
        TOLD.validate_json(TOLD.dump_json(more))


def test_as_many_as_one_telling_holds_are_one() -> None:
    machine = full().tap("max").touch("clear").open().shut()
    assert [len(told.items) for told in machine.told(ItemsCleared)] == [ITEMS_MAX]


def test_what_staff_found_there_as_well_is_told_after_them() -> None:
    machine = full().tap("sue").touch("doors").touch("door", "C1").touch("open").touch("reason", "repair").open()
    machine.scan("b-x").touch("yes").shut().touch("cancel").touch("cancel")
    machine.tap("max").touch("clear").open().shut()
    first, second = machine.told(ItemsCleared)
    assert first == ItemsCleared(tuple(f"b-{n}" for n in range(ITEMS_MAX)), "C1", "max")
    assert second == ItemsCleared(("b-x",), "C1", "max")
    assert machine.point.rounds["max"].items == (*first.items, *second.items)
    assert not machine.point.drops
