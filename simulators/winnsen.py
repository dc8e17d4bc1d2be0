"""The twin of ``hardware/locker/winnsen.py``: the boards of one bus, wired to a cabinet.

It speaks through the driver's own codec; what both could get wrong together is held by the vectors in tests/vectors.
A contact that is closed is a closed door to the board, whatever kind of switch the lock has.
"""

import time
from collections.abc import Iterator, Mapping

from hardware.locker.winnsen import (
    ANSWERS,
    FAILED,
    OPEN,
    OPENED,
    POLL,
    PULSE_S,
    Decoder,
    Frame,
    Settings,
)
from simulators.cabinet import Cabinet
from simulators.wired import Wired

THINK_S = 0.015  # from the end of a request to the start of its reply


class WinnsenBoard(Wired):
    """One board: its channels wired to compartments. Answers in its dialect; the plain one when it may be either."""

    def __init__(self, cabinet: Cabinet, channels: Mapping[int, str], settings: Settings) -> None:
        super().__init__(cabinet, channels, settings.feedback)
        self.settings = settings
        self.answers = ANSWERS[settings.dialect if settings.dialect in ANSWERS else "85"]


class WinnsenBus:
    """A ``Peer``: the boards on one bus. ``pace`` scales every delay: 1 as on a real bus, 0 none at all."""

    def __init__(self, boards: list[WinnsenBoard], pace: float = 1.0) -> None:
        self._boards = {board.settings.address: board for board in boards}
        self._pace = pace
        self._decoder = Decoder()
        self.missing: set[int] = set()
        """Addresses of boards without power."""

    def received(self, data: bytes) -> Iterator[bytes]:
        """Requests in, replies out; what is no request, or for a board that is not there, meets silence."""
        for request in self._decoder.feed(data):
            board = self._boards.get(request.address)
            if board and request.address not in self.missing:
                yield from self._answered(board, request)

    def _answered(self, board: WinnsenBoard, request: Frame) -> Iterator[bytes]:
        channels = range(1, board.settings.channels + 1)
        match request.function, tuple(request.data):
            case function, (channel,) if function == OPEN and channel in channels:
                board.pulse(channel)
                self._take(PULSE_S)
                yield self._reply(board, OPEN, channel, FAILED if board.pressed(channel) else OPENED)
            case function, (low, high) if function == POLL:
                asked = low | high << 8
                states = sum((not board.pressed(channel)) << (channel - 1) for channel in channels) & asked
                yield self._reply(board, POLL, *states.to_bytes(2, "little"))

    def _reply(self, board: WinnsenBoard, function: int, *data: int) -> bytes:
        self._take(THINK_S)
        return Frame(function | board.answers, board.settings.address, bytes(data)).to_bytes()

    def _take(self, seconds: float) -> None:
        if seconds and self._pace:
            time.sleep(seconds * self._pace)
