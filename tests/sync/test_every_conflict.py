"""Each conflict between what happened at a point and what the library has booked since, over both services: real
clients, real sockets, the reference library's ledger. The physical fact stands, nothing is doubled, and what does not
fit comes back as a conflict with the library's own words. docs/offline.md has the table.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from simulators.library.packing import change_patron, pack_parcel, place_hold
from simulators.library.seed import card_number
from simulators.library.server import Library
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.server import Sip2Server
from sync import rest
from sync.messages import ItemDropped, ParcelCollected, ParcelReady, Receipt, Telling, Told
from sync.service import Known, Service
from sync.sip2.service import Settings, Sip2
from tests.kiosk.replay import BOOKS, SEAL

HERE, THERE, DAY_S = "dongmen", "lujia", 86400.0
ANN, BEN = "R1018", "R1014"


class Both:
    """One library, and two points that speak to it over ``service``."""

    def __init__(self, service: str, library: Library, sip2: Sip2Server) -> None:
        self.service, self.library, self.sip2 = service, library, sip2
        self.ledger, self.now = library.ledger, time.time()
        self.said = dict.fromkeys((HERE, THERE), 0)
        self.clients = {point: self._client(point) for point in (HERE, THERE)}

    def _client(self, point: str) -> Service:
        if self.service == "rest":
            return rest.connect(*self.library.settings_of(point))
        about = {"host": "127.0.0.1", "port": self.sip2.port, "tls": False, "dialect": Path("koha")}
        named = {"user": self.sip2.user, "institution": "SIP", "doubt_wait_s": 0.0, "location": point}
        return Sip2(Settings.model_validate(about | named), self.sip2.password, SEAL)

    def restart(self, point: str = HERE) -> None:
        self.clients[point].close()
        self.clients[point] = self._client(point)

    def telling(self, told: Told, at: float = 0.0, point: str = HERE) -> Telling:
        self.said[point] += 1
        n = self.said[point]
        return Telling(f"{point}-1-{n}", n, at or self.now, told)

    def tell(self, told: Told, at: float = 0.0, point: str = HERE) -> Receipt:
        return self.clients[point].tell([self.telling(told, at, point)])[0]

    # ---- what happens

    def waits(self, patron: str = ANN) -> tuple[str, str]:
        """A parcel that lies at the point for this reader, and its item."""
        row = self.ledger.row("select barcode, isbn from items where place = 'shelf' order by barcode")
        assert row
        place_hold(self.ledger, patron, row["isbn"], HERE)
        parcel = pack_parcel(self.ledger, HERE, patron, (row["barcode"],))
        self.ledger.change("update parcels set status = 'ready' where id = ?", parcel)
        self.ledger.change("update holds set status = 'ready' where parcel = ?", parcel)
        return parcel, row["barcode"]

    def collected(self, parcel: str, item: str, patron: str = ANN) -> ParcelCollected:
        known_as = patron if self.service == "rest" else SEAL.hide(card_number(patron))
        return ParcelCollected(parcel, known_as, (item,), "card", self.now + 28 * DAY_S)

    def lend(self, item: str, patron: str, at: float) -> None:
        """At the library's own desk."""
        loan = {"barcode": item, "patron": patron, "point": "", "ended": None, "ended_at": None}
        self.ledger.add("loans", **loan, started=at, due=at + DAY_S)
        self.ledger.change("update items set place = 'loan' where barcode = ?", item)

    def loans(self, item: str) -> list[tuple[str, bool]]:
        """Of whom, and whether it is over."""
        rows = self.ledger.rows("select patron, ended from loans where barcode = ? order by id", item)
        return [(row["patron"], row["ended"] is not None) for row in rows]

    def books(self) -> dict[str, list[dict[str, Any]]]:
        return {name: self.ledger.rows(f"select * from {name}") for name in BOOKS}


