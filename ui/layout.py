"""Where everything stands: a view and a window size in, boxes out. Pure; imports no Kivy.

Drawn on a grid of 1080 x 1920 (portrait) or 1920 x 1080 (landscape) units, 24 apart, and scaled to the window.
Boxes are in pixels with y upward from the bottom left, as OpenGL counts. Portrait keeps all touches of a story in
the lower 40 %; landscape puts the picture left and the words and actions right, read in the same order.
"""

from dataclasses import dataclass

from ui.view import Button, Keypad, View

EDGE = 60  # around everything
GAP = 40  # between things to touch, up and down
STRIP = 120
BAR = 160  # cancel and countdown
MAIN, PLAIN, TILE, KEY, ROW, NOTE = 160, 140, 400, 160, 88, 116


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    w: float
    h: float

    def holds(self, x: float, y: float) -> bool:
        """Whether the point lies inside."""
        return self.x <= x < self.x + self.w and self.y <= y < self.y + self.h


@dataclass(frozen=True, slots=True)
class Place:
    """The boxes of a view by name (``button 0``, ``row 1``, ``key 7``, ``key enter``), and pixels per unit."""

    unit: float
    landscape: bool
    boxes: dict[str, Box]


def arrange(view: View, width: float, height: float) -> Place:
    """Lay ``view`` out in a window of this size in pixels."""
    landscape = width > height
    unit = min(width / 1920, height / 1080) if landscape else min(width / 1080, height / 1920)
    wide, high = width / unit, height / unit
    boxes: dict[str, Box] = {}  # in units, y downward, until the end
    _frame(view, wide, high, boxes)
    if landscape:
        _landscape(view, wide, high, boxes)
    else:
        _portrait(view, wide, high, boxes)
    if view.warning:
        _question(view, wide, high, boxes)
    flipped = {
        name: Box(box.x * unit, height - (box.y + box.h) * unit, box.w * unit, box.h * unit)
        for name, box in boxes.items()
    }
    return Place(unit, landscape, flipped)


def _frame(view: View, wide: float, high: float, boxes: dict[str, Box]) -> None:
    """The strip at the top and the bar at the bottom, the same on every screen."""
    boxes["strip"] = Box(0, 0, wide, STRIP)
    for n, name in enumerate(("contrast", "size", "language")):
        boxes[name] = Box(wide - 24 - 148 * (n + 1) + 16, 12, 132, 96)
    right = wide - 24 - 148 * 3
    boxes["place"] = Box(EDGE, 16, right - EDGE - 24 - (176 if view.initials else 0), 88)
    if view.initials:
        boxes["initials"] = Box(right - 176, 24, 152, 72)
    top = high - BAR - GAP
    if view.cancel:
        boxes["cancel"] = Box(EDGE, top + 10, 400, PLAIN)
    if view.seconds is not None:
        boxes["countdown"] = Box(wide - EDGE - 420, top, 420, BAR)
    if view.foot:
        boxes["foot"] = Box(EDGE, top + 40, wide - 2 * EDGE, 80)


def _portrait(view: View, wide: float, high: float, boxes: dict[str, Box]) -> None:
    inner = wide - 2 * EDGE
    line = _line(view)
    boxes["title"] = Box(EDGE, 132, inner, 200)
    boxes["line"] = Box(EDGE, 348, inner, line)
    bottom = high - BAR - GAP - GAP
    if view.keypad:
        bottom = _keys(view.keypad, EDGE, inner, bottom, boxes) - GAP
        boxes["slots"] = Box(EDGE, bottom - 160, inner, 160)
        bottom -= 160
    else:
        bottom = _buttons(view.buttons, EDGE, inner, bottom, boxes)
    bottom = _note(view, EDGE, inner, bottom, boxes)
    bottom = _rows(view, EDGE, inner, bottom, boxes)
    top = 348 + line + 24
    space = bottom - top - 40
    if space > 240:
        side = min(space, 680)
        _pictured(view, Box(EDGE, top + (space - side) / 2, inner, side), boxes)


def _line(view: View) -> float:
    """Height for the words under the title: trouble takes three parts, a goodbye may say several things."""
    return 330 if view.tone == "trouble" else 170 + 50 * max(0, view.line.count("\n") - 1)


