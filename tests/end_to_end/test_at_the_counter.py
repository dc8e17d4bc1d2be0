"""A reader with a pile of books at the counter: a real kiosk process, a UHF pad on a serial line, HTTP."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from simulators.laid import IN_LIBRARY, ON_LOAN, Laid
from simulators.machine import Machine
from simulators.r2000 import R2000Pad
from tests.end_to_end.conftest import Run
from tests.end_to_end.people import Point, eventually

READER = "R1014"
LIFTED_S = 3.0  # away for as long as a hand takes to go and come back: a pad notices within some rounds


@pytest.fixture
def pad(folder: Path) -> Iterator[R2000Pad]:
    with R2000Pad(folder / "ttyPAD0") as pad:
        yield pad


@pytest.fixture
def counter(machine: Machine, pad: R2000Pad, kiosk_of: Run) -> Iterator[Point]:
    text = machine.config.read_text()
    assert "[point]" in text
    text = text.replace("[point]", "[point]\ncounter = true", 1)
    machine.config.write_text(f'{text}\n[[pad]]\nname = "pad"\ndriver = "r2000"\nport = "{pad.port}"\n')
    with kiosk_of(machine) as kiosk:
        yield Point(machine, kiosk).ready()


def pile(point: Point, count: int) -> list[Laid]:
    rows = point.machine.library.ledger.rows("select barcode from items where place = 'shelf' order by barcode")
    return [Laid(row["barcode"], afi=IN_LIBRARY) for row in rows[:count]]


def begun(point: Point) -> None:
    point.kiosk.touch("borrow")
    point.kiosk.wait_for("Prove", want="checkout")
    point.tap(READER)
    point.kiosk.wait_for("Counter")


def listed(point: Point, count: int) -> None:
    point.kiosk.wait_until(
        lambda seen: seen["screen"] == "Counter" and len(seen["rows"]) == count and not seen["busy"], f"{count} counted"
    )


def test_a_pile_is_booked_and_passes_the_gate_and_rings_again_when_it_is_back(counter: Point, pad: R2000Pad) -> None:
    books = pile(counter, 3)
    begun(counter)
    for book in books:
        pad.lay(book)
    listed(counter, 3)
    assert {book.afi for book in books} == {IN_LIBRARY}
    counter.kiosk.touch("borrow")
    seen = counter.kiosk.wait_for("Goodbye", 30, purpose="checkout")
    assert len(seen["titles"]) == 3
    assert not seen["provisional"]
    assert {counter.on_loan(book.number) for book in books} == {READER}
    assert {book.afi for book in books} == {ON_LOAN}
    counter.kiosk.touch("finish")
    counter.home()
    for book in books:
        pad.remove(book)
    time.sleep(LIFTED_S)
    pad.lay(books[0])  # brought back: a return begins by itself
    counter.kiosk.wait_until(lambda seen: seen["screen"] == "Return" and len(seen["titles"]) == 1, "the return")
    counter.kiosk.touch("open")
    door = counter.open_door()
    eventually(lambda: books[0].afi == IN_LIBRARY, "the gate rings for it again")
    pad.remove(books[0])
    counter.machine.cabinet.put_in(door, books[0].number)
    counter.machine.cabinet.push(door)
    counter.kiosk.wait_for("Goodbye", purpose="dropoff")
    counter.told()
    assert counter.on_loan(books[0].number) == ""


def test_a_set_goes_out_and_comes_back_with_all_its_parts_only(counter: Point, pad: R2000Pad) -> None:
    (book,) = pile(counter, 1)
    first, second = (replace(book, parts=2, part=part) for part in (1, 2))
    begun(counter)
    pad.lay(first)
    counter.kiosk.wait_until(lambda seen: seen.get("notice") == "part_missing", "the second part is asked for")
    assert counter.kiosk.seen[-1]["lacks"] == [2, 2]
    pad.lay(second)
    listed(counter, 1)
    counter.kiosk.touch("borrow")
    counter.kiosk.wait_for("Goodbye", 30, purpose="checkout")
    eventually(lambda: first.afi == second.afi == ON_LOAN, "both parts pass the gate")
    counter.kiosk.touch("finish")
    counter.home()
    pad.remove(first)
    pad.remove(second)
    time.sleep(LIFTED_S)

    pad.lay(second)
    counter.kiosk.wait_for("Return", notice="part_missing")
    assert (counter.kiosk.seen[-1]["lacks"], counter.kiosk.seen[-1]["titles"]) == ([1, 2], [])
    assert counter.on_loan(book.number) == READER
    pad.lay(first)
    counter.kiosk.wait_until(lambda seen: seen["screen"] == "Return" and len(seen["titles"]) == 1, "all of it is there")
    counter.kiosk.touch("open")
    door = counter.open_door()
    for part in (first, second):
        pad.remove(part)
    counter.machine.cabinet.put_in(door, book.number)
    counter.machine.cabinet.push(door)
    counter.kiosk.wait_for("Goodbye", purpose="dropoff")
    counter.told()
    assert counter.on_loan(book.number) == ""


def test_a_book_that_was_lifted_too_early_is_laid_down_again(counter: Point, pad: R2000Pad) -> None:
    (book,) = pile(counter, 1)
    begun(counter)
    counter.machine.scanner.scan(book.number)
    listed(counter, 1)
    counter.kiosk.touch("borrow")
    counter.kiosk.wait_until(
        lambda seen: seen["screen"] == "Counter" and seen["rows"][0]["tag"] == "lay", "lay it on the pad", 20
    )
    assert counter.on_loan(book.number) == READER
    assert book.afi == IN_LIBRARY
    pad.lay(book)
    counter.kiosk.wait_for("Goodbye", 20, gate=False)
    assert book.afi == ON_LOAN


def test_with_the_library_away_who_is_known_here_borrows_and_it_is_told_later(counter: Point, pad: R2000Pad) -> None:
    (book,) = pile(counter, 1)
    begun(counter)
    pad.lay(book)
    listed(counter, 1)
    counter.machine.library.pause()
    counter.kiosk.touch("borrow")
    counter.kiosk.wait_for("Goodbye", 60, provisional=True)
    assert book.afi == ON_LOAN
    assert counter.on_loan(book.number) == ""
    counter.machine.library.resume()
    eventually(lambda: counter.on_loan(book.number) == READER, "the loan is told", 60)
