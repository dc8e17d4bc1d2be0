"""The account and its acts over SIP2, against the reference library that speaks as each system does."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from simulators.library.packing import place_hold
from simulators.library.seed import card_number
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.talk import Fault
from sync.account import AccountIs, AccountOf
from sync.acts import Act, CancelHold, MoreTime, PlaceHold, Renew, RenewAll, Ruling, Said
from sync.errors import ServiceSilent
from sync.sip2.account import entry
from sync.sip2.service import Settings, abilities
from tests.sync.sip2.sip2_client import SEAL
from tests.sync.sip2.test_every_dialect import DIALECTS, Day, day

NUMBER = card_number("R1009")
READER = SEAL.hide(NUMBER)


def account(at: Day, number: str = NUMBER, pin: str = "") -> AccountIs:
    answer = at.point.ask(AccountOf(SEAL.hide(number), SecretStr(pin) if pin else None))
    assert isinstance(answer, AccountIs)
    return answer


def act(at: Day, wanted: Act, key: str = "k-1") -> Ruling:
    return at.point.act(Said(key, wanted))


def can(name: str, **more: Any) -> Any:
    named = {"host": "x", "user": "kiosk", "location": "dongmen", "dialect": Path(name)}
    return abilities(Settings.model_validate(named | more))


def renewals(at: Day) -> int:
    return len(at.ledger.rows("select * from renewals"))


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_says_what_a_reader_has_and_renews_it(name: str, tmp_path: Path) -> None:
    with day(name, tmp_path) as at:
        at.ledger.change(
            "update loans set due = 1000000000.0 where id = (select min(id) from loans where patron = 'R1009')"
        )
        mine = account(at)
        rows = at.ledger.rows("select barcode, due from loans where patron = 'R1009' and ended is null order by due")
        assert [loan.id for loan in mine.loans] == [row["barcode"] for row in rows]
        assert [loan.late for loan in mine.loans] == [True, False, False]
        for loan, row in zip(mine.loans, rows, strict=True):
            assert abs(loan.due - row["due"]) < 86400
            assert not loan.title.startswith("SIP0")
        owing = account(at, card_number("R1005"))
        assert (owing.owed, owing.currency, [fine.amount for fine in owing.fines]) == ("12.50", "CNY", ["12.50"])
        last = mine.loans[2]
        ruling = act(at, Renew(READER, last.id))
        assert ruling.done
        assert ruling.until > last.due
        isbn = at.ledger.item(last.id).isbn  # type: ignore[union-attr]
        place_hold(at.ledger, "R1014", isbn, "lujia")
        assert "预约" in act(at, Renew(READER, last.id), "k-2").words or name == "folio"  # code page 850
        everything = act(at, RenewAll(READER), "k-3")
        assert not everything.done
        assert {one.loan: one.done for one in everything.each} == {loan.id: loan.id != last.id for loan in mine.loans}
        assert renewals(at) == 3


@pytest.mark.parametrize("name", [name for name in DIALECTS if "cancel_hold" in can(name).acts])
def test_a_hold_is_placed_and_let_go(name: str, tmp_path: Path) -> None:
    with day(name, tmp_path) as at:
        item = at.ledger.rows("select barcode, title from items join titles using (isbn) order by barcode")[-1]
        assert act(at, PlaceHold(READER, item["barcode"])).done
        hold = account(at).holds[0]
        assert (hold.state, hold.title) == ("waiting", item["title"])
        assert act(at, CancelHold(READER, hold.id), "k-2").done
        assert account(at).holds == ()
        assert not act(at, CancelHold(READER, hold.id), "k-3").done


def test_a_hold_on_a_title_that_looks_like_a_barcode_is_let_go(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        isbn = at.ledger.row("select isbn from titles where title = '1984' order by isbn")["isbn"]  # type: ignore[index]
        place_hold(at.ledger, "R1009", isbn, "dongmen")
        hold = account(at).holds[0]
        assert hold.title == "1984"
        assert act(at, CancelHold(READER, hold.id)).done
        assert account(at).holds == ()


def test_what_lies_ready_here_and_elsewhere_is_told_apart_and_waits_longer(tmp_path: Path) -> None:
    with day("plain", tmp_path) as at:
        elsewhere = account(at, card_number("R1004")).holds[0]
        assert (elsewhere.state, elsewhere.here, elsewhere.place) == ("ready", False, "lujia")
        assert elsewhere.until > 0
        own = tmp_path / "own.toml"
        own.write_text('base = "plain"\nmore_time = true\n')
        assert "more_time" not in can("plain").acts
        assert "more_time" in can(str(own)).acts
        patron = SEAL.hide(card_number("R1004"))
        ruling = act(at, MoreTime(patron, elsewhere.id))
        assert abs(ruling.until - elsewhere.until - 3 * 86400) < 2
        assert not act(at, MoreTime(patron, elsewhere.id), "k-2").done


@pytest.mark.parametrize("name", ["folio", "invenio"])
def test_where_there_is_no_15_there_are_no_holds_to_change(name: str) -> None:
    assert can(name).acts == {"renew", "renew_all", "checkout"}


# ---- lost answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DIALECTS)
def test_a_renewal_whose_answer_is_lost_is_asked_for_and_never_said_twice(name: str, tmp_path: Path) -> None:
    with day(name, tmp_path) as at:
        loan = account(at).loans[0]
        at.server.fault("answer_lost", 1, "29")
        with pytest.raises(ServiceSilent):
            act(at, Renew(READER, loan.id))
        assert act(at, Renew(READER, loan.id)).done
        assert renewals(at) == 1


def test_a_renewal_that_was_never_heard_stays_unknown_and_is_not_said_again(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        loan = account(at).loans[0]
        at.server.fault("closes", 1, "29")
        for _ in range(2):
            with pytest.raises(ServiceSilent):
                act(at, Renew(READER, loan.id))
        assert renewals(at) == 0
        assert act(at, Renew(READER, loan.id), "k-2").done  # the reader has seen the old date, and wants it again
        assert renewals(at) == 1


def test_a_cancelled_hold_whose_answer_is_lost_is_seen_to_be_gone(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        item = at.ledger.rows("select barcode from items order by barcode")[-1]["barcode"]
        act(at, PlaceHold(READER, item))
        hold = account(at).holds[0]
        at.server.fault("answer_lost", 1, "15")
        with pytest.raises(ServiceSilent):
            act(at, CancelHold(READER, hold.id), "k-2")
        assert act(at, CancelHold(READER, hold.id), "k-2") == Ruling(True)


def lost(at: Day, wanted: Act, code: str, fault: Fault = "answer_lost") -> Ruling | None:
    """What becomes of an act whose answer is lost; None: that is not known."""
    at.server.fault(fault, 1, code)
    with pytest.raises(ServiceSilent):
        act(at, wanted, "k-lost")
    heard = at.server.heard.count(code)
    try:
        return act(at, wanted, "k-lost")
    except ServiceSilent:
        return None
    finally:
        assert at.server.heard.count(code) == heard  # asked, not repeated


@pytest.mark.parametrize("name", [name for name in DIALECTS if "65" not in PROFILES[name].without])
def test_all_renewed_with_the_answer_lost_is_seen_by_the_due_dates(name: str, tmp_path: Path) -> None:
    with day(name, tmp_path) as at:
        loans = account(at).loans
        ruling = lost(at, RenewAll(READER), "65")
        assert ruling is not None
        assert ruling.done
        assert [one.loan for one in ruling.each if one.done] == [loan.id for loan in loans]
        assert all(one.until > loan.due for one, loan in zip(ruling.each, loans, strict=True))
        assert renewals(at) == len(loans)


def test_some_renewed_with_the_answer_lost_are_not_all_the_others_may_be_under_way(
    tmp_path: Path,
) -> None:
    with day("koha", tmp_path) as at:
        isbn = at.ledger.item(account(at).loans[0].id).isbn  # type: ignore[union-attr]
        place_hold(at.ledger, "R1014", isbn, "lujia")
        assert lost(at, RenewAll(READER), "65") is None
        assert renewals(at) == 2


@pytest.mark.parametrize("fault", ["answer_lost", "closes"])
def test_a_hold_whose_answer_is_lost_is_seen_to_stand_or_not_known(fault: Fault, tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        item = at.ledger.rows("select barcode from items order by barcode")[-1]["barcode"]
        ruling = lost(at, PlaceHold(READER, item), "15", fault)
        assert ruling == (Ruling(True) if fault == "answer_lost" else None)
        assert len(account(at).holds) == (fault == "answer_lost")


@pytest.mark.parametrize("fault", ["answer_lost", "closes"])
def test_more_time_whose_answer_is_lost_is_seen_by_its_last_day(fault: Fault, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('base = "plain"\nmore_time = true\n')
    with day("plain", tmp_path) as at:
        at.name = str(own)
        at.again()
        number = card_number("R1004")
        hold = account(at, number).holds[0]
        ruling = lost(at, MoreTime(SEAL.hide(number), hold.id), "15", fault)
        if fault == "closes":
            assert ruling is None
        else:
            assert ruling is not None
            assert abs(ruling.until - hold.until - 3 * 86400) < 2


@pytest.mark.parametrize("fault", ["answer_lost", "closes"])
def test_one_renewed_of_all_with_its_answer_lost_is_not_all(fault: Fault, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('base = "koha"\nwithout = ["65"]\n')
    with day("koha", tmp_path) as at:
        at.name = str(own)
        at.again()
        assert lost(at, RenewAll(READER), "29", fault) is None
        assert renewals(at) == (fault == "answer_lost")


# ---- what lists say ---------------------------------------------------------------------------------------------


def test_a_pin_is_wanted_where_the_site_says_so(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        at.point._settings = at.point._settings.model_copy(update={"pin": "always"})
        assert account(at) == AccountIs(pin="needed")
        assert account(at, pin="0") == AccountIs(pin="wrong")
        phone = at.ledger.rows("select phone from patrons where id = 'R1009'")[0]["phone"]
        assert len(account(at, pin=phone[-4:]).loans) == 3


@pytest.mark.parametrize(
    ("text", "titles", "barcode", "title"),
    [
        ("SIP0001001", False, "SIP0001001", ""),
        ("SIP0001001", True, "SIP0001001", ""),
        ("1984", True, "", "1984"),
        ("围城", True, "", "围城"),
        ("Cosmos", False, "", "Cosmos"),
        ("SIP0001001 三体", False, "SIP0001001", "三体"),
        ("三体", False, "", "三体"),
        ("The Hobbit", False, "", "The Hobbit"),
    ],
)
def test_entries_of_lists(text: str, titles: bool, barcode: str, title: str) -> None:
    one = entry(text, titles)
    assert (one.barcode, one.title) == (barcode, title)
    assert one.id == barcode or one.id.startswith("t.")
