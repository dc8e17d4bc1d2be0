"""``kiosk walk CONFIG``: along the wires of a new cabinet. Which addresses answer, and which door each channel opens.

For each port every address the driver allows is asked for its doors, which moves nothing, so a wrong DIP switch shows.
Then each channel is pulsed once, with a person before the cabinet who says which door it was, while all contacts of the
port are watched. A lock wired to another channel is a line of the configuration; a contact wired to another input than
its lock is a wire to be moved, for one channel is one door.

Only with every compartment empty: behind which door something lies is known by names, and the names are in question.
"""

import json
import time
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, NamedTuple

from hardware.errors import DeviceError, DeviceGone
from hardware.locker.bank import Bank
from hardware.locker.board import Board as Driver
from hardware.readings import Door, Pulse
from hardware.serialport import open_port
from kiosk import causes
from kiosk.config import Board, Config
from kiosk.door_book import SHUT_WAIT_S, Ask, CannotOpen, DoorBook, Say, connected, duty, known, wait_for

ADDRESSES_MAX = 32
"""So many are asked, from the lowest: DIP switches have few levers, and each silent address takes its reply time."""


class Address(NamedTuple):
    """A board found. ``board``: its name in the configuration; empty when nobody has configured one there. ``number``:
    None for a driver whose boards have no address, so that there is one on a port."""

    port: str
    driver: str
    number: int | None
    board: str


class Walked(NamedTuple):
    """One channel. ``door``: as the person named it, empty when none opened. ``seen``: the channels (``board:number``)
    whose contacts were seen opening. ``ok``: the door of the configuration opened and its own contact saw it."""

    board: str
    channel: int
    configured: str
    door: str
    seen: tuple[str, ...]
    ok: bool
    words: str


def addresses(config: Config, say: Say) -> Iterator[Address]:
    """Every board that answers, port by port. Blocks for up to a second an address; nothing moves.

    Where another board serves the inputs (``inputs_address``) an answer would be that one's: only configured
    addresses are asked there. A port that does not open is said and left out.
    """
    for port, boards in config.buses().items():
        try:
            transport = open_port(port, boards[0].baud)
        except DeviceError as error:
            say(f"{error}. {causes.unopened(port)}")
            continue
        try:
            for board in {board.driver: board for board in reversed(boards)}.values():
                say(f"{port}: asking for boards of the kind {board.driver}")
                names = {_address(b): b.name for b in boards if b.driver == board.driver}
                for number in _range(board, names):
                    settings = board.settings
                    if number is not None:
                        settings = settings.model_copy(update={"address": number})
                    if _answers(board.module.connect(settings, transport)):
                        yield Address(port, board.driver, number, names.get(number, ""))
        except DeviceGone as error:
            say(f"{port}: {error}")
        finally:
            transport.close()


def walk(config: Config, book: DoorBook, boards: Collection[str], ask: Ask, say: Say) -> Iterator[Walked]:
    """Each channel of each board (or of those named) in turn.

    Raises ``CannotOpen``: then no lock moves; ``DeviceError`` when a port does not open or is lost.
    """
    known(boards, [board.name for board in config.boards], "board")
    kept = [c.name for c in config.compartments if book.behind(c.name)]
    if kept:
        raise CannotOpen(f"something lies behind {', '.join(kept)}: let a courier clear the cabinet first")
    with ExitStack() as undo:
        for port, wired in config.buses().items():
            mine = [board.name for board in wired if not boards or board.name in boards]
            if mine and not (yield from _Port(config, port, book, undo, ask, say).walk(mine)):
                return


