"""A QR code for a phone: whole pixels to a module, dark on white in every contrast, with its quiet margin."""

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.uix.widget import Widget

from ui import qr
from ui.fonts import Fonts
from ui.sheet import Box
from ui.theme import Look


class Code(Widget):
    """As large as its box allows, at its left edge."""

    def __init__(self, box: Box, _fonts: Fonts, _look: Look, text: str) -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
        rows = qr.modules(text)
        modules = len(rows)
        side = max(1, int(min(box.w, box.h) / modules)) * modules
        texture = Texture.create(size=(modules, modules), colorfmt="luminance")
        texture.mag_filter = texture.min_filter = "nearest"
        texture.blit_buffer(b"".join(reversed(rows)), colorfmt="luminance", bufferfmt="ubyte")
        with self.canvas:
            Color(1, 1, 1, 1)
            at = (round(box.x), round(box.y + (box.h - side) / 2))
            Rectangle(texture=texture, pos=at, size=(side, side))
