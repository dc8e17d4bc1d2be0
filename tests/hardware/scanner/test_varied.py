"""A few of the pictures that ``python -m benchmarks.varied`` draws: read where it is hard, and never read wrongly."""

import pytest

from benchmarks.varied import frames, looked, reported
from hardware.scanner.decode import Eyes


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes()


@pytest.mark.parametrize(
    "number",
    [
        1,  # a finger reaches into the bars; a price code below
        36,  # blurred as far as numbers can be told apart
        47,
        137,
    ],
)
def test_a_book_number_is_read(eyes: Eyes, number: int) -> None:
    held, shown = frames(number)
    assert held.meant in reported([looked(eyes, next(shown)), looked(eyes, next(shown))])


@pytest.mark.parametrize("number", [5, 9, 12, 13, 20])  # no code, or under a finger, or beyond blur
def test_what_cannot_be_read_is_not_read_wrongly(eyes: Eyes, number: int) -> None:
    held, shown = frames(number)
    assert {code.text for code in looked(eyes, next(shown))} <= held.texts
