"""The twin of ``hardware/locker/kerong_cu48.py``: the boards of one bus, wired to a cabinet."""

import time
from collections.abc import Iterator

from hardware.locker.kerong import Decoder, Frame
from hardware.locker.kerong_cu48 import ALL, HEAD, READ, REPLY, REQUESTS, UNLOCK
from simulators.kerong import THINK_S, KerongBoard


class KerongCu48Bus:
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
            address, lock = request.head
            board = self._boards.get(address)
            if board and address not in self.missing:
                yield from self._answered(board, request, lock)

    def _answered(self, board: KerongBoard, request: Frame, lock: int) -> Iterator[bytes]:
        if request.command == UNLOCK:
            board.pulse(*(range(1, board.settings.channels + 1) if lock == ALL else (lock + 1,)))
        if request.command == READ or board.settings.unlock_answered:
            time.sleep(THINK_S * self._pace)
            yield Frame(request.head, REPLY, board.status(6) if request.command == READ else b"").to_bytes()
