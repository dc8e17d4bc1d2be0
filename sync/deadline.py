"""Sockets that keep one deadline and one measure over a whole exchange.

The timeout of requests and urllib3 starts anew with each read, so a server that sends one byte now and then holds
its caller for ever. Here each receive and send on a connection waits only for what is left of the deadline set by
``within``. Connecting has its own timeout (for all addresses together). Looking up the host's name is the system
resolver's work and is bounded by resolv.conf alone.

Nor do they bound what one read takes: http.client reads a chunk whose length is -1 until the other side ends.
"""

import contextvars
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from sync import connecting


@dataclass(slots=True)
class _Exchange:
    until: float
    bytes_left: int

    def seconds_left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline of the whole exchange has passed")
        return left

    def received(self, count: int) -> int:
        self.bytes_left -= count
        if self.bytes_left < 0:
            raise ValueError("more was sent than a whole exchange may hold")
        return count


_exchange: contextvars.ContextVar[_Exchange] = contextvars.ContextVar("_exchange")


@contextmanager
def within(seconds: float, bytes_max: int) -> Iterator[None]:
    """In this block (and thread) everything on the sockets of this module ends ``seconds`` from now at the latest, and
    after ``bytes_max`` received, headers and all. Outside of it they neither send nor receive (``LookupError``).

    What would take longer raises ``TimeoutError`` inside urllib3, which wraps it as a read timeout; what is longer,
    ``ValueError``.
    """
    token = _exchange.set(_Exchange(time.monotonic() + seconds, bytes_max))
    try:
        yield
    finally:
        _exchange.reset(token)


if TYPE_CHECKING:
    _Base = socket.socket
else:
    _Base = object


class _Bounded(_Base):
    """The three calls by which http.client reads from and writes to a socket."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        exchange = _exchange.get()
        self.settimeout(exchange.seconds_left())
        return exchange.received(super().recv_into(*args, **kwargs))

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_exchange.get().seconds_left())
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(_exchange.get().seconds_left())
        super().sendall(*args, **kwargs)


class _PlainSocket(_Bounded, socket.socket):
    pass


class _TlsSocket(_Bounded, ssl.SSLSocket):
    pass


class _Connecting(HTTPConnection):
    """What urllib3 does here gives each address the whole timeout."""

    def _new_conn(self) -> socket.socket:
        assert self.timeout is not None  # sync.rest always says one
        try:
            return connecting.connect(self._dns_host, self.port, self.timeout)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "no address answered in time") from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error


class _PlainConnection(_Connecting):
    def _new_conn(self) -> socket.socket:
        return _PlainSocket(fileno=super()._new_conn().detach())


class _TlsConnection(_Connecting, HTTPSConnection):  # the context below wraps its socket
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _PlainPool, "https": _TlsPool}


def tls_context() -> ssl.SSLContext:
    """TLS 1.2 or later, host name and certificate checked; trusts nothing until certificates are loaded."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = _TlsSocket
    return context
