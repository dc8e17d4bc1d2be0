"""``kiosk purge``: forget now what is old, on a machine that is stopped; a running one does so by itself each day."""

import contextlib
from dataclasses import dataclass, replace

from kiosk.config import Config
from kiosk.core.model import changed
from kiosk.core.night import rested
from kiosk.core.session import NOBODY, Step
from kiosk.store import Store


@dataclass(frozen=True, slots=True)
class Purged:
    """How many ``rows`` and kept files went; the journal now begins with row ``first``."""

    rows: int
    first: int


def purge(config: Config, now: float) -> Purged:
    """Forget all that ``[limits]`` calls old by the clock ``now``, which somebody has looked at. Seconds for a year's
    worth. Raises ``StoreError``: also when the kiosk runs."""
    with contextlib.closing(Store.open(config.store, config.plan())) as store:
        point, stands = store.load(), store.stands(now)
        looked_at = point.put(replace(point.counters, clock_wrong=False))
        taken = rested(Step(looked_at, NOBODY), stands, now).put(point.counters)
        rows = sum(row is None for _, _, row in changed(point, taken.point))
        store.commit(point, taken, now)
        while gone := store.forget(now):
            rows += gone
        return Purged(rows, stands.first)
