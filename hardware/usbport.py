"""A USB printer as the kernel's ``usblp`` gives it: a file (``/dev/usb/lp0``) that takes bytes and gives its answers.

It is no terminal, so pyserial cannot open it, and it has no baud rate.
"""

import contextlib
import os
import select
import time
from collections.abc import Iterator

from hardware.errors import DeviceGone
from hardware.wiretap import Way, overheard

READ_MAX = 4096
WRITE_WAIT_S = 1.0


@contextlib.contextmanager
def _port_lost(path: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: select on what was closed
        raise DeviceGone(f"{path}: {error}") from error


class UsbPort:
    """A ``Transport`` over an open file. Make one with ``open_usb``."""

    def __init__(self, path: str, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Send all of ``data``. Blocks at most a second; raises ``DeviceGone``, also when the printer takes no more
        (``usblp`` holds bytes back while paper or power is missing)."""
        left, until = memoryview(data), time.monotonic() + WRITE_WAIT_S
        while left:
            with _port_lost(self._path):
                _, ready, _ = select.select([], [self._descriptor], [], max(0.0, until - time.monotonic()))
                with contextlib.suppress(BlockingIOError):
                    left = left[os.write(self._descriptor, left) if ready else 0 :]
            if left and time.monotonic() >= until:
                raise DeviceGone(f"{self._path}: it takes no more")
        overheard(Way.OUT, data)

    def read(self, timeout_s: float) -> bytes:
        """What has arrived (at most 4096 bytes), waiting up to ``timeout_s`` for the first byte; ``b""`` if none."""
        until = time.monotonic() + timeout_s
        while True:
            with _port_lost(self._path), contextlib.suppress(BlockingIOError):
                ready, _, _ = select.select([self._descriptor], [], [], max(0.0, until - time.monotonic()))
                if data := os.read(self._descriptor, READ_MAX) if ready else b"":
                    overheard(Way.IN, data)
                    return data
            if (left := until - time.monotonic()) <= 0:
                return b""
            time.sleep(min(left, 0.01))  # usblp may call itself readable and have nothing

    def discard_input(self) -> None:
        """Throw away what has arrived and was not read."""
        while self.read(0.0):
            pass

    def close(self) -> None:
        """Let go of the file. Never raises; may be called twice."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
        self._descriptor = -1


def open_usb(path: str) -> UsbPort:
    """Open the printer's file; ``usblp`` lets one program in. Raises ``DeviceGone``."""
    with _port_lost(path):
        return UsbPort(path, os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
