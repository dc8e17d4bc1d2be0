"""Connections to a name with several addresses, of which some are no good: real sockets, and names made up."""

import socket
from typing import Any

import pytest
from hostile import black_hole, called, hostile, reply
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError

from sync import connecting, rest
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
        shares = given(monkeypatch)
        with connect("library", good.getsockname()[1], 1.0) as connection:
            assert connection.getpeername()[0] == HERE
            assert connection.gettimeout() == 1.0
        assert shares == [0.5, 0.5]


def given(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What each address is given, by a clock that each keeps waiting for as long."""
    shares = list[float]()

    def noted(family: int, address: Any, wait_s: float) -> socket.socket:
        shares.append(wait_s)
        return connected(family, address, wait_s)

    connected = connecting._connected
    monkeypatch.setattr(connecting, "_connected", noted)
    monkeypatch.setattr(connecting, "monotonic", lambda: sum(shares))
    return shares


def test_what_one_address_does_not_take_is_the_others(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    with black_hole(port) as hole:
        called(monkeypatch, HERE, hole)
        shares = given(monkeypatch)
        with pytest.raises(TimeoutError):
            connect("library", port, 0.6)
        assert shares == [0.3, 0.3]


def test_an_address_for_which_no_time_is_left_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((HERE, 0)) as good:
        called(monkeypatch, HERE, HERE)
        shares = given(monkeypatch)
        monkeypatch.setattr(connecting, "monotonic", iter([0.0, 2.0]).__next__)
        with pytest.raises(TimeoutError):
            connect("library", good.getsockname()[1], 1.0)
        assert shares == []


def test_a_quiet_connection_is_looked_after_before_a_router_forgets_it() -> None:
    with socket.create_server((HERE, 0)) as good, connect(HERE, good.getsockname()[1], 1.0) as connection:
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) < 60


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
