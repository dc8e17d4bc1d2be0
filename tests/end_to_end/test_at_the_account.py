"""A reader at their account, at a real kiosk process, over REST."""

import time
from typing import Any

from simulators.library.packing import place_hold
from simulators.machine import POINT
from tests.end_to_end.people import Point, back

READER = "R1009"


def opened(point: Point, reader: str = READER) -> dict[str, object]:
    point.kiosk.touch("more")
    point.kiosk.wait_for("More", account=True)
    point.kiosk.touch("account")
    point.kiosk.wait_for("Prove")
    point.tap(reader)
    return point.kiosk.wait_for("Account", known=True)


def dues(point: Point) -> dict[str, float]:
    sql = "select barcode, due from loans where patron = ? and ended is null"
    return {row["barcode"]: row["due"] for row in point.machine.library.ledger.rows(sql, READER)}


def test_one_is_renewed_then_all_with_a_word_for_each(point: Point) -> None:
    before = dues(point)
    assert opened(point)["loans"] == 3
    point.kiosk.touch("loans")
    first = point.kiosk.wait_for("Loans")["lines"][0]
    point.kiosk.touch("renew", first["id"])
    seen = point.kiosk.wait_until(
        lambda seen: seen["screen"] == "Loans" and any(line["said"] for line in seen["lines"]), "a renewed loan"
    )
    assert {line["id"]: line["said"] for line in seen["lines"]}[first["id"]] == "renewed"
    assert dues(point)[first["id"]] > before[first["id"]]
    ledger = point.machine.library.ledger
    isbn = ledger.item(first["id"]).isbn  # type: ignore[union-attr]
    place_hold(ledger, "R1014", isbn, POINT)
    point.kiosk.touch("renew_all")
    seen = point.kiosk.wait_for("Loans", notice="some_renewed")
    refused = [line for line in seen["lines"] if line["said"] == "refused"]
    assert [(line["id"], "预约" in line["words"]) for line in refused] == [(first["id"], True)]
    assert len(ledger.rows("select * from renewals")) == 3
    back(point.kiosk)


def test_what_lies_here_waits_longer_and_is_collected_from_the_account(point: Point) -> None:
    point.stock("R1002")
    point.told()
    ledger = point.machine.library.ledger
    parcel = point.parcel_of("R1002")
    expires = ledger.row("select expires from parcels where id = ?", parcel)["expires"]  # type: ignore[index]
    assert opened(point, "R1002")["here"]
    point.kiosk.touch("holds")
    hold = point.kiosk.wait_for("Holds")["lines"][0]
    assert hold["state"] == "here"
    point.kiosk.touch("hold", hold["id"])
    point.kiosk.wait_for("OneHold")
    point.kiosk.touch("longer")
    point.kiosk.wait_for("OneHold", notice="longer")
    assert ledger.row("select expires from parcels where id = ?", parcel)["expires"] == expires + 3 * 86400  # type: ignore[index]
    point.kiosk.touch("collect")
    assert point.take(point.open_door()) == point.items_of("R1002")
    point.kiosk.wait_for("Goodbye", to_account=True)
    point.agreed()


def test_a_cancelled_hold_is_not_handed_out_any_more(point: Point) -> None:
    point.stock("R1002")
    point.told()
    opened(point, "R1002")
    point.kiosk.touch("holds")
    hold = point.kiosk.wait_for("Holds")["lines"][0]
    point.kiosk.touch("hold", hold["id"])
    point.kiosk.wait_for("OneHold")
    point.kiosk.touch("cancel_hold")
    point.kiosk.wait_for("OneHold", sure=True)
    point.kiosk.touch("yes")
    point.kiosk.wait_for("Holds", notice="cancelled", lines=[])
    back(point.kiosk)
    time.sleep(1.0)  # the recall comes down
    point.tap("R1002")
    point.kiosk.wait_for("Sorry", reason="parcel_recalled")


def test_a_lost_answer_books_once_and_the_new_date_is_shown(point: Point) -> None:
    opened(point)
    point.kiosk.touch("loans")
    first = point.kiosk.wait_for("Loans")["lines"][0]
    library = point.machine.library
    library.fault("answer_lost", 1, "/acts")
    point.kiosk.touch("renew", first["id"])

    def later(seen: dict[str, Any]) -> bool:
        if seen["screen"] != "Loans":
            return False
        [line] = [line for line in seen["lines"] if line["id"] == first["id"]]
        return bool(line["due"] > first["due"] and line["said"] == "renewed")

    point.kiosk.wait_until(later, "the new date", 40.0)
    assert library.wire.left == 0
    assert len(library.ledger.rows("select * from renewals")) == 1
    assert len(library.ledger.rows("select key from acts")) == 1


def test_nothing_to_collect_leads_to_the_account_and_away_to_what_works(point: Point) -> None:
    point.tap("R1014")
    point.kiosk.wait_for("Account", notice="nothing_ready")
    point.kiosk.touch("cancel")
    point.home()
    point.machine.library.pause()
    point.kiosk.wait_until(lambda seen: seen["screen"] == "Home" and not seen["online"], "Home, offline", 60.0)
    point.kiosk.touch("more")
    point.kiosk.touch("account")
    point.kiosk.wait_for("Prove")
    point.tap("R1002")
    assert point.kiosk.wait_for("Account")["known"] is False


def test_where_the_library_wants_a_pin_nothing_is_shown_or_renewed_without_it(point: Point) -> None:
    ledger = point.machine.library.ledger
    ledger.pins = True
    phone = ledger.row("select phone from patrons where id = ?", READER)["phone"]  # type: ignore[index]
    point.kiosk.touch("more")
    point.kiosk.wait_for("More", account=True)
    point.kiosk.touch("account")
    point.kiosk.wait_for("Prove")
    point.tap(READER)
    point.kiosk.wait_for("Pin", wrong=False)
    for digit in "0" + phone[-3:]:
        point.kiosk.touch("digit", digit)
    point.kiosk.touch("enter")
    point.kiosk.wait_for("Pin", wrong=True)
    for digit in phone[-4:]:
        point.kiosk.touch("digit", digit)
    point.kiosk.touch("enter")
    assert point.kiosk.wait_for("Account", known=True)["loans"] == 3
    point.kiosk.touch("loans")
    loan = point.kiosk.wait_for("Loans")["lines"][0]
    point.kiosk.touch("renew", loan["id"])
    point.kiosk.wait_until(
        lambda seen: seen["screen"] == "Loans" and any(line["said"] == "renewed" for line in seen["lines"]), "renewed"
    )
    assert len(ledger.rows("select * from renewals")) == 1
    back(point.kiosk)
