"""A connection to a library that is not known yet: what comes back is kept byte for byte, ends and all."""

import socket
import time
from collections.abc import Callable

from sync.connecting import connect
from sync.sip2.settings import Settings
from sync.sip2.wire import tls_context

SILENCE_S = 0.4
_FOLLOWS_S = 0.05


class Ear:
    """For one thread. ``greeting``: what to say first on every connection, b"" for nothing. Calls raise ``OSError``."""

    def __init__(self, settings: Settings, wait_s: float, greeting: Callable[[], bytes]) -> None:
        self._settings = settings
        self._wait_s = wait_s
        self._greeting = greeting
        self._wire: socket.socket | None = None

    def say(self, data: bytes) -> bytes:
        """What comes back, until a line has ended or nothing more comes; at most ``wait_s``."""
        if self._wire is None:
            self._connect()
            if first := self._greeting():
                self.say(first)
        wire = self._wire
        assert wire
        wire.settimeout(self._wait_s)
        wire.sendall(data)
        heard, until = b"", time.monotonic() + self._wait_s
        while (left := until - time.monotonic()) > 0:
            wire.settimeout(min(SILENCE_S, left) if heard else left)
            try:
                more = wire.recv(65536)
            except TimeoutError:
                break
            if not more:
                break
            heard += more
            if heard.endswith(b"\n") or (heard.endswith(b"\r") and self._quiet(wire)):
                break
        return heard

    def gone(self) -> bool:
        """Whether the library has closed the connection."""
        if self._wire is None:
            return True
        self._wire.settimeout(_FOLLOWS_S)
        try:
            return self._peek(self._wire) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """Let go. Never raises."""
        if self._wire:
            self._wire.close()
        self._wire = None

    def _quiet(self, wire: socket.socket) -> bool:
        """Nothing follows a CR within a moment, such as the LF that belongs to it."""
        wire.settimeout(_FOLLOWS_S)
        try:
            return not self._peek(wire)
        except TimeoutError:
            return True

    def _peek(self, wire: socket.socket) -> bytes:
        """What comes next, left there; TLS cannot look ahead, so there nothing is taken to come."""
        if self._settings.tls:
            raise TimeoutError
        return wire.recv(1, socket.MSG_PEEK)

    def _connect(self) -> None:
        about = self._settings
        plain = connect(about.host, about.port, about.connect_wait_s)
        try:
            tls = tls_context(about.ca, about.certificate, about.key) if about.tls else None
            self._wire = tls.wrap_socket(plain, server_hostname=about.host) if tls else plain
        except BaseException:
            plain.close()
            raise
