"""The reference library over SIP2, spoken to in bytes written by hand from the standard: no codec of ours here."""

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulators.library.account import owed
from simulators.library.acting import LOANS_MAX
from simulators.library.ledger import Ledger
from simulators.library.packing import place_hold, send_stock
from simulators.library.seed import card_number, seed, signing_key
from simulators.library.sip2 import talk
from simulators.library.sip2.quirks import PROFILES, Quirks
from simulators.library.sip2.server import Sip2Server
from simulators.library.sip2.talk import Fault
from sync.sip2.frame import Reader

NOW = "20261124    120000"
BLANK = " " * 18


def sealed(text: str, sequence: int = 0, charset: str = "utf-8") -> bytes:
    summed = text.encode(charset) + b"AY%dAZ" % sequence
    return summed + b"%04X\r" % (-sum(summed) & 0xFFFF)


def sound(answer: bytes) -> bool:
    at = answer.rindex(b"AZ") + 2
    return (sum(answer[:at]) + int(answer[at:], 16)) & 0xFFFF == 0


class Talk:
    def __init__(self, server: Sip2Server) -> None:
        self.wire = socket.create_connection(("127.0.0.1", server.port), timeout=5)

    def raw(self, data: bytes) -> bytes:
        self.wire.sendall(data)
        heard = b""
        while not heard.endswith((b"\r", b"\n")):
            more = self.wire.recv(4096)
            if not more:
                break
            heard += more
        return heard.strip(b"\r\n")

    def say(self, text: str, sequence: int = 0) -> str:
        answer = self.raw(sealed(text, sequence))
        assert sound(answer), answer
        assert answer[answer.rindex(b"AY") + 2 : answer.rindex(b"AZ")] == b"%d" % sequence
        return answer.decode()

    def log_in(self) -> "Talk":
        assert self.say("9300CNkiosk|COkiosk|CPdongmen|").startswith("941AY0AZFDFD")
        return self


def fields(answer: str) -> dict[str, str]:
    return {part[:2]: part[2:] for part in answer.split("|")[1:]}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "library.sqlite", signing_key())
    seed(made)
    yield made
    made.close()


@pytest.fixture
def server(ledger: Ledger) -> Iterator[Sip2Server]:
    with Sip2Server(ledger) as serving:
        yield serving


def spare(ledger: Ledger) -> str:
    """An item on the shelf of a title nobody waits for."""
    sql = (
        "select min(barcode) as barcode from items where place = 'shelf' "
        "and isbn not in (select isbn from holds where status = 'waiting')"
    )
    row = ledger.row(sql)
    assert row
    return str(row["barcode"])


def parcel_item(ledger: Ledger, patron: str = "R1002") -> str:
    row = ledger.row("select barcode from parcel_items join parcels on parcels.id = parcel where patron = ?", patron)
    assert row
    return str(row["barcode"])


# ---- the link -----------------------------------------------------------------------------------------------------


def test_login_status_and_the_published_checksums(server: Sip2Server) -> None:
    talk = Talk(server).log_in()
    assert talk.raw(b"9900802.00AY1AZFCA0\r").startswith(b"98YYYYYY060003")
    assert Talk(server).raw(sealed("9300CNkiosk|COwrong|CPdongmen|")).startswith(b"940")


def test_nothing_is_said_before_a_login(server: Sip2Server) -> None:
    assert Talk(server).raw(sealed("9900802.00")) == b""


def test_damaged_and_repeated_requests(server: Sip2Server) -> None:
    talk = Talk(server).log_in()
    assert talk.raw(b"9900802.00AY1AZ0000\r") == b"96AZFEF6"
    first = talk.raw(sealed("9900802.00", 2))
    assert talk.raw(b"97AZFEF5\r") == first
    assert talk.raw(sealed("9900802.00", 2)) == first
    assert list(server.heard).count("99") == 1