def _landscape(view: View, wide: float, high: float, boxes: dict[str, Box]) -> None:
    half = (wide - 3 * EDGE) / 2
    right, top, bottom = wide / 2 + EDGE / 2, 132.0, high - BAR - GAP - 24
    line = _line(view) - 20
    if view.keypad:
        boxes["title"] = Box(EDGE, top, half, 200)
        boxes["line"] = Box(EDGE, top + 216, half, line)
        _keys(view.keypad, right, half, bottom, boxes)
        left = _note(view, EDGE, half, bottom, boxes)
        boxes["slots"] = Box(EDGE, left - 150, half, 150)
        return
    tall = bottom - _buttons(view.buttons, right, half, bottom, boxes)
    if tall > bottom - top - 200 - 16 - line:  # many actions: the words stand above the picture instead
        boxes["title"] = Box(EDGE, top, half, 160)
        boxes["line"] = Box(EDGE, top + 172, half, line)
        head = top + 172 + line
        left = _note(view, EDGE, half, bottom, boxes)
    else:
        boxes["title"] = Box(right, top, half, 200)
        boxes["line"] = Box(right, top + 216, half, line)
        head, left = top, bottom
        _note(view, right, half, bottom - tall, boxes)
    left = _rows(view, EDGE, half, left, boxes)
    if left - head > 240:
        _pictured(view, Box(EDGE, head, half, left - head - 24), boxes)


def _pictured(view: View, box: Box, boxes: dict[str, Box]) -> None:
    """One picture, or the cabinet with the number of the door large beside it."""
    if view.picture != "cabinet" or not view.doors:
        boxes["picture"] = box
        return
    number = min(box.w * 0.3, 300) if view.door else 0
    boxes["door"] = Box(box.x, box.y, number, box.h)
    boxes["cabinet"] = Box(box.x + number, box.y, box.w - number, box.h)


def _buttons(buttons: tuple[Button, ...], x: float, wide: float, bottom: float, boxes: dict[str, Box]) -> float:
    """Stack the buttons upward from ``bottom``: tiles in one row, the main one alone, the others in pairs."""
    lines: list[list[int]] = []
    for n, button in enumerate(buttons):
        paired = lines and len(lines[-1]) == 1 and not button.main and not buttons[lines[-1][0]].main
        if paired:
            lines[-1].append(n)
        else:
            lines.append([n])
    for line in reversed(lines):
        first = buttons[line[0]]
        high = TILE if first.picture else MAIN if first.main else PLAIN
        each = (wide - 60 * (len(line) - 1)) / len(line)
        for place, n in enumerate(line):
            boxes[f"button {n}"] = Box(x + place * (each + 60), bottom - high, each, high)
        bottom -= high + GAP
    return bottom + (GAP if lines else 0)


def _keys(keypad: Keypad, x: float, wide: float, bottom: float, boxes: dict[str, Box]) -> float:
    each, top = (wide - 2 * GAP) / 3, bottom - 4 * KEY - 3 * GAP
    for n, key in enumerate(keypad.keys):
        boxes[f"key {key.value or key.action}"] = Box(x + n % 3 * (each + GAP), top + n // 3 * (KEY + GAP), each, KEY)
    return top


def _note(view: View, x: float, wide: float, bottom: float, boxes: dict[str, Box]) -> float:
    if not view.note:
        return bottom
    boxes["note"] = Box(x, bottom - 24 - NOTE, wide, NOTE)
    return bottom - 24 - NOTE


def _rows(view: View, x: float, wide: float, bottom: float, boxes: dict[str, Box]) -> float:
    if not view.rows:
        return bottom
    top = bottom - 24 - ROW * len(view.rows)
    for n in range(len(view.rows)):
        boxes[f"row {n}"] = Box(x, top + n * ROW, wide, ROW)
    return top


def _question(view: View, wide: float, high: float, boxes: dict[str, Box]) -> None:
    """The panel of "are you still there?" over the middle of the lower half."""
    assert view.warning is not None
    across = min(wide - 2 * EDGE, 960)
    deep = 820 if view.warning.go else 640
    x, y = (wide - across) / 2, (high - deep) / 2 if wide > high else high - deep - 300
    boxes["veil"] = Box(0, 0, wide, high)
    boxes["panel"] = Box(x, y, across, deep)
    boxes["ask"] = Box(x + EDGE, y + 48, across - 2 * EDGE, 120)
    boxes["why"] = Box(x + EDGE, y + 180, across - 2 * EDGE, 130)
    boxes["left"] = Box(x + across / 2 - 80, y + 316, 160, 120)
    boxes["stay"] = Box(x + EDGE, y + 450, across - 2 * EDGE, MAIN)
    if view.warning.go:
        boxes["go"] = Box(x + EDGE, y + 450 + MAIN + GAP, across - 2 * EDGE, PLAIN)