class _Port:
    """The boards of one port being walked along."""

    def __init__(self, config: Config, port: str, book: DoorBook, undo: ExitStack, ask: Ask, say: Say) -> None:
        there = connected(config, port, undo)
        wiring = {_place(name, n): (board, n) for name, board in there.items() for n in range(1, board.channels + 1)}
        self._bank = Bank(wiring, duty(config))
        self._channels = {name: board.channels for name, board in there.items()}
        self._doors = {_place(c.board, c.channel): c.name for c in config.compartments}
        self._wait_s = config.limits.open_wait_s
        self._book, self._ask, self._say = book, ask, say

    def walk(self, boards: Collection[str]) -> Generator[Walked, None, bool]:
        """Each channel; returns whether to go on with the next port."""
        every = False
        for board in boards:
            for channel in range(1, self._channels[board] + 1):
                if not every:
                    answer = self._ask(f"board {board}, channel {channel}: pulse it? (y/n/all/skip/stop)").lower()
                    if answer == "stop":
                        return False
                    if answer == "skip":
                        break
                    every = answer == "all"
                    if not every and answer not in ("y", "yes"):
                        continue
                yield self._one(board, channel)
        return True

    def _one(self, board: str, channel: int) -> Walked:
        place = _place(board, channel)
        configured = self._doors.get(place, "")
        before = self._bank.doors()
        self._book.write(configured or place)
        pulse = self._bank.unlock(place)
        if pulse in (Pulse.REFUSED, Pulse.NOT_SENT):
            return Walked(board, channel, configured, "", (), False, "not pulsed: its board, or [duty], said no")
        seen = self._opened(before)
        usual = f" (Enter: {configured})" if configured else ""
        said = self._ask(f"{place}: which door opened? Its label{usual}, or - for none").strip() or configured or "-"
        door = "" if said == "-" else said
        if door in self._doors.values() and door != configured:
            self._book.write(door)
        if door:
            self._shut(door, seen)
        ok = bool(door) and door == configured and seen == (place,)
        return Walked(board, channel, configured, door, seen, ok, _words(place, configured, door, seen))

    def _opened(self, before: dict[str, Door]) -> tuple[str, ...]:
        """The contacts that opened; a moment longer than the first, for another may follow."""
        seen: tuple[str, ...] = ()
        until = time.monotonic() + self._wait_s
        while (now := time.monotonic()) < until:
            doors = self._bank.doors()
            fresh = tuple(p for p, door in doors.items() if door is Door.OPEN and before[p] is Door.SHUT)
            if fresh and not seen:
                until = min(until, now + 0.3)
            seen = fresh or seen
            time.sleep(0.02)
        return seen

    def _shut(self, door: str, seen: tuple[str, ...]) -> None:
        self._say(f"door {door}: shut it, please")
        began = time.monotonic()
        for place in seen:
            if wait_for(self._bank, place, Door.SHUT, SHUT_WAIT_S, began) is None:
                self._say(f"{place}: its contact does not see the door shut; going on")


def to_paste(config: Config, walked: Collection[Walked], found: Collection[Address]) -> str:
    """The lines of the configuration to change, as TOML; empty when it fits all that was seen."""
    lines: list[str] = []
    fields: dict[str, Any]
    fixtures = {c.name: c for c in config.compartments}
    for one in found:
        if not one.board:
            lines += ["# answers, and is in no [[board]]; name it", "[[board]]", 'name = "NAME"']
            asked_as = next(b for b in config.buses()[one.port] if b.driver == one.driver)
            fields = {"driver": one.driver, "port": one.port, "baud": asked_as.baud}
            fields |= asked_as.settings.model_dump(exclude_unset=True, mode="json", exclude={"inputs_address"})
            lines += [f"{key} = {_toml(value)}" for key, value in (fields | {"address": one.number}).items()] + [""]
    for step in walked:
        if not step.door or step.door == step.configured:
            continue
        lines.append(f"# opened by channel {step.channel} of board {step.board}")
        fields = {"name": step.door, "board": step.board, "channel": step.channel}
        if fixture := fixtures.get(step.door):
            fields = fixture.model_dump(exclude_unset=True, mode="json") | fields
            lines.append("[[compartment]]")
        else:
            lines += ["# in no [[compartment]] yet: give it size, row and column", "[[compartment]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in fields.items()] + [""]
    return "\n".join(lines)


def _words(place: str, configured: str, door: str, seen: tuple[str, ...]) -> str:
    wired = "no door is configured here" if not configured else f"configured as door {configured}"
    if not door:
        if seen:
            return f"no door opened, yet the contact of {', '.join(seen)} changed: look at the lock"
        return f"no door opened; {wired}" + (": lock, its wire, its channel" if configured else "")
    where = f"opens door {door}" + ("" if door == configured else f"; {wired}")
    if seen == (place,):
        return where
    if not seen:
        return where + "; its contact does not see it: switch, its wire, feedback"
    return where + f"; seen by the contact of {', '.join(seen)}: move the contact's wire to where the lock is"


def _range(board: Board, configured: dict[int | None, str]) -> Sequence[int | None]:
    """The addresses to ask: all that the driver allows, to ADDRESSES_MAX, and those configured. A driver that has no
    addresses, or none that are numbers, has its configured boards asked as they are."""
    known = sorted(number for number in configured if number is not None)
    field = type(board.settings).model_json_schema()["properties"].get("address")
    if None in configured:
        return [None, *known]
    if field is None or getattr(board.settings, "inputs_address", None) not in (None, _address(board)):
        return known
    low = field.get("minimum", 1)
    return sorted({*range(low, min(field.get("maximum", low) + 1, low + ADDRESSES_MAX)), *known})


def _answers(board: Driver) -> bool:
    try:
        board.doors()
    except DeviceGone:
        raise
    except DeviceError:
        return False
    return True


def _address(board: Board) -> int | None:
    number = getattr(board.settings, "address", None)
    return number if isinstance(number, int) else None


def _place(board: str, channel: int) -> str:
    return f"{board}:{channel}"


def _toml(value: object) -> str:
    """A string or number as TOML has it."""
    return json.dumps(value, ensure_ascii=False)
