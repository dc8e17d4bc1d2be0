"""A return that does not fit: the next larger door is offered, and a door in which nothing lies counts for nothing."""

from collections.abc import Sequence

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.screens import DoorOpen, DoorStuck, Goodbye, Home, Return, Sorry
from sync.asked import ItemIs
from sync.messages import ItemDropped, NeighboursAre
from sync.things import Neighbour
from tests.kiosk.core.machine import LIMITS, SPACES, Machine, item


def returning(spaces: Sequence[tuple[str, str]] = SPACES, books: int = 1) -> Machine:
    machine = Machine(spaces=spaces)
    for n in range(books):
        machine.scan(f"x-{n}").answer(ItemIs(item(f"x-{n}"), True))
    return machine.touch("open").open()


def too_small(machine: Machine) -> Machine:
    return machine.touch("does_not_fit").shut()


def test_the_next_larger_door_is_offered_and_opens_by_a_touch() -> None:
    machine = returning().touch("does_not_fit")
    assert machine.screen == DoorOpen("dropoff", "A1", titles=("Title x-0",), said="small")
    machine.shut()
    assert not machine.unlocked
    assert machine.screen == Return(("Title x-0",), "larger_door")
    assert not machine.point.drops
    assert len(machine.point.free()) == 4
    assert machine.touch("open").unlocked == ["B1"]
    assert too_small(machine.open()).touch("open").unlocked == ["C1"]
    machine.open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert machine.told(ItemDropped) == [ItemDropped("x-0", "C1", True)]


def test_where_none_is_larger_it_is_said_and_nothing_is_returned() -> None:
    machine = returning([("C1", "L")])
    assert too_small(machine).screen == Sorry("no_larger_door", then=("return",))
    assert not machine.told(ItemDropped)
    assert not machine.point.drops
    assert isinstance(machine.touch("return").screen, Return)


def test_where_no_larger_one_is_free_other_places_are_named() -> None:
    machine = returning([("A1", "S"), ("A2", "S")])
    machine.hear(NeighboursAre((Neighbour("p2", "Lakeside", 3, 1, 0), Neighbour("p3", "Hillside", 3, 0, 0))))
    assert too_small(machine).screen == Sorry("no_larger_door", then=("return",), places=("Lakeside",))
    unseen = returning([("A1", "S"), ("B1", "M")]).do(DoorSeen("B1", Door.UNKNOWN))
    assert too_small(unseen).screen == Sorry("door_unreachable", then=("return",))


def test_a_pile_for_which_a_larger_door_was_tried_does_not_come_to_a_smaller_one() -> None:
    machine = returning([("A1", "S"), ("B1", "M")], books=6)  # an L would do, there is none
    assert machine.door == "B1"
    assert too_small(machine).screen == Sorry("no_larger_door", then=("return",))


def test_a_larger_door_that_does_not_open_gives_one_as_large() -> None:
    machine = too_small(returning([("A1", "S"), ("A2", "S"), ("B1", "M"), ("B2", "M")])).touch("open")
    machine.wait(LIMITS.open_wait_s + 1)
    assert machine.screen == DoorStuck("dropoff", "B1", 2, other_door=True)
    assert machine.touch("other_door").unlocked == ["B2"]


def test_fewer_books_may_fit_where_more_did_not() -> None:
    machine = too_small(returning(books=2)).touch("undo")
    assert machine.screen == Return(("Title x-0",))
    assert machine.touch("open").unlocked == ["A1"]


def test_one_more_book_still_needs_a_larger_door() -> None:
    machine = too_small(returning()).scan("x-9").answer(ItemIs(item("x-9"), True))
    assert machine.touch("open").unlocked == ["B1"]


@pytest.mark.parametrize("said", ["does_not_fit", "nothing_in"])
def test_who_put_it_in_after_all_says_so(said: str) -> None:
    machine = returning().touch("undo").touch(said).touch("undo")
    assert machine.screen == DoorOpen("dropoff", "A1", titles=("Title x-0",))
    machine.shut()
    assert machine.told(ItemDropped) == [ItemDropped("x-0", "A1", True)]


def test_the_last_word_counts() -> None:
    machine = returning().touch("does_not_fit").touch("nothing_in")
    assert machine.screen == DoorOpen("dropoff", "A1", titles=("Title x-0",), said="keep")
    assert isinstance(machine.shut().screen, Home)


def test_behind_who_has_gone_no_larger_door_opens() -> None:
    machine = returning().touch("does_not_fit").wait(400)
    assert isinstance(machine.screen, Home)
    assert not machine.shut().unlocked
    assert not machine.point.drops
