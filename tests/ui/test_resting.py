"""What the resting picture promises: only what can be done just now."""

from datetime import datetime

import pytest

from kiosk.core.screens import Home
from ui.resting import SCENES_MAX, may_rest, places, resting

NOON = datetime(2026, 11, 27, 12, 0)


@pytest.mark.parametrize(
    ("home", "pictures"),
    [
        (Home(3, True), ["order", "door", "back"]),
        (Home(3, False), ["order", "back"]),
        (Home(3, True, lends=False), ["order", "back"]),
        (Home(0, True), ["order", "door"]),
    ],
)
def test_only_what_can_be_done_is_promised(home: Home, pictures: list[str]) -> None:
    assert may_rest(home)
    assert [picture for picture, _words in resting(home, "East", "en", NOON, False).scenes] == pictures


def test_it_does_not_rest_where_somebody_should_see_what_is_wrong() -> None:
    assert not may_rest(Home(0, False))
    assert not may_rest(Home(3, True, ("A1",)))
    assert may_rest(Home(0, True))


def test_at_a_counter_without_doors_none_is_promised() -> None:
    shows = resting(Home(0, True), "East", "en", NOON, False, doors=False)
    assert [picture for picture, _words in shows.scenes] == ["shelf", "card", "book"]
    assert shows.foot == ""


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080)])
def test_each_scene_has_a_place(size: tuple[int, int]) -> None:
    boxes = places(*size)[1]
    assert {f"scene {n}" for n in range(SCENES_MAX)} <= boxes.keys()
