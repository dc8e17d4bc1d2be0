"""What the reference library makes of tellings that come late, or of what nobody expected any more: found after all,
lent and back before it was heard, held for longer than its pass."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.core.identity import Keyring, read_pass
from simulators.library.acting import more_time, rule
from simulators.library.booking import LOAN_S, hear
from simulators.library.instructing import instruct
from simulators.library.ledger import Ledger
from simulators.library.packing import HOLD_SHELF_S, pack_parcel, place_hold, recall_parcel
from simulators.library.seed import seed, signing_key
from sync.acts import CancelHold, Checkout, Said
from sync.envelope import Sent, digest
from sync.instructions import InstructionEnded
from sync.messages import (
    ItemDropped,
    ItemLent,
    ItemsCleared,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRecalled,
    ParcelSent,
    PatronChanged,
    PointTrouble,
    Receipt,
    Telling,
    Told,
)
from sync.rounds import HoldExtended

HERE, THERE, NOW = "dongmen", "lujia", 1_795_459_200.0
ANN, BEN, COURIER = "R1018", "R1014", "C2001"


class Books:
    """The library's, and points that tell it what happened, one after the other."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.said = ledger, dict.fromkeys((HERE, THERE), 0)

    def tell(self, told: Told, at: float = NOW, point: str = HERE) -> Receipt:
        self.said[point] += 1
        telling = Telling(f"{point}-1-{self.said[point]}", self.said[point], at, told)
        return hear(self.ledger, point, [Sent(telling, digest(telling))])[0]

    def one(self, sql: str, *params: object) -> object:
        """The only value of the only row."""
        (row,) = self.ledger.rows(sql, *params)
        (value,) = row.values()
        return value

    def shelf(self) -> str:
        return str(self.one("select min(barcode) from items where place = 'shelf'"))

    def packed(self, patron: str = ANN) -> tuple[str, str]:
        item = self.shelf()
        place_hold(self.ledger, patron, str(self.one("select isbn from items where barcode = ?", item)), HERE)
        return pack_parcel(self.ledger, HERE, patron, (item,)), item

    def missing(self) -> tuple[str, str]:
        parcel, item = self.packed()
        self.tell(ParcelReady(parcel, "A1", COURIER))
        self.tell(ParcelMissing(parcel, ANN))
        return parcel, item

    def hold(self, parcel: str) -> object:
        return self.one("select status from holds where parcel = ?", parcel)

    def status(self, parcel: str) -> object:
        return self.one("select status from parcels where id = ?", parcel)

    def place(self, item: str) -> object:
        return self.one("select place from items where barcode = ?", item)

    def messages(self) -> int:
        return len(self.ledger.rows("select 1 from messages where patron = ?", ANN))

    def running(self, item: str) -> str:
        return str((self.ledger.loan(item) or {"patron": ""})["patron"])


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    ledger = Ledger(tmp_path / "library.sqlite", signing_key(), lambda: NOW)
    seed(ledger)
    yield Books(ledger)
    ledger.close()


# ---- told missing, and found after all ------------------------------------------------------------------------------


def test_what_is_found_is_sent_again_with_its_reader(books: Books) -> None:
    parcel, item = books.missing()
    before = books.ledger.snapshot(HERE)
    assert parcel not in [one.parcel.id for one in before.changes if isinstance(one, ParcelSent)]
    assert books.tell(ParcelReady(parcel, "A1", COURIER)).status == "applied"
    patron, sent = books.ledger.page(HERE, before.cursor).changes
    assert isinstance(patron, PatronChanged)
    assert isinstance(sent, ParcelSent)
    assert (patron.patron.id, sent.parcel.id) == (ANN, parcel)
    assert books.place(item) == "parcel"
    assert not rule(books.ledger, HERE, Said("k", Checkout(BEN, item))).done


def test_what_was_recalled_before_it_was_missed_stays_recalled(books: Books) -> None:
    parcel, _ = books.packed()
    books.tell(ParcelReady(parcel, "A1", COURIER))
    recall_parcel(books.ledger, parcel)
    books.tell(ParcelMissing(parcel, ANN))
    told = books.messages()
    assert books.tell(ParcelReady(parcel, "A1", COURIER)).status == "conflict"
    assert (books.hold(parcel), books.messages()) == ("cancelled", told)


def test_what_its_reader_cancelled_while_it_was_missed_is_not_theirs_when_found(books: Books) -> None:
    parcel, _ = books.missing()
    before, told = books.ledger.snapshot(HERE).cursor, books.messages()
    hold = f"H{books.one('select id from holds where parcel = ?', parcel)}"
    assert rule(books.ledger, HERE, Said("k", CancelHold(ANN, hold))).done
    assert ParcelRecalled(parcel) in books.ledger.page(HERE, before).changes
    assert books.tell(ParcelReady(parcel, "A1", COURIER)).status == "conflict"
    assert (books.hold(parcel), books.messages()) == ("cancelled", told)


def test_what_another_copy_has_filled_since_is_called_back(books: Books) -> None:
    parcel, item = books.missing()
    isbn = books.one("select isbn from items where barcode = ?", item)
    books.ledger.add("items", barcode="SIP0009999", isbn=isbn, place="shelf", point="")
    before, told = books.ledger.snapshot(HERE).cursor, books.messages()
    pack_parcel(books.ledger, HERE, ANN, ("SIP0009999",))
    assert ParcelRecalled(parcel) in books.ledger.page(HERE, before).changes
    assert books.tell(ParcelReady(parcel, "A1", COURIER)).status == "conflict"
    assert books.messages() == told


