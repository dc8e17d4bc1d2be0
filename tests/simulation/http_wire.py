"""Connections in memory under the production HTTP client, on which everything may go wrong.

All above the socket is real: requests, urllib3, http.client, and the deadline of ``sync.deadline``, in the world's
time. The bytes are those that would go over the network.
"""

import email.utils
import io
import json
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from sync import deadline
from sync.envelope import BODY_MAX
from tests.simulation.rest_desk import Reply, Request, heard

if TYPE_CHECKING:
    from tests.simulation.rest_wire import RestLink

KEPT_S = 60.0  # then the library closes a connection on which nothing is said
BEFORE = {  # the library hears nothing of it; and how often among the others
    "request_lost": 3,
    "reset": 3,
    "no_http": 1,
    "portal": 1,
    "fails": 2,
    "busy": 2,
    "refused": 1,
    "odd_status": 2,
}
AFTER = {  # it has done what it was told
    "answer_lost": 4,
    "hung_up": 4,
    "cut": 4,
    "garbage": 3,
    "wrong_shape": 3,
    "fails_then": 2,
    "no_length": 1,
    "too_long": 0.2,
}
WAITS = ("1", "20", "", "soon", "date")
HTML = {"Content-Type": "text/html"}


class _Memory:
    """What ``sync.deadline`` takes for a socket: a request goes in, and what comes of it out again, when it is time."""

    def __init__(self, link: "RestLink") -> None:
        self._link = link
        self._said, self._timeout = b"", 0.0
        self._coming: deque[tuple[float, bytes]] = deque()
        self._ends = False  # after what is coming the other side closes; else it is silent
        self._used = link.clock.monotonic()

    def usable(self) -> bool:
        """Whether the other side has it open still, as far as one sees."""
        kept = self._link.clock.monotonic() - self._used < KEPT_S
        return kept and not self._ends and self._link.world.net_up

    def settimeout(self, seconds: float) -> None:
        self._timeout = seconds

    def sendall(self, data: bytes) -> None:
        if self._ends:
            raise BrokenPipeError("gone")
        self._said += data
        request = heard(self._said)
        if request is None or not request.whole:
            return
        self._said = b""
        answer, self._ends = self._link.answer(request)
        at = self._used = self._link.clock.monotonic()
        for pause, piece in self._link.on_the_way(answer):
            at += pause
            self._coming.append((at, piece))

    def recv_into(self, buffer: memoryview) -> int:
        clock = self._link.clock
        if not self._coming and self._ends:
            return 0
        if not self._coming or self._coming[0][0] > clock.monotonic() + self._timeout:
            clock.spent += self._timeout
            raise TimeoutError("nothing came")
        at, piece = self._coming.popleft()
        clock.spent += max(0.0, at - clock.monotonic())
        if len(piece) > len(buffer):
            self._coming.appendleft((at, piece[len(buffer) :]))
        count = min(len(piece), len(buffer))
        buffer[:count] = piece[:count]
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self), 65536)

    def shutdown(self, how: int) -> None:
        self._ends = True

    def close(self) -> None:
        self._ends = True


class _Socket(deadline._Bounded, _Memory):  # type: ignore[misc]
    """One with the deadline of the whole exchange."""


class _Reading(io.RawIOBase):
    def __init__(self, socket: Any) -> None:
        self._socket = socket

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return int(self._socket.recv_into(buffer))


