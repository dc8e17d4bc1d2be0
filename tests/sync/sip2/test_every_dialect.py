"""Every shipped dialect against the reference library that speaks as that system does: a day, and lost answers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from simulators.library.ledger import Ledger
from simulators.library.seed import card_number, seed, signing_key
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.server import Sip2Server
from simulators.library.sip2.talk import LATE_S, Fault
from sync.asked import ItemIs, PatronIs, Shown, WhatIs
from sync.errors import ServiceError, ServicePostponed
from sync.messages import ItemDropped, ParcelCollected, ParcelReady, Receipt, Telling
from sync.service import Known
from sync.sip2.dialect import names
from sync.sip2.service import Settings, Sip2
from tests.side_by_side import side_by_side
from tests.sync.sip2.sip2_client import SEAL

DIALECTS = names()
WAITS = {"connect_wait_s": 2.0, "answer_wait_s": 0.5, "ask_wait_s": 3.0, "tell_wait_s": 6.0}


class Day:
    """A library of this kind, and a point that speaks to it. ``again`` is the point after a restart."""

    def __init__(self, name: str, ledger: Ledger, server: Sip2Server) -> None:
        self.ledger, self.server, self.name = ledger, server, name
        self.said = self.heard = 0
        self.doubt_wait_s = 0.0
        self.again()

    def again(self) -> None:
        about = {"host": "127.0.0.1", "port": self.server.port, "tls": False, "dialect": Path(self.name)}
        named = {"user": "kiosk", "institution": "SIP", "location": "dongmen"}
        waits = WAITS | {"doubt_wait_s": self.doubt_wait_s}
        self.point = Sip2(Settings.model_validate(about | named | waits), "kiosk", SEAL)

    def ask(self, number: str) -> Any:
        answer = self.point.ask(Shown(SecretStr(number)))
        assert isinstance(answer, PatronIs)
        return answer.patron

    def tell(self, told: Any) -> Receipt:
        """As the outbox does: the same telling until there is a receipt."""
        self.said += 1
        telling = Telling(f"p-1-{self.said}", self.said, time.time(), told)
        for _ in range(6):
            try:
                return self.point.tell([telling], Known(said=self.heard))[0]
            except ServicePostponed as error:
                time.sleep(error.after_s)
            except ServiceError:
                continue
        raise AssertionError("no receipt")

    def parcel(self, patron: str) -> str:
        sql = "select barcode from parcel_items join parcels on parcels.id = parcel where patron = ?"
        row = self.ledger.row(sql, patron)
        assert row
        return str(row["barcode"])

    def loans(self, barcode: str) -> list[dict[str, Any]]:
        return self.ledger.rows("select * from loans where barcode = ?", barcode)


@contextmanager
def day(name: str, folder: Path) -> Iterator[Day]:
    ledger = Ledger(folder / "library.sqlite", signing_key())
    seed(ledger)
    with Sip2Server(ledger, PROFILES[name]) as server:
        made = Day(name, ledger, server)
        try:
            yield made
        finally:
            made.point.close()
    ledger.close()


def test_every_dialect_has_a_library_that_speaks_so() -> None:
    assert set(DIALECTS) == set(PROFILES)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_whole_day(name: str, tmp_path: Path) -> None:
    with day(name, tmp_path) as at:
        assert at.point.changes("", 0.0).snapshot
        reader = at.ask(card_number("R1002"))
        assert (reader.standing, reader.cards) == ("fine", (SEAL.card(card_number("R1002")),))
        assert "李明哲" not in reader.initials
        blocked = at.ask(card_number("R1005"))
        assert blocked.standing == "blocked"
        assert "逾期费用" in blocked.reason or PROFILES[name].charset == "cp850"
        assert at.ask("DEADBEEF") is None
        item = at.parcel("R1002")
        known = at.point.ask(WhatIs(item))
        assert isinstance(known, ItemIs)
        assert known.item
        assert at.point.ask(WhatIs("nothing")) == ItemIs(None)
        held = at.tell(ParcelReady("h1", "A1", "c", (item,)))
        assert held.status == "applied", held
        assert held.held_for
        assert held.held_for.id == reader.id
        assert at.tell(ParcelCollected("h1", reader.id, (item,), "card", time.time())).status == "applied"
        assert [one["ended"] for one in at.loans(item)] == [None]
        assert at.tell(ItemDropped(item, "A1", True)).status == "applied"
        assert all(one["ended"] for one in at.loans(item))


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_held_elsewhere_is_not_for_this_point(name: str, tmp_path: Path) -> None:
    with day(name, tmp_path) as at:
        other = at.tell(ParcelReady("h1", "A1", "c", (at.parcel("R1008"),)))
        assert other.held_for is None
        assert other.goes_to == "lujia"


@pytest.mark.parametrize(
    "fault", ["answer_lost", "silent", "cut", "closes", "wrong_sequence", "twice", "bad_check", "late", "under_way"]
)
def test_a_checkout_and_a_check_in_have_their_effect_once(fault: Fault, tmp_path: Path) -> None:
    side_by_side({name: partial(effect_once, name, fault, tmp_path / name) for name in DIALECTS})


def effect_once(name: str, fault: Fault, folder: Path) -> None:
    folder.mkdir()
    with day(name, folder) as at:
        at.doubt_wait_s = LATE_S + 1.0 if fault == "under_way" else 0.0
        at.again()
        reader, item = at.ask(card_number("R1002")), at.parcel("R1002")
        at.tell(ParcelReady("h1", "A1", "c", (item,)))
        at.server.fault(fault, 1, at="11")
        assert at.tell(ParcelCollected("h1", reader.id, (item,), "card", time.time())).status == "applied"
        (loan,) = at.loans(item)
        renewed = at.ledger.rows("select * from renewals where loan = ?", loan["id"])
        assert not renewed, "said twice: it was renewed"
        at.server.fault(fault, 1, at="09")
        assert at.tell(ItemDropped(item, "A1", True)).status == "applied"
        assert len(at.loans(item)) == 1
        assert at.server.faults == {}


def test_the_same_telling_after_a_restart_lends_nothing_twice(tmp_path: Path) -> None:
    with day("koha", tmp_path) as at:
        reader, item = at.ask(card_number("R1002")), at.parcel("R1002")
        told = ParcelCollected("h1", reader.id, (item,), "card", time.time())
        at.tell(told)
        at.again()
        at.said, at.heard = 0, at.said
        assert at.tell(told).status == "applied"
        assert not at.ledger.rows("select * from renewals")
        assert len(at.loans(item)) == 1
