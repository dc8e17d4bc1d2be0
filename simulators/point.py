"""A pickup point as its configuration says, with a twin in the place of each device: the same doors, boards, readers
and scanners, at the end of real wires of this machine, and the reference library in the place of the real one.

    with Point(Path("kiosk.toml"), folder) as point:
        subprocess.run(["kiosk", "run", point.config], env=point.env)

The kiosk reads a copy of the configuration in ``folder`` in which only ports, paths, addresses and secrets differ.
"""

import contextlib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self, TypeVar

import tomli_w
from pydantic import BaseModel, Field, ValidationError

from hardware import registry
from simulators.cabinet import Cabinet
from simulators.keyboard import Keyboard
from simulators.library.server import Library
from simulators.pads import ReaderPad, SerialPad
from simulators.pcscd import Pcscd, PcscUnavailable
from simulators.readers import Eye, HandScanner, PcscReader, Printer, SerialReader, read_here
from simulators.relay import Relay
from simulators.serial_scanner import SerialScanner
from simulators.serve import Wire
from simulators.spoken import spoken
from simulators.twins import Board, Bus, Twin, Unfit, board_peer, bus_wire
from sync.plain import Id

READER = "ACS ACR122U PICC Interface"
HEAD = (
    "# Written for a simulated pickup point. Only ports, paths, addresses and secrets differ from the real one,\n"
    "# and the numbers of simulated labels and cards are read beside its own.\n"
)
_LABELS = {"item": "SIP[0-9]{7}", "patron": "2[0-9]{13}"}  # as simulators/library/seed.py prints them
BOARD_KEYS = ("name", "driver", "port", "baud")
SERIAL_BAUD, PAD_BAUD = 9600, 115200
T = TypeVar("T", bound=Twin)


class _Named(BaseModel):
    """What stands in the sections of devices; the kiosk looks at the rest."""

    name: Annotated[str, Field(min_length=1)]
    driver: str
    port: str = ""
    baud: Annotated[int, Field(ge=1)] = SERIAL_BAUD


class _Compartment(BaseModel):
    name: Annotated[str, Field(min_length=1)]
    board: str
    channel: int
    row: int
    column: int


class _Whose(BaseModel):
    id: Id
    names: dict[str, str] = {}


class _Screen(BaseModel):
    width: Annotated[int, Field(ge=1, le=8192)] = 1080
    height: Annotated[int, Field(ge=1, le=8192)] = 1920


class _Shape(BaseModel):
    """As much of a configuration as is simulated."""

    point: _Whose
    screen: _Screen = _Screen()
    service: dict[str, Any] = {}
    board: list[_Named]
    compartment: list[_Compartment]
    card: list[_Named] = []
    scanner: list[_Named] = []
    pad: list[_Named] = []
    printer: list[_Named] = []


def read(config: Path) -> dict[str, Any]:
    """A configuration as it stands in its file. Raises ``Unfit`` when it is none, with the place where it is not."""
    try:
        raw = tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unfit(f"{config}: {error.strerror}") from None
    except ValueError as error:  # not UTF-8, not TOML
        raise Unfit(f"{config}: not TOML: {error}") from None
    for section in ("board", "compartment"):
        raw.setdefault(section, [])
    point = raw.get("point")
    alone = isinstance(point, dict) and point.get("counter") and not (raw["board"] or raw["compartment"])
    for section in ("point",) if alone else ("point", "board", "compartment"):
        if not raw.get(section):
            raise Unfit(f"{config}: no {section}; is it the configuration of a point?")
    try:
        _Shape.model_validate(raw)
    except ValidationError as error:
        flaw = error.errors(include_url=False)[0]
        raise Unfit(f"{config}: {'.'.join(map(str, flaw['loc']))}: {flaw['msg']}") from None
    return raw


