"""Where things stand: inside the window, beside each other, large enough, and low enough to reach."""

import itertools

import pytest

from tests.screens.displays import SCREENS, display
from tests.screens.player import ABOUT
from ui.layout import Box, Place, arrange
from ui.present import present

SIZES = ((1080, 1920), (1920, 1080), (540, 960), (960, 540), (768, 1366), (1280, 800))
TOUCH_UNITS = 96  # 20 mm is 54 of 1080 on a panel 400 mm wide; nothing is nearly as small
OVERLAY = ("veil", "panel", "ask", "why", "left", "stay", "go")
PARTS_OF = {"strip"}


def overlap(a: Box, b: Box) -> bool:
    slack = 0.01
    across = a.x + a.w > b.x + slack and b.x + b.w > a.x + slack
    return across and a.y + a.h > b.y + slack and b.y + b.h > a.y + slack


def places(width: int, height: int) -> list[tuple[str, Place]]:
    return [
        (f"{name} {language}", arrange(present(display(name), ABOUT, language), width, height))
        for name in SCREENS
        for language in ("zh", "en")
    ]


def touched(name: str) -> bool:
    return name.startswith(("button", "key")) or name in ("cancel", "countdown", "language", "size", "contrast")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_everything_stands_inside_the_window_and_beside_the_rest(width: int, height: int) -> None:
    for name, place in places(width, height):
        boxes = {part: box for part, box in place.boxes.items() if part not in PARTS_OF}
        for part, box in boxes.items():
            assert box.x >= -0.01, (name, part)
            assert box.y >= -0.01, (name, part)
            assert box.x + box.w <= width + 0.01, (name, part)
            assert box.y + box.h <= height + 0.01, (name, part)
        for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
            assert not overlap(a, b), (name, one, other)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_is_touched_is_large_and_apart(width: int, height: int) -> None:
    for name, place in places(width, height):
        targets = {part: box for part, box in place.boxes.items() if touched(part)}
        for part, box in targets.items():
            assert min(box.w, box.h) >= TOUCH_UNITS * place.unit - 0.01, (name, part)
        for (one, a), (other, b) in itertools.combinations(targets.items(), 2):
            apart = max(b.x - a.x - a.w, a.x - b.x - b.w, b.y - a.y - a.h, a.y - b.y - b.h)
            assert apart >= 15.9 * place.unit, (name, one, other)


def test_portrait_keeps_the_story_within_reach() -> None:
    for name, place in places(1080, 1920):
        for part, box in place.boxes.items():
            if part.startswith("button") or part in ("cancel", "countdown"):
                assert box.y + box.h <= 0.45 * 1920, (name, part)


def test_the_main_things_are_where_they_always_are() -> None:
    for width, height in SIZES:
        cancels = {place.boxes["cancel"] for _, place in places(width, height) if "cancel" in place.boxes}
        rings = {place.boxes["countdown"] for _, place in places(width, height) if "countdown" in place.boxes}
        assert len(cancels) == len(rings) == 1


def test_a_door_is_always_shown_on_the_map() -> None:
    for width, height in SIZES:
        for name, place in places(width, height):
            if name.startswith(("open", "stuck", "inside")):
                assert place.boxes["cabinet"].h >= 199 * place.unit, name


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_question_covers_the_page_and_its_answers_stand_in_the_panel(width: int, height: int) -> None:
    place = arrange(present(display("collect", warning=True), ABOUT, "en"), width, height)
    panel = place.boxes["panel"]
    assert place.boxes["veil"].w == pytest.approx(width)
    inner = [place.boxes[name] for name in OVERLAY[2:]]
    for box in inner:
        assert panel.x <= box.x
        assert box.x + box.w <= panel.x + panel.w
        assert panel.y <= box.y
        assert box.y + box.h <= panel.y + panel.h + 0.01
    assert not any(overlap(a, b) for a, b in itertools.combinations(inner, 2))
