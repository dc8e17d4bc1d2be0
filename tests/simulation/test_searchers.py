"""Days on which people look for titles and have them sent here, with every fault of the wire and of the power."""

from collections.abc import Iterable

import pytest

from kiosk.core.flows import wishing
from tests.simulation import rest_wire
from tests.simulation.day import READERS, Day
from tests.simulation.library import Library
from tests.simulation.life import live_a_day
from tests.simulation.rules import Violation
from tests.simulation.searcher import Searcher
from tests.simulation.world import Script

SEEDS, CHUNK = 8, 4


@pytest.fixture(autouse=True)
def _over_a_bad_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    """An act is said twice before nobody knows what became of it: on a good wire that is a matter of years."""
    monkeypatch.setattr(rest_wire, "CHANCE", 0.4)


class SearchDay(Day):
    """Every other visitor looks for a title."""

    def one(self) -> Script:
        if self.rng.random() < 0.5:
            yield from super().one()
            return
        name = f"R{self.rng.randrange(READERS):02d}"
        yield from Searcher(self.world, name, self.cards[name]).visit()


def live(seeds: Iterable[int]) -> int:
    """Those days; how many holds were placed on them."""
    wishes = 0
    for seed in seeds:
        library = live_a_day(seed, visits=25, kind=SearchDay).world.library
        assert isinstance(library, Library)
        assert not library.twice
        wishes += len(library.wishes)
    return wishes


def test_a_hold_placed_again_blindly_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wishing, "_not_known", wishing._place)
    with pytest.raises(Violation, match="nothing has changed, but it has"):
        live(range(10, 24))  # the tenth finds it


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_what_people_are_told_of_their_holds_is_so(first: int) -> None:
    assert live(range(first, first + CHUNK)) > 0
