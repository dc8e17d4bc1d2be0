"""The point of the demo, the tests and the benchmarks (``dongmen.toml``), its devices at hand: one of each kind.

with Machine(folder) as machine:
    subprocess.run(["kiosk", "run", machine.config, "--screen", "json"], env=machine.env)
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulators.camera import Camera
from simulators.escpos import EscposPrinter
from simulators.library.seed import card_number
from simulators.line import Line
from simulators.pcsc import Card
from simulators.point import Point
from simulators.readers import Eye, HandScanner, PcscReader, Printer, SerialReader
from simulators.serial_card import SerialCard
from simulators.serial_scanner import SerialScanner
from simulators.serve import Wire
from simulators.shuoming import ShuomingBus
from simulators.twins import Board

POINT = "dongmen"
CONFIG = Path(__file__).with_name("dongmen.toml")


class Machine(Point):
    """A ``Point`` of one board, card reader, hand scanner, camera (unless ``camera`` is False) and printer.

    ``service``: what its ``[service]`` says, where the library is not to speak REST.
    """

    def __init__(
        self,
        folder: Path,
        pcsc: bool = True,
        pace: float = 1.0,
        camera: bool = True,
        service: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(CONFIG, folder, pcsc=pcsc, pace=pace)
        self.raw["service"] = dict(service or {})
        if not camera:
            self.raw["scanner"] = [one for one in self.raw["scanner"] if one["driver"] != "camera"]

    @property
    def bus(self) -> ShuomingBus:
        """The board, as its own twin."""
        peer = self._board.peer
        assert isinstance(peer, ShuomingBus)
        return peer

    @property
    def line(self) -> Line:
        """What can go wrong between kiosk and board."""
        return self._board.line

    @property
    def wire(self) -> Wire:
        """The board's cable."""
        return self._board.wire

    @property
    def card(self) -> Card | SerialCard:
        """Where a card is laid: on a PC/SC reader, or where there can be none on a serial one."""
        return self._reader.card

    @property
    def scanner(self) -> SerialScanner:
        """The hand scanner."""
        scanner = self.twin("scanner", HandScanner).scanner
        assert isinstance(scanner, SerialScanner)
        return scanner

    @property
    def printer(self) -> EscposPrinter:
        """The receipt printer."""
        return self.twin("printer", Printer).printer

    @property
    def camera(self) -> Camera | None:
        """The camera, if there is one."""
        return next((eye.camera for eye in self.all(Eye)), None)

    def tap(self, patron: str) -> None:
        """The patron lays their citizen card on the reader."""
        self.card.tap(card_number(patron))

    def tap_and_lift(self, patron: str) -> None:
        """The patron holds their card there until the reader has read it, and takes it away. At most 20 s."""
        self._reader.tap_and_lift(card_number(patron))

    @property
    def _board(self) -> Board:
        return self.twin("A", Board)

    @property
    def _reader(self) -> PcscReader | SerialReader:
        return self.all(PcscReader)[0] if self.pcscd else self.all(SerialReader)[0]

    def _derived(self) -> dict[str, Any]:
        """Straight to the library, without a network between: paused, it refuses connections at once."""
        derived = super()._derived()
        derived["service"] = self.service.section(self.id, self.service.port)
        return derived
