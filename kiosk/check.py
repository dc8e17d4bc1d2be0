"""Is this point fit to open? Asks each part one harmless question and says what is wrong and what usually causes it.

Moves no lock and changes nothing at the library or in the store. The kiosk itself must not be running: it owns its
devices and its store.
"""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hardware import devicefile
from hardware.errors import DeviceError, DeviceSilent, WireError
from hardware.readings import Door, Paper
from hardware.registry import UnknownDriver, find, names
from hardware.secret_file import UnfitFile
from hardware.serialport import open_port
from hardware.touch_panel import TouchPanel
from kiosk import causes
from kiosk.config import Board, Config, Device
from kiosk.reading import open_journal, read_point
from kiosk.store import StoreError, probe
from sync.errors import ServiceError

FREE_MIN = 200 << 20  # bytes of disk; a year of a busy point takes less
CLOCK_MIN = 1_767_225_600.0  # 2026-01-01: no such machine was ever set up before that
CLOCK_OFF_MAX_S = 60.0
SOURCE_WAIT_S = 1.0
SeenT = TypeVar("SeenT")

_SERVICE = "Is the network up (ping the library)? Are {} as the library says?"
_AGREED = {"sip2": "host, port, user, credential and location"}
_PAPER: Mapping[Paper, str] = {
    Paper.OK: "paper is in",
    Paper.NEAR_END: "its paper is near the end; put in a new roll soon",
    Paper.OUT: "no paper; put in a new roll",
    Paper.COVER_OPEN: "its cover is open; shut it",
    Paper.FAULT: "it reports a fault; look for a jam at the knife, switch it off and on",
}


class Check(NamedTuple):
    """One part looked at: ``words`` say what was found, or what is wrong and what to do.

    ``path``, ``serial`` and ``firmware`` of a device, where they can be known: its most lasting name, the serial number
    of its USB plug, what it says of itself.
    """

    name: str
    ok: bool
    words: str
    path: str = ""
    serial: str = ""
    firmware: str = ""


Said = tuple[str, str]  # words, and the firmware where the device tells it


class Unfit(Exception):
    """What is wrong with the part being looked at."""


def checks(config: Config) -> Iterator[Check]:
    """Each part in turn, as it is looked at. Blocks for some seconds where something is wrong; never raises."""
    yield _configuration(config)
    yield _look("clock", str, partial(_clock, config))
    yield _look("store", str, partial(_store, config))
    for boards in config.buses().values():
        for board in boards:
            yield _device("board", board, partial(causes.unopened, board.port), partial(_board, config, board))
    for card in config.cards:
        yield _device("card", card, partial(causes.source, card), partial(_source, config, card, "answers"))
    for pad in config.pads:
        yield _device("pad", pad, partial(causes.source, pad), partial(_source, config, pad, "answers"))
    yield from _from_the_network(config)
    if not (config.scanners or config.pads):
        yield Check("scanner", False, "none is configured, so nothing can be loaded or returned; add a [[scanner]]")
    for scanner in config.scanners:
        yield _device("scanner", scanner, partial(causes.source, scanner), partial(_source, config, scanner, "opens"))
    for printer in config.printers:
        why = partial(causes.printer, causes.address_of(printer))
        yield _device("printer", printer, why, partial(_printer, printer))
    agreed = _AGREED.get(config.service.driver, "url, credential and point.id")
    yield _look("service", lambda: _SERVICE.format(agreed), partial(_service, config))
    if config.screen.touch_panel:
        yield _look("touch panel", str, partial(_panel, config.screen.touch_panel))
    yield from _screen(config)


def _configuration(config: Config) -> Check:
    doors = f"{len(config.compartments)} doors" if config.compartments else "a counter without doors"
    words = f"{config.path}: point {config.point.id}, {doors}"
    if clashing := causes.clashing(config):
        return Check("configuration", False, f"{words}; {clashing}")
    if config.compartments or "checkout" in config.plan().library.acts:
        return Check("configuration", True, words)
    return Check("configuration", False, f"{words}, and the library lends nothing through it; see [service]")


def _device(kind: str, device: Board | Device, why: Callable[[], str], look: Callable[[], Said]) -> Check:
    """A device, with what this machine knows of its plug."""
    firmware = ""

    def words() -> str:
        nonlocal firmware
        said, firmware = look()
        return said

    check = _look(f"{kind} {device.name}", why, words)
    path = causes.address_of(device)
    if not path.startswith("/dev/"):
        return check._replace(path=path, firmware=firmware)
    plug, warning = devicefile.plug(path), causes.short_lived(path)
    said = "; ".join(part for part in (check.words, " ".join(filter(None, plug)), warning) if part)
    best = next(iter(devicefile.lasting_names(path)), path)
    return check._replace(words=said, path=best, serial=plug.serial, firmware=firmware)


def _look(name: str, why: Callable[[], str], look: Callable[[], str]) -> Check:
    """``why`` is only asked when something is wrong: it looks around on the machine."""
    try:
        return Check(name, True, look())
    except Unfit as error:
        return Check(name, False, str(error))
    except (DeviceError, ServiceError, StoreError, ValueError, OSError) as error:
        return Check(name, False, f"{str(error).rstrip('.')}. {why()}".strip())
    except Exception as bug:  # a driver's own fault must not keep the other parts from being looked at
        return Check(name, False, f"its driver failed ({type(bug).__name__}: {bug}); tell its maker. {why()}".strip())


