"""The network between a point and its library: what is said while it is away arrives later, if anybody waits for it."""

import socket
from collections.abc import Iterator

import pytest

from simulators.relay import Relay


@pytest.fixture
def library() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(10)
        yield door


def called(network: Relay) -> socket.socket:
    return socket.create_connection(("127.0.0.1", network.port), 10)


def test_who_waits_until_it_is_back_is_heard_and_who_gave_up_is_not(library: socket.socket) -> None:
    with Relay(library.getsockname()[1]) as network:
        with called(network) as before:
            heard, _ = library.accept()
            network.up = False
            before.sendall(b"given up, on a connection that was there")
        with called(network) as gone:
            gone.sendall(b"given up")
        with called(network) as waits, heard:
            waits.sendall(b"waits")
            network.up = True
            assert heard.recv(99) == b""
            there, _ = library.accept()
            with there:
                assert there.recv(99) == b"waits"
                there.sendall(b"the last word")
                there.shutdown(socket.SHUT_RDWR)
                assert waits.recv(99) == b"the last word"
            library.settimeout(0.5)
            with pytest.raises(TimeoutError):
                library.accept()
