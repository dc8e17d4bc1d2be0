"""Devices that are overheard while they work, for kiosk.trace: each wraps a driver, and is one to whoever uses it."""

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, TypeVar, cast

from hardware.errors import DeviceError
from hardware.locker.board import Board
from hardware.printer import Code, Cut, Printer, Rule, Sheet
from hardware.readings import Door, Guide, IsbnScanned, ItemScanned, Paper, PileSeen, Reading
from hardware.source import Source, WritingSource
from hardware.wiretap import Way, listening
from kiosk.disguise import disguise_text

HELD_MAX, HELD_S = 4096, 2.0
"""Bytes of a device kept back until it is known whether they name a person, and for how long."""
LONG_HELD_MAX, LONG_HELD_S = 1 << 18, 10.0
"""The same for a pad, which reads tags again and again before it says what lies there."""
JOINED_S = 0.02  # pieces that follow each other sooner are one
NAMES_NOBODY = (ItemScanned, IsbnScanned, Guide)  # when a card has gone, the next one may have been heard
_QUESTIONS = re.compile(rb"(?:\x10[\x04\x05].|\x1d[rI].)+", re.DOTALL)
"""To a printer: how it is, whether its turn has come, its name; also to throw away what it holds."""

T = TypeVar("T")
Line = dict[str, Any]
Say = Callable[[Line], None]
Put = Callable[[Way, bytes, float, bool], None]


class Held:
    """A device's bytes, kept back until its readings show whether they name a person."""

    def __init__(
        self,
        put: Put,
        cover: Callable[[Sequence[bytes]], list[bytes]] | None,
        spare: Callable[[Sequence[bytes]], None] | None = None,
        long: bool = False,
    ) -> None:
        """``spare`` hears what came in and was not hidden."""
        self.long = long
        self._put = put
        self._cover = cover
        self._spare = spare
        self._max, self._wait_s = (LONG_HELD_MAX, LONG_HELD_S) if long else (HELD_MAX, HELD_S)
        self._kept_back_s = LONG_HELD_S * 0.8 if long else 0.0
        self._notes: list[tuple[Way, bytes, float]] = []
        self._bytes = 0
        self._heard_at = 0.0

    def hear(self, way: Way, data: bytes) -> None:
        """An ear."""
        if way is Way.UNSAID:
            self.let_go(secret=True)
            return
        now = time.monotonic()
        if self._notes and self._notes[-1][0] is way and now - self._heard_at < JOINED_S:
            _, before, at = self._notes.pop()
            self._notes.append((way, before + data, at))
        else:
            self._notes.append((way, data, now))
        self._heard_at = now
        self._bytes += len(data)
        if self._bytes > self._max:
            self.let_go(secret=True)

    @property
    def stale(self) -> bool:
        """Whether something was kept back for so long that it must go."""
        return bool(self._notes) and time.monotonic() - self._notes[0][2] > self._wait_s

    def let_go(self, secret: bool, all_of_it: bool = True) -> None:
        """Say it, what came in made up if it is ``secret``. Not ``all_of_it``: keep back what a pad heard just now, for
        a card may be on its way in."""
        until = time.monotonic() - (0.0 if all_of_it else self._kept_back_s)
        notes = [note for note in self._notes if note[2] <= until]
        self._notes = self._notes[len(notes) :]
        self._bytes = sum(len(data) for _, data, _ in self._notes)
        masked = secret and self._cover is not None
        pieces = [data for way, data, _ in notes if way is Way.IN]
        if not secret and self._spare:
            self._spare(pieces)
        covered = iter(self._cover(pieces) if masked and self._cover else ())
        for way, data, at in notes:
            hidden = masked and way is Way.IN
            self._put(way, next(covered) if hidden else data, at, hidden)


class _Heard:
    """What is common to the devices that are called: the bytes of a call, then what came of it."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def _call(
        self, what: Line, call: Callable[[], T], ear: Callable[[Way, bytes], None], done: Callable[[], None]
    ) -> T:
        try:
            with listening(ear):
                gave = call()
        except DeviceError as error:
            done()
            self._say(what | {"gave": type(error).__name__})
            raise
        done()
        told = gave if isinstance(gave, dict | str) else "done"
        self._say(what | {"gave": str(told) if isinstance(told, Paper) else told})
        return gave


class HeardBoard(_Heard):
    """A ``Board`` whose exchanges are overheard. A board's bytes name nobody."""

    def __init__(self, board: Board, say: Say, held: Held) -> None:
        super().__init__(say)
        self._board = board
        self._held = held

    @property
    def channels(self) -> int:
        return self._board.channels

    def unlock(self, channel: int) -> None:
        self._ask({"call": "unlock", "channel": channel}, lambda: self._board.unlock(channel))

    def doors(self) -> dict[int, Door]:
        return self._ask({"call": "doors"}, self._board.doors)

    def _ask(self, what: Line, call: Callable[[], T]) -> T:
        return self._call(what, call, self._held.hear, lambda: self._held.let_go(secret=False))


