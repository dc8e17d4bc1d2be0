"""Both our ends against bytes written by hand from the standard (3M SIP 2.00): no codec of ours on the other side."""

import contextlib
import socket
import ssl
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hostile import certificate
from raw_library import WHEN, library, sealed
from sip2_client import client

from simulators.library.ledger import Ledger
from simulators.library.seed import seed, signing_key
from simulators.library.sip2.quirks import PROFILES, Quirks
from simulators.library.sip2.server import Sip2Server
from sync.asked import ItemIs, WhatIs
from sync.errors import ServiceUnreachable
from sync.things import Item

BLANK = " " * 18
WHO = "AOSIP|AAR1016|"

# Request without AY and AZ; the answer's code, the length of its fixed part with the code, and what it must have.
PAIRS = [
    ("9900802.00", "98", 36, "AO BX"),
    (f"23019{WHEN}{WHO}AC|AD|", "24", 37, "AO AA AE"),
    (f"63019{WHEN}  Y       {WHO}AC|", "64", 61, "AO AA AE"),
    (f"17{WHEN}AOSIP|ABITEM|AC|", "18", 26, "AB AJ"),
    (f"11NN{WHEN}{BLANK}{WHO}ABITEM|AC|", "12", 24, "AO AA AB AJ AH"),
    (f"29NN{WHEN}{BLANK}{WHO}ABITEM|AC|", "30", 24, "AO AA AB AJ AH"),
    (f"65{WHEN}{WHO}AC|", "66", 29, "AO"),
    (f"09N{WHEN}{WHEN}APmain|AOSIP|ABITEM|AC|", "10", 24, "AO AB AQ"),
    (f"15+{WHEN}{WHO}ABITEM|AC|", "16", 22, "AO AA"),
    (f"19{WHEN}AOSIP|ABITEM|CHnew|AC|", "20", 21, "AB"),
    (f"37{WHEN}0100CNYBV1.00|{WHO}AC|", "38", 21, "AO AA"),
    (f"35{WHEN}{WHO}AC|", "36", 21, "AO AA"),
    (f"25{WHEN}{WHO}AC|AD|", "26", 37, "AO AA AE"),
    (f"01N{WHEN}AOSIP|ALlost|AAR1016|AC|", "24", 37, "AO AA AE"),
]


class Talk:
    """A socket of somebody else's self-service machine."""

    def __init__(self, port: int) -> None:
        self.wire = socket.create_connection(("127.0.0.1", port), timeout=5)
        assert self.say(sealed("9300CNkiosk|COkiosk|CPdongmen|", "0")) == [b"941AY0AZFDFD"]

    def say(self, data: bytes, answers: int = 1) -> list[bytes]:
        self.wire.sendall(data)
        heard = b""
        while heard.count(b"\r") < answers and (more := self.wire.recv(65536)):
            heard += more
        return heard.split(b"\r")[:-1]

    def silent(self, data: bytes) -> bool:
        """Nothing comes, and the connection stays."""
        self.wire.sendall(data)
        self.wire.settimeout(0.4)
        try:
            return bool(self.wire.recv(1)) and False
        except TimeoutError:
            return True
        finally:
            self.wire.settimeout(5)


def right(answer: bytes) -> bool:
    """Its checksum is that of its bytes, in four capital digits."""
    summed, digits = answer[:-4], answer[-4:]
    return summed.endswith(b"AZ") and digits == b"%04X" % (-sum(summed) & 0xFFFF)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "library.sqlite", signing_key())
    seed(made)
    yield made
    made.close()


@contextlib.contextmanager
def served(ledger: Ledger, quirks: Quirks = PROFILES["plain"]) -> Iterator[Talk]:
    with Sip2Server(ledger, quirks) as server:
        yield Talk(server.port)


def item(ledger: Ledger) -> str:
    row = ledger.row(
        "select min(barcode) as barcode from items where place = 'shelf' "
        "and isbn not in (select isbn from holds where status = 'waiting')"
    )
    assert row
    return str(row["barcode"])


# ---- our library, somebody else's machine -------------------------------------------------------------------------


def test_every_request_has_its_answer_of_the_standards_shape(ledger: Ledger) -> None:
    with served(ledger) as talk:
        barcode = item(ledger)
        for n, (request, code, end, must) in enumerate(PAIRS):
            [answer] = talk.say(sealed(request.replace("ITEM", barcode), str(n % 10)))
            assert right(answer), answer
            assert answer[:2].decode() == code
            assert answer[-9:-6] == b"AY%d" % (n % 10)
            fields = [part[:2] for part in answer[:-9].decode()[end:].split("|") if part]
            assert set(must.split()) <= set(fields), (code, fields)
            assert all(len(name) == 2 and name.isalnum() and name.isupper() for name in fields), (code, fields)


def test_after_a_97_the_last_answer_comes_even_if_it_was_a_96(ledger: Ledger) -> None:
    with served(ledger) as talk:
        [status] = talk.say(b"9900802.00AY1AZFCA0\r")
        assert talk.say(b"97AZFEF5\r") == [status]
        assert talk.say(b"9900802.00AY2AZ0000\r") == [b"96AZFEF6"]
        assert talk.say(b"97AZFEF5\r") == [b"96AZFEF6"]


def test_two_requests_in_one_segment_and_one_in_many(ledger: Ledger) -> None:
    with served(ledger) as talk:
        both = sealed("9900802.00", "1") + sealed(f"35{WHEN}{WHO}AC|", "2")
        assert [answer[:2] for answer in talk.say(both, 2)] == [b"98", b"36"]
        for byte in both[:-1]:
            talk.wire.sendall(bytes((byte,)))
        assert [answer[:2] for answer in talk.say(both[-1:], 2)] == [b"98", b"36"]


