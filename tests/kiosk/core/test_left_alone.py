"""What a person has said of a door holds for as long as they stand there: not for whoever shuts it hours later."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kiosk.core.facts import LeftInside
from sync.messages import ItemDropped, ParcelMissing, ParcelReady, ParcelRemoved, PatronChanged, PointTrouble
from sync.things import Patron
from tests.kiosk.core.machine import KEYRING, LIMITS, PAIR, PARCEL, Machine, stocked

ALONE_S = LIMITS.shut_wait_s + LIMITS.left_open_s
IN_DOUBT = PointTrouble("parcel_in_doubt", "A1", "p-1")


def staff(machine: Machine) -> Machine:
    machine.hear(PatronChanged(Patron("sue", "S.", role="staff", cards=(KEYRING.card("04D4"),))))
    return machine.tap("sue").touch("desk")


def doubtful() -> Machine:
    machine = stocked(PARCEL)
    machine.point = machine.point.put(
        replace(machine.point.compartments["A1"], out="check"), replace(machine.parcel(), state="doubt")
    )
    return machine


def audit(machine: Machine) -> Machine:
    return staff(machine).touch("audit").open()


def with_a_reason(machine: Machine) -> Machine:
    return staff(machine).touch("doors").touch("door", "A1").touch("open").touch("reason", "other").open()


def already_here(machine: Machine) -> Machine:
    return machine.tap("max").scan("i-1").touch("check", "A1").open()


LOOKS = pytest.mark.parametrize("look", [audit, with_a_reason, already_here])


@LOOKS
def test_a_door_that_shuts_without_a_word_is_in_doubt(look: Callable[[Machine], Machine]) -> None:
    machine = look(stocked(PARCEL)).shut()
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "check")
    assert IN_DOUBT in machine.told(PointTrouble)


@LOOKS
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_what_is_said_at_once_holds(look: Callable[[Machine], Machine], answer: str) -> None:
    machine = look(stocked(PARCEL)).touch(answer).shut()
    assert (machine.parcel().state, machine.out("A1")) == ("ready" if answer == "yes" else "missing", "")


@LOOKS
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_what_was_said_holds_no_more_when_the_door_stood_open_for_long(
    look: Callable[[Machine], Machine], answer: str
) -> None:
    machine = look(stocked(PARCEL)).touch(answer).wait(ALONE_S + 1).shut()
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "check")
    assert not machine.told(ParcelMissing)


def test_a_doubt_stays_and_is_told_once() -> None:
    machine = doubtful().tap("max").touch("check", "A1").open().touch("yes").wait(ALONE_S + 1)
    machine.all_facts.clear()
    machine.shut()
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "check")
    assert not machine.told(ParcelReady)
    assert not machine.told(PointTrouble)
    machine.tap("max").touch("check", "A1").open().touch("yes").shut()
    assert (machine.parcel().state, machine.out("A1")) == ("ready", "")


def test_an_empty_door_that_stood_open_for_long_may_have_got_something() -> None:
    machine = staff(Machine()).touch("doors").touch("door", "C1").touch("open").touch("reason", "clean").open()
    assert machine.copy().shut().out("C1") == ""
    assert machine.wait(ALONE_S + 1).shut().out("C1") == "check"
    assert PointTrouble("compartment_in_doubt", "C1") in machine.told(PointTrouble)


def test_what_a_reader_leaves_behind_an_open_door_need_not_lie_there_any_more() -> None:
    left = stocked(PARCEL).tap("ann").open().touch("leave_it")
    soon = left.copy().shut()
    assert soon.parcel().state == "ready"
    assert soon.told(LeftInside)
    late = left.wait(ALONE_S + 1).shut()
    assert (late.parcel().state, late.out("A1")) == ("doubt", "check")
    assert not late.told(LeftInside)
    assert IN_DOUBT in late.told(PointTrouble)


def test_nor_what_they_leave_of_it() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-3").touch("stay_here")
    soon = machine.copy().shut()
    assert (soon.parcel("p-2").state, soon.parcel("p-2").items) == ("ready", (PAIR.items[1],))
    late = machine.wait(ALONE_S + 1).shut()
    assert (late.parcel("p-2").state, late.parcel("p-2").items) == ("doubt", (PAIR.items[1],))
    assert PointTrouble("parcel_in_doubt", "B1", "p-2") in late.told(PointTrouble)


@pytest.mark.parametrize("act", ["move", "clear"])
def test_what_staff_leave_there_is_looked_at(act: str) -> None:
    if act == "move":
        machine = staff(stocked(PARCEL)).touch("doors").touch("door", "A1").touch("move").open().touch("cancel")
    else:
        machine = stocked(PARCEL).recall("p-1").tap("max").touch("clear").open().touch("cancel")
    assert machine.copy().shut().out("A1") == ""
    assert machine.copy().shut().parcel().state == "ready"
    machine.wait(ALONE_S + 1).shut()
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "check")
    assert not machine.told(ParcelRemoved)


def test_a_return_said_to_be_there_is_not_taken_for_seen() -> None:
    machine = Machine(online=False).scan("x-1").touch("open").open().shut().touch("finish")
    row = machine.point.compartments["A1"]
    (drop,) = machine.point.drops_at("A1")
    machine.point = machine.point.put(replace(row, out="check"), replace(drop, state="doubt"))
    machine.tap("max").touch("check", "A1").open().touch("yes").wait(ALONE_S + 1).shut()
    assert [(d.item.barcode, d.state) for d in machine.point.drops_at("A1")] == [("x-1", "doubt")]
    assert len(machine.told(ItemDropped)) == 1
