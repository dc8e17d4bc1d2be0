"""The client against libraries written by hand: split, late, plain, unnumbered, cut, refused, and of the wrong name."""

import time
from pathlib import Path

import pytest
from hostile import black_hole, called, certificate
from pydantic import SecretStr
from raw_library import CUT, LOGIN, WHEN, Answer, library, sealed
from sip2_client import SEAL, client

from sync.asked import ItemIs, PatronIs, Shown, WhatIs
from sync.errors import ServiceBroken, ServiceSilent, ServiceUnreachable
from sync.sip2.service import Sip2
from sync.things import Item, Patron

ITEM = f"18040201{WHEN}ABi-1|AJ三体|"
IS = ItemIs(Item("i-1", "三体"), on_loan=True)
FINE = " " * 14
PATRON = f"64{FINE}019{WHEN}000000000001000000000000AOmain|AAR100|AE Ann Lee|BLY|CQY|"


def test_an_item_is_asked_for_after_login_and_status() -> None:
    with library({"17": lambda _: ITEM}) as lib:
        service = client(lib.port)
        assert service.ask(WhatIs("i-1")) == IS
        assert service.ask(WhatIs("i-1")) == IS
        assert [line[:2] for line in lib.said] == ["93", "99", "17", "17"]
        assert lib.said[0].startswith("9300CNkiosk|COsecret|CPLOCKER|AY0AZ")
        assert [line[line.index("AY") + 2] for line in lib.said] == ["0", "1", "2", "3"]


WHOLE = sealed(ITEM, "2")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(WHOLE.replace(b"\r", b"\n"), id="LF"),
        pytest.param(WHOLE.replace(b"\r", b"\r\n"), id="CRLF"),
        pytest.param(b"\r\n" + WHOLE, id="an end left over"),
        pytest.param(WHOLE.rstrip(), id="no end, but a whole checksum"),
        pytest.param(f"{ITEM}\r".encode(), id="neither AY nor AZ"),
        pytest.param(sealed(f"{ITEM}XXy|ZZ|", "2"), id="unknown fields"),
        pytest.param(sealed("941", "1") + WHOLE, id="an answer come late, then this"),
    ],
)
def test_answers_are_taken_as_they_come(said: bytes) -> None:
    with library({"17": lambda _: said}) as lib:
        assert client(lib.port).ask(WhatIs("i-1")) == IS


def test_an_answer_in_segments() -> None:
    parts: list[bytes | float] = []
    for n in range(0, len(WHOLE), 7):
        parts += [WHOLE[n : n + 7], 0.005]
    with library({"17": lambda _: [*parts, 0.3]}) as lib:
        assert client(lib.port, answer_wait_s=1.0).ask(WhatIs("i-1")) == IS


def test_a_damaged_answer_is_asked_for_again() -> None:
    with library({"17": lambda _: WHOLE.replace(b"i-1", b"i-2"), "97": lambda _: WHOLE}) as lib:
        assert client(lib.port).ask(WhatIs("i-1")) == IS
        assert lib.raw[-1] == b"97AZFEF5"


def test_a_damaged_answer_is_believed_where_the_library_cannot_sum(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('base = "plain"\ntrusted = false\n')
    wrong = WHOLE[:-3] + b"0\r"
    with library({"17": lambda _: wrong}) as lib:
        assert client(lib.port, dialect=own).ask(WhatIs("i-1")) == IS


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"Problems handling the request: null\r", id="plain text"),
        pytest.param(sealed("101YNN" + WHEN + "AOmain|ABi-1|AQ|", "2"), id="another message"),
        pytest.param(b"1804\r", id="cut in its fixed part"),
        pytest.param(sealed(ITEM.replace("i-1", "i-9"), "2"), id="another item"),
    ],
)
def test_what_is_no_answer_breaks_the_connection(said: bytes) -> None:
    with library({"17": lambda _: said}) as lib:
        service = client(lib.port)
        with pytest.raises(ServiceBroken):
            service.ask(WhatIs("i-1"))
        lib.answers["17"] = lambda _: ITEM
        assert service.ask(WhatIs("i-1")) == IS
        assert lib.connections == 2


def first_then(first: Answer, then: Answer) -> Answer:
    answers = iter([first])
    return lambda line: next(answers, then)(line)


