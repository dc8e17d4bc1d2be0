"""The twin of ``hardware/locker/shuoming.py``: the boards of one bus, wired to a cabinet.

It speaks through the driver's own codec; what both could get wrong together is held by the vectors in tests/vectors.
"""

import time
from collections.abc import Iterator, Mapping

from hardware.locker.shuoming import (
    ASK,
    OPEN,
    OPEN_MANY,
    PRESSED,
    PULSE,
    PULSE_S,
    READ,
    RELEASED,
    REQUESTS,
    Decoder,
    Frame,
    Settings,
)
from simulators.cabinet import Cabinet
from simulators.wired import Wired

THINK_S = 0.015  # from the end of a request to the start of its reply


class ShuomingBoard(Wired):
    """One board: its channels wired to compartments. A channel without a compartment has nothing connected."""

    def __init__(self, cabinet: Cabinet, channels: Mapping[int, str], settings: Settings) -> None:
        super().__init__(cabinet, channels, settings.feedback)
        self.settings = settings

    def raw(self, channel: int) -> int:
        """One feedback input as a reply says it."""
        return PRESSED if self.pressed(channel) else RELEASED


class ShuomingBus:
    """A ``Peer``: the boards on one bus. ``pace`` scales every delay: 1 as measured on boards, 0 none at all."""

    def __init__(self, boards: list[ShuomingBoard], pace: float = 1.0) -> None:
        self._boards = {board.settings.address: board for board in boards}
        self._pace = pace
        self._decoder = Decoder(REQUESTS)
        self.missing: set[int] = set()
        """Addresses of boards without power."""

    def received(self, data: bytes) -> Iterator[bytes]:
        """Requests in, replies out; what is no request, or for a board that is not there, meets silence."""
        for request in self._decoder.feed(data):
            board = self._boards.get(request.address)
            if board and request.address not in self.missing:
                yield from self._answered(board, request)

    def _answered(self, board: ShuomingBoard, request: Frame) -> Iterator[bytes]:
        channels = range(1, board.settings.channels + 1)
        match request.head, tuple(request.data):
            case head, (0, code) if head == OPEN and code == PULSE:
                for channel in channels:
                    self._pulse(board, channel)
                yield self._reply(OPEN, request.address, 0, PULSE)
            case head, (channel, code, *_) if head == OPEN and code == PULSE and channel in channels:
                self._pulse(board, channel)
                yield self._reply(OPEN, request.address, channel, board.raw(channel))
            case head, (0, code) if head == READ and code == ASK:
                bits = sum(board.pressed(channel) << (channel - 1) for channel in channels)
                groups = bits.to_bytes(board.settings.whole_length() - 4, "big")
                yield self._reply(READ, request.address, *groups, ASK)
            case head, (channel, code) if head == READ and code == ASK and channel in channels:
                yield self._reply(READ, request.address, channel, board.raw(channel))
            case head, groups if head == OPEN_MANY:  # no reply, the vendor says
                bits = int.from_bytes(bytes(groups), "little")
                for channel in channels:
                    if bits >> (channel - 1) & 1:
                        self._pulse(board, channel)

    def _pulse(self, board: ShuomingBoard, channel: int) -> None:
        board.pulse(channel)
        self._take(PULSE_S)

    def _reply(self, head: int, address: int, *data: int) -> bytes:
        self._take(THINK_S)
        return Frame(head, address, bytes(data)).to_bytes()

    def _take(self, seconds: float) -> None:
        if seconds and self._pace:
            time.sleep(seconds * self._pace)
