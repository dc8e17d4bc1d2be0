"""Is this point fit to open? Asks each part one harmless question and says what is wrong and what usually causes it.

Moves no lock and changes nothing at the library or in the store. The kiosk itself must not be running: it owns its
devices and its store.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from hardware.errors import DeviceError
from hardware.locker.bank import Bank
from hardware.readings import Door, Paper
from hardware.registry import UnknownDriver, find, names
from hardware.serialport import open_port
from kiosk.config import Board, Config, Device
from kiosk.store import StoreError, open_journal, probe
from sync.errors import ServiceError

FREE_MIN = 200 << 20  # bytes of disk; a year of a busy point takes less
CLOCK_MIN = 1_767_225_600.0  # 2026-01-01: no such machine was ever set up before that
CLOCK_OFF_MAX_S = 60.0
SOURCE_WAIT_S = 1.0

_PORT = (
    "Is it plugged in and powered? Is the port right (ls -l /dev/serial/by-id)? May this user open it (group dialout)? "
    "Is another program using it, perhaps the kiosk?"
)
_WIRES = "Has the board power, are A and B the right way round, do address and baud match its switches?"
_CAUSES: Mapping[str, str] = {
    "pcsc": "Is the reader plugged in? Does pcscd run (systemctl status pcscd), does pcsc_scan see the reader?",
    "camera": "Is it plugged in? Is source right (ls -l /dev/v4l/by-id)? May this user open it (group video)?",
    "printer": "Has it power and paper, is its cover shut? Are port, baud and joined right (ls -l /dev/usb/lp*)? "
    "May this user open it (group dialout; lp for /dev/usb)?",
    "service": "Is the network up (ping the library)? Are url, credential and point.id as the library says?",
}


_PAPER: Mapping[Paper, str] = {
    Paper.OK: "paper is in",
    Paper.NEAR_END: "its paper is near the end; put in a new roll soon",
    Paper.OUT: "no paper; put in a new roll",
    Paper.COVER_OPEN: "its cover is open; shut it",
    Paper.FAULT: "it reports a fault; look for a jam at the knife, switch it off and on",
}


class Check(NamedTuple):
    """One part looked at: ``words`` say what was found, or what is wrong and what to do."""

    name: str
    ok: bool
    words: str


class Unfit(Exception):
    """What is wrong with the part being looked at."""


def checks(config: Config) -> Iterator[Check]:
    """Each part in turn, as it is looked at. Blocks for some seconds where something is wrong; never raises."""
    yield Check("configuration", True, f"{config.path}: point {config.point.id}, {len(config.compartments)} doors")
    yield _look("clock", "", _clock)
    yield _look("store", "", partial(_store, config))
    for boards in config.buses().values():
        for board in boards:
            yield _look(f"board {board.name}", _PORT, partial(_board, config, board))
    for card in config.cards:
        yield _look(f"card {card.name}", _causes(card), partial(_card, card))
    if not config.scanners:
        yield Check("scanner", False, "none is configured, so nothing can be loaded or returned; add a [[scanner]]")
    for scanner in config.scanners:
        yield _look(f"scanner {scanner.name}", _causes(scanner), partial(_scanner, config, scanner))
    for printer in config.printers:
        yield _look(f"printer {printer.name}", _CAUSES["printer"], partial(_printer, printer))
    yield _look("service", _CAUSES["service"], partial(_service, config))
    yield from _screen(config)


def _causes(device: Device) -> str:
    return _CAUSES.get(device.driver, _PORT if hasattr(device.settings, "port") else "")


def _look(name: str, causes: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except Unfit as error:
        return Check(name, False, str(error))
    except (DeviceError, ServiceError, StoreError, ValueError, OSError) as error:
        return Check(name, False, f"{str(error).rstrip('.')}. {causes}".strip())
    except Exception as bug:  # a driver's own fault must not keep the other parts from being looked at
        return Check(name, False, f"its driver failed ({type(bug).__name__}: {bug}); tell its maker. {causes}".strip())


def _clock() -> str:
    now = time.time()
    words = time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(now))
    if now < CLOCK_MIN:
        raise Unfit(f"it says {words}; set it, and see that it is kept (systemctl enable --now systemd-timesyncd)")
    return words


def _store(config: Config) -> str:
    path = config.store
    if not path.parent.is_dir():
        raise Unfit(f"{path}: its directory is not there; make it, for the user the kiosk runs as")
    free = shutil.disk_usage(path.parent).free
    if free < FREE_MIN:
        raise Unfit(f"{path}: only {free >> 20} MB free on its disk; make room for {FREE_MIN >> 20} MB at least")
    if not probe(path, config.point.id):
        return f"{path}: will be made at the first start, {free >> 30} GB free"
    with open_journal(path, config.point.id) as journal:
        verdict = journal.verify()
    if not verdict.ok:
        raise Unfit(f"{path}: somebody changed the journal: at row {verdict.n}, {verdict.reason}. Keep a copy and ask")
    return f"{path}: sound, an unbroken journal of {verdict.n} facts, {free >> 30} GB free"


def _board(config: Config, board: Board) -> str:
    wiring = {c.name: c.channel for c in config.compartments if c.board == board.name}
    transport = open_port(board.port, board.baud)
    try:
        connected = board.module.connect(board.settings, transport)
        doors = Bank({name: (connected, channel) for name, channel in wiring.items()}).doors()
    finally:
        transport.close()
    unseen = [name for name, door in doors.items() if door is Door.UNKNOWN]
    opened = [name for name, door in doors.items() if door is Door.OPEN]
    if unseen:
        raise Unfit(f"{board.port}: the port opens, but the board does not answer. {_WIRES}")
    if len(opened) == len(doors) > 1:
        raise Unfit("all its doors seem to be open: shut one and check again; if it still seems open, change feedback")
    return f"answers; {len(doors)} doors, " + (f"open: {', '.join(opened)}" if opened else "all shut")


def _card(card: Device) -> str:
    source = card.module.connect(card.name, card.settings)
    try:
        source.wait(SOURCE_WAIT_S)
    finally:
        source.close()
    return f"answers ({card.driver})"


def _scanner(config: Config, scanner: Device) -> str:
    source = scanner.module.connect(scanner.name, scanner.settings, config.codes)
    try:
        heard = source.wait(SOURCE_WAIT_S)
    finally:
        source.close()
    return f"opens ({scanner.driver})" + ("; it has just read a code" if heard else "")


def _printer(printer: Device) -> str:
    connected = printer.module.connect(printer.settings)
    try:
        paper, maker = connected.paper(), connected.firmware()
    finally:
        connected.close()
    if paper not in (Paper.OK, Paper.NEAR_END):
        raise Unfit(f"answers, and says: {_PAPER[paper]}")
    return f"answers; {_PAPER[paper]}" + (f"; {maker}" if maker else "")


def _service(config: Config) -> str:
    service = config.service
    client = service.module.connect(service.settings, service.credential.get_secret_value(), config.point.id)
    began = time.monotonic()
    try:
        page = client.changes("", 0)
    finally:
        client.close()
    took_s = time.monotonic() - began
    off_s = time.time() - page.server_time
    if abs(off_s) > CLOCK_OFF_MAX_S + took_s:
        ahead = "ahead of" if off_s > 0 else "behind"
        raise Unfit(f"answers, but this machine's clock is {abs(off_s):.0f} s {ahead} the library's; set it")
    return f"answers in {took_s * 1000:.0f} ms and knows this point; {len(page.changes)} things concern it"


def _screen(config: Config) -> Iterator[Check]:
    """The front end looks after its own: fonts, pictures (entry point group ``kiosk.screen_check``)."""
    front = config.screen.front
    try:
        find("kiosk.screen", front)
        looks = find("kiosk.screen_check", front)(config.screen) if front in names("kiosk.screen_check") else ()
        found = [Check(f"screen {name}", ok, words) for name, ok, words in looks]
    except UnknownDriver as error:
        found = [Check("screen", False, str(error))]
    except Exception as bug:  # whatever a front end is made of, and however it is broken
        found = [Check("screen", False, f"the front end {front!r} is not whole ({bug}); install the kiosk again")]
    yield from found or [Check("screen", True, front)]
