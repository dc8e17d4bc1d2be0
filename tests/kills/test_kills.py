"""A few kills of a real kiosk; ``make kills`` does five hundred."""

import pytest

from tests.kills.__main__ import life


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kills", "kind"), [(2, ()), (2, ("sip2",)), (2, ("window",))])
def test_killed_at_random_moments_nothing_is_lost(kills: int, kind: tuple[str, ...]) -> None:
    assert life(seed=7, kills=kills, back_s=[], kind=kind) == []
