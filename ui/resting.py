"""The resting picture: what can be done here, in up to three pictures; the time, free doors. Nobody's things. Pure."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal

from kiosk.core.screens import Home
from ui.sheet import EDGE, Box
from ui.view import PictureName
from ui.words import LANGUAGES, Words, words

Phase = Literal["awake", "resting", "dim"]
SCENES_MAX = 3


@dataclass(frozen=True, slots=True)
class Resting:
    """Up to three pictures with a sentence each, of what can be done now, and what stands around them."""

    scenes: tuple[tuple[PictureName, str], ...]
    clock: str
    day: str
    place: str
    foot: str
    hint: str
    dim: bool


def phase(quiet_s: float, rest_s: float, dim_s: float) -> Phase:
    """After so many seconds in which nobody touched, showed or said anything at Home."""
    return "awake" if quiet_s < rest_s else "resting" if quiet_s < max(dim_s, rest_s) else "dim"


def may_rest(home: Home) -> bool:
    """A door left open is to be seen, and so is that next to nothing can be done here."""
    return not home.open_doors and bool((home.cards and home.lends) or home.free_doors)


@lru_cache(maxsize=2)  # asked for at every frame
def resting(home: Home, place: str, language: str, now: datetime, dim: bool, doors: bool = True) -> Resting:
    """What stands there now; the hint is in every language, for who reads only one."""
    from babel.dates import format_skeleton  # here: only a resting machine needs it, and starting should not wait

    _ = words(language)
    scenes: list[tuple[PictureName, str]] = []
    if doors:
        scenes += [("order", _("Choose a book at any library: it comes here."))]
        scenes += [("door", _("Tap your card: your door opens."))] if home.cards and home.lends else []
        scenes += [("back", _("Bring it back here at any hour."))] if home.free_doors else []
    else:
        scenes += [
            ("shelf", _("Choose books from the shelves.")),
            ("card", _("Tap your card here.")),
            ("book", _("Scan them or lay them down: they are booked to you.")),
        ]
    hints = [_hint(words(one)) for one in sorted(LANGUAGES, key=lambda one: one != language)]
    return Resting(
        tuple(scenes),
        now.strftime("%H:%M"),
        str(format_skeleton("MMMMEEEEd", now, locale=language)),
        place,
        _.ngettext("One door free", "{n} doors free", home.free_doors) if doors else "",
        "  ·  ".join(hints),
        dim,
    )


def _hint(_: Words) -> str:
    return _("Touch to begin")


def places(width: float, height: float) -> tuple[float, dict[str, Box]]:
    """Pixels per unit, and boxes in pixels with y upward: three pictures under another, or side by side."""
    landscape = width > height
    unit = min(width / 1920, height / 1080) if landscape else min(width / 1080, height / 1920)
    wide, high = width / unit, height / unit
    inner = wide - 2 * EDGE
    boxes = {
        "place": Box(EDGE, 40, inner, 72),
        "clock": Box(EDGE, 112, inner * 0.5, 210),
        "day": Box(wide / 2, 200, inner / 2, 96),
        "foot": Box(EDGE, high - 112, inner * 0.4, 72),
        "hint": Box(EDGE + inner * 0.4, high - 112, inner * 0.6, 72),
    }
    top, bottom = 350.0, high - 150
    for n in range(SCENES_MAX):
        if landscape:
            each = (inner - 2 * 48) / 3
            x = EDGE + n * (each + 48)
            boxes[f"scene {n}"] = Box(x, top, each, bottom - top - 190)
            boxes[f"said {n}"] = Box(x, bottom - 170, each, 170)
        else:
            each = (bottom - top - 2 * 36) / 3
            y = top + n * (each + 36)
            boxes[f"scene {n}"] = Box(EDGE, y, each, each)
            boxes[f"said {n}"] = Box(EDGE + each + 48, y, inner - each - 48, each)
    return unit, {
        name: Box(box.x * unit, height - (box.y + box.h) * unit, box.w * unit, box.h * unit)
        for name, box in boxes.items()
    }
