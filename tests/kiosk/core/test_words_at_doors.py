"""What is said at an open door and is otherwise since: a book that was not there is held up, a loan was told before the
word came, a word comes before the door moved."""

from typing import Any

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, CodeUnknown, IsbnScanned, ItemScanned, Pulse, UnlockEnded
from kiosk.core.events import Event
from kiosk.core.screens import DoorOpen, Opening
from kiosk.core.staff_screens import Inside
from sync.messages import ParcelCollected, ParcelMissing, PatronChanged, PointTrouble
from sync.things import Patron
from tests.kiosk.core.machine import CARDS, ISBN, KEYRING, OTHER_ISBN, PAIR, PARCEL, Machine, stocked
from tests.kiosk.core.test_sensor_open import lying


def troubles(machine: Machine) -> list[PointTrouble]:
    return machine.told(PointTrouble)


def taken(machine: Machine) -> Any:
    return [told.items for told in machine.told(ParcelCollected)]


# ---- "This is the book on the list. Take it, and push the door shut."


@pytest.mark.parametrize("said", ["wrong_book", "not_here", "leave_it", "cannot_reach"])
def test_what_is_held_up_after_all_is_lent(said: str) -> None:
    machine = stocked(PARCEL).tap("ann").open().touch(said).scan("i-1")
    assert isinstance(machine.screen, DoorOpen)
    assert (machine.screen.notice, machine.screen.said, machine.screen.titles) == ("yours", "", ("Title i-1",))
    assert (taken(machine.shut()), machine.told(ParcelMissing)) == ([("i-1",)], [])


@pytest.mark.parametrize("order", [("x-9", "i-1"), ("i-1", "x-9")])
def test_so_it_is_beside_a_wrong_book_which_a_courier_looks_for(order: tuple[str, str]) -> None:
    machine = stocked(PARCEL).tap("ann").open().scan(*order).shut()
    assert (taken(machine), machine.told(ParcelMissing)) == ([("i-1",)], [])
    assert troubles(machine) == [PointTrouble("wrong_item", "A1", "p-1", "x-9")]
    assert machine.out("A1") == "check"


@pytest.mark.parametrize(
    "between",
    [
        ItemScanned("scanner", "x-8"),
        CodeUnknown("scanner", 3),
        IsbnScanned("scanner", OTHER_ISBN),
        CardShown("card", SecretStr(CARDS["bob"])),
    ],
)
def test_whatever_else_is_held_up_or_shown_before_the_wrong_one(between: Event) -> None:
    machine = stocked(PARCEL).tap("ann").open().scan("i-1").do(between).scan("x-9")
    assert isinstance(machine.screen, DoorOpen)
    assert (machine.screen.said, machine.screen.wrong) == ("", True)
    assert (taken(machine.shut()), machine.told(ParcelMissing)) == ([("i-1",)], [])


def test_what_is_said_after_it_was_held_up_holds() -> None:
    machine = stocked(PARCEL).tap("ann").open().scan("i-1").touch("not_here").scan("x-9").shut()
    assert (taken(machine), len(machine.told(ParcelMissing))) == ([], 1)


def test_by_its_number_as_well() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("not_here").do(IsbnScanned("scanner", ISBN)).shut()
    assert taken(machine) == [("i-1",)]


def test_of_several_the_others_stay_as_was_said() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-2").touch("item", "i-3")
    machine.touch("are_missing").scan("i-2").shut()
    assert taken(machine) == [("i-2",)]
    assert machine.told(ParcelMissing) == [ParcelMissing("p-2", "ann", ("i-3",))]
    machine = stocked(PAIR).tap("ann").open().touch("leave_it").scan("i-3").shut()
    assert (taken(machine), [one.barcode for one in machine.parcel("p-2").items]) == ([("i-3",)], ["i-2"])


def test_one_of_which_nothing_was_said_changes_nothing() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-2").touch("stay_here").scan("i-3").shut()
    assert taken(machine) == [("i-3",)]


# ---- a door left open so long that its loan was told


def test_who_said_too_late_that_it_stays_is_believed_also_where_somebody_looks_before_it_is_shut() -> None:
    staff = Patron("max", "M.", role="staff", cards=(KEYRING.card(CARDS["max"]),))
    machine = stocked(PARCEL).hear(PatronChanged(staff)).tap("ann").open().wait(100)
    assert taken(machine) == [("i-1",)]
    machine.touch("leave_it").wait(200).tap("max").touch("desk").touch("doors").touch("door", "A1").touch("open")
    assert machine.touch("reason", "other").unlocked == ["A1"]
    assert PointTrouble("loan_in_doubt", "A1", "p-1", "i-1") in troubles(machine)


def test_nothing_is_in_doubt_where_nothing_was_said() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-2").touch("stay_here").wait(100)
    assert taken(machine) == [("i-3",)]
    machine.touch("undo").wait(200).tap("max").touch("check", "B1")
    assert not [one for one in troubles(machine) if one.what == "loan_in_doubt"]


def test_what_was_told_as_lent_while_it_stood_open_is_theirs_when_they_hold_it_up() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-2").touch("stay_here").wait(100)
    machine.scan("i-3")
    assert isinstance(machine.screen, DoorOpen)
    assert (machine.screen.notice, machine.screen.wrong) == ("yours", False)
    machine.shut()
    assert not [one for one in troubles(machine) if one.what in ("loan_in_doubt", "wrong_item")]


# ---- a door that seems open


@pytest.mark.parametrize("word", ["yes", "no"])
def test_nobody_has_looked_behind_it_before_its_lock_was_pulsed(word: str) -> None:
    machine = lying().tap("max").touch("check", "A1").touch(word)
    assert isinstance(machine.screen, Opening)
    machine.do(UnlockEnded("A1", machine.order.id, 1, Pulse.ACCEPTED))
    assert isinstance(machine.screen, Inside)
    assert not [one for one in troubles(machine) if one.what == "sensor_open"]
