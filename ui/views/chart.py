"""Bars side by side: how much of something there was, each with its label under it and its number over it; where they
are too narrow for numbers, the highest alone has one."""

from kivy.graphics import Color, Rectangle, SmoothRoundedRectangle
from kivy.uix.widget import Widget

from ui.fonts import Fonts
from ui.sheet import Box
from ui.theme import SMALL, Look
from ui.view import Bar
from ui.views.text import Text

BARS_MAX = 31


class Chart(Widget):
    """At most ``BARS_MAX`` bars, the first ones; the highest fills the box. Of many, every nth is labelled."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, bars: tuple[Bar, ...]) -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
        bars = bars[:BARS_MAX]
        unit, palette = look.unit, look.palette
        foot = 56 * unit
        each = box.w / len(bars)
        labelled = max(1, round(90 * unit / each))
        tallest = max((bar.value for bar in bars), default=0) or 1
        for n, bar in enumerate(bars):
            x, wide = box.x + n * each, each * 0.72
            high = (box.h - 2 * foot) * max(0.0, bar.value) / tallest
            with self.canvas:
                Color(*(palette.accent if bar.value else palette.line))
                radius = [min(8 * unit, high / 2), min(8 * unit, high / 2), 0, 0]
                SmoothRoundedRectangle(pos=(x + each * 0.14, box.y + foot), size=(wide, max(2.0, high)), radius=radius)
            if n % labelled == 0:
                under = Box(x - each * (labelled - 1) / 2, box.y, each * labelled, foot * 0.9)
                self._say(under, fonts, look, bar.label, "quiet")
            if bar.value and (each > 60 * unit or bar.value == tallest):
                wide = max(each * 1.2, 90 * unit)
                left = min(max(box.x, x + (each - wide) / 2), box.x + box.w - wide)
                over = Box(left, box.y + foot + high, wide, foot * 0.9)
                self._say(over, fonts, look, f"{bar.value:g}", "ink")
        with self.canvas:
            Color(*palette.line)
            Rectangle(pos=(box.x, box.y + foot - max(1.0, 2 * unit)), size=(box.w, max(1.0, 2 * unit)))

    def _say(self, box: Box, fonts: Fonts, look: Look, words: str, ink: str) -> None:
        colour = getattr(look.palette, ink)
        self.add_widget(Text(box, fonts, look.plain, words, SMALL, colour, False, "center", "middle"))
