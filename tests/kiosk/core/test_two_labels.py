"""A book with two labels: the library knows it by either, and names one and the same item."""

from kiosk.core.screens import Return
from sync.acts import Checkout
from sync.asked import ItemIs
from sync.messages import ItemDropped
from tests.kiosk.core.machine import Machine, item
from tests.kiosk.core.test_counter import listed

IS = ItemIs(item("x-1"), True)


def test_it_is_returned_once() -> None:
    machine = Machine().touch("return").scan("x-1").answer(IS).scan("OLD-1").answer(IS)
    assert isinstance(machine.screen, Return)
    assert (machine.screen.titles, machine.screen.notice) == (("Title x-1",), "twice")
    machine.touch("open").open().shut()
    assert [told.item for told in machine.told(ItemDropped)] == ["x-1"]


def test_also_where_it_lies_here_already() -> None:
    machine = Machine().touch("return").scan("x-1").answer(IS).touch("open").open().shut()
    machine.touch("return").scan("OLD-1").answer(IS)
    assert not machine.touch("open").unlocked


def test_and_lent_once() -> None:
    machine = listed("x-1").scan("OLD-1").answer(ItemIs(item("x-1")))
    assert len(machine.session.story.lines) == 1  # type: ignore[union-attr]
    assert machine.touch("borrow").acts == [Checkout("ann", "x-1")]
