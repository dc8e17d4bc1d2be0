"""What a SIP2 library says seldom: unreadable dates, numbers too long, lists of titles, no word for an item."""

import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from pytest_mock import MockerFixture
from raw_library import CUT, WHEN, Answer, library
from sip2_client import SEAL, client

from kiosk.library import outcome
from simulators.library.seed import card_number
from sync.account import AccountIs, AccountOf
from sync.acts import Renew, RenewAll, Ruling, Said
from sync.asked import ItemIs, LoansAre, LoansWith, PatronIs, Shown, WhatIs
from sync.errors import ServiceSilent, ServiceUnreachable
from sync.messages import ItemDropped
from sync.sip2 import booking
from sync.sip2 import service as service_
from sync.sip2.account import Accounts
from sync.sip2.dialect import UnfitDialect, load
from sync.sip2.service import Settings
from tests.sync.sip2.test_every_dialect import Day, day
from tests.sync.sip2.test_sip2_booking import ANN, BACK, BOB, LENT, Ledger, settled, tell, telling, value

FINE = " " * 14
SHELVED = f"18080201{WHEN}ABi-1|AJDune|CYR200|DABob Quux|"
READER = SEAL.hide(card_number("R1009"))


def own(folder: Path, *lines: str) -> Path:
    path = folder / "own.toml"
    path.write_text("\n".join(('base = "koha"', *lines)) + "\n", encoding="utf-8")
    return path


def patron(lists: str = "", counts: str = "000000000001000000000000", named: str = "AAR100|AE Ann Lee|") -> str:
    return f"64{FINE}019{WHEN}{counts}AOmain|{named}{lists}BLY|CQY|"


def stated(answers: dict[str, Answer], **more: Any) -> AccountIs:
    with library(answers) as lib:
        answer = client(lib.port, ask_wait_s=10.0, **more).ask(AccountOf(ANN))
    assert isinstance(answer, AccountIs)
    return answer


# ---- its clock ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (0.0, 0.0),
        (20.0, -20.0),
        (8 * 3600.0 + 20.0, -20.0),  # a clock in another zone
        (-13.75 * 3600, 0.0),
        (86400.0, -86400.0),
        (40 * 86400.0, -40 * 86400.0),
        (-25 * 365 * 86400.0 + 300.0, 25 * 365 * 86400.0 - 300.0),  # a battery is dead
    ],
)
def test_its_clock_is_heard_but_for_the_zone(by: float, said: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """``by``: this clock is ahead by so much; ``said``: the library's, seen from it. Days are no zone."""
    clock = SimpleNamespace(monotonic=time.monotonic, time=lambda: time.time() + by)
    monkeypatch.setattr(service_, "time", clock)
    status = f"98YYYYYN100003{time.strftime('%Y%m%d    %H%M%S')}2.00AOmain|BXYYYYYYYYYYYYYYYY|"
    with library({"99": lambda _: status}) as lib:
        page = client(lib.port).changes("", 0.0)
    assert abs(page.server_time - clock.time() - said) < 5.0


# ---- told ---------------------------------------------------------------------------------------------------------


def test_what_breaks_out_of_its_field_is_refused_here_and_never_said() -> None:
    with library(Ledger(has="R100").answers()) as lib:
        [receipt] = tell(settled(lib), telling(ItemDropped("i|1", "A1", True)))
        assert (receipt.status, lib.codes()) == ("rejected", [])


def test_to_whom_items_were_lent_is_kept_of_the_last_ones_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "LENT_MAX", 1)
    both = replace(LENT, items=("i-1", "i-2"))
    with library(
        {
            "17": lambda line: f"18030201{WHEN}AB{value(line, 'AB')}|AJDune|",
            "11": lambda line: f"121NNY{WHEN}AOmain|AAR100|AB{value(line, 'AB')}|AJDune|AH20261224    120000|",
        }
    ) as lib:
        service = settled(lib)
        tell(service, telling(both))
        assert {barcode: lent.patron for barcode, lent in service._booking._lent.items()} == {"i-2": ANN}


def test_a_return_held_here_for_nobody_known_is_a_case() -> None:
    here = f"101YNY{WHEN}AOmain|ABi-1|AQmain|CV01|"
    with library(Ledger(has="R100").answers() | {"09": lambda _: here}) as lib:
        [receipt] = tell(settled(lib), telling(BACK))
    assert (receipt.status, receipt.held_for) == ("conflict", None)
    assert "does not say for whom" in receipt.detail


