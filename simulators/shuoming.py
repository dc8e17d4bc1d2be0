"""The twin of ``hardware/locker/shuoming.py``: the boards of one bus, wired to a cabinet.

It speaks through the driver's own codec; what both could get wrong together is held by the vectors in tests/vectors.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

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
from simulators.wired import Bus, Wired, wire_up

THINK_S = 0.015  # from the end of a request to the start of its reply


class ShuomingBoard(Wired):
    """One board: its channels wired to compartments. A channel without a compartment has nothing connected."""

    def __init__(self, cabinet: Cabinet, channels: Mapping[int, str], settings: Settings) -> None:
        super().__init__(cabinet, channels, settings.feedback)
        self.settings = settings

    def raw(self, channel: int) -> int:
        """One feedback input as a reply says it."""
        return PRESSED if self.pressed(channel) else RELEASED


class ShuomingBus(Bus):
    """The boards on one bus."""

    def __init__(self, boards: Sequence[ShuomingBoard], pace: float = 1.0) -> None:
        super().__init__(boards, Decoder(REQUESTS).feed, pace)

    def answered(self, board: ShuomingBoard, request: Frame) -> Iterator[bytes]:
        """What a board does and says."""
        channels = range(1, board.settings.channels + 1)
        match request.head, tuple(request.data):
            case head, (0, code) if head == OPEN and code == PULSE:
                for channel in channels:
                    self._pulse(board, channel)
                yield self._reply(OPEN, request.address, 0, PULSE)
            case head, (channel, code, *seconds) if head == OPEN and code == PULSE and channel in channels:
                self._pulse(board, channel, *seconds)
                yield self._reply(OPEN, request.address, channel, board.raw(channel))
            case head, (0, code) if head == READ and code == ASK:
                bits = sum(board.pressed(channel) << (channel - 1) for channel in channels)
                groups = bits.to_bytes(board.settings.whole_length() - 4, board.settings.groups_order())
                yield self._reply(READ, request.address, *groups, ASK)
            case head, (channel, code) if head == READ and code == ASK and channel in channels:
                yield self._reply(READ, request.address, channel, board.raw(channel))
            case head, groups if head == OPEN_MANY:  # no reply, the vendor says
                bits = int.from_bytes(bytes(groups), "little")
                for channel in channels:
                    if bits >> (channel - 1) & 1:
                        self._pulse(board, channel)

    def _pulse(self, board: ShuomingBoard, channel: int, seconds: float = PULSE_S) -> None:
        board.pulse(channel)
        self.take(seconds)

    def _reply(self, head: int, address: int, *data: int) -> bytes:
        self.take(THINK_S)
        return Frame(head, address, bytes(data)).to_bytes()


def bus(boards: Iterable[tuple[Settings, Mapping[int, str]]], cabinet: Cabinet, pace: float = 1.0) -> ShuomingBus:
    """The boards of one bus, each with the compartments on its channels."""
    return ShuomingBus(wire_up(ShuomingBoard, boards, cabinet), pace)
