"""A lock board's wiring to a cabinet, which is the same whatever the board speaks."""

from collections.abc import Mapping

from hardware.readings import Door
from simulators.cabinet import Cabinet


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