@pytest.fixture(params=["rest", "sip2"])
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Both]:
    with ExitStack() as undo:
        library = undo.enter_context(Library(tmp_path))
        sip2 = undo.enter_context(Sip2Server(library.ledger, PROFILES["koha"]))
        both = Both(request.param, library, sip2)
        yield both
        for client in both.clients.values():
            client.close()


def test_patron_blocked_since(at: Both) -> None:
    parcel, item = at.waits()
    change_patron(at.ledger, ANN, "blocked", "有一笔费用未缴")
    receipt = at.tell(at.collected(parcel, item))
    assert receipt.status == "conflict"
    if at.service == "rest":  # the book has left: it is booked all the same
        assert "blocked since" in receipt.detail
        assert at.loans(item) == [(ANN, False)]
    else:  # this library books nothing: staff do
        assert "有一笔费用未缴" in receipt.detail
        assert at.loans(item) == []


def test_item_already_returned(at: Both) -> None:
    parcel, item = at.waits()
    at.tell(at.collected(parcel, item))
    at.ledger.change("update loans set ended = ?, ended_at = 'main' where barcode = ?", at.now, item)
    at.ledger.change("update items set place = 'shelf' where barcode = ?", item)
    receipt = at.tell(ItemDropped(item, "A1", True))
    assert (receipt.status, "nobody had" in receipt.detail) == (
        ("conflict", True) if at.service == "rest" else ("applied", False)
    )
    assert at.loans(item) == [(ANN, True)]
    assert at.ledger.rows("select ended_at from loans where barcode = ?", item) == [{"ended_at": "main"}]


def test_on_loan_to_another_since_before(at: Both) -> None:
    parcel, item = at.waits()
    at.lend(item, BEN, at.now - DAY_S)
    receipt = at.tell(at.collected(parcel, item))
    assert receipt.status == "conflict"
    assert "somebody else" in receipt.detail
    assert at.loans(item) == ([(BEN, True), (ANN, False)] if at.service == "rest" else [(BEN, False)])


def test_on_loan_to_another_who_came_later(at: Both) -> None:
    parcel, item = at.waits()
    at.lend(item, BEN, at.now - 60)
    receipt = at.tell(at.collected(parcel, item), at.now - DAY_S)
    assert receipt.status == "conflict"
    assert "somebody else" in receipt.detail
    assert at.loans(item) == [(BEN, False)]


def test_a_late_return_leaves_a_later_loan_of_another_alone(at: Both) -> None:
    parcel, item = at.waits()
    at.tell(at.collected(parcel, item), at.now - 2 * DAY_S)
    at.ledger.change("update loans set ended = ?, ended_at = 'main' where barcode = ?", at.now - DAY_S, item)
    at.lend(item, BEN, at.now - 60)
    dropped = at.telling(ItemDropped(item, "A1", True), at.now - DAY_S)
    receipt = at.clients[HERE].tell([dropped], Known(frozenset({item})))[0]  # a courier has taken it away since
    assert receipt.status == "conflict"
    assert at.loans(item) == [(ANN, True), (BEN, False)]


def test_on_hold_for_another(at: Both) -> None:
    parcel, item = at.waits(BEN)
    receipt = at.tell(at.collected(parcel, item, ANN))
    assert receipt.status == "conflict"
    if at.service == "rest":
        assert "for another patron" in receipt.detail
        assert at.loans(item) == [(ANN, False)]
    else:
        assert "其他读者" in receipt.detail
        assert at.loans(item) == []


def test_same_upload_twice(at: Both) -> None:
    story = [at.telling(at.collected(*at.waits())) for _ in range(3)]
    assert {receipt.status for receipt in at.clients[HERE].tell(story)} == {"applied"}
    before = at.books()
    at.restart()  # and nothing of it is remembered
    again = {receipt.status for receipt in at.clients[HERE].tell(story)}
    assert again == ({"duplicate"} if at.service == "rest" else {"applied"})
    assert at.books() == before


