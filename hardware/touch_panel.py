"""Fingers coming down on the touch panel, straight from the kernel: only counted, to see that the window hears them.

Linux input events (linux/input.h), as in hardware/scanner/keyboard.py::

    | seconds, 8 | microseconds, 8 | type, 2 | code, 2 | value, 4 |      in the machine's own byte order
      type 01, code 14A (BTN_TOUCH) or 110 (BTN_LEFT), value 1: a finger or button came down

The device is not taken away from anybody. Where it was touched is not looked at.
"""

import os
import select
from pathlib import Path

from hardware.errors import DeviceGone
from hardware.scanner.keyboard import DOWN, EVENT, KEY

FINGERS = (0x14A, 0x110)
READ_MAX = EVENT.size * 64


class TouchPanel:
    """An open panel. Raises ``DeviceGone`` when it cannot be opened or was unplugged: of touches nothing is known."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise DeviceGone(f"{path} cannot be opened ({error.strerror}); is the user in the group input?") from error
        self._held = b""

    def wait(self, seconds: float) -> int:
        """How many fingers came down; blocks for ``seconds`` at most."""
        if not select.select([self._file], [], [], seconds)[0]:
            return 0
        try:
            data = os.read(self._file, READ_MAX)
        except OSError as error:
            raise DeviceGone(f"the touch panel was lost ({error.strerror})") from error
        if not data:
            raise DeviceGone("the touch panel was lost (end of file)")
        self._held += data
        whole = len(self._held) // EVENT.size * EVENT.size
        events, self._held = self._held[:whole], self._held[whole:]
        return sum(
            kind == KEY and code in FINGERS and value == DOWN for *_, kind, code, value in EVENT.iter_unpack(events)
        )

    def close(self) -> None:
        """Let go of it."""
        os.close(self._file)
