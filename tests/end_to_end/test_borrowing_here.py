"""A reader borrows what lies in the cabinet for anybody: a real kiosk process, and real touches on the glass."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from simulators.library.acting import LOANS_MAX, lend
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
    point.kiosk.wait_for("Stock", chosen=[lines[0]["id"]])
    point.tap(who)


def answered(seen: Mapping[str, Any]) -> bool:
    return seen.get("screen") == "DoorOpen" or seen.get("notice") == "unreadable"


def scanned(machine: Machine, item: str, answer: Callable[[], Mapping[str, Any]]) -> None:
    """Held under the scanner, once more where a busy machine has read it in pieces."""
    for _ in range(4):
        machine.scanner.scan(item)
        time.sleep(0.3)
        if answer()["screen"] == "DoorOpen":
            return


def loaded(point: Point, count: int) -> list[str]:
    """So many books for anybody, each behind a door of its own."""
    items = [for_anybody(point.machine) for _ in range(count)]
    point.tap(COURIER)
    point.kiosk.wait_for("Courier")
    for n, item in enumerate(items, 1):
        scanned(point.machine, item, lambda: point.kiosk.wait_until(answered, "an answer to the scan"))
        door = point.open_door()
        point.machine.cabinet.put_in(door, item)
        point.machine.cabinet.push(door)
        point.kiosk.wait_for("Courier", loaded=n)
    point.kiosk.touch("finish")
    return items


def room_for(machine: Machine, count: int) -> None:
    """The reader may have so many more loans."""
    ledger = machine.library.ledger
    had = ledger.rows("select 1 from loans where patron = ? and ended is null", READER)
    reader = ledger.row("select * from patrons where id = ?", READER)
    assert reader
    for row in ledger.rows("select barcode from items where place = 'shelf' limit ?", LOANS_MAX - count - len(had)):
        lend(ledger, reader, row["barcode"], POINT)


def test_several_in_one_go_and_one_too_many(point: Point) -> None:
    items = loaded(point, 3)
    room_for(point.machine, 2)
    point.kiosk.wait_for("Home", 20, stock=True)
    point.kiosk.touch("browse")
    for line in point.kiosk.wait_for("Stock")["lines"]:
        point.kiosk.touch("title", line["id"])
    point.kiosk.wait_until(lambda seen: len(seen.get("chosen", ())) == 3, "three are chosen")
    point.kiosk.touch("borrow")
    point.kiosk.wait_for("Prove", count=3)
    point.tap(READER)
    door = str(point.kiosk.wait_for("DoorOpen", purpose="borrow", n=1, of=2)["compartment"])
    taken = [point.machine.cabinet.take_out(door)]
    point.machine.cabinet.push(door)
    point.kiosk.wait_for("DoorShut", compartment=door)
    point.kiosk.touch("next")
    door = str(point.kiosk.wait_for("DoorOpen", n=2, of=2)["compartment"])
    taken += point.take(door)
    ended = point.kiosk.wait_for("Goodbye", purpose="borrow")
    assert len(ended["titles"]) == len(ended["slip"]["items"]) == 2
    assert [(one["why"], one["words"]) for one in ended["not_lent"]] == [
        ("refused", f"已借满 {LOANS_MAX} 本，请先归还。")
    ]
    point.kiosk.touch("finish")
    point.kiosk.wait_for("Home", 20, stock=True)  # the third one
    point.agreed()
    assert {item: point.on_loan(item) for item in items} == {i: READER if i in taken else "" for i in items}


def test_the_power_fails_between_two_doors(machine: Machine, point: Point) -> None:
    items = loaded(point, 2)
    point.kiosk.wait_for("Home", 20, stock=True)
    point.kiosk.touch("browse")
    for line in point.kiosk.wait_for("Stock")["lines"]:
        point.kiosk.touch("title", line["id"])
    point.kiosk.wait_until(lambda seen: len(seen.get("chosen", ())) == 2, "both are chosen")
    point.tap(READER)
    door = point.open_door()
    taken = machine.cabinet.take_out(door)
    machine.cabinet.push(door)
    point.kiosk.wait_for("DoorShut", compartment=door)
    point.kiosk.kill()
    point.kiosk.start()
    point.kiosk.wait_for("Home", 40, stock=True)  # the other one
    eventually(lambda: point.on_loan(taken) == READER, "the loan", 40)
    point.agreed()
    assert sorted(point.on_loan(item) for item in items) == ["", READER]


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
    items = [for_anybody(machine) for _ in range(3)]
    with window_of(machine) as hand:
        _touch_through(hand, machine, items)


def seen_by(hand: Hand) -> Mapping[str, Any]:
    """What answers a scan, on the glass."""
    eventually(lambda: answered({"screen": hand.sees()["screen"], **hand.sees().get("fields", {})}), "an answer", 40)
    return hand.sees()


def _touch_through(hand: Hand, machine: Machine, items: list[str]) -> None:
    machine.tap_and_lift(COURIER)
    hand.wait_for("Courier", timeout_s=40)
    for item in items:
        scanned(machine, item, lambda: seen_by(hand))
        door = str(hand.sees()["fields"]["compartment"])
        machine.cabinet.put_in(door, item)
        machine.cabinet.push(door)
        hand.wait_for("Courier", timeout_s=40)
    hand.touch("finish", timeout_s=20)
    hand.wait_for("Home", timeout_s=40)
    hand.touch("browse", timeout_s=20)
    hand.wait_for("Stock", timeout_s=40)
    first, second, third = (line["id"] for line in hand.sees()["fields"]["lines"])
    for one, chosen in ((first, [first]), (second, [first, second]), (second, [first]), (third, [first, third])):
        hand.touch(f"title {one}", timeout_s=20)
        eventually(lambda chosen=chosen: hand.sees()["fields"]["chosen"] == chosen, f"{chosen} are chosen", 20)  # type: ignore[misc]
    hand.touch("borrow", timeout_s=20)
    hand.wait_for("Prove", timeout_s=40)
    machine.tap_and_lift(READER)
    for follows in ("next", "finish"):
        hand.wait_for("DoorOpen", timeout_s=40)
        door = str(hand.sees()["fields"]["compartment"])
        machine.cabinet.take_out(door)
        machine.cabinet.push(door)
        hand.wait_for("DoorShut", timeout_s=40)
        hand.touch(follows, timeout_s=20)
    hand.wait_for("Goodbye", timeout_s=40)
    assert hand.sees()["fields"]["due"] > time.time()
    assert len(hand.sees()["fields"]["titles"]) == 2
