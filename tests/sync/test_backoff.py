"""Full jitter."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sync.backoff import BASE_S, CAP_S, RETRY_AFTER_MAX_S, SPREAD_MAX_S, delay_s, spread_s


def most(low: float, high: float) -> float:
    assert low == 0
    return high


@given(st.integers(-5, 10**9), st.randoms(use_true_random=False))
def test_between_zero_and_the_ceiling(attempts: int, rng: random.Random) -> None:
    assert 0 <= delay_s(attempts, rng.uniform) <= min(CAP_S, BASE_S * 2.0 ** max(0, min(attempts, 1000) - 1))


def test_the_ceiling_doubles_up_to_the_cap() -> None:
    assert [delay_s(n, most) for n in range(1, 12)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@given(
    st.integers(1, 50),
    st.floats(allow_nan=False, min_value=-1e9, max_value=1e308) | st.just(float("inf")),
    st.randoms(use_true_random=False),
)
def test_nobody_returns_before_the_service_asked(attempts: int, asked: float, rng: random.Random) -> None:
    delay = delay_s(attempts, rng.uniform, asked)
    assert min(max(asked, 0), RETRY_AFTER_MAX_S) <= delay <= RETRY_AFTER_MAX_S + CAP_S


def test_a_thousand_points_do_not_come_back_at_once() -> None:
    rng = random.Random(1)
    delays = sorted(delay_s(10, rng.uniform, 60) for _ in range(1000))
    busiest = max(sum(at <= other < at + 1 for other in delays) for at in delays)
    assert busiest < 20


@given(st.text(min_size=1), st.floats(0, 1e7), st.randoms(use_true_random=False))
def test_the_first_upload_after_an_outage_waits_a_part_of_its_window(
    point: str, outage_s: float, rng: random.Random
) -> None:
    window = min(max(outage_s / 10, 2.0), SPREAD_MAX_S)
    assert 0 <= spread_s(point, outage_s, rng.uniform) < window


def test_ten_thousand_points_fill_the_window_evenly() -> None:
    rng = random.Random(2)
    busy = [0] * 120
    for n in range(10_000):
        busy[int(spread_s(f"point-{n}", 1e5, rng.uniform))] += 1
    assert max(busy) < 2 * 10_000 / 120


def test_a_point_has_its_own_place() -> None:
    assert spread_s("a", 1e5, lambda low, _: low) == spread_s("a", 1e5, lambda low, _: low)
    assert abs(spread_s("a", 1e5, lambda low, _: low) - spread_s("b", 1e5, lambda low, _: low)) > 1
