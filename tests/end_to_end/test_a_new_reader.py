"""Somebody who has never been here taps a citizen card, at a real kiosk process, over REST."""

from simulators.agree import read_journal
from simulators.library.seed import CITIZENS
from tests.end_to_end.people import Point

PHONE, PIN = "13911112222", "704133"


def typed(point: Point, digits: str) -> None:
    for digit in digits:
        point.kiosk.touch("digit", digit)
    point.kiosk.touch("enter")


def test_a_citizen_card_becomes_a_library_card_and_nothing_typed_stays(point: Point) -> None:
    point.tap(CITIZENS[0][0])
    seen = point.kiosk.wait_for("Rules", n=1)
    for n in range(2, seen["of"] + 1):
        point.kiosk.touch("next")
        point.kiosk.wait_for("Rules", n=n)
    point.kiosk.touch("agree")
    point.kiosk.wait_for("Phone")
    typed(point, PHONE)
    point.kiosk.wait_for("NewPin", again=False)
    typed(point, PIN)
    point.kiosk.wait_for("NewPin", again=True)
    typed(point, PIN)
    point.kiosk.wait_for("Activated", 30, go_on=True)
    point.kiosk.touch("go_on")
    assert point.kiosk.wait_for("Account", known=True)["loans"] == 0
    point.kiosk.touch("cancel")
    point.home()
    rows = point.machine.library.ledger.rows("select initials from patrons where phone = ?", PHONE)
    assert [row["initials"] for row in rows] == [CITIZENS[0][2]]
    journal = str(read_journal(point.machine.config, point.machine.env))
    assert "activate" in journal
    store = b"".join(path.read_bytes() for path in sorted(point.machine.folder.glob("point.sqlite*")))
    assert b"activate" in store
    for kept in (journal.encode(), point.machine.config.with_suffix(".log").read_bytes(), store):
        assert PHONE.encode() not in kept
