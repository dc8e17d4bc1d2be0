"""``kiosk purge``: forget now what is old, on a machine that is stopped; a running one does so by itself each day."""

import contextlib
from dataclasses import dataclass

from kiosk.config import Config
from kiosk.core.session import NOBODY, Step
from kiosk.store import Store


@dataclass(frozen=True, slots=True)
class Purged:
    """``rows`` of tellings and journal that went; the journal now begins with row ``first``."""

    rows: int
    first: int


def purge(config: Config, now: float) -> Purged:
    """Forget all that ``[limits]`` calls old by the clock ``now``, which somebody has looked at. Seconds for a year's
    worth. Raises ``StoreError``: also when the kiosk runs."""
    with contextlib.closing(Store.open(config.store, config.plan())) as store:
        point, stands = store.load(), store.stands(now)
        store.commit(point, Step(point, NOBODY).fact(stands), now)
        rows = 0
        while gone := store.forget(now):
            rows += gone
        return Purged(rows, stands.first)
