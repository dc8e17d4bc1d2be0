"""What the twins of the Kerong boards have in common: one board wired to a cabinet, item sensors included.

They speak through the drivers' own codec; what both could get wrong together is held by the vectors in tests/vectors.
"""

from collections.abc import Mapping

from hardware.locker.kerong import Settings
from hardware.readings import Door
from simulators.cabinet import Cabinet

THINK_S = 0.015  # from the end of a request to the start of its reply
BUSY_S = 0.1  # with an unlock that it does not answer; as long as the most patient program leaves it alone


class KerongBoard:
    """One board: its channels wired to compartments. A channel without a compartment has nothing connected."""

    def __init__(self, cabinet: Cabinet, channels: Mapping[int, str], settings: Settings) -> None:
        self.settings = settings
        self._cabinet = cabinet
        self._channels = dict(channels)
        self._set_when = Door.SHUT if settings.feedback == "set_when_locked" else Door.OPEN

    def pulse(self, *channels: int) -> None:
        """Current on these outputs."""
        for channel in channels:
            if channel in self._channels:
                self._cabinet.pulse(self._channels[channel])

    def status(self, size: int) -> bytes:
        """``size`` bytes of hooks and as many of item sensors, as a status reply says them."""
        hooks = sum(self._cabinet.switch(name, self._set_when) << n - 1 for n, name in self._channels.items())
        sensors = sum(bool(self._cabinet.inside(name)) << n - 1 for n, name in self._channels.items())
        return hooks.to_bytes(size, "little") + sensors.to_bytes(size, "little")
