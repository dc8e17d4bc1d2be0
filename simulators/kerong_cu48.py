"""The twin of ``hardware/locker/kerong_cu48.py``: the boards of one bus, wired to a cabinet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from hardware.locker.kerong import Decoder, Frame
from hardware.locker.kerong_cu48 import ALL, HEAD, READ, REPLY, REQUESTS, UNLOCK, Settings
from simulators.cabinet import Cabinet
from simulators.kerong import BUSY_S, THINK_S, KerongBoard
from simulators.wired import Bus, wire_up


class KerongCu48Bus(Bus):
    """The boards on one bus."""

    def __init__(self, boards: Sequence[KerongBoard], pace: float = 1.0) -> None:
        super().__init__(boards, Decoder(HEAD, REQUESTS).feed, pace)

    def meant(self, request: Frame) -> Iterable[int]:
        """The board of the first byte."""
        return request.head[:1]

    def answered(self, board: KerongBoard, request: Frame) -> Iterator[bytes]:
        """What a board does and says."""
        lock = request.head[1]
        if request.command == UNLOCK:
            board.pulse(*(range(1, board.settings.channels + 1) if lock == ALL else (lock + 1,)))
        if request.command == READ or board.settings.unlock_answered:
            self.take(THINK_S)
            yield Frame(request.head, REPLY, board.status(6) if request.command == READ else b"").to_bytes()
        else:
            self.take(BUSY_S)


def bus(boards: Iterable[tuple[Settings, Mapping[int, str]]], cabinet: Cabinet, pace: float = 1.0) -> KerongCu48Bus:
    """The boards of one bus, each with the compartments on its channels."""
    return KerongCu48Bus(wire_up(KerongBoard, boards, cabinet), pace)
