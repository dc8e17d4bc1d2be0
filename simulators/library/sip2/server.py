"""Serves a ledger over SIP2 from threads of this process, with one system's quirks and with faults on request.

with Sip2Server(library.ledger, PROFILES["koha"]) as sip2:
    sip2.port, sip2.user, sip2.password
    sip2.fault("answer_lost", 1, at="11")
"""

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from simulators.library.ledger import Ledger
from simulators.library.sip2.quirks import PROFILES, Quirks
from simulators.library.sip2.talk import Host, Talk
from sync.sip2.frame import Frame, Reader

IDLE_S, SILENCE_S = 600.0, 0.3


class Sip2Server(Host):
    """One port on 127.0.0.1, ``port`` 0 a free one. ``tls``: a server context, or none. Any thread may set faults."""

    def __init__(
        self, ledger: Ledger, quirks: Quirks = PROFILES["plain"], port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(ledger, quirks)
        self._open: set[socket.socket] = set()
        handler = type("Handler", (_Handler,), {"library": self, "tls": tls})
        self._server = _Server(("127.0.0.1", port), handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="sip2", daemon=True)

    def hang_up(self) -> None:
        """End every connection there is."""
        for wire in list(self._open):
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)

    def admit(self, wire: socket.socket) -> bool:
        """One more connection, unless there are too many."""
        with self._lock:
            if len(self._open) >= self.quirks.connections_max:
                return False
            self._open.add(wire)
            return True

    def leave(self, wire: socket.socket) -> None:
        """It has ended."""
        with self._lock:
            self._open.discard(wire)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop for good."""
        self._server.shutdown()
        self._server.server_close()
        self.hang_up()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A peer that leaves in the middle is no event."""


class _Handler(socketserver.BaseRequestHandler):
    """One connection."""

    library: Sip2Server
    tls: ssl.SSLContext | None

    def handle(self) -> None:
        wire: socket.socket = self.request
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.library.admit(wire):
            return
        try:
            with contextlib.suppress(OSError):
                self._serve(self.tls.wrap_socket(wire, server_side=True) if self.tls else wire)
        finally:
            self.library.leave(wire)

    def _serve(self, wire: socket.socket) -> None:
        talk = Talk(self.library)
        for frame in _heard(wire):
            for piece in talk.hear(frame):
                wire.sendall(piece)
            if talk.ended:
                return


def _heard(wire: socket.socket) -> Iterator[Frame]:
    """What comes, until the other end goes or says nothing for ``IDLE_S``. A line without an end is whole when its
    checksum says so and nothing follows."""
    reader, wait_s = Reader(), IDLE_S
    while True:
        wire.settimeout(wait_s)
        try:
            data = wire.recv(65536)
        except TimeoutError:
            if wait_s == IDLE_S:
                return
            yield from reader.silence()
            wait_s = IDLE_S
            continue
        if not data:
            return
        yield from reader.feed(data)
        wait_s = SILENCE_S