def test_line_ends_and_segments_make_no_difference(server: Sip2Server) -> None:
    talk = Talk(server).log_in()
    whole = sealed("9900802.00", 3)[:-1]
    for end in (b"\n", b"\r\n", b"\r"):
        for byte in whole:
            talk.wire.sendall(bytes((byte,)))
        assert talk.raw(end).startswith(b"98")


# ---- people and items ---------------------------------------------------------------------------------------------


def test_a_patron_by_any_of_their_numbers(server: Sip2Server, ledger: Ledger) -> None:
    talk = Talk(server).log_in()
    for number in (card_number("R1001"), "R1001"):
        said = talk.say(f"63019{NOW}          AOSIP|AA{number}|AC|")
        assert said[2:16] == " " * 14
        about = fields(said)
        assert (about["AA"], about["AE"], about["BL"]) == (card_number("R1001"), "陈雨桐", "Y")
    pin = ledger.row("select phone from patrons where id = 'R1001'")
    assert pin
    said = talk.say(f"63019{NOW}          AOSIP|AAR1001|AC|AD{pin['phone'][-4:]}|")
    assert fields(said)["CQ"] == "Y"
    assert fields(talk.say(f"63019{NOW}          AOSIP|AAR1001|AC|AD0000|"))["CQ"] == "N"


def test_blocked_and_unknown_patrons(server: Sip2Server) -> None:
    talk = Talk(server).log_in()
    said = talk.say(f"23019{NOW}AOSIP|AAR1005|AC|AD|")
    assert said.startswith("24YY")
    assert "逾期费用" in fields(said)["AF"]
    money = fields(talk.say(f"63019{NOW}          AOSIP|AAR1005|AC|"))
    assert (money["BH"], money["BV"]) == ("CNY", "12.50")
    said = talk.say(f"63019{NOW}          AOSIP|AAnobody|AC|")
    assert said.startswith("64YYYY")
    assert fields(said)["BL"] == "N"


def test_a_fee_is_paid_once(server: Sip2Server) -> None:
    talk = Talk(server).log_in()
    pay = f"37{NOW}0100CNYBV12.50|AOSIP|AAR1005|AC|BKt-1|"
    assert talk.say(pay, 1).startswith("38Y")
    assert talk.say(pay, 2).startswith("38Y")  # the same transaction
    assert "BV" not in fields(talk.say(f"63019{NOW}          AOSIP|AAR1005|AC|", 3))
    assert talk.say(f"37{NOW}0100CNYBV12.50|AOSIP|AAR1005|AC|BKt-2|", 4).startswith("38N")


def test_an_item_from_shelf_to_loan_and_back(server: Sip2Server, ledger: Ledger) -> None:
    talk, item = Talk(server).log_in(), spare(ledger)
    assert talk.say(f"17{NOW}AOSIP|AB{item}|AC|", 1).startswith("1803")
    lent = talk.say(f"11NN{NOW}{BLANK}AOSIP|AAR1016|AB{item}|AC|", 2)
    assert lent.startswith("121NUY")
    assert talk.say(f"17{NOW}AOSIP|AB{item}|AC|", 3).startswith("1804")
    assert item in talk.say(f"63019{NOW}  Y       AOSIP|AAR1016|AC|", 4)
    assert talk.say(f"11NN{NOW}{BLANK}AOSIP|AAR1014|AB{item}|AC|", 5).startswith("120")
    assert talk.say(f"11NN{NOW}{BLANK}AOSIP|AAR1016|AB{item}|AC|", 6).startswith("121Y")  # a renewal, as real ones do
    assert talk.say(f"29NN{NOW}{BLANK}AOSIP|AAR1016|AB{item}|AC|", 7).startswith("301Y")
    assert talk.say(f"29NN{NOW}{BLANK}AOSIP|AAR1016|AB{item}|AC|", 8).startswith("300")
    assert talk.say(f"09N{NOW}{NOW}APmain|AOSIP|AB{item}|AC|", 9).startswith("101YUN")
    assert talk.say(f"09N{NOW}{NOW}APmain|AOSIP|AB{item}|AC|", 0).startswith("100")  # it was not lent


