"""Outbox, client, socket, service and ledger together, with everything going wrong at random: told once in effect."""

import random
from pathlib import Path

import pytest

from simulators.library.server import Fault, Library
from sync import rest
from sync.errors import ServiceError
from sync.messages import ItemDropped, ParcelReady, PointTrouble, Receipt, Telling
from sync.outbox import BATCH_MAX, Outbox

FAULTS: tuple[Fault | None, ...] = (None, None, "fails", "busy", "hangs", "not_json", "wrong_shape", "answer_lost")


@pytest.mark.parametrize("seed", range(4))
def test_everything_is_told_once_in_effect_and_in_order(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    with Library(tmp_path) as library:
        settings, token, point = library.settings_of("dongmen")
        client = rest.connect(settings.model_copy(update={"tell_wait_s": 0.3}), token, point)
        lent = [row["barcode"] for row in library.ledger.rows("select barcode from loans order by id")]
        told = [ParcelReady("P00001", "A1", "C2001"), *(ItemDropped(barcode, "B1", True) for barcode in lent)]
        told += [PointTrouble("door_stuck", f"C{n}") for n in range(40)]
        rows = [Telling(f"dongmen-{n}", n, 1.79e9, one) for n, one in enumerate(told, 1)]
        library.ledger.change("update loans set started = 1.78e9")
        receipts: dict[str, Receipt] = {}
        outbox, now, waiting, away = Outbox(), 0.0, 0, False
        for turn in range(400):
            now, waiting = now + rng.uniform(0, 200), min(len(rows), waiting + rng.randrange(6))
            calm = turn > 40
            if away or (not calm and rng.random() < 0.2):
                library.resume() if away else library.pause()
                away = not away
            library.fault(None if calm else rng.choice(FAULTS), 1)
            batch = outbox.batch(rows[outbox.first - 1 : min(waiting, outbox.first - 1 + BATCH_MAX)], now)
            if not batch:
                if len(receipts) == len(rows):
                    break
                continue
            outbox = outbox.sent(batch)
            try:
                for receipt in client.tell(batch):
                    receipts[receipt.key] = receipt
                outbox = outbox.answered()
            except ServiceError as error:
                outbox = outbox.failed(now, error, rng.uniform)
        assert list(receipts) == [row.key for row in rows]
        assert {receipt.status for receipt in receipts.values()} <= {"applied", "duplicate"}
        heard = library.ledger.rows("select key, seq from received order by rowid")
        assert heard == [{"key": row.key, "seq": row.seq} for row in rows]
        assert len(library.ledger.rows("select * from messages")) == 1
        assert library.ledger.rows("select * from loans where ended is null") == []
        troubles = library.ledger.rows("select detail from cases order by id")
        assert [row["detail"] for row in troubles] == [f"C{n}" for n in range(40)]
        client.close()
