"""Puts a twin at the end of a real wire: a pseudo-terminal with a stable name, a TCP socket, or the caller's memory.

A twin is anything with ``received(data) -> replies``. What it says unasked goes through ``Wire.send``::

    with serve_pty(board, folder / "ttyLOCKER0", baud=9600) as wire:
        transport = open_port(wire.port, 9600)

Pseudo-terminals and sockets are as fast as memory and take any baud rate, so the wire time is added here: ten bits a
byte (8N1), both ways. ``baud=0`` means no wire time.
"""

import contextlib
import os
import selectors
import socket
import sys
import threading
import time
import tty
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

BITS_A_BYTE = 10  # 8N1: start, eight bits, stop
CHUNK_S = 0.001  # a reply trickles in pieces of at least this long, as through a USB adapter


class Peer(Protocol):
    """What is at the other end of a wire."""

    def received(self, data: bytes) -> Iterable[bytes]:
        """Bytes arrived, cut anywhere. What is returned (or yielded) is sent back, in order.

        Called from one thread at a time. May sleep: the wire is then busy, as a half-duplex bus is.
        """


class Mute:
    """A peer that listens to nothing: a device that only speaks, through ``Wire.send``."""

    def received(self, data: bytes) -> Iterable[bytes]:
        """Nothing to say."""
        return ()