@pytest.mark.parametrize("twice", [False, True])
def test_out_and_back_both_offline(at: Both, twice: bool) -> None:
    parcel, item = at.waits()
    out = at.telling(at.collected(parcel, item), at.now - DAY_S)
    batch = [out, at.telling(ItemDropped(item, "A1", True), at.now - 60)]
    for known in (Known(), Known(said=2))[: 1 + twice]:  # the power failed before the answers were kept
        assert {receipt.status for receipt in at.clients[HERE].tell(batch, known)} <= {"applied", "duplicate"}
        at.restart()
    assert at.loans(item) == [(ANN, True)]
    assert not at.ledger.rows("select * from renewals")


def lent_and_wanted(at: Both, where: str) -> str:
    """The item that Ann has on loan since yesterday, and that Ben alone waits for at this point."""
    parcel, item = at.waits()
    at.tell(at.collected(parcel, item), at.now - DAY_S)
    isbn = at.ledger.item(item).isbn  # type: ignore[union-attr]
    at.ledger.change("update holds set status = 'cancelled' where isbn = ? and status = 'waiting'", isbn)
    place_hold(at.ledger, BEN, isbn, where)
    return item


def test_returned_and_the_next_reader_waits_for_it_here(at: Both) -> None:
    item = lent_and_wanted(at, HERE)
    told = at.telling(ItemDropped(item, "A1", True))
    (receipt,) = at.clients[HERE].tell([told])
    assert receipt.status == "applied"
    assert receipt.held_for
    assert receipt.held_for.id == (BEN if at.service == "rest" else SEAL.hide(card_number(BEN)))
    at.restart()
    (again,) = at.clients[HERE].tell([told], Known(said=told.seq))
    assert (again.held_for, again.set_aside) == (receipt.held_for, receipt.set_aside)
    kept = receipt.set_aside.id if receipt.set_aside else "h1"
    if at.service == "rest":  # its library hears that it lies there; over SIP2 the check-in said so
        assert at.tell(ParcelReady(kept, "A1", "return", (item,))).status == "applied"
    assert at.ledger.rows("select 1 from messages where patron = ?", BEN)
    assert at.tell(at.collected(kept, item, BEN)).status == "applied"
    assert at.loans(item) == [(ANN, True), (BEN, False)]


def test_returned_and_somebody_waits_for_it_elsewhere(at: Both) -> None:
    item = lent_and_wanted(at, THERE)
    receipt = at.tell(ItemDropped(item, "A1", True))
    assert (receipt.status, receipt.held_for) == ("applied", None)
    assert receipt.goes_to == (THERE if at.service == "sip2" else "绿家社区书亭")


def test_two_points_interleaved(at: Both) -> None:
    first, second = at.waits(), at.waits(BEN)
    told = [
        at.tell(at.collected(*first), at.now - 900),
        at.tell(ItemDropped(first[1], "B1", True), at.now - 600, THERE),
        at.tell(at.collected(*second, BEN), at.now - 700),
        at.tell(ItemDropped(second[1], "B2", True), at.now - 500, THERE),
    ]
    assert [receipt.status for receipt in told] == ["applied"] * 4
    assert at.loans(first[1]) == [(ANN, True)]
    assert at.loans(second[1]) == [(BEN, True)]


def test_two_points_interleaved_and_the_return_is_heard_before_its_loan(at: Both) -> None:
    parcel, item = at.waits()
    back = at.tell(ItemDropped(item, "B1", True), at.now - 600, THERE)
    loan = at.tell(at.collected(parcel, item), at.now - 900)
    if at.service == "rest":  # the loan is over, as it is in the world, and somebody looks at both
        assert (back.status, loan.status) == ("conflict", "conflict")
        assert "came back to lujia" in loan.detail
        assert at.loans(item) == [(ANN, True)]
    else:  # the library sends it back to where it is held; the check-in there ends the loan
        assert back.goes_to == HERE
        assert at.loans(item) == [(ANN, False)]
        at.tell(ItemDropped(item, "A1", True))
        assert at.loans(item) == [(ANN, True)]


