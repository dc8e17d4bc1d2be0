"""``kiosk check CONFIG --doors``: open the doors one by one, with a person before them who says yes to each.

As everywhere an opening is on disk (fact ``technician_opened``) before its lock moves; what lies behind such a door is
then in doubt, as after any opening nobody ordered, and a courier looks. The store is not made if there is none yet: the
point has not worked, so nothing lies there by its doing and nothing is written. One pulse a question, never more than
``[duty]`` allows; the pulses of programs before this one are not known here, so leave hot locks a minute.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

from hardware.locker.bank import Bank, Duty
from hardware.readings import Door, Pulse
from hardware.serialport import open_port
from kiosk.config import Config
from kiosk.core.facts import TechnicianOpened
from kiosk.core.session import NOBODY, Step
from kiosk.core.settle import doubt
from kiosk.store import Store, probe

SHUT_WAIT_S = 60.0
Ask = Callable[[str], str]
Say = Callable[[str], None]


class Tried(NamedTuple):
    """What became of one door. ``ms``: from asking for the pulse to seeing it open, to within one look at its board;
    None when that was not seen."""

    name: str
    ok: bool
    ms: int | None
    words: str


class UnknownDoor(Exception):
    """No compartment of the configuration has this name."""


def try_doors(config: Config, names: Iterable[str], ask: Ask, say: Say) -> Iterator[Tried]:
    """Each door (or those named) in turn. ``ask`` gives a person's answer to a question, ``say`` tells them something.

    Raises ``UnknownDoor``; ``StoreError`` when there is a store and it cannot be used (the kiosk runs?): then no lock
    moves; ``DeviceError`` when a port does not open.
    """
    known = [c.name for c in config.compartments]
    wanted = list(dict.fromkeys(names)) or known
    for name in wanted:
        if name not in known:
            raise UnknownDoor(f"no compartment {name!r}; this point has {', '.join(known)}")
    with ExitStack() as undo:
        book = _Book(config)
        undo.callback(book.close)
        banks = _banks(config, set(wanted), undo)
        every = False
        for name in wanted:
            kept = book.behind(name)
            if kept:
                answer = ask(f"door {name}: {kept}. To open it all the same, type its name ({name})")
                if answer != name:
                    yield Tried(name, True, None, "left shut: " + kept)
                    continue
            elif not every:
                answer = ask(f"door {name}: open it? (y/n/all/stop)").lower()
                if answer == "stop":
                    return
                every = answer == "all"
                if not every and answer not in ("y", "yes"):
                    yield Tried(name, True, None, "not tried")
                    continue
            yield _try(config, banks[name], book, name, ask, say)


def _try(config: Config, bank: Bank, book: "_Book", name: str, ask: Ask, say: Say) -> Tried:
    before = bank.doors()[name]
    book.write(name)
    began = time.monotonic()
    pulse = bank.unlock(name)
    if pulse in (Pulse.REFUSED, Pulse.NOT_SENT):
        return Tried(name, False, None, "its lock was not pulsed: the board, or [duty], said no; wait a minute")
    took_s = None if before is Door.OPEN else _wait(bank, name, Door.OPEN, config.limits.open_wait_s, began)
    if took_s is None:
        seen = "was said to be open before the pulse" if before is Door.OPEN else "was not seen opening"
        if not ask(f"door {name} {seen}. Did it open just now? (y/n)").lower().startswith("y"):
            return Tried(name, False, None, f"did not open (the board says {pulse.value}): lock, its wire, its channel")
        say(f"door {name}: shut it, please")
        return Tried(
            name, False, None, f"opens, but its sensor does not see it ({seen}): switch, its wire, its channel"
        )
    ms = round(took_s * 1000)
    say(f"door {name}: open after {ms} ms; shut it, please")
    if _wait(bank, name, Door.SHUT, SHUT_WAIT_S, time.monotonic()) is None:
        return Tried(name, False, ms, f"opened after {ms} ms, but was not seen shut in {SHUT_WAIT_S:.0f} s")
    return Tried(name, True, ms, f"opened after {ms} ms and shut again")


def _wait(bank: Bank, name: str, door: Door, wait_s: float, began: float) -> float | None:
    """Seconds from ``began`` until the door was seen so; None when it was not in time."""
    while (now := time.monotonic()) - began < wait_s:
        if bank.doors()[name] is door:
            return time.monotonic() - began
        time.sleep(max(0.0, 0.02 - (time.monotonic() - now)))
    return None


def _banks(config: Config, wanted: set[str], undo: ExitStack) -> dict[str, Bank]:
    duty = Duty(config.duty.pulses_max, config.duty.window_s, config.duty.rest_s)
    banks: dict[str, Bank] = {}
    for port, boards in config.buses().items():
        names = {board.name for board in boards}
        mine = [c for c in config.compartments if c.board in names and c.name in wanted]
        if not mine:
            continue
        transport = open_port(port, boards[0].baud)
        undo.callback(transport.close)
        connected = {board.name: board.module.connect(board.settings, transport) for board in boards}
        bank = Bank({c.name: (connected[c.board], c.channel) for c in mine}, duty)
        banks |= {c.name: bank for c in mine}
    return banks


class _Book:
    """What lies behind the doors as the store knows it, and where openings are written."""

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
        """On disk before the lock moves."""
        if self._store is None or self._point is None:
            return
        step = Step(self._point, NOBODY).fact(TechnicianOpened(name))
        if any(some for some, _ in self._things(name)):
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
