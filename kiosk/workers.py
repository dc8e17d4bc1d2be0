"""Every thread of the machine: one per bus of boards, one per card reader and scanner; the library's are in library.py.

Workers turn errors into readings, so that errors never cross a thread. Each comes back by itself when its device
does. Drivers stay plain and blocking.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from hardware.errors import DeviceError
from hardware.locker.bank import Bank
from hardware.readings import DeviceDown, DeviceUp, Door, DoorSeen, Pulse, UnlockEnded
from hardware.source import Source
from kiosk.core.commands import Unlock
from kiosk.incoming import Incoming

Post = Callable[[Incoming], None]
Order = TypeVar("Order")

WAIT_S = 0.25  # how soon a worker notices that it is to stop
REOPEN_S = (0.2, 0.5, 1.0, 2.0)  # a device that is plugged in again answers within three seconds
STEADY_S = 5.0  # one that was lost sooner is flapping: it is tried less and less often, and not believed at once
POLL_BUSY_S = 0.1  # while a door is awaited or stands open
# A plug that was pulled and put back shows at the next look. A look takes 40 ms of the bus at 9600 baud, and an unlock
# must not wait behind one.
POLL_IDLE_S = 2.5
AWAITED_S = 15.0  # how long a door is awaited after a pulse
HELD_MAX_S = 2.0  # a pulse for a lock that rests is held for so long at most: less than a person waits for the door
SETTLES_S = 3.0  # a door that has moved is looked at often for so long: its switch may chatter
COMMANDS_MAX = 64
SILENT = "the board does not answer"


class Worker:
    """A thread that runs ``work`` until told to stop. A bug in it ends the program, through ``on_bug``."""

    def __init__(self, name: str, work: Callable[["Worker"], None], on_bug: Callable[[BaseException], None]) -> None:
        self._stop = threading.Event()
        self._work = work
        self._on_bug = on_bug
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end; returns at once."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end, at most ``timeout_s``: a thread held by a dead device is left to the operating system."""
        self._thread.join(timeout_s)

    @property
    def stopping(self) -> bool:
        """Whether to end."""
        return self._stop.is_set()

    def pause(self, seconds: float) -> None:
        """Sleep, but not past the end."""
        self._stop.wait(seconds)

    def _run(self) -> None:
        try:
            self._work(self)
        except BaseException as bug:
            self._on_bug(bug)


def reopen_delay_s(attempt: int) -> float:
    """Seconds before the next attempt to open a lost device; ``attempt`` counts from 0."""
    return REOPEN_S[min(attempt, len(REOPEN_S) - 1)]


# ---- card readers and scanners ------------------------------------------------------------------------------------


def kept_open(
    worker: Worker, serve: Callable[[], None], lost: Callable[[str], None], rest: Callable[[float], None]
) -> None:
    """The work of whoever owns a device, until the worker stops: ``serve`` opens it and serves it; when it is lost,
    ``lost`` hears why, and ``rest`` passes so many seconds, more of them where it is lost again soon."""
    attempt = 0
    while not worker.stopping:
        began = time.monotonic()
        try:
            serve()
        except DeviceError as error:
            lost(str(error))
            attempt = 0 if time.monotonic() - began > STEADY_S else attempt + 1
            rest(reopen_delay_s(attempt))


def refuse_for(worker: Worker, orders: "queue.Queue[Order]", refuse: Callable[[Order], None], seconds: float) -> None:
    """While a device is away an order is answered at once, and is not kept for later."""
    until = time.monotonic() + seconds
    while not worker.stopping and (left := until - time.monotonic()) > 0:
        with contextlib.suppress(queue.Empty):
            refuse(orders.get(timeout=min(left, WAIT_S)))


class Up:
    """Says that a device is up: as it begins to serve; but after a life shorter than ``STEADY_S`` not before it has
    served for as long. One that can be opened and never works would else come back every few seconds for ever: no wait
    for it would ever be long, and nobody would hear of it.
    """

    def __init__(self, device: str, post: Post) -> None:
        self._say = partial(post, DeviceUp(device))
        self._began = self._served = 0.0  # of this life, or the last one
        self._from: float | None = None  # when to say it, until it is said

    def begins(self) -> None:
        """It was opened."""
        steady = not self._began or self._served - self._began >= STEADY_S
        self._began = time.monotonic()
        self._from = self._began + (0.0 if steady else STEADY_S)
        self.serves()

    def serves(self) -> None:
        """It was asked again, and is not lost."""
        self._served = time.monotonic()
        if self._from is not None and self._served >= self._from:
            self._from = None
            self._say()


def watch_source(device: str, connect: Callable[[], Source], post: Post) -> Callable[[Worker], None]:
    """The work of a card reader or scanner: connect, report, and again when it is lost."""

    up = Up(device, post)

    def work(worker: Worker) -> None:
        def serve() -> None:
            with contextlib.closing(connect()) as source:
                up.begins()
                while not worker.stopping:
                    for reading in source.wait(WAIT_S):
                        post(reading)
                    up.serves()

        kept_open(worker, serve, lambda why: post(DeviceDown(device, why)), worker.pause)

    return work


