"""Doors opened by a technician's command instead of the kiosk: what is known to lie behind, and writing before moving.

The store is not made if there is none yet: the point has not worked, so nothing lies there by its doing and nothing is
written.
"""

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack

from hardware.errors import DeviceGone
from hardware.locker.bank import Bank, Duty
from hardware.locker.board import Board
from hardware.readings import Door
from hardware.serialport import open_port
from kiosk import causes
from kiosk.config import Config
from kiosk.core.facts import TechnicianOpened
from kiosk.core.session import NOBODY, Step
from kiosk.core.settle import doubt
from kiosk.store import Store, probe

SHUT_WAIT_S = 60.0
Ask = Callable[[str], str]
"""A person's answer to a question."""
Say = Callable[[str], None]
"""Tells them something."""


class CannotOpen(Exception):
    """What was named is not there, or what lies inside forbids it. No lock has moved."""


def known(names: Iterable[str], there: Collection[str], what: str) -> None:
    """Raises ``CannotOpen`` for a name of a ``what`` (compartment, board) that this point does not have."""
    for name in names:
        if name not in there:
            raise CannotOpen(f"no {what} {name!r}; this point has {', '.join(there)}")


class DoorBook:
    """What lies behind the doors as the store knows it, and where openings are written.

    Raises ``StoreError`` when there is a store and it cannot be used (the kiosk runs?): then no lock may move.
    """

    def __init__(self, config: Config) -> None:
        self._store = Store.open(config.store, config.plan()) if probe(config.store, config.point.id) else None
        self._point = self._store.load() if self._store else None

    def behind(self, name: str) -> str:
        """In words why this door should stay shut; empty when nothing lies there as far as is known."""
        if self._point is None:
            return ""
        row = self._point.compartments[name]
        kept = [f"{len(some)} {what}" for some, what in self._things(name) if some]
        if row.order:
            kept.append("an order that the power cut off")
        return f"something lies behind it ({', '.join(kept)})" if kept else ""

    def write(self, name: str) -> None:
        """On disk before the lock moves. A name that is no compartment's (a channel nobody knows) is only noted."""
        if self._store is None or self._point is None:
            return
        step = Step(self._point, NOBODY).fact(TechnicianOpened(name))
        if name in self._point.compartments and any(some for some, _ in self._things(name)):
            step = doubt(step, name)
        self._store.commit(self._point, step, time.time())
        self._point = step.point

    def close(self) -> None:
        """Let go of the store."""
        if self._store:
            self._store.close()

    def _things(self, name: str) -> list[tuple[list[object], str]]:
        assert self._point is not None
        return [([*self._point.at(name)], "parcel(s)"), ([*self._point.drops_at(name)], "returned item(s)")]


def duty(config: Config) -> Duty:
    """``[duty]``, counted from now: the pulses of programs before this one are not known."""
    return Duty(config.duty.pulses_max, config.duty.window_s, config.duty.rest_s)


def connected(config: Config, port: str, undo: ExitStack) -> dict[str, Board]:
    """The boards of one port by name; ``undo`` closes the port. Raises ``DeviceError``, with the usual causes in its
    words when the port does not open."""
    boards = config.buses()[port]
    try:
        transport = open_port(port, boards[0].baud)
    except DeviceGone as error:
        raise DeviceGone(f"{error}. {causes.unopened(port)}") from None
    undo.callback(transport.close)
    return {board.name: board.module.connect(board.settings, transport) for board in boards}


def wait_for(bank: Bank, name: str, door: Door, wait_s: float, began: float) -> float | None:
    """Seconds from ``began`` until the door was seen so; None when it was not in time. Raises ``DeviceGone``."""
    while (now := time.monotonic()) - began < wait_s:
        if bank.doors()[name] is door:
            return time.monotonic() - began
        time.sleep(max(0.0, 0.02 - (time.monotonic() - now)))
    return None
