"""A reader without a phone or an input method finds a book and has it sent here, at a real kiosk process, over REST."""

import time
from typing import Any

import pytest

from simulators.machine import POINT, Machine
from simulators.screen import Hand
from tests.end_to_end.conftest import window_of
from tests.end_to_end.people import Point

READER, THREE = "R1009", "9787536692930"
DAY_S = 86400.0


class LosesActs:
    """Between the wire and the application: what is said of acts is heard and done, and its answer never comes."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.heard = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].endswith("/acts"):
            await self.app(scope, receive, send)
            return

        async def nowhere(_: Any) -> None:
            self.heard += 1

        await self.app(scope, receive, nowhere)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def holds(machine: Machine) -> list[dict[str, Any]]:
    return machine.library.ledger.rows("select * from holds where patron = ? and isbn = ?", READER, THREE)


def _answered(seen: dict[str, Any]) -> bool:
    return bool(seen["screen"] == "Found" and seen["library"] in ("asked", "silent"))


def title_page(point: Point) -> dict[str, Any]:
    """S, B, T: one slip of the finger in 三体 (San Ti)."""
    point.kiosk.touch("more")
    point.kiosk.wait_for("More", search=True)
    point.kiosk.touch("search")
    point.kiosk.wait_for("Search")
    for letter in "SBT":
        point.kiosk.touch("letter", letter)
    point.kiosk.wait_for("Search", typed="SBT")
    point.kiosk.touch("enter")
    while (seen := point.kiosk.wait_until(_answered, "an answer"))["library"] == "silent":  # a machine under load
        point.kiosk.touch("enter")
        point.kiosk.wait_for("Found", library="asking")
    lines = seen["lines"]
    assert seen["near"]
    assert lines[0]["title"] == "三体"
    point.kiosk.touch("title", lines[0]["id"])
    return point.kiosk.wait_for("TitlePage", hold=True)


def test_three_letters_find_it_and_a_card_has_it_sent_here(point: Point) -> None:
    page = title_page(point)
    assert (page["line"]["author"], page["line"]["free"] > 0) == ("刘慈欣", True)
    point.kiosk.touch("hold")
    point.kiosk.wait_for("Prove", want="hold", title="三体")
    point.tap(READER)
    placed = point.kiosk.wait_for("Wished", outcome="placed")
    assert placed["by"] == pytest.approx(time.time() + 2 * DAY_S, abs=120.0)
    assert [(hold["point"], hold["status"]) for hold in holds(point.machine)] == [(POINT, "waiting")]
    point.kiosk.touch("finish")
    point.home()
    title_page(point)
    point.tap(READER)
    assert point.kiosk.wait_for("Wished", outcome="refused")["words"] == "您已预约此书。"
    assert len(holds(point.machine)) == 1
    journal = str(point.journal())
    assert "place_hold" in journal
    for told in (journal, point.machine.config.with_suffix(".log").read_text()):
        assert "SBT" not in told


def test_a_lost_answer_is_looked_for_and_the_hold_is_there_once(point: Point) -> None:
    title_page(point)
    wire = point.machine.library.wire
    wire.app = loses = LosesActs(wire.app)
    point.tap(READER)
    assert point.kiosk.wait_for("Wished", timeout_s=40.0)["outcome"] == "placed"
    assert loses.heard > 0
    assert len(holds(point.machine)) == 1
    assert len(point.machine.library.ledger.rows("select * from acts")) == 1


def test_without_the_library_nothing_is_sent_for_and_that_is_said(point: Point) -> None:
    title_page(point)
    point.machine.library.pause()
    point.kiosk.wait_for("TitlePage", 60, hold=False, away=True)
    point.kiosk.touch("cancel")
    point.kiosk.touch("cancel")
    point.kiosk.touch("erase")
    point.kiosk.wait_for("Search", typed="SB", library="away", count=0)
    assert not holds(point.machine)


@pytest.mark.timeout(300)
def test_with_real_touches_on_the_glass(machine: Machine) -> None:
    text = machine.config.read_text().replace("[point]", "[point]\ncounter = true", 1)
    assert "slip_s = 6\n" in text
    machine.config.write_text(text.replace("slip_s = 6\n", "slip_s = 60\nidle_s = 120\n"))
    with window_of(machine) as hand:
        _touch_through(hand, machine)
        _borrow(hand, machine)


def _touch_through(hand: Hand, machine: Machine) -> None:
    hand.touch("more", timeout_s=20)
    hand.touch("search", timeout_s=20)
    hand.wait_for("Search")
    for letter in "SBT":
        hand.touch(f"key {letter}", timeout_s=20)
    until = time.monotonic() + 30
    while hand.sees()["fields"].get("typed") != "SBT":
        assert time.monotonic() < until
        time.sleep(0.05)
    hand.touch("key enter", timeout_s=20)
    hand.wait_for("Found")
    while f"title {THREE}" not in (seen := hand.sees())["targets"]:
        assert time.monotonic() < until
        if seen["fields"]["library"] == "silent":
            hand.touch("enter", timeout_s=20)
        time.sleep(0.05)
    hand.touch(f"title {THREE}", timeout_s=20)
    hand.wait_for("TitlePage")
    hand.touch("hold", timeout_s=20)
    hand.wait_for("Prove")
    machine.tap_and_lift(READER)
    hand.wait_for("Wished", timeout_s=40)
    assert hand.sees()["fields"]["outcome"] == "placed"
    assert len(holds(machine)) == 1


def _borrow(hand: Hand, machine: Machine) -> None:
    """On to the account and the counter, the same way."""
    hand.touch("account", timeout_s=40)
    hand.wait_for("Account", timeout_s=40)
    hand.touch("borrow", timeout_s=40)
    hand.wait_for("Counter", timeout_s=40)
    ledger = machine.library.ledger
    (book,) = ledger.rows("select barcode from items where place = 'shelf' order by barcode limit 1")
    machine.scanner.scan(book["barcode"])
    hand.touch("borrow", timeout_s=40)
    hand.wait_for("Goodbye", timeout_s=60)
    assert [row["patron"] for row in ledger.rows("select patron from loans where barcode = ?", book["barcode"])] == [
        READER
    ]
