"""What goes over the wires of a point, and what the drivers made of it: shown by ``kiosk listen``, kept in a file by
``kiosk trace`` and ``kiosk run --trace``.

A file is JSON, an object a line::

    {"trace": 1, "made": "...", "codes": {...}, "devices": {"main": {"kind": "board", "driver": "shuoming", ...}}}
    {"t": 0.41, "device": "main", "way": ">", "hex": "80 01 00 33 b2"}        bytes from us; "<" from the device
    {"t": 0.45, "device": "main", "call": "doors", "gave": {"1": "shut"}}     what was asked of a board, what came of it
    {"t": 2.10, "device": "hand", "reading": "ItemScanned", "barcode": "SIP0000123"}
    {"t": 9.72, "device": "hand", "lost": "..."}                              also "open": true

Numbers of people are made up before anything is written (kiosk.disguise); such lines carry ``"masked": true``.
``python -m simulators replay FILE`` lets the drivers live through it again.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, TypeVar

from pydantic import SecretStr

from hardware.errors import DeviceError
from hardware.locker.board import Board
from hardware.readings import CardGone, Door, IsbnScanned, ItemScanned, Reading
from hardware.source import Source
from hardware.wiretap import Way, listening
from kiosk.disguise import disguise

HELD_MAX = 4096  # bytes of a device kept back until it is known whether they name a person
HELD_S = 2.0
JOINED_S = 0.02  # pieces that follow each other sooner are one
NAMES_NOBODY = (ItemScanned, IsbnScanned, CardGone)

T = TypeVar("T")
Line = dict[str, Any]
Put = Callable[[Line], None]
Cover = Callable[[bytes, random.Random], bytes]


class Recorder:
    """Hears the devices it is put around and says each thing to ``put``, which is called from the devices' threads."""

    def __init__(self, put: Put, masked: bool = True) -> None:
        """``masked`` False: numbers of people as they are, for eyes at the machine, never for a file."""
        self._put = put
        self._masked = masked
        self._began = time.monotonic()
        self._chance = random.SystemRandom()

    def board(self, device: str, board: Board) -> Board:
        """The board, overheard."""
        return _Board(board, partial(self._said, device), _Held(partial(self._bytes, device), None))

    def source(self, device: str, connect: Callable[[], Source], cover: Cover = disguise) -> Callable[[], Source]:
        """How to connect to a card reader, pad or scanner, overheard. ``cover``: what hides a person in its bytes."""
        covered = (lambda data: cover(data, self._chance)) if self._masked else None
        return lambda: _Source(connect, partial(self._said, device), _Held(partial(self._bytes, device), covered))

    def _bytes(self, device: str, way: Way, data: bytes, at: float, masked: bool) -> None:
        self._say(device, at, {"way": str(way), "hex": data.hex(" ")} | ({"masked": True} if masked else {}))

    def _said(self, device: str, what: Line) -> None:
        if self._masked:
            what = {name: _covered(value) for name, value in what.items()}
        self._say(device, None, {name: _plain(value) for name, value in what.items()})

    def _say(self, device: str, at: float | None, what: Line) -> None:
        t = (time.monotonic() if at is None else at) - self._began
        self._put({"t": round(t, 4), "device": device} | what)


class _Board:
    """A ``Board`` whose exchanges are overheard. A board's bytes name nobody."""

    def __init__(self, board: Board, said: Callable[[Line], None], held: "_Held") -> None:
        self._board = board
        self._said = said
        self._held = held

    @property
    def channels(self) -> int:
        return self._board.channels

    def unlock(self, channel: int) -> None:
        self._call({"call": "unlock", "channel": channel}, lambda: self._board.unlock(channel))

    def doors(self) -> dict[int, Door]:
        return self._call({"call": "doors"}, self._board.doors)

    def _call(self, what: Line, call: Callable[[], T]) -> T:
        try:
            with listening(self._held.hear):
                gave = call()
        except DeviceError as error:
            self._held.let_go(secret=False)
            self._said(what | {"gave": type(error).__name__})
            raise
        self._held.let_go(secret=False)
        self._said(what | {"gave": gave if isinstance(gave, dict) else "done"})
        return gave


class _Held:
    """A device's bytes, kept back until its readings show whether they name a person."""

    def __init__(self, put: Callable[..., None], cover: Callable[[bytes], bytes] | None) -> None:
        self._put = put
        self._cover = cover
        self._notes: list[tuple[Way, bytes, float]] = []
        self._bytes = 0
        self._heard_at = 0.0

    def hear(self, way: Way, data: bytes) -> None:
        now = time.monotonic()
        if self._notes and self._notes[-1][0] is way and now - self._heard_at < JOINED_S:
            _, before, at = self._notes.pop()
            self._notes.append((way, before + data, at))
        else:
            self._notes.append((way, data, now))
        self._heard_at = now
        self._bytes += len(data)
        if self._bytes > HELD_MAX:
            self.let_go(secret=True)

    @property
    def stale(self) -> bool:
        return bool(self._notes) and time.monotonic() - self._notes[0][2] > HELD_S

    def let_go(self, secret: bool) -> None:
        notes, self._notes, self._bytes = self._notes, [], 0
        masked = secret and self._cover is not None
        covered = (
            self._cover(b"".join(data for way, data, _ in notes if way is Way.IN)) if masked and self._cover else b""
        )
        for way, data, at in notes:
            if masked and way is Way.IN:
                data, covered = covered[: len(data)], covered[len(data) :]
            self._put(way, data, at, masked and way is Way.IN)


class _Source:
    """A ``Source`` that is overheard."""

    def __init__(self, connect: Callable[[], Source], said: Callable[[Line], None], held: _Held) -> None:
        self._said = said
        self._held = held
        with listening(held.hear):
            self._source = self._told(connect)
        held.let_go(secret=False)
        said({"open": True})

    def wait(self, timeout_s: float) -> Sequence[Reading]:
        with listening(self._held.hear):
            readings = self._told(lambda: self._source.wait(timeout_s))
        if readings or self._held.stale:
            self._held.let_go(secret=not readings or not all(isinstance(one, NAMES_NOBODY) for one in readings))
        for reading in readings:
            self._said(_line(reading))
        return readings

    def close(self) -> None:
        self._source.close()

    def _told(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except DeviceError as error:
            self._held.let_go(secret=True)
            self._said({"lost": str(error)})
            raise


def _line(reading: Reading) -> Line:
    told = {one.name: getattr(reading, one.name) for one in fields(reading) if one.name != "device"}
    return {"reading": type(reading).__name__} | told


def _covered(value: Any) -> Any:
    return f"({len(value.get_secret_value())} characters)" if isinstance(value, SecretStr) else value


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, str | int | float | bool | None):
        return value
    return [_plain(one) for one in value] if isinstance(value, tuple | list | frozenset) else str(value)
