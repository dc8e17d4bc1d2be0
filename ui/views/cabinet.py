"""The cabinet as it stands before the person: every door in its place, open ones swung open, the wanted one lit."""

from math import cos, pi, sin
from typing import Any

from kivy.clock import Clock
from kivy.graphics import (
    Color,
    Quad,
    Rectangle,
    SmoothLine,
    SmoothRoundedRectangle,
    StencilPop,
    StencilPush,
    StencilUnUse,
    StencilUse,
)
from kivy.uix.widget import Widget

from hardware.readings import Door
from kiosk.core.screens import DoorView
from ui.fonts import Fonts
from ui.sheet import Box
from ui.theme import SWING_S, Look
from ui.views.text import Text

WIDE_OPEN = 112 * pi / 180


class Cabinet(Widget):
    """Draws ``doors``; a door that opens or shuts while it is shown swings for 200 ms, then nothing moves."""

    def __init__(self, box: Box, fonts: Fonts, look: Look) -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
        self.box, self.fonts, self.look = box, fonts, look
        self._doors: tuple[DoorView, ...] = ()
        self._swing: dict[str, float] = {}  # by door: 0 shut, 1 open
        self._moving: Any = None

    def show(self, doors: tuple[DoorView, ...]) -> None:
        """The doors as they stand now; those shown for the first time do not swing."""
        if doors == self._doors:
            return
        for door in doors:
            self._swing.setdefault(door.name, float(door.door is Door.OPEN))
        if not self.look.motion:
            self._swing = {door.name: float(door.door is Door.OPEN) for door in doors}
        self._doors = doors
        self._draw()
        if self._moving is None and any(self._swing.get(d.name, 0.0) != (d.door is Door.OPEN) for d in doors):
            self._moving = Clock.schedule_interval(self._move, 0)

    def stop(self) -> None:
        """Hold still: the widget is being taken away."""
        if self._moving is not None:
            self._moving.cancel()
            self._moving = None

    def _move(self, passed_s: float) -> None:
        step = min(passed_s, 0.05) / SWING_S
        still = True
        for door in self._doors:
            now, goal = self._swing.get(door.name, 0.0), float(door.door is Door.OPEN)
            self._swing[door.name] = min(goal, now + step) if goal > now else max(goal, now - step)
            still &= self._swing[door.name] == goal
        self._draw()
        if still:
            self.stop()

    def _draw(self) -> None:
        self.clear_widgets()
        self.canvas.clear()
        if not self._doors:
            return
        rows = max(door.row + door.height for door in self._doors)
        columns = max(door.column + door.width for door in self._doors)
        # A cell keeps a believable shape, and a leaf standing open at the left needs room of its own.
        cell_h = min(self.box.h * 0.92 / rows, self.box.w / (columns + 0.5))
        cell_w = min(self.box.w / (columns + 0.5), cell_h * 3.2)
        width, height = cell_w * columns, cell_h * rows
        left = self.box.x + (self.box.w - width) / 2
        bottom = self.box.y + (self.box.h - height) / 2
        self._body(Box(left, bottom, width, height))
        gap = 5 * self.look.unit
        places = {
            door.name: Box(
                left + door.column * cell_w + gap,
                bottom + (rows - door.row - door.height) * cell_h + gap,
                door.width * cell_w - 2 * gap,
                door.height * cell_h - 2 * gap,
            )
            for door in self._doors
        }
        for door in sorted(self._doors, key=lambda door: self._swing.get(door.name, 0.0) > 0):
            self._door(door, places[door.name], self._swing.get(door.name, 0.0))

    def _body(self, box: Box) -> None:
        unit, palette = self.look.unit, self.look.palette
        rim = 16 * unit
        with self.canvas:
            Color(*palette.tint)
            outer = (box.x - rim, box.y - rim, box.w + 2 * rim, box.h + 2 * rim)
            SmoothRoundedRectangle(pos=outer[:2], size=outer[2:], radius=[20 * unit])
            Color(*palette.line)
            SmoothLine(rounded_rectangle=(*outer, 20 * unit), width=max(1.0, 1.5 * unit))

    def _door(self, door: DoorView, box: Box, swing: float) -> None:
        unit, palette = self.look.unit, self.look.palette
        eased = swing * swing * (3 - 2 * swing)
        strong = palette.accent if door.lit else palette.wait
        corner = 8 * unit
        with self.canvas:
            if swing > 0:
                Color(*(palette.ink[:3] if not self._bright() else palette.quiet[:3]), 0.16 if not door.lit else 0.1)
                SmoothRoundedRectangle(pos=(box.x, box.y), size=(box.w, box.h), radius=[corner])
                Color(*strong)
            else:
                Color(*(palette.accent if door.lit else palette.surface))
                SmoothRoundedRectangle(pos=(box.x, box.y), size=(box.w, box.h), radius=[corner])
                if door.out:
                    self._hatch(box)
                Color(*(palette.accent if door.lit else palette.line))
            thick = (4 if door.lit else 2 if swing else 1.2) * unit
            SmoothLine(rounded_rectangle=(box.x, box.y, box.w, box.h, corner), width=max(1.0, thick))
        if swing == 0 and not door.out:
            with self.canvas:
                Color(*(palette.main_ink if door.lit else palette.line))
                Rectangle(pos=(box.x + box.w - 18 * unit, box.y + box.h / 2 - 12 * unit), size=(5 * unit, 24 * unit))
        self._number(door, box, swing)
        if swing > 0:
            self._leaf(box, eased, strong)

    def _bright(self) -> bool:
        return self.look.palette.ground[0] < 0.5

    def _hatch(self, box: Box) -> None:
        palette, unit = self.look.palette, self.look.unit
        StencilPush()
        Rectangle(pos=(box.x, box.y), size=(box.w, box.h))
        StencilUse()
        Color(*palette.line[:3], 0.55)
        step, x = 22 * unit, box.x - box.h
        while x < box.x + box.w:
            SmoothLine(points=[x, box.y, x + box.h, box.y + box.h], width=max(1.0, 1.5 * unit))
            x += step
        StencilUnUse()
        Rectangle(pos=(box.x, box.y), size=(box.w, box.h))
        StencilPop()

    def _leaf(self, box: Box, eased: float, colour: tuple[float, float, float, float]) -> None:
        """The door leaf on its hinges at the left, its free edge nearer to the person and so a little taller."""
        angle = WIDE_OPEN * eased
        free = box.x + box.w * cos(angle) * (1 if angle < pi / 2 else 0.9)
        grow = min(box.h * 0.16, 24 * self.look.unit) * sin(angle)
        corners = [box.x, box.y, free, box.y - grow, free, box.y + box.h + grow, box.x, box.y + box.h]
        with self.canvas:
            Color(*colour)
            Quad(points=corners)
            SmoothLine(points=corners, width=max(1.0, 2 * self.look.unit), close=True, joint="round")

    def _number(self, door: DoorView, box: Box, swing: float) -> None:
        palette = self.look.palette
        size = next((s for s in (96, 72, 60, 48, 40, 32, 24) if s * self.look.unit < min(box.h * 0.62, box.w * 0.5)), 0)
        if not size:
            return
        ink = palette.quiet if door.out else palette.ink
        if door.lit or swing:
            ink = palette.main_ink if not swing else palette.accent if door.lit else palette.wait
        plain = self.look.plain
        text = Text(box, self.fonts, plain, door.name, size, ink, door.lit, "center", "middle")
        if door.out:
            with self.canvas:
                Color(*palette.surface)
                pad = 6 * self.look.unit
                drawn = text.drawn
                SmoothRoundedRectangle(
                    pos=(drawn.x - 2 * pad, drawn.y + drawn.h * 0.12),
                    size=(drawn.w + 4 * pad, drawn.h * 0.76),
                    radius=[2 * pad],
                )
        self.canvas.add(text.canvas)
