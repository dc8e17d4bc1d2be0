"""Bounds on the library's time: true whatever the way did, as narrow as the best exchange, and forgotten when wrong."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sync.library_clock import SAMPLES_MAX, LibraryClock

EPOCH = 1.79e9


def test_at_first_nothing_is_known() -> None:
    assert LibraryClock().bounds(0.0) is None


def test_the_quickest_exchange_counts_not_the_newest() -> None:
    clock = LibraryClock().heard(EPOCH + 10, 10.0, 10.1).heard(EPOCH + 20, 11.0, 36.0)
    bounds = clock.bounds(40.0)
    assert bounds is not None
    assert bounds.width_s < 0.2
    assert bounds.earliest <= EPOCH + 40 <= bounds.latest


@given(st.integers(0, 10**6), st.floats(-100e-6, 100e-6))
def test_the_truth_lies_between_whatever_the_way_does(seed: int, ppm: float) -> None:
    rng = random.Random(seed)
    clock, now = LibraryClock(), 0.0

    def at_the_library(running: float) -> float:
        return EPOCH + running * (1 + ppm)

    for _ in range(50):
        now += rng.uniform(0.0, 600.0)
        asked, said = now, now + rng.choice((0.02, 3.0, 30.0)) * rng.random()
        now = said + rng.choice((0.02, 3.0, 30.0)) * rng.random()
        clock = clock.heard(at_the_library(said), asked, now)
        later = now + rng.uniform(0.0, 100.0)
        bounds = clock.bounds(later)
        assert bounds is not None
        assert bounds.earliest - 1e-5 <= at_the_library(later) <= bounds.latest + 1e-5
        assert len(clock.samples) <= SAMPLES_MAX


def test_a_clock_that_was_set_is_known_anew_and_no_better_than_that_exchange() -> None:
    clock = LibraryClock().heard(EPOCH, 0.0, 0.1).heard(EPOCH + 3600 + 10, 10.0, 35.0)
    bounds = clock.bounds(35.0)
    assert bounds is not None
    assert bounds.width_s == 25.0


def test_what_was_known_long_ago_is_known_less_well() -> None:
    bounds = LibraryClock().heard(EPOCH, 0.0, 0.0).bounds(86400.0)
    assert bounds is not None
    assert 30 < bounds.width_s < 40
