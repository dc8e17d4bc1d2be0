"""The library opens a door from afar, over real wires, and by its own command line."""

import subprocess
import sys
import time

from hardware.readings import Door
from simulators.kiosk_process import OUT_OF_VIEW_S
from simulators.library.instructing import instruct
from simulators.machine import POINT
from tests.end_to_end.people import COURIER, Point, eventually


def ended(point: Point, id: str) -> tuple[str, str]:
    """What became of an instruction."""
    ledger = point.machine.library.ledger
    sql = "select outcome, reason from instructions where id = ?"
    eventually(lambda: ledger.row(sql, id)["outcome"] != "", "an answer")  # type: ignore[index]
    row = ledger.row(sql, id)
    assert row
    return row["outcome"], row["reason"]


def test_a_door_is_opened_from_afar_and_looked_behind(point: Point) -> None:
    point.stock("R1001")
    cabinet, ledger = point.machine.cabinet, point.machine.library.ledger
    door = next(name for name in cabinet.names if cabinet.inside(name))
    sql = "select compartment from parcels where id = ?"
    eventually(lambda: ledger.row(sql, point.parcel_of("R1001"))["compartment"] == door, "told")  # type: ignore[index]
    assert ended(point, instruct(ledger, POINT, "open", door, contents=())) == ("refused", "contents_changed")
    assert cabinet.door(door) is Door.SHUT
    command = [sys.executable, "-m", "simulators.library", "instruct", str(point.machine.library.data), POINT]
    done = subprocess.run([*command, "open", door], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["done"]), done
    assert cabinet.door(door) is Door.OPEN
    assert point.kiosk.wait_for("Home", opened_from_afar=[door])
    cabinet.push(door)
    point.kiosk.wait_for("Home", open_doors=[])
    eventually(lambda: bool(ledger.rows("select 1 from cases where what = 'parcel_in_doubt'")), "a case")
    free = next(name for name in cabinet.names if not cabinet.inside(name))
    assert ended(point, instruct(ledger, POINT, "set_aside", free)) == ("done", "")
    assert ended(point, instruct(ledger, POINT, "put_back", free)) == ("done", "")
    assert ended(point, instruct(ledger, POINT, "cancel_hold", parcel=point.parcel_of("R1001"))) == ("done", "")


def test_without_a_free_door_reader_and_courier_are_told_and_nothing_is_lost(point: Point) -> None:
    cabinet, ledger = point.machine.cabinet, point.machine.library.ledger
    for name in cabinet.names:
        assert ended(point, instruct(ledger, POINT, "set_aside", name)) == ("done", "")
    point.kiosk.wait_for("Home", free_doors=0)
    point.kiosk.touch("return")
    point.kiosk.wait_for("Sorry", reason="cabinet_full")
    point.kiosk.touch("finish")
    point.home()
    point.tap(COURIER)
    point.kiosk.wait_for("Courier")
    (item,) = point.items_of("R1002")
    point.machine.scanner.scan(item)
    point.kiosk.wait_for("Courier", notice="no_room", loaded=0)
    assert point.standing_open() == []
    assert ended(point, instruct(ledger, POINT, "put_back", cabinet.names[0])) == ("done", "")
    point.kiosk.wait_until(lambda seen: seen["screen"] == "Courier" and seen["free_doors"] == 1, "room again")
    time.sleep(OUT_OF_VIEW_S)
    point.machine.scanner.scan(item)
    door = point.open_door()
    cabinet.put_in(door, item)
    cabinet.push(door)
    point.kiosk.wait_for("Courier", loaded=1)
    point.kiosk.touch("finish")
    point.home()
    point.agreed()
