"""Text in a box: the largest type size at which it fits, lines broken as Chinese and English want them."""

import re
from functools import lru_cache, partial
from math import ceil
from typing import Literal

from kivy.core.text import Label
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from ui.fonts import Fonts
from ui.lines import longest_word, wrap
from ui.sheet import Box
from ui.theme import SIZES, Colour, Look

LINE = 1.448  # how high the font makes a line, in type sizes
LEADING = 1.22  # from line to line
ONE_WORD = 0.8  # of the smallest size
SLACK = 0.98  # of the width: a line is a little wider than its pieces, each rounded to pixels
_WORDS = re.compile("[A-Za-z]{2,16}")  # that nobody breaks


@lru_cache(maxsize=64)
def _ruler(font: str, pixels: int) -> Label:
    return Label(font_name=font, font_size=pixels)


@lru_cache(maxsize=4096)
def _width(font: str, pixels: int, text: str) -> float:
    return float(_ruler(font, pixels).get_extents(text)[0])


def high(lines: int, pixels: int) -> float:
    """The height of so many lines, each of whole pixels."""
    return ceil(pixels * LINE) + ceil(pixels * LEADING) * (lines - 1)


def fit(text: str, box: Box, font: str, sizes: list[int], unit: float) -> tuple[list[str], int]:
    """The lines and the type size in pixels; text too long even for the smallest size ends in an ellipsis."""
    pixels, lines = 1, [text]
    for size in sizes:
        pixels = max(8, round(size * unit))
        measure = partial(_width, font, pixels)
        widest = longest_word(text, measure)
        if size != sizes[-1] and widest > box.w * SLACK:
            continue  # smaller rather than cut in two
        if widest > box.w * SLACK and " " not in text:  # one word: one size smaller than any other
            pixels = max(8, round(size * ONE_WORD * unit))
            measure = partial(_width, font, pixels)
        lines = wrap(text, box.w * SLACK, measure)
        if high(len(lines), pixels) <= box.h:
            return lines, pixels
    keep = min(len(lines), max(1, int((box.h / pixels - LINE) / LEADING) + 1))
    return [*lines[: keep - 1], lines[keep - 1][:-1] + "…"], pixels


class Text(Widget):
    """Words that never leave their box. ``size`` in units: the first to try, smaller ones follow."""

    def __init__(
        self,
        box: Box,
        fonts: Fonts,
        look: Look,
        words: str,
        size: int,
        colour: Colour,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
        valign: Literal["top", "middle", "bottom"] = "top",
    ) -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
        font = str(fonts.bold if bold else fonts.regular)
        first = look.size(size)
        lines, pixels = fit(fonts.drawable(words), box, font, [s for s in SIZES if s <= first], look.unit)
        label = Label(text="\n".join(lines), font_name=font, font_size=pixels, halign=align, line_height=LEADING / LINE)
        label.refresh()
        wide, tall = label.texture.size if label.texture else (0, 0)
        x = box.x + {"left": 0.0, "center": (box.w - wide) / 2, "right": box.w - wide}[align]
        y = box.y + {"top": box.h - tall, "middle": (box.h - tall) / 2, "bottom": 0.0}[valign]
        self.words, self.drawn, self.pixels = words, Box(x, y, wide, tall), pixels
        kept = all(any(word in line for line in lines) for word in _WORDS.findall(fonts.drawable(words)))
        self.whole = kept and "".join(lines).replace(" ", "") == fonts.drawable(words).replace("\n", "").replace(
            " ", ""
        )
        with self.canvas:
            self.tint = Color(*colour)
            Rectangle(texture=label.texture, pos=(round(x), round(y)), size=(wide, tall))
