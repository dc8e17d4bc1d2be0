"""One TOML file says what a pickup point is made of. Whatever is wrong with it is one message, before anything starts.

Relative paths count from the file's own directory. A device's section holds its driver's own ``Settings`` beside the
few keys that all have; where two of those do not go together, that is found here too (kiosk.clashes).
"""

import json
import math
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from hardware.registry import UnknownDriver, find
from hardware.scanner.barcode import Meanings
from hardware.secret_file import UnfitFile, read_secret
from kiosk.clashes import Really, as_written, clashes
from kiosk.core.identity import Keyring
from kiosk.core.limits import Limits
from kiosk.core.plan import Plan
from kiosk.explain import Place, dotted, fields_of, first_flaw, nearest
from kiosk.frontend import About, ScreenSettings
from kiosk.receipt import key_beside, public_at, signer_at
from kiosk.secrets_file import read_credential, read_hashing_keys, read_public_key
from kiosk.sections import BoardKeys, DeviceKeys, DutySettings, Fixture, Keys, Point, ServiceKeys, StoreFile
from sync.seal import Seal
from sync.service import Service as LibraryClient

SIZE_MAX = 1 << 20  # bytes of the file
LINE_MAX = 600  # characters of a message
M = TypeVar("M", bound=BaseModel)


class ConfigError(Exception):
    """The configuration cannot be used. The message names the file, the key and what to do."""


@dataclass(frozen=True, slots=True)
class Board:
    """``[[board]]``; boards on one port share a bus. ``module``: the driver, see hardware.registry."""

    name: str
    driver: str
    port: str
    baud: int
    settings: Any
    module: Any


@dataclass(frozen=True, slots=True)
class Device:
    """``[[card]]``, ``[[scanner]]`` or ``[[printer]]``. ``module``: the driver, see hardware.registry."""

    name: str
    driver: str
    settings: Any
    module: Any


@dataclass(frozen=True, slots=True)
class Service:
    """``[service]``. ``module``: the client's, see sync.service."""

    driver: str
    credential: SecretStr
    settings: Any
    module: Any


@dataclass(frozen=True, slots=True)
class Config:
    """A pickup point as configured; see the classes of its parts and examples/rest.toml."""

    path: Path
    point: Point
    store: Path
    keyring: Keyring
    service: Service
    boards: tuple[Board, ...]
    cards: tuple[Device, ...]
    pads: tuple[Device, ...]
    scanners: tuple[Device, ...]
    printers: tuple[Device, ...]
    codes: Meanings
    compartments: tuple[Fixture, ...]
    duty: DutySettings
    limits: Limits
    screen: ScreenSettings

    def plan(self) -> Plan:
        """What the deciding core needs to know of it."""
        rows = max((c.row + c.height for c in self.compartments), default=0)
        spaces = {c.name: c.space(rows) for c in sorted(self.compartments, key=lambda c: (c.row, c.column))}
        boards = frozenset(c.board for c in self.compartments)
        cards, scanners = (frozenset(one.name for one in kind) for kind in (self.cards, (*self.scanners, *self.pads)))
        printers, library = tuple(p.name for p in self.printers), self.service.module.abilities(self.service.settings)
        pads, receipts = {pad.name: pad.settings.writes for pad in self.pads}, public_at(key_beside(self.store))
        devices = (cards, scanners, printers, library, frozenset(pads), frozenset(p for p in pads if pads[p]))
        return Plan(self.point.id, spaces, self.keyring, self.limits, *devices, self.point.counter, receipts, boards)

    def library(self) -> LibraryClient:
        """A client of the lending service, nothing opened yet."""
        to, seal = self.service, Seal(self.keyring.hashing, self.keyring.card, self.keyring.before)
        client: LibraryClient = to.module.connect(to.settings, to.credential.get_secret_value(), self.point.id, seal)
        return client

    def about(self) -> About:
        """What a front end may say of it. Raises ``UnfitFile`` for a receipt key that is there and cannot be used."""
        return replace(self.about_closed(), sign=signer_at(key_beside(self.store), self.point.id))

    def about_closed(self) -> About:
        """The same where no slip is made; no key is read."""
        codes, point = self.service.module.abilities(self.service.settings).codes, self.point
        return About(point.id, point.names.model_dump(), point.phone, doors=bool(self.compartments), codes=codes)

    def buses(self) -> dict[str, list[Board]]:
        """The boards on each port."""
        return {port: [b for b in self.boards if b.port == port] for port in dict.fromkeys(b.port for b in self.boards)}

    def clashes(self, really: Really = as_written) -> Iterator[tuple[Place, str]]:
        """What does not go together in it; see kiosk.clashes."""
        kinds = {"card": self.cards, "pad": self.pads, "scanner": self.scanners, "printer": self.printers}
        return clashes(self.boards, kinds, self.compartments, self.screen.touch_panel, really)


