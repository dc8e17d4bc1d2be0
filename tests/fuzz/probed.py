"""``kiosk probe`` at a library that answers anything at all: it finds out something, or says why it cannot.

What it writes down is a dialect that the client takes. The production probe, on a connection in memory.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from types import SimpleNamespace
from unittest import mock

from sync.sip2 import dialect, probe, probe_line, probe_trials
from sync.sip2.frame import Reader, seal
from sync.sip2.probe_file import dialect_file
from sync.sip2.probe_line import Fruitless, Guard
from sync.sip2.settings import Settings
from tests.fuzz.files import laid
from tests.fuzz.sip2_day import BACK, ITEM, LOAN, PATRON, WELL

SETTINGS = Settings.model_validate({"host": "memory", "tls": False, "user": "kiosk", "location": "dongmen"})
GUARD = Guard("R100", ("B1", "B2"))


class Ear:
    """A ``sync.sip2.ear.Ear``: each request gets the next answer, a line; none is silence. A first byte ``!`` closes
    the connection, ``~`` lets the rest come as it stands there, without number and checksum."""

    said: list[bytes]
    well: bool

    def __init__(self, settings: Settings, wait_s: float, greeting: Callable[[], bytes]) -> None:
        self._greeting, self._open = greeting, False

    def say(self, data: bytes) -> bytes:
        if not self._open:
            self._open = True
            if first := self._greeting():
                self.say(first)
        asked = next(iter(Reader().feed(data)), None)
        code = asked.body[:2].decode("ascii", "replace") if asked else ""
        body = WELL[code] if Ear.well and code in WELL else Ear.said.pop(0) if Ear.said else b""
        if body.startswith(b"!"):
            self._open = False
            raise ConnectionResetError
        if body.startswith(b"~"):
            return body[1:] + b"\r"
        number = asked.sequence if asked else None
        return seal(body, number, number is not None) if body else b""

    def gone(self) -> bool:
        return not self._open

    def close(self) -> None:
        self._open = False


NO_TIME = SimpleNamespace(sleep=lambda seconds: None, time=lambda: 1_795_000_000.0, monotonic=lambda: 0.0)


def probed(data: bytes) -> None:
    """The first byte says what may be done and whether logins go well; the rest are answers, a line each."""
    how, said = (data[0], data[1:]) if data else (0, b"")
    Ear.said, Ear.well = said.split(b"\n"), how < 128
    with (
        mock.patch.object(probe_line, "Ear", Ear),
        mock.patch.object(probe_trials, "time", NO_TIME),
        mock.patch.object(probe, "time", NO_TIME),
    ):
        one = probe.Probe(SETTINGS, "secret", GUARD, lambda words: None)
        with suppress(Fruitless):
            one.run("1234" * (how & 1), may_lend=bool(how & 2), may_hold=bool(how & 4))
    dialect.load(laid("probed.toml", dialect_file(one.found, one.notes).encode()))


def some_talks() -> Iterable[bytes]:
    """A library that knows the reader and the items, in a few ways."""
    patron, item, loan, back = PATRON, ITEM, LOAN, BACK
    for how in (0, 1, 3, 7, 128, 135):
        for lines in ([patron, item, item, patron] * 6, [patron, item, item, patron, loan, back, item, loan, back] * 4):
            yield bytes((how,)) + "\n".join(lines).encode()
            yield bytes((how,)) + "\n".join(lines).encode("gb18030")
