"""The ring at the bottom right: seconds left, and a touch gets more. Redrawn once a second at most."""

from collections.abc import Callable
from math import ceil

from kivy.clock import Clock
from kivy.graphics import Color, InstructionGroup, SmoothLine
from kivy.uix.widget import Widget

from ui.fonts import Fonts
from ui.sheet import Box
from ui.theme import Look
from ui.views.text import Text
from ui.views.touch import Touch

Left = Callable[[], tuple[float, float]]  # seconds left, and of how many


class Ring(Widget):
    """Seconds as digits in a ring that empties. ``left`` is asked four times a second."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, left: Left) -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
        self.box, self.fonts, self.look, self._left = box, fonts, look, left
        self._shown = -1
        self._drawn = InstructionGroup()
        self.canvas.add(self._drawn)
        self._ticks = Clock.schedule_interval(self._tick, 0.25)
        self._tick()

    def stop(self) -> None:
        """Count no more: the widget is being taken away."""
        self._ticks.cancel()

    def _tick(self, _passed_s: float = 0.0) -> None:
        left, whole = self._left()
        seconds = max(0, ceil(left))
        if seconds == self._shown:
            return
        self._shown = seconds
        palette, unit = self.look.palette, self.look.unit
        width = max(1.5, 5 * unit)
        radius = min(self.box.w, self.box.h) / 2 - 2 * width
        middle = (self.box.x + self.box.w / 2, self.box.y + self.box.h / 2)
        self._drawn.clear()
        self._drawn.add(Color(*palette.tint))
        self._drawn.add(SmoothLine(circle=(*middle, radius), width=width))
        if seconds:
            share = min(1.0, seconds / max(1.0, whole))
            self._drawn.add(Color(*(palette.accent if seconds > 10 else palette.wait)))
            self._drawn.add(SmoothLine(circle=(*middle, radius, 360 - 360 * share, 360), width=width, cap="round"))
        inner = Box(middle[0] - radius * 0.8, middle[1] - radius * 0.6, radius * 1.6, radius * 1.2)
        plain = self.look.plain
        text = Text(inner, self.fonts, plain, str(seconds), 48, palette.ink, True, "center", "middle")
        self._drawn.add(text.canvas)


class Countdown(Touch):
    """The ring with its words beside it; the whole of it can be touched."""

    def __init__(self, box: Box, fonts: Fonts, look: Look, words: str, left: Left, on_tap: Callable[[], None]) -> None:
        super().__init__(box, look, on_tap, "quiet")
        self.ring = Ring(Box(box.x + box.w - box.h, box.y, box.h, box.h), fonts, look, left)
        self.add_widget(self.ring)
        beside = Box(box.x + 12 * look.unit, box.y, box.w - box.h - 36 * look.unit, box.h)
        self.add_widget(Text(beside, fonts, look, words, 40, look.palette.ink, False, "right", "middle"))

    def stop(self) -> None:
        """Count no more."""
        self.ring.stop()
