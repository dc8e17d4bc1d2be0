"""What line pictures are drawn with, on a square of 100 units (y upward)."""

from math import cos, pi, sin

from kivy.graphics import Ellipse, Rectangle, SmoothLine

from ui.sheet import Box


class Pen:
    """Draws on the square inside ``box`` with lines ``weight`` pixels wide."""

    def __init__(self, box: Box, weight: float) -> None:
        self.scale = min(box.w, box.h) / 100
        self.x0, self.y0 = box.x + (box.w - 100 * self.scale) / 2, box.y + (box.h - 100 * self.scale) / 2
        self.weight = max(1.0, weight / 2)  # Kivy counts from the middle of the line

    def at(self, points: list[tuple[float, float]]) -> list[float]:
        """Pixels, in one flat list as Kivy wants them."""
        return [value for x, y in points for value in (self.x0 + x * self.scale, self.y0 + y * self.scale)]

    def path(self, *points: tuple[float, float], close: bool = False) -> SmoothLine:
        """A line through the points."""
        return SmoothLine(points=self.at(list(points)), width=self.weight, close=close, joint="round", cap="round")

    def arc(self, x: float, y: float, r: float, start: float = 0, end: float = 360) -> None:
        """Part of a circle; degrees, counted from the right and upward."""
        steps = max(8, int(abs(end - start) / 6))
        angles = [(start + (end - start) * n / steps) * pi / 180 for n in range(steps + 1)]
        whole = abs(end - start) >= 360
        points = [(x + r * cos(angle), y + r * sin(angle)) for angle in (angles[:-1] if whole else angles)]
        self.path(*points, close=whole)

    def frame(self, x: float, y: float, w: float, h: float, r: float = 4) -> None:
        """A rectangle with round corners."""
        corners = ((x + w - r, y + h - r, 0), (x + r, y + h - r, 90), (x + r, y + r, 180), (x + w - r, y + r, 270))
        points = []
        for cx, cy, start in corners:
            points += [
                (cx + r * cos((start + 15 * n) * pi / 180), cy + r * sin((start + 15 * n) * pi / 180)) for n in range(7)
            ]
        self.path(*points, close=True)

    def dot(self, x: float, y: float, r: float) -> None:
        """A filled circle."""
        (px, py), size = self.at([(x - r, y - r)]), 2 * r * self.scale
        Ellipse(pos=(px, py), size=(size, size))

    def fill(self, x: float, y: float, w: float, h: float) -> None:
        """A filled rectangle."""
        Rectangle(pos=self.at([(x, y)]), size=(w * self.scale, h * self.scale))
