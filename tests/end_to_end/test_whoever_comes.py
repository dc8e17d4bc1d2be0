"""Whoever comes with whatever: each is told what holds for them, and each book ends where it belongs."""

import time

from kiosk.config import load
from simulators.kiosk_process import OUT_OF_VIEW_S
from simulators.library.packing import pack_parcel, place_hold, recall_parcel
from simulators.library.passes import issue_pass
from simulators.library.seed import signing_key
from simulators.machine import POINT
from sync.messages import ParcelSent
from tests.end_to_end.people import COURIER, Point, eventually

DAY = 86400.0


def lent(point: Point, patron: str) -> list[str]:
    sql = "select barcode from loans where patron = ? and ended is null order by barcode"
    return [row["barcode"] for row in point.machine.library.ledger.rows(sql, patron)]


def scan_back(point: Point, code: str, count: int, notice: str = "") -> None:
    """Hold it up; so many things are then on the list."""
    point.machine.scanner.scan(code)
    point.kiosk.wait_until(
        lambda s: s["screen"] == "Return" and len(s["titles"]) == count and s["notice"] == notice,
        f"{count} on the list, {notice!r}",
    )


def put_in(point: Point, *things: str) -> str:
    """Open a door for the pile, put it in, shut it; the door."""
    point.kiosk.touch("open")
    door = point.open_door()
    for thing in things:
        point.machine.cabinet.put_in(door, thing)
    point.machine.cabinet.push(door)
    return door


def test_every_kind_of_return(point: Point) -> None:
    """Somebody else's, one that nobody has, a foreign one, the same again, one without a code, one's own."""
    ledger = point.machine.library.ledger
    (mine,), somebody_elses = lent(point, "R1010"), lent(point, "R1009")[0]
    row = ledger.row("select barcode from items where place = 'shelf' order by barcode")
    assert row
    on_the_shelf = row["barcode"]
    scan_back(point, somebody_elses, 1)
    scan_back(point, "SIP9999999", 1, "not_ours")
    scan_back(point, on_the_shelf, 2, "not_on_loan")
    time.sleep(OUT_OF_VIEW_S)
    scan_back(point, somebody_elses, 2, "twice")
    point.kiosk.touch("unreadable")
    point.kiosk.wait_until(lambda s: s["screen"] == "Return" and len(s["titles"]) == 3, "one without a code")
    point.tap("R1010")
    point.kiosk.wait_until(lambda s: s["screen"] == "Return" and s["notice"] == "card_taken", "the card")
    scan_back(point, mine, 4)
    put_in(point, somebody_elses, on_the_shelf, "UNREAD", mine)
    assert point.kiosk.wait_for("Goodbye", purpose="dropoff")["provisional"]  # one of them is to be looked at
    point.told()
    assert lent(point, "R1010") == []
    assert somebody_elses not in lent(point, "R1009")
    assert len(lent(point, "R1009")) == 2


def test_a_book_that_comes_back_is_at_once_the_next_readers(point: Point) -> None:
    """Somebody waits for it here: it stays behind its door, and their card opens that."""
    (book,) = lent(point, "R1010")
    item = point.machine.library.ledger.item(book)
    assert item
    place_hold(point.machine.library.ledger, "R1014", item.isbn, POINT)
    scan_back(point, book, 1)
    door = put_in(point, book)
    point.kiosk.wait_for("Goodbye", purpose="dropoff")
    point.told()
    assert point.message("R1014", "code")  # now, not before the door has shut on it
    point.home()
    point.tap("R1014")
    assert point.open_door() == door
    assert point.take(door) == [book]
    point.kiosk.wait_for("Goodbye", purpose="pickup")
    point.told()
    assert point.on_loan(book) == "R1014"


