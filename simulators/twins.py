"""The twins of a point's devices, all with one shape: plugged or not, faults that wear off, what lies there.

Each also says with which keys its section of the configuration leads the kiosk to it (``section``); all other keys of
the real section stay.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from hardware import registry
from simulators.cabinet import Cabinet
from simulators.line import Fault, Line
from simulators.serve import Peer, Wire, serve_pty, serve_tcp

GROUP = "kiosk.twin"  # where another package names the twin of its driver
SPOKEN = ("silent", "late", "cut", "garbage", "bad_check", "split")  # what can go wrong with what a device says
ON_A_BUS = (*SPOKEN, "echo")  # and of an adapter on two wires, which may hear itself


class Unfit(Exception):
    """It cannot be simulated, or not be done; the message is one sentence for the person who asked."""


class Twin:
    """A device of the point. What it cannot do it refuses with ``Unfit``."""

    kind = ""
    fault_names: tuple[str, ...] = ()

    def __init__(self, name: str, driver: str) -> None:
        self.name = name
        self.driver = driver
        self.port = ""
        self.section: dict[str, Any] = {}
        self.shows: str | None = None
        self.plugged = True
        self.line: Line | None = None
        """What can go wrong on its wire; None where it has no line of bytes."""

    @property
    def faults(self) -> dict[str, int]:
        """Faults that have not worn off, and how often each still happens."""
        return self.line.faults if self.line else {}

    def fault(self, fault: str, times: int) -> None:
        """The next ``times`` exchanges go wrong in this way."""
        self._refuse_unknown(fault)
        assert self.line
        self.line.disturb(Fault[fault.upper()], times)

    def _refuse_unknown(self, fault: str) -> None:
        if fault not in self.fault_names:
            known = ", ".join(self.fault_names) or "none"
            raise Unfit(f"{self.name} ({self.driver}) knows no fault {fault!r}; known: {known}")

    def mend(self) -> None:
        """No faults, plugged in."""
        if self.line:
            self.line.mend()
        self.plug()

    def plug(self) -> None:
        """Put its cable back."""
        self.plugged = True

    def unplug(self) -> None:
        """Pull its cable."""
        self.plugged = False

    def close(self) -> None:
        """Let go of everything."""


# ---- boards -------------------------------------------------------------------------------------------------------


class Bus:
    """The ``Peer`` on one port: all boards there, of whatever family, each behind its own faults."""

    def __init__(self) -> None:
        self.boards: list[Board] = []

    def received(self, data: bytes) -> Any:
        """Every board hears everything, and answers what is meant for it."""
        for board in self.boards:
            if board.plugged:
                yield from board.line.received(data)


class Board(Twin):
    """A lock board. Alone on its port, unplugging it takes the port away; on a shared one only the board is dead."""

    kind = "board"
    fault_names = ON_A_BUS

    def __init__(self, name: str, driver: str, peer: Peer, bus: Bus, wire: Wire) -> None:
        super().__init__(name, driver)
        self.peer = peer
        self.wire = wire
        self.line: Line = Line(peer)
        self.port = wire.port
        self.section = {"port": wire.port}
        self._bus = bus
        bus.boards.append(self)

    def plug(self) -> None:
        super().plug()
        self.wire.plug()

    def unplug(self) -> None:
        super().unplug()
        if len(self._bus.boards) == 1:
            self.wire.unplug()

    def close(self) -> None:
        self.wire.close()


def bus_wire(bus: Bus, port: str, link: Path, baud: int) -> Wire:
    """A bus at the end of a pseudo-terminal, or of a socket where the real one is."""
    return serve_tcp(bus, baud=baud) if port.startswith("socket:") else serve_pty(bus, link, baud)


def board_peer(
    driver: str, settings: Mapping[str, Any], channels: Mapping[int, str], cabinet: Cabinet, pace: float
) -> Peer:
    """One board alone, wired to a cabinet. Raises ``Unfit`` for a driver without a twin, or settings it refuses."""
    try:
        module, twin = registry.find("kiosk.board", driver), twin_of(driver)
    except (registry.UnknownDriver, ImportError) as error:
        raise Unfit(str(error)) from None
    try:
        fitted = module.Settings.model_validate(settings)
    except ValueError as error:
        raise Unfit(f"the board driver {driver} refuses its settings: {' '.join(str(error).split())[:300]}") from None
    peer: Peer = twin.bus([(fitted, channels)], cabinet, pace)
    return peer


def twin_of(driver: str) -> Any:
    """The module with the twin of a driver: ours of the same name, or another package's. Raises ``Unfit``."""
    for point in entry_points(group=GROUP):
        if point.name == driver:
            return point.load()
    try:
        return import_module(f"simulators.{driver}")
    except ImportError:
        raise Unfit(f"no twin is known for the driver {driver!r}; a package may bring one as {GROUP}") from None
