"""A real kiosk whose library speaks SIP2 only: loaded, collected, returned, with the library away in between."""

import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from simulators.kiosk_process import KioskProcess
from simulators.library.passes import card_verifier
from simulators.library.seed import card_number, secrets_of
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.server import Sip2Server
from simulators.machine import POINT, Machine
from tests.end_to_end.conftest import Run
from tests.end_to_end.people import back


class Sip2Point:
    """The machine, the SIP2 side of its library, and the kiosk between them."""

    def __init__(self, machine: Machine, sip2: Sip2Server, kiosk: KioskProcess) -> None:
        self.machine, self.sip2, self.kiosk = machine, sip2, kiosk

    def loans(self, barcode: str) -> list[dict[str, Any]]:
        return self.machine.library.ledger.rows("select * from loans where barcode = ?", barcode)

    def item(self, patron: str) -> str:
        sql = "select barcode from parcel_items join parcels on parcels.id = parcel where patron = ? and point = ?"
        row = self.machine.library.ledger.row(sql, patron, POINT)
        assert row
        return str(row["barcode"])

    def at_open_door(self, act: Callable[[str], None]) -> None:
        door = self.kiosk.wait_for("DoorOpen")["compartment"]
        act(door)
        self.machine.cabinet.push(door)

    def load(self, barcode: str) -> None:
        """A courier's visit with one item."""
        self.machine.tap_and_lift("C2001")
        self.kiosk.wait_for("Courier")
        self.machine.scanner.scan(barcode)
        self.at_open_door(lambda door: self.machine.cabinet.put_in(door, barcode))
        self.kiosk.wait_for("Courier", loaded=1)
        self.kiosk.touch("finish")
        self.kiosk.wait_for("Home")


def configured(machine: Machine, sip2: Sip2Server) -> None:
    """The machine's configuration, its service replaced."""
    config = tomllib.loads(machine.config.read_text(encoding="utf-8"))
    credential = Path(machine.config).with_name("sip2.password")
    credential.touch(0o600)
    credential.write_text(sip2.password)
    courier = card_verifier(secrets_of(POINT).hashing_key, card_number("C2001"))
    config["service"] = {
        "driver": "sip2",
        "credential": str(credential),
        "host": "127.0.0.1",
        "port": sip2.port,
        "tls": False,
        "dialect": "koha",
        "user": sip2.user,
        "institution": "SIP",
        "location": POINT,
        "couriers": [courier],
        "answer_wait_s": 1.0,
        "doubt_wait_s": 3.0,
        "stock": True,
    }
    machine.config.write_text(tomli_w.dumps(config), encoding="utf-8")


@pytest.fixture
def point(machine: Machine, kiosk_of: Run) -> Iterator[Sip2Point]:
    with Sip2Server(machine.library.ledger, PROFILES["koha"]) as sip2:
        configured(machine, sip2)
        with kiosk_of(machine) as kiosk:
            kiosk.wait_until(lambda seen: seen.get("screen") == "Home" and seen.get("online"), "Home, online", 60.0)
            kiosk.wait_until(lambda seen: seen.get("cards") is True, "a card reader", 60.0)
            yield Sip2Point(machine, sip2, kiosk)


