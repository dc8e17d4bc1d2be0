"""The connection to a SIP2 library: bytes out in one write, frames in, and a deadline on every wait.

With TLS the certificate and the name in it are checked, and where that fails there is no connection: never a plain one
instead. (The PyPI package Sip2 falls back to plain text and believes any certificate; passwords and PINs go this way.)
"""

import select
import ssl
import time
from collections.abc import Callable
from pathlib import Path

from sync.connecting import connect
from sync.sip2.frame import Frame, Reader

SILENCE_S = 0.2
"""A line without an end is whole when nothing has followed its checksum for this long."""
_CHUNK = 65536


def tls_context(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later. ``ca``: trust this authority instead of the usual ones; ``certificate``, ``key``: ours, PEM.

    Raises ``OSError`` (``ssl.SSLError`` among them) for files that cannot be used.
    """
    context = ssl.create_default_context(cafile=str(ca) if ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate:
        context.load_cert_chain(certificate, key, password=_no_password)
    return context


def _no_password() -> str:
    raise ssl.SSLError("a key file with a password cannot be used: nobody is there to type it")


class Wire:
    """One connection. Every call raises ``OSError``: ``TimeoutError`` when the deadline passed, ``ConnectionError``
    when the other end has closed. Deadlines are of ``time.monotonic()``."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, until: float) -> None:
        """Connect. Raises ``ssl.SSLError`` where the other end is not who it should be."""
        plain = connect(host, port, _left(until))
        try:
            plain.settimeout(_left(until))
            self._socket = tls.wrap_socket(plain, server_hostname=host) if tls else plain
        except BaseException:
            plain.close()
            raise
        self._reader = Reader()
        self._frames: list[Frame] = []

    def say(self, data: bytes, until: float) -> None:
        """One message, in one write: some libraries take what one read gives them for a whole message."""
        self._socket.settimeout(_left(until))
        self._socket.sendall(data)

    def hear(self, until: float) -> Frame:
        """The next frame."""
        while not self._frames:
            self._socket.settimeout(min(SILENCE_S, _left(until)))
            try:
                data = self._socket.recv(_CHUNK)
            except TimeoutError:
                self._frames = self._reader.silence()
                continue
            self._frames = self._reader.feed(data) if data else self._reader.silence()
            if not data and not self._frames:
                raise ConnectionResetError("the library closed the connection")
        return self._frames.pop(0)

    def quiet(self, wait_s: float) -> bool:
        """Wait, while nothing comes but what still belongs to the end of a line, which some send by itself. False at
        once when something does: between exchanges that is the end of the connection, or an answer nobody waits for,
        and neither is to be gone on with."""
        until = time.monotonic() + wait_s
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        while not self._frames and time.monotonic() <= until + SILENCE_S:
            pending = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
            if not pending and not poll.poll(max(0.0, until - time.monotonic()) * 1000):
                return True
            try:
                self._socket.settimeout(SILENCE_S)
                data = self._socket.recv(_CHUNK)
            except TimeoutError:  # what came was for TLS alone
                continue
            except OSError:
                break
            if data.strip(b"\r\n") or not data:
                break
        return False

    def close(self) -> None:
        """Let go. Never raises."""
        self._socket.close()


Connect = Callable[[str, int, ssl.SSLContext | None, float], Wire]
"""How a connection is made: as ``Wire`` is."""


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the library did not answer in time")
    return left
