"""Stock at the reference library, over REST: sent to a point, asked about, lent from there, and left there again."""

import time
from dataclasses import replace

import pytest

from simulators.library.acting import LOANS_MAX, lend
from simulators.library.packing import pack_parcel, place_hold
from simulators.library.server import Library
from sync.asked import Allowed, MayBorrow
from sync.messages import ItemDropped, ParcelCollected, ParcelReady, ParcelSent, PointTrouble, Receipt, Telling, Told
from sync.service import Service
from sync.things import SentParcel

POINT = "dongmen"
NOW = time.time()


class At:
    """The point, which tells one after the other."""

    def __init__(self, client: Service) -> None:
        self.client, self.seq = client, 0

    def tell(self, told: Told, again: bool = False) -> Receipt:
        self.seq += not again
        return self.client.tell([Telling(f"{POINT}-1-{self.seq}", self.seq, NOW - 60 + self.seq, told)])[0]


def sent(library: Library, client: Service, count: int = 1) -> SentParcel:
    """Packed for anybody, as it comes down."""
    rows = library.ledger.rows("select barcode from items where place = 'shelf' order by barcode limit ?", count)
    parcel = pack_parcel(library.ledger, POINT, "", tuple(row["barcode"] for row in rows))
    changes = client.changes("", 0).changes
    return next(c.parcel for c in changes if isinstance(c, ParcelSent) and c.parcel.id == parcel)


def test_stock_comes_down_with_authors_and_without_a_patron_code_or_pass(library: Library, client: Service) -> None:
    parcel = sent(library, client)
    assert (parcel.patron, parcel.code, parcel.pass_id) == ("", "", "")
    assert parcel.items[0].author
    assert parcel.expires > NOW + 30 * 86400


def test_it_says_who_may_borrow_it_and_why_not(library: Library, client: Service) -> None:
    items = tuple(item.barcode for item in sent(library, client).items)
    assert client.ask(MayBorrow("R1018", items)) == Allowed(True)
    for patron in ("R1005", "R1006", "nobody"):
        answer = client.ask(MayBorrow(patron, items))
        assert isinstance(answer, Allowed)
        assert not answer.may
        assert answer.words
    library.ledger.change("update parcels set patron = 'R1002' where patron = ''")
    assert client.ask(MayBorrow("R1018", items)) == Allowed(False, "此书已为其他读者预留。")
    assert client.ask(MayBorrow("R1002", items)) == Allowed(True)


def test_its_limit_on_loans_counts_all_that_are_asked_about(library: Library, client: Service) -> None:
    items = tuple(item.barcode for item in sent(library, client, 3).items)
    had = library.ledger.rows("select 1 from loans where patron = 'R1018' and ended is null")
    shelf = "select barcode from items where place = 'shelf' order by barcode limit ?"
    for row in library.ledger.rows(shelf, LOANS_MAX - len(had) - 2):
        lend(
            library.ledger,
            dict(library.ledger.row("select * from patrons where id = 'R1018'") or {}),
            row["barcode"],
            POINT,
        )
    assert client.ask(MayBorrow("R1018", items[:2])) == Allowed(True)
    answer = client.ask(MayBorrow("R1018", items))
    assert answer == Allowed(False, f"已借满 {LOANS_MAX} 本，请先归还。")


def test_who_borrows_it_gets_the_loan_and_nobody_a_message(library: Library, client: Service) -> None:
    parcel, at = sent(library, client, 2), At(client)
    one, two = (item.barcode for item in parcel.items)
    assert at.tell(ParcelReady(parcel.id, "A1", "C2001", (one, two))).status == "applied"
    assert not library.ledger.rows("select 1 from messages where patron = ''")
    taken = ParcelCollected(parcel.id, "R1018", (one,), "card", NOW + 86400 * 28, (two,))
    assert at.tell(taken).status == "applied"
    loan = library.ledger.loan(one)
    assert loan
    assert loan["patron"] == "R1018"
    rest = replace(taken, patron="R1019", items=(two,), left=())
    assert at.tell(rest).status == "applied"
    assert at.tell(PointTrouble("door_stuck", "A1", parcel.id)).status == "applied"


@pytest.mark.parametrize("keeps", [True, False])
def test_a_return_stays_where_the_library_says_so(library: Library, client: Service, keeps: bool) -> None:
    library.ledger.keeps = keeps
    at, barcode = At(client), "".join(library.ledger.row("select barcode from loans where ended is null")["barcode"])  # type: ignore[index]
    told = ItemDropped(barcode, "A1", True)
    receipt = at.tell(told)
    assert (receipt.status, receipt.held_for, receipt.stock) == ("applied", None, keeps)
    assert (receipt.set_aside is not None) is keeps
    again = at.tell(told, again=True)
    assert (again.stock, again.set_aside) == (receipt.stock, receipt.set_aside)


def test_who_waits_for_it_comes_first(library: Library, client: Service) -> None:
    library.ledger.keeps = True
    loan = library.ledger.row("select barcode, isbn from loans join items using (barcode) where ended is null")
    assert loan
    place_hold(library.ledger, "R1019", loan["isbn"], POINT)
    receipt = At(client).tell(ItemDropped(loan["barcode"], "A1", True))
    assert receipt.held_for
    assert (receipt.held_for.id, receipt.stock) == ("R1019", False)
