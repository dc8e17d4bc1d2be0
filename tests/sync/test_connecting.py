"""Connections to a name with several addresses, of which some are no good: real sockets, and names made up."""

import socket
import time

import pytest
from hostile import black_hole, called, hostile, reply
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError

from sync import rest
from sync.asked import ItemIs, WhatIs
from sync.connecting import connect
from sync.deadline import POOLS, within

HERE = "127.0.0.1"
ITEM_IS = b'{"kind": "item_is", "item": null, "on_loan": false}'


@pytest.fixture
def port() -> int:
    """One at which nobody listens."""
    with socket.create_server((HERE, 0)) as listening:
        return int(listening.getsockname()[1])


def test_an_address_that_swallows_everything_takes_its_share_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HERE, 0)) as good, black_hole(good.getsockname()[1]) as hole:
        called(monkeypatch, hole, HERE)
        began = time.monotonic()
        with connect("library", good.getsockname()[1], 1.0) as connection:
            assert connection.getpeername()[0] == HERE
            assert connection.gettimeout() == 1.0
        assert 0.4 < time.monotonic() - began < 0.9


def test_what_one_address_does_not_take_is_the_others(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    with black_hole(port) as hole:
        called(monkeypatch, HERE, hole)
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            connect("library", port, 0.6)
        assert 0.5 < time.monotonic() - began < 0.9


def test_a_family_that_this_machine_has_not_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HERE, 0)) as good:
        known = socket.getaddrinfo(HERE, good.getsockname()[1], type=socket.SOCK_STREAM)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(9999, *known[0][1:]), *known])
        connect("library", good.getsockname()[1], 1.0).close()


def test_what_is_no_name_has_no_address(port: int) -> None:
    for name in ("a" * 64, "no-such-library.invalid"):
        with pytest.raises(socket.gaierror):
            connect(name, port, 1.0)


def test_a_question_is_answered_though_the_first_address_swallows_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    with hostile(lambda it: it.sendall(reply("200 OK", ITEM_IS))) as port, black_hole(port) as hole:
        called(monkeypatch, hole, HERE)
        settings = rest.Settings(url=f"http://localhost:{port}", connect_wait_s=1.0, ask_wait_s=1.0)
        client = rest.connect(settings, "token", "p")
        assert client.ask(WhatIs("x")) == ItemIs(None)


def test_http_says_what_went_wrong(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    with within(5.0, 1000), pytest.raises(NameResolutionError):
        POOLS["http"]("no-such-library.invalid", port, timeout=0.2).urlopen("GET", "/", retries=False)
    with black_hole(port) as hole:
        called(monkeypatch, hole)
        with within(5.0, 1000), pytest.raises(ConnectTimeoutError):
            POOLS["http"]("library", port, timeout=0.2).urlopen("GET", "/", retries=False)
