"""The reference library keeps its feed readable, whatever it is told and whoever packs."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
from pytest_mock import MockerFixture

from simulators.library.account import account
from simulators.library.booking import LOAN_S, hear
from simulators.library.instructing import instruct
from simulators.library.ledger import CursorTooOld, Ledger
from simulators.library.packing import pack_parcel, send_stock
from simulators.library.seed import seed, signing_key
from sync.account import AccountOf
from sync.envelope import Sent, digest
from sync.instructions import InstructionEnded
from sync.messages import ItemLent, ParcelSent, Telling, Told
from sync.plain import TIME_MAX
from sync.rounds import HoldExtended

POINT, NOW = "dongmen", 1_795_459_200.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(tmp_path / "library.sqlite", signing_key(), lambda: NOW)
    seed(ledger)
    yield ledger
    ledger.close()


def told(ledger: Ledger, said: Told, at: float = NOW) -> str:
    telling = Telling("k1", 1, at, said)
    return hear(ledger, POINT, [Sent(telling, digest(telling))])[0].status


def shelf(ledger: Ledger) -> str:
    return str(ledger.rows("select barcode from items where place = 'shelf' order by barcode")[0]["barcode"])


@pytest.mark.parametrize("expires", [1e300, -1e300, TIME_MAX, 0.0])
def test_a_hold_extended_without_sense_leaves_the_feed_readable(ledger: Ledger, expires: float) -> None:
    before = ledger.snapshot(POINT).cursor
    assert told(ledger, HoldExtended("P00002", expires)) == "applied"
    (change,) = ledger.page(POINT, before).changes
    assert isinstance(change, ParcelSent)
    assert NOW < change.parcel.expires <= TIME_MAX


def test_what_was_lent_before_there_was_time_is_due_a_month_after_its_beginning(ledger: Ledger) -> None:
    barcode = shelf(ledger)
    assert told(ledger, ItemLent(barcode, "R1002", 0.0), at=-1e12) == "applied"
    loans = account(ledger, POINT, AccountOf("R1002")).loans
    assert {one.id: one.due for one in loans}[barcode] == LOAN_S


def test_what_no_point_could_read_is_not_packed(ledger: Ledger) -> None:
    before, barcode = ledger.snapshot(POINT).cursor, shelf(ledger)
    with pytest.raises(ValueError, match="should match pattern"):
        pack_parcel(ledger, POINT, "", (barcode,), id="<b>")
    assert shelf(ledger) == barcode
    assert ledger.page(POINT, before).changes == ()


def test_a_parcel_has_a_name_of_its_own(ledger: Ledger) -> None:
    many = ledger.rows("select count(*) as n from parcels")[0]["n"]
    with pytest.raises(ValueError, match="P00001 already"):
        pack_parcel(ledger, POINT, "", (shelf(ledger),), id="P00001")
    pack_parcel(ledger, POINT, "", (shelf(ledger),), id=f"P{many + 2:05d}")
    assert pack_parcel(ledger, POINT, "", (shelf(ledger),)) == f"P{many + 3:05d}"


@pytest.mark.parametrize(("outcome", "hold"), [("done", "cancelled"), ("refused", "packed")])
def test_a_hold_that_the_point_has_cancelled_is_cancelled_in_the_books(
    ledger: Ledger, outcome: Literal["done", "refused"], hold: str
) -> None:
    id = instruct(ledger, POINT, "cancel_hold", parcel="P00001")
    assert told(ledger, InstructionEnded(id, outcome)) == "applied"
    assert ledger.rows("select distinct status from holds where parcel = 'P00001'") == [{"status": hold}]
    sent = [one.parcel.id for one in ledger.snapshot(POINT).changes if isinstance(one, ParcelSent)]
    assert ("P00001" in sent) is (hold == "packed")


@pytest.fixture
def beside(ledger: Ledger, tmp_path: Path) -> Iterator[Ledger]:
    """The same books, opened once more, as the command line does beside a library that is served."""
    with closing(Ledger(tmp_path / "library.sqlite", signing_key(), lambda: NOW)) as beside:
        yield beside


def test_who_reads_and_then_writes_is_not_refused_for_what_is_written_beside_it(ledger: Ledger, beside: Ledger) -> None:
    with ThreadPoolExecutor(1) as hand:
        with ledger.transaction():
            shelf(ledger)
            sending = hand.submit(send_stock, beside, POINT, 1)
            wait([sending], 0.2)
            send_stock(ledger, POINT, 1)
        assert sending.result()


def test_what_is_sent_while_a_snapshot_is_taken_is_in_it_or_comes_after_it(
    ledger: Ledger, beside: Ledger, mocker: MockerFixture
) -> None:
    mocker.patch.object(ledger, "neighbours", lambda point: (send_stock(beside, point, 1), beside.neighbours(point))[1])
    page = ledger.snapshot(POINT)
    later = ledger.page(POINT, page.cursor).changes
    sent = [one.parcel.id for one in (*page.changes, *later) if isinstance(one, ParcelSent)]
    assert sent == [row["id"] for row in ledger.rows("select id from parcels where point = ? order by id", POINT)]


def test_a_cursor_given_after_the_backup_that_was_restored_is_too_old(ledger: Ledger, tmp_path: Path) -> None:
    before = ledger.snapshot(POINT).cursor
    with closing(sqlite3.connect(tmp_path / "library.sqlite")) as books:
        books.execute("vacuum into ?", [str(tmp_path / "backup.sqlite")])
    send_stock(ledger, POINT, 2)
    after = ledger.snapshot(POINT).cursor
    with closing(Ledger(tmp_path / "backup.sqlite", signing_key(), lambda: NOW + 60)) as restored:
        send_stock(restored, POINT, 3)
        with pytest.raises(CursorTooOld):
            restored.page(POINT, after)
        assert len(restored.page(POINT, before).changes) == 3
