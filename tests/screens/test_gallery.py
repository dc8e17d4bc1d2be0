"""Every screen is in the gallery, and those that are kept look as they were kept."""

import shutil
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from kiosk.core.screens import Screen
from tests.screens import pages
from tests.screens.displays import SCREENS
from tests.screens.gallery import (
    APART,
    KEEP,
    KEPT,
    ROOT,
    Picture,
    apart,
    compare,
    cut_off,
    draw,
    index,
    kept,
    names,
    small,
)


def test_every_kind_of_screen_is_in_the_gallery() -> None:
    shown = {type(screen) for screen in SCREENS.values()}
    assert {kind.__name__ for kind in get_args(Screen)} == {kind.__name__ for kind in shown}


def test_what_is_kept_is_in_the_gallery_and_nothing_else_is_kept() -> None:
    assert set(KEEP) <= set(names())
    assert {file.name for file in KEPT.glob("*")} == {one.file for one in kept()}
    assert sum(file.stat().st_size for file in KEPT.glob("*")) < 2_000_000


def test_kept_screens_look_as_they_were_kept(tmp_path: Path) -> None:
    """`make screens UPDATE=1` keeps the new ones; look at them first (build/screens/index.html)."""
    draw(kept(), tmp_path)
    assert cut_off(tmp_path) == []
    differ = compare(tmp_path)
    if differ:
        index(differ, differ, tmp_path)
        out = ROOT / "build" / "screens-differ"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(tmp_path, out)
    assert [one.file for one in differ] == [], "side by side in build/screens-differ/index.html"


def test_the_pages_to_print_show_the_screens_as_they_are(tmp_path: Path) -> None:
    """`python -m tests.screens.pages` draws them anew."""
    for name in pages.draw(tmp_path):
        with Image.open(pages.FOLDER / name) as printed, Image.open(tmp_path / name) as now:
            assert apart(printed.convert("RGB"), now.convert("RGB")) <= APART, name


def test_the_comparison_sees_a_moved_button_and_forgives_an_edge() -> None:
    with Image.open(KEPT / Picture("home", "plain", "zh", "portrait").file) as file:
        before = file.convert("RGB")
    tile = before.crop((20, 320, 130, 420))
    moved = before.copy()
    moved.paste(tile, (20, 309))
    assert apart(before, moved) > APART
    blank = before.copy()
    blank.paste((250, 248, 244), (10, 55, 130, 85))
    assert apart(before, blank) > APART
    shifted = before.transform(before.size, Image.Transform.AFFINE, (1, 0, 0.4, 0, 1, 0.4), Image.Resampling.BILINEAR)
    assert apart(before, shifted) <= APART
    assert apart(before, before.resize((100, 100))) > APART


@pytest.mark.parametrize("size", [(540, 960), (960, 540)])
def test_kept_pictures_are_small(size: tuple[int, int]) -> None:
    assert min(small(Image.new("RGB", size)).size) == 270