def until(true: Callable[[], object], what: str, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_a_hold_is_loaded_collected_and_returned_and_then_lent_to_anybody(point: Sip2Point) -> None:
    item, kiosk, ledger = point.item("R1002"), point.kiosk, point.machine.library.ledger
    point.load(item)
    until(lambda: ledger.rows("select 1 from messages where patron = 'R1002'"), "the reader is told")

    time.sleep(0.5)  # the receipt is on its way to the rows
    point.machine.tap_and_lift("R1002")
    point.at_open_door(lambda door: point.machine.cabinet.take_out(door, item))
    kiosk.wait_for("DoorShut")
    kiosk.touch("finish")
    kiosk.wait_for("Goodbye")
    until(lambda: point.loans(item), "the loan is booked")
    kiosk.touch("finish")

    point.machine.scanner.scan(item)
    kiosk.wait_for("Return")
    kiosk.touch("open")
    point.at_open_door(lambda door: point.machine.cabinet.put_in(door, item))
    kiosk.wait_for("Goodbye")
    until(lambda: all(loan["ended"] for loan in point.loans(item)), "the return is booked")
    assert len(point.loans(item)) == 1
    kiosk.touch("finish")

    kiosk.wait_for("Home", 20.0, stock=True)  # nobody waits for it
    kiosk.touch("browse")
    chosen = kiosk.wait_for("Stock")["lines"][0]["id"]
    kiosk.touch("title", chosen)
    kiosk.wait_for("Stock", chosen=[chosen])
    point.machine.tap_and_lift("R1014")
    kiosk.wait_for("DoorOpen", 40.0, purpose="borrow")
    point.at_open_door(lambda door: point.machine.cabinet.take_out(door, item))
    kiosk.wait_for("DoorShut")
    kiosk.touch("finish")
    until(lambda: [loan["patron"] for loan in point.loans(item)] == ["R1002", "R1014"], "the loan is booked", 40.0)


def test_nobody_else_gets_it_and_the_blocked_are_told_why(point: Sip2Point) -> None:
    point.load(point.item("R1002"))
    point.machine.tap_and_lift("R1014")
    point.kiosk.wait_for("Account", notice="nothing_ready")
    point.kiosk.touch("cancel")
    point.kiosk.wait_for("Home")
    point.machine.tap_and_lift("R1005")
    assert "逾期费用" in point.kiosk.wait_for("Sorry", reason="patron_blocked")["detail"]


def test_a_reader_renews_at_the_account_and_a_lost_answer_renews_once(point: Sip2Point) -> None:
    kiosk, ledger = point.kiosk, point.machine.library.ledger
    kiosk.touch("more")
    kiosk.touch("account")
    kiosk.wait_for("Prove")
    point.machine.tap_and_lift("R1009")
    kiosk.wait_for("Account", 20.0, known=True, loans=3)
    kiosk.touch("loans")
    first, second = kiosk.wait_for("Loans")["lines"][:2]
    kiosk.touch("renew", first["id"])
    kiosk.wait_until(lambda seen: _said(seen, first["id"]) == "renewed", "one is renewed", 20.0)
    point.sip2.fault("answer_lost", 1, "29")
    kiosk.touch("renew", second["id"])
    kiosk.wait_until(lambda seen: _said(seen, second["id"]) == "renewed", "the other is renewed", 30.0)
    assert len(ledger.rows("select * from renewals")) == 2
    point.sip2.fault("closes", 1, "65")
    kiosk.touch("renew_all")
    kiosk.wait_for("Loans", 40.0, notice="unknown")
    assert len(ledger.rows("select * from renewals")) == 2
    back(kiosk)
    kiosk.wait_for("Home")


def _said(seen: dict[str, Any], loan: str) -> str:
    return next((line["said"] for line in seen.get("lines", ()) if line["id"] == loan), "")


def test_with_the_library_away_the_right_reader_still_gets_the_book_and_all_is_booked_later(point: Sip2Point) -> None:
    item, kiosk = point.item("R1002"), point.kiosk
    point.load(item)
    ledger = point.machine.library.ledger
    until(lambda: ledger.rows("select 1 from messages where patron = 'R1002'"), "the reader is told")
    time.sleep(0.5)
    point.sip2.fault("closes", 1_000_000)
    point.sip2.hang_up()
    kiosk.wait_until(lambda seen: seen.get("screen") == "Home" and not seen.get("online"), "Home, offline", 20.0)
    point.machine.tap_and_lift("R1002")
    point.at_open_door(lambda door: point.machine.cabinet.take_out(door, item))
    kiosk.wait_for("DoorShut")
    kiosk.touch("finish")
    assert kiosk.wait_for("Goodbye")["provisional"]
    assert not point.loans(item)
    kiosk.kill()  # and the power fails
    point.sip2.mend()
    kiosk.start()
    until(lambda: point.loans(item), "the loan is booked", 40.0)
    time.sleep(1.0)
    assert len(point.loans(item)) == 1
    assert not ledger.rows("select * from renewals")


def test_a_title_is_asked_for_by_the_number_of_a_copy(point: Sip2Point) -> None:
    kiosk, ledger = point.kiosk, point.machine.library.ledger
    copies = ledger.rows("select barcode, isbn from items where place = 'shelf' group by isbn order by barcode")
    wanted = (("", "placed"), ("answer_lost", "placed"))
    for copy, (fault, outcome) in zip(copies, wanted, strict=False):
        kiosk.touch("more")
        kiosk.wait_for("More", search=True)
        kiosk.touch("search")
        kiosk.wait_for("Search", numbers=True, library="no_search")
        for sign in copy["barcode"]:
            kiosk.touch("letter", sign)
        kiosk.touch("enter")
        kiosk.wait_for("TitlePage", 20.0, hold=True)
        if fault:
            point.sip2.fault("answer_lost", 1, "15")
        point.machine.tap_and_lift("R1009")
        assert kiosk.wait_for("Wished", 40.0)["outcome"] == outcome
        held = ledger.rows("select * from holds where patron = 'R1009' and isbn = ?", copy["isbn"])
        assert [(hold["point"], hold["status"]) for hold in held] == [(POINT, "waiting")]
        kiosk.touch("finish")
        kiosk.wait_for("Home")