def load(path: Path) -> Config:
    """Read, check and resolve a configuration file, its drivers and its secret files. Raises ``ConfigError``."""
    return _Reader(path, _read_toml(path)).config()


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_MAX + 1)
        if len(data) > SIZE_MAX:
            raise ConfigError(f"{path}: longer than {SIZE_MAX} bytes")
        return tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}: not UTF-8 text (at line {line})") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None


class _Reader:
    """One file being read. Every method raises ``ConfigError`` for the first flaw it finds."""

    SECTIONS = ("point", "store", "keys", "service", "codes", "duty", "limits", "screen")
    LISTS = ("board", "card", "pad", "scanner", "printer", "compartment")
    NEEDED = ("point", "store", "keys", "service")
    CABINET = ("board", "compartment")  # a counter may stand without one

    def __init__(self, path: Path, raw: dict[str, Any]) -> None:
        self._path, self._raw = path, raw

    def config(self) -> Config:
        """All of it."""
        self._check_sections()
        config = Config(
            path=self._path,
            point=self._section("point", Point),
            store=self._section("store", StoreFile).path,
            keyring=self._keyring(self._section("keys", Keys)),
            boards=tuple(self._board(n) for n in range(len(self._raw["board"]))),
            cards=self._devices("card"),
            pads=self._devices("pad"),
            scanners=self._devices("scanner"),
            printers=self._devices("printer"),
            codes=self._section("codes", Meanings),
            compartments=tuple(
                self._model(Fixture, fields, ("compartment", n)) for n, fields in enumerate(self._raw["compartment"])
            ),
            duty=self._section("duty", DutySettings),
            limits=self._section("limits", Limits),
            screen=self._section("screen", ScreenSettings),
            service=self._service(),
        )
        for less, more in (("warn_s", "idle_s"), ("reach_low_cm", "reach_high_cm")):
            if getattr(config.limits, less) >= getattr(config.limits, more):
                self._fail(("limits", less), f"must be less than limits.{more}")
        for place, words in config.clashes():
            self._fail(place, words)
        return config

    def _fail(self, place: Iterable[str | int], words: str) -> NoReturn:
        line = " ".join(f"{dotted(place)}: {words}".split())
        raise ConfigError(f"{self._path}: {line if len(line) <= LINE_MAX else line[:LINE_MAX] + '…'}") from None

    def _check_sections(self) -> None:
        for name in self._raw:
            if name not in self.SECTIONS + self.LISTS:
                self._fail((name,), f"no such section; {nearest(name, self.SECTIONS + self.LISTS)}")
        for name in self.SECTIONS:
            if not isinstance(self._raw.get(name, {}), dict):
                self._fail((name,), f"must be one section: [{name}]")
        for name in self.LISTS:
            entries = self._raw.setdefault(name, [])
            if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
                self._fail((name,), f"may stand more than once, so write it with two brackets: [[{name}]]")
        alone = self._raw.get("point", {}).get("counter") is True and not any(self._raw[one] for one in self.CABINET)
        for name in self.NEEDED if alone else self.NEEDED + self.CABINET:
            if not self._raw.get(name):
                self._fail((name,), f"the section is missing: {f'[[{name}]]' if name in self.LISTS else f'[{name}]'}")

    def _section(self, name: str, model: type[M]) -> M:
        return self._model(model, self._raw.get(name, {}), (name,))

    def _model(self, model: type[M], fields: dict[str, Any], place: Place, also: Iterable[str] = ()) -> M:
        """``fields`` as a model. ``also``: other names that may stand there, for hints."""
        for name, value in fields.items():
            if isinstance(value, float) and not math.isfinite(value):
                self._fail((*place, name), "must be a finite number")
            if isinstance(value, str) and "\0" in value:  # which no file's name may have, and the system says so late
                self._fail((*place, name), "must be text without a zero in it")
        fields = self._placed(model, fields)
        try:  # as JSON: strict about types, yet text may name a path or an enumeration
            return model.model_validate_json(json.dumps(fields, default=_unfit_value), strict=True)
        except ValidationError as error:
            inner, words = first_flaw(error, model, fields, [*model.model_fields, *also])
            self._fail((*place, *inner), words)

    def _placed(self, annotation: Any, value: Any) -> Any:
        """The value, with relative paths in it made to start at the file's directory."""
        if isinstance(value, list):
            return [self._placed(annotation, part) for part in value]
        if isinstance(value, dict):
            inside = fields_of(annotation)
            return {
                name: self._placed(inside[name].annotation, part) if name in inside else part
                for name, part in value.items()
            }
        path = isinstance(value, str) and _about_paths(annotation)
        return str(self._path.absolute().parent / value) if path else value

    def _driven(self, group: str, common: type[M], fields: dict[str, Any], place: Place) -> tuple[M, Any, Any]:
        """A section with a driver: what all such sections have, the driver's own settings, the driver."""
        head = {name: value for name, value in fields.items() if name in common.model_fields}
        if "driver" not in fields:
            self._fail((*place, "driver"), "is missing")
        try:
            module = find(group, str(fields["driver"]))
        except UnknownDriver as error:
            self._fail((*place, "driver"), str(error))
        except ImportError as error:
            self._fail((*place, "driver"), f"the driver {fields['driver']!r} cannot be loaded: {error}")
        rest = {name: value for name, value in fields.items() if name not in head}
        settings = self._model(module.Settings, rest, place, also=common.model_fields)
        return self._model(common, head, place), settings, module

    def _board(self, n: int) -> Board:
        head, settings, module = self._driven("kiosk.board", BoardKeys, self._raw["board"][n], ("board", n))
        return Board(head.name, head.driver, head.port, head.baud or module.BAUD, settings, module)

    def _devices(self, kind: str) -> tuple[Device, ...]:
        listed = enumerate(self._raw[kind])
        found = [self._driven(f"kiosk.{kind}", DeviceKeys, fields, (kind, n)) for n, fields in listed]
        return tuple(Device(head.name, head.driver, settings, module) for head, settings, module in found)

    def _service(self) -> Service:
        head, settings, module = self._driven("kiosk.service", ServiceKeys, self._raw["service"], ("service",))
        for name, path in getattr(settings, "secrets", {}).items():
            try:
                read_secret(path)
            except UnfitFile as error:
                self._fail(("service", name), str(error))
        try:
            return Service(head.driver, SecretStr(read_credential(head.credential)), settings, module)
        except UnfitFile as error:
            self._fail(("service", "credential"), str(error))

    def _keyring(self, keys: Keys) -> Keyring:
        place: Place = ("keys", "hashing")
        try:
            (hashing, before), passes = read_hashing_keys(keys.hashing), []
            for n, path in enumerate(keys.passes):
                place = ("keys", "passes", n)
                passes.append(read_public_key(path))
        except UnfitFile as error:
            self._fail(place, str(error))
        return Keyring(hashing, tuple(passes), before)


def _about_paths(annotation: Any) -> bool:
    is_path = isinstance(annotation, type) and issubclass(annotation, Path)
    return is_path or any(map(_about_paths, get_args(annotation)))


def _unfit_value(value: object) -> dict[str, str]:
    """TOML's dates and times, which no setting is: something that is wrong wherever it stands."""
    return {}
