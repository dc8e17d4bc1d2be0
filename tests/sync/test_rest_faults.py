"""What the client makes of a service that breaks every rule: the right error, in time, within bounds."""

import gzip
import json
import socket
import struct
import threading
import time
import tracemalloc
from collections.abc import Callable
from email.utils import formatdate
from itertools import cycle
from pathlib import Path

import pytest
from hostile import Act, certificate, hostile, reply
from pydantic import ValidationError

from sync import rest
from sync.account import AccountOf
from sync.acts import Renew, Said
from sync.asked import WhatIs
from sync.envelope import BODY_MAX
from sync.errors import ServiceBroken, ServiceError, ServiceSilent, ServiceUnreachable
from sync.messages import PointTrouble, Telling
from sync.service import Service
from sync.titles import TitlesLike

TELLING = Telling("p-1", 1, 1.0, PointTrouble("door_stuck", "A1"))
WAIT_S = 0.4
ITEM_IS = b'{"kind": "item_is", "item": null, "on_loan": false}'


def client_of(port: int, scheme: str = "http", **more: object) -> Service:
    settings = rest.Settings.model_validate(
        {"url": f"{scheme}://127.0.0.1:{port}", "ask_wait_s": WAIT_S, "tell_wait_s": WAIT_S} | more
    )
    return rest.connect(settings, "token", "p")


def ask(act: Act) -> None:
    with hostile(act) as port:
        client_of(port).ask(WhatIs("x"))


def says(data: bytes) -> Act:
    return lambda connection: connection.sendall(data)


def drips(data: bytes, first: bytes = b"") -> Act:
    """Again and again, for ever."""

    def act(connection: socket.socket) -> None:
        connection.sendall(first)
        for byte in cycle(data):
            connection.sendall(bytes((byte,)))
            time.sleep(0.1)

    return act


def resets(data: bytes) -> Act:
    def act(connection: socket.socket) -> None:
        connection.sendall(data)
        time.sleep(0.05)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return act


def test_the_hostile_service_can_be_good() -> None:
    ask(says(reply("200 OK", ITEM_IS)))


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(says(reply("500 Internal Server Error")), id="500"),
        pytest.param(says(reply("502 Bad Gateway", b"<html>")), id="502"),
        pytest.param(says(b""), id="closed before the reply"),
        pytest.param(says(reply("200 OK", ITEM_IS)[:20]), id="closed in the status line"),
        pytest.param(says(reply("200 OK", ITEM_IS)[:-5]), id="closed in the body"),
        pytest.param(resets(reply("200 OK", ITEM_IS)[:-5]), id="reset in the body"),
        pytest.param(resets(b""), id="reset before the reply"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"), id="closed in a chunk"),
        pytest.param(says(b"SSH-2.0-OpenSSH_9.2\r\n"), id="another protocol"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), id="no chunk"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n"), id="500 headers"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000 + b"\r\n\r\n"), id="endless header"),
    ],
)
def test_no_usable_reply_is_silence(act: Act) -> None:
    with pytest.raises(ServiceSilent):
        ask(act)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda connection: connection.recv(1), id="says nothing"),
        pytest.param(drips(reply("200 OK", ITEM_IS)), id="drips from the status line on"),
        pytest.param(drips(b"X" * 100, reply("200 OK")[:-4]), id="drips headers"),
        pytest.param(drips(ITEM_IS, b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"), id="drips its body"),
        pytest.param(
            drips(b"1\r\n \r\n" * 9, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), id="drips chunks"
        ),
    ],
)
def test_a_total_deadline_ends_every_drip(act: Act) -> None:
    """Without one it would wait as long as the service goes on."""
    with pytest.raises(ServiceSilent):
        ask(act)


def test_a_total_deadline_over_tls_too(tmp_path: Path) -> None:
    context, ca = certificate(tmp_path)
    with hostile(drips(reply("200 OK", ITEM_IS)), context) as port:
        client = client_of(port, "https", ca=ca)
        with pytest.raises(ServiceSilent, match="in time"):
            client.ask(WhatIs("x"))


