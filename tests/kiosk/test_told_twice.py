"""Some hundreds of offline loans and returns, told to both services, each batch twice: nothing is doubled or lost.
Ten thousand of them, with rates: ``python -m benchmarks.replay``."""

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.config import load
from kiosk.incoming import Uploaded, UploadFailed
from kiosk.koc import export
from kiosk.store import Store
from simulators.library.sip2.lending import Lending
from simulators.library.sip2.quirks import PROFILES
from sync.errors import ServiceGap
from sync.messages import ItemDropped, ItemsCleared, ParcelCollected, PointTrouble, Told
from tests.kiosk.replay import (
    KEYRING,
    PLAN,
    POINT,
    ROUND,
    Life,
    books,
    fill,
    left_alone,
    once_more,
    outage,
    stock,
    tellings,
    twice,
    wire,
)

ITEMS = 100


@pytest.mark.parametrize("service", ["rest", "sip2"])
def test_hundreds_of_offline_loans_told_twice_have_their_effect_once_and_in_order(service: str, tmp_path: Path) -> None:
    waiting = stock(tmp_path / "library", ITEMS)
    path, image = tmp_path / "point.sqlite", tmp_path / "image.sqlite"
    fill(path, outage(waiting, sealed=service == "sip2"))
    shutil.copy(path, image)
    told = tellings(path)
    with wire(service, tmp_path / "library") as library:
        tally = twice(path, library)
        assert tally.changed == []
        assert [receipt.key for receipt in tally.receipts] == [telling.key for telling in told]
        assert tally.batches == 3
        with closing(sqlite3.connect(path)) as db:  # and every answer is kept
            kept = db.execute("select key, outcome, detail from outbox order by seq").fetchall()
        assert kept == [(receipt.key, receipt.status, receipt.detail) for receipt in tally.receipts]
        rows = library.ledger.rows("select * from loans where barcode like 'REP%' order by id")
        assert [row["barcode"] for row in rows] == [one.barcode for one in waiting]
        assert [row["patron"] for row in rows] == [one.patron for one in waiting]
        assert {row["ended_at"] for row in rows if row["ended"]} == {POINT}
        assert sum(not row["ended"] for row in rows) == left_alone(tally)
        assert not library.ledger.rows("select * from renewals")
        before = books(library.ledger)
        again, _ = once_more(image, path, library)  # over SIP2 with ``kiosk old-image``
        assert books(library.ledger) == before
        if service == "rest":
            heard = library.ledger.rows("select key from received order by rowid")
            assert [row["key"] for row in heard] == [telling.key for telling in told]
            assert {receipt.status for receipt in again} == {"duplicate"}
            assert len(again) == len(told)
        else:
            outcome = {receipt.key: receipt.status for receipt in again}
            assert {outcome[telling.key] for telling in told if isinstance(telling.told, ParcelCollected)} <= {
                "applied",
                "conflict",
            }
            assert outcome.keys() > {telling.key for telling in told}  # and what is to be looked at


def test_library_restored_from_backup_is_told_again_what_it_has_forgotten(tmp_path: Path) -> None:
    """Over REST it notices by the numbers. Over SIP2 nothing can: see tests/sync/sip2/test_conflicts.py."""
    library, backup, path = tmp_path / "library", tmp_path / "backup", tmp_path / "point.sqlite"
    story = outage(stock(library, 30), sealed=False)

    def upload() -> list[int]:
        """All that waits is told; the first number of each batch."""
        firsts = []
        with wire("rest", library) as service, closing(Store.open(path, PLAN)) as store:
            with closing(service.client()) as client:
                life = Life(store)
                while life.uploads:
                    batch = life.uploads.pop().batch
                    firsts.append(batch[0].seq)
                    try:
                        life.loop.handle(Uploaded(batch, client.tell(batch)))
                    except ServiceGap as gap:
                        life.loop.handle(UploadFailed(gap))
                        life.wait()
            assert store.waiting_count() == 0
        return firsts

    fill(path, story[:20], 1000.0)
    assert upload() == [1]
    shutil.copytree(library, backup)
    fill(path, story[20:], 500.0)
    assert upload() == [21]
    shutil.rmtree(library)
    shutil.copytree(backup, library)
    fill(path, [PointTrouble("door_stuck", "A1")])
    assert upload() == [91, 21]
    with wire("rest", library) as service:
        heard = service.ledger.rows("select seq from received order by rowid")
        assert [row["seq"] for row in heard] == list(range(1, 92))
        loans = service.ledger.rows("select ended from loans where barcode like 'REP%'")
        assert len(loans) == 30
        assert all(row["ended"] for row in loans)