def test_renew_all_counts_both(server: Sip2Server) -> None:
    said = Talk(server).log_in().say(f"65{NOW}AOSIP|AAR1009|AC|")
    assert said.startswith("6610003")
    assert said.count("|BM") == 3


def test_a_check_in_at_its_point_says_whose_the_item_is(server: Sip2Server, ledger: Ledger) -> None:
    talk, item = Talk(server).log_in(), parcel_item(ledger)
    there = fields(talk.say(f"09N{NOW}{NOW}APlujia|AOSIP|AB{item}|AC|", 1))
    assert (there["CV"], there["CT"]) == ("02", "dongmen")
    here = fields(talk.say(f"09N{NOW}{NOW}APdongmen|AOSIP|AB{item}|AC|", 2))
    assert (here["CV"], here["CY"], here["DA"]) == ("01", card_number("R1002"), "李明哲")
    assert talk.say(f"17{NOW}AOSIP|AB{item}|AC|", 3).startswith("1808")
    assert ledger.rows("select 1 from messages where patron = 'R1002'")
    assert talk.say(f"11NN{NOW}{BLANK}AOSIP|AAR1014|AB{item}|AC|", 4).startswith("120")
    assert talk.say(f"11NN{NOW}{BLANK}AOSIP|AAR1002|AB{item}|AC|", 5).startswith("121")
    assert ledger.rows("select 1 from parcels where patron = 'R1002' and status = 'collected'")


@pytest.mark.parametrize(("mark", "moment"), [("    ", 1795000000), ("   Z", 1795000000 + 8 * 3600)])
def test_a_return_told_late_is_booked_by_local_time_or_with_a_z_by_that_of_the_world(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, mark: str, moment: int
) -> None:
    ledger.clock = lambda: 1795000000.0 + 86400
    said = f"20261118{mark}190640"
    (loan,) = ledger.rows("select id, barcode from loans where patron = 'R1010' limit 1")
    ledger.change("update loans set started = 0 where id = ?", loan["id"])
    with monkeypatch.context() as patch, Sip2Server(ledger) as server:
        patch.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        Talk(server).log_in().say(f"09N{said}{said}APdongmen|AOSIP|AB{loan['barcode']}|AC|")
    time.tzset()
    assert ledger.rows("select ended from loans where id = ?", loan["id"]) == [{"ended": moment}]


def test_a_hold_is_cancelled_only_where_that_is_said(server: Sip2Server, ledger: Ledger) -> None:
    talk, item = Talk(server).log_in(), spare(ledger)
    about = f"{NOW}AOSIP|AAR1007|AB{item}|BSdongmen|"
    assert talk.say(f"15+{about}", 1).startswith("161")
    assert talk.say(f"15x{about}", 2).startswith("160")
    assert talk.say(f"15-{about}", 3).startswith("161")


def test_a_return_catches_the_hold_that_waits_at_this_point(server: Sip2Server, ledger: Ledger) -> None:
    loan = ledger.row("select barcode, isbn from loans join items using (barcode) where patron = 'R1010'")
    assert loan
    place_hold(ledger, "R1014", loan["isbn"], "dongmen")
    here = fields(Talk(server).log_in().say(f"09N{NOW}{NOW}APdongmen|AOSIP|AB{loan['barcode']}|AC|"))
    assert (here["CV"], here["CY"], here["AA"]) == ("01", card_number("R1014"), card_number("R1010"))


def test_what_happened_while_the_library_was_away_is_booked_where_it_is_believed(ledger: Ledger) -> None:
    item = spare(ledger)
    for name, ok in (("koha", b"120"), ("plain", b"121")):
        with Sip2Server(ledger, PROFILES[name]) as server:
            said = Talk(server).log_in().raw(sealed(f"11NY{NOW}{NOW}AOSIP|AAR1005|AB{item}|AC|", 2))
            assert said.startswith(ok), name


