"""What a layout is made on: a sheet of grid units, boxes by name, and the sizes of things to touch. Pure.

While a layout is made, boxes are in units with y downward; ``Place`` has them in pixels with y upward from the bottom
left, as OpenGL counts.
"""

from dataclasses import dataclass, field

from ui.view import View

EDGE = 60  # around everything
STRIP = 120
BAR = 160  # cancel and countdown
CANCEL, NOTE, UNDER = 140, 116, 24
SMALL_W, SMALL_H = 108, 96  # a setting in the strip
APART = 16  # between small things to touch
PICTURE_MIN = 200  # a smaller one says nothing
# Buttons of a screen: so few are spread for large words, more than so many want a side to themselves, and more than so
# many are lower and closer.
FEW, MANY, MOST = 3, 4, 6
MODULE_MIN, CODE_MIN, CODE_MAX = 4, 280, 560  # what a phone can read, and what it takes in at arm's length


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
    """The boxes of a view by name (``button 0``, ``row 1``, ``key 7``, ``key enter``), and pixels per unit.

    ``page`` of ``pages`` of the list is the one that is shown.
    """

    unit: float
    landscape: bool
    boxes: dict[str, Box]
    page: int = 0
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Heights:
    """How high things to touch are, ``gap`` between them, and how many plain buttons stand side by side."""

    main: int
    plain: int
    tile: int
    key: int
    letter: int
    gap: int
    abreast: int


UPRIGHT = Heights(main=160, plain=140, tile=400, key=160, letter=116, gap=40, abreast=2)
CROWDED = Heights(main=160, plain=112, tile=400, key=160, letter=116, gap=24, abreast=3)
WIDE = Heights(main=140, plain=120, tile=480, key=148, letter=108, gap=32, abreast=3)


@dataclass(slots=True)
class Sheet:
    """A layout under way. ``step``: of word sizes; ``beside``: the step by which what stands beside title and line is
    made larger, at most the same. ``page``: the one wanted of a list."""

    view: View
    wide: float
    high: float
    step: int
    beside: int
    page: int
    pages: int = 1
    boxes: dict[str, Box] = field(default_factory=dict)

    @property
    def landscape(self) -> bool:
        """Whether it lies on its side."""
        return self.wide > self.high

    @property
    def sizes(self) -> Heights:
        """Of things to touch."""
        if self.landscape:
            return WIDE
        return CROWDED if len(self.view.buttons) > MOST else UPRIGHT

    def put(self, name: str, x: float, y: float, w: float, h: float) -> None:
        """Give something its place."""
        self.boxes[name] = Box(x, y, w, h)

    def grid(self, names: list[str], area: Box, columns: int, between: float) -> None:
        """Put things into equal cells, row by row; a last row that is not full is as wide as the others."""
        lines = -(-len(names) // columns)
        deep = (area.h - between * (lines - 1)) / lines
        for line in range(lines):
            here = names[line * columns : (line + 1) * columns]
            across = (area.w - between * (len(here) - 1)) / len(here)
            for n, name in enumerate(here):
                self.put(name, area.x + n * (across + between), area.y + line * (deep + between), across, deep)


def key_names(view: View) -> list[str]:
    """The boxes of the keypad's keys, in their order."""
    return [f"key {key.value or key.action}" for key in view.keypad.keys] if view.keypad else []