@pytest.mark.parametrize("first", [CUT, [WHOLE[:20]], [0.1]])
def test_a_question_is_asked_again_when_the_connection_breaks(first: list[bytes | float]) -> None:
    with library({"17": first_then(lambda _: first, lambda _: ITEM)}) as lib:
        assert client(lib.port).ask(WhatIs("i-1")) == IS
        assert lib.connections == 2


def test_an_answer_that_never_comes_ends_in_time() -> None:
    with library({"17": lambda _: None}) as lib:
        began = time.monotonic()
        with pytest.raises(ServiceSilent):
            client(lib.port).ask(WhatIs("i-1"))
        assert time.monotonic() - began < 4.0
        assert lib.said[2] == lib.said[3]  # byte by byte, as the standard wants it


def test_after_a_question_said_twice_the_connection_is_let_go() -> None:
    with library({"17": first_then(lambda _: None, lambda _: ITEM)}) as lib:
        service = client(lib.port)
        assert service.ask(WhatIs("i-1")) == IS
        assert service.ask(WhatIs("i-1")) == IS
        assert lib.connections == 2


def test_a_connection_that_the_library_closed_meanwhile_is_made_anew() -> None:
    with library({"17": lambda _: [sealed(ITEM, "2")]}) as lib:
        service = client(lib.port)
        for _ in range(3):
            assert service.ask(WhatIs("i-1")) == IS
            time.sleep(0.05)
        assert [line[:2] for line in lib.said] == ["93", "99", "17"] * 3


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"93": lambda _: "940"}, "refuses the login"),
        ({"99": lambda _: f"98NYYYYN100003{WHEN}2.00AOmain|BXYYYYYYYYYYYYYYYY|"}, "off-line"),
        ({"93": lambda _: CUT}, "no login"),
        ({"93": lambda _: b"SSH-2.0-OpenSSH_9.2\r\n"}, "no login"),
    ],
)
def test_without_a_login_nothing_was_said(answers: dict[str, Answer], words: str) -> None:
    with library(answers | {"17": lambda _: ITEM}) as lib, pytest.raises(ServiceUnreachable, match=words):
        client(lib.port).ask(WhatIs("i-1"))
    assert lib.codes() == []


@pytest.mark.parametrize("code", ["93", "99"])
def test_who_takes_longer_to_log_in_than_to_answer_is_spoken_to_all_the_same(code: str) -> None:
    slow: Answer = lambda line: time.sleep(0.8) or LOGIN[code](line)  # noqa: E731
    with library({code: slow, "17": lambda _: ITEM}) as lib:
        service = client(lib.port, answer_wait_s=0.4, connect_wait_s=2.0, ask_wait_s=10.0)
        assert service.ask(WhatIs("i-1")) == IS
        assert [line[:2] for line in lib.said] == ["93", "99", "17"]


def test_who_does_not_answer_a_login_in_time_was_told_nothing() -> None:
    with library({"93": lambda _: None, "17": lambda _: ITEM}) as lib:
        service = client(lib.port, answer_wait_s=0.2, connect_wait_s=0.6)
        with pytest.raises(ServiceUnreachable, match="no login"):
            service.ask(WhatIs("i-1"))
        assert [line[:2] for line in lib.said] == ["93"]


def test_nobody_listens() -> None:
    with library({}) as lib:
        port = lib.port
    with pytest.raises(ServiceUnreachable):
        client(port).ask(WhatIs("i-1"))


def test_a_name_whose_first_address_swallows_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    with library({"17": lambda _: ITEM}) as lib, black_hole(lib.port) as hole:
        called(monkeypatch, hole, "127.0.0.1")
        assert client(lib.port, host="library", connect_wait_s=1.0).ask(WhatIs("i-1")) == IS


def test_tls_with_the_right_name_the_wrong_one_and_none(tmp_path: Path) -> None:
    right, file = certificate(tmp_path)
    with library({"17": lambda _: ITEM}, right) as lib:
        assert client(lib.port, tls=True, ca=file).ask(WhatIs("i-1")) == IS
        with pytest.raises(ServiceUnreachable, match="not trusted"):
            client(lib.port, tls=True).ask(WhatIs("i-1"))
        with pytest.raises(ServiceUnreachable):
            client(lib.port).ask(WhatIs("i-1"))  # plain to a TLS port
    wrong, file = certificate(tmp_path, "127.0.0.2")
    with library({}, wrong) as lib, pytest.raises(ServiceUnreachable, match="not trusted"):
        client(lib.port, tls=True, ca=file).ask(WhatIs("i-1"))
    with library({"17": lambda _: ITEM}) as lib:
        with pytest.raises(ServiceUnreachable, match=r"TLS|connection"):
            client(lib.port, tls=True, ca=file).ask(WhatIs("i-1"))
        assert not any(b"secret" in line for line in lib.raw)  # never a plain connection instead


