"""The thread of a pad: reports what lies there, and in between changes the security of tags, as it is told.

An order it cannot take is answered at once; nothing is kept for later or said twice.
"""

import contextlib
import queue
from collections.abc import Callable
from functools import partial

from hardware.errors import DeviceError, DeviceGone, DeviceRefused
from hardware.readings import DeviceDown, SecureEnded, Written
from hardware.source import WritingSource
from kiosk.core.commands import LookAgain, Secure
from kiosk.workers import COMMANDS_MAX, WAIT_S, Post, Up, Worker, kept_open, refuse_for


class PadWorker:
    """One pad; the only owner of its port."""

    def __init__(self, device: str, connect: Callable[[], WritingSource], post: Post) -> None:
        self._device = device
        self._connect = connect
        self._post = post
        self._up = Up(device, post)
        self._orders: queue.Queue[Secure | LookAgain] = queue.Queue(COMMANDS_MAX)

    def take(self, order: Secure | LookAgain) -> None:
        """Take an order. Never blocks; a full queue answers that nothing was written."""
        try:
            self._orders.put_nowait(order)
        except queue.Full:
            self._refuse(order)

    def work(self, worker: Worker) -> None:
        """The thread's work."""

        def serve() -> None:
            with contextlib.closing(self._connect()) as pad:
                self._up.begins()
                self._serve(worker, pad)

        kept_open(
            worker,
            serve,
            lambda why: self._post(DeviceDown(self._device, why)),
            partial(refuse_for, worker, self._orders, self._refuse),
        )

    def _serve(self, worker: Worker, pad: WritingSource) -> None:
        while not worker.stopping:
            for reading in pad.wait(WAIT_S):
                self._post(reading)
            self._up.serves()
            with contextlib.suppress(queue.Empty):
                while not worker.stopping:
                    self._do(pad, self._orders.get_nowait())

    def _do(self, pad: WritingSource, order: Secure | LookAgain) -> None:
        if isinstance(order, LookAgain):
            pad.say_again()
            return
        try:
            pad.secure(order.item, order.secured)
        except DeviceRefused:
            self._ended(order, Written.NOTHING)
        except DeviceError as error:
            self._ended(order, Written.UNKNOWN)
            if isinstance(error, DeviceGone):
                raise
        else:
            self._ended(order, Written.DONE)

    def _ended(self, order: Secure | LookAgain, written: Written) -> None:
        if isinstance(order, Secure):
            self._post(SecureEnded(self._device, order.order, order.item, order.secured, written))

    def _refuse(self, order: Secure | LookAgain) -> None:
        self._ended(order, Written.NOTHING)