def test_a_return_that_was_booked_before_and_waits_for_the_next_reader_is_not_said_again() -> None:
    with library(Ledger().answers() | {"17": lambda _: SHELVED}) as lib:
        [receipt] = tell(client(lib.port), telling(BACK), said=1)
        assert (receipt.status, receipt.held_for, lib.codes()) == ("applied", BOB, ["17"])


def test_out_and_back_and_set_aside_for_the_next_reader_was_booked_before() -> None:
    with library(Ledger().answers() | {"17": lambda _: SHELVED}) as lib:
        lent, back = tell(client(lib.port), telling(LENT, 1), telling(BACK, 2), said=2)
        assert (lent.status, back.status, back.held_for) == ("applied", "applied", BOB)
        assert "11" not in lib.codes()


@pytest.mark.parametrize(("without", "said"), [("17", ["11"]), ("63", ["17"])])
def test_where_the_library_cannot_be_asked_about_an_item_or_a_loan(
    without: str, said: list[str], tmp_path: Path
) -> None:
    ledger = Ledger(has="" if without == "17" else "R200")
    with library(ledger.answers()) as lib:
        [receipt] = tell(client(lib.port, dialect=own(tmp_path, f'without = ["{without}"]')), telling(LENT))
        assert lib.codes() == said
    assert receipt.status == ("applied" if without == "17" else "conflict")
    assert ledger.effects == (["lend R100"] if without == "17" else [])


def test_one_whose_number_no_card_can_have_is_nobody() -> None:
    here = f"101YNY{WHEN}AOmain|ABi-1|AQmain|CV01|CTLOCKER|CY{'9' * 40}|DABob Quux|"
    with library(Ledger(has="R100").answers() | {"09": lambda _: here}) as lib:
        [receipt] = tell(settled(lib), telling(BACK))
    assert (receipt.status, receipt.held_for) == ("conflict", None)


def test_where_loans_are_listed_by_title_a_loan_is_found_by_its_title(tmp_path: Path) -> None:
    ledger = Ledger(has="R100")
    listed = ledger.answers() | {"63": lambda _: patron("AUDune|", "000000000001000000000000")}
    with library(listed) as lib:
        [receipt] = tell(client(lib.port, dialect=own(tmp_path, 'loans = "title"')), telling(LENT))
    assert (receipt.status, ledger.effects) == ("applied", [])


def test_a_title_among_a_readers_loans_does_not_say_which_item_it_is(tmp_path: Path) -> None:
    """The answer to a checkout is lost, and this library cannot be asked for the title of the item."""
    listed = {"11": lambda _: CUT, "63": lambda _: patron("AUDune|")}
    with library(listed) as lib:
        [receipt] = tell(client(lib.port, dialect=own(tmp_path, 'without = ["17"]', 'loans = "title"')), telling(LENT))
        assert lib.codes() == ["11", "63"]
    assert (receipt.status, "may be booked already" in receipt.detail) == ("conflict", True)


# ---- asked --------------------------------------------------------------------------------------------------------


def test_an_item_that_the_library_does_not_have() -> None:
    with library({"17": lambda _: f"18010201{WHEN}ABi-9|AJ|"}) as lib:
        assert client(lib.port).ask(WhatIs("i-9")) == ItemIs(None)
        assert client(lib.port).ask(LoansWith(ANN, "9787020002207")) == LoansAre(())


@pytest.mark.parametrize(("shows", "held"), [("true", "no"), ("false", "")])
def test_that_nobody_waits_for_an_item_is_known_only_where_it_would_show(shows: str, held: str, tmp_path: Path) -> None:
    with library({"17": lambda _: f"18030201{WHEN}ABi-1|AJDune|"}) as lib:
        answer = client(lib.port, dialect=own(tmp_path, f"shows_holds = {shows}")).ask(WhatIs("i-1"))
    assert isinstance(answer, ItemIs)
    assert answer.held == held


def test_without_item_information_nothing_is_known_of_an_item(tmp_path: Path) -> None:
    with library({}) as lib, pytest.raises(ServiceUnreachable):
        client(lib.port, dialect=own(tmp_path, 'without = ["17"]')).ask(WhatIs("i-1"))


def test_a_reader_asked_for_by_their_status(tmp_path: Path) -> None:
    status = f"24{FINE}019{WHEN}AOmain|AAR100|AEAnn Lee|BLY|"
    with library({"23": lambda _: status}) as lib:
        answer = client(lib.port, dialect=own(tmp_path, 'patron_by = "23"')).ask(Shown(SecretStr("R100")))
        assert lib.codes() == ["23"]
    assert isinstance(answer, PatronIs)
    assert answer.patron
    assert answer.patron.id == ANN


