"""Drivers that break a rule, each over any family: the rig must catch every one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from unittest import mock

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker import kerong, modbus, shuoming, winnsen, wkly
from hardware.locker.board import Board
from hardware.locker.exchange import exchange
from hardware.readings import Door

UNANSWERED = (DeviceSilent, WireError)


class Worse:
    """A board's driver, and that of the other on its bus; by itself as good as it was."""

    def __init__(self, board: Board, other: Board) -> None:
        self._board, self._other = board, other

    @property
    def channels(self) -> int:
        return self._board.channels

    def unlock(self, channel: int) -> None:
        self._board.unlock(channel)

    def doors(self) -> dict[int, Door]:
        return self._board.doors()


class AsksAgain(Worse):
    """Takes silence for a request that was lost."""

    def unlock(self, channel: int) -> None:
        try:
            self._board.unlock(channel)
        except UNANSWERED:
            with suppress(DeviceRefused):
                return self._board.unlock(channel)
            raise


class AsksTheOther(Worse):
    """Takes silence for a wrong address."""

    def unlock(self, channel: int) -> None:
        try:
            self._board.unlock(channel)
        except UNANSWERED:
            with suppress(DeviceRefused):
                return self._other.unlock(channel)
            raise


class AnswersForTheOther(Worse):
    """Says of the doors of a silent board what the other says of its own."""

    def doors(self) -> dict[int, Door]:
        try:
            return self._board.doors()
        except UNANSWERED:
            return self._other.doors()


class SilenceIsShut(Worse):
    """Takes silence for a cabinet at rest."""

    def doors(self) -> dict[int, Door]:
        try:
            return self._board.doors()
        except UNANSWERED:
            return dict.fromkeys(range(1, self.channels + 1), Door.SHUT)


def both(kind: type[Worse]) -> Callable[[list[Board]], Sequence[Board]]:
    """Plant it at either board."""
    return lambda boards: [kind(boards[0], boards[1]), kind(boards[1], boards[0])]


@contextmanager
def hearing_anybody() -> Iterator[None]:
    """No driver minds which board a frame is from."""

    def heard(transport: Any, request: bytes, decoder: Any, answers: Any, wait_s: float, board: int) -> Any:
        def mine(frame: Any) -> bool:
            if hasattr(frame, "address"):
                return bool(answers(replace(frame, address=board)))
            return bool(answers(replace(frame, head=request[1 : 1 + len(frame.head)])))

        return exchange(transport, request, decoder, mine, wait_s, board)

    with (
        mock.patch.object(kerong, "exchange", heard),
        mock.patch.object(modbus, "exchange", heard),
        mock.patch.object(shuoming, "exchange", heard),
        mock.patch.object(winnsen, "exchange", heard),
        mock.patch.object(wkly, "exchange", heard),
    ):
        yield
