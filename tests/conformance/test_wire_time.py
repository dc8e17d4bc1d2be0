"""On a wire whose time is computed, a look and an unlock cost little more than the wire and the board need themselves.

What decoding and scheduling add is for ``python -m benchmarks.buses``, on a machine with nothing else to do.
"""

from importlib import import_module

import pytest

from benchmarks.buses import NEEDED, Counted
from hardware import registry
from simulators.cabinet import Cabinet
from tests.conformance.timed_wire import Clock, TimedWire, live_by

AIM = 1.2


@pytest.mark.parametrize("name", registry.names("kiosk.board"))
def test_look_and_unlock_are_near_their_wire_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    live_by(clock, monkeypatch)
    module = registry.find("kiosk.board", name)
    settings = module.Settings(**NEEDED.get(name, {}))
    channels = {n: str(n) for n in range(1, settings.channels + 1)}
    bus = import_module(f"simulators.{name}").bus([(settings, channels)], Cabinet(channels.values()), 1.0)
    counted = Counted(bus, module.BAUD)
    board = module.connect(settings, TimedWire(counted, clock, module.BAUD))
    board.doors()
    board.unlock(1)
    board.unlock(1)  # by now it is known whether it answers
    for call in (board.doors, lambda: board.unlock(1)):
        clock.sleep(0.1)
        counted.anew()
        begun = clock.now
        call()
        assert clock.now - begun <= AIM * counted.floor
