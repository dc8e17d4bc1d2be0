"""Serves a library over HTTP from a thread of this process, with the network going away and faults on request."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import uvicorn

from simulators.library.app import lending
from simulators.library.ledger import Ledger
from simulators.library.seed import POINTS, points, secrets_of, seed, signing_key
from sync.rest import Settings
from sync.spelling import load_readings

Fault = Literal["fails", "busy", "hangs", "not_json", "wrong_shape", "answer_lost"]


class Wire:
    """Between the server and the application, of which it asks for this ledger. ``fault`` None: everything passes."""

    def __init__(self, app: Any, ledger: Ledger) -> None:
        self.app, self.ledger = app, ledger
        self.fault: Fault | None = None
        self.left = 0
        self.at: tuple[str, ...] = ("",)  # ends of the paths that it concerns

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["state"]["ledger"] = self.ledger
        fault = self.fault if scope["path"].endswith(self.at) else None
        if fault:
            self.left -= 1
        if self.left <= 0:
            self.fault = None
        match fault:
            case None:
                await self.app(scope, receive, send)
            case "fails":
                await _reply(send, 500, b"Internal Server Error")
            case "busy":
                await _reply(send, 503, b"{}", (b"retry-after", b"2"))
            case "not_json":
                await _reply(send, 200, b"<html>Welcome to Free WiFi</html>")
            case "wrong_shape":
                await _reply(send, 200, b'{"receipts": "all fine", "server_time": "noon"}')
            case "hangs":
                while (await receive())["type"] != "http.disconnect":
                    pass
            case "answer_lost":
                await self.app(scope, receive, _nowhere)
                await _reply(send, 200, b"{", (b"content-length", b"1000"), more=True)  # then the connection ends


async def _nowhere(_: Any) -> None:
    pass


async def _reply(send: Any, status: int, body: bytes, *headers: tuple[bytes, bytes], more: bool = False) -> None:
    json = (b"content-type", b"application/json")
    await send({"type": "http.response.start", "status": status, "headers": [json, *headers]})
    await send({"type": "http.response.body", "body": body, "more_body": more})


class Library:
    """One lending service: ``with Library(data) as library: ... library.url``. Methods may be called from any thread.

    ``data``: a directory for the ledger and the points' secret files (``settings_of`` and ``files_of``). ``port`` 0
    takes a free one, which it keeps while paused. ``home`` (and its ``name``): the point to which the parcels under way
    go, that of the demonstration unless another is wanted. ``ledger`` is there to look at and to pack parcels with.
    """

    def __init__(
        self,
        data: Path,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        home: str = POINTS[0][0],
        name: str = "",
    ) -> None:
        self.data = data
        self._points = points(home, name)
        data.mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger(data / "library.sqlite", signing_key(), clock)
        seed(self.ledger, home, name)
        self._write_files()
        load_readings()  # now, not while the first reader waits
        self.wire = Wire(lending(), self.ledger)
        self._held = _bind(port)  # bound, never listening: keeps the port ours, and refuses while paused
        self.port: int = self._held.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings_of(self, point: str) -> tuple[Settings, str, str]:
        """The arguments of ``sync.rest.connect`` for a point."""
        return Settings(url=self.url), secrets_of(point).token, point

    def files_of(self, point: str) -> Path:
        """The directory with the point's ``credential`` and ``hashing.key`` (hex), both private, and ``pass.pub``
        (the raw Ed25519 public key in hex)."""
        return self.data / "points" / point

    def resume(self) -> None:
        """Listen (again) on the same port; returns when requests are taken."""
        assert self._server is None
        listening = _bind(self.port)
        config = uvicorn.Config(
            self.wire,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=server.run, args=([listening],), name="library", daemon=True)
        self._thread.start()
        until = time.monotonic() + 10
        while not server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("the library did not start")
            time.sleep(0.005)

    def pause(self) -> None:
        """The network is away: open connections are cut, new ones refused, until ``resume``."""
        if self._server is None or self._thread is None:
            return
        self._server.force_exit = True
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self._server = self._thread = None

    def fault(self, fault: Fault | None, times: int = 1_000_000, *at: str) -> None:
        """The next ``times`` requests (to paths that end so) go wrong: it fails (500), is busy (503), hangs until the
        client leaves, answers what is no JSON or has the wrong shape, or does what it is told and the answer is lost.
        None: no fault."""
        self.wire.fault, self.wire.left, self.wire.at = fault, times, at or ("",)

    def __enter__(self) -> "Library":
        self.resume()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop for good."""
        self.pause()
        self._held.close()
        self.ledger.close()

    def _write_files(self) -> None:
        public = self.ledger.signing_key.public_key().public_bytes_raw().hex()
        for point, _ in self._points:
            directory = self.files_of(point)
            directory.mkdir(parents=True, exist_ok=True)
            secrets = secrets_of(point)
            for name, text in (("credential", secrets.token), ("hashing.key", secrets.hashing_key.hex())):
                (directory / name).touch(mode=0o600)
                (directory / name).write_text(text + "\n")
            (directory / "pass.pub").write_text(public + "\n")


def _bind(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound
