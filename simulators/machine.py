"""A whole pickup point without hardware: cabinet, board, card reader, scanner, camera, printer and library, each the
twin at the end of a real wire, and the configuration that makes ``kiosk run`` meet them. Tests, benchmarks and the
demo use it.

    with Machine(folder) as machine:
        subprocess.run(["kiosk", "run", machine.config, "--screen", "json"], env=machine.env)
"""

import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from hardware.locker.shuoming import Settings as BoardSettings
from simulators.cabinet import Cabinet
from simulators.camera import Camera
from simulators.escpos import EscposPrinter
from simulators.library.seed import card_number
from simulators.library.server import Library
from simulators.line import Line
from simulators.pcsc import Card
from simulators.pcscd import Pcscd, PcscUnavailable
from simulators.serial_card import SerialCard
from simulators.serial_scanner import SerialScanner
from simulators.serve import serve_pty
from simulators.shuoming import ShuomingBoard, ShuomingBus

POINT = "dongmen"
READER = "ACS ACR122U PICC Interface"
READ_S = 5.0
NOTICED_S = 0.5  # pcscd looks for cards every 0.4 s: the next one would pass for the same


@dataclass(frozen=True, slots=True)
class Place:
    """Where a compartment is built in: its size, and its rows and columns in the front of the cabinet."""

    size: str
    row: int
    column: int
    height: int = 1
    width: int = 1


# Two columns beside the screen and one under it, as such machines are built: small doors above, large below.
PLACES: Mapping[str, Place] = {
    "1": Place("S", 0, 0),
    "2": Place("S", 1, 0),
    "3": Place("S", 2, 0),
    "4": Place("M", 3, 0, 2),
    "5": Place("L", 5, 0, 3),
    "6": Place("S", 0, 1),
    "7": Place("S", 1, 1),
    "8": Place("S", 2, 1),
    "9": Place("M", 3, 1, 2),
    "10": Place("L", 5, 1, 3),
    "11": Place("M", 0, 2, 4),
    "12": Place("L", 4, 2, 4),
}


class CardPlace(Protocol):
    """Where a card is laid: on a PC/SC reader, or on a serial one."""

    def tap(self, uid: str) -> None:
        """Lay a card there."""

    def lift(self) -> None:
        """Take it away."""


class Machine:
    """The twins of one point, and its files below ``folder``. A context manager; all is stopped at its end.

    ``pcsc``: a private pcscd with a virtual card where this machine allows it (``no_pcsc`` says why not), else, and
    when False, a serial card reader. ``pace`` 0: boards without delays of their own, for tests.
    """

    def __init__(self, folder: Path, pcsc: bool = True, pace: float = 1.0, camera: bool = True) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.cabinet = Cabinet(PLACES)
        self.no_pcsc = "" if pcsc else "not asked for"
        self.card: CardPlace
        self._open = contextlib.ExitStack()
        self._pcscd: Pcscd | None = None
        self._pace = pace
        self._with_camera = camera

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as undo:
            self.library = undo.enter_context(Library(self.folder / "library"))
            channels = dict(enumerate(PLACES, 1))
            board = ShuomingBoard(self.cabinet, channels, BoardSettings(address=1, channels=len(channels)))
            self.bus = ShuomingBus([board], self._pace)
            self.line = Line(self.bus)
            self.wire = undo.enter_context(serve_pty(self.line, self.folder / "ttyLOCKER0", baud=9600))
            self.scanner = undo.enter_context(SerialScanner(self.folder / "ttySCANNER0"))
            self.printer = undo.enter_context(EscposPrinter().on_pty(self.folder / "ttyPRINTER0", baud=19200))
            self.camera = undo.enter_context(Camera()) if self._with_camera else None
            self.card = self._card_place(undo)
            self._open = undo.pop_all()
        self.config = self.folder / "point.toml"
        self.config.write_text(self._toml(), encoding="utf-8")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    @property
    def env(self) -> dict[str, str]:
        """The environment in which the kiosk meets these twins."""
        return {**os.environ, **(self._pcscd.env if self._pcscd else {})}

    @property
    def pcscd(self) -> Pcscd | None:
        """The private daemon, to restart it; None with a serial reader."""
        return self._pcscd

    def tap(self, patron: str) -> None:
        """The patron lays their citizen card on the reader."""
        self.card.tap(card_number(patron))

    def tap_and_lift(self, patron: str) -> None:
        """The patron holds their card there until the reader has read it, and takes it away. At most 5 s."""
        self.tap(patron)
        until = time.monotonic() + READ_S
        while isinstance(self.card, Card) and not self.card.moments.answered and time.monotonic() < until:
            time.sleep(0.01)
        self.card.lift()
        time.sleep(NOTICED_S)

    def _card_place(self, undo: contextlib.ExitStack) -> CardPlace:
        if not self.no_pcsc:
            try:
                self._pcscd = undo.enter_context(Pcscd([READER]))
                card = Card(self._pcscd.port(READER))
                undo.callback(card.close)
                return card
            except PcscUnavailable as why:
                self.no_pcsc = str(why)
        return undo.enter_context(SerialCard(self.folder / "ttyCARD0"))

    def _toml(self) -> str:
        files = self.library.files_of(POINT)
        card = 'driver = "pcsc"' if self._pcscd else f'driver = "serial_card"\nport = "{self.folder / "ttyCARD0"}"'
        camera = (
            f'[[scanner]]\nname = "camera"\ndriver = "camera"\nsource = "{self.camera.url}"\n' if self.camera else ""
        )
        return _TOML.format(
            files=files,
            folder=self.folder,
            url=self.library.url,
            card=card,
            camera=camera,
            compartments=_compartments(PLACES),
        )


def _compartments(places: Mapping[str, Place]) -> str:
    return "\n".join(
        f'[[compartment]]\nname = "{name}"\nboard = "A"\nchannel = {channel}\nsize = "{place.size}"\n'
        f"row = {place.row}\ncolumn = {place.column}\nheight = {place.height}\nwidth = {place.width}\n"
        for channel, (name, place) in enumerate(places.items(), 1)
    )


_TOML = """\
# Written for a simulated pickup point. Only the ports differ from a real one.
[point]
id = "dongmen"
phone = "0512-6288 0000"
[point.names]
zh = "东门书亭"
en = "East Gate Book Pavilion"

[store]
path = "{folder}/point.sqlite"

[keys]
hashing = "{files}/hashing.key"
passes = ["{files}/pass.pub"]

[service]
driver = "rest"
url = "{url}"
credential = "{files}/credential"

[codes]
item = "SIP[0-9]{{7}}"
patron = "K[0-9]{{8}}"

[[board]]
name = "A"
driver = "shuoming"
port = "{folder}/ttyLOCKER0"
address = 1
channels = 12

[[card]]
name = "card"
{card}

[[scanner]]
name = "scanner"
driver = "serial_scanner"
port = "{folder}/ttySCANNER0"

[[printer]]
name = "printer"
driver = "escpos"
port = "{folder}/ttyPRINTER0"
baud = 19200

{camera}
{compartments}
# Twins do not heat up, and nobody here waits for people to walk away.
[duty]
pulses_max = 20
rest_s = 0.1

[limits]
goodbye_s = 4
slip_s = 6
sorry_s = 8

[screen]
fullscreen = false
"""
