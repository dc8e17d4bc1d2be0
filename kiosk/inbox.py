"""What all threads say to the deciding one, in the order in which they said it."""

import contextlib
import queue
import threading
import time

from kiosk.core.events import Tick, Touched
from kiosk.incoming import Incoming
from kiosk.workers import WAIT_S

INBOX_MAX = 2000
TICK_S = 0.25


class Inbox:
    """Of bounded length. It is full only while the disk, or whatever holds the deciding thread, takes very long."""

    def __init__(self, most: int = INBOX_MAX) -> None:
        self._queue: queue.Queue[Incoming] = queue.Queue(most)
        self._closed = threading.Event()
        self._deciding = 0  # the thread that takes
        self._ticked_s = time.monotonic()

    def post(self, incoming: Incoming) -> None:
        """What a device or the library said: nobody says it again, so its thread waits for room, until ``close``.

        The deciding thread cannot wait for itself. It posts only what it could not hand on to a worker; where there is
        no room for that either, it is silence, as from a device: an unknown outcome, which every wait provides for.
        """
        deciding = threading.get_ident() == self._deciding
        while True:
            try:
                self._queue.put(incoming, block=not deciding, timeout=WAIT_S)
            except queue.Full:
                if not deciding and not self._closed.is_set():
                    continue
            return

    def touch(self, touched: Touched) -> None:
        """A touch from the front end. Never blocks; with a full inbox it is lost, as any touch on a busy machine."""
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(touched)

    def next(self) -> Incoming:
        """The next for the deciding thread, which waits for it; a ``Tick`` four times a second, but never before what
        was said already: a door is late only where no word about it waits."""
        incoming = self.take(self._ticked_s + TICK_S - time.monotonic())
        if incoming is not None:
            return incoming
        self._ticked_s = time.monotonic()
        return Tick()

    def take(self, timeout_s: float) -> Incoming | None:
        """The next, for the deciding thread; None when nothing has come for so long."""
        self._deciding = threading.get_ident()
        try:
            return self._queue.get(timeout=max(timeout_s, 0.0))
        except queue.Empty:
            return None

    def close(self) -> None:
        """Nobody waits for room any more."""
        self._closed.set()
