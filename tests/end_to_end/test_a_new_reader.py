"""Somebody who has never been here taps a citizen card, at a real kiosk process, over REST."""

import pytest

from simulators.library import activating
from simulators.library.seed import CITIZENS
from sync.activation import PIN_MOST
from tests.end_to_end.people import Point

PHONE, PIN = "13911112222", "70413358"
CARD, INITIALS = CITIZENS[0][0], CITIZENS[0][2]


@pytest.fixture(autouse=True)
def _a_long_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    """So long that nothing else looks like it by chance."""
    assert len(PIN) == PIN_MOST
    monkeypatch.setattr(activating, "PIN_DIGITS", PIN_MOST)


def types(point: Point, digits: str) -> None:
    for digit in digits:
        point.kiosk.touch("digit", digit)
    point.kiosk.touch("enter")


def asked_for(point: Point) -> None:
    offered(point)
    chosen(point)


def offered(point: Point) -> None:
    """The card is tapped and the rules are read."""
    point.tap(CARD)
    seen = point.kiosk.wait_for("Rules", n=1)
    for n in range(2, seen["of"] + 1):
        point.kiosk.touch("next")
        point.kiosk.wait_for("Rules", n=n)
    point.kiosk.touch("agree")
    point.kiosk.wait_for("Phone")


def chosen(point: Point) -> None:
    """Number and PIN are typed."""
    types(point, PHONE)
    point.kiosk.wait_for("NewPin", again=False)
    types(point, PIN)
    point.kiosk.wait_for("NewPin", again=True)
    types(point, PIN)


def initials(point: Point) -> list[str]:
    """Of the readers who have this telephone number, by the library's books."""
    rows = point.machine.library.ledger.rows("select initials from patrons where phone = ?", PHONE)
    return [row["initials"] for row in rows]


def acts(point: Point) -> int:
    return len(point.machine.library.ledger.rows("select key from acts"))


def test_a_citizen_card_becomes_a_library_card_and_nothing_typed_stays(point: Point) -> None:
    asked_for(point)
    point.kiosk.wait_for("Activated", 30, go_on=True)
    point.kiosk.touch("go_on")
    assert point.kiosk.wait_for("Account", known=True)["loans"] == 0
    point.kiosk.touch("cancel")
    point.home()
    assert initials(point) == [INITIALS]
    journal = str(point.journal())
    assert "activate" in journal
    store = b"".join(path.read_bytes() for path in sorted(point.machine.folder.glob("point.sqlite*")))
    assert b"activate" in store
    for kept in (journal.encode(), point.machine.config.with_suffix(".log").read_bytes(), store):
        for typed in (PHONE, PIN):
            assert typed.encode() not in kept


def test_the_answer_is_lost_and_the_library_is_asked_whose_card_it_is(point: Point) -> None:
    point.machine.library.fault("answer_lost", 100, "/acts")
    asked_for(point)
    point.kiosk.wait_for("Activated", 40, go_on=True)
    assert initials(point) == [INITIALS]
    assert acts(point) == 1


def test_every_answer_is_lost_and_the_card_works_at_the_next_tap(point: Point) -> None:
    offered(point)
    point.machine.library.fault("answer_lost", 100, "/acts", "/queries")
    chosen(point)
    point.kiosk.wait_for("Sorry", 60, reason="activation_unknown")
    point.machine.library.fault(None)
    point.kiosk.touch("finish")
    point.home()
    point.tap(CARD)
    assert point.kiosk.wait_for("Account", 30, known=True)["loans"] == 0
    assert initials(point) == [INITIALS]
    assert acts(point) == 1