class HeardSource:
    """A ``Source`` that is overheard."""

    def __init__(self, connect: Callable[[], Source], say: Say, held: Held) -> None:
        self._say = say
        self._held = held
        self._somebody = False  # whose card may still lie on a pad, or a tag of which nothing is known
        with listening(held.hear):
            self._source = self._told(connect)
        if not held.long:  # what somebody held there as it was set up; a pad's waits until it is known who lies on it
            held.let_go(secret=True)
        say({"open": True})

    def wait(self, timeout_s: float) -> Sequence[Reading]:
        with listening(self._held.hear):
            readings = self._told(lambda: self._source.wait(timeout_s))
        if readings:
            self._held.let_go(secret=self._name_somebody(readings))
        elif self._held.stale:
            self._held.let_go(secret=self._somebody or not self._on_a_pad, all_of_it=False)
        for reading in readings:
            self._say(_line(reading))
        return readings

    def secure(self, item: str, secured: bool) -> None:
        """Of a pad."""
        gave = "done"
        try:
            with listening(self._held.hear):
                cast(WritingSource, self._source).secure(item, secured)
        except DeviceError as error:
            gave = type(error).__name__
            raise
        finally:
            self._say({"call": "secure", "gave": gave})

    def say_again(self) -> None:
        """Of a pad."""
        cast(WritingSource, self._source).say_again()
        self._say({"call": "say_again", "gave": "done"})

    def close(self) -> None:
        self._source.close()

    @property
    def _on_a_pad(self) -> bool:
        """A pad speaks all the time; of the others, bytes that come to no reading may be half of anything."""
        return self._held.long

    def _name_somebody(self, readings: Sequence[Reading]) -> bool:
        if not self._on_a_pad:
            return not all(isinstance(one, NAMES_NOBODY) for one in readings)
        for one in readings:
            stranger = isinstance(one, PileSeen) and one.foreign > 0
            self._somebody = self._somebody or stranger or not isinstance(one, PileSeen)
        return self._somebody

    def _told(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except DeviceError as error:
            self._held.let_go(secret=True)
            self._say({"lost": str(error)})
            raise


class HeardPrinter(_Heard):
    """A ``Printer`` that is overheard. Its slips name people, and their books: of one only its shape is kept."""

    def __init__(self, connect: Callable[[], Printer], say: Say, put: Put, chance: random.Random | None) -> None:
        """``chance`` None: as it is."""
        super().__init__(say)
        self._put = put
        self._chance = chance
        try:
            self._printer = connect()
        except DeviceError as error:
            say({"lost": str(error)})
            raise
        say({"open": True})

    def paper(self) -> Paper:
        return self._ask({"call": "paper"}, self._printer.paper, secret=False)

    def print_out(self, sheet: Sheet) -> None:
        what = {"call": "print_out", "sheet": [_part(part, self._chance) for part in sheet]}
        self._ask(what, lambda: self._printer.print_out(sheet), secret=self._chance is not None)

    def firmware(self) -> str:
        return self._printer.firmware()

    def close(self) -> None:
        self._printer.close()

    def _ask(self, what: Line, call: Callable[[], T], secret: bool) -> T:
        def ear(way: Way, data: bytes) -> None:
            hidden = secret and way is Way.OUT and not _QUESTIONS.fullmatch(data)
            self._put(way, data, time.monotonic(), hidden)

        return self._call(what, call, ear, lambda: None)


def _part(part: Any, chance: random.Random | None) -> Line:
    """A part of a slip as JSON has it."""
    if isinstance(part, Rule | Cut):
        return {type(part).__name__.lower(): True}
    words = part.text if isinstance(part, Code) else part.words
    shaped = disguise_text(words, chance) if chance else words
    if isinstance(part, Code):
        return {"code": shaped}
    return {"words": shaped, "bold": part.bold, "large": part.large, "centred": part.centred}


def _line(reading: Reading) -> Line:
    told = {one.name: getattr(reading, one.name) for one in fields(reading) if one.name != "device"}
    return {"reading": type(reading).__name__} | told
