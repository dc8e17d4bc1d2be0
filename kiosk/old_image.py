"""``kiosk old-image``: this machine was put back to an image or a backup of its disk, so that what it remembers is old.

A library with keys finds that out by itself (docs/decisions/0021). One that speaks SIP2 cannot: it has to be said here,
before the kiosk is started again.
"""

import contextlib
from dataclasses import dataclass

from kiosk.config import Config
from kiosk.core.events import Restored
from kiosk.core.session import NOBODY
from kiosk.core.step import step
from kiosk.store import Store


@dataclass(frozen=True, slots=True)
class PutBack:
    """``doors`` to be looked behind; ``waiting`` tellings that will only be asked about."""

    doors: int
    waiting: int


def put_back(config: Config, now: float) -> PutBack:
    """Remember it: what waits is asked about and not said again, and a courier must look behind each door, for nothing
    is known here of what was done since. Raises ``StoreError``: also when the kiosk runs."""
    with contextlib.closing(Store.open(config.store, config.plan())) as store:
        point, waiting = store.load(), store.waiting_count()
        taken = step(point, NOBODY, Restored(store.next_seq()), now)
        store.commit(point, taken, now)
        return PutBack(len(taken.point.compartments), waiting)
