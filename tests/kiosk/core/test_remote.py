"""Instructions from the library, and what is done about its clock and an image put back."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from hardware.locker.bank import Bank, Duty
from hardware.readings import Door, DoorSeen, Pulse, UnlockEnded
from kiosk.core.commands import Refresh, Unlock
from kiosk.core.events import Heard, Restored, Tick
from kiosk.core.facts import InstructionTaken, UnlockOrdered
from kiosk.core.screens import Home
from sync.instructions import Instructed, Instruction, InstructionEnded, signed_bytes
from sync.library_clock import Bounds
from sync.messages import Page, PointTrouble
from tests.kiosk.core.machine import BOBS, DAY_S, PARCEL, SIGNING, STRANGER, Machine, stocked


def ended(machine: Machine) -> list[tuple[str, str]]:
    return [(one.outcome, one.reason) for one in machine.told(InstructionEnded)]


def opening(**wanted: Any) -> Machine:
    return stocked(PARCEL).instruct("open", compartment="A1", **{"contents": ("p-1",), **wanted})


def test_a_door_is_opened_once_its_order_is_remembered_and_a_courier_must_look() -> None:
    machine = opening()
    assert machine.unlocked == ["A1"]
    kinds = [type(fact) for fact in machine.facts]
    assert kinds.index(InstructionTaken) < kinds.index(UnlockOrdered)
    assert ended(machine) == []
    machine.do(DoorSeen("A1", Door.OPEN), after=1)
    assert ended(machine) == [("done", "")]
    assert isinstance(machine.screen, Home)
    assert machine.screen.opened_from_afar == ("A1",)
    machine.shut().do(Tick())
    assert machine.out("A1") == "check"
    assert machine.parcel().state == "doubt"
    assert machine.point.compartments["A1"].order is None
    assert ended(machine) == [("done", "")]


def test_a_door_opened_from_afar_with_nothing_behind_it_is_named_all_the_same() -> None:
    machine = Machine().instruct("open", compartment="A2", contents=()).do(DoorSeen("A2", Door.OPEN), after=1).shut()
    assert machine.told(PointTrouble) == [PointTrouble("compartment_in_doubt", "A2")]
    assert machine.out("A2") == "check"


def test_by_a_clock_that_is_months_ahead_no_instruction_is_obeyed_twice_and_none_is_stale() -> None:
    machine, ahead = stocked(PARCEL), -31 * DAY_S
    machine.now -= ahead

    def says(name: str, action: str, at: float, **wanted: Any) -> None:
        order = Instruction(name, "p1", at, action, **wanted)  # type: ignore[arg-type]
        said = Instructed(order, SIGNING.sign(signed_bytes(order)).hex())
        there = machine.now + ahead
        machine.do(Heard(Page((said,), "c", there), Bounds(there - 0.1, there)))

    first = machine.now + ahead
    says("I-1", "open", first, compartment="A1", contents=("p-1",))
    assert machine.unlocked == ["A1"]
    machine.do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT), after=2)
    says("I-2", "set_aside", machine.now + ahead, compartment="A2")
    says("I-1", "open", first, compartment="A1", contents=("p-1",))
    assert not machine.unlocked
    says("I-3", "cancel_hold", machine.now + ahead, parcel="p-1")
    assert ended(machine) == [("done", "")] * 3


def test_a_door_left_open_is_told() -> None:
    machine = opening().do(DoorSeen("A1", Door.OPEN)).wait(61)
    assert machine.told(PointTrouble) == [PointTrouble("door_left_open", "A1")]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"late": 60.05}, "stale"),
        ({"late": -10.0}, "stale"),
        ({"unsure": None}, "clock_unknown"),
        ({"unsure": 10.5}, "clock_unknown"),
        ({"key": STRANGER}, "forged"),
        ({"point": "p2"}, "elsewhere"),
        ({"contents": ()}, "contents_changed"),
        ({"contents": ("p-1", "p-9")}, "contents_changed"),
        ({"compartment": "Z9"}, "no_such_door"),
    ],
)
def test_what_is_refused_moves_nothing(wanted: dict[str, Any], reason: str) -> None:
    said = {"compartment": "A1", "contents": ("p-1",)}
    machine = stocked(PARCEL).instruct("open", **{**said, **wanted})
    assert ended(machine) == [("refused", reason)]
    assert not machine.commands


def test_just_in_time() -> None:
    assert opening(late=59.9).unlocked == ["A1"]


def test_each_instruction_counts_once_also_after_the_power_failed() -> None:
    machine = opening(id="I1").do(DoorSeen("A1", Door.OPEN)).shut().do(Tick())
    for again in (machine, machine.copy().restart().doors(Door.SHUT)):
        told = len(ended(again))
        again.instruct("open", id="I1", compartment="A1", contents=("p-1",))
        assert not again.commands
        assert len(ended(again)) == told


def test_a_door_in_use_or_open_is_left_alone() -> None:
    machine = stocked(PARCEL).tap("ann").instruct("open", compartment="A1", contents=("p-1",))
    assert ended(machine) == [("refused", "in_use")]
    forced = stocked(PARCEL).do(DoorSeen("A1", Door.OPEN)).instruct("open", compartment="A1", contents=("p-1",))
    assert ended(forced) == [("refused", "door_not_shut")]


def test_a_returned_item_behind_the_door_must_be_named() -> None:
    machine = Machine(online=False).scan("x-1").touch("open").open().shut().touch("finish")
    name = next(drop.compartment for drop in machine.point.drops.values())
    assert ended(machine.copy().instruct("open", compartment=name)) == [("refused", "contents_changed")]
    assert machine.instruct("open", compartment=name, contents=("x-1",)).unlocked == [name]


def test_how_it_failed() -> None:
    stuck = opening().wait(5)
    assert ended(stuck) == [("failed", "door_stuck")]
    assert stuck.out("A1") == "stuck"
    refused = opening()
    refused.do(UnlockEnded("A1", refused.point.compartments["A1"].order.id, 1, Pulse.REFUSED))  # type: ignore[union-attr]
    assert ended(refused) == [("failed", "board_refused")]
    assert refused.out("A1") == ""
    dark = opening().restart().doors(Door.SHUT)
    assert ended(dark) == [("failed", "not_seen")]
    assert dark.out("A1") == "check"


def test_a_slow_disk_is_no_door_that_failed() -> None:
    """The lock is asked once the order is on disk; nobody is told meanwhile that the door stayed shut."""
    machine = opening().do(Tick(), after=5)
    assert ended(machine) == []
    machine.do(DoorSeen("A1", Door.OPEN))
    assert ended(machine) == [("done", "")]
    assert ended(opening().do(Tick(), after=13)) == [("failed", "door_stuck")]


def test_a_door_set_aside_takes_nothing_new_gives_what_it_has_and_comes_back() -> None:
    machine = stocked(PARCEL, spaces=[("A1", "S"), ("A2", "S")])
    machine.instruct("set_aside", compartment="A2", unsure=None).instruct("set_aside", compartment="A1", unsure=None)
    assert ended(machine) == [("done", ""), ("done", "")]
    assert not machine.point.free()
    assert machine.copy().tap("ann").unlocked == ["A1"]
    machine.instruct("put_back", id="I-back", compartment="A2", unsure=None)
    assert [space.name for space in machine.point.free()] == ["A2"]


def test_a_hold_is_cancelled_unless_its_reader_was_quicker() -> None:
    machine = stocked(PARCEL, BOBS).instruct("cancel_hold", parcel="p-1")
    assert machine.parcel().recalled
    assert not machine.copy().tap("ann").unlocked
    taken = stocked(PARCEL).tap("ann").open().shut().instruct("cancel_hold", parcel="p-1")
    assert ended(taken) == [("refused", "no_such_parcel")]


def test_a_forgery_is_told_and_does_not_use_up_the_name() -> None:
    machine = opening(key=STRANGER, id="I1")
    assert PointTrouble("instruction_forged", detail="I1") in machine.told(PointTrouble)
    assert machine.instruct("open", id="I1", compartment="A1", contents=("p-1",)).unlocked == ["A1"]


class CountingBoard:
    """A board of one lock: when it was pulsed."""

    channels = 1

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.pulsed: list[float] = []

    def unlock(self, channel: int) -> None:
        self.pulsed.append(self._clock())

    def doors(self) -> dict[int, Door]:
        return {1: Door.SHUT}


def test_the_duty_limit_holds_for_the_library_too() -> None:
    """Whoever has the signing key orders one door open each second for five minutes, and each time pushes it shut."""
    machine = stocked(PARCEL)
    board = CountingBoard(lambda: machine.now)
    bank = Bank({"A1": (board, 1)}, Duty(), lambda: machine.now)
    for n in range(300):
        machine.instruct("open", id=f"I{n}", compartment="A1", contents=("p-1",))
        for order in [command for command in machine.commands if isinstance(command, Unlock)]:
            pulse, rests_s = bank.unlock(order.compartment), bank.rests_s(order.compartment)
            machine.do(UnlockEnded("A1", order.order, order.attempt, pulse, rests_s if pulse is Pulse.REFUSED else 0.0))
            if pulse is Pulse.ACCEPTED:
                machine.do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))
        machine.do(Tick(), after=1.0)
    assert all(later - sooner >= 2.0 for sooner, later in pairwise(board.pulsed))
    assert all(ninth - first >= 60.0 for first, ninth in zip(board.pulsed, board.pulsed[8:], strict=False))
    assert len(board.pulsed) > 30
    outcomes = Counter(ended(machine))
    assert outcomes == {("done", ""): len(board.pulsed), ("failed", "lock_rests"): 300 - len(board.pulsed)}


def test_clocks_that_differ_are_told_once() -> None:
    machine = Machine()
    machine.all_facts.clear()
    for ahead in (59.0, 61.0, 300.0, 31.0, 61.0, 1.0, -70.0):
        then = machine.now - ahead
        machine.do(Heard(Page((), "c", then), Bounds(then - 0.1, then + 0.1)))
    assert [trouble.detail for trouble in machine.told(PointTrouble)] == ["+61 s", "-70 s"]


def test_an_old_image_asks_for_all_and_has_every_door_looked_behind_once() -> None:
    machine = stocked(PARCEL).do(Restored(50))
    assert machine.commands == (Refresh(),)
    assert machine.point.counters.cursor == ""
    assert {row.out for row in machine.point.compartments.values()} == {"check"}
    assert machine.facts[0] == PointTrouble("image_restored")
    assert not machine.do(Restored(50)).facts
