"""Text in a box: the largest type size at which it fits, lines broken as Chinese and English want them."""

from functools import lru_cache
from typing import Literal

from kivy.core.text import Label
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from ui.fonts import Fonts
from ui.layout import Box
from ui.lines import wrap
from ui.theme import SIZES, Colour, Look

LEADING = 1.22  # line to line, in type sizes


@lru_cache(maxsize=64)
def _ruler(font: str, pixels: int) -> Label:
    return Label(font_name=font, font_size=pixels)


@lru_cache(maxsize=4096)
def _width(font: str, pixels: int, text: str) -> float:
    return float(_ruler(font, pixels).get_extents(text)[0])


def fit(text: str, box: Box, font: str, sizes: list[int], unit: float) -> tuple[list[str], int]:
    """The lines and the type size in pixels; text too long even for the smallest size ends in an ellipsis."""
    pixels, lines = 1, [text]
    for size in sizes:
        pixels = max(8, round(size * unit))
        lines = wrap(text, box.w, lambda piece, at=pixels: _width(font, at, piece))  # type: ignore[misc]
        if len(lines) * pixels * LEADING <= box.h + 1:
            return lines, pixels
    keep = max(1, int(box.h / (pixels * LEADING)))
    return [*lines[: keep - 1], lines[keep - 1][:-1] + "…"], pixels


class Text(Widget):
    """Words that never leave their box. ``size`` in units: the first to try, smaller ones follow."""

    def __init__(
        self,
        words: str,
        box: Box,
        fonts: Fonts,
        look: Look,
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
        label = Label(
            text="\n".join(lines), font_name=font, font_size=pixels, halign=align, line_height=LEADING / 1.448
        )
        label.refresh()
        wide, high = label.texture.size if label.texture else (0, 0)
        x = box.x + {"left": 0.0, "center": (box.w - wide) / 2, "right": box.w - wide}[align]
        y = box.y + {"top": box.h - high, "middle": (box.h - high) / 2, "bottom": 0.0}[valign]
        self.words, self.drawn, self.pixels = words, Box(x, y, wide, high), pixels
        self.whole = "".join(lines).replace(" ", "") == fonts.drawable(words).replace("\n", "").replace(" ", "")
        with self.canvas:
            self.tint = Color(*colour)
            Rectangle(texture=label.texture, pos=(round(x), round(y)), size=(wide, high))
