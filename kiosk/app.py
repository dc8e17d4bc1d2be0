"""The only place where the parts are joined: configuration, store, loop, threads, front end."""

import contextlib
import logging
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from hardware.errors import DeviceError
from hardware.registry import find
from hardware.secret_file import UnfitFile
from hardware.touch_panel import TouchPanel
from kiosk.config import Config
from kiosk.core.commands import Ask, Do, LookAgain, Print, Refresh, Secure, Unlock
from kiosk.core.screens import Display, Sorry
from kiosk.core.stories import AtHome
from kiosk.devices import Devices
from kiosk.frontend import FrontEnd, Shown
from kiosk.inbox import Inbox
from kiosk.incoming import Upload
from kiosk.library import LibraryWorkers
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.receipt import key_beside, make_key, read_key
from kiosk.store import Store, StoreUnfit, unfit_for
from kiosk.trace import Recorder
from kiosk.watchdog import NOTIFY_S, Watchdog, notify
from kiosk.workers import REOPEN_S, WAIT_S, Worker
from sync.spelling import load_readings

_LOG = logging.getLogger(__name__)
JOIN_S = 2.0
READINGS_S = 20.0
CLOSED_S = 60.0  # the screen says that the store cannot be used, then it is tried again
EXIT_BUG = 70  # sysexits.h EX_SOFTWARE: the service manager starts it again, and it recovers from the rows


class Machine:
    """A pickup point at work: the loop's thread and every worker. ``run`` is the way in."""

    def __init__(self, config: Config, store: Store, shown: Shown, recorder: Recorder | None = None) -> None:
        self._inbox = Inbox()
        self.touch = self._inbox.touch
        self._shown = shown
        self.failed = False
        self.loop = Loop(store, Clock(time.time, time.monotonic), self._act, shown.put)
        self._devices = Devices(config, self._inbox.post, self._bug, recorder)
        self._workers = [Worker("deciding", self._decide, self._bug), *self._devices.workers]
        self._library = LibraryWorkers(config.library, self.loop.point.counters.cursor, self._inbox.post)
        for name, work in (("asks", self._library.answer), ("tells", self._library.tell)):
            self._add(name, work)
        self._add("changes", self._library.listen)
        self._add("readings", _load_readings)
        self._watchdog = Watchdog(shown, config.screen.renew_h * 3600)
        if config.screen.touch_panel:
            self._add("panel", partial(self._feel, config.screen.touch_panel))

    def start(self) -> None:
        """Recover, show the first screen, begin. Raises ``StoreTrouble``."""
        self.loop.start()
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """End every thread that can be ended."""
        self._inbox.close()
        for worker in self._workers:
            worker.stop()
        self._workers[0].join(JOIN_S)
        until = time.monotonic() + JOIN_S
        for worker in self._workers:
            worker.join(max(0.0, until - time.monotonic()))

    def _add(self, name: str, work: Callable[[Worker], None]) -> None:
        self._workers.append(Worker(name, work, self._bug))

    def _act(self, command: Outgoing) -> None:
        match command:
            case Unlock(compartment=compartment):
                self._devices.bus_of[compartment].unlock(command)
            case Secure(device=device) | LookAgain(device=device):
                self._devices.pads[device].take(command)
            case Print(device=device):
                self._devices.printers[device].print_out(command)
            case Ask() | Do():
                self._library.ask(command)
            case Refresh():
                self._library.refresh()
            case Upload():
                self._library.upload(command)

    def _decide(self, worker: Worker) -> None:
        """The deciding thread: one event after another, and the time."""
        while not worker.stopping:
            incoming = self._inbox.next()
            self._watchdog.look(served=not isinstance(self.loop.session.story, AtHome))
            self.loop.handle(incoming)

    def _feel(self, panel: Path, worker: Worker) -> None:
        """The touch panel's own thread. Without the panel nothing is known of touches, and nothing is concluded."""
        said = ""
        while not worker.stopping:
            try:
                with contextlib.closing(TouchPanel(panel)) as opened:
                    while not worker.stopping:
                        for _ in range(opened.wait(WAIT_S)):
                            self._watchdog.pressed()
            except DeviceError as error:
                if str(error) != said:
                    said = str(error)
                    _LOG.warning("%s; until then no touch is counted", said)
            worker.pause(REOPEN_S[-1])

    def _bug(self, bug: BaseException) -> None:
        """A thread met what should not be: say where, end, and let the rows speak at the next start."""
        traceback.print_exception(bug)
        self.failed = True
        self._shown.stop()


def _load_readings(worker: Worker) -> None:
    """Once all has begun, so that neither the start nor the first search waits for them."""
    worker.pause(READINGS_S)
    if not worker.stopping:
        load_readings()


def run(config: Config, front: str = "", recorder: Recorder | None = None) -> int:
    """Run a point until its front end ends; the exit status. ``recorder`` hears all its devices.

    Raises ``StoreError``, ``UnknownDriver``.
    """
    front_end: FrontEnd = find("kiosk.screen", front or config.screen.front)
    shown = Shown()
    with unfit_for(config.store):
        if not key_beside(config.store).exists():
            Store.open(config.store, config.plan()).close()  # made before the key: an empty one beside a key was lost
    _receipt_key(config)
    with contextlib.closing(Store.open(config.store, config.plan())) as store:
        machine = Machine(config, store, shown, recorder)
        machine.start()
        try:
            with _stopping_on_signals(shown):
                front_end(shown, machine.touch, config.about(), config.screen)
        finally:
            machine.stop()
    return EXIT_BUG if machine.failed else 0


def closed(config: Config, front: str = "") -> None:
    """Show that this machine must rest and whom to call, where there is no store to run it with: for ``CLOSED_S``,
    whatever anybody touches, or until a signal. Then the service manager tries again. Raises ``UnknownDriver``,
    ``NoScreen``."""
    front_end: FrontEnd = find("kiosk.screen", front or config.screen.front)
    shown = Shown()
    shown.put(Display(Sorry("store_trouble"), (), time.time()))
    worker = Worker("closed", partial(_wait_closed, shown), traceback.print_exception)
    worker.start()
    try:
        with _stopping_on_signals(shown):
            front_end(shown, lambda touched: None, config.about_closed(), config.screen)
    finally:
        worker.stop()
        worker.join(JOIN_S)


def _wait_closed(shown: Shown, worker: Worker) -> None:
    until = time.monotonic() + CLOSED_S
    while not worker.stopping and time.monotonic() < until:
        notify("WATCHDOG=1")
        worker.pause(min(NOTIFY_S, CLOSED_S))
    shown.stop()


def _receipt_key(config: Config) -> None:
    try:
        make_key(key_beside(config.store))
        read_key(key_beside(config.store))
    except (OSError, UnfitFile) as error:
        raise StoreUnfit(f"no key for receipts: {error}") from None


@contextlib.contextmanager
def _stopping_on_signals(shown: Shown) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {s: signal.signal(s, lambda *_: shown.stop()) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