@pytest.mark.parametrize("password", ["a|COb", "a\r99", "三" * 300])
def test_a_password_that_cannot_be_said_is_noticed_before_anything_is_told(password: str) -> None:
    with pytest.raises(ValueError, match="93 CO"):
        Sip2(client(1)._settings, password, SEAL)


@pytest.mark.parametrize(("retries", "times"), [("000", 1), ("001", 2), ("999", 3), ("   ", 3)])
def test_a_question_is_said_as_often_as_the_library_allows(retries: str, times: int) -> None:
    status = f"98YYYYYN100{retries}{WHEN}2.00AOmain|BXYYYYYYYYYYYYYYYY|"
    with library({"99": lambda _: status, "17": lambda _: None}) as lib:
        with pytest.raises(ServiceSilent):
            client(lib.port, answer_wait_s=0.3, ask_wait_s=10.0).ask(WhatIs("i-1"))
        assert lib.codes() == ["17"] * times * 2  # on two connections


# ---- people -------------------------------------------------------------------------------------------------------


def who(answer: str, **more: object) -> PatronIs:
    with library({"63": lambda _: answer}) as lib:
        found = client(lib.port, **more).ask(Shown(SecretStr("R100")))
        assert isinstance(found, PatronIs)
        return found


ANN = Patron(SEAL.hide("R100"), "A.L.", cards=(SEAL.card("R100"),))


def test_of_a_reader_only_initials_stay() -> None:
    assert who(PATRON) == PatronIs(ANN)


@pytest.mark.parametrize(
    ("flags", "standing"),
    [
        (" YYY          ", "fine"),
        ("Y             ", "blocked"),
        ("    Y         ", "blocked"),
        ("   Y   Y      ", "fine"),
    ],
)
def test_holds_and_renewals_denied_stop_no_loan(flags: str, standing: str) -> None:
    found = who(PATRON.replace(FINE, flags) + "AFPlease ask.|").patron
    assert found
    assert (found.standing, found.reason) == (standing, "Please ask." if standing == "blocked" else "")


def test_a_card_that_has_ended() -> None:
    found = who(PATRON + "PA20200101|", dialect="koha").patron
    assert found
    assert found.standing == "expired"


def test_nobody_has_this_card() -> None:
    assert who(PATRON.replace("BLY", "BLN").replace("CQY", "CQN")) == PatronIs(None)


def test_a_pin_is_wanted_wrong_and_right() -> None:
    def answer(line: str) -> str:
        return PATRON if "AD1234|" in line else PATRON.replace("CQY", "CQN")

    with library({"63": answer}) as lib:
        service = client(lib.port, pin="always")
        assert service.ask(Shown(SecretStr("R100"))) == PatronIs(None, pin="needed")
        assert lib.said == []
        assert service.ask(Shown(SecretStr("R100"), SecretStr("9"))) == PatronIs(None, pin="wrong")
        assert service.ask(Shown(SecretStr("R100"), SecretStr("1234"))) == PatronIs(ANN)


def test_a_number_cannot_say_more_than_a_number() -> None:
    with library({"63": lambda _: PATRON}) as lib:
        assert client(lib.port).ask(Shown(SecretStr("R1|ADx"))) == PatronIs(None)
        assert lib.codes() == []


def test_who_works_here_comes_with_the_first_page() -> None:
    cards = ("a" * 64, "b" * 64, "c" * 64)
    with library({}) as lib:
        service = client(lib.port, couriers=cards[:1], staff=cards[1:2], technicians=cards[2:])
        page = service.changes("", 0.0)
        people = [change.patron for change in page.changes]  # type: ignore[union-attr]
        assert [(p.role, p.cards) for p in people] == [
            ("courier", cards[:1]),
            ("staff", cards[1:2]),
            ("technician", cards[2:]),
        ]
        assert page.snapshot
        again = service.changes(page.cursor, 0.0)
        assert (again.changes, again.snapshot) == ((), False)
