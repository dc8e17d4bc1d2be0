"""Some hundreds of offline loans and returns, told to both services, each batch twice: nothing is doubled or lost.
Ten thousand of them, with rates: ``python -m benchmarks.replay``."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.loop import Uploaded, UploadFailed
from kiosk.store import Store
from sync.errors import ServiceGap
from sync.messages import PointTrouble
from tests.kiosk.replay import (
    PLAN,
    POINT,
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
        rows = library.ledger.rows("select * from loans where barcode like 'REP%' order by id")
        assert [row["barcode"] for row in rows] == [one.barcode for one in waiting]
        assert [row["patron"] for row in rows] == [one.patron for one in waiting]
        assert {row["ended_at"] for row in rows if row["ended"]} == {POINT}
        assert sum(not row["ended"] for row in rows) == left_alone(tally)
        assert not library.ledger.rows("select * from renewals")
        if service == "rest":  # keys tell an older image by itself; over SIP2 nothing does
            heard = library.ledger.rows("select key from received order by rowid")
            assert [row["key"] for row in heard] == [telling.key for telling in told]
            before = books(library.ledger)
            again, _ = once_more(image, path, library)
            assert {receipt.status for receipt in again} == {"duplicate"}
            assert len(again) == len(told)
            assert books(library.ledger) == before


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
