"""Where everything stands: a view and a window size in, boxes out. Pure; imports no Kivy.

Drawn on a grid of 1080 x 1920 (portrait) or 1920 x 1080 (landscape) units, 24 apart, and scaled to the window.
Boxes are in pixels with y upward from the bottom left, as OpenGL counts. Portrait keeps all touches of a story in
the lower 40 %; landscape puts the picture left and the words and actions right, read in the same order.
"""

from dataclasses import dataclass

from ui.view import Button, Keypad, View

EDGE = 60  # around everything
STRIP = 120
BAR = 160  # cancel and countdown
CANCEL, ROW, NOTE, UNDER = 140, 88, 116, 24
PICTURE_MIN = 200  # a smaller one says nothing
CODE_MAX = 560  # what a phone takes in at arm's length


@dataclass(frozen=True, slots=True)
class Heights:
    """How high things to touch are, ``gap`` between them, and how many plain buttons stand side by side."""

    main: int
    plain: int
    tile: int
    key: int
    gap: int
    abreast: int


UPRIGHT = Heights(main=160, plain=140, tile=400, key=160, gap=40, abreast=2)
WIDE = Heights(main=140, plain=120, tile=480, key=148, gap=32, abreast=3)


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
    top = high - BAR - 40
    if view.cancel:
        boxes["cancel"] = Box(EDGE, top + 10, 400, CANCEL)
    if view.seconds is not None:
        boxes["countdown"] = Box(wide - EDGE - 420, top, 420, BAR)
    if view.foot:
        boxes["foot"] = Box(EDGE, top + 40, wide - 2 * EDGE, 80)


def _portrait(view: View, wide: float, high: float, boxes: dict[str, Box]) -> None:
    inner, bottom = wide - 2 * EDGE, high - BAR - 80
    line = _line(view)
    boxes["title"] = Box(EDGE, 132, inner, 200)
    boxes["line"] = Box(EDGE, 348, inner, line)
    if view.keypad:
        bottom = _keys(view.keypad, UPRIGHT, EDGE, inner, bottom, boxes)
        bottom = _slots(EDGE, inner, bottom - UPRIGHT.gap, boxes)
    else:
        bottom = _buttons(view.buttons, UPRIGHT, EDGE, inner, bottom, boxes)
    bottom = _note(view, EDGE, inner, bottom, boxes)
    bottom = _rows(view, EDGE, inner, bottom, boxes)
    top = 348 + line + UNDER
    space = bottom - top - 40
    side = min(space, 680)
    _pictured(view, Box(EDGE, top + (space - side) / 2, inner, side), boxes)


def _landscape(view: View, wide: float, high: float, boxes: dict[str, Box]) -> None:
    """Calm screens: picture, list and note left. Trouble, tiles and keypad: the words left, where there is room."""
    half, top, bottom = (wide - 3 * EDGE) / 2, 132.0, high - BAR - 64
    left, right = EDGE, 2 * EDGE + half
    line = _line(view) - 30
    if view.keypad:
        head = _keys(view.keypad, WIDE, right, half, bottom, boxes)
    else:
        head = _buttons(view.buttons, WIDE, right, half, bottom, boxes)
    words_left = view.keypad or view.tone == "trouble" or any(button.picture for button in view.buttons)
    x = left if words_left else right
    title = 200 if words_left or line < 150 else 160
    boxes["title"] = Box(x, top, half, title)
    boxes["line"] = Box(x, top + title + 12, half, line)
    under = _slots(left, half, bottom, boxes) if view.keypad else bottom
    under = _rows(view, left, half, _note(view, left, half, under, boxes), boxes)
    if view.tone == "trouble":
        _pictured(view, Box(right, top, half, head - top - 40), boxes)
    else:
        over = top + title + 12 + line + UNDER if words_left else top
        _pictured(view, Box(left, over, half, under - over - UNDER), boxes)


def _line(view: View) -> float:
    """Height for the words under the title: trouble takes three parts, a goodbye may say several things."""
    return 330 if view.tone == "trouble" else 170 + 50 * max(0, view.line.count("\n") - 1)


def _pictured(view: View, box: Box, boxes: dict[str, Box]) -> None:
    """One picture, or the cabinet with the number of the door large beside it; nothing where there is no room."""
    if box.h < PICTURE_MIN or view.keypad:
        return
    if view.code:
        side = min(box.h, box.w * 0.6, CODE_MAX)
        y = box.y + (box.h - side) / 2
        boxes["code"] = Box(box.x, y, side, side)
        boxes["code words"] = Box(box.x + side + 36, y, box.w - side - 36, side)
        return
    if view.picture != "cabinet" or not view.doors:
        boxes["picture"] = box
        return
    number = min(box.w * 0.3, 300) if view.door else 0
    boxes["door"] = Box(box.x, box.y, number, box.h)
    boxes["cabinet"] = Box(box.x + number, box.y, box.w - number, box.h)


def _buttons(
    buttons: tuple[Button, ...], sizes: Heights, x: float, wide: float, bottom: float, boxes: dict[str, Box]
) -> float:
    """Stack the buttons upward from ``bottom``: the main one alone, the others side by side. Returns the top."""
    lines: list[list[int]] = []
    for n, button in enumerate(buttons):
        joins = lines and not button.main and not buttons[lines[-1][0]].main and len(lines[-1]) < sizes.abreast
        if joins:
            lines[-1].append(n)
        else:
            lines.append([n])
    for line in reversed(lines):
        first = buttons[line[0]]
        high = sizes.tile if first.picture else sizes.main if first.main else sizes.plain
        between = 60 if len(line) == 2 else 36
        each = (wide - between * (len(line) - 1)) / len(line)
        for place, n in enumerate(line):
            boxes[f"button {n}"] = Box(x + place * (each + between), bottom - high, each, high)
        bottom -= high + sizes.gap
    return bottom + (sizes.gap if lines else 0)


def _keys(keypad: Keypad, sizes: Heights, x: float, wide: float, bottom: float, boxes: dict[str, Box]) -> float:
    gap = sizes.gap
    each, top = (wide - 2 * gap) / 3, bottom - 4 * sizes.key - 3 * gap
    for n, key in enumerate(keypad.keys):
        name = f"key {key.value or key.action}"
        boxes[name] = Box(x + n % 3 * (each + gap), top + n // 3 * (sizes.key + gap), each, sizes.key)
    return top


def _slots(x: float, wide: float, bottom: float, boxes: dict[str, Box]) -> float:
    boxes["slots"] = Box(x, bottom - 160, wide, 160)
    return bottom - 160


def _note(view: View, x: float, wide: float, bottom: float, boxes: dict[str, Box]) -> float:
    if not view.note:
        return bottom
    boxes["note"] = Box(x, bottom - UNDER - NOTE, wide, NOTE)
    return bottom - UNDER - NOTE


def _rows(view: View, x: float, wide: float, bottom: float, boxes: dict[str, Box]) -> float:
    if not view.rows:
        return bottom
    top = bottom - UNDER - ROW * len(view.rows)
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
    boxes["stay"] = Box(x + EDGE, y + 450, across - 2 * EDGE, UPRIGHT.main)
    if view.warning.go:
        boxes["go"] = Box(x + EDGE, y + 650, across - 2 * EDGE, UPRIGHT.plain)
