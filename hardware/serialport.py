"""Serial ports, real, virtual or behind a socket. The only file that imports pyserial.

A port is whatever pyserial opens to a file descriptor: ``/dev/ttyUSB0``, ``/dev/serial/by-id/...``, a pseudo-terminal,
``socket://host:port`` (a serial server; baud rate and parity are then the server's own affair).
"""

import contextlib
import os
import select
import socket
import termios
from collections.abc import Iterator

import serial

from hardware.errors import DeviceGone
from hardware.port import named
from hardware.wiretap import Way, overheard

READ_MAX = 4096
WRITE_WAIT_S = 1.0
UNHEARD_WAIT_S = 5.0
QUIET_S, AGAIN_S = 10, 5
"""A socket on which nothing comes is asked after so long whether its peer is there, and again after so long."""


@contextlib.contextmanager
def _port_lost(port: str) -> Iterator[None]:
    """The one place where the many faces of a hang-up become ``DeviceGone``."""
    try:
        yield
    except (OSError, termios.error) as error:  # SerialException is an OSError; termios.error is neither
        # pyserial's own words say it three times over
        why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        raise DeviceGone(f"{port}: {why}") from error


class SerialPort:
    """A ``Transport`` over an open port. Make one with ``open_port``."""

    def __init__(self, port: str, opened: serial.Serial, byte_s: float | None) -> None:
        """``byte_s``: seconds that a byte takes; None behind a socket, whose speed is the server's affair."""
        self.byte_s = byte_s
        self._port = port
        self._opened = opened
        self._descriptor = opened.fileno()

    def write(self, data: bytes) -> None:
        """Send all of ``data`` in one write. Blocks at most a second; raises ``DeviceGone``, also when it cannot."""
        with _port_lost(self._port):
            self._opened.write(data)
        overheard(Way.OUT, data)

    def read(self, timeout_s: float) -> bytes:
        """What has arrived (at most 4096 bytes), waiting up to ``timeout_s`` for the first byte; ``b""`` if none."""
        if self._descriptor < 0:
            raise DeviceGone(f"{self._port}: closed")
        with _port_lost(self._port):
            # Waiting here and reading without a timeout: setting pyserial's timeout reconfigures the whole port.
            ready, _, _ = select.select([self._descriptor], [], [], max(timeout_s, 0))
            data = bytes(self._opened.read(READ_MAX)) if ready else b""
        overheard(Way.IN, data)
        return data

    def discard_input(self) -> None:
        """Throw away what has arrived and was not read."""
        with _port_lost(self._port):
            self._opened.reset_input_buffer()

    def close(self) -> None:
        """Let go of the port. Never raises; may be called twice. A socket takes 0.3 s (pyserial waits for servers)."""
        with contextlib.suppress(OSError, termios.error):
            self._opened.close()
        self._descriptor = -1


def open_port(port: str, baud: int) -> SerialPort:
    """Open ``port`` at ``baud``, 8N1 without flow control, and for this process alone (an advisory lock).

    Blocks at most 5 s (a socket that does not connect). Raises ``DeviceGone`` when the port is not there, not ours
    to open, or taken, has no such speed, or when its name is none (``hardware.port``).
    """
    try:
        behind_socket = named(port).startswith("socket:")
        with _port_lost(port):
            opened = serial.serial_for_url(port, baud, timeout=0, write_timeout=WRITE_WAIT_S, exclusive=True)
            if behind_socket:
                _hurry(opened.fileno())
            else:
                # An FTDI adapter otherwise holds short replies back for 16 ms. Other ports cannot, and need not.
                with contextlib.suppress(ValueError, NotImplementedError):
                    opened.set_low_latency_mode(True)
    except ValueError as error:
        raise DeviceGone(f"{port}: {error}") from error
    return SerialPort(port, opened, None if behind_socket else 10 / baud)


def _hurry(descriptor: int) -> None:
    """Short frames leave at once, and a peer that is no longer there counts as gone after seconds, not minutes.

    Also one to which nothing is ever written, as to a scanner whose serial server lost its power. How many times it is
    asked in vain, Linux leaves to TCP_USER_TIMEOUT where that is set (tcp(7)).
    """
    with socket.socket(fileno=os.dup(descriptor)) as same:
        same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        same.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNHEARD_WAIT_S * 1000))
        same.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, QUIET_S)
        same.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, AGAIN_S)
        same.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
