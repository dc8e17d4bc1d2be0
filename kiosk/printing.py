"""The thread of a printer: prints what it is given, one slip after another, and looks at its paper in between.

Nothing waits for it. An order it cannot take is answered at once; nothing is kept for later or sent twice.
"""

import contextlib
import queue
import time
from collections.abc import Callable
from functools import partial

from hardware.errors import DeviceError, DeviceRefused
from hardware.printer import Cut, Printer, Sheet
from hardware.readings import DeviceDown, Paper, PaperSeen, Printed, PrintEnded
from kiosk.core.commands import Print
from kiosk.workers import WAIT_S, Post, Up, Worker, kept_open, refuse_for

LOOK_S = 3.0  # between looks at the paper
SLIPS_MAX = 2  # a person waits for one


class PrinterWorker:
    """One printer; the only owner of its port."""

    def __init__(
        self, device: str, connect: Callable[[], Printer], words: Callable[[Print], Sheet], post: Post
    ) -> None:
        """``words``: what to put on paper for an order."""
        self._device = device
        self._connect = connect
        self._words = words
        self._post = post
        self._up = Up(device, post)
        self._orders: queue.Queue[Print] = queue.Queue(SLIPS_MAX)
        self._paper: Paper | None = None
        self._broke_off = True  # a slip did, or may have before the start, and hangs there: not for the next reader

    def print_out(self, order: Print) -> None:
        """Take a slip to print. Never blocks; a full queue answers that nothing was printed."""
        try:
            self._orders.put_nowait(order)
        except queue.Full:
            self._refuse(order)

    def work(self, worker: Worker) -> None:
        """The thread's work."""

        def serve() -> None:
            with contextlib.closing(self._connect()) as printer:
                self._serve(worker, printer)

        kept_open(
            worker,
            serve,
            lambda why: self._post(DeviceDown(self._device, why)),
            partial(refuse_for, worker, self._orders, self._refuse),
        )

    def _serve(self, worker: Worker, printer: Printer) -> None:
        self._paper = None
        paper = printer.paper()
        self._up.begins()
        while not worker.stopping:
            self._report(paper)
            until = time.monotonic() + LOOK_S
            while not worker.stopping and (left := until - time.monotonic()) > 0:
                with contextlib.suppress(queue.Empty):
                    self._do(printer, self._orders.get(timeout=min(left, WAIT_S)))
                    break
            paper = printer.paper()
            self._up.serves()

    def _report(self, paper: Paper) -> None:
        """A roll near its end wobbles before the sensor; a new one comes in under an open cover, or after the end."""
        if paper is self._paper or (self._paper, paper) == (Paper.NEAR_END, Paper.OK):
            return
        self._paper = paper
        self._post(PaperSeen(self._device, paper))

    def _do(self, printer: Printer, order: Print) -> None:
        sheet = self._words(order)
        try:
            printer.print_out([Cut(), *sheet] if self._broke_off else sheet)
        except DeviceRefused:
            self._ended(order, Printed.NOTHING)
        except DeviceError:
            self._broke_off = True
            self._ended(order, Printed.UNKNOWN)
            raise
        else:
            self._broke_off = False
            self._ended(order, Printed.DONE)

    def _ended(self, order: Print, printed: Printed) -> None:
        self._post(PrintEnded(self._device, order.slip.id, printed))

    def _refuse(self, order: Print) -> None:
        self._ended(order, Printed.NOTHING)
