"""Small parts of the page: the initials, a note, a row of a list, the places of a code, the veil of a question."""

from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, Ellipse, Rectangle, SmoothLine, SmoothRoundedRectangle
from kivy.uix.widget import Widget

from ui.fonts import Fonts
from ui.parts import breaks
from ui.sheet import Box
from ui.stacks import COVER
from ui.theme import CORNER, TEXT, Look
from ui.view import Row
from ui.views.cover import Cover
from ui.views.pen import Pen
from ui.views.text import Text
from ui.views.touch import Touch


class Panel(Widget):
    """A widget that fills its box and is not touched."""

    def __init__(self, box: Box) -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))


class Pill(Panel):
    """Whose session this is: initials, no more."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, words: str) -> None:
        super().__init__(box)
        with self.canvas:
            Color(*look.palette.tint)
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[box.h / 2])
        plain = look.plain
        inner = Box(box.x + box.h / 4, box.y, box.w - box.h / 2, box.h)
        self.add_widget(Text(inner, fonts, plain, words, 40, look.palette.accent, True, "center", "middle"))


class Note(Panel):
    """One sentence on an amber ground, with a sign beside it."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, words: str) -> None:
        super().__init__(box)
        unit = look.unit
        with self.canvas:
            Color(*look.palette.wait_tint)
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[CORNER * unit])
            Color(*look.palette.wait)
            pen = Pen(Box(box.x + 28 * unit, box.y + (box.h - 56 * unit) / 2, 56 * unit, 56 * unit), 4.5 * unit)
            pen.arc(50, 50, 46)
            pen.path((50, 48), (50, 26))
            pen.dot(50, 70, 6)
        inner = Box(box.x + 112 * unit, box.y + 8 * unit, box.w - 136 * unit, box.h - 16 * unit)
        self.add_widget(Text(inner, fonts, look, words, 36, look.palette.ink, False, "left", "middle"))


def _line_of(parent: Widget, box: Box, fonts: Fonts, look: Look, row: Row) -> None:
    """Tick, words and remark of a row."""
    unit, palette = look.unit, look.palette
    left = box.x
    if row.cover:
        high = min(box.h - 20 * unit, box.w * 0.1 / COVER)
        place = Box(left, box.y + (box.h - high) / 2, high * COVER, high)
        parent.add_widget(Cover(place, fonts, look, row.cover, small=True))
        left += place.w + 24 * unit
    if row.done is not None:
        with parent.canvas:
            Color(*(palette.accent if row.done else palette.line))
            pen = Pen(Box(left, box.y + (box.h - 48 * unit) / 2, 48 * unit, 48 * unit), 4.5 * unit)
            pen.arc(50, 50, 46)
            if row.done:
                pen.path((29, 50), (45, 34), (72, 66))
        left += 76 * unit
    aside = box.w * 0.36 if row.aside else 0
    inner = Box(left, box.y, box.x + box.w - left - aside, box.h)
    parent.add_widget(Text(inner, fonts, look, row.words, TEXT, palette.ink, False, "left", "middle"))
    if row.aside:
        side = Box(box.x + box.w - aside, box.y, aside, box.h)
        parent.add_widget(Text(side, fonts, look, row.aside, 36, palette.quiet, False, "right", "middle"))


class RowLine(Panel):
    """A row of a list under a thin line, ticked or to be ticked, with a remark at its end."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, row: Row) -> None:
        super().__init__(box)
        with self.canvas:
            Color(*look.palette.line[:3], 0.4)
            Rectangle(pos=(box.x, box.y), size=(box.w, max(1.0, 1.5 * look.unit)))
        _line_of(self, box, fonts, look, row)


class RowTouch(Touch):
    """A row to choose: edged as a button is, tinted when ticked."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, row: Row, on_tap: Callable[[], None]) -> None:
        super().__init__(box, look, on_tap, "chosen" if row.done else "plain")
        inset = 28 * look.unit
        _line_of(self, Box(box.x + inset, box.y, box.w - 2 * inset, box.h), fonts, look, row)