def test_a_missing_parcel_whose_hold_the_point_cancelled_is_cancelled(books: Books) -> None:
    parcel, _ = books.missing()
    id = instruct(books.ledger, HERE, "cancel_hold", parcel=parcel)
    assert books.tell(InstructionEnded(id, "done")).status == "applied"
    assert books.hold(parcel) == "cancelled"


def test_a_book_that_was_found_elsewhere_is_not_missing_with_its_parcel(books: Books) -> None:
    parcel, item = books.packed()
    books.tell(ParcelReady(parcel, "A1", COURIER))
    books.tell(ItemDropped(item, "A2", True))
    books.tell(ItemsCleared((item,), "A2", COURIER))
    books.tell(ParcelMissing(parcel, COURIER))
    assert books.place(item) == "transit"


def test_what_was_collected_before_it_was_recalled_stays_collected(books: Books) -> None:
    parcel, item = books.packed()
    books.tell(ParcelReady(parcel, "A1", COURIER))
    books.tell(ParcelCollected(parcel, ANN, (item,), "card", NOW + LOAN_S))
    before = books.ledger.snapshot(HERE).cursor
    recall_parcel(books.ledger, parcel)
    assert (books.status(parcel), books.hold(parcel)) == ("collected", "collected")
    assert books.ledger.page(HERE, before).changes == ()


# ---- a return -------------------------------------------------------------------------------------------------------


def test_what_was_set_aside_and_taken_out_is_its_readers_when_put_in_again(books: Books) -> None:
    item = str(books.one("select min(barcode) from loans where ended is null"))
    place_hold(books.ledger, ANN, str(books.one("select isbn from items where barcode = ?", item)), HERE)
    receipt = books.tell(ItemDropped(item, "A1", True))
    assert receipt.set_aside
    books.tell(ItemsCleared((item,), "A1", COURIER))  # it did not lie alone
    assert books.tell(ParcelReady(receipt.set_aside.id, "A2", COURIER)).status == "applied"
    assert not rule(books.ledger, HERE, Said("k", Checkout(BEN, item))).done


def test_a_return_of_a_point_whose_clock_is_ahead_is_set_aside_there_and_said_so(books: Books) -> None:
    item = str(books.one("select min(barcode) from loans where ended is null"))
    place_hold(books.ledger, ANN, str(books.one("select isbn from items where barcode = ?", item)), HERE)
    before = books.ledger.snapshot(HERE).cursor
    receipt = books.tell(ItemDropped(item, "A1", True), NOW + 400)
    (sent,) = (one.parcel for one in books.ledger.page(HERE, before).changes if isinstance(one, ParcelSent))
    assert (receipt.status, receipt.set_aside) == ("conflict", sent)
    assert receipt.held_for


# ---- lent, and heard of late ----------------------------------------------------------------------------------------


def test_lent_at_the_counter_and_back_elsewhere_before_it_was_told_is_not_lent_twice(books: Books) -> None:
    item = books.shelf()
    assert rule(books.ledger, HERE, Said("k", Checkout(ANN, item))).done  # the answer is lost, and the network with it
    books.ledger.clock = lambda: NOW + 7200
    books.tell(ItemDropped(item, "A1", True), NOW + 3600, THERE)
    assert books.tell(ItemLent(item, ANN, NOW + LOAN_S), NOW + 5).status == "applied"
    assert (books.running(item), books.place(item)) == ("", "cabinet")
    assert len(books.ledger.rows("select 1 from loans where barcode = ?", item)) == 1


def test_lent_to_somebody_else_later_and_back_since_is_over(books: Books) -> None:
    parcel, item = books.packed()
    books.tell(ParcelReady(parcel, "A1", COURIER), NOW - 900)
    loan = {"barcode": item, "patron": BEN, "point": "", "due": NOW, "ended_at": ""}
    books.ledger.add("loans", **loan, started=NOW - 300, ended=NOW - 100)
    books.ledger.change("update items set place = 'shelf' where barcode = ?", item)
    assert books.tell(ParcelCollected(parcel, ANN, (item,), "card", NOW), NOW - 600).status == "conflict"
    assert (books.running(item), books.place(item)) == ("", "shelf")


# ---- the reader -----------------------------------------------------------------------------------------------------


def test_who_cannot_reach_a_door_here_cannot_elsewhere(books: Books) -> None:
    parcel, _ = books.packed()
    pack_parcel(books.ledger, THERE, ANN, (books.shelf(),))
    books.tell(ParcelReady(parcel, "A1", COURIER))
    before = books.ledger.snapshot(THERE).cursor
    books.tell(PointTrouble("out_of_reach", "A1", parcel))
    (change,) = books.ledger.page(THERE, before).changes
    assert isinstance(change, PatronChanged)
    assert (change.patron.id, change.patron.reach) == (ANN, True)


@pytest.mark.parametrize("why", ["the point was down", "its door stuck", "its reader wants more time"])
def test_who_has_longer_has_a_pass_for_as_long(books: Books, why: str) -> None:
    parcel, _ = books.packed()
    books.tell(ParcelReady(parcel, "A1", COURIER))
    if why == "the point was down":
        books.tell(HoldExtended(parcel, NOW + HOLD_SHELF_S + 86400))
    elif why == "its door stuck":
        books.ledger.clock = lambda: NOW + 86400
        books.tell(PointTrouble("door_stuck", "A1", parcel))
    else:
        (hold,) = books.ledger.rows("select * from holds where parcel = ?", parcel)
        more_time(books.ledger, hold)
    expires = books.ledger.sent_parcel(parcel).expires
    assert expires > NOW + HOLD_SHELF_S
    newest = "select pass from messages where patron = ? order by id desc limit 1"
    keys = Keyring(b"h" * 32, (signing_key().public_key(),))
    assert read_pass(str(books.one(newest, ANN)), keys, HERE, expires - 1)[1] == ""
