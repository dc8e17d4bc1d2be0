"""Between two doors: the next one opens by its reader's touch or card, and never behind somebody who has gone."""

from dataclasses import replace

import pytest

from hardware.readings import Pulse, UnlockEnded
from kiosk.core.facts import UnlockOrdered
from kiosk.core.reader_screens import DoorShut
from kiosk.core.screens import DoorStuck, Goodbye, Sorry
from sync.messages import ParcelCollected, PointTrouble
from tests.kiosk.core.machine import DAY_S, LIMITS, PAIR, PARCEL, Machine, stocked


def opened(machine: Machine) -> list[str]:
    return [ordered.compartment for ordered in machine.told(UnlockOrdered)]


def shut_before(next_door: str) -> DoorShut:
    return DoorShut("A1", ("Title i-1",), 0.0, next_door=next_door, n=1, of=2)


def test_the_next_door_opens_by_a_touch_or_the_same_card_and_never_behind_who_has_gone() -> None:
    first = stocked(PARCEL, PAIR).tap("ann").touch("take").open().shut(done=False)
    assert first.screen == replace(shut_before("B1"), due=first.now + 30 * DAY_S)
    assert first.copy().touch("next").unlocked == ["B1"]
    assert first.copy().tap("ann").unlocked == ["B1"]
    for gone in (first.copy().wait(LIMITS.next_door_s + 1), first.copy().tap("bob")):
        assert opened(gone) == ["A1"]
        assert len(gone.told(ParcelCollected)) == 1
        assert gone.parcel("p-2").state == "ready"
    last = first.wait(LIMITS.next_door_s - 1).touch("more_time").wait(LIMITS.idle_s - 1)
    assert isinstance(last.screen, DoorShut)
    assert isinstance(last.wait(2).screen, Goodbye)
    assert last.screen.left == 1  # type: ignore[union-attr]
    assert last.tap("ann").unlocked == ["B1"]


@pytest.mark.parametrize("stood_open_s", [LIMITS.shut_wait_s + 1, LIMITS.shut_wait_s + LIMITS.left_open_s + 1])
def test_nor_after_a_door_that_stood_open_for_long(stood_open_s: float) -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("take").open().wait(LIMITS.shut_wait_s - 1)
    machine.touch("more_time").wait(stood_open_s - LIMITS.shut_wait_s + 1)
    machine.shut(done=False).wait(LIMITS.next_door_s + 1)  # somebody came by and pushed it shut
    assert opened(machine) == ["A1"]
    assert machine.parcel("p-2").state == "ready"


def test_without_a_grace_the_next_door_is_waited_for_all_the_same() -> None:
    no_grace = LIMITS.model_copy(update={"reopen_s": 0.0})
    machine = stocked(PARCEL, PAIR, limits=no_grace).tap("ann").touch("take").open().shut(done=False)
    assert machine.screen == replace(shut_before("B1"), due=machine.now + 30 * DAY_S, reopen=False)
    assert machine.copy().touch("reopen").unlocked == []
    assert machine.touch("next").unlocked == ["B1"]


def test_that_is_all_for_now() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("take").open().shut(done=False).touch("finish")
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.titles, machine.screen.left) == (("Title i-1",), 1)
    assert not machine.unlocked
    assert machine.parcel("p-2").state == "ready"


def test_beyond_a_door_that_does_not_open_the_next_one_opens_by_a_touch_alone() -> None:
    jammed = stocked(PARCEL, PAIR).tap("ann").touch("take").wait(LIMITS.open_wait_s + 1)
    assert jammed.screen == DoorStuck("pickup", "A1", 2, more=True)
    gone = jammed.copy().touch("cancel")
    assert not gone.unlocked
    assert gone.screen == Goodbye("pickup", left=2)
    helped = jammed.copy().touch("help")
    assert not helped.unlocked
    assert helped.screen == Sorry("door_stuck", then=("return",))
    for machine in (gone, helped):
        assert machine.told(PointTrouble) == [PointTrouble("door_stuck", "A1", "p-1")]
        assert (machine.out("A1"), machine.out("B1")) == ("stuck", "")
    assert jammed.copy().touch("finish").wait(60).point.compartments["B1"].order is None
    assert jammed.touch("next").unlocked == ["B1"]
    jammed.open().shut()
    assert isinstance(jammed.screen, Goodbye)
    assert (jammed.screen.titles, jammed.screen.left) == (("Title i-2", "Title i-3"), 1)


def test_what_was_taken_before_a_door_that_does_not_open_is_said() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("take").open().shut().wait(LIMITS.open_wait_s + 1)
    assert machine.screen == DoorStuck("pickup", "B1", 2)
    for away in ("cancel", "help"):
        screen = machine.copy().touch(away).screen
        assert isinstance(screen, Goodbye)
        assert (screen.titles, screen.left) == (("Title i-1",), 1)


def test_a_lock_that_rests_opens_no_other_door_behind_who_has_gone() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("take")
    machine.do(UnlockEnded("A1", machine.order.id, 1, Pulse.REFUSED, 40.0)).touch("cancel")
    assert not machine.unlocked
    assert machine.screen == Goodbye("pickup", left=2)
    assert machine.out("A1") == ""