# ---- boards -------------------------------------------------------------------------------------------------------


class BusWorker:
    """One bus: pulses in order, doors polled in between; the only owner of its port."""

    def __init__(
        self,
        boards: Mapping[str, tuple[str, ...]],
        connect: Callable[[], tuple[Bank, Callable[[], None]]],
        post: Post,
        idle_s: float = POLL_IDLE_S,
    ) -> None:
        """``boards``: each with its compartments. ``connect`` opens the port and gives the bank and the way to let go
        of it. ``idle_s``: from one look at the doors to the next while nothing happens."""
        self._board_of = {name: board for board, names in boards.items() for name in names}
        self._connect = connect
        self._post = post
        self._idle_s = idle_s
        self._up = {board: Up(board, post) for board in boards}
        self._commands: queue.Queue[Unlock] = queue.Queue(COMMANDS_MAX)
        self._doors = dict.fromkeys(self._board_of, Door.UNKNOWN)
        self._held: list[tuple[float, Unlock]] = []  # until its lock has rested
        self._awaited: dict[str, float] = {}  # pulsed, or seen to move: until when to look often

    def unlock(self, command: Unlock) -> None:
        """Take a pulse to do. Never blocks; a full queue answers that it was not sent."""
        try:
            self._commands.put_nowait(command)
        except queue.Full:
            self._refuse(command)

    def work(self, worker: Worker) -> None:
        """The thread's work."""

        def serve() -> None:
            bank, close = self._connect()
            with contextlib.ExitStack() as undo:
                undo.callback(close)
                self._serve(worker, bank)

        kept_open(worker, serve, self._lost, partial(refuse_for, worker, self._commands, self._refuse))

    def _serve(self, worker: Worker, bank: Bank) -> None:
        answered: dict[str, bool] = {}
        while not worker.stopping and not bank.lost:
            for doors in bank.doors_by_board():
                self._report(doors)
                self._board_seen(answered, doors)
                self._pulse_waiting(bank)
                if bank.lost:
                    break
            self._rest(worker, bank)
        if bank.lost:
            self._lost("the port was lost")

    def _board_seen(self, answered: dict[str, bool], doors: Mapping[str, Door]) -> None:
        board = self._board_of[next(iter(doors))]
        before, answers = answered.get(board), any(door is not Door.UNKNOWN for door in doors.values())
        answered[board] = answers
        if answers:
            self._up[board].serves() if before else self._up[board].begins()
        elif before is not False:
            self._post(DeviceDown(board, SILENT))

    def _rest(self, worker: Worker, bank: Bank) -> None:
        """Wait for the next poll, but do a pulse at once."""
        now = time.monotonic()
        busy = Door.OPEN in self._doors.values() or any(until > now for until in self._awaited.values())
        until = now + (POLL_BUSY_S if busy else self._idle_s)
        while not worker.stopping and (left := until - time.monotonic()) > 0:
            try:
                self._pulse(bank, self._commands.get(timeout=min(left, WAIT_S)))
            except queue.Empty:
                if not any(at <= time.monotonic() for at, _ in self._held):
                    continue
            self._pulse_waiting(bank)
            return

    def _pulse_waiting(self, bank: Bank) -> None:
        while not self._commands.empty():
            self._pulse(bank, self._commands.get_nowait())
        now = time.monotonic()
        due, self._held = [c for at, c in self._held if at <= now], [one for one in self._held if one[0] > now]
        for command in due:
            self._pulse(bank, command)

    def _pulse(self, bank: Bank, command: Unlock) -> None:
        self._awaited[command.compartment] = time.monotonic() + AWAITED_S
        rests_s = bank.rests_s(command.compartment)
        if 0 < rests_s <= HELD_MAX_S:  # a reader comes right after the courier
            self._held.append((time.monotonic() + rests_s, command))
            return
        pulse = Pulse.REFUSED if rests_s else bank.unlock(command.compartment)
        self._post(UnlockEnded(command.compartment, command.order, command.attempt, pulse, rests_s))

    def _report(self, doors: Mapping[str, Door]) -> None:
        for compartment, door in doors.items():
            if self._doors.get(compartment) is not door:
                self._doors[compartment] = door
                self._awaited[compartment] = time.monotonic() + SETTLES_S
                self._post(DoorSeen(compartment, door))

    def _lost(self, why: str) -> None:
        for _, command in self._held:
            self._refuse(command)
        self._held = []
        for board in dict.fromkeys(self._board_of.values()):
            self._post(DeviceDown(board, why))
        self._report(dict.fromkeys(self._doors, Door.UNKNOWN))

    def _refuse(self, command: Unlock) -> None:
        """It was not sent."""
        self._post(UnlockEnded(command.compartment, command.order, command.attempt, Pulse.NOT_SENT))
