"""Colours and type sizes. Text stands out from its ground by 4.5:1 at least, shapes by 3:1."""

from dataclasses import dataclass

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
    veil=(0.0, 0.0, 0.0, 0.8),
)

CORNER = 24
# Type sizes; text that does not fit takes the next smaller one. Few sizes: each opens the font once more.
SIZES = (200, 160, 120, 96, 84, 72, 60, 48, 40, 36, 32, 28, 24)


@dataclass(frozen=True, slots=True)
class Look:
    """How this person wants to see: colours, and whether words are large. ``unit``: pixels per unit of the grid."""

    palette: Palette
    large: bool
    unit: float

    def size(self, units: int) -> int:
        """The type size to begin with, one step up for large words."""
        if not self.large:
            return units
        return next((size for size in reversed(SIZES) if size > units), units)