class Point:
    """The twins of one point, and its files below ``folder``. A context manager; all is stopped at its end.

    ``pcsc``: a private pcscd with a virtual card for each reader where this machine allows it (``no_pcsc`` says why
    not), else, and when False, serial card readers. ``pace`` 0: boards without delays of their own, for tests.
    Raises ``Unfit`` for a configuration that cannot be simulated.
    """

    def __init__(self, config: Path, folder: Path, *, pcsc: bool = True, pace: float = 1.0) -> None:
        self.raw = read(config)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "point.toml"
        self.devices: dict[str, Twin] = {}
        self.places: dict[str, dict[str, Any]] = {one["name"]: one for one in self.raw["compartment"]}
        self.cabinet = Cabinet(self.places, kept=folder / "cabinet.json")
        self.no_pcsc = "" if pcsc else "not asked for"
        self.pcscd: Pcscd | None = None
        self._on_daemon: list[Twin] = []
        self._base = config.absolute().parent
        self._pace = pace
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        point = self.raw["point"]
        with contextlib.ExitStack() as undo:
            names = point.get("names", {})
            self.library = undo.enter_context(
                Library(self.folder / "library", home=point["id"], name=names.get("zh", ""))
            )
            self.service = spoken(self.library, self.raw.get("service", {}), self._base, self.folder)
            undo.callback(self.service.close)
            self.network = undo.enter_context(Relay(self.service.port))
            self._boards(undo)
            self._cards(undo)
            for section in self.raw.get("pad", ()):
                self._add(undo, self._pad(section))
            for section in self.raw.get("scanner", ()):
                self._add(undo, self._scanner(section))
            for section in self.raw.get("printer", ()):
                self._add(undo, self._printer(section))
            self._open = undo.pop_all()
        self.config.write_text(HEAD + tomli_w.dumps(self._derived()), encoding="utf-8")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    @property
    def id(self) -> str:
        """The point, as the library knows it."""
        return str(self.raw["point"]["id"])

    @property
    def env(self) -> dict[str, str]:
        """The environment in which the kiosk meets these twins."""
        return {**os.environ, **(self.pcscd.env if self.pcscd else {})}

    def twin(self, name: str, kind: type[T]) -> T:
        """The device of this name, which must be of that kind. Raises ``Unfit``."""
        device = self.devices.get(name)
        if device is None:
            raise Unfit(f"no device {name!r}; there are {', '.join(self.devices)}")
        if not isinstance(device, kind):
            raise Unfit(f"{name} ({device.driver}) cannot do that")
        return device

    def all(self, kind: type[T]) -> list[T]:
        """The devices of one kind, in the order of the configuration."""
        return [device for device in self.devices.values() if isinstance(device, kind)]

    def _add(self, undo: contextlib.ExitStack, device: Twin) -> None:
        undo.callback(device.close)
        if device.name in self.devices:
            raise Unfit(f"two devices are called {device.name!r}")
        self.devices[device.name] = device

    def _boards(self, undo: contextlib.ExitStack) -> None:
        buses: dict[str, Bus] = {}
        wires: dict[str, Wire] = {}
        for section in self.raw["board"]:
            name, driver, port = (str(section.get(key, "")) for key in ("name", "driver", "port"))
            channels = {one["channel"]: one["name"] for one in self.raw["compartment"] if one.get("board") == name}
            settings = {key: value for key, value in section.items() if key not in BOARD_KEYS}
            peer = board_peer(driver, settings, channels, self.cabinet, self._pace)
            if port not in buses:
                bus = buses[port] = Bus()
                baud = int(section.get("baud") or registry.find("kiosk.board", driver).BAUD)
                link = self.folder / f"ttyLOCKER{len(wires)}"
                wires[port] = bus_wire(bus, port, link, baud)
            self._add(undo, Board(name, driver, peer, buses[port], wires[port]))

    def _cards(self, undo: contextlib.ExitStack) -> None:
        sections = self.raw.get("card", [])
        readers = {one["name"]: _reader(one, n) for n, one in enumerate(sections) if one.get("driver") == "pcsc"}
        readers |= {one["name"]: one["reader"] for one in self.raw.get("pad", ()) if one.get("driver") == "pcsc_pad"}
        if readers and not self.no_pcsc:
            try:
                self.pcscd = undo.enter_context(Pcscd(list(readers.values())))
            except PcscUnavailable as why:
                self.no_pcsc = str(why)
        for n, one in enumerate(sections):
            name, driver = str(one.get("name", "")), str(one.get("driver", ""))
            if driver not in ("pcsc", "serial_card"):
                raise Unfit(f"no twin is known for the card driver {driver!r}")
            if self.pcscd and name in readers:
                reader = PcscReader(name, driver, self.pcscd, readers[name], self._on_daemon)
                reader.section |= read_here(one, self.folder)
                self._add(undo, reader)
            else:
                baud = int(one.get("baud", SERIAL_BAUD))
                self._add(undo, SerialReader(name, driver, self.folder / f"ttyCARD{n}", baud))

    def _pad(self, section: Mapping[str, Any]) -> Twin:
        name, driver = str(section.get("name", "")), str(section.get("driver", ""))
        if driver == "r2000":
            return SerialPad(name, section, self.folder / f"ttyPAD-{name}", int(section.get("baud", PAD_BAUD)))
        if driver != "pcsc_pad":
            raise Unfit(f"no twin is known for the pad driver {driver!r}")
        if not self.pcscd:
            raise Unfit(f"the pad {name} needs a PC/SC daemon ({self.no_pcsc})")
        return ReaderPad(name, section, self.pcscd, str(section.get("reader", "")), self._on_daemon)

    def _scanner(self, section: Mapping[str, Any]) -> Twin:
        name, driver = str(section.get("name", "")), str(section.get("driver", ""))
        if driver == "camera":
            return Eye(name, driver)
        if driver == "serial_scanner":
            link, baud = self.folder / f"ttySCANNER-{name}", int(section.get("baud", SERIAL_BAUD))
            scanner = SerialScanner(link, baud=baud, trigger=str(section.get("trigger", "none")))
            return HandScanner(name, driver, scanner)
        if driver == "keyboard":
            return HandScanner(name, driver, Keyboard(self.folder / f"event-{name}"))
        raise Unfit(f"no twin is known for the scanner driver {driver!r}")

    def _printer(self, section: Mapping[str, Any]) -> Twin:
        name, driver = str(section.get("name", "")), str(section.get("driver", ""))
        if driver != "escpos":
            raise Unfit(f"no twin is known for the printer driver {driver!r}")
        link = self.folder / f"ttyPRINTER-{name}"
        return Printer(name, driver, link, int(section.get("baud", SERIAL_BAUD)), int(section.get("paper_mm", 58)))

    def _derived(self) -> dict[str, Any]:
        """The configuration as the kiosk gets it."""
        files = self.library.files_of(self.id)
        screen = {**self.raw.get("screen", {}), "fullscreen": False}
        for file in {"font", "voice_files"} & screen.keys():
            screen[file] = str(self._base / screen[file])
        derived = {
            **self.raw,
            "store": {"path": str(self.folder / "point.sqlite")},
            "keys": {"hashing": str(files / "hashing.key"), "passes": [str(files / "pass.pub")]},
            "service": self.service.section(self.id, self.network.port),
            "screen": screen,
            "codes": _with_the_librarys(self.raw.get("codes", {})),
        }
        for kind in ("board", "card", "scanner", "pad", "printer"):
            if kind in self.raw:
                derived[kind] = [_led(one, self.devices[one["name"]]) for one in self.raw[kind]]
        return derived


def _with_the_librarys(codes: Mapping[str, Any]) -> dict[str, Any]:
    """The point's codes, and beside its own numbers those of the simulated library's labels and cards."""
    return {**codes, **{name: f"(?:{codes[name]})|{_LABELS[name]}" for name in _LABELS.keys() & codes.keys()}}


def _reader(section: Mapping[str, Any], n: int) -> str:
    """The PC/SC name of a virtual reader that answers to its section."""
    asked = str(section.get("reader", ""))
    return asked or (f"{READER} {n}" if n else READER)


def _led(section: Mapping[str, Any], device: Twin) -> dict[str, Any]:
    """A device's section, leading to its twin; of another driver's section only the name is of use."""
    kept = section if device.section.get("driver", device.driver) == device.driver else {"name": device.name}
    return {**kept, **device.section}
