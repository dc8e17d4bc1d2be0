"""Where things stand: inside the window, beside each other, large enough, and low enough to reach."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from tests.screens.displays import SCREENS, display
from tests.screens.player import ABOUT
from ui import qr
from ui.dress import dress
from ui.layout import arrange
from ui.manner import Manner
from ui.present import present
from ui.sheet import Box, Place
from ui.stacks import line_room
from ui.view import Button, Row, View

SIZES = ((1080, 1920), (1920, 1080), (540, 960), (960, 540), (768, 1366), (1280, 800))
BOTH = ((1080, 1920), (1920, 1080))
TOUCH_UNITS = 96  # 20 mm is 54 of 1080 on a panel 400 mm wide; nothing is nearly as small
LETTER_UNITS = 84
TITLE_UNITS, LINE_UNITS = 80, 60
OVERLAY = ("veil", "panel", "ask", "why", "left", "stay", "go")
PARTS_OF = {"strip"}
MANNERS = {
    "plain": Manner(),
    "larger": Manner(step=1),
    "large": Manner(step=2),
    "largest": Manner(step=3),
    "low": Manner(low=True),
    "low and largest": Manner(low=True, step=3),
    "simple": Manner(simple=True),
}
LARGER = ("larger", "large", "largest", "simple")
EVERY_WAY = [(*size, "plain") for size in SIZES] + [(*size, name) for size in BOTH for name in MANNERS]


@pytest.fixture(scope="module", autouse=True)
def _codes_are_made_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(qr, "modules", cache(qr.modules.__wrapped__))
        yield


def overlap(a: Box, b: Box) -> bool:
    slack = 0.01
    across = a.x + a.w > b.x + slack and b.x + b.w > a.x + slack
    return across and a.y + a.h > b.y + slack and b.y + b.h > a.y + slack


@cache
def places(width: int, height: int, manner: str = "plain", page: int = 0) -> list[tuple[str, Place]]:
    return [
        (f"{name} {language}", lay(name, replace(MANNERS[manner], language=language), width, height, page))
        for name in SCREENS
        for language in (("zh", "en") if manner == "plain" else ("en",))
    ]


def lay(name: str, manner: Manner, width: int, height: int, page: int = 0) -> Place:
    view = dress(present(display(name), ABOUT, manner.language), ABOUT, manner)
    return arrange(view, width, height, manner, page)


def touched(name: str) -> bool:
    return name.startswith(("button", "key")) or name in (
        *("cancel", "countdown", "earlier", "later"),
        *("language", "size", "contrast", "low", "help", "simple"),
    )


@pytest.mark.parametrize(("width", "height", "manner"), EVERY_WAY)
def test_everything_stands_inside_the_window_and_beside_the_rest(width: int, height: int, manner: str) -> None:
    for name, place in places(width, height, manner):
        boxes = {part: box for part, box in place.boxes.items() if part not in PARTS_OF}
        for part, box in boxes.items():
            assert box.x >= -0.01, (name, part)
            assert box.y >= -0.01, (name, part)
            assert box.x + box.w <= width + 0.01, (name, part)
            assert box.y + box.h <= height + 0.01, (name, part)
        for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
            assert not overlap(a, b), (name, one, other)


@pytest.mark.parametrize(("width", "height", "manner"), EVERY_WAY)
def test_what_is_touched_is_large_and_apart(width: int, height: int, manner: str) -> None:
    for name, place in places(width, height, manner):
        targets = {part: box for part, box in place.boxes.items() if touched(part)}
        letters = sum(part.startswith("key ") for part in targets) > 12
        for part, box in targets.items():
            least = LETTER_UNITS if letters and part.startswith("key ") else TOUCH_UNITS
            assert min(box.w, box.h) >= least * place.unit - 0.01, (name, part)
        for (one, a), (other, b) in itertools.combinations(targets.items(), 2):
            apart = max(b.x - a.x - a.w, a.x - b.x - b.w, b.y - a.y - a.h, a.y - b.y - b.h)
            assert apart >= 15.9 * place.unit, (name, one, other)


@pytest.mark.parametrize(("width", "height", "manner"), EVERY_WAY)
def test_title_and_line_always_have_their_room(width: int, height: int, manner: str) -> None:
    """However many buttons, rows and notes stand there: a title, and a line in a type that can be read."""
    for name, place in places(width, height, manner):
        assert place.boxes["title"].h >= TITLE_UNITS * place.unit, name
        assert place.boxes["line"].h >= LINE_UNITS * place.unit, name


def test_portrait_keeps_the_story_within_reach() -> None:
    for name, place in places(1080, 1920):
        for part, box in place.boxes.items():
            if part.startswith("button") or part in ("cancel", "countdown"):
                assert box.y + box.h <= 0.45 * 1920, (name, part)


@pytest.mark.parametrize(("width", "height"), BOTH)
@pytest.mark.parametrize("manner", ["low", "low and largest"])
def test_in_the_low_layout_all_that_is_touched_stands_in_the_lowest_third(width: int, height: int, manner: str) -> None:
    """EN 301 549, 5.1.4 and 8.3: within reach of who sits. What is found while somebody types stands above the keys for
    who can reach it, and a key down there leads to all of it."""
    for name, place in places(width, height, manner):
        for part, box in place.boxes.items():
            if touched(part) and not (part.startswith("row ") and "key enter" in place.boxes):
                assert box.y + box.h <= height / 3 + 0.01, (name, part)
    for helping in (False, True):
        shown = display("collect", warning=not helping)
        view = dress(present(shown, ABOUT, "en"), ABOUT, MANNERS[manner], helping)
        boxes = arrange(view, width, height, MANNERS[manner]).boxes
        answers = [box for part, box in boxes.items() if part in ("stay", "go") or re.fullmatch(r"aid \d", part)]
        assert len(answers) == (5 if helping else 2)
        assert all(box.y >= 0 and box.y + box.h <= height / 3 + 0.01 for box in answers)


@pytest.mark.parametrize(("width", "height"), BOTH)
@pytest.mark.parametrize("manner", MANNERS)
def test_the_pages_of_a_long_list_show_every_row_once(width: int, height: int, manner: str) -> None:
    for action in ("", "choose"):
        rows = tuple(Row(f"{n}", action=action, value=f"{n}") for n in range(23))
        view = View("Any", "A list", "Choose one.", "list", rows=rows, buttons=(Button("finish", "Done", main=True),))
        view = dress(view, ABOUT, MANNERS[manner])
        first = arrange(view, width, height, MANNERS[manner])
        seen = []
        for page in range(first.pages):
            place = arrange(view, width, height, MANNERS[manner], page)
            assert ("earlier" in place.boxes, "later" in place.boxes) == (page > 0, page < first.pages - 1)
            seen += [part for part in place.boxes if part.startswith("row ")]
            boxes = [box for part, box in place.boxes.items() if part not in PARTS_OF]
            assert not any(overlap(a, b) for a, b in itertools.combinations(boxes, 2))
        assert sorted(seen) == sorted(f"row {n}" for n in range(23))
        assert arrange(view, width, height, MANNERS[manner], 99).page == first.pages - 1


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
    place = arrange(dress(present(display("collect", warning=True), ABOUT, "en"), ABOUT, Manner()), width, height)
    panel = place.boxes["panel"]
    assert place.boxes["veil"].w == pytest.approx(width)
    inner = [place.boxes[name] for name in OVERLAY[2:]]
    for box in inner:
        assert panel.x <= box.x
        assert box.x + box.w <= panel.x + panel.w
        assert panel.y <= box.y
        assert box.y + box.h <= panel.y + panel.h + 0.01
    assert not any(overlap(a, b) for a, b in itertools.combinations(inner, 2))


@pytest.mark.parametrize(("larger", "plain"), [*((name, "plain") for name in LARGER), ("low and largest", "low")])
def test_larger_words_never_have_less_room_than_plain_ones(larger: str, plain: str) -> None:
    """Where they have as much, they are drawn as large at least."""
    for width, height in BOTH:
        for (name, more), (_, less) in zip(english(width, height, larger), english(width, height, plain), strict=True):
            assert ("cabinet" in more.boxes) >= ("cabinet" in less.boxes), f"{name} {width}: no map"
            plainest = line_room(present(display(name.split()[0]), ABOUT, "en"), 0)
            for part, most in (("title", 200.0), ("line", plainest)):
                assert more.boxes[part].h >= min(less.boxes[part].h, most) - 0.01, f"{name} {width}: {part}"
                assert more.boxes[part].w >= less.boxes[part].w - 0.01, f"{name} {width}: {part}"


def english(width: int, height: int, manner: str) -> list[tuple[str, Place]]:
    return [(name, place) for name, place in places(width, height, manner) if name.endswith(" en")]


@pytest.mark.parametrize("manner", list(MANNERS))
def test_a_code_to_take_along_is_always_shown(manner: str) -> None:
    """Whoever needs larger words wants their proof as well. The list beside it and the words yield."""
    for width, height in BOTH:
        for name, place in places(width, height, manner):
            view = present(display(name.split()[0]), ABOUT, "en")
            if view.code:
                side = min(place.boxes["code"].w, place.boxes["code"].h)
                assert side >= 4 * place.unit * len(qr.modules(view.code)), f"{name}: a phone does not read it"