def _clock(config: Config) -> str:
    now = time.time()
    words, seen = _in_words(now), CLOCK_MIN
    with contextlib.suppress(StoreError):  # which is looked at next
        seen = max(seen, read_point(config.store, config.plan()).counters.seen_at)
    if now < seen - CLOCK_OFF_MAX_S:
        raise Unfit(
            f"it says {words}, and it is after {_in_words(seen)}; set it, see that it is kept (systemctl enable --now "
            "systemd-timesyncd), and change the battery on the main board where it comes back wrong after a power cut"
        )
    return words


def _in_words(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(at))


def _store(config: Config) -> str:
    path = config.store
    if not path.parent.is_dir():
        raise Unfit(f"{path}: its directory is not there; make it, for the user the kiosk runs as")
    free = shutil.disk_usage(path.parent).free
    if free < FREE_MIN:
        raise Unfit(f"{path}: only {free >> 20} MB free on its disk; make room for {FREE_MIN >> 20} MB at least")
    try:
        config.about()
    except UnfitFile as error:  # without it the machine stays closed
        raise Unfit(f"no key for receipts: {error}") from None
    if not probe(path, config.point.id):
        return f"{path}: will be made at the first start, {free >> 30} GB free"
    with open_journal(path, config.point.id) as journal:
        verdict = journal.verify()
    if not verdict.ok:
        raise Unfit(f"{path}: somebody changed the journal: at row {verdict.n}, {verdict.reason}. Keep a copy and ask")
    if left := _left_behind(config):
        raise Unfit(
            f"something lies behind {', '.join(left)}, and no [[compartment]] of that name is in the configuration any "
            "more; put it back, have a courier empty it, then take it out"
        )
    return f"{path}: sound, an unbroken journal of {verdict.n} facts, {free >> 30} GB free"


def _left_behind(config: Config) -> list[str]:
    """Compartments that are no longer configured, though something lies there: nobody can get at it."""
    plan = config.plan()
    point = read_point(config.store, plan)
    gone = (name for name in point.compartments if name not in plan.spaces)
    return [name for name in gone if point.at(name) or point.drops_at(name)]


def _board(config: Config, board: Board) -> Said:
    channels = {c.channel: c.name for c in config.compartments if c.board == board.name}
    transport = open_port(board.port, board.baud)
    try:
        connected = board.module.connect(board.settings, transport)
        try:
            seen = _twice(connected.doors)
        except (DeviceSilent, WireError) as error:
            raise Unfit(
                f"{board.port}: the port opens, but the board does not answer: {causes.board(error, board)}"
            ) from None
        firmware, sensed = _firmware(connected), _sensed(connected, channels)
    finally:
        transport.close()
    doors = {name: seen[channel] for channel, name in channels.items()}
    unseen = [name for name, door in doors.items() if door is Door.UNKNOWN]
    opened = [name for name, door in doors.items() if door is Door.OPEN]
    if unseen:
        raise Unfit(f"answers, but cannot read these doors: {', '.join(unseen)}. Are their switches wired to inputs?")
    if len(opened) == len(doors) > 1:
        raise Unfit("all its doors seem to be open: shut one and check again; if it still seems open, change feedback")
    words = f"answers; {len(doors)} doors, " + (f"open: {', '.join(opened)}" if opened else "all shut")
    return words + sensed + (f"; firmware {firmware}" if firmware else ""), firmware


def _twice(look: Callable[[], SeenT]) -> SeenT:
    """Looking is harmless, and one disturbance is no fault."""
    try:
        return look()
    except (DeviceSilent, WireError):
        return look()


def _sensed(connected: Any, channels: Mapping[int, str]) -> str:
    """What a board's item sensors see, where its driver can ask; for who holds a hand before one."""
    ask: Callable[[], dict[int, bool]] | None = getattr(connected, "items", None)
    try:
        seen = _twice(ask) if ask else None
    except DeviceError:
        return ""
    there = [name for channel, name in channels.items() if seen and seen[channel]]
    return "" if seen is None else "; item sensors see something behind: " + (", ".join(there) or "none")


def _firmware(device: Any) -> str:
    """What a device says of itself, where its driver can ask; not knowing is no fault."""
    ask = getattr(device, "firmware", None)
    try:
        return str(ask()) if callable(ask) else ""
    except DeviceError:
        return ""


def _source(config: Config, device: Device, says: str) -> Said:
    source = device.module.connect(device.name, device.settings, config.codes)
    try:
        source.wait(SOURCE_WAIT_S)
        firmware = _firmware(source)
    finally:
        source.close()
    return f"{says} ({device.driver})" + (f"; {firmware}" if firmware else ""), firmware


def _from_the_network(config: Config) -> Iterator[Check]:
    """Cards and tags are believed: nobody is to lay one on from afar. A point that is only tried names that reader."""
    named = [d.settings.reader for d in (*config.cards, *config.pads) if d.driver in ("pcsc", "pcsc_pad")]
    file = causes.from_the_network() if any("virtual pcd" not in name.lower() for name in named) else ""
    if file:
        words = "pcscd takes cards from anybody on the network; sudo apt-get purge vsmartcard-vpcd, and restart pcscd"
        yield Check("pcscd", False, f"{file}: {words}")


def _printer(printer: Device) -> Said:
    connected = printer.module.connect(printer.settings)
    try:
        paper, maker = connected.paper(), connected.firmware()
    finally:
        connected.close()
    if paper not in (Paper.OK, Paper.NEAR_END):
        raise Unfit(f"answers, and says: {_PAPER[paper]}")
    return f"answers; {_PAPER[paper]}" + (f"; {maker}" if maker else ""), maker


def _panel(path: Path) -> str:
    TouchPanel(path).close()
    return f"{path}: opens"


def _service(config: Config) -> str:
    client = config.library()
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
