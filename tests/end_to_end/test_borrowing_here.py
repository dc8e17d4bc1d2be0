"""A reader borrows what lies in the cabinet for anybody: a real kiosk process, and real touches on the glass."""

import time

import pytest

from simulators.library.packing import pack_parcel
from simulators.machine import POINT, Machine
from simulators.screen import Hand
from tests.end_to_end.conftest import window_of
from tests.end_to_end.people import COURIER, Point, eventually

READER, BLOCKED = "R1018", "R1005"


def for_anybody(machine: Machine) -> str:
    """The library packs a book for anybody; its barcode."""
    row = machine.library.ledger.row("select barcode from items where place = 'shelf' order by barcode")
    assert row
    pack_parcel(machine.library.ledger, POINT, "", (row["barcode"],))
    return str(row["barcode"])


def choose(point: Point, who: str) -> None:
    """The only cover there is, and a card."""
    point.kiosk.wait_for("Home", 20, stock=True)
    point.kiosk.touch("browse")
    lines = point.kiosk.wait_for("Stock")["lines"]
    assert lines[0]["author"]
    point.kiosk.touch("title", lines[0]["id"])
    point.kiosk.wait_for("TitlePage")
    point.tap(who)


def test_left_behind_refused_and_borrowed_in_the_end(point: Point) -> None:
    item = for_anybody(point.machine)
    point.stock("")
    choose(point, READER)
    door = point.open_door()
    point.kiosk.touch("leave_it")
    point.kiosk.wait_for("DoorOpen", said="keep")
    point.machine.cabinet.push(door)
    point.done(door)
    assert point.kiosk.wait_for("Goodbye", purpose="borrow")["titles"] == []
    point.kiosk.touch("finish")
    choose(point, BLOCKED)
    assert point.kiosk.wait_for("Sorry", reason="patron_blocked")["detail"]
    point.kiosk.touch("finish")
    choose(point, READER)
    assert point.take(point.open_door()) == [item]
    ended = point.kiosk.wait_for("Goodbye", purpose="borrow")
    assert ended["due"] > time.time()
    point.kiosk.touch("finish")
    point.kiosk.wait_for("Home", 20, stock=False)
    point.agreed()
    assert point.on_loan(item) == READER


def test_the_power_fails_at_the_open_door_and_the_loan_is_booked_once(machine: Machine, point: Point) -> None:
    item = for_anybody(machine)
    point.stock("")
    choose(point, READER)
    door = point.open_door()
    point.kiosk.kill()
    machine.cabinet.take_out(door)
    machine.cabinet.push(door)
    point.kiosk.start()
    point.kiosk.wait_for("Home", 40)
    eventually(lambda: point.on_loan(item) == READER, "the loan", 40)
    assert len(machine.library.ledger.rows("select 1 from loans where barcode = ?", item)) == 1


@pytest.mark.timeout(300)
def test_with_real_touches_on_the_glass(machine: Machine) -> None:
    item = for_anybody(machine)
    with window_of(machine) as hand:
        _touch_through(hand, machine, item)


def _touch_through(hand: Hand, machine: Machine, item: str) -> None:
    machine.tap_and_lift(COURIER)
    hand.wait_for("Courier", timeout_s=40)
    machine.scanner.scan(item)
    hand.wait_for("DoorOpen", timeout_s=40)
    door = str(hand.sees()["fields"]["compartment"])
    machine.cabinet.put_in(door, item)
    machine.cabinet.push(door)
    hand.wait_for("Courier", timeout_s=40)
    hand.touch("finish", timeout_s=20)
    hand.wait_for("Home", timeout_s=40)
    hand.touch("browse", timeout_s=20)
    hand.wait_for("Stock", timeout_s=40)
    hand.touch("title", timeout_s=20)
    hand.wait_for("TitlePage", timeout_s=40)
    hand.touch("borrow", timeout_s=20)
    hand.wait_for("Prove", timeout_s=40)
    machine.tap_and_lift(READER)
    hand.wait_for("DoorOpen", timeout_s=40)
    machine.cabinet.take_out(door)
    machine.cabinet.push(door)
    hand.wait_for("DoorShut", timeout_s=40)
    hand.touch("finish", timeout_s=20)
    hand.wait_for("Goodbye", timeout_s=40)
    assert hand.sees()["fields"]["due"] > time.time()
