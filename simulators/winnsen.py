"""The twin of ``hardware/locker/winnsen.py``: the boards of one bus, wired to a cabinet.

It speaks through the driver's own codec; what both could get wrong together is held by the vectors in tests/vectors.
A contact that is closed is a closed door to the board, whatever kind of switch the lock has.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

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
from simulators.wired import Bus, Wired, wire_up

THINK_S = 0.015  # from the end of a request to the start of its reply


class WinnsenBoard(Wired):
    """One board: its channels wired to compartments. Answers in its dialect; the plain one when it may be either."""

    def __init__(self, cabinet: Cabinet, channels: Mapping[int, str], settings: Settings) -> None:
        super().__init__(cabinet, channels, settings.feedback)
        self.settings = settings
        self.answers = ANSWERS[settings.dialect if settings.dialect in ANSWERS else "85"]


class WinnsenBus(Bus):
    """The boards on one bus."""

    def __init__(self, boards: Sequence[WinnsenBoard], pace: float = 1.0) -> None:
        super().__init__(boards, Decoder().feed, pace)

    def answered(self, board: WinnsenBoard, request: Frame) -> Iterator[bytes]:
        """What a board does and says."""
        channels = range(1, board.settings.channels + 1)
        match request.function, tuple(request.data):
            case function, (channel,) if function == OPEN and channel in channels:
                board.pulse(channel)
                self.take(PULSE_S)
                yield self._reply(board, OPEN, channel, FAILED if board.pressed(channel) else OPENED)
            case function, (low, high) if function == POLL:
                asked = low | high << 8
                states = sum((not board.pressed(channel)) << (channel - 1) for channel in channels) & asked
                yield self._reply(board, POLL, *states.to_bytes(2, "little"))

    def _reply(self, board: WinnsenBoard, function: int, *data: int) -> bytes:
        self.take(THINK_S)
        return Frame(function | board.answers, board.settings.address, bytes(data)).to_bytes()


def bus(boards: Iterable[tuple[Settings, Mapping[int, str]]], cabinet: Cabinet, pace: float = 1.0) -> WinnsenBus:
    """The boards of one bus, each with the compartments on its channels."""
    return WinnsenBus(wire_up(WinnsenBoard, boards, cabinet), pace)
