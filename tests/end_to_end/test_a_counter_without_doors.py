"""A counter without a cabinet, from its example: a real window, touched; card, scanner and pad on their wires; HTTP."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.library.seed import card_number
from simulators.pads import Pad
from simulators.point import Point
from simulators.readers import HandScanner, PcscReader
from simulators.screen import Xvfb
from tests.end_to_end.people import eventually
from tests.kills.windowed import WindowedProcess

EXAMPLE = Path(__file__).parents[2] / "examples" / "counter.toml"
READER = "R1014"
SIZE = (960, 540)  # a quarter of what a processor would have to draw for a real one


@pytest.fixture
def desk(folder: Path) -> Iterator[Point]:
    point = Point(EXAMPLE, folder, pace=0.0)
    point.raw["screen"] = {"width": SIZE[0], "height": SIZE[1]}
    with point:
        assert not point.no_pcsc, point.no_pcsc
        yield point


def on_loan(desk: Point, item: str) -> str:
    loan = desk.library.ledger.loan(item)
    return str(loan["patron"]) if loan else ""


def test_books_are_borrowed_with_a_card_a_pad_and_a_scanner_and_go_back_to_the_staff(desk: Point) -> None:
    laid, scanned = (
        row["barcode"] for row in desk.library.ledger.rows("select barcode from items where place = 'shelf' limit 2")
    )
    pad, hand, card = desk.twin("pad", Pad), desk.twin("hand", HandScanner), desk.twin("cards", PcscReader)
    with Xvfb(*SIZE) as display, WindowedProcess(desk.config, {**desk.env, **display.env}) as kiosk:
        kiosk.hand.wait_for("Home", timeout_s=90)
        kiosk.settle()
        kiosk.wait_until(lambda seen: seen["screen"] == "Home" and seen["cards"] and seen["online"], "Home", 60)
        assert {"borrow", "more"} <= set(there := kiosk.hand.sees()["targets"])
        assert not {"collect", "return"} & set(there)
        pad.lay(laid)
        card.tap_and_lift(card_number(READER))
        counted(kiosk, 1)
        hand.scan(scanned)
        counted(kiosk, 2)
        pad.lay(scanned)  # its tag is to pass the gate as well
        kiosk.wait_until(lambda seen: seen["screen"] == "Counter" and seen["lying"] == 2, "both lie there", 60)
        kiosk.touch("borrow")
        seen = kiosk.wait_for("Goodbye", 60, purpose="checkout")
        assert len(seen["titles"]) == len(seen["slip"]["items"]) == 2
        assert {on_loan(desk, laid), on_loan(desk, scanned)} == {READER}
        assert not pad.secured(laid)
        assert not pad.secured(scanned)
        kiosk.touch("finish")
        kiosk.wait_for("Home")
        pad.remove()
        hand.scan(laid)  # brought back
        assert kiosk.wait_for("Sorry", reason="returns_to_staff")["then"] == []
        kiosk.touch("borrow")
        kiosk.wait_for("Prove")
        assert on_loan(desk, laid) == READER
    eventually(lambda: "a counter without doors" in said(desk, "check"), "what is checked")
    assert "checkout" in said(desk, "journal")


def counted(kiosk: WindowedProcess, count: int) -> None:
    kiosk.wait_until(
        lambda seen: seen["screen"] == "Counter" and len(seen["rows"]) == count and not seen["busy"],
        f"{count} counted",
        60,
    )


def said(desk: Point, command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", command, str(desk.config)], env=desk.env, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout
