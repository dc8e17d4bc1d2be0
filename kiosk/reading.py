"""What stands in the store, for commands that only look: without its lock, also while the kiosk runs."""

import contextlib
from pathlib import Path

from kiosk.core.model import PickupPoint
from kiosk.core.plan import Plan
from kiosk.schema import StoreUnfit, connect, examine
from kiosk.store import TOLD, rows_of, unfit_for
from kiosk.tables import Unreadable
from sync.messages import Telling


def read_point(path: Path, plan: Plan) -> PickupPoint:
    """All rows as they stand, for reading, also while the kiosk runs. Raises ``StoreUnfit``."""
    if not path.exists():
        raise StoreUnfit(f"{path}: not there; the kiosk has not run here yet")
    with unfit_for(path), contextlib.closing(connect(path, read_only=True)) as db:
        examine(path, plan.point)
        db.execute("BEGIN")  # one view of it all, whatever the kiosk adds meanwhile
        return rows_of(db.conn.execute, plan)


def read_waiting(path: Path, plan: Plan) -> list[Telling]:
    """All tellings without a receipt, oldest first, also while the kiosk runs. Raises ``StoreUnfit``."""
    if not path.exists():
        raise StoreUnfit(f"{path}: not there; the kiosk has not run here yet")
    with unfit_for(path), contextlib.closing(connect(path, read_only=True)) as db:
        examine(path, plan.point)
        rows = db.execute("SELECT key, seq, at, told FROM outbox WHERE outcome = '' ORDER BY seq").fetchall()
        try:
            return [Telling(key, seq, at, TOLD.validate_json(said)) for key, seq, at, said in rows]
        except ValueError:  # its own words would quote what they tell of people
            raise Unreadable("table outbox, column told") from None
