"""What goes over the wires of a point, and what the drivers made of it: shown by ``kiosk listen``, kept in a file by
``kiosk trace`` and ``kiosk run --trace``.

A file is JSON, an object a line::

    {"trace": 1, "made": "...", "codes": {...}, "devices": {"main": {"kind": "board", "driver": "shuoming", ...}}}
    {"t": 0.41, "device": "main", "way": ">", "hex": "80 01 00 33 b2"}        bytes from us; "<" from the device
    {"t": 0.45, "device": "main", "call": "doors", "gave": {"1": "shut"}}     what was asked of a board, what came of it
    {"t": 2.10, "device": "hand", "reading": "ItemScanned", "barcode": "SIP0000123"}
    {"t": 9.72, "device": "hand", "lost": "..."}                              also "open": true
    {"t": 3.05, "device": "cards", "way": "=", "hex": "3b 8f ..."}            a card that is asked now: its ATR
    {"t": 5.00, "device": "slips", "way": ">", "count": 812}                  a slip: how many bytes, not which
    {"t": 6.31, "device": "slips", "call": "print_out", "sheet": [...], "gave": "done"}

What a camera's process says is kept as if it were bytes, never a picture. Numbers of people and the words of slips are
made up before anything is written (kiosk.disguise); such lines carry ``"masked": true``. ``python -m simulators replay
FILE`` lets the drivers live through it again.
"""

import random
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pydantic import SecretStr

from hardware.locker.board import Board
from hardware.printer import Printer
from hardware.source import Source
from hardware.wiretap import Way
from kiosk.covers import Cover, InView
from kiosk.overheard import HeardBoard, HeardPrinter, HeardSource, Held, Line

Put = Callable[[Line], None]


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
        return HeardBoard(board, partial(self._said, device), Held(partial(self._bytes, device), None))

    def source(
        self, device: str, connect: Callable[[], Source], cover: Cover, pad: bool = False
    ) -> Callable[[], Source]:
        """How to connect to a card reader, pad or scanner, overheard. ``cover``: what hides a person in its bytes."""
        covered = (lambda pieces: cover(pieces, self._chance)) if self._masked else None
        spare = cover.spare if isinstance(cover, InView) else None
        held = Held(partial(self._bytes, device), covered, spare, long=pad)
        return lambda: HeardSource(connect, partial(self._said, device), held)

    def printer(self, device: str, connect: Callable[[], Printer]) -> Callable[[], Printer]:
        """How to connect to a printer, overheard. Of a slip the length is kept, and words of the same shape."""
        chance = self._chance if self._masked else None
        return lambda: HeardPrinter(connect, partial(self._said, device), partial(self._bytes, device), chance)

    def _bytes(self, device: str, way: Way, data: bytes, at: float, masked: bool) -> None:
        if masked and way is Way.OUT:
            self._say(device, at, {"way": str(way), "count": len(data), "masked": True})
        else:
            self._say(device, at, {"way": str(way), "hex": data.hex(" ")} | ({"masked": True} if masked else {}))

    def _said(self, device: str, what: Line) -> None:
        if self._masked:
            what = {name: _covered(value) for name, value in what.items()}
        self._say(device, None, {name: _plain(value) for name, value in what.items()})

    def _say(self, device: str, at: float | None, what: Line) -> None:
        t = (time.monotonic() if at is None else at) - self._began
        self._put({"t": round(t, 4), "device": device} | what)


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
