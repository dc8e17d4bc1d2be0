"""The twins of card readers, scanners and cameras, in the shape of ``simulators.twins``."""

import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hardware.rfid import serial_card
from simulators.camera import Camera
from simulators.escpos import EscposPrinter
from simulators.keyboard import Keyboard
from simulators.line import Line
from simulators.pcsc import Card
from simulators.pcsc import Fault as CardFault
from simulators.pcscd import Pcscd
from simulators.serial_card import SerialCard
from simulators.serial_scanner import SerialScanner
from simulators.twins import SPOKEN, Twin

READ_S = 5.0
HELD_S = 20.0  # a busy machine reads late
ASKED_ON_S = 0.25  # a reader's next question to the same card comes sooner, also from a busy machine
SHOWN_S = 3.0  # longer than a scanner goes untold to look
NOTICED_S = 0.5  # pcscd looks for cards every 0.4 s: the next one would pass for the same

# ---- cards --------------------------------------------------------------------------------------------------------


class PcscReader(Twin):
    """A PC/SC reader of the private daemon, and the card on it."""

    kind = "card"
    fault_names = ("late", "lifted", "fleeting", "unfit", "pulled")
    LATE_S = 0.8

    def __init__(self, name: str, driver: str, daemon: Pcscd, reader: str, others: list[Twin]) -> None:
        super().__init__(name, driver)
        self.port = reader
        self.section = {"reader": reader}
        self.card = Card(daemon.port(reader))
        self._daemon = daemon
        self._ahead: list[str] = []
        self._all = others
        others.append(self)

    @property
    def shows(self) -> str | None:
        """The card that lies there; none once its own fault has taken it away."""
        return self._uid if self.card.lies else None

    @shows.setter
    def shows(self, uid: str | None) -> None:
        self._uid = uid

    @property
    def faults(self) -> dict[str, int]:
        return {name: self._ahead.count(name) for name in self.fault_names if name in self._ahead}

    def fault(self, fault: str, times: int) -> None:
        """The next ``times`` cards laid there."""
        self._refuse_unknown(fault)
        self._ahead += [fault] * times

    def mend(self) -> None:
        self._ahead.clear()
        self.plug()

    def tap(self, uid: str) -> None:
        """Lay a card there."""
        fault = self._ahead.pop(0) if self._ahead else "none"
        delay_s = {"late": self.LATE_S, "pulled": 2 * READ_S}.get(fault, 0.0)
        self.card.tap(uid, CardFault.NONE if delay_s else CardFault(fault), delay_s)
        self.shows = uid
        if fault == "pulled":
            self._pull()

    def _pull(self) -> None:
        """The plug goes while the card has been asked and has not answered, or in the end without that."""
        until = time.monotonic() + READ_S
        while not self.card.moments.asked and time.monotonic() < until:
            time.sleep(0.005)
        if self.plugged:
            super().unplug()
            self._look_again(kill=True)

    def tap_and_lift(self, uid: str) -> None:
        """Hold a card there until the reader has read it or given it up, at most 20 s, and take it away."""
        self.tap(uid)
        until = time.monotonic() + HELD_S
        while self.plugged and not self._read() and time.monotonic() < until and self.card.lies:
            time.sleep(0.01)
        self.lift()
        time.sleep(NOTICED_S)

    def _read(self) -> bool:
        """Whether it was asked, and no more questions follow."""
        answered = self.card.moments.answered
        return bool(answered) and time.perf_counter() - answered > ASKED_ON_S

    def lift(self) -> None:
        """Take it away."""
        self.card.lift()
        self.shows = None

    def plug(self) -> None:
        if not self.plugged:
            super().plug()
            self._look_again()

    def unplug(self) -> None:
        if self.plugged:
            super().unplug()
            self._look_again()

    def _look_again(self, kill: bool = False) -> None:
        """A virtual reader comes and goes only with its daemon, so the other readers blink as well."""
        self._daemon.restart(kill, without=[one.port for one in self._all if not one.plugged])

    def close(self) -> None:
        self.card.close()