def test_a_code_is_good_once_here_and_in_time(point: Point) -> None:
    ledger = point.machine.library.ledger
    point.stock("R1002")
    good, away = point.message("R1002", "code"), ledger.row("select code from parcels where point <> ?", POINT)
    assert away
    point.kiosk.touch("collect")
    point.kiosk.wait_for("Collect")
    point.kiosk.enter_code(away["code"])
    point.kiosk.wait_for("Collect", wrong=True)
    assert point.standing_open() == []
    point.kiosk.enter_code(good)
    point.take(point.open_door())
    point.kiosk.wait_for("Goodbye")
    point.home()
    point.kiosk.touch("collect")
    point.kiosk.wait_for("Collect", wrong=False)
    point.kiosk.enter_code(good)
    point.kiosk.wait_for("Sorry", reason="code_used")
    point.kiosk.touch("finish")
    point.home()
    pass_id = ledger.row("select pass_id from parcels where point <> ?", POINT)
    assert pass_id
    for which, until_s, reason in (("lujia", DAY, "pass_elsewhere"), (POINT, -60.0, "pass_expired")):
        point.machine.scanner.scan(issue_pass(signing_key(), pass_id["pass_id"], which, time.time() + until_s))
        point.kiosk.wait_for("Sorry", reason=reason)
        point.kiosk.touch("finish")
        point.home()
    point.agreed()


def test_what_was_cancelled_or_is_over_stays_shut_and_blocks_nothing(point: Point) -> None:
    """One hold is cancelled, one runs out before its reader's eyes; each door stays shut, and others go on opening."""
    ledger = point.machine.library.ledger
    point.stock("R1001", "R1002", "R1003")
    point.told()
    recall_parcel(ledger, point.parcel_of("R1001"))
    soon = point.parcel_of("R1003")
    with ledger.transaction():
        ledger.change("update parcels set expires = ? where id = ?", time.time() + 0.5, soon)
        ledger.publish(POINT, ParcelSent(ledger.sent_parcel(soon)))
    for patron, reason in (("R1001", "parcel_recalled"), ("R1003", "parcel_expired")):
        eventually(lambda p=patron, r=reason: refused(point, p) == r, f"{patron}: {reason}", 60)  # type: ignore[misc]
    assert point.standing_open() == []
    point.tap("R1002")
    point.take(point.open_door())
    point.kiosk.wait_for("Goodbye")
    point.home()
    point.tap(COURIER)
    assert point.kiosk.wait_for("Courier")["to_clear"] == 2


def refused(point: Point, patron: str) -> str:
    """Tap, and put the book back where the library has not been heard yet: why no door opens."""
    point.tap(patron)
    seen = point.kiosk.wait_until(lambda s: s["screen"] in ("Sorry", "DoorOpen"), "an answer")
    if seen["screen"] == "DoorOpen":
        point.kiosk.touch("leave_it")
        point.machine.cabinet.push(seen["compartment"])
        point.done(seen["compartment"])
        point.kiosk.wait_for("Goodbye")
    point.kiosk.touch("finish")
    point.home()
    return str(seen.get("reason", ""))


def test_cards_that_are_no_use(point: Point) -> None:
    """A telephone's random number, a card that has run out."""
    point.machine.card.tap("08A1B2C3")
    point.kiosk.wait_for("Sorry", reason="card_unfit")
    point.machine.card.lift()
    point.kiosk.touch("finish")
    point.home()
    point.tap("R1006")
    assert "过期" in point.kiosk.wait_for("Sorry", reason="patron_expired")["detail"]
    point.kiosk.touch("finish")
    point.home()
    assert point.standing_open() == []


def test_who_cannot_reach_high_gets_a_low_door(point: Point) -> None:
    ledger = point.machine.library.ledger
    barcodes = [r["barcode"] for r in ledger.rows("select barcode from items where place = 'shelf' order by barcode")]
    low = pack_parcel(ledger, POINT, "R1009", (barcodes[0],))
    point.tap(COURIER)
    point.kiosk.wait_until(lambda s: s["screen"] == "Courier" and low in str(s["parcels"]), "announced", 20)
    point.machine.scanner.scan(barcodes[0])
    reached = point.open_door()
    point.machine.cabinet.put_in(reached, barcodes[0])
    point.machine.cabinet.push(reached)
    point.kiosk.wait_for("Courier", loaded=1)
    point.kiosk.touch("finish")
    point.home()
    spaces = load(point.machine.config).plan().spaces
    assert 38 <= spaces[reached].bottom_cm <= 122
    assert not all(38 <= space.bottom_cm <= 122 for space in spaces.values() if space.size == "S")
