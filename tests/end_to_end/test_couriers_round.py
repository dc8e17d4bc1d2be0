"""A courier's round at a real kiosk, offline: too large, unknown, called back, returned, cut off, handed over."""

from simulators.library.packing import recall_parcel
from simulators.machine import POINT
from tests.end_to_end.people import COURIER, Point, eventually


def _offline(point: Point) -> None:
    point.told()
    point.machine.library.pause()
    point.kiosk.wait_until(lambda seen: not seen["online"], "offline", 60)


def _empty(point: Point, door: str) -> None:
    for _ in point.machine.cabinet.inside(door):
        point.machine.cabinet.take_out(door)
    point.machine.cabinet.push(door)


def test_a_round_offline_with_a_power_cut(point: Point) -> None:
    ledger = point.machine.library.ledger
    point.stock("R1001")
    loans = ledger.rows("select barcode from loans where patron = 'R1011' and ended is null order by barcode")
    back = loans[0]["barcode"]
    point.told()
    recall_parcel(ledger, point.parcel_of("R1001"))
    to_load = point.parcel_of("R1002")
    point.tap(COURIER)
    point.kiosk.wait_until(lambda seen: seen["screen"] == "Courier" and seen["to_clear"] == 1, "called back", 30)
    point.kiosk.touch("finish")
    point.home()
    _offline(point)
    point.machine.scanner.scan(back)
    point.kiosk.wait_until(lambda seen: seen["screen"] == "Return" and seen["titles"], "accepted", 20)
    point.kiosk.touch("open")
    door = point.open_door()
    point.machine.cabinet.put_in(door, back)
    point.machine.cabinet.push(door)
    point.kiosk.wait_for("Goodbye", purpose="dropoff")
    point.home()

    point.tap(COURIER)
    point.kiosk.wait_for("Courier", 30, to_clear=2)
    point.machine.scanner.scan("SIP9999999")
    point.kiosk.wait_for("Courier", notice="unknown_item")
    (item,) = point.items_of("R1002")
    point.machine.scanner.scan(item)
    small = point.open_door()
    point.kiosk.touch("does_not_fit")
    point.machine.cabinet.push(small)
    larger = point.kiosk.wait_until(
        lambda seen: seen["screen"] == "DoorOpen" and seen["compartment"] != small, "a larger door", 20
    )["compartment"]
    point.machine.cabinet.put_in(larger, item)
    point.machine.cabinet.push(larger)
    point.kiosk.wait_for("Courier", 20, loaded=1)

    point.kiosk.touch("clear")
    first = point.kiosk.wait_for("TakeOut", 20, n=1, of=2)["compartment"]
    point.kiosk.kill()
    _empty(point, first)
    point.kiosk.start()
    point.kiosk.wait_until(lambda s: s["screen"] == "Home" and s["cards"] and s["free_doors"] == 9, "awake", 40)
    point.kiosk.look_around()
    point.tap(COURIER)
    seen = point.kiosk.wait_until(lambda s: s["screen"] == "Courier" and s["bag"], "the bag is remembered", 30)
    assert (seen["to_clear"], seen["loaded"], seen["to_check"]) == (1, 1, [first])
    point.kiosk.touch("check", first)  # it was shut before a dark screen
    point.kiosk.wait_for("Inside", 20, compartment=first)
    point.machine.cabinet.push(first)
    point.kiosk.wait_for("Courier", 20, to_check=[])
    point.kiosk.touch("clear")
    _empty(point, point.kiosk.wait_for("TakeOut", 20)["compartment"])
    point.kiosk.wait_for("Seal", 20, parcels=1, items=1)
    for digit in "70417":
        point.kiosk.touch("digit", digit)
    point.kiosk.touch("enter")
    point.kiosk.wait_for("HandOver", 20, seal="70417")
    point.tap(COURIER)
    point.kiosk.wait_for("Courier", 20, notice="bag_taken")
    point.kiosk.touch("finish")
    point.home()
    point.machine.library.resume()
    eventually(lambda: bool(ledger.rows("select 1 from bags where held_by = ?", COURIER)), "the bag is known", 60)
    point.told()
    assert ledger.row("select size from parcels where id = ?", to_load) == {"size": "M"}
    assert ledger.rows("select detail from received where point = ? and status <> 'applied'", POINT) == []