def read_here(section: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """What differs in how the kiosk reads simulated cards: they have UIDs, and a secret key is none here."""
    read, recipes = list(section.get("read", ["uid"])), [dict(one) for one in section.get("recipe", [])]
    for one in recipes:
        if "key_file" in one:
            key = folder / f"card-{section['name']}-{one.get('name')}.key"
            key.touch(0o600)
            key.write_text("FFFFFFFFFFFF")
            one["key_file"] = str(key)
    differs: dict[str, Any] = {} if "uid" in read else {"read": [*read, "uid"]}
    return differs | ({"recipe": recipes} if recipes else {})


class SerialReader(Twin):
    """A card reader that types on a serial line."""

    kind = "card"
    fault_names = SPOKEN

    def __init__(self, name: str, driver: str, link: Path, baud: int) -> None:
        super().__init__(name, driver)
        self.card = SerialCard(link, baud=baud)
        self.line = self.card.line
        self.port = self.card.port
        plain = serial_card.Settings.model_fields["pattern"].default  # it says the number, and a card once
        self.section = {"driver": "serial_card", "port": self.port, "quiet_s": 0.3, "pattern": plain}

    def tap(self, uid: str) -> None:
        """Lay a card there."""
        self.card.tap(uid)
        self.shows = uid

    def tap_and_lift(self, uid: str) -> None:
        """Hold a card there and take it away."""
        self.tap(uid)
        self.lift()

    def lift(self) -> None:
        """Take it away."""
        self.card.lift()
        self.shows = None

    def plug(self) -> None:
        super().plug()
        self.card.plug()

    def unplug(self) -> None:
        super().unplug()
        self.card.unplug()

    def close(self) -> None:
        self.card.close()


# ---- scanners -----------------------------------------------------------------------------------------------------


class HandScanner(Twin):
    """A scanner on a serial line, or one that is a keyboard."""

    kind = "scanner"
    fault_names = SPOKEN

    def __init__(self, name: str, driver: str, scanner: SerialScanner | Keyboard) -> None:
        super().__init__(name, driver)
        self.scanner = scanner
        self.line = scanner.line
        self.port = scanner.port
        self.section = {"path" if isinstance(scanner, Keyboard) else "port": self.port}

    def scan(self, code: str) -> None:
        """Show it a code, for as long as a hand would."""
        self.scanner.scan(code)
        if isinstance(self.scanner, SerialScanner) and self.scanner.eye:
            time.sleep(SHOWN_S)
            self.scanner.take_away()

    def flood(self, count: int) -> None:
        """So many characters without an end; a scanner gone mad is not slowed by its wire. One that types sends
        less."""
        self.scanner.flood(count)

    def plug(self) -> None:
        super().plug()
        self.scanner.plug()

    def unplug(self) -> None:
        super().unplug()
        self.scanner.unplug()

    def close(self) -> None:
        self.scanner.close()


class Eye(Twin):
    """A camera, and what is held before it."""

    kind = "camera"
    fault_names = ("silent", "cut", "garbage")

    def __init__(self, name: str, driver: str) -> None:
        super().__init__(name, driver)
        self.camera = Camera()
        self.port = self.camera.url
        self.section = {"source": self.port}

    @property
    def faults(self) -> dict[str, int]:
        return dict(Counter(tuple(self.camera.ahead)))

    def fault(self, fault: str, times: int) -> None:
        """The next ``times`` frames."""
        self._refuse_unknown(fault)
        self.camera.ahead.extend([fault] * times)

    def mend(self) -> None:
        self.camera.ahead.clear()
        super().mend()

    def plug(self) -> None:
        super().plug()
        self.camera.plug()

    def unplug(self) -> None:
        super().unplug()
        self.camera.unplug()

    def close(self) -> None:
        self.camera.close()


# ---- printers -----------------------------------------------------------------------------------------------------


class Printer(Twin):
    """A receipt printer, and the paper that hangs out of it."""

    kind = "printer"
    fault_names = SPOKEN

    def __init__(self, name: str, driver: str, link: Path, baud: int, mm: int) -> None:
        super().__init__(name, driver)
        self.printer = EscposPrinter(mm)
        self.line: Line = Line(self.printer)
        self.printer.on_pty(link, baud, self.line)
        self.port = self.printer.port
        self.section = {"port": self.port, "joined": "serial"}

    def plug(self) -> None:
        super().plug()
        self.printer.plug()

    def unplug(self) -> None:
        super().unplug()
        self.printer.unplug()

    def close(self) -> None:
        self.printer.unplug()
