"""The byte stream under a serial driver, whatever carries it: a port, a socket, a test's memory."""

from typing import Protocol


class Transport(Protocol):
    """Bytes out and in. One owner; not for sharing between threads.

    Any method may raise ``DeviceGone`` when the other end is lost; the transport is then useless and to be closed.
    """

    def write(self, data: bytes) -> None:
        """Send all of ``data`` in one write. Blocks at most a second."""

    def read(self, timeout_s: float) -> bytes:
        """What has arrived (at most 4096 bytes), waiting up to ``timeout_s`` for the first byte; ``b""`` if none."""

    def discard_input(self) -> None:
        """Throw away what has arrived and was not read, so that a late reply cannot answer the next request."""

    def close(self) -> None:
        """Let go of the port. Never raises; may be called twice."""