def test_what_happened_then_is_booked_once_however_often_it_is_said(server: Sip2Server, ledger: Ledger) -> None:
    talk, item = Talk(server).log_in(), spare(ledger)
    for n in range(4):
        assert talk.say(f"11NY{NOW}{NOW}AOSIP|AAR1005|AB{item}|AC|", n).startswith("121N")
    assert ledger.rows("select 1 from renewals") == []


def test_stock_stays_at_its_point_and_is_lent_to_anybody(server: Sip2Server, ledger: Ledger) -> None:
    talk, (item,) = Talk(server).log_in(), send_stock(ledger, "dongmen", 1)
    there = fields(talk.say(f"09N{NOW}{NOW}APlujia|AOSIP|AB{item}|AC|", 1))
    assert (there["CV"], there["CT"]) == ("02", "dongmen")
    here = fields(talk.say(f"09N{NOW}{NOW}APdongmen|AOSIP|AB{item}|AC|", 2))
    assert not {"CV", "CT", "CY", "DA"} & set(here)
    assert talk.say(f"11NN{NOW}{BLANK}AOSIP|AAR1002|AB{item}|AC|", 3).startswith("121N")
    assert ledger.rows(
        "select 1 from parcels join parcel_items on id = parcel where barcode = ? and status = ?", *(item, "collected")
    )


def test_who_owes_too_much_or_has_too_many_borrows_nothing(server: Sip2Server, ledger: Ledger) -> None:
    talk = Talk(server).log_in()
    rows = ledger.rows("select barcode from items where place = 'shelf' order by barcode limit 30")
    shelf = [row["barcode"] for row in rows]
    said = [talk.say(f"11NN{NOW}{BLANK}AOSIP|AAR1014|AB{one}|AC|", n % 10)[:3] for n, one in enumerate(shelf)]
    had = len(ledger.rows("select 1 from loans where patron = 'R1014' and ended is null"))
    assert had == LOANS_MAX
    assert said[-1] == "120"
    ledger.add("fees", patron="R1002", amount=50.0, reference="", what="x")
    assert talk.say(f"11NN{NOW}{BLANK}AOSIP|AAR1002|AB{shelf[-1]}|AC|", 1).startswith("120")
    assert talk.say(f"11NY{NOW}{NOW}AOSIP|AAR1002|AB{shelf[-1]}|AC|", 2).startswith("121")  # they have it


def test_a_payment_is_of_its_patron_and_says_an_amount(server: Sip2Server, ledger: Ledger) -> None:
    talk = Talk(server).log_in()
    for patron in ("R1002", "R1014"):
        ledger.add("fees", patron=patron, amount=50.0, reference="", what="x")
    for n, (patron, amount, taken) in enumerate(
        [("R1002", "5.00", "Y"), ("R1014", "5.00", "Y"), ("R1014", "1_0", "N"), ("R1014", "0.001", "N")]
    ):
        reference = "T1" if taken == "Y" else f"T{n}"
        said = talk.say(f"37{NOW}0101CNYBV{amount}|AOSIP|AA{patron}|BK{reference}|", n)
        assert said[:3] == f"38{taken}", amount
    assert [owed(ledger, patron) for patron in ("R1002", "R1014")] == [45.0, 45.0]


# ---- quirks and faults --------------------------------------------------------------------------------------------


def test_identical_bytes_are_executed_again_by_those_who_do_that(ledger: Ledger) -> None:
    with Sip2Server(ledger, PROFILES["koha"]) as server:
        talk, item = Talk(server).log_in(), spare(ledger)
        request = sealed(f"11NN{NOW}{BLANK}AOSIP|AAR1016|AB{item}|AC|", 4)
        assert talk.raw(request).startswith(b"121N")
        assert talk.raw(request).startswith(b"121Y")