def test_a_service_that_does_not_read() -> None:
    stuffed = [Telling(f"k-{n}", n, 1.0, PointTrouble("door_stuck", detail="门" * 200)) for n in range(1, 101)]
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with listening, pytest.raises(ServiceSilent):  # the kernel takes the connection, nobody ever reads
        client_of(listening.getsockname()[1]).tell(stuffed)


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(says(reply("200 OK", b"<html>Welcome</html>")), id="not JSON"),
        pytest.param(says(reply("200 OK", b"")), id="empty"),
        pytest.param(says(reply("200 OK", b"\xff\xfe{}")), id="not UTF-8"),
        pytest.param(says(reply("200 OK", b"[" * 100_000)), id="deep"),
        pytest.param(says(reply("200 OK", b"null")), id="null"),
        pytest.param(says(reply("200 OK", ITEM_IS.replace(b"false", b'"no"'))), id="wrong type"),
        pytest.param(says(reply("200 OK", ITEM_IS.replace(b"item_is", b"thing_is"))), id="unknown kind"),
        pytest.param(says(reply("200 OK", b'{"kind": "loans_are", "items": []}')), id="answer to another question"),
        pytest.param(says(reply("200 OK", ITEM_IS + b" trailing")), id="trailing"),
        pytest.param(says(reply("201 Created", ITEM_IS)), id="201"),
        pytest.param(says(reply("204 No Content")), id="204"),
        pytest.param(says(reply("302 Found", b"", "Location: http://127.0.0.1:1/")), id="redirect"),
        pytest.param(says(reply("302 Found", b"", "Location: https://[portal/login")), id="redirect to no address"),
        pytest.param(
            says(b"HTTP/1.1 302 Found\r\nLocation: https://x/caf\xe9\r\nContent-Length: 0\r\n\r\n"),
            id="redirect to a place in Latin-1",
        ),
        pytest.param(says(reply("404 Not Found", b"{}")), id="404"),
        pytest.param(says(reply("422 Unprocessable Content", b"{}")), id="422"),
        pytest.param(says(reply("200 OK", gzip.compress(ITEM_IS), "Content-Encoding: gzip")), id="gzip, not asked for"),
    ],
)
def test_a_reply_against_the_contract_is_broken(act: Act) -> None:
    with pytest.raises(ServiceBroken):
        ask(act)


def _huge(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def is_bounded(act: Act, words: str) -> None:
    """However long it goes on, little of it is held, and it is refused in these words."""
    with hostile(act) as port:
        client = client_of(port, ask_wait_s=20)
        tracemalloc.start()
        with pytest.raises(ServiceBroken, match=words):
            client.ask(WhatIs("x"))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 4 * BODY_MAX


def test_an_endless_body_is_cut_at_its_bound() -> None:
    is_bounded(_huge, "longer")


@pytest.mark.parametrize("length", [b"-1", b"-5"])
def test_a_chunk_of_a_length_that_cannot_be_is_not_read_to_its_end(length: bytes) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + length + b"\r\n")
        while True:
            connection.sendall(b" " * 0x10000)

    is_bounded(endless, "cannot be read")


def test_cookies_are_not_kept() -> None:
    with hostile(says(reply("200 OK", ITEM_IS, "Set-Cookie: session=1; Path=/"))) as port:
        client = client_of(port)
        client.ask(WhatIs("x"))
    assert not list(client._session.cookies)  # type: ignore[attr-defined]


@pytest.mark.parametrize("head", [("200 OK",), ("302 Found", "Location: https://x/")], ids=["200", "redirect"])
def test_a_gzip_bomb_is_not_unpacked(head: tuple[str, ...]) -> None:
    bomb = gzip.compress(b" " * 200_000_000)
    tracemalloc.start()
    with pytest.raises(ServiceBroken):
        ask(says(reply(head[0], bomb, "Content-Encoding: gzip", *head[1:])))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * BODY_MAX


@pytest.mark.parametrize(
    "receipts",
    [
        [],
        [{"key": "other", "status": "applied"}],
        [{"key": "p-1", "status": "applied"}, {"key": "p-2", "status": "applied"}],
        [{"key": "p-1", "status": "fine"}],
        [{"key": "p-1", "status": "reused", "expected": 1 << 53}],
        [{"key": "p-1", "status": "reused", "expected": 10**19}],
    ],
)
def test_receipts_that_do_not_match_are_broken(receipts: list[object]) -> None:
    body = json.dumps({"receipts": receipts, "server_time": 1.0}).encode()
    with hostile(says(reply("200 OK", body))) as port, pytest.raises(ServiceBroken):
        client_of(port).tell([TELLING])


@pytest.mark.parametrize(
    "body", [b"{}", b'{"title": "gap", "status": 409}', b'{"title": "g", "status": 409, "expected": 7}']
)
def test_a_gap_never_leads_forward(body: bytes) -> None:
    with hostile(says(reply("409 Conflict", body))) as port, pytest.raises(ServiceBroken) as caught:
        client_of(port).tell([TELLING])
    assert type(caught.value) is ServiceBroken


PAGE = {"changes": [], "cursor": "c", "server_time": 1.0, "snapshot": True, "more": False}


