"""Lock boards: how near to their wire a look and an unlock come, and how old a door's state gets on a full bus.

The floor is the bytes that crossed, ten bits each at the board's speed, the silence of 3.5 characters that a line needs
between a frame and the next request (between exchanges, not before the first), and the delays of the board's own
(thinking, pulse, and the rest that programs leave a board that does not answer an unlock); what is above it is ours:
longer silence, decoding, scheduling. An unlock that a board leaves without a reply has two exchanges, the second a look
by which it shows that it heard. On pseudo-terminals with wire time.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from hardware import registry
from hardware.errors import DeviceError
from hardware.locker.bank import Bank
from hardware.locker.exchange import QUIET_S
from hardware.serialport import open_port
from simulators.cabinet import Cabinet
from simulators.serve import serve_pty

NEEDED = {"eletechsup": {"inputs_address": 99}}  # settings without a default
TIMES = 20
SILENCE = 3.5  # characters; Modbus over serial line 1.02, 2.5.1.1, and others keep more
FULL = ("kerong_cu48", 10, 48)  # a family, its boards on one bus, doors a board


class Counted:
    """A ``Peer`` that adds up the seconds of the wire and of the boards since ``anew``."""

    def __init__(self, bus: Any, baud: int) -> None:
        self._bus = bus
        self._a_byte = 10 / baud
        self.anew()
        self._take = bus.take
        bus.take = self.take

    def anew(self) -> None:
        """Begin at nothing."""
        self.floor = -SILENCE * self._a_byte

    def take(self, seconds: float) -> None:
        """As the bus does, added up."""
        self.floor += seconds
        self._take(seconds)

    def received(self, data: bytes) -> Iterator[bytes]:
        """As the bus does, added up."""
        self.floor += (len(data) + SILENCE) * self._a_byte
        for reply in self._bus.received(data):
            self.floor += len(reply) * self._a_byte
            yield reply


def ratio(call: Callable[[], object], counted: Counted) -> float:
    """How much longer a call takes than its floor: the median of some."""
    ratios = []
    for _ in range(TIMES):
        time.sleep(QUIET_S)  # the bus has been silent, as it is when somebody comes
        counted.anew()
        begun = time.perf_counter()
        with suppress(DeviceError):  # this computer was too busy for the board's clock
            call()
            ratios.append((time.perf_counter() - begun) / counted.floor)
    return statistics.median(ratios)


def family(name: str, link: Path) -> None:
    """One board of a family: a look at its doors, and an unlock."""
    module = registry.find("kiosk.board", name)
    settings = module.Settings(**NEEDED.get(name, {}))
    cabinet = Cabinet(str(n) for n in range(1, settings.channels + 1))
    wiring = {n: str(n) for n in range(1, settings.channels + 1)}
    counted = Counted(import_module(f"simulators.{name}").bus([(settings, wiring)], cabinet, 1.0), module.BAUD)
    with serve_pty(counted, link, module.BAUD) as wire:
        port = open_port(wire.port, module.BAUD)
        board = module.connect(settings, port)
        board.doors()
        look, unlock = ratio(board.doors, counted), ratio(lambda: board.unlock(1), counted)
        port.close()
    click.echo(f"  {name:<14} look {look:5.2f}   unlock {unlock:5.2f}")


def full_bus(link: Path) -> None:
    """Polling every door of a full bus: a door's state is at worst as old as one round and its own exchange."""
    name, boards, doors = FULL
    module = registry.find("kiosk.board", name)
    settings = [module.Settings(address=n, channels=doors) for n in range(boards)]
    wiring = [{c: f"{n}.{c}" for c in range(1, doors + 1)} for n in range(boards)]
    cabinet = Cabinet(door for one in wiring for door in one.values())
    pairs = list(zip(settings, wiring, strict=True))
    counted = Counted(import_module(f"simulators.{name}").bus(pairs, cabinet, 1.0), module.BAUD)
    with serve_pty(counted, link, module.BAUD) as wire:
        port = open_port(wire.port, module.BAUD)
        bank = Bank(
            {door: (board, c) for one, w in pairs for board in [module.connect(one, port)] for c, door in w.items()}
        )
        bank.doors()
        counted.anew()
        seen, worst = [time.perf_counter()] * boards, 0.0
        for _ in range(TIMES):
            for n, _doors in enumerate(bank.doors_by_board()):
                now = time.perf_counter()
                worst, seen[n] = max(worst, now - seen[n]), now
        port.close()
    limit = counted.floor / TIMES
    click.echo(f"{boards * doors} doors, {boards} boards of {name} on one bus: worst age {worst * 1e3:.0f} ms,")
    click.echo(f"  {worst / limit:.2f} of the {limit * 1e3:.0f} ms that the wire and the boards need for a round")


@click.command()
def main() -> None:
    """Every installed family, then the full bus."""
    with tempfile.TemporaryDirectory(prefix="buses-") as folder:
        click.echo("times as long as the wire and the board's own delay (aim: 1.2)")
        for name in registry.names("kiosk.board"):
            family(name, Path(folder, name))
        full_bus(Path(folder, "full"))


if __name__ == "__main__":
    main()