def test_dp2_answers_with_a_checksum_of_its_own(ledger: Ledger) -> None:
    with Sip2Server(ledger, replace(PROFILES["dp2"], charset="gb18030")) as server:
        said = Talk(server).raw(f"63019{NOW}          AOSIP|AAR1001|AC|\r".encode("gb18030"))
    assert "陈雨桐" in said.decode("gb18030")
    text = said.decode("gb18030")
    body, check = text[: text.rindex("|AY4AZ")], int(text[-4:], 16)
    assert (sum(map(ord, body)) + check) & 0xFFFF == 0
    assert not sound(said)


def test_folio_answers_in_plain_text_and_knows_fewer_messages(ledger: Ledger) -> None:
    with Sip2Server(ledger, PROFILES["folio"]) as server:
        talk = Talk(server).log_in()
        assert talk.raw(sealed(f"19{NOW}AOSIP|ABx|AC|CH|", 1)).startswith(b"Problems handling")


def test_invenio_leaves_blanks_in_numbers_and_zeros_out_of_checksums(ledger: Ledger) -> None:
    with Sip2Server(ledger, PROFILES["invenio"]) as server:
        talk = Talk(server)
        talk.raw(sealed("9300CNkiosk|COkiosk|CPx|"))
        assert talk.raw(sealed("9900802.00", 1)).startswith(b"98YYYYYY 60  3")


def test_too_many_connections_are_turned_away(ledger: Ledger) -> None:
    with Sip2Server(ledger, Quirks(connections_max=1)) as server:
        first = Talk(server).log_in()
        with contextlib.suppress(ConnectionError):  # or hung up on
            assert Talk(server).raw(sealed("9300CNkiosk|COkiosk|CPdongmen|")) == b""
        assert first.say("9900802.00", 1)


FAULTS: dict[Fault, Any] = {
    "answer_lost": lambda said: said == b"",
    "closes": lambda said: said == b"",
    "cut": lambda said: said.startswith(b"121") and b"AZ" not in said,
    "wrong_sequence": lambda said: b"AY6" in said,
    "bad_check": lambda said: said.startswith(b"121") and not sound(said),
    "garbage": lambda said: b"%%%" in said,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_wears_off(server: Sip2Server, ledger: Ledger, fault: Fault) -> None:
    item = spare(ledger)
    server.fault(fault, 1, at="11")
    said = Talk(server).log_in().raw(sealed(f"11NN{NOW}{BLANK}AOSIP|AAR1016|AB{item}|AC|", 1))
    assert FAULTS[fault](said), said
    assert bool(ledger.loan(item)) is (fault != "closes")
    again = Talk(server).log_in().say(f"17{NOW}AOSIP|AB{item}|AC|", 2)
    assert again.startswith("1803" if fault == "closes" else "1804")


PIECES: dict[Fault, Any] = {
    "slow": lambda pieces: all(len(piece) == 1 for piece in pieces) and sound(b"".join(pieces)),
    "late": lambda pieces: [sound(piece) for piece in pieces] == [True],
    "twice": lambda pieces: pieces == [pieces[0]] * 2 and sound(pieces[0]),
}


@pytest.mark.parametrize("fault", PIECES)
def test_an_answer_that_is_whole_in_the_end(ledger: Ledger, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(talk.time, "sleep", waited.append)
    host = talk.Host(ledger, Quirks(strict_login=False))
    host.fault(fault, 1, at="17")
    [frame] = Reader().feed(sealed(f"17{NOW}AOSIP|AB{spare(ledger)}|AC|", 1))
    assert PIECES[fault](talk.Talk(host).hear(frame))
    assert waited == ([talk.LATE_S] if fault == "late" else [])
    assert host.faults == {}


def test_a_refused_login(server: Sip2Server) -> None:
    server.fault("refused_login")
    assert Talk(server).raw(sealed("9300CNkiosk|COkiosk|CPdongmen|")).startswith(b"940")