class Wire:
    """A peer served on a port of its own, by one background thread. Use as a context manager, or call ``close``."""

    port: str
    """What the configuration of the kiosk says: a path, or ``socket://host:port``."""

    def __init__(self, peer: Peer, baud: int) -> None:
        self._peer = peer
        self._baud = baud
        self._speaking = threading.Lock()
        self._thread: threading.Thread | None = None
        self._waker: tuple[socket.socket, socket.socket] | None = None

    def plug(self) -> None:
        """Start to serve; after ``unplug``, again under the same name. Does nothing if it is served already."""
        if self._thread and self._thread.is_alive():
            return
        self.unplug()  # what is left, if its thread has died
        self._waker = socket.socketpair()
        self._open()
        self._thread = threading.Thread(target=self._serve, name=f"wire {self.port}", daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull the cable: whoever has the port open meets a hang-up, and the name is gone until ``plug``."""
        if not self._thread or not self._waker:
            return
        self._waker[1].send(b"!")
        if self._thread is not threading.current_thread():
            self._thread.join()
        self._thread = None
        with self._speaking:
            self._shut()
        for end in self._waker:
            end.close()
        self._waker = None

    close = unplug

    @property
    def listened_to(self) -> bool:
        """Whether what is sent now is heard, or kept for whoever opens the port."""
        return True

    def send(self, data: bytes, paced: bool = True) -> None:
        """Say ``data`` unasked, at the speed of the wire, or without ``paced`` at that of memory. Bytes nobody listens
        to are lost. From any thread."""
        with self._speaking:
            at = time.monotonic()
            for chunk in self._chunks(data) if paced else (data,):
                if paced:  # by the clock: a piece that came late does not make the wire slower
                    at += self._crosses_s(len(chunk))
                    time.sleep(max(0.0, at - time.monotonic()))
                with contextlib.suppress(OSError):
                    self._put(chunk)

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _serve(self) -> None:
        assert self._waker
        alarm = self._waker[0]
        while True:
            with selectors.DefaultSelector() as waiting:
                waiting.register(alarm, selectors.EVENT_READ)
                waiting.register(self._listened(), selectors.EVENT_READ)
                ready = [key.fileobj for key, _ in waiting.select()]
            if alarm in ready:
                return
            data = self._take()
            if data:
                time.sleep(self._crosses_s(len(data)))
                try:
                    for reply in self._peer.received(data):
                        self.send(reply)
                except Exception:  # a twin that fails once is silent once; whoever watches threads hears of it
                    threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _chunks(self, data: bytes) -> Iterator[bytes]:
        size = max(1, int(self._baud * CHUNK_S / BITS_A_BYTE)) if self._baud else max(1, len(data))
        for start in range(0, len(data), size):
            yield data[start : start + size]

    def _crosses_s(self, count: int) -> float:
        """How long so many bytes take to cross."""
        return count * BITS_A_BYTE / self._baud if self._baud else 0.0

    # What differs between a pseudo-terminal and a socket.

    def _open(self) -> None:
        raise NotImplementedError

    def _shut(self) -> None:
        raise NotImplementedError

    def _listened(self) -> int:
        """The descriptor to wait on."""
        raise NotImplementedError

    def _take(self) -> bytes:
        """What has arrived there; empty if it was something else."""
        raise NotImplementedError

    def _put(self, data: bytes) -> None:
        """Send; raises OSError when nobody listens."""
        raise NotImplementedError


class _Pty(Wire):
    """Served on a pseudo-terminal; ``port`` is a symbolic link to it."""

    def __init__(self, peer: Peer, link: Path, baud: int) -> None:
        super().__init__(peer, baud)
        self.port = str(link)
        self._link = link
        self._ours = self._theirs = -1

    def _open(self) -> None:
        self._ours, self._theirs = os.openpty()  # theirs stays open here, or reads fail while no driver is there
        tty.setraw(self._theirs)
        os.set_blocking(self._ours, False)
        fresh = self._link.with_name(self._link.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._theirs))
        fresh.replace(self._link)

    def _shut(self) -> None:
        self._link.unlink(missing_ok=True)
        os.close(self._ours)
        os.close(self._theirs)
        self._ours = self._theirs = -1

    def _listened(self) -> int:
        return self._ours

    def _take(self) -> bytes:
        try:
            return os.read(self._ours, 4096)
        except OSError:
            return b""

    def _put(self, data: bytes) -> None:
        os.write(self._ours, data)


class _Tcp(Wire):
    """Served on a TCP socket, one client after another, as serial servers do."""

    def __init__(self, peer: Peer, host: str, port: int, baud: int) -> None:
        super().__init__(peer, baud)
        self._address = (host, port)
        self._door: socket.socket | None = None
        self._client: socket.socket | None = None

    @property
    def listened_to(self) -> bool:
        """Whether somebody is connected."""
        return self._client is not None

    def _open(self) -> None:
        self._door = socket.create_server(self._address)  # sets SO_REUSEADDR, so that plug finds its port again
        self._address = self._door.getsockname()[:2]
        self.port = f"socket://{self._address[0]}:{self._address[1]}"

    def _shut(self) -> None:
        self._hang_up()
        if self._door:
            self._door.close()

    def _hang_up(self) -> None:
        if self._client:
            self._client.close()
            self._client = None

    def _listened(self) -> int:
        listened = self._client or self._door
        assert listened
        return listened.fileno()

    def _take(self) -> bytes:
        if not self._client:
            assert self._door
            self._client, _ = self._door.accept()
            self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return b""
        try:
            data = self._client.recv(4096)
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def _put(self, data: bytes) -> None:
        if self._client:
            self._client.sendall(data)


class Memory:
    """A ``Transport`` with a peer right behind it: no port, no thread, no wire time. For fast and shredding tests."""

    def __init__(self, peer: Peer, piece: int = 4096) -> None:
        """``piece``: the most bytes that cross at once, either way."""
        self._peer = peer
        self._piece = piece
        self._arrived = bytearray()

    def write(self, data: bytes) -> None:
        """Hand ``data`` to the peer, whose replies then wait to be read."""
        for start in range(0, len(data), self._piece):
            for reply in self._peer.received(data[start : start + self._piece]):
                self._arrived += reply

    def read(self, timeout_s: float) -> bytes:
        """The next piece; when there is none, nothing can come: waits out the time."""
        if not self._arrived:
            time.sleep(max(timeout_s, 0))
        piece = bytes(self._arrived[: self._piece])
        del self._arrived[: self._piece]
        return piece

    def discard_input(self) -> None:
        """Throw away what was not read."""
        self._arrived.clear()

    def close(self) -> None:
        """Nothing to let go of."""


def serve_pty(peer: Peer, link: Path, baud: int = 0) -> Wire:
    """Serve ``peer`` on a pseudo-terminal that ``link`` points to (its folder must exist). Plugged in already."""
    wire = _Pty(peer, link, baud)
    wire.plug()
    return wire


def serve_tcp(peer: Peer, host: str = "127.0.0.1", port: int = 0, baud: int = 0) -> Wire:
    """Serve ``peer`` on a TCP socket; port 0 takes a free one (see ``Wire.port``). Plugged in already."""
    wire = _Tcp(peer, host, port, baud)
    wire.plug()
    return wire
