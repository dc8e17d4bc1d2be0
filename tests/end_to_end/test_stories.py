"""The three flows whole, over real wires."""

from simulators.machine import POINT
from tests.end_to_end.people import Point, eventually


def test_by_card_by_code_by_pass_and_back(point: Point) -> None:
    point.stock("R1001", "R1002")
    point.tap("R1001")
    assert point.take(point.open_door()) == point.items_of("R1001")
    assert point.kiosk.wait_for("Goodbye")["purpose"] == "pickup"
    point.home()

    point.kiosk.touch("collect")
    point.kiosk.wait_for("Collect")
    point.kiosk.enter_code(point.message("R1002", "code"))
    assert point.take(point.open_door()) == point.items_of("R1002")
    point.kiosk.wait_for("Goodbye", provisional=False)
    point.home()
    for patron in ("R1001", "R1002"):
        for item in point.items_of(patron):
            eventually(lambda i=item, p=patron: point.on_loan(i) == p, "loan booked")  # type: ignore[misc]

    returned = point.items_of("R1001")[0]
    point.machine.scanner.scan(returned)
    point.kiosk.wait_until(lambda seen: seen["screen"] == "Return" and len(seen["titles"]) == 1, "one item accepted")
    point.kiosk.touch("open")
    door = point.open_door()
    point.machine.cabinet.put_in(door, returned)
    point.machine.cabinet.push(door)
    point.kiosk.wait_for("Goodbye", purpose="dropoff", provisional=False)
    point.agreed()
    assert point.on_loan(returned) == ""


def test_a_signed_pass_opens_and_a_forged_one_does_not(point: Point) -> None:
    point.stock("R1002")
    good = point.message("R1002", "pass")
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    point.machine.scanner.scan(forged)
    point.kiosk.wait_for("Sorry", reason="pass_forged")
    assert point.standing_open() == []
    for nonsense in (b"L1:", b"L1:" + b"A" * 3000, b"L1:\xff\xfe\x00", "L1:三体".encode()):
        point.machine.scanner.scan(nonsense)
    point.kiosk.wait_for("Sorry")
    point.machine.scanner.scan(good)
    point.take(point.open_door())
    point.kiosk.wait_for("Goodbye")
    point.machine.scanner.scan(good)
    point.kiosk.wait_for("Sorry", reason="pass_used")
    point.agreed()


def test_those_who_may_not(point: Point) -> None:
    point.stock("R1005")
    point.tap("R1005")
    assert "费用" in point.kiosk.wait_for("Sorry", reason="patron_blocked")["detail"]
    point.tap("R1004")
    assert point.kiosk.wait_for("Account", notice="ready_elsewhere")["places"]
    point.kiosk.touch("cancel")
    point.home()
    point.machine.card.tap("04112233")
    point.kiosk.wait_for("Sorry", reason="card_unknown")
    point.machine.card.lift()
    point.kiosk.touch("finish")
    point.home()
    assert point.standing_open() == []


def test_ten_wrong_codes_close_the_keypad_and_nothing_else(point: Point) -> None:
    point.stock("R1002")
    right = point.message("R1002", "code")
    point.kiosk.touch("collect")
    for n in range(10):
        point.kiosk.wait_until(lambda s, n=n: s["screen"] == "Collect" and s["tries_left"] == 10 - n, f"try {n}")  # type: ignore[misc]
        point.kiosk.enter_code(f"{(int(right) + n + 1) % 10**8:08d}")
    point.kiosk.wait_for("Sorry", reason="codes_closed")
    point.kiosk.kill()
    point.kiosk.start()
    point.ready()
    point.kiosk.touch("collect")
    point.kiosk.wait_for("Collect", codes=False)
    point.kiosk.enter_code(right, offered=False)
    point.tap("R1002")
    point.take(point.open_door())
    point.kiosk.wait_for("Goodbye")


def test_an_isbn_is_enough_where_one_copy_is_meant(point: Point) -> None:
    loans = point.machine.library.ledger.rows("select barcode from loans where patron = 'R1010' and ended is null")
    barcode = loans[0]["barcode"]
    item = point.machine.library.ledger.item(barcode)
    assert item
    point.machine.scanner.scan(item.isbn)
    point.kiosk.wait_for("Return", notice="isbn_needs_card")
    point.tap("R1010")
    point.kiosk.wait_until(
        lambda seen: seen["screen"] == "Return" and seen["titles"] == [item.title], "the copy is known"
    )
    point.kiosk.touch("open")
    door = point.open_door()
    point.machine.cabinet.put_in(door, barcode)
    point.machine.cabinet.push(door)
    point.kiosk.wait_for("Goodbye", purpose="dropoff")
    point.agreed()
    assert point.on_loan(barcode) == ""


def test_the_library_away_during_a_pickup_and_a_return(point: Point) -> None:
    point.stock("R1001")
    point.told()
    point.machine.library.pause()
    point.kiosk.wait_until(lambda seen: not seen["online"], "offline", 40)
    point.tap("R1001")
    items = point.take(point.open_door())
    point.kiosk.wait_for("Goodbye", provisional=True)
    point.home()
    point.machine.card.tap("04112233")
    point.kiosk.wait_for("Sorry", reason="library_away")
    point.machine.card.lift()
    point.machine.scanner.scan(items[0])
    point.kiosk.wait_for("Return", offline=True)
    point.kiosk.touch("open")
    door = point.open_door()
    point.machine.cabinet.put_in(door, items[0])
    point.machine.cabinet.push(door)
    point.kiosk.wait_for("Goodbye", purpose="dropoff", provisional=True)
    point.machine.library.resume()
    point.agreed()
    received = point.machine.library.ledger.rows("select status from received where point = ?", POINT)
    assert {row["status"] for row in received} == {"applied"}
