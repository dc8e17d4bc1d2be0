"""A few kills of a real kiosk; ``make kills`` does five hundred."""

from tests.kills.__main__ import life


def test_killed_at_random_moments_nothing_is_lost() -> None:
    assert life(seed=7, kills=4, back_s=[]) == []
