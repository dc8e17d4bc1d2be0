"""The reference library as a point's configuration speaks to it: over our REST contract, or over SIP2 as its dialect
says. Behind either wire stands the same ledger.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from simulators.library.passes import card_verifier
from simulators.library.seed import PEOPLE, card_number, secrets_of
from simulators.library.server import Fault, Library
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.server import Sip2Server
from simulators.library.sip2.talk import Fault as Sip2Fault
from simulators.twins import Unfit

NAMES = {"courier": "couriers", "staff": "staff", "technician": "technicians"}
OURS = ("host", "port", "tls", "ca", "certificate", "key", "dialect", "user", "credential", "terminal_password")


class OverRest:
    """The library's HTTP side, as it runs with the ledger."""

    speaks = "rest"
    quirks = ""
    fault_names = get_args(Fault)

    def __init__(self, library: Library, service: Mapping[str, Any]) -> None:
        self._library = library
        self._kept = {key: value for key, value in service.items() if "wait" in key or key == "titles"}
        self.port = library.port

    def section(self, point: str, port: int) -> dict[str, Any]:
        """``[service]``, leading through ``port``."""
        credential = str(self._library.files_of(point) / "credential")
        return {"driver": "rest", "url": f"http://127.0.0.1:{port}", "credential": credential, **self._kept}

    def open(self, on: bool) -> None:
        """Take connections, or refuse them."""
        (self._library.resume if on else self._library.pause)()

    def fault(self, name: str, times: int) -> None:
        """The next ``times`` requests go wrong."""
        self._library.fault(_known(name, get_args(Fault)), times)

    @property
    def faults(self) -> dict[str, int]:
        """What still goes wrong, and how often."""
        wire = self._library.wire
        return {wire.fault: wire.left} if wire.fault else {}

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        self._library.fault(None)

    def close(self) -> None:
        """It ends with the library."""


class OverSip2:
    """Its SIP2 side, with the quirks of the system that the dialect in the configuration is made for."""

    speaks = "sip2"
    fault_names = get_args(Sip2Fault)

    def __init__(self, library: Library, service: Mapping[str, Any], base: Path, folder: Path) -> None:
        self._library, self._service, self._folder = library, service, folder
        named = str(service.get("dialect", "plain"))
        own = named.endswith(".toml")
        self._dialect = str(base / named) if own else named
        self.quirks = _base(Path(self._dialect)) if own else named
        if self.quirks not in PROFILES:
            raise Unfit(f"no library is known that speaks the dialect {named!r}; there are {', '.join(PROFILES)}")
        self._server: Sip2Server | None = None
        self._kept: dict[Sip2Fault, int] = {}  # while it is off
        self.port = 0
        self.open(True)

    def section(self, point: str, port: int) -> dict[str, Any]:
        """``[service]``, leading through ``port``: host, login and those who work here are ours, all else is kept."""
        assert self._server
        password = self._folder / "sip2.password"
        password.touch(0o600)
        password.write_text(self._server.password)
        key = secrets_of(point).hashing_key
        working = {
            NAMES[role]: [card_verifier(key, card_number(id)) for id, _, _, is_, *_ in PEOPLE if is_ == role]
            for role in NAMES
        }
        kept = {name: value for name, value in self._service.items() if name not in OURS}
        led = {"driver": "sip2", "host": "127.0.0.1", "port": port, "tls": False, "dialect": self._dialect}
        return {**kept, **led, "user": self._server.user, "credential": str(password), **working, "location": point}

    def open(self, on: bool) -> None:
        """Take connections, or refuse them."""
        if on and not self._server:
            self._server = Sip2Server(self._library.ledger, PROFILES[self.quirks], self.port)
            self._server.__enter__()
            self.port = self._server.port
            for fault, times in self._kept.items():
                self._server.fault(fault, times)
        elif self._server and not on:
            self._kept = self._server.faults
            self._server.close()
            self._server = None

    def fault(self, name: str, times: int) -> None:
        """The next ``times`` messages go wrong."""
        fault: Sip2Fault = _known(name, get_args(Sip2Fault))
        if self._server:
            self._server.fault(fault, times)
        else:
            self._kept[fault] = times

    @property
    def faults(self) -> dict[Sip2Fault, int]:
        """What still goes wrong, and how often."""
        return self._server.faults if self._server else dict(self._kept)

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        self._kept.clear()
        if self._server:
            self._server.mend()

    def close(self) -> None:
        """Stop for good."""
        self.open(False)


def spoken(library: Library, service: Mapping[str, Any], base: Path, folder: Path) -> OverRest | OverSip2:
    """The side of the library that a ``[service]`` wants. ``base``: where its files are named from."""
    if service.get("driver") == "sip2":
        return OverSip2(library, service, base, folder)
    return OverRest(library, service)


def _base(dialect: Path) -> str:
    try:
        return str(tomllib.loads(dialect.read_text(encoding="utf-8")).get("base", "plain"))
    except (OSError, ValueError) as error:
        raise Unfit(f"the dialect {dialect} cannot be read: {error}") from None


def _known(name: str, names: tuple[Any, ...]) -> Any:
    if name not in names:
        raise Unfit(f"the library knows no fault {name!r}; known: {', '.join(names)}")
    return name
