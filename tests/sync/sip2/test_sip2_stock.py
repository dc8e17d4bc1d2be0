"""Stock over SIP2: what waits for nobody stays where the site wants it; whether it may be lent is two questions."""

import pytest
from raw_library import WHEN, library
from sip2_client import SEAL, client

from sync.asked import Allowed, MayBorrow
from sync.messages import ItemDropped, ParcelReady, PointTrouble, Receipt, Telling
from sync.sip2.service import Sip2

READY = ParcelReady("h1", "A1", "max", ("i-1",))
BACK = ItemDropped("i-1", "A1", True)
BACK_FREE, HELD = "AOmain|ABi-1|AQmain|", "AOmain|ABi-1|AQmain|CV01|CTLOCKER|CYR200|DABob Quux|"
MAY = MayBorrow(SEAL.hide("R100"), ("i-1",))


def item(state: str = "03", more: str = "") -> str:
    return f"18{state}0201{WHEN}ABi-1|AJ{'' if state == '01' else 'Dune'}|{more}"


def checked_in(fields: str = BACK_FREE, ok: str = "1") -> str:
    return f"10{ok}YNN{WHEN}{fields}"


def person(flags: str = " " * 14, more: str = "BLY|", counts: str = "0000" * 4) -> str:
    return f"64{flags}019{WHEN}{counts}{'0000' * 2}AOmain|AAR100|AEX|{more}CQY|"


def told(service: Sip2, what: ParcelReady | ItemDropped) -> Receipt:
    service.tell([Telling("first", 1, 1.0, PointTrouble("door_stuck"))])  # what waited when it was started is over
    return service.tell([Telling("k-1", 2, 2.0, what)])[0]


@pytest.mark.parametrize("what", [READY, BACK])
@pytest.mark.parametrize("stock", [True, False])
def test_what_waits_for_nobody_stays_where_the_site_wants_it(what: ParcelReady | ItemDropped, stock: bool) -> None:
    with library({"17": lambda _: item(), "09": lambda _: checked_in()}) as lib:
        receipt = told(client(lib.port, stock=stock), what)
    assert receipt.stock is stock
    assert receipt.status == ("applied" if stock or what is BACK else "conflict")
    assert receipt.held_for is None


@pytest.mark.parametrize("fields", [HELD, "AOmain|ABi-1|AQmain|CV04|CTNORTH|"])
def test_what_is_wanted_here_or_elsewhere_does_not(fields: str) -> None:
    with library({"17": lambda _: item(), "09": lambda _: checked_in(fields)}) as lib:
        for what in (READY, BACK):
            assert not told(client(lib.port, stock=True), what).stock


def test_what_the_library_does_not_know_is_no_stock() -> None:
    with library({"17": lambda _: item("01"), "09": lambda _: checked_in(ok="0")}) as lib:
        assert not told(client(lib.port, stock=True), READY).stock


@pytest.mark.parametrize(
    ("answers", "allowed"),
    [
        ({}, Allowed(True)),
        ({"63": person("Y" + " " * 13, "BLY|AFA fee is open|")}, Allowed(False, "A fee is open")),
        ({"63": person(more="BLN|")}, Allowed(False)),
        ({"63": person(more="BLY|CB0001|")}, Allowed(True)),
        ({"63": person(more="BLY|CB0002|", counts="0000000000010000")}, Allowed(True)),
        (
            {"63": person(more="BLY|CB0002|AFTwo are enough|", counts="0000000000020000")},
            Allowed(False, "Two are enough"),
        ),
        ({"63": person(more="BLY|CB0000|", counts="0000000000020000")}, Allowed(True)),
        ({"63": person(more="BLY|CBmany|", counts="0000000000020000")}, Allowed(True)),
        ({"63": person(more=f"BLY|CB{'9' * 5000}|", counts="0000000000020000")}, Allowed(True)),
        ({"17": item("04", "AFOn loan|")}, Allowed(False, "On loan")),
        ({"17": item("08")}, Allowed(False)),
        ({"17": item("01")}, Allowed(False)),
    ],
)
def test_a_reader_and_a_book_are_asked_about_apart(answers: dict[str, str], allowed: Allowed) -> None:
    says = {"63": person(), "17": item()} | answers
    with library({code: (lambda _, said=said: said) for code, said in says.items()}) as lib:
        assert client(lib.port).ask(MAY) == allowed


def test_a_limit_on_loans_is_kept_for_all_of_them_together() -> None:
    counts = "0000000000180000"
    says = {"63": person(more="BLY|CB0020|", counts=counts), "17": item()}
    with library({code: (lambda _, said=said: said) for code, said in says.items()}) as lib:
        service = client(lib.port)
        assert service.ask(MayBorrow(MAY.patron, ("i-1", "i-1"))) == Allowed(True)
        assert service.ask(MayBorrow(MAY.patron, ("i-1", "i-1", "i-1"))) == Allowed(False)


def test_where_pins_are_wanted_the_reader_has_just_been_asked_about() -> None:
    with library({"17": lambda _: item()}) as lib:
        assert client(lib.port, pin="always").ask(MAY) == Allowed(True)
        assert lib.codes() == ["17"]
