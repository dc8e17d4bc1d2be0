"""What may happen at the doors of a pickup, over real wires."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.library.packing import pack_parcel, place_hold
from simulators.machine import POINT, Machine
from tests.end_to_end.people import COURIER, Point, eventually


@pytest.fixture
def machine(folder: Path) -> Iterator[Machine]:
    """As everywhere, but for how long somebody is waited for who does not come, and a door that does not open."""
    machine = Machine(folder, pace=0.0, camera=False)
    machine.raw["limits"] |= {"next_door_s": 10, "open_wait_s": 2.2}
    with machine:
        assert not machine.no_pcsc, machine.no_pcsc
        yield machine


def with_three_parcels(point: Point) -> list[str]:
    """R1001 has three parcels behind three doors; their ids in the order of the doors."""
    ledger = point.machine.library.ledger
    for _ in range(2):
        row = ledger.row("select barcode, isbn from items where place = 'shelf' order by barcode")
        assert row
        place_hold(ledger, "R1001", row["isbn"], POINT)
        pack_parcel(ledger, POINT, "R1001", (row["barcode"],))
    sql = "select id from parcels where patron = 'R1001' and point = ? order by id"
    parcels = [row["id"] for row in ledger.rows(sql, POINT)]
    point.kiosk.wait_for("Home")
    point.tap(COURIER)
    point.kiosk.wait_until(
        lambda s: s["screen"] == "Courier" and {p[0] for p in s["parcels"]} >= {*parcels}, "announced"
    )
    for loaded, parcel in enumerate(parcels, 1):
        items = [r["barcode"] for r in ledger.rows("select barcode from parcel_items where parcel = ?", parcel)]
        for item in items:
            point.machine.scanner.scan(item)
            point.kiosk.wait_until(
                lambda s, item=item: s["screen"] == "DoorOpen" or item in str(s.get("titles")) or s["screen"] == "Load",  # type: ignore[misc]
                "scanned",
            )
        door = point.open_door()
        for item in items:
            point.machine.cabinet.put_in(door, item)
        point.machine.cabinet.push(door)
        point.kiosk.wait_for("Courier", loaded=loaded)
    point.kiosk.touch("finish")
    point.home()
    return parcels


def test_two_of_three_parcels_one_door_after_the_other(point: Point) -> None:
    parcels = with_three_parcels(point)
    point.tap("R1001")
    seen = point.kiosk.wait_for("Choose")
    assert {one["parcel"] for one in seen["parcels"]} == {*parcels}
    for parcel in parcels[:2]:
        point.kiosk.touch("parcel", parcel)
    point.kiosk.wait_until(lambda s: s["screen"] == "Choose" and sum(p["chosen"] for p in s["parcels"]) == 2, "ticked")
    point.kiosk.touch("take")
    taken = []
    for n in (1, 2):
        door = point.open_door()
        taken += [point.machine.cabinet.take_out(door) for _ in point.machine.cabinet.inside(door)]
        point.machine.cabinet.push(door)
        point.kiosk.wait_for("DoorShut", compartment=door)
        point.kiosk.touch("next" if n == 1 else "finish")
    assert point.kiosk.wait_for("Goodbye")["left"] == 1
    point.agreed()
    for item in taken:
        eventually(lambda item=item: point.on_loan(item) == "R1001", "booked")  # type: ignore[misc]
    point.home()
    point.tap("R1001")
    assert point.take(point.open_door())
    assert point.kiosk.wait_for("Goodbye")["left"] == 0
    point.agreed()


def test_who_walks_off_between_two_doors_leaves_the_other_shut(point: Point) -> None:
    parcels = with_three_parcels(point)
    point.tap("R1001")
    point.kiosk.wait_for("Choose")
    point.kiosk.touch("take")
    first = point.open_door()
    point.emptied(first)
    point.kiosk.wait_for("DoorShut", compartment=first)
    point.kiosk.wait_for("Goodbye", 60, left=len(parcels) - 1)  # they have gone
    assert point.standing_open() == []
    point.home()
    point.agreed()
    point.tap("R1001")  # and come back; between two doors the card does as well as a touch
    assert len(point.kiosk.wait_for("Choose")["parcels"]) == len(parcels) - 1
    point.kiosk.touch("take")
    second = point.open_door()
    point.emptied(second)
    point.kiosk.wait_for("DoorShut", compartment=second)
    point.tap("R1001")
    point.kiosk.wait_until(lambda s: s["screen"] == "DoorOpen" and s["compartment"] != second, "the third door")
    point.take(point.open_door())
    point.kiosk.wait_for("Goodbye", left=0)
    point.agreed()


def test_a_door_that_stays_shut_is_told_and_the_book_is_still_theirs(point: Point) -> None:
    point.stock("R1002")
    (door,) = [name for name in point.machine.cabinet.names if point.machine.cabinet.inside(name)]
    point.machine.cabinet.jam(door)
    point.tap("R1002")
    for left in (2, 1, 0):
        point.kiosk.wait_for("DoorStuck", 40, tries_left=left)
        if left:
            point.kiosk.touch("again")
            point.kiosk.wait_for("Opening")
    assert point.machine.cabinet.pulses(door) <= 4  # one of them was the courier's
    point.kiosk.touch("help")
    point.kiosk.wait_for("Sorry", reason="door_stuck")
    point.kiosk.touch("finish")
    point.home()
    point.told()
    cases = {row["what"] for row in point.machine.library.ledger.rows("select what from cases")}
    assert "door_stuck" in cases
    (item,) = point.items_of("R1002")
    assert point.on_loan(item) == ""
    point.machine.cabinet.mend(door)
    point.looked_behind(door, point.parcel_of("R1002"))  # by whoever has looked after the lock
    point.tap("R1002")
    assert point.take(point.open_door()) == [item]
    point.kiosk.wait_for("Goodbye")


def test_a_door_opened_once_more_and_one_book_left(point: Point) -> None:
    point.stock("R1001")
    items = point.items_of("R1001")
    point.tap("R1001")
    door = point.open_door()
    point.machine.cabinet.push(door)
    before = point.kiosk.wait_for("DoorShut", compartment=door)
    point.kiosk.touch("more_time")
    assert all(point.on_loan(item) == "" for item in items)
    point.kiosk.wait_until(lambda s: s["screen"] == "DoorShut" and s["until"] > before["until"], "more time")
    point.kiosk.touch("reopen")
    assert point.open_door() == door
    point.kiosk.touch("some")
    point.kiosk.wait_for("Sort")
    point.kiosk.touch("item", items[1])
    point.kiosk.wait_until(
        lambda s: s["screen"] == "Sort" and [items[1], True] in [[i[0], i[2]] for i in s["items"]], "x"
    )
    point.kiosk.touch("stay_here")
    point.kiosk.wait_for("DoorOpen", said="some")
    point.machine.cabinet.take_out(door, items[0])
    point.machine.cabinet.push(door)
    point.done(door)
    assert point.kiosk.wait_for("Goodbye")["left"] == 1
    point.told()
    eventually(lambda: point.on_loan(items[0]) == "R1001", "booked")
    assert point.on_loan(items[1]) == ""
    point.agreed()
    point.home()
    point.tap("R1001")
    assert point.take(point.open_door()) == [items[1]]
    point.kiosk.wait_for("Goodbye")
    point.agreed()


def test_a_wrong_book_is_told_and_nothing_booked(point: Point) -> None:
    point.stock("R1002")
    (item,) = point.items_of("R1002")
    point.tap("R1002")
    door = point.open_door()
    point.machine.scanner.scan("SIP0009999")
    point.kiosk.wait_for("DoorOpen", wrong=True, said="missing")
    point.machine.cabinet.push(door)
    point.done(door)
    assert point.kiosk.wait_for("Goodbye")["missing"]
    point.told()
    assert point.on_loan(item) == ""
    cases = point.machine.library.ledger.rows("select what, detail from cases where point = ? order by id", POINT)
    assert [case["what"] for case in cases] == ["wrong_item", "parcel_missing"]
    assert "SIP0009999" in cases[0]["detail"]
