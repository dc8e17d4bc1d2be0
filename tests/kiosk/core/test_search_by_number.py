"""A number is scanned where the library can be searched and sends for nothing: what was found stays."""

from dataclasses import replace

from kiosk.core.events import Answered, Tick
from kiosk.core.search_screens import Found
from sync.service import Abilities
from sync.titles import TitlesAre, TitlesLike
from tests.kiosk.core.machine import LIMITS, PARCEL, Machine, letters, stocked

NO_HOLDS = replace(Abilities(), acts=Abilities().acts - {"place_hold"})


def begun() -> Machine:
    return stocked(PARCEL, library=NO_HOLDS).touch("more").touch("search")


def test_a_scanner_that_says_it_on_and_on_is_passed_on_once() -> None:
    machine = begun().scan("x-1").do(Tick(), after=1.0)
    assert machine.asks == [TitlesLike("x-1")]
    for _ in range(9):
        assert not machine.scan("x-1").do(Tick(), after=0.3).asks
    machine.answer(TitlesAre(()))
    for _ in range(9):
        assert not machine.scan("x-1").do(Tick(), after=0.3).asks
        assert machine.screen == Found((), "asked", False, False, "x-1")


def test_other_numbers_no_oftener_than_anything_else() -> None:
    machine, asked = begun(), 0
    for n in range(100):
        asked += len(machine.scan(f"x-{n}").do(Tick(), after=0.5).asks)
        machine.answer(TitlesAre(()))
    assert asked == LIMITS.searches_a_minute_max


def test_one_question_at_a_time() -> None:
    machine = letters(begun(), "SBT").wait(1)
    key = machine.asked
    assert not machine.scan("x-1").do(Tick(), after=0.5).asks
    assert machine.do(Answered(key, TitlesAre(())), Tick()).asks == [TitlesLike("x-1")]
