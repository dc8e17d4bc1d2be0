"""Colours and type sizes. Text stands out from its ground by 4.5:1 at least, shapes by 3:1."""

from dataclasses import dataclass, replace

Colour = tuple[float, float, float, float]


def colour(code: str) -> Colour:
    """``#RRGGBB`` as four numbers from 0 to 1."""
    return (int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255, 1.0)


@dataclass(frozen=True, slots=True)
class Palette:
    """``x_ink`` is what stands on ``x``."""

    ground: Colour
    ink: Colour
    quiet: Colour  # words of less weight
    line: Colour  # edges of what can be touched, outlines of quiet doors
    surface: Colour  # a button, a door
    pressed: Colour
    main: Colour
    main_ink: Colour
    main_pressed: Colour
    tint: Colour  # a chosen thing
    accent: Colour  # icons, the lit door
    wait: Colour
    wait_tint: Colour
    trouble: Colour
    focus: Colour  # around what a key would choose
    veil: Colour  # over the page while a question stands


PAPER = Palette(
    ground=colour("#FAF8F4"),
    ink=colour("#1C2733"),
    quiet=colour("#56616B"),
    line=colour("#8A8F8C"),
    surface=colour("#FFFFFF"),
    pressed=colour("#C5DFDA"),
    main=colour("#0B6E69"),
    main_ink=colour("#FFFFFF"),
    main_pressed=colour("#064A46"),
    tint=colour("#E3F1EE"),
    accent=colour("#0B6E69"),
    wait=colour("#8F5F12"),
    wait_tint=colour("#FBF1DD"),
    trouble=colour("#B93A1E"),
    focus=colour("#1C2733"),
    veil=(*colour("#1C2733")[:3], 0.55),
)

HIGH_CONTRAST = Palette(
    ground=colour("#000000"),
    ink=colour("#FFFFFF"),
    quiet=colour("#FFFFFF"),
    line=colour("#FFFFFF"),
    surface=colour("#000000"),
    pressed=colour("#4D4D4D"),
    main=colour("#FFE600"),
    main_ink=colour("#000000"),
    main_pressed=colour("#B3A100"),
    tint=colour("#1F1F1F"),
    accent=colour("#FFE600"),
    wait=colour("#FFE600"),
    wait_tint=colour("#1F1F1F"),
    trouble=colour("#FFFFFF"),
    focus=colour("#00E5FF"),
    veil=(0.0, 0.0, 0.0, 0.8),
)

# What stands on what, by the names of ``Palette``; tests/ui/test_theme.py computes every pair in both palettes.
TEXT_ON = (
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "tint"),
    ("ink", "wait_tint"),
    ("ink", "pressed"),
    ("quiet", "ground"),
    ("quiet", "surface"),
    ("main_ink", "main"),
    ("main_ink", "main_pressed"),
    ("main_ink", "accent"),
    ("accent", "ground"),
    ("accent", "tint"),
    ("trouble", "ground"),
    ("wait", "ground"),
)
SHAPE_ON = (
    ("line", "ground"),
    ("line", "surface"),
    ("accent", "surface"),
    ("accent", "ground"),
    ("accent", "tint"),
    ("wait", "ground"),
    ("wait", "wait_tint"),
    ("trouble", "wait_tint"),
    ("focus", "ground"),
    ("focus", "surface"),
    ("main", "ground"),
)

WHITE = colour("#FFFFFF")
# Cloth of the covers we draw; what stands on it is white. In strong contrast they are drawn as edges.
COVERS = tuple(map(colour, ("#0B6E69", "#7A3B2E", "#2F4B7C", "#5B4A7A", "#4F6228", "#7B5A14")))

CORNER = 24
SWING_S = 0.2  # how long anything moves, eased; in simple mode nothing does
# Type sizes; text that does not fit takes the next smaller one. Few sizes: each opens the font once more.
SIZES = (200, 160, 120, 96, 84, 72, 60, 48, 40, 36, 32, 28, 24)
HUGE, TITLE, LARGE, TEXT, SMALL = 200, 72, 48, 40, 32
STEPS = 4  # sizes of words a person can choose from; each is one type size more


@dataclass(frozen=True, slots=True)
class Look:
    """How this person wants to see: colours, the step of word sizes (0 to 3), whether things may move.

    ``unit``: pixels per unit of the grid.
    """

    palette: Palette
    step: int
    unit: float
    motion: bool = True

    def size(self, units: int) -> int:
        """The type size to begin with, as many sizes up as there are steps."""
        larger = [size for size in reversed(SIZES) if size >= units]
        return larger[min(self.step, len(larger) - 1)] if larger else units

    @property
    def plain(self) -> "Look":
        """For what is as large as it can be already, or says the same size to everybody."""
        return replace(self, step=0)
