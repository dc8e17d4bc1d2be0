"""Borrowing at the counter over SIP2: asked first, said once, and after a lost answer only asked about."""

from pathlib import Path

import pytest

from simulators.library.seed import card_number
from sync.acts import Checkout, Ruling, Said
from sync.errors import ServiceSilent, ServiceUnreachable
from sync.messages import ItemLent, Telling
from sync.sip2.service import Settings, abilities
from tests.sync.sip2.sip2_client import SEAL
from tests.sync.sip2.test_every_dialect import DIALECTS, Day, day

READER = SEAL.hide(card_number("R1009"))
NOW = 1_795_000_000.0


def on_shelf(at: Day) -> str:
    return str(at.ledger.rows("select barcode from items where place = 'shelf' order by barcode")[0]["barcode"])


def checkout(at: Day, item: str, key: str = "k-1", reader: str = READER) -> Ruling:
    return at.point.act(Said(key, Checkout(reader, item)))


def loans(at: Day, item: str) -> list[str]:
    return [row["patron"] for row in at.ledger.rows("select patron from loans where barcode = ?", item)]


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_lends_once_and_renews_nothing(name: str, tmp_path: Path) -> None:
    with day(name, tmp_path) as at:
        item = on_shelf(at)
        first = checkout(at, item)
        assert first.done
        assert first.until > 0
        assert loans(at, item) == ["R1009"]
        again = checkout(at, item, "k-2")  # after a power cut: it is theirs, and stays as it is
        assert again.done
        assert abs(again.until - first.until) < 86400
        assert at.ledger.rows("select 1 from renewals") == []
        other = checkout(at, item, "k-3", SEAL.hide(card_number("R1010")))
        assert not other.done
        assert loans(at, item) == ["R1009"]


@pytest.mark.parametrize("name", DIALECTS)
def test_a_lost_answer_is_asked_about_and_found_booked(name: str, tmp_path: Path) -> None:
    with day(name, tmp_path) as at:
        item = on_shelf(at)
        at.server.fault("answer_lost", 1, "11")
        with pytest.raises(ServiceSilent):
            checkout(at, item)
        assert checkout(at, item).done
        assert loans(at, item) == ["R1009"]
        assert at.ledger.rows("select 1 from renewals") == []


def test_one_that_was_never_heard_is_unknown_and_then_told_surely(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        item = on_shelf(at)
        at.server.fault("closes", 1, "11")
        for _ in range(2):
            with pytest.raises(ServiceSilent):
                checkout(at, item)
        assert loans(at, item) == []
        telling = Telling("p-1", 1, NOW, ItemLent(item, READER, NOW + 86400))
        for _ in range(2):  # the receipt is lost, and it is told once more
            (receipt,) = at.point.tell((telling,))
            assert receipt.status == "applied"
        assert loans(at, item) == ["R1009"]
        assert at.ledger.rows("select 1 from renewals") == []


def test_what_is_booked_and_told_as_well_is_booked_once(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        item = on_shelf(at)
        assert checkout(at, item).done
        (receipt,) = at.point.tell((Telling("p-1", 1, NOW, ItemLent(item, READER, NOW + 86400)),))
        assert receipt.status == "applied"
        assert loans(at, item) == ["R1009"]


def test_a_no_is_the_librarys_own(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        item = on_shelf(at)
        at.ledger.change("update patrons set standing = 'blocked', reason = '请到服务台。' where id = 'R1009'")
        assert checkout(at, item) == Ruling(False, "请到服务台。")
        assert not checkout(at, "SIP9999999", "k-2").done


def test_where_nobody_could_ask_what_became_of_it_nothing_is_lent_here(tmp_path: Path) -> None:
    named = {"host": "x", "user": "kiosk", "location": "dongmen"}
    own = tmp_path / "own.toml"
    own.write_text('base = "koha"\nwithout = ["17"]\n')
    able = [abilities(Settings.model_validate(named | {"dialect": which})).acts for which in (Path("koha"), own)]
    assert ["checkout" in acts for acts in able] == [True, False]


def test_with_the_library_away_nothing_was_said(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        at.server.fault("refused_login", 9, "93")
        at.point.close()
        with pytest.raises(ServiceUnreachable):
            checkout(at, on_shelf(at))
