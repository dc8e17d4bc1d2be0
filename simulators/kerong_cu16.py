"""The twin of ``hardware/locker/kerong_cu16.py``: the boards of one bus, wired to a cabinet."""

import time
from collections.abc import Iterator

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
)
from simulators.kerong import THINK_S, KerongBoard

EVERY_BOARD = 0xF


class KerongCu16Bus:
    """A ``Peer``: the boards on one bus. ``pace`` scales every delay: 1 as on boards, 0 none at all."""

    def __init__(self, boards: list[KerongBoard], pace: float = 1.0) -> None:
        self._boards = {board.settings.address: board for board in boards}
        self._pace = pace
        self._decoder = Decoder(HEAD, REQUESTS)
        self.missing: set[int] = set()
        """Addresses of boards without power."""

    def received(self, data: bytes) -> Iterator[bytes]:
        """Requests in, replies out; what is no request, or for a board that is not there, meets silence."""
        for request in self._decoder.feed(data):
            address, lock = divmod(request.head[0], 16)
            for board in self._boards.values():
                meant = board.settings.address == address or (address, request.command) == (EVERY_BOARD, READ_BOARDS)
                if meant and board.settings.address not in self.missing:
                    yield from self._answered(board, request.command, lock + 1)

    def _answered(self, board: KerongBoard, command: int, channel: int) -> Iterator[bytes]:
        if command == UNLOCK:
            board.pulse(channel)
        elif command == UNLOCK_ALL:
            board.pulse(*range(1, board.settings.channels + 1))
        if command in (READ, READ_BOARDS) or board.settings.unlock_answered:
            time.sleep(THINK_S * self._pace)
            reply = STATUS_OF_BOARDS if command == READ_BOARDS else STATUS
            yield Frame(bytes((board.settings.address << 4,)), reply, board.status(2)).to_bytes()
