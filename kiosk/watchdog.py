"""Sees that the window is alive. One that is frozen, or deaf to touches, is ended between two sessions, never in one.

The service manager starts the program again (examples/kiosk.service), and it goes on from its rows within seconds.
The deciding thread looks. A driver that hangs while it holds the interpreter stops even that: then the service manager
hears no more ``WATCHDOG=1`` (sd_notify(3)) and ends the program, as nobody can be served any more.
"""

import contextlib
import logging
import os
import socket
import time
from collections.abc import Callable

from kiosk.frontend import Shown

FROZEN_S = 10.0  # without a single turn of the front end's own loop
DEAF_PRESSES = 3  # seen at the panel, none of which came to the window
DEAF_S = 2.0  # after the last of them
ALIVE_S = 1.0  # who has not beaten for longer is not deaf, but not up yet, or frozen
NOTIFY_S = 2.0
QUIET_S = 1800.0  # nobody served for so long: a good moment to begin anew
EXIT_FROZEN = 75  # sysexits.h EX_TEMPFAIL
_LOG = logging.getLogger(__name__)


class Watchdog:
    """``look`` often, from the deciding thread. ``renew_s``: age at which the program begins anew when it is quiet
    (0: never). ``end`` does not return; it leaves whatever the window holds."""

    def __init__(
        self,
        shown: Shown,
        renew_s: float,
        end: Callable[[int], None] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shown, self._renew_s, self._end, self._clock = shown, renew_s, end, clock
        self._began_s = self._served_s = clock()
        self._presses, self._pressed_s, self._notified_s = 0, 0.0, 0.0

    def pressed(self) -> None:
        """A finger came down on the panel, as the operating system tells it. Any thread. It counts only where there is
        a window to hear it."""
        if self._shown.beats and self._shown.silent_s < ALIVE_S:
            self._presses, self._pressed_s = self._presses + 1, self._clock()

    def look(self, served: bool) -> None:
        """``served``: somebody stands in a story. Then nothing is ended, whatever is wrong."""
        now = self._clock()
        if now - self._notified_s >= NOTIFY_S:
            self._notified_s = now
            notify("WATCHDOG=1")
        if self._shown.felt_s > self._pressed_s - 0.5:
            self._presses = 0
        if served:
            self._served_s = now
        elif self._shown.silent_s > FROZEN_S:
            self._begin_anew(f"the window has not moved for {self._shown.silent_s:.0f} s")
        elif self._presses >= DEAF_PRESSES and now - self._pressed_s > DEAF_S:
            self._begin_anew(f"{self._presses} touches of the panel did not come to the window")
        elif self._shown.beats and 0 < self._renew_s < now - self._began_s and now - self._served_s > QUIET_S:
            self._begin_anew("it has run long enough, and nobody is there")

    def _begin_anew(self, why: str) -> None:
        _LOG.warning("%s: ending, to be started again", why)
        self._end(EXIT_FROZEN)


def notify(words: str) -> None:
    """Tell the service manager, if there is one that listens (``NOTIFY_SOCKET``). Never blocks, never raises."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.setblocking(False)
        there.sendto(words.encode(), "\0" + address[1:] if address.startswith("@") else address)
