"""At the counter somebody stops while the library is still asked, and comes again with the same book."""

from hardware.readings import DeviceDown, DeviceUp
from kiosk.core.events import Acted
from kiosk.core.screens import Goodbye
from sync.acts import Checkout
from sync.asked import ItemIs
from sync.messages import ItemLent
from tests.kiosk.core.machine import Machine, item
from tests.kiosk.core.test_counter import DONE, counter, listed, troubles


def again(machine: Machine, who: str = "ann") -> Machine:
    """The pad says once more what lies there, as it was told to."""
    return machine.touch("borrow").tap(who).lay("x-1").answer(ItemIs(item("x-1")))


def stopped() -> tuple[Machine, str]:
    machine = listed("x-1").touch("borrow")
    key = machine.asked
    return machine.touch("finish"), key


def test_what_was_said_to_the_library_is_not_said_twice_and_its_word_counts() -> None:
    machine, key = stopped()
    assert again(machine).touch("borrow").acts == []
    machine.do(Acted(key, DONE))
    assert [order.item for order in machine.tags] == ["x-1"]
    assert isinstance(machine.written().screen, Goodbye)
    assert not troubles(machine)


def test_what_was_booked_meanwhile_is_not_asked_for_again() -> None:
    machine, key = stopped()
    again(machine).do(Acted(key, DONE)).touch("borrow")
    assert machine.acts == []
    assert [order.item for order in machine.tags] == ["x-1"]
    assert isinstance(machine.written().screen, Goodbye)
    assert not troubles(machine)


def test_without_a_word_in_time_it_is_lent_as_ever() -> None:
    machine, _ = stopped()
    again(machine).touch("borrow").wait(31)
    assert [lent.item for lent in machine.told(ItemLent)] == ["x-1"]
    assert machine.point.counter_items["x-1"].writing
    assert not troubles(machine)


def test_somebody_elses_that_is_under_way_is_a_case_for_staff() -> None:
    machine, key = stopped()
    again(machine, "bob").touch("borrow")
    assert machine.acts == [Checkout("bob", "x-1")]
    assert troubles(machine) == [("checkout_unknown", "x-1")]
    before = machine.point.counter_items
    assert machine.do(Acted(key, DONE)).point.counter_items == before


def test_nobody_is_asked_to_lay_books_on_a_pad_that_is_lost() -> None:
    machine = counter().do(DeviceUp("pad"))
    assert machine.screen.lying == 0  # type: ignore[union-attr]
    assert machine.do(DeviceDown("pad", "unplugged")).screen.lying is None  # type: ignore[union-attr]
    assert machine.do(DeviceUp("pad")).screen.lying == 0  # type: ignore[union-attr]
