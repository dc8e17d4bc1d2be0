"""What may have happened at the library since, and is told late: the physical fact stands, nothing is doubled, and what
does not fit becomes a case with the library's own words."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.library.packing import change_patron, place_hold, recall_parcel
from simulators.library.seed import card_number
from sync.messages import ItemDropped, ParcelCollected, ParcelReady
from tests.sync.sip2.test_every_dialect import Day, day


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Day]:
    with day("koha", tmp_path) as made:
        yield made


@pytest.fixture
def item(at: Day) -> str:
    """Of R1002, put in here."""
    found = at.parcel("R1002")
    assert at.tell(ParcelReady("h1", "A1", "c", (found,))).status == "applied"
    return found


def collected(at: Day, item: str, patron: str = "R1002") -> ParcelCollected:
    return ParcelCollected("h1", at.ask(card_number(patron)).id, (item,), "card", time.time() + 28 * 86400)


def lend_elsewhere(at: Day, item: str, patron: str) -> None:
    at.ledger.change("update parcels set status = 'collected' where patron = 'R1002'")
    loan = {"barcode": item, "patron": patron, "point": "", "ended": None, "ended_at": None}
    at.ledger.add("loans", **loan, started=time.time(), due=time.time() + 86400)


def test_the_patron_was_blocked_since(at: Day, item: str) -> None:
    told = collected(at, item)
    change_patron(at.ledger, "R1002", "blocked", "有一笔费用未缴")
    receipt = at.tell(told)
    assert receipt.status == "conflict"
    assert "有一笔费用未缴" in receipt.detail
    assert not at.loans(item)


def test_it_is_on_loan_to_somebody_else_and_that_loan_is_left_alone(at: Day, item: str) -> None:
    told = collected(at, item)
    lend_elsewhere(at, item, "R1014")
    receipt = at.tell(told)
    assert receipt.status == "conflict"
    assert "somebody else" in receipt.detail
    (loan,) = at.loans(item)
    assert (loan["patron"], loan["ended"]) == ("R1014", None)


def test_it_is_on_loan_to_them_already(at: Day, item: str) -> None:
    told = collected(at, item)
    lend_elsewhere(at, item, "R1002")
    assert at.tell(told).status == "applied"
    assert len(at.loans(item)) == 1
    assert not at.ledger.rows("select * from renewals")


def test_the_hold_was_cancelled_since_and_the_book_has_left(at: Day, item: str) -> None:
    told = collected(at, item)
    recall_parcel(at.ledger, str(at.ledger.row("select id from parcels where patron = 'R1002'")["id"]))  # type: ignore[index]
    assert at.tell(told).status == "applied"  # nobody else waits for it: lent
    assert [loan["patron"] for loan in at.loans(item)] == ["R1002"]


def test_a_return_that_was_booked_already(at: Day, item: str) -> None:
    at.tell(collected(at, item))
    at.ledger.change("update loans set ended = 1 where barcode = ?", item)
    at.ledger.change("update items set place = 'shelf' where barcode = ?", item)
    assert at.tell(ItemDropped(item, "A1", True)).status == "applied"
    assert len(at.loans(item)) == 1


def test_a_return_that_the_next_reader_waits_for_here(at: Day, item: str) -> None:
    at.tell(collected(at, item))
    isbn = at.ledger.item(item).isbn  # type: ignore[union-attr]
    place_hold(at.ledger, "R1014", isbn, "dongmen")
    receipt = at.tell(ItemDropped(item, "A1", True))
    assert receipt.status == "applied"
    assert receipt.held_for
    assert receipt.held_for.id == at.ask(card_number("R1014")).id


def test_out_and_back_both_while_it_was_away(at: Day, item: str) -> None:
    told = collected(at, item)
    assert [at.tell(one).status for one in (told, ItemDropped(item, "A1", True))] == ["applied", "applied"]
    (loan,) = at.loans(item)
    assert loan["ended"]


def test_an_item_that_the_library_does_not_know(at: Day) -> None:
    receipt = at.tell(ItemDropped("SIP9999999", "A1", False))
    assert receipt.status == "conflict"
    assert receipt.detail


def test_a_reader_whose_number_is_not_known_here(at: Day, item: str) -> None:
    receipt = at.tell(ParcelCollected("h1", "R1002", (item,), "card", time.time()))
    assert receipt.status == "conflict"
    assert "not known here" in receipt.detail


def test_the_library_was_put_back_to_a_backup_and_hears_the_rest_all_the_same(at: Day, item: str) -> None:
    told = collected(at, item)
    at.tell(told)
    at.ledger.change("delete from loans where barcode = ?", item)  # as it was this morning
    at.ledger.change("update items set place = 'parcel' where barcode = ?", item)
    assert at.tell(ItemDropped(item, "A1", True)).status == "applied"
    assert at.loans(item) == []  # what was booked since the backup, staff book from the journal
    assert not at.ledger.rows("select * from renewals")