@pytest.mark.parametrize("named", [f"AA{'9' * 40}|AEAnn Lee|", "AAR100|AE|BLN|"])
def test_whom_the_library_does_not_know_or_calls_by_no_cards_number_has_no_account(named: str) -> None:
    assert stated({"63": lambda _: patron(named=named)}) == AccountIs(known=False)


def test_one_whose_number_is_not_known_here_has_no_account() -> None:
    with library({}) as lib:
        assert client(lib.port).ask(AccountOf("courier-1")) == AccountIs(known=False)


@pytest.mark.parametrize("due", ["next spring", "99991231    235959", "9999-12-31", "30010101"])
def test_a_due_date_nobody_can_read_is_shown_as_the_library_writes_it(due: str) -> None:
    [loan] = stated(
        {
            "63": lambda _: patron("AUSIP0001001|", "000000000001000000000000"),
            "17": lambda _: f"18040201{WHEN}ABSIP0001001|AJDune|AH{due}|",
        }
    ).loans
    assert (loan.title, loan.due) == (f"Dune · {due}", 0.0)


@pytest.mark.parametrize("item", [lambda _: None, lambda _: f"18010201{WHEN}ABSIP0001001|AJ|"])
def test_a_hold_whose_item_is_not_said_is_ready_all_the_same(item: Answer) -> None:
    lists: dict[str, Answer] = {"63": lambda line: patron("ASSIP0001001|", "000100000000000000000000"), "17": item}
    [hold] = stated(lists).holds
    assert (hold.id, hold.state) == ("SIP0001001", "ready")


def test_titles_are_shown_without_items_where_there_is_no_item_information(tmp_path: Path) -> None:
    lists: dict[str, Answer] = {"63": lambda _: patron("AUSIP0001001|", "000000000001000000000000")}
    [loan] = stated(lists, dialect=own(tmp_path, 'without = ["17"]')).loans
    assert (loan.id, loan.due) == ("SIP0001001", 0.0)


def test_a_library_that_goes_amid_an_account_has_not_stated_it(mocker: MockerFixture) -> None:
    mocker.patch.object(Accounts, "item", side_effect=ServiceUnreachable("gone"))
    with library({"63": lambda _: patron("AUSIP0001001|")}) as lib, pytest.raises(ServiceUnreachable):
        client(lib.port, ask_wait_s=10.0).ask(AccountOf(ANN))


def test_a_library_that_wants_to_hear_the_end_of_a_session_hears_it(tmp_path: Path) -> None:
    ended = f"36Y{WHEN}AOmain|AAR100|"
    with library({"63": lambda _: patron(counts="0" * 24), "35": lambda _: ended}) as lib:
        answer = client(lib.port, dialect=own(tmp_path, "ends_sessions = true")).ask(AccountOf(ANN))
        assert isinstance(answer, AccountIs)
        assert lib.codes()[-1] == "35"


# ---- changed ------------------------------------------------------------------------------------------------------


def act(at: Day, wanted: Renew | RenewAll, key: str = "k-1") -> Ruling:
    return at.point.act(Said(key, wanted))


