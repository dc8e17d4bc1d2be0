"""Draws the resting picture over the whole window. The touch that ends it does nothing else."""

from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from ui.fonts import Fonts
from ui.resting import Resting, places
from ui.theme import HIGH_CONTRAST, HUGE, LARGE, PAPER, SMALL, TEXT
from ui.theme import Look as Way
from ui.views.pictures import Picture
from ui.views.text import Text


class Rest(Widget):
    """One picture of it; made anew when the minute changes."""

    def __init__(self, size: tuple[int, int], fonts: Fonts, shows: Resting) -> None:
        super().__init__(size=size, size_hint=(None, None))
        self.shows = shows
        palette = (
            HIGH_CONTRAST if shows.dim else PAPER
        )  # light words on black give little light, and are read from afar
        unit, boxes = places(*size)
        look = Way(palette, 0, unit, False)
        with self.canvas:
            Color(*palette.ground)
            Rectangle(pos=(0, 0), size=size)
        for n, (picture, words) in enumerate(shows.scenes):
            self.add_widget(Picture(boxes[f"scene {n}"], fonts, look, picture, "calm"))
            align = "center" if size[0] > size[1] else "left"
            valign = "top" if size[0] > size[1] else "middle"
            self.add_widget(Text(boxes[f"said {n}"], fonts, look, words, 60, palette.ink, True, align, valign))  # type: ignore[arg-type]
        for name, words, large, ink, align in (
            ("place", shows.place, TEXT, palette.quiet, "left"),
            ("clock", shows.clock, HUGE, palette.ink, "left"),
            ("day", shows.day, LARGE, palette.quiet, "right"),
            ("foot", shows.foot, TEXT, palette.accent, "left"),
            ("hint", shows.hint, SMALL, palette.quiet, "right"),
        ):
            self.add_widget(Text(boxes[name], fonts, look, words, large, ink, name == "clock", align, "middle"))  # type: ignore[arg-type]

    def on_touch_down(self, touch: Any) -> bool:
        """Nothing beneath is reached until the finger is lifted again; what it woke stands there by then."""
        touch.grab(self)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """The same finger, lifted: it meant to wake, no more."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        return True
