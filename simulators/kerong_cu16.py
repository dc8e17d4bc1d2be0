"""The twin of ``hardware/locker/kerong_cu16.py``: the boards of one bus, wired to a cabinet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hardware.locker.kerong import Decoder, Frame
from hardware.locker.kerong_cu16 import (
    HEAD,
    READ,
    READ_BOARDS,
    REQUESTS,
    STATUS,
    STATUS_OF_BOARDS,
    UNLOCK,
    UNLOCK_ALL,
    Settings,
)
from simulators.cabinet import Cabinet
from simulators.kerong import BUSY_S, THINK_S, KerongBoard
from simulators.wired import Bus, wire_up

EVERY_BOARD = 0xF


class KerongCu16Bus(Bus):
    """The boards on one bus."""

    def __init__(self, boards: Sequence[KerongBoard], pace: float = 1.0) -> None:
        super().__init__(boards, Decoder(HEAD, REQUESTS).feed, pace)

    def meant(self, request: Frame) -> Iterable[int]:
        """The board in the high half of the first byte, or every one."""
        address = request.head[0] >> 4
        return self.boards if (address, request.command) == (EVERY_BOARD, READ_BOARDS) else (address,)

    def answered(self, board: KerongBoard, request: Frame) -> Iterator[bytes]:
        """What a board does and says."""
        if request.command == UNLOCK:
            board.pulse(request.head[0] % 16 + 1)
        elif request.command == UNLOCK_ALL:
            board.pulse(*range(1, board.settings.channels + 1))
        if request.command in (READ, READ_BOARDS) or board.settings.unlock_answered:
            self.take(THINK_S)
            reply = STATUS_OF_BOARDS if request.command == READ_BOARDS else STATUS
            yield Frame(bytes((board.settings.address << 4,)), reply, board.status(2)).to_bytes()
        else:
            self.take(BUSY_S)


def bus(boards: Iterable[tuple[Settings, Mapping[int, str]]], cabinet: Cabinet, pace: float = 1.0) -> KerongCu16Bus:
    """The boards of one bus, each with the compartments on its channels."""
    return KerongCu16Bus(wire_up(KerongBoard, boards, cabinet), pace)
