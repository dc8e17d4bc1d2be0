"""Whole days with faults and power cuts; each day ends with everything told, settled and looked behind."""

import pytest

from tests.simulation.day import live_a_day

SEEDS, CHUNK = 500, 20


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_whole_days(first: int) -> None:
    for seed in range(first, first + CHUNK):
        live_a_day(seed)


def test_a_day_is_the_same_again() -> None:
    assert live_a_day(7).world.story == live_a_day(7).world.story


def test_a_day_without_faults_leaves_no_doubt_and_no_case() -> None:
    for seed in range(5):
        world = live_a_day(seed, calm=True).world
        assert world.faults == 0
        assert not world.library.conflicts
        assert not world.lied


@pytest.mark.parametrize("part", range(4))
def test_the_power_fails_at_every_boundary_of_a_morning(part: int) -> None:
    """Before and after each commit and each command, one life after the other."""
    usual = live_a_day(23, visits=6, calm=True)
    told = {telling.told.kind for telling, _ in usual.world.library.received.values()}
    assert told == {"item_dropped", "items_cleared", "parcel_collected", "parcel_ready", "parcel_removed"}
    for cut_at in range(1 + part, usual.boundaries + 1, 4):
        assert live_a_day(23, visits=6, cut_at=cut_at, calm=True).world.cuts == 1
