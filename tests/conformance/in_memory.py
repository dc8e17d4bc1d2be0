"""A serial line without a line: what a twin says is there at once, and what a driver says reaches it at once."""

import threading

from hardware.errors import DeviceGone
from simulators.serve import Peer


class InMemory:
    """At one end a wire, for a twin that speaks by itself; at the other a ``Transport``."""

    listened_to = True

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._arrived = bytearray()
        self._changed = threading.Condition()
        self._plugged = True

    # the twin's end

    def send(self, data: bytes, paced: bool = True) -> None:
        with self._changed:
            if self._plugged:
                self._arrived += data
            self._changed.notify_all()

    def unplug(self) -> None:
        with self._changed:
            self._plugged = False
            self._changed.notify_all()

    def plug(self) -> None:
        self._plugged = True

    # the driver's end

    def open(self, port: str, baud: int) -> "InMemory":
        self._there()
        self.discard_input()
        return self

    def write(self, data: bytes) -> None:
        self._there()
        for reply in self._peer.received(data):
            self.send(reply)

    def read(self, timeout_s: float) -> bytes:
        with self._changed:
            self._changed.wait_for(lambda: self._arrived or not self._plugged, max(timeout_s, 0))
            self._there()
            data = bytes(self._arrived)
            self._arrived.clear()
        return data

    def discard_input(self) -> None:
        with self._changed:
            self._arrived.clear()

    def close(self) -> None:
        pass

    def _there(self) -> None:
        if not self._plugged:
            raise DeviceGone("in memory: unplugged")