class CoverTouch(Touch):
    """A book to choose by its cover, which stands back a little while it is pressed. Chosen: framed and ticked."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, row: Row, on_tap: Callable[[], None]) -> None:
        super().__init__(box, look, on_tap, "chosen" if row.done else "quiet")
        inset = (24 if row.done else 10) * look.unit
        inner = Box(box.x + inset * COVER, box.y + inset, box.w - 2 * inset * COVER, box.h - 2 * inset)
        self.add_widget(Cover(inner, fonts, look, row.cover or ("", "")))
        if row.done:
            self._tick(inner, look)

    def _tick(self, box: Box, look: Look) -> None:
        """In the lower right corner of the cover, as large as a fingertip."""
        side = min(box.w * 0.36, 96 * look.unit)
        place = Box(box.x + box.w - side * 0.9, box.y - side * 0.1, side, side)
        tick = Widget(size_hint=(None, None))
        with tick.canvas:
            Color(*look.palette.accent)
            Ellipse(pos=(place.x, place.y), size=(side, side))
            Color(*look.palette.ground)
            pen = Pen(place, side * 0.09)
            pen.path((29, 50), (45, 34), (72, 66))
        self.add_widget(tick)


class Slots(Panel):
    """The code typed so far, a place for each digit, in groups as people read numbers; or one field of words."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, digits: str, slots: int) -> None:
        super().__init__(box)
        if not slots:
            self._field(box, fonts, look, digits)
            return
        unit, palette = look.unit, look.palette
        gap, between, corner = 14 * unit, 28 * unit, 16 * unit
        apart = breaks(slots)
        wide = (box.w - gap * (slots - 1) - between * len(apart)) / slots
        for n in range(slots):
            x = box.x + n * (wide + gap) + between * sum(at <= n for at in apart)
            following = n == len(digits)
            with self.canvas:
                Color(*(palette.tint if n < len(digits) else palette.surface))
                SmoothRoundedRectangle(pos=(x, box.y), size=(wide, box.h), radius=[corner])
                Color(*(palette.accent if following else palette.line))
                edge = (3 if following else 1.5) * unit
                SmoothLine(rounded_rectangle=(x, box.y, wide, box.h, corner), width=max(1.0, edge))
            if n < len(digits):
                place = Box(x, box.y, wide, box.h)
                self.add_widget(Text(place, fonts, look.plain, digits[n], 84, palette.ink, True, "center", "middle"))

    def _field(self, box: Box, fonts: Fonts, look: Look, words: str) -> None:
        unit, palette = look.unit, look.palette
        with self.canvas:
            Color(*palette.surface)
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[16 * unit])
            Color(*palette.accent)
            SmoothLine(rounded_rectangle=(box.x, box.y, box.w, box.h, 16 * unit), width=max(1.0, 3 * unit))
        inner = Box(box.x + 28 * unit, box.y, box.w - 56 * unit, box.h)
        text = Text(inner, fonts, look.plain, words, 60, palette.ink, True, "left", "middle")
        self.add_widget(text)
        with self.canvas:  # where the next letter comes
            Color(*palette.accent)
            at = text.drawn.x + (text.drawn.w + 6 * unit if words else 0)
            Rectangle(pos=(at, box.y + box.h * 0.22), size=(max(2.0, 4 * unit), box.h * 0.56))


class Contrast(Touch):
    """The half-filled circle that changes the contrast."""

    def __init__(self, box: Box, look: Look, on_tap: Callable[[], None]) -> None:
        super().__init__(box, look, on_tap, "quiet")
        side = box.h * 0.46
        x, y = box.x + (box.w - side) / 2, box.y + (box.h - side) / 2
        with self.canvas:
            Color(*look.palette.ink)
            Pen(Box(x, y, side, side), 4 * look.unit).arc(50, 50, 48)
            Ellipse(pos=(x, y), size=(side, side), angle_start=0, angle_end=180)


class Veil(Panel):
    """Dims the page under a question, with a panel for it; a touch beside the answers does nothing."""

    def __init__(self, box: Box, _fonts: Fonts, look: Look, panel: Box) -> None:
        super().__init__(box)
        palette, corner = look.palette, CORNER * look.unit
        with self.canvas:
            Color(*palette.veil)
            Rectangle(pos=self.pos, size=self.size)
            Color(*palette.ground)
            SmoothRoundedRectangle(pos=(panel.x, panel.y), size=(panel.w, panel.h), radius=[corner])
            Color(*palette.line)
            SmoothLine(rounded_rectangle=(panel.x, panel.y, panel.w, panel.h, corner), width=max(1.0, look.unit))

    def on_touch_down(self, _touch: Any) -> bool:
        """Nothing beneath is reached."""
        return True


class Focus(Panel):
    """A ring around what a key would choose: dark on light and light on dark, so that it shows on everything."""

    def __init__(self, box: Box, _fonts: Fonts, look: Look) -> None:
        super().__init__(box)
        unit, palette = look.unit, look.palette
        for out, colour, wide in ((4, palette.focus, 5), (-4, palette.ground, 2)):
            edge = out * unit
            ring = (box.x - edge, box.y - edge, box.w + 2 * edge, box.h + 2 * edge, CORNER * unit + edge)
            with self.canvas:
                Color(*colour)
                SmoothLine(rounded_rectangle=ring, width=max(1.5, wide * unit))
