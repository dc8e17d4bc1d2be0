"""Scenario 24: forty parcels, three that do not fit, one unknown, five expired, twelve returns, all offline; also cut
off in the middle. The loop, the store and the library's books are the real ones."""

from pathlib import Path

import pytest

from kiosk.core.events import Online
from kiosk.core.screens import Home
from kiosk.core.staff_screens import Courier, HandOver, Seal
from tests.kiosk.courier import COURIER, DAY_S, POINT, Round

READERS = ("R1001", "R1002", "R1003", "R1004", "R1007", "R1008")


def prepared(folder: Path) -> tuple[Round, list[str], set[str]]:
    """A cabinet with five parcels that expire and twelve returns; forty more come down, then the network goes."""
    round = Round(folder)
    for row in round.ledger.rows("select id from parcels where point = ? and status = 'sent'", POINT):
        round.ledger.change("update parcels set status = 'removed' where id = ?", row["id"])
    old = [round.pack(READERS[n % 6], 0.5) for n in range(5)]
    round.hear()
    round.tap(COURIER)
    for parcel in old:
        round.load(parcel)
    round.touch("finish")
    lent = [row["barcode"] for row in round.ledger.rows("select barcode from loans where ended is null")]
    more = [round.item() for _ in range(12 - len(lent))]
    for barcode in more:
        loan = {"patron": "R1009", "point": "", "ended": None, "ended_at": None}
        round.ledger.add("loans", barcode=barcode, started=round.now - DAY_S, due=round.now + DAY_S, **loan)
    parcels = [round.pack(READERS[n % 6]) for n in range(40)]
    round.hear()
    round.online = False
    round.do(Online(False))
    returns = [*lent, *more][:12]
    for barcode in returns:
        round.give_back(barcode)
    round.wait(DAY_S)
    to_take = {*returns, *(barcode for parcel in old for barcode in round.items_of(parcel))}
    return round, parcels, to_take


def told(round: Round) -> list[dict[str, str]]:
    """The network is back: what the library's books say to all of it."""
    round.online = True
    round.now += 400.0
    round.do(Online(True))
    for _ in range(100):
        round.wait(5.0)
    assert round.store.waiting_count() == 0
    return round.ledger.rows("select status, telling from received where point = ? and status <> 'applied'", POINT)


@pytest.mark.parametrize("cuts", [False, True], ids=["at one go", "the power fails ten times"])
def test_forty_parcels_offline(tmp_path: Path, cuts: bool) -> None:
    round, parcels, to_take = prepared(tmp_path)
    at = round.now
    round.tap(COURIER)
    screen = round.screen
    assert isinstance(screen, Courier)
    assert (len(screen.parcels), screen.to_clear, screen.clear_why) == (40, 17, (5, 0, 12))
    too_large = {parcels[n] for n in (3, 9, 17)}
    for n, parcel in enumerate(parcels, 1):
        if cuts and n % 5 == 0:
            round.scan(round.items_of(parcel)[0])
            round.opens()
            round.cut()  # nothing was put in, and nobody saw it: its door must be looked behind
            round.tap(COURIER)
            door = round.screen.to_check[0]
            round.touch("check", door)
            round.opens()
            round.touch("no")
            round.shut(door)
        round.load(parcel, lambda name, p=parcel: p not in too_large or not round.small(name))  # type: ignore[misc]
        assert round.screen.loaded == n
    assert not round.screen.parcels
    round.scan("SIP9999999")
    assert round.screen.notice == "unknown_item"
    bag = set[str]()
    if cuts:
        round.touch("clear")
        name = round.opens()
        bag |= round.inside[name]
        round.inside[name].clear()
        round.cut()
        round.tap(COURIER)
        assert round.screen.bag == 1
    bag |= round.clear()
    assert bag == to_take
    assert isinstance(round.screen, Seal)
    assert (round.screen.parcels, round.screen.items) == (5, 12)
    if cuts:
        round.cut()
        round.tap(COURIER)
        round.touch("bag")
    round.seal("70417733")
    assert round.screen.notice == "bag_taken"
    round.touch("finish")
    assert isinstance(round.screen, Home)
    assert round.now - at < 3600.0
    doubts = told(round)
    missing = [row for row in doubts if "parcel_missing" not in row["telling"] and "parcel_ready" not in row["telling"]]
    assert missing == [], missing
    held = round.ledger.row("select held_by, things from bags where seal = '70417733'")
    assert held is not None
    assert held["held_by"] == COURIER
    lies = {
        row["id"]: row["compartment"]
        for row in round.ledger.rows("select id, compartment from parcels where status = 'ready' and point = ?", POINT)
    }
    for parcel in parcels:
        assert set(round.items_of(parcel)) <= round.inside[lies[parcel]]
    larger = round.ledger.rows("select id from parcels where size = 'M'")
    assert too_large <= {row["id"] for row in larger}
    for barcode in to_take:
        assert round.ledger.row("select place from items where barcode = ?", barcode) == {"place": "transit"}
    assert round.store.load() == round.loop.point
    round.store.close()
    assert not isinstance(round.screen, HandOver)
