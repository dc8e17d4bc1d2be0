"""``kiosk check CONFIG --doors``: open the doors one by one, with a person before them who says yes to each.

As everywhere an opening is on disk (fact ``technician_opened``) before its lock moves; what lies behind such a door is
then in doubt, as after any opening nobody ordered, and a courier looks. One pulse a question, never more than
``[duty]`` allows; the pulses of programs before this one are not known here, so leave hot locks a minute.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

from hardware.locker.bank import Bank
from hardware.readings import Door, Pulse
from kiosk.config import Config
from kiosk.door_book import SHUT_WAIT_S, Ask, DoorBook, Say, connected, duty, known, wait_for


class Tried(NamedTuple):
    """What became of one door. ``ms``: from asking for the pulse to seeing it open, to within one look at its board;
    None when that was not seen."""

    name: str
    ok: bool
    ms: int | None
    words: str


def try_doors(config: Config, names: Iterable[str], ask: Ask, say: Say) -> Iterator[Tried]:
    """Each door (or those named) in turn. ``ask`` gives a person's answer to a question, ``say`` tells them something.

    Raises ``CannotOpen``; ``StoreError`` when there is a store and it cannot be used (the kiosk runs?): then no lock
    moves; ``DeviceError`` when a port does not open.
    """
    there = [c.name for c in config.compartments]
    wanted = list(dict.fromkeys(names)) or there
    known(wanted, there, "compartment")
    with ExitStack() as undo:
        book = DoorBook(config)
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


def _try(config: Config, bank: Bank, book: DoorBook, name: str, ask: Ask, say: Say) -> Tried:
    before = bank.doors()[name]
    book.write(name)
    began = time.monotonic()
    pulse = bank.unlock(name)
    if pulse in (Pulse.REFUSED, Pulse.NOT_SENT):
        return Tried(name, False, None, "its lock was not pulsed: the board, or [duty], said no; wait a minute")
    took_s = None if before is Door.OPEN else wait_for(bank, name, Door.OPEN, config.limits.open_wait_s, began)
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
    if wait_for(bank, name, Door.SHUT, SHUT_WAIT_S, time.monotonic()) is None:
        return Tried(name, False, ms, f"opened after {ms} ms, but was not seen shut in {SHUT_WAIT_S:.0f} s")
    return Tried(name, True, ms, f"opened after {ms} ms and shut again")


def _banks(config: Config, wanted: set[str], undo: ExitStack) -> dict[str, Bank]:
    banks: dict[str, Bank] = {}
    for port, boards in config.buses().items():
        names = {board.name for board in boards}
        mine = [c for c in config.compartments if c.board in names and c.name in wanted]
        if mine:
            there = connected(config, port, undo)
            bank = Bank({c.name: (there[c.board], c.channel) for c in mine}, duty(config))
            banks |= {c.name: bank for c in mine}
    return banks
