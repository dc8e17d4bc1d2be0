"""A disk that loses and tears what was not synced, under the real store. ``python -m tests.cuts`` does many more."""

import random

from tests.cuts.cuts import cut_everywhere
from tests.cuts.living import live


def test_whatever_the_disk_loses_what_was_acknowledged_is_there() -> None:
    life = live(random.Random(56), 18)
    assert len({state.steps for state in life.states}) > 5  # an update from an older version's tables
    assert life.states[-1].begins  # and a night in which what was old was forgotten
    seen = cut_everywhere(life, 1, random.Random(2))
    assert not seen.flaws
    assert seen.cuts > 800
    assert seen.images > 500
    assert seen.twice


def test_the_rig_notices_a_store_that_does_not_wait_for_the_disk() -> None:
    seen = cut_everywhere(live(random.Random(1), 5, synchronous="NORMAL"), 1, random.Random(2))
    assert any("an acknowledged commit is lost" in flaw for flaw in seen.flaws)
