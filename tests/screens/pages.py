"""The pictures of docs/reader.md and docs/courier.md, drawn anew: ``python -m tests.screens.pages``."""

import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from tests.screens.displays import PAGES
from tests.screens.gallery import ROOT, paint
from ui.manner import Manner

FOLDER = ROOT / "docs" / "images"
DRAWN, KEPT = (540, 960), (324, 576)
COLOURS = 48


def orders() -> list[dict[str, object]]:
    """Each page's screens in both languages, with half a minute left."""
    return [
        {"name": name, "manner": asdict(Manner(language)), "file": f"{name}.{language}.png", "left_s": 30.0}
        for name in PAGES
        for language in ("zh", "en")
    ]


def draw(folder: Path) -> list[str]:
    """Draw them, small enough to stand four abreast on paper; their names."""
    names = [str(order["file"]) for order in orders()]
    paint({DRAWN: orders()}, folder)
    for name in names:
        with Image.open(folder / name) as drawn:
            small = drawn.convert("RGB").resize(KEPT, Image.Resampling.LANCZOS)
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(folder / name, optimize=True)
    return names


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as new:
        for picture in draw(Path(new)):
            shutil.copy(Path(new, picture), FOLDER)
