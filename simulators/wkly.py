"""The twin of ``hardware/locker/wkly.py``: the boards of one bus, wired to a cabinet.

It speaks through the driver's own codec; what both could get wrong together is held by the vectors in tests/vectors.
A contact that is closed is a closed door to the board, whatever kind of switch the lock has.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hardware.locker.wkly import (
    DONE,
    FLASH,
    IS_CLOSED,
    IS_OPEN,
    MOVED,
    OPEN,
    OPEN_ALL,
    OPEN_IN_TURN,
    OPEN_SEVERAL,
    PULSE_S,
    READ,
    READ_ALL,
    UNREAD,
    Decoder,
    Frame,
    Settings,
)
from simulators.cabinet import Cabinet
from simulators.wired import Bus, Wired, wire_up

THINK_S = 0.015  # from the end of a request to the start of its reply


class WklyBoard(Wired):
    """One board: its channels wired to compartments. ``unread``: channels whose state it cannot read."""

    def __init__(self, cabinet: Cabinet, channels: Mapping[int, str], settings: Settings) -> None:
        super().__init__(cabinet, channels, settings.feedback)
        self.settings = settings
        self.unread: set[int] = set()

    def lock(self, channel: int) -> int:
        """The state of one channel as a reply says it."""
        if channel in self.unread:
            return UNREAD
        return IS_CLOSED if self.pressed(channel) else IS_OPEN

    def moved(self, channel: int) -> bytes:
        """What a board says unasked when this door moved: to be sent by whoever holds the wire."""
        return Frame(self.settings.address, MOVED, bytes((channel, self.lock(channel)))).to_bytes()


class WklyBus(Bus):
    """The boards on one bus."""

    def __init__(self, boards: Sequence[WklyBoard], pace: float = 1.0) -> None:
        super().__init__(boards, Decoder().feed, pace)

    def answered(self, board: WklyBoard, request: Frame) -> Iterator[bytes]:
        """What a board does and says."""
        channels = range(1, board.settings.channels + 1)
        match request.command, tuple(request.data):
            case command, (channel,) if command == OPEN and channel in channels:
                self._pulse(board, channel)
                yield self._reply(request, DONE, channel, board.lock(channel))
            case command, (channel,) if command == READ and channel in channels:
                yield self._reply(request, DONE, channel, board.lock(channel))
            case command, () if command == READ_ALL:
                yield self._reply(request, DONE, len(channels), *map(board.lock, channels))
            case command, (channel,) if command == FLASH and channel in channels:
                yield self._reply(request, DONE, channel)
            case command, () if command == OPEN_ALL:
                self._pulse(board, *channels)
                yield self._reply(request, DONE)
            case command, (count, *several) if command in (OPEN_SEVERAL, OPEN_IN_TURN) and count == len(several):
                self._pulse(board, *several)
                yield self._reply(request, DONE)

    def _pulse(self, board: WklyBoard, *channels: int) -> None:
        for channel in channels:
            board.pulse(channel)
            self.take(PULSE_S)

    def _reply(self, request: Frame, *data: int) -> bytes:
        self.take(THINK_S)
        return Frame(request.address, request.command, bytes(data)).to_bytes()


def bus(boards: Iterable[tuple[Settings, Mapping[int, str]]], cabinet: Cabinet, pace: float = 1.0) -> WklyBus:
    """The boards of one bus, each with the compartments on its channels."""
    return WklyBus(wire_up(WklyBoard, boards, cabinet), pace)
