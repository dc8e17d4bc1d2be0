"""Colours that everybody can tell apart: WCAG 2.2 AA, computed for each pair that is drawn, in both palettes."""

import itertools
from dataclasses import fields

import pytest

from ui.theme import COVERS, HIGH_CONTRAST, PAPER, SHAPE_ON, SIZES, STEPS, TEXT_ON, WHITE, Colour, Look, Palette

TEXT, SHAPE = 4.5, 3.0  # success criteria 1.4.3 and 1.4.11


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    black, white, grey = (0, 0, 0, 1), (1, 1, 1, 1), (0x76 / 255, 0x76 / 255, 0x76 / 255, 1)
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(grey, white) == pytest.approx(4.54, abs=0.01)  # known as the lightest grey that passes


@pytest.mark.parametrize("palette", [PAPER, HIGH_CONTRAST], ids=["paper", "high contrast"])
def test_every_pair_that_is_drawn_can_be_told_apart(palette: Palette) -> None:
    for pairs, least in ((TEXT_ON, TEXT), (SHAPE_ON, SHAPE)):
        for above, below in pairs:
            found = contrast(getattr(palette, above), getattr(palette, below))
            assert found >= least, f"{above} on {below}: {found:.2f}"


def test_what_stands_on_a_cover_can_be_read() -> None:
    for cloth in COVERS:
        assert contrast(WHITE, cloth) >= TEXT


def test_every_colour_is_in_a_pair() -> None:
    named = {name for pair in (*TEXT_ON, *SHAPE_ON) for name in pair}
    assert {field.name for field in fields(Palette)} - named == {"veil"}  # which only dims


def test_each_step_makes_words_larger_and_none_is_missing() -> None:
    for size in (32, 36, 40, 48, 72):
        sizes = [Look(PAPER, step, 1.0).size(size) for step in range(STEPS)]
        assert sizes[0] == size
        assert all(a < b for a, b in itertools.pairwise(sizes))
        assert sizes[-1] >= size * 1.5
    assert list(SIZES) == sorted(SIZES, reverse=True)