def test_a_backup_older_than_what_is_remembered_ends_as_a_case_and_the_rest_is_told(tmp_path: Path) -> None:
    """The library wants numbers again that the point has forgotten: it hears that, once, and goes on."""
    library, path = tmp_path / "library", tmp_path / "point.sqlite"
    stock(library, 1)
    trouble: list[Told] = [PointTrouble("door_stuck", "A1")]
    for story in (trouble * 150, trouble * 5):
        fill(path, story)
        with wire("rest", library) as service, closing(Store.open(path, PLAN)) as store:
            with closing(service.client()) as client:
                life, gaps, told = Life(store), 0, 0
                while life.uploads:
                    batch = life.uploads.pop().batch
                    try:
                        receipts = client.tell(batch)
                    except ServiceGap as gap:
                        gaps += 1
                        life.loop.handle(UploadFailed(gap))
                        life.wait()
                    else:
                        told += len(batch)
                        life.loop.handle(Uploaded(batch, receipts))
            assert store.waiting_count() == 0
            point = life.loop.point
            while store.forget(time.time() + 100 * 86400.0):
                pass  # the newest one stays
            rows = service.ledger.rows("select telling from received order by rowid")
            service.ledger.change("update points set expected = 31 where id = ?", POINT)  # an old backup
            service.ledger.change("delete from received where rowid > 30")
    assert gaps == 1
    assert told == 5 + 120  # boots are facts of their own and are not told
    assert [case.detail for case in point.cases.values()] == ["31..149"]
    lost = [row for row in rows if "telling_forgotten" in row["telling"]]
    assert len(lost) == 119
    assert len(rows) == 155


def test_a_hole_in_the_numbers_is_named_when_the_library_asks_for_it_after_a_backup(tmp_path: Path) -> None:
    """A new store went on at the library's number; then the library was put back to before that, and later to before
    all: what another life of the point said, this one can only name."""
    folder, path = tmp_path / "library", tmp_path / "point.sqlite"
    stock(folder, 1)
    trouble: list[Told] = [PointTrouble("door_stuck", "A1")]

    def backup(expected: int) -> None:
        with wire("rest", folder) as library:
            library.ledger.change("update points set expected = ? where id = ?", expected, POINT)
            library.ledger.change("delete from received where seq >= ?", expected)

    def upload() -> list[int]:
        """The first number of each batch that was heard."""
        heard = []
        with wire("rest", folder) as library, closing(Store.open(path, PLAN)) as store:
            with closing(library.client()) as client:
                life = Life(store)
                while life.uploads:
                    batch = life.uploads.pop().batch
                    try:
                        life.loop.handle(Uploaded(batch, client.tell(batch)))
                        heard.append(batch[0].seq)
                    except ServiceGap as gap:
                        life.loop.handle(UploadFailed(gap))
                        life.wait()
            assert store.waiting_count() == 0
            cases.update({case.id: case.detail for case in life.loop.point.cases.values() if case.what == "forgotten"})
        return heard

    cases: dict[str, str] = {}
    fill(path, trouble * 30)
    assert upload() == [1]
    for file in tmp_path.glob("point.sqlite*"):
        file.unlink()
    fill(path, trouble * 3)
    assert upload() == [1, 31]  # under new numbers, and that it was put back, and what lies here is in doubt
    assert not cases
    backup(21)
    fill(path, trouble)
    assert upload() == [21]
    assert list(cases.values()) == ["21..30"]
    backup(1)
    fill(path, trouble)
    assert upload() == [1, 4]
    assert cases == {"forgotten-30": "4..30"}
    with wire("rest", folder) as library:
        rows = library.ledger.rows("select seq, telling from received order by seq")
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    named = [row["seq"] for row in rows if "telling_forgotten" in row["telling"]]
    assert named == list(range(4, 31))


def test_koha_hears_the_file_first_and_then_the_point_and_every_loan_runs_once(example: Path, tmp_path: Path) -> None:
    """``kiosk koc``, uploaded by staff; then the wire is back. What came back since may be noted twice, and is over."""
    waiting = stock(tmp_path / "library", 60)
    (example.parent / "hashing.key").write_text(KEYRING.hashing.hex())
    config = load(example)
    story = outage(waiting, sealed=True)
    returned = {one.barcode for one in waiting[:ROUND]}
    fill(config.store, [told for told in story if isinstance(told, ParcelCollected) or _item(told) in returned])
    assert export(config, tmp_path / "out.koc") == (60, 30, 0)
    with wire("sip2", tmp_path / "library") as service:
        desk = Lending(service.ledger, PROFILES["koha"])
        for line in (tmp_path / "out.koc").read_text(encoding="utf-8").splitlines()[1:]:
            match line.split("\t")[1:]:
                case ["issue", number, item]:
                    desk.lend(number, item, False, False, None)
                case ["return", item]:
                    desk.take_back(item, POINT, None)
        twice(config.store, service)
        running = service.ledger.rows("select barcode, patron from loans where barcode like 'REP%' and ended is null")
        assert sorted((row["barcode"], row["patron"]) for row in running) == [
            (one.barcode, one.patron) for one in waiting[ROUND:]
        ]
        assert not service.ledger.rows("select * from renewals")
        assert len(service.ledger.rows("select * from loans where barcode like 'REP%'")) <= 60 + len(returned)


def _item(told: Told) -> str:
    return told.item if isinstance(told, ItemDropped) else told.items[0] if isinstance(told, ItemsCleared) else ""
