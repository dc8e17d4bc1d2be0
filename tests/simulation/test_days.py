"""Whole days with faults and power cuts; each day ends with everything told, settled and looked behind.

A few of them here, both with a library that announces (REST) and with one that does not (SIP2); ``make simulate`` lives
as many as one has patience for.
"""

from functools import cache
from itertools import count

import pytest

from tests.simulation import planted
from tests.simulation.day import DAY_S, Day
from tests.simulation.life import live_a_day
from tests.simulation.shrink import Life, rule_of, shrink

SEEDS, CHUNK = 4, 2
SIP2_SEEDS, SIP2_CHUNK = 3, 1
NEVER = 10**9
MORNING = {False: 259, True: 579}  # with SIP2 or not: where to begin to look for one


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_whole_days(first: int) -> None:
    for seed in range(first, first + CHUNK):
        live_a_day(seed)


@pytest.mark.parametrize("first", range(0, SIP2_SEEDS, SIP2_CHUNK))
def test_whole_days_over_sip2_with_every_message_failing(first: int) -> None:
    for seed in range(first, first + SIP2_CHUNK):
        live_a_day(seed, sip2=True)


@pytest.mark.parametrize("seed", range(2))
def test_days_and_weeks_with_one_store(seed: int) -> None:
    """Nights, holidays, weeks without the library, a clock that drifts, is set, and is wrong at boot."""
    day = live_a_day(seed, days=5)
    assert day.world.now > 4 * DAY_S
    assert day.world.loop is not None


def test_a_failing_life_is_made_short_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    planted.handing_out_to_whoever_is_known(monkeypatch)
    life, breach = next((life, breach) for life in (Life(n, visits=12) for n in count(19)) if (breach := life.live()))
    shorter, told = shrink(life, breach)
    assert rule_of(told) == rule_of(breach)
    assert 0 < shorter.visits < 12
    again = shorter.live()
    assert again is not None
    assert str(again) == str(told)
    assert shorter.allowed.again() in str(told)


@pytest.mark.parametrize("sip2", [False, True])
def test_a_day_is_the_same_again(sip2: bool) -> None:
    assert live_a_day(7, sip2=sip2).world.story == live_a_day(7, sip2=sip2).world.story


def test_a_day_without_faults_leaves_no_doubt_and_no_case() -> None:
    """But for a recall that comes while its reader has the door open: the book is theirs, and the library hears so."""
    for seed in range(3):
        world = live_a_day(seed, calm=True).world
        assert world.faults == 0
        assert all("was recalled" in detail for _, detail in world.library.conflicts)
        assert set(world.lied.values()) <= {"came for something else, and takes nothing"}  # people may


def test_a_day_without_faults_over_sip2_leaves_only_what_was_put_in_for_nobody() -> None:
    for seed in range(3):
        world = live_a_day(seed, calm=True, sip2=True).world
        assert world.faults == 0
        assert all("not held for this point" in detail for _, detail in world.library.conflicts)


@cache
def a_full_morning(sip2: bool) -> Day:
    """A calm one in which everything is done once."""
    wanted = {"item_dropped", "items_cleared", "parcel_collected", "parcel_ready"}
    wanted |= set() if sip2 else {"parcel_removed"}
    for seed in count(MORNING[sip2]):
        day = live_a_day(seed, visits=6, cut_at=NEVER, calm=True, sip2=sip2)
        told = {telling.told.kind for telling, _ in day.world.library.received.values()}
        if told >= wanted and any("rings False" in line for line in day.world.story):  # and borrows at the counter
            return day
    raise AssertionError


@pytest.mark.parametrize("part", range(2))
def test_the_power_fails_at_boundaries_of_a_morning(part: int) -> None:
    """Before and after commits and commands, some of them here, one life after the other."""
    usual = a_full_morning(sip2=False)
    for cut_at in range(1 + 31 * part, usual.boundaries + 1, 61):
        assert live_a_day(usual.world.seed, visits=6, cut_at=cut_at, calm=True).world.cuts == 1


@pytest.mark.parametrize("part", range(2))
def test_the_power_fails_at_sip2_messages_of_a_morning(part: int) -> None:
    """Or commit or command between them, some of them here."""
    usual = a_full_morning(sip2=True)
    for cut_at in range(1 + 41 * part, usual.boundaries + 1, 83):
        assert live_a_day(usual.world.seed, visits=6, cut_at=cut_at, calm=True, sip2=True).world.cuts == 1
