"""What stands in the store, for commands that only look: without its lock, also while the kiosk runs, and after an
update also before the next start has brought it up to date."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk import tellings
from kiosk.core.model import PickupPoint
from kiosk.core.plan import Plan
from kiosk.journal import Journal
from kiosk.schema import StoreUnfit, as_of_today, connect, examine
from kiosk.store import unfit_for
from kiosk.tables import rows_of
from sync.messages import Telling


@contextlib.contextmanager
def open_journal(path: Path, point: str) -> Iterator[Journal]:
    """The journal alone, for reading, also while the kiosk runs. Raises ``StoreUnfit``, also inside the block."""
    with looked_into(path, point) as execute:
        yield Journal(execute)


@contextlib.contextmanager
def looked_into(path: Path, point: str) -> Iterator[Any]:
    """To ask the store with, without its lock, also while the kiosk runs. Raises ``StoreUnfit``, also in the block."""
    with unfit_for(path):
        examine(path, point)
        if not path.exists() and not path.with_name(path.name + "-wal").exists():
            raise StoreUnfit(f"{path}: not there; the kiosk has not run here yet")
        with contextlib.closing(connect(path, read_only=True)) as db:
            db.execute("BEGIN")  # one view of it all, whatever the kiosk adds meanwhile
            with as_of_today(db) as today:
                yield today.conn.execute


def read_point(path: Path, plan: Plan) -> PickupPoint:
    """All rows as they stand, for reading, also while the kiosk runs. Raises ``StoreUnfit``."""
    with looked_into(path, plan.point) as execute:
        return rows_of(execute, plan)


def read_waiting(path: Path, plan: Plan) -> list[Telling]:
    """All tellings without a receipt, oldest first, also while the kiosk runs. Raises ``StoreUnfit``."""
    with looked_into(path, plan.point) as execute:
        return list(tellings.waiting(execute))