def test_what_is_not_on_loan_is_not_renewed_and_of_a_stranger_nothing(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        assert act(at, Renew(READER, "SIP9999999")) == Ruling(False)
        assert not act(at, Renew("courier-1", "SIP0001001"), "k-2").done
        assert at.ledger.rows("select 1 from renewals") == []


def test_all_is_renewed_one_by_one_where_there_is_no_word_for_all(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        at.name = str(own(tmp_path, 'without = ["65"]'))
        at.again()
        ruling = act(at, RenewAll(READER))
        assert ruling.done
        assert len(ruling.each) == 3
        assert all(one.done and one.until > time.time() for one in ruling.each)


@pytest.mark.parametrize("back", [True, False])
def test_a_library_that_goes_when_some_were_renewed_has_changed_something(back: bool) -> None:
    """Not "nothing was changed": it is asked what became of them, and where it cannot be, nobody is told so."""
    due, logins = {"i-10001": "20261201", "i-10002": "20261202"}, [0]

    def renew(line: str) -> list[bytes | float]:
        barcode = value(line, "AB")
        due[barcode] = "20270107"
        return [f"301YNN{WHEN}AOmain|AAR100|AB{barcode}|AJDune|AH{due[barcode]}|\r".encode()]  # and closes

    def login(_: str) -> str:
        logins[0] += 1
        return "940" if logins[0] == 2 or (logins[0] > 2 and not back) else "941"

    lists = patron("AUi-10001|AUi-10002|", "000000000002000000000000")
    item: Answer = lambda line: f"18040201{WHEN}AB{value(line, 'AB')}|AJDune|AH{due[value(line, 'AB')]}|"  # noqa: E731
    with library({"93": login, "63": lambda _: lists, "17": item, "29": renew}) as lib:
        service = client(lib.port, dialect="invenio", answer_wait_s=3.0, ask_wait_s=10.0, tell_wait_s=12.0)
        became = outcome(service, Said("k-1", RenewAll(ANN)))
        assert lib.codes().count("29") == 1
    assert became == "unknown"


def test_a_library_that_goes_before_any_was_renewed_has_changed_nothing() -> None:
    def refuse(line: str) -> list[bytes | float]:
        return [f"300NUN{WHEN}AOmain|AAR100|AB{value(line, 'AB')}|AJDune|AH|AFOn hold.|\r".encode()]  # and closes

    logins = iter(["941"])
    lists = patron("AUi-10001|AUi-10002|", "000000000002000000000000")
    item: Answer = lambda line: f"18040201{WHEN}AB{value(line, 'AB')}|AJDune|AH20261201|"  # noqa: E731
    with library({"93": lambda _: next(logins, "940"), "63": lambda _: lists, "17": item, "29": refuse}) as lib:
        service = client(lib.port, dialect="invenio", answer_wait_s=3.0, ask_wait_s=10.0, tell_wait_s=12.0)
        assert outcome(service, Said("k-1", RenewAll(ANN))) == "away"
        assert lib.codes().count("29") == 1


def test_a_loan_whose_title_is_too_long_to_be_said_holds_up_no_other(tmp_path: Path) -> None:
    lists = patron(f"AU{'三' * 300}|AUi-10002|", "000000000002000000000000")
    renewed = f"301YNN{WHEN}AOmain|AAR100|ABi-10002|AJDune|AH20270107    120000|"
    with library(
        {"63": lambda _: lists, "17": lambda _: f"18040201{WHEN}ABi-10002|AJ|", "29": lambda _: renewed}
    ) as lib:
        service = client(lib.port, dialect=own(tmp_path, 'without = ["65"]', 'loans = "title"'), ask_wait_s=10.0)
        ruling = service.act(Said("k-1", RenewAll(ANN)))
        assert lib.codes().count("29") == 1
    assert not ruling.done
    assert [(one.loan[:2], one.done) for one in ruling.each] == [("t.", False), ("i-", True)]


def test_what_may_have_been_heard_stays_unknown_while_the_library_is_away(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        loan = at.ledger.rows("select barcode from loans where patron = 'R1009'")[0]["barcode"]
        at.server.fault("answer_lost", 1, "29")
        with pytest.raises(ServiceSilent):
            act(at, Renew(READER, loan))
        at.server.fault("refused_login", 9, "93")
        with pytest.raises(ServiceSilent, match="cannot be asked for"):
            act(at, Renew(READER, loan))
        at.server.mend()
        assert act(at, Renew(READER, loan)).done
        assert len(at.ledger.rows("select 1 from renewals")) == 1


# ---- settings -----------------------------------------------------------------------------------------------------


def test_a_dialect_must_be_a_name_or_a_file_that_is_there(tmp_path: Path) -> None:
    with pytest.raises(UnfitDialect, match="cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "own.toml").write_text("base = 3\n")
    with pytest.raises(UnfitDialect, match="must be the name of a dialect"):
        load(tmp_path / "own.toml")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"ca": __file__}, "are for tls"),
        ({"tls": True, "key": __file__}, "needs its certificate"),
        ({"user": ""}, "user is missing"),
        ({"tell_wait_s": 19.0}, "tell_wait_s must be at least"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(more: dict[str, Any], words: str) -> None:
    fit = {"host": "x", "tls": False, "user": "kiosk", "location": "dongmen"}
    assert Settings.model_validate(fit)
    with pytest.raises(ValidationError, match=words):
        Settings.model_validate(fit | more)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])  # some editors begin a text with a mark
def test_a_terminal_password_is_said_as_it_was_written(encoding: str, tmp_path: Path) -> None:
    kept = tmp_path / "terminal"
    kept.write_text("tp\n", encoding=encoding)
    with library({"17": lambda _: SHELVED}) as lib:
        client(lib.port, terminal_password=kept).ask(WhatIs("i-1"))
        assert [value(line, "AC") for line in lib.said if line[:2] == "17"] == ["tp"]