@pytest.mark.parametrize(
    "wrong",
    [
        {"server_time": float("nan")},
        {"server_time": float("inf")},
        {"server_time": 1e300},
        {"server_time": -1},
        {"snapshot": False},
        {"more": True},
        {"cursor": ""},
        {"cursor": "c" * 201},
        {"changes": [{"kind": "parcel_recalled", "parcel": "x"}] * 2001},
        {"changes": [{"kind": "parcel_recalled", "parcel": "../x y"}]},
        {"changes": [{"kind": "door_opened", "parcel": "x"}]},
        {"changes": [{"kind": "neighbours_are", "points": [{"id": "a", "name": "A", "small": 10**19}]}]},
    ],
)
def test_a_page_that_cannot_be_is_broken(wrong: dict[str, object]) -> None:
    for body in (json.dumps(PAGE | wrong).encode(), json.dumps(PAGE | wrong).replace("Infinity", "1e999").encode()):
        with hostile(says(reply("200 OK", body))) as port, pytest.raises(ServiceBroken):
            client_of(port).changes("", 0)


def test_an_expiry_that_cannot_be_is_broken() -> None:
    parcel = {"id": "x", "patron": "p", "items": [{"barcode": "b", "title": "t"}], "size": "S", "expires": 1e12}
    body = json.dumps(PAGE | {"changes": [{"kind": "parcel_sent", "parcel": parcel}]}).encode()
    with hostile(says(reply("200 OK", body))) as port, pytest.raises(ServiceBroken):
        client_of(port).changes("", 0)


LOAN, HOLD, TITLE = {"id": "b", "title": "t"}, {"id": "h", "title": "t", "state": "ready"}, {"id": "b", "title": "t"}
ASKS: dict[str, Callable[[Service], object]] = {
    "account": lambda client: client.ask(AccountOf("p-1")),
    "titles": lambda client: client.ask(TitlesLike("ST")),
    "act": lambda client: client.act(Said("k-1", Renew("p-1", "b"))),
}


@pytest.mark.parametrize("at", [1795459200000, -1, 1e300])  # milliseconds for seconds, as people write them
@pytest.mark.parametrize(
    ("says_so", "path"),
    [
        (lambda at: {"kind": "account_is", "loans": [LOAN | {"due": at}]}, "account"),
        (lambda at: {"kind": "account_is", "holds": [HOLD | {"until": at}]}, "account"),
        (lambda at: {"kind": "titles_are", "titles": [TITLE | {"by": at}]}, "titles"),
        (lambda at: {"done": True, "until": at}, "act"),
        (lambda at: {"done": True, "by": at}, "act"),
        (lambda at: {"done": True, "each": [{"loan": "b", "done": True, "until": at}]}, "act"),
    ],
)
def test_no_time_that_a_screen_cannot_show_gets_in(
    says_so: Callable[[float], dict[str, object]], path: str, at: float
) -> None:
    body = json.dumps(says_so(at)).encode()
    with hostile(says(reply("200 OK", body))) as port, pytest.raises(ServiceBroken, match="wrong shape"):
        ASKS[path](client_of(port))


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("header", "low", "high"),
    [
        ("Retry-After: 17", 17, 17),
        (f"Retry-After: {formatdate(time.time() + 40, usegmt=True)}", 0, 41),
        (f"Retry-After: {formatdate(0, usegmt=True)}", 0, 0),
        ("Retry-After: soon", None, None),
        ("Retry-After: ²", None, None),
        ("Retry-After: -5", None, None),
        ("X-Other: 1", None, None),
    ],
    ids=["seconds", "date", "past date", "word", "other digits", "negative", "absent"],
)
def test_patience_is_passed_on(status: str, header: str, low: float | None, high: float | None) -> None:
    with pytest.raises(ServiceUnreachable) as caught:
        ask(says(reply(status, b"{}", header)))
    asked = caught.value.retry_after_s
    assert asked is None if low is None else asked is not None and low <= asked <= high  # type: ignore[operator]


def test_nobody_listens_or_no_such_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ServiceUnreachable):
        client_of(port).ask(WhatIs("x"))
    nowhere = rest.Settings(url="https://no-such-library.invalid")
    with pytest.raises(ServiceUnreachable):
        rest.connect(nowhere, "token", "p").ask(WhatIs("x"))


def test_tls_trusts_only_what_it_was_told(tmp_path: Path) -> None:
    context, ca = certificate(tmp_path)
    _, other_ca = certificate(tmp_path, "127.0.0.2")
    with hostile(says(reply("200 OK", ITEM_IS)), context) as port:
        client_of(port, "https", ca=ca).ask(WhatIs("x"))
        for trust in ({}, {"ca": other_ca}):
            with pytest.raises(ServiceUnreachable, match="not trusted"):
                client_of(port, "https", **trust).ask(WhatIs("x"))
    wrong_name, ca = certificate(tmp_path, "127.0.0.3")
    unfit = pytest.raises(ServiceUnreachable, match="not trusted")
    with hostile(says(reply("200 OK", ITEM_IS)), wrong_name) as port, unfit:
        client_of(port, "https", ca=ca).ask(WhatIs("x"))
    with hostile(says(reply("200 OK", ITEM_IS))) as port, pytest.raises(ServiceError):
        client_of(port, "https", ca=ca).ask(WhatIs("x"))


