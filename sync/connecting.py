"""How a connection to the library is made, where its name may have several addresses."""

import socket
from time import monotonic
from typing import Any

# Routers forget a quiet connection after some minutes, without a word: after so many seconds it is asked whether the
# other end is there, so often again, and if it is not, that is known before anything is said on it.
KEPT_ALIVE = ((socket.TCP_KEEPIDLE, 30), (socket.TCP_KEEPINTVL, 10), (socket.TCP_KEEPCNT, 2))


def connect(host: str, port: int, wait_s: float) -> socket.socket:
    """A connection to the first of the host's addresses that takes it; its timeout is ``wait_s``.

    Each address has its share of the time that is left, so that one that swallows everything leaves some to the others.
    Blocks for at most ``wait_s``, and before that for as long as the system looks up the name. Raises ``OSError``:
    ``socket.gaierror`` where the name has no address, else what went wrong at the last one (``TimeoutError``: nothing
    came back in time).
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise socket.gaierror(socket.EAI_NONAME, "this cannot be a name") from None
    failure = OSError("the name has no address")
    until = monotonic() + wait_s
    for tried, (family, _, _, _, address) in enumerate(addresses):
        left_s = until - monotonic()
        if left_s <= 0.0:
            failure = TimeoutError("no address of the host took the connection in time")
            break
        try:
            connection = _connected(family, address, left_s / (len(addresses) - tried))
        except OSError as error:
            failure = error
            continue
        connection.settimeout(wait_s)
        return connection
    raise failure


def _connected(family: int, address: Any, wait_s: float) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in KEPT_ALIVE:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)
        connection.settimeout(wait_s)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection
