"""Things to touch. Pressed at touch-down, at once and without asking anybody; reported when let go inside."""

import time
from collections.abc import Callable
from typing import Any

from kivy.graphics import Color, SmoothLine, SmoothRoundedRectangle
from kivy.uix.widget import Widget

from kiosk.core.events import Touched
from ui.fonts import Fonts
from ui.sheet import Box
from ui.theme import CORNER, Colour, Look
from ui.view import PictureName
from ui.views.pictures import draw
from ui.views.text import Text


class Touch(Widget):
    """A round-cornered area that reports ``on_tap`` once a touch. Held by one finger at a time.

    ``kind``: ``main`` (filled), ``plain`` (outlined), ``chosen`` (tinted), ``quiet`` (no edge until pressed),
    ``idle`` (no edge, and quiet words: it does nothing yet).
    """

    def __init__(self, box: Box, look: Look, on_tap: Callable[[], None], kind: str = "plain") -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
        self.box, self.look, self.on_tap, self.kind = box, look, on_tap, kind
        self.means: Touched | None = None
        self.since = time.monotonic()
        self._holder: Any = None
        palette = look.palette
        corner = CORNER * look.unit
        with self.canvas.before:
            if kind == "main":
                Color(*palette.ink[:3], 0.12)
                SmoothRoundedRectangle(pos=(box.x, box.y - 6 * look.unit), size=(box.w, box.h), radius=[corner])
            self._fill = Color(*self._rest())
            SmoothRoundedRectangle(pos=(box.x, box.y), size=(box.w, box.h), radius=[corner])
            if kind in ("plain", "chosen"):
                Color(*(palette.accent if kind == "chosen" else palette.line))
                edge = max(1.0, 1.5 * look.unit)
                SmoothLine(rounded_rectangle=(box.x, box.y, box.w, box.h, corner), width=edge)

    @property
    def ink(self) -> Colour:
        """The colour of what stands on it."""
        palette = self.look.palette
        return {"main": palette.main_ink, "idle": palette.quiet}.get(self.kind, palette.ink)

    def _rest(self) -> Colour:
        palette = self.look.palette
        rests = {"main": palette.main, "plain": palette.surface, "chosen": palette.tint}
        return rests.get(self.kind, palette.ground)

    def _down(self) -> Colour:
        palette = self.look.palette
        return palette.main_pressed if self.kind == "main" else palette.pressed

    def on_touch_down(self, touch: Any) -> bool:
        """Take the touch if it is inside; a second finger on the same area counts for nothing."""
        if not self.box.holds(*touch.pos) or getattr(touch, "button", "left") != "left":
            return False
        if self._holder is None:
            self._holder = touch
            touch.grab(self)
            self._fill.rgba = self._down()
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Let go: inside means it, outside takes it back."""
        if touch is not self._holder:
            return False
        self._holder = None
        touch.ungrab(self)
        self._fill.rgba = self._rest()
        if self.box.holds(*touch.pos) and self.parent:  # not if the screen went on under the finger
            self.on_tap()
        return True

    def let_go(self) -> None:
        """The finger on it means nothing any more."""
        if self._holder is not None:
            self._holder.ungrab(self)
            self._holder = None
            self._fill.rgba = self._rest()

    def take_over(self, before: "Touch") -> None:
        """The finger on ``before``, which this one replaces, is on this one: it has come to look otherwise, no more."""
        finger = before._holder
        self.since = before.since
        if finger is None or self.means is None:
            return
        before._holder = None
        finger.ungrab(before)
        finger.grab(self)
        self._holder = finger
        self._fill.rgba = self._down()


class WordTouch(Touch):
    """A touch with words on it, under a large picture if there is one."""

    def __init__(
        self,
        box: Box,
        fonts: Fonts,
        look: Look,
        words: str,
        on_tap: Callable[[], None],
        kind: str = "plain",
        size: int = 48,
        picture: PictureName | None = None,
    ) -> None:
        super().__init__(box, look, on_tap, kind)
        inset = min(20 * look.unit, box.w * 0.08)
        inner = Box(box.x + inset, box.y, box.w - 2 * inset, box.h)
        if picture:
            inner = Box(inner.x, box.y + box.h * 0.06, inner.w, box.h * 0.3)
            size = 72
            high = Box(inner.x, box.y + box.h * 0.36, inner.w, box.h * 0.56)
            with self.canvas:
                Color(*look.palette.accent)
                draw(picture, high, look.unit)
        self.add_widget(Text(inner, fonts, look, words, size, self.ink, True, "center", "middle"))


class PictureTouch(Touch):
    """A small touch with a line picture and no words."""

    def __init__(self, box: Box, look: Look, picture: PictureName, on_tap: Callable[[], None]) -> None:
        super().__init__(box, look, on_tap, "quiet")
        side = box.h * 0.62
        with self.canvas:
            Color(*look.palette.ink)
            draw(picture, Box(box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side, side), look.unit * 0.8)
