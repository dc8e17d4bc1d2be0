"""The cover of a book whose cover nobody has: its title and author on cloth of a colour that is always the same."""

from zlib import crc32

from kivy.graphics import Color, Rectangle, SmoothLine, SmoothRoundedRectangle
from kivy.uix.widget import Widget

from ui.fonts import Fonts
from ui.sheet import Box
from ui.theme import COVERS, HIGH_CONTRAST, SMALL, TITLE, WHITE, Look
from ui.views.text import Text

WITH_AUTHOR = 360  # units; a lower cover has room for the title only


class Cover(Widget):
    """``book``: title and author. ``small``: only the first letter has room."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, book: tuple[str, str], small: bool = False) -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
        title, author = book
        contrast = look.palette is HIGH_CONTRAST
        cloth = look.palette.ground if contrast else COVERS[crc32(title.encode()) % len(COVERS)]
        corner, spine = box.w * 0.04, box.w * 0.09
        with self.canvas:
            Color(*cloth)
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[corner])
            Color(*WHITE[:3], 1.0 if contrast else 0.4)
            if contrast:
                frame = (box.x, box.y, box.w, box.h, corner)
                SmoothLine(rounded_rectangle=frame, width=max(1.0, 2 * look.unit))
            Rectangle(pos=(box.x + spine, box.y), size=(max(1.0, 2 * look.unit), box.h))
        inner = Box(box.x + spine * 1.6, box.y + box.h * 0.08, box.w - spine * 2.4, box.h * 0.84)
        if small:
            first = next(iter(title.strip().lstrip("《“\"'（(")), "")
            self.add_widget(Text(inner, fonts, look.plain, first, SMALL, WHITE, True, "center", "middle"))
            return
        whole = box.h < WITH_AUTHOR * look.unit
        high = inner if whole else Box(inner.x, inner.y + inner.h * 0.3, inner.w, inner.h * 0.7)
        self.add_widget(Text(high, fonts, look.plain, title, TITLE, WHITE, True, "left", "top"))
        if not whole:
            low = Box(inner.x, inner.y, inner.w, inner.h * 0.26)
            self.add_widget(Text(low, fonts, look.plain, author, SMALL, WHITE, False, "left", "bottom"))
