"""The network between a point and its library: a TCP relay through which, when it is away, nothing passes.

Unlike a library that is closed (connections refused) a network that is away is silent: connections are made as long
as there is somebody to answer for it, here the relay, and what is said arrives when the network is back, if anybody
still waits for it.
"""

import contextlib
import select
import socket
import threading
from types import TracebackType
from typing import Self

LOOK_S = 0.2
CHUNK = 65536
CONNECTIONS_MAX = 64


class Relay:
    """Everything that comes to ``port`` (on 127.0.0.1) goes on to ``to``. A context manager; ``up`` from any thread."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._passing = threading.Event()
        self._passing.set()
        self._closed = threading.Event()
        self._room = threading.BoundedSemaphore(CONNECTIONS_MAX)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._accept, name="network", daemon=True).start()

    @property
    def up(self) -> bool:
        """Whether anything passes."""
        return self._passing.is_set()

    @up.setter
    def up(self, up: bool) -> None:
        (self._passing.set if up else self._passing.clear)()

    def close(self) -> None:
        """Cut all of it."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            self._room.acquire()
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), name="network", daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        try:
            with near:
                if not self._passes(near):
                    return
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._to), 5) as far:
                    back = threading.Thread(target=self._pump, args=(far, near, near), daemon=True)
                    back.start()
                    self._pump(near, far, near)
                    back.join()
        finally:
            self._room.release()

    def _pump(self, source: socket.socket, sink: socket.socket, asks: socket.socket) -> None:
        source.settimeout(LOOK_S)
        while not self._closed.is_set():
            try:
                data = source.recv(CHUNK)
            except TimeoutError:
                continue
            except OSError:
                break
            passes = self._passes(asks)
            try:
                if not data or not passes:
                    break
                sink.sendall(data)
            except OSError:
                break
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _passes(self, asks: socket.socket) -> bool:
        """Waits until the network is there; whether whoever asks has waited as long, and has not hung up."""
        while not self._closed.is_set() and not self._passing.wait(LOOK_S):
            pass
        hung_up = select.poll()
        hung_up.register(asks, select.POLLRDHUP)
        return not hung_up.poll(0)