class _Connection(deadline._PlainConnection):
    def __init__(self, link: "RestLink", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._link = link

    def _new_conn(self) -> Any:
        link = self._link
        how = link.rng.randrange(4)
        link.clock.spent += link.rng.uniform(0.0, 0.2)
        if link.world.net_up and not link.world.odd(0.02, "rest_not_reached"):
            return _Socket(link)  # type: ignore[arg-type]
        if how == 0:
            link.clock.spent += self.timeout or 0.0
            raise ConnectTimeoutError(self, "no answer")
        if how == 1:
            raise NameResolutionError(self.host, self, OSError("no such name"))  # type: ignore[arg-type]
        raise NewConnectionError(self, "refused")

    @property
    def is_connected(self) -> bool:
        return self.sock is not None and self.sock.usable()  # type: ignore[union-attr]


class _Pool(HTTPConnectionPool):
    def __init__(self, link: "RestLink", *args: Any, **kwargs: Any) -> None:
        self.ConnectionCls = partial(_Connection, link)  # type: ignore[assignment]
        super().__init__(*args, **kwargs)


def in_memory(link: "RestLink") -> dict[str, Any]:
    """What stands in for ``sync.deadline.POOLS``."""
    return {"http": partial(_Pool, link)}


def instead(fault: str, link: "RestLink") -> tuple[bytes, bool]:
    """What comes of a request that the library never hears, and whether the connection ends then."""
    choice = link.rng.choice
    match fault:
        case "request_lost":
            return b"", False
        case "reset":
            return b"", True
        case "no_http":
            return b"SSH-2.0-OpenSSH_9.2\r\n", True
        case "portal":
            return as_http(Reply(200, b"<html>Welcome to Free WiFi</html>", HTML)), False
        case "fails":
            return as_http(Reply(500, b"Internal Server Error", HTML)), False
        case "busy":
            wait = choice(WAITS)
            if wait == "date":
                wait = email.utils.formatdate(link.world.true() + link.rng.uniform(-5.0, 60.0), usegmt=True)
            return as_http(Reply(choice((429, 503)), b"{}", {"Retry-After": wait} if wait else {})), False
        case "refused":
            return as_http(Reply(choice((401, 403)), b"{}")), False
        case _:
            status = choice((204, 301, 307, 400, 404, 409, 410, 413, 418, 422))
            return as_http(Reply(status, b"" if status == 204 else b"{}", {"Location": "http://[nowhere/"})), False


def spoiled(fault: str, reply: Reply, request: Request, link: "RestLink") -> tuple[bytes, bool]:
    """What comes of an answer, and whether the connection ends then."""
    body, rng = reply.body, link.rng
    match fault:
        case "answer_lost":
            return b"", False
        case "hung_up":
            return b"", True
        case "cut":
            whole = as_http(reply, chunked=rng.random() < 0.5)
            return whole[: rng.randrange(1, len(whole))], rng.random() < 0.5
        case "garbage":
            at = rng.randrange(len(body))
            return as_http(Reply(reply.status, body[:at] + b"\xff\x00" + body[at + 2 :])), False
        case "wrong_shape":
            return as_http(Reply(reply.status, _of_another_shape(request, reply, rng.random() < 0.5))), False
        case "fails_then":
            return as_http(Reply(rng.choice((500, 502, 504)), b"<html>Bad Gateway</html>", HTML)), False
        case "no_length":
            return b"HTTP/1.1 200 OK\r\n" + rng.choice((b"", b"Content-Length: much\r\n")) + b"\r\n" + body, True
        case _:
            return as_http(Reply(reply.status, body + b" " * BODY_MAX)), False


def as_http(reply: Reply, chunked: bool = False) -> bytes:
    """An answer as bytes."""
    lines = [f"HTTP/1.1 {reply.status} Whatever", *(f"{name}: {value}" for name, value in reply.headers.items())]
    lines.append("Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(reply.body)}")
    body = reply.body
    if chunked:
        parts = (body[: len(body) // 2], body[len(body) // 2 :])
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*filter(None, parts), b""))
    return "\r\n".join((*lines, "", "")).encode("ascii") + body


def _of_another_shape(request: Request, reply: Reply, listed: bool) -> bytes:
    """JSON, but not an answer to this."""
    said = json.loads(reply.body)
    if listed or reply.status != 200:
        return json.dumps([said]).encode()
    match request.path.rpartition("/")[2]:
        case "events":
            said["receipts"].pop()
        case "queries":
            said = (
                {"kind": "loans_are", "items": []} if said["kind"] != "loans_are" else {"kind": "allowed", "may": True}
            )
        case "acts":
            said["done"] = "perhaps"
        case _:
            said["snapshot"] = not said["snapshot"]
    return json.dumps(said).encode()
