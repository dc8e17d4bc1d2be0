"""``kiosk listen`` and ``kiosk trace``: the devices of a point at work, and nobody deciding. No lock moves."""

import contextlib
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from hardware.errors import DeviceSilent, WireError
from hardware.readings import DeviceDown
from kiosk import causes
from kiosk.config import Config, Device
from kiosk.devices import Devices
from kiosk.incoming import Incoming
from kiosk.overheard import Line
from kiosk.owner import Owner, lock_file
from kiosk.store import unfit_for
from kiosk.trace import Put, Recorder
from kiosk.workers import SILENT

JOIN_S = 2.0
LOOK_S = 0.5
REPEATED_S = 60.0  # what has not changed is shown again after this
HELD_MAX = 20  # lines


class UnknownDevice(Exception):
    """No device of the configuration has this name; the message lists those it has."""


def listen(config: Config, put: Put, seconds: float | None, only: Collection[str] = (), masked: bool = True) -> None:
    """Let the devices (or those named, and what shares a port with them) report to ``put`` (see kiosk.trace for the
    lines) for so long, or until Ctrl-C. Lines come only of those named.

    The kiosk itself must not run: where there is a store it is held meanwhile, for behind a serial server both would
    speak at once. Doors are looked at every half second, for a person stands there; a driver's bug is
    said, like a device that is lost. Raises ``UnknownDevice``, ``StoreUnfit``,
    and what ``OSError`` a ``put`` ended it with.
    """
    devices = (*config.cards, *config.pads, *config.scanners, *config.printers)
    known = [one.name for one in config.boards] + [one.name for one in devices]
    for name in only:
        if name not in known:
            raise UnknownDevice(f"no device {name!r}; this point has {', '.join(known)}")

    if only:
        config = _with_only(config, only)

    ended, broken = threading.Event(), list[OSError]()

    def chosen(line: Line) -> None:
        if not only or line["device"] in only:
            try:
                put(line)
            except OSError as error:  # nobody reads on, as behind head
                broken.append(error)
                ended.set()

    def bug(error: BaseException) -> None:
        said = "".join(traceback.format_exception_only(error)).strip()
        chosen({"t": 0.0, "device": threading.current_thread().name, "lost": f"a bug in its driver: {said}"})

    recorder = Recorder(chosen, masked)
    boards = {board.name for board in config.boards}

    def post(incoming: Incoming) -> None:
        if isinstance(incoming, DeviceDown) and incoming.device in boards:  # a port that does not open has no driver
            chosen({"t": 0.0, "device": incoming.device, "lost": incoming.why})

    with _held(config.store):
        owners = Devices(config, post, bug, recorder, LOOK_S).workers
        for worker in owners:
            worker.start()
        with contextlib.suppress(KeyboardInterrupt):
            ended.wait(seconds)
        for worker in owners:
            worker.stop()
        until = time.monotonic() + JOIN_S
        for worker in owners:
            worker.join(max(0.0, until - time.monotonic()))
    if broken:
        raise broken[0]


@contextlib.contextmanager
def _held(store: Path) -> Iterator[None]:
    """No kiosk is at work meanwhile. Makes nothing where none has ever been."""
    with contextlib.ExitStack() as undo:
        with unfit_for(store):
            if lock_file(store).exists():
                undo.callback(Owner.of(store).release)
        yield


def _with_only(config: Config, names: Collection[str]) -> Config:
    """With no other devices than these; the boards of one bus belong together."""

    def some(devices: tuple[Device, ...]) -> tuple[Device, ...]:
        return tuple(one for one in devices if one.name in names)

    ports = {board.port for board in config.boards if board.name in names}
    boards = tuple(board for board in config.boards if board.port in ports)
    cards, pads, scanners, printers = map(some, (config.cards, config.pads, config.scanners, config.printers))
    return replace(config, boards=boards, cards=cards, pads=pads, scanners=scanners, printers=printers)


class Spoken:
    """A ``put`` that shows each line in words. A board says the same at every look: only what is new is shown.

    Where a device is lost, what is seen of it on this machine and the usual causes stand beside it, once for each why.
    """

    def __init__(self, config: Config, show: Callable[[str], None]) -> None:
        self._show = show
        self._lock = threading.Lock()
        names = [*(board.name for board in config.boards), *(printer.name for printer in config.printers)]
        self._held: dict[str, list[str]] = {name: [] for name in names}
        self._last: dict[tuple[str, str], tuple[str, float]] = {}
        self._causes = _causes(config)
        self._boards = {board.name: board for board in config.boards}
        self._explained: dict[str, str] = {}

    def put(self, line: Line) -> None:
        """From any thread."""
        now = time.time()
        stamp = time.strftime("%H:%M:%S", time.localtime(now)) + f".{int(now % 1 * 1000):03}"
        name = line["device"]
        words = f"{stamp}  {name:<10} {in_words(line)}"
        with self._lock:
            held = self._held.get(name)
            if held is not None and "way" in line:
                self._held[name] = [*held[-HELD_MAX:], words]  # until it is known whether it tells anything new
                return
            if held is not None:
                self._held[name] = []
                if self._old(name, line):
                    return
            for one in [*(held or ()), words]:
                self._show(one)
            if why := self._why(name, line):
                self._show(f"{'':<24}{why}")

    def _why(self, name: str, line: Line) -> str:
        """The causes of a loss, unless they were just told for the same words."""
        if "way" in line:
            return ""
        lost = str(line.get("lost", ""))
        before, self._explained[name] = self._explained.get(name), lost
        if not lost or lost == before or name not in self._causes:
            return ""
        if lost == SILENT:  # its port did open
            said, _ = self._last.get((name, "doors"), ("", 0.0))
            return causes.board(WireError() if said == WireError.__name__ else DeviceSilent(), self._boards[name])
        return self._causes[name]()

    def _old(self, name: str, line: Line) -> bool:
        said, now = str(line.get("gave") or line.get("lost")), time.monotonic()
        last, at = self._last.get((name, line.get("call", "")), ("", 0.0))
        if said == last and now - at < REPEATED_S and line.get("call") != "unlock":
            return True
        self._last[name, line.get("call", "")] = said, now
        return False


def _causes(config: Config) -> dict[str, Callable[[], str]]:
    """Why each device may be away; asked only when it is."""
    found: dict[str, Callable[[], str]] = {b.name: partial(causes.unopened, b.port) for b in config.boards}
    found |= {s.name: partial(causes.source, s) for s in (*config.cards, *config.pads, *config.scanners)}
    return found | {p.name: partial(causes.printer, causes.address_of(p)) for p in config.printers}


def in_words(line: Line) -> str:
    """A line without its time and device."""
    rest = {key: value for key, value in line.items() if key not in ("t", "device")}
    match rest:
        case {"way": way, "hex": data, **more}:
            text = "".join(chr(b) if 32 <= b < 127 else "." for b in bytes.fromhex(data))
            return f"{way} {data:<48} {text}" + ("   (made up: it may name a person)" if more else "")
        case {"way": way, "count": count}:
            return f"{way} {count} bytes of a slip   (not kept: they may name a person)"
        case {"call": call, "gave": gave, **more}:
            doors = ", ".join(f"{k} {v}" for k, v in gave.items()) if isinstance(gave, dict) else str(gave)
            return f"{call} {more.get('channel', '')}".rstrip() + f": {doors}"
        case {"reading": kind, **more}:
            return f"{kind}" + "".join(f" {key}={value}" for key, value in more.items())
        case {"lost": why}:
            return f"lost: {why}"
        case _:
            return "opened"
