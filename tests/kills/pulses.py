"""Each current through a lock of the cabinet against the store as it stands at that moment: opened by another
connection, which sees what is committed and nothing else."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.cabinet import Cabinet

BUSY_S = 10.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """A lock moved for this attempt of this order, both as they stood committed; "" and 0: for none."""

    compartment: str
    order: str
    attempt: int


class Pulses:
    """Listens at the coils of ``cabinet``. ``store``: the file of the kiosk that drives them."""

    def __init__(self, cabinet: Cabinet, store: Path) -> None:
        self._store = store
        self._pulse = cabinet.pulse
        self.seen: list[Pulse] = []
        cabinet.pulse = self._driven  # type: ignore[method-assign]

    def _driven(self, name: str) -> None:
        self.seen.append(Pulse(name, *self._committed(name)))
        self._pulse(name)

    def _committed(self, name: str) -> tuple[str, int]:
        with closing(sqlite3.connect(f"{self._store.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)) as db:
            row = db.execute('SELECT "order" FROM compartments WHERE name = ?', (name,)).fetchone()
        order = json.loads(row[0]) if row else None
        return (order["id"], order["attempt"]) if order else ("", 0)

    def breaches(self, facts: list[dict[str, Any]]) -> Iterator[str]:
        """A sentence for each opening without a committed record, and for each that was repeated. ``facts``: the
        journal, which must have ordered every one of them, too."""
        said = (fact["facts"] for fact in facts if fact["kind"] == "unlock_ordered")
        ordered = {Pulse(one["compartment"], one["order"], one["attempt"]) for one in said}
        for pulse, times in Counter(self.seen).items():
            if not pulse.order:
                yield f"{pulse.compartment} was opened and no order for it stood committed"
                continue
            if times > 1:
                yield f"{pulse.compartment} was opened {times} times for attempt {pulse.attempt} of {pulse.order}"
            if pulse not in ordered:
                yield f"{pulse.compartment} was opened for attempt {pulse.attempt} of {pulse.order}; no journal has it"
