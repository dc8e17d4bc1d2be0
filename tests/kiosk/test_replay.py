"""Some hundreds of offline loans and returns, told to both services, each batch twice: nothing is doubled or lost.
Ten thousand of them, with rates: ``python -m benchmarks.replay``."""

import shutil
from pathlib import Path

import pytest

from tests.kiosk.replay import POINT, books, fill, left_alone, once_more, outage, stock, tellings, twice, wire

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
