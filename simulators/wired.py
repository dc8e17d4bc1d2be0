"""A lock board's wiring to a cabinet, and a bus of boards: the same whatever the boards speak."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from hardware.readings import Door
from simulators.cabinet import Cabinet
from simulators.serve import Peer


class Wired:
    """The channels of one board, wired to compartments; one without a compartment has nothing connected."""

    def __init__(self, cabinet: Cabinet, channels: Mapping[int, str], feedback: str) -> None:
        """``feedback``: ``short_when_locked`` or ``short_when_open``, the kind of micro-switch in the locks."""
        self._cabinet = cabinet
        self._channels = dict(channels)
        self._closes_when = Door.SHUT if feedback == "short_when_locked" else Door.OPEN

    def pulse(self, channel: int) -> None:
        """Current on one output."""
        if channel in self._channels:
            self._cabinet.pulse(self._channels[channel])

    def pressed(self, channel: int) -> bool:
        """Whether the contact at one feedback input is closed."""
        return channel in self._channels and self._cabinet.switch(self._channels[channel], self._closes_when)


class Bus:
    """A ``Peer``: boards of one family on a bus. ``pace`` scales every delay: 1 as on a real bus, 0 none at all."""

    def __init__(self, boards: Iterable[Any], feed: Callable[[bytes], Iterable[Any]], pace: float) -> None:
        """``feed``: bytes in, requests out. Each board has ``settings.address``."""
        self.boards: dict[int, Any] = {board.settings.address: board for board in boards}
        self.missing: set[int] = set()
        """Addresses of boards without power."""
        self._feed = feed
        self._pace = pace

    def received(self, data: bytes) -> Iterator[bytes]:
        """Requests in, replies out; what is no request, or for a board that is not there, meets silence."""
        for request in self._feed(data):
            for address in self.meant(request):
                if address in self.boards and address not in self.missing:
                    yield from self.answered(self.boards[address], request)

    def meant(self, request: Any) -> Iterable[int]:
        """The addresses of the boards a request is for."""
        return (request.address,)

    def answered(self, board: Any, request: Any) -> Iterable[bytes]:
        """What a board does and says."""
        raise NotImplementedError

    def take(self, seconds: float) -> None:
        """Let a board take its time."""
        if seconds and self._pace:
            time.sleep(seconds * self._pace)


class Together:
    """A ``Peer``: buses of several families on one pair of wires. Each hears every byte and minds its own."""

    def __init__(self, buses: Sequence[Peer]) -> None:
        self._buses = buses

    def received(self, data: bytes) -> Iterator[bytes]:
        """One exchange: what any of them has to say."""
        for bus in self._buses:
            yield from bus.received(data)


def wire_up(board: Callable[..., Any], boards: Iterable[tuple[Any, Mapping[int, str]]], cabinet: Cabinet) -> list[Any]:
    """A twin for each board: its settings, and the compartments on its channels."""
    return [board(cabinet, channels, settings) for settings, channels in boards]