HANDSHAKE_FAILURE = b"\x15\x03\x03\x00\x02\x02\x28"  # RFC 5246, 7.2: an alert, fatal


@pytest.mark.parametrize(
    ("said", "error", "match"),
    [
        (reply("400 Bad Request", b"plain HTTP was sent to a TLS port, or so"), ServiceUnreachable, "not speak TLS"),
        (HANDSHAKE_FAILURE, ServiceSilent, "was lost"),
    ],
    ids=["plain", "no common cipher"],
)
def test_an_address_without_tls_is_told_from_a_handshake_that_broke(
    said: bytes, error: type[ServiceError], match: str
) -> None:
    def answers() -> None:
        connection = listening.accept()[0]
        with connection:
            connection.recv(65536)  # the hello
            connection.sendall(said)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=answers)
        server.start()
        with pytest.raises(error, match=match):
            client_of(listening.getsockname()[1], "https", ask_wait_s=20).ask(WhatIs("x"))
        server.join()


def forgotten(connection: socket.socket) -> None:
    """Answers once; what comes later on this connection is lost on the way."""
    connection.sendall(reply("200 OK", ITEM_IS).replace(b"Connection: close\r\n", b""))
    while connection.recv(65536):
        pass


def test_a_connection_that_was_quiet_for_long_is_made_anew_before_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    with hostile(forgotten) as port:
        client = client_of(port, ask_wait_s=5.0)
        client.ask(WhatIs("x"))
        monkeypatch.setattr(rest, "IDLE_S", 0.05)
        time.sleep(0.1)
        client.ask(WhatIs("x"))


def test_a_connection_is_kept_for_a_while() -> None:
    with hostile(forgotten) as port:
        client = client_of(port)
        client.ask(WhatIs("x"))
        with pytest.raises(ServiceSilent):
            client.ask(WhatIs("x"))


def test_the_client_works_again_after_any_of_it() -> None:
    turns = iter([says(b""), says(reply("200 OK", b"[]")), drips(b"HTTP/1.1 2"), says(reply("200 OK", ITEM_IS))])
    with hostile(lambda connection: next(turns)(connection)) as port:
        client = client_of(port)
        for _ in range(3):
            with pytest.raises(ServiceError):
                client.ask(WhatIs("x"))
        time.sleep(0.8)  # the third one still drips
        client.ask(WhatIs("x"))


def test_errors_never_quote_what_was_said() -> None:
    secret = b'{"kind": "item_is", "item": {"barcode": "R1001 SECRET", "title": 5}, "on_loan": "SECRET"}'
    with pytest.raises(ServiceBroken) as caught:
        ask(says(reply("200 OK", secret)))
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_environment_of_whoever_starts_us_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    ask(says(reply("200 OK", ITEM_IS)))


@pytest.mark.parametrize(
    "url",
    [
        "http://library.example",
        "ftp://library.example",
        "https://user:secret@library.example",
        "https://",
        "library.example",
        "https://library.example/?a=b",
        "http://192.168.1.5",
    ],
)
def test_settings_refuse_an_address_that_would_leak(url: str) -> None:
    with pytest.raises(ValidationError):
        rest.Settings(url=url)


def test_settings_take_a_path_and_loopback() -> None:
    assert rest.Settings(url="https://library.example/kiosk/").url == "https://library.example/kiosk"
    assert rest.Settings(url="http://[::1]:8000").url == "http://[::1]:8000"
    assert rest.Settings(url="http://localhost:8000").url == "http://localhost:8000"


def test_close_may_be_called_at_any_time() -> None:
    client = client_of(1)
    client.close()
    client.close()


def test_two_threads_with_their_own_clients_do_not_share_a_deadline() -> None:
    with hostile(lambda _: time.sleep(0.8)) as slow, hostile(says(reply("200 OK", ITEM_IS))) as good:
        waiting = client_of(slow, ask_wait_s=0.7)
        ended: list[float] = []

        def wait() -> None:
            with pytest.raises(ServiceSilent):
                waiting.ask(WhatIs("x"))
            ended.append(time.monotonic())

        thread = threading.Thread(target=wait)
        started = time.monotonic()
        thread.start()
        client = client_of(good)
        while time.monotonic() < started + 0.5:
            client.ask(WhatIs("x"))
        thread.join()
    assert ended[0] - started >= 0.6