def test_a_line_without_end_is_whole_by_its_checksum_and_one_without_end_at_all_is_not_booked(ledger: Ledger) -> None:
    with served(ledger) as talk:
        talk.wire.sendall(b"9900802.00AY1AZFC")
        assert talk.say(b"A0")[0].startswith(b"98")
        assert talk.say(f"11NN{WHEN}{BLANK}{WHO}AB{item(ledger)}|AC|ZZ".encode() + b"x" * 70000 + b"\r") == [
            b"96AZFEF6"
        ]
        assert talk.say(b"9900802.00AY1AZFCA0\r")[0].startswith(b"98")


def test_an_unknown_command_has_no_answer_and_unknown_fields_do_no_harm(ledger: Ledger) -> None:
    with served(ledger) as talk:
        assert talk.silent(sealed("Q7nobody knows this|", "3"))
        assert talk.silent(b"\r\n\r\n")
        [answer] = talk.say(sealed(f"35{WHEN}ZZ?|{WHO}AC|Q1x|", "4"))
        assert answer.startswith(b"36Y")


def test_an_answer_has_what_its_request_had(ledger: Ledger) -> None:
    with served(ledger) as talk:
        [bare] = talk.say(b"9900802.00\r")
        assert bare.startswith(b"98")
        assert bare.endswith(b"|")
        summed = b"9900802.00AZ"
        [summed_only] = talk.say(summed + b"%04X\r" % (-sum(summed) & 0xFFFF))
        assert right(summed_only)
        assert b"AY" not in summed_only[-10:]
        assert right(talk.say(b"9900802.00AY1AZfca0\r")[0])  # in small letters too


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "cp850"])
def test_a_checksum_is_that_of_the_bytes_in_any_charset(ledger: Ledger, charset: str) -> None:
    with served(ledger, replace(PROFILES["plain"], charset=charset)) as talk:  # type: ignore[arg-type]
        [answer] = talk.say(sealed(f"63019{WHEN}          AOSIP|AAR1001|AC|", "5"))
        assert right(answer)
        assert f"AE{'陈雨桐' if charset != 'cp850' else '???'}|".encode(charset) in answer


def test_nothing_that_is_asked_breaks_out_of_its_answer(ledger: Ledger) -> None:
    with served(ledger) as talk:
        [answer] = talk.say(sealed(f"17{WHEN}AOSIP|AB{'9' * 4000}|AC|", "6"))
        assert right(answer)
        assert max(map(len, answer[:-9].split(b"|"))) <= 26 + 2 + 255
        [again] = talk.say(sealed(f"35{WHEN}AOSIP|AAx AY9AZ0000|AC|", "7"))
        assert right(again)
        assert again.startswith(b"36")


# ---- our machine, somebody else's library -------------------------------------------------------------------------


def title_of(body: str, charset: str, dialect: Path) -> str:
    with library({"17": lambda _: sealed(body, "2", charset)}) as lib:
        found = client(lib.port, dialect=dialect).ask(WhatIs("i-1"))
        assert isinstance(found, ItemIs)
        assert found.item
        return found.item.title


@pytest.mark.parametrize(
    ("charset", "title"), [("utf-8", "三体"), ("gb18030", "東遼質"), ("cp850", "Café Müller"), ("latin-1", "Señor")]
)
def test_answers_are_summed_as_bytes_and_read_as_text(tmp_path: Path, charset: str, title: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f'base = "plain"\ncharset = "{charset}"\n')
    assert title_of(f"18040201{WHEN}ABi-1|AJ{title}|ZQ?|", charset, own) == title


def test_letters_taken_apart_are_summed_as_they_come_and_shown_together() -> None:
    apart = unicodedata.normalize("NFD", "Café déjà vu")
    assert apart != "Café déjà vu"
    assert title_of(f"18040201{WHEN}ABi-1|AJ{apart}|", "utf-8", Path("plain")) == "Café déjà vu"


# ---- TLS, both ends known -----------------------------------------------------------------------------------------


def test_a_library_that_wants_our_certificate(tmp_path: Path) -> None:
    context, ca = certificate(tmp_path)
    (tmp_path / "ours").mkdir()
    (tmp_path / "other").mkdir()
    _, ours = certificate(tmp_path / "ours", "127.0.0.7")
    _, other = certificate(tmp_path / "other", "127.0.0.8")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(ours)

    def key(file: Path) -> Path:
        return file.with_suffix(".key.pem")

    with library({"17": lambda _: f"18040201{WHEN}ABi-1|AJ三体|"}, context) as lib:
        known = {"tls": True, "ca": ca, "certificate": ours, "key": key(ours)}
        assert client(lib.port, **known).ask(WhatIs("i-1")) == ItemIs(Item("i-1", "三体"), on_loan=True)
        said = len(lib.raw)
        for refused in ({"tls": True, "ca": ca}, known | {"certificate": other, "key": key(other)}):
            with pytest.raises(ServiceUnreachable):
                client(lib.port, **refused).ask(WhatIs("i-1"))
        assert len(lib.raw) == said  # and it heard nothing, in clear least of all
    wrong, ca = certificate(tmp_path, "127.0.0.2")
    wrong.verify_mode = ssl.CERT_REQUIRED
    wrong.load_verify_locations(ours)
    with library({}, wrong) as lib:
        with pytest.raises(ServiceUnreachable, match="not trusted"):
            client(lib.port, **known | {"ca": ca}).ask(WhatIs("i-1"))
        assert lib.raw == []
