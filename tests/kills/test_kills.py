"""A few kills of a real kiosk; ``make kills`` does five hundred. What is doubled afterwards does not go unnoticed."""

from collections import Counter
from dataclasses import replace
from functools import partial

import pytest
from pydantic import TypeAdapter

from simulators.agree import Facts
from simulators.library.booking import hear
from simulators.library.ledger import Ledger
from simulators.machine import POINT, Machine
from sync.envelope import Sent
from sync.messages import Telling
from tests.kills.__main__ import Tally, contradictions, idle, life
from tests.side_by_side import side_by_side

TELLING: TypeAdapter[Telling] = TypeAdapter(Telling)


@pytest.mark.timeout(900)
def test_killed_at_random_moments_nothing_is_lost() -> None:
    def check(*kind: str, kills: int = 2) -> None:
        tally = Tally()
        assert life(seed=7, kills=kills, tally=tally, kind=kind, then=partial(doubled, sip2="sip2" in kind)) == []
        assert tally.ended.total() == kills

    side_by_side({"rest": check, "sip2": partial(check, "sip2"), "window": partial(check, "window", kills=1)})


def doubled(machine: Machine, facts: Facts, sip2: bool) -> None:
    """All agree. They do not when a telling is heard again as if it were another, or a loan is booked again."""
    ledger = machine.library.ledger
    assert contradictions(machine, facts, sip2) == []
    loan = ledger.rows("select * from loans where point = ? order by id", POINT)[0]
    ledger.add("loans", **{**loan, "id": None, "ended": loan["started"], "ended_at": POINT})
    said = contradictions(machine, facts, sip2)
    assert any(loan["barcode"] in flaw and "times and lent" in flaw for flaw in said), said
    ledger.change("delete from loans where id = (select max(id) from loans)")
    assert contradictions(machine, facts, sip2) == []
    if not sip2:
        for kind in ("parcel_ready", "parcel_collected", "item_dropped"):
            tell_again(ledger, kind)
            said = contradictions(machine, facts, sip2)
            assert any(f"heard by the library 2 times: {kind}" in flaw for flaw in said), said


def tell_again(ledger: Ledger, kind: str) -> None:
    """The last telling of this kind, under another key."""
    sql = "select telling from received where point = ? and json_extract(telling, '$.told.kind') = ? order by seq desc"
    row = ledger.row(sql, POINT, kind)
    point = ledger.row("select expected from points where id = ?", POINT)
    assert row is not None
    assert point is not None
    telling = TELLING.validate_json(row["telling"])
    hear(ledger, POINT, [Sent(replace(telling, key=f"{telling.key}-again", seq=point["expected"]), "0" * 64)])


def test_a_dozen_in_which_everybody_walks_off_is_a_flaw() -> None:
    assert idle(Counter({"doors opened": 5}), 12)
    assert idle(Counter({"doors opened": 1, "loans": 1}), 12)
    assert not idle(Counter({"doors opened": 5, "returns": 1}), 12)