def test_fee_demanded(at: Both) -> None:
    parcel, item = at.waits()
    change_patron(at.ledger, ANN, "blocked", "请先缴费 5.00 元")
    at.ledger.add("fees", patron=ANN, amount=5.0, reference="F1", what="逾期")
    receipt = at.tell(at.collected(parcel, item))
    assert receipt.status == "conflict"
    assert ("请先缴费" in receipt.detail) is (at.service == "sip2")
    assert at.ledger.rows("select amount from fees where reference = 'F1'") == [{"amount": 5.0}]  # nothing is paid
    assert "37" not in at.sip2.heard


@pytest.mark.parametrize("by", [2 * DAY_S, -2 * DAY_S])
def test_clock_jump(at: Both, by: float) -> None:
    """The wrong clock dates the loan; it jumps back before the return."""
    parcel, item = at.waits()
    loan = at.tell(at.collected(parcel, item), at.now + by)
    assert loan.status == ("conflict" if by > 0 and at.service == "rest" else "applied")
    assert ("runs ahead" in loan.detail) is (loan.status == "conflict")
    assert at.tell(ItemDropped(item, "A1", True), time.time()).status == "applied"
    (row,) = at.ledger.rows("select * from loans where barcode = ?", item)
    assert row["started"] <= row["ended"] <= time.time()
    assert row["due"] >= at.now + 25 * DAY_S


def test_machine_restored_from_an_old_image(at: Both) -> None:
    """It says again what it said before the image was put back, then something new under a number used before."""
    here, gone = at.waits(), at.waits(BEN)
    story = [at.telling(at.collected(*here)), at.telling(at.collected(*gone, BEN))]
    at.clients[HERE].tell(story)
    at.ledger.change("update loans set ended = ?, ended_at = 'main' where barcode = ?", at.now, gone[1])
    at.lend(gone[1], ANN, at.now)
    before = at.books()
    at.restart()
    at.said[HERE] = 1
    old = [story[0], at.telling(ItemDropped(here[1], "A1", True))]
    receipts = at.clients[HERE].tell(old)
    if at.service == "rest":
        assert [receipt.status for receipt in receipts] == ["duplicate", "reused"]
        assert at.books() == before  # the new one comes again under a new key, see tests/kiosk/test_old_image.py
    else:
        assert [receipt.status for receipt in receipts] == ["applied", "applied"]
        assert at.loans(here[1]) == [(ANN, True)]
        assert at.clients[HERE].tell([story[1]])[0].status == "conflict"
    assert at.loans(gone[1]) == [(BEN, True), (ANN, False)]


def test_machine_restored_from_an_old_image_and_said_so(at: Both) -> None:
    """Over SIP2 somebody must say it; then what waited in the image changes nothing at the library any more."""
    running, over, taken = at.waits(), at.waits(), at.waits(BEN)
    story = [
        at.telling(at.collected(*running)),
        at.telling(at.collected(*over)),
        at.telling(ItemDropped(over[1], "A1", True)),
        at.telling(at.collected(*taken, BEN)),
        at.telling(ItemDropped(taken[1], "A2", True)),
    ]
    at.clients[HERE].tell(story)
    at.lend(taken[1], ANN, at.now)
    before = at.books()
    at.restart()
    receipts = at.clients[HERE].tell(story, Known(image=6))
    assert at.books() == before
    if at.service == "sip2":
        assert [receipt.status for receipt in receipts] == ["applied", "conflict", "applied", "conflict", "conflict"]
        assert "put back" in receipts[1].detail
        assert "somebody else" in receipts[3].detail
        assert "put back" in receipts[4].detail


def test_the_reader_is_never_shown_in_a_conflict(at: Both) -> None:
    parcel, item = at.waits()
    at.lend(item, BEN, at.now - DAY_S)
    number = SecretStr(card_number(ANN))
    detail = at.tell(at.collected(parcel, item)).detail
    assert number.get_secret_value() not in detail
    assert card_number(BEN) not in detail
