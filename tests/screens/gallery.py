"""Every screen in every manner, as pictures: ``make screens``. Compares some of them with those kept in ``kept/``.

    python -m tests.screens.gallery [--update] [--only PART-OF-A-NAME] [OUT]

Leaves OUT (build/screens) with an index.html; where a kept picture and a new one differ, they stand there side by side.
"""

import html
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from PIL import Image, ImageChops, ImageFilter

from tests.screens.displays import SCREENS
from tests.screens.stage import xvfb
from ui.manner import Manner

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parent / "kept"
SHAPES = {"portrait": (540, 960), "landscape": (960, 540)}
MANNERS = {
    "plain": Manner(),
    "larger": Manner(step=1),
    "large": Manner(step=2),
    "largest": Manner(step=3),
    "contrast": Manner(contrast=True),
    "low": Manner(low=True),
    "low-contrast-largest": Manner(low=True, contrast=True, step=3),
    "simple": Manner(simple=True),
}
OVERLAYS = ("help", "still-there", "resting")  # over any screen; the first two drawn over "collect"
KEPT_W = 270  # pixels across, of a kept picture in portrait; in landscape its height
TILE, APART = 18, 14  # a kept picture is another one where a tile of so many pixels differs by so much of 255
# What is kept: one of each kind, in the manner that strains it most, and the plainest of all.
KEEP = {
    "rules-longest": ("plain", "largest"),
    "home": ("plain", "largest", "contrast", "low", "simple"),
    "collect-typing": ("plain", "low"),
    "open-pickup": ("plain", "large"),
    "stuck-pickup": ("plain",),
    "return-many": ("plain", "largest"),
    "courier": ("plain", "low-contrast-largest"),
    "courier-much": ("plain", "largest"),
    "inside": ("plain",),
    "goodbye-pickup": ("plain",),
    "goodbye-slip": ("contrast",),
    "sorry-patron_blocked": ("plain", "largest"),
    "wait-card": ("plain",),
    "account": ("plain",),
    "loans-some": ("plain", "low"),
    "search-found": ("plain", "low", "largest"),
    "found": ("plain", "low"),
    "title": ("plain", "contrast"),
    "stock": ("plain", "largest", "low"),
    "stock-chosen": ("plain",),
    "help": ("plain", "low"),
    "still-there": ("plain", "low"),
    "resting": ("plain",),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One to draw."""

    name: str
    manner: str
    language: str
    shape: str

    @property
    def file(self) -> str:
        """Its name in the folder of pictures."""
        return f"{self.name}--{self.manner}--{self.language}--{self.shape}.webp"


def names() -> list[str]:
    """Every screen, and what lies over screens."""
    return [*SCREENS, *OVERLAYS]


def pictures(only: str = "") -> list[Picture]:
    """Every screen in every manner, language and shape."""
    return [
        Picture(name, manner, language, shape)
        for shape in SHAPES
        for manner in MANNERS
        for language in ("zh", "en")
        for name in names()
        if only in name
    ]


def kept() -> list[Picture]:
    """Those that are compared with kept ones: Chinese upright, English on its side."""
    return [
        Picture(name, manner, "zh" if shape == "portrait" else "en", shape)
        for name, manners in KEEP.items()
        for manner in manners
        for shape in SHAPES
    ]


def draw(wanted: list[Picture], out: Path) -> None:
    """Draw pictures into a folder."""
    orders: dict[tuple[int, int], list[dict[str, object]]] = {size: [] for size in SHAPES.values()}
    for one in wanted:
        manner = asdict(MANNERS[one.manner]) | {"language": one.language}
        orders[SHAPES[one.shape]].append({"name": one.name, "manner": manner, "file": one.file})
    paint(orders, out)


def paint(orders: Mapping[tuple[int, int], list[dict[str, object]]], out: Path) -> None:
    """Have painters draw what is ordered, each size in a process and on a display of its own."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, xvfb(1000, 1000) as env:
        painters = []
        for (width, height), wanted in orders.items():
            listed = Path(folder) / f"{width}.json"
            listed.write_text(json.dumps(wanted))
            command = [sys.executable, "-m", "tests.screens.painter", str(listed), str(out), str(width), str(height)]
            painters.append(subprocess.Popen(command, env=env, cwd=ROOT))
        failed = [painter.wait() for painter in painters]
    if any(failed):
        raise click.ClickException("a painter ended early; what it said stands above")


def cut_off(out: Path) -> list[str]:
    """Words of the last drawing that did not fit even in the smallest type: picture and words."""
    return [
        line
        for width, height in SHAPES.values()
        for line in json.loads((out / f"cut-{width}x{height}.json").read_text())
    ]


def small(picture: Image.Image) -> Image.Image:
    """As it is kept."""
    share = KEPT_W / min(picture.size)
    return picture.convert("RGB").resize(
        (round(picture.width * share), round(picture.height * share)), Image.Resampling.BOX
    )


def apart(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures differ where they differ most: 0 to 255, of the mean of a tile, edges softened."""
    if one.size != other.size:
        return 255.0
    soft = [picture.convert("L").filter(ImageFilter.GaussianBlur(2)) for picture in (one, other)]
    tiles = ImageChops.difference(*soft).reduce(TILE)
    return float(tiles.getextrema()[1])


def compare(out: Path) -> list[Picture]:
    """Of the kept pictures those that look otherwise in ``out``, or are not kept yet."""
    return [one for one in kept() if not _same(one, out)]


def _same(one: Picture, out: Path) -> bool:
    file = KEPT / one.file
    if not file.exists():
        return False
    with Image.open(file) as before, Image.open(out / one.file) as now:
        return apart(before.convert("RGB"), small(now)) <= APART


def update(out: Path) -> None:
    """Keep the pictures as they are now."""
    KEPT.mkdir(exist_ok=True)
    for file in KEPT.glob("*.webp"):
        if file.name not in {one.file for one in kept()}:
            file.unlink()
    for one in kept():
        if not _same(one, out):
            with Image.open(out / one.file) as now:
                small(now).save(KEPT / one.file, quality=80, method=6)


def index(drawn: list[Picture], differ: list[Picture], out: Path) -> None:
    """A page to look at them all; first those that came to look otherwise, beside what is kept."""
    for one in differ:
        if (KEPT / one.file).exists():
            with Image.open(KEPT / one.file) as before:
                before.save(out / f"kept--{one.file}")
    page = ["<!doctype html><meta charset=utf-8><title>Screens</title><style>body{font:16px sans-serif;margin:24px}"]
    page += ["img{max-height:420px;border:1px solid #999}figure{display:inline-block;margin:8px}</style>"]
    for one in differ:
        page += [
            f"<h2>differs: {html.escape(one.file)}</h2>",
            _figure(f"kept--{one.file}", "kept"),
            _figure(one.file, "now"),
        ]
    for name in dict.fromkeys(one.name for one in drawn):
        page.append(f"<h2>{html.escape(name)}</h2>")
        page += [_figure(o.file, f"{o.manner} {o.language} {o.shape}") for o in drawn if o.name == name]
    (out / "index.html").write_text("\n".join(page), encoding="utf-8")


def _figure(file: str, words: str) -> str:
    picture = f'<a href="{file}"><img loading=lazy src="{file}" alt=""></a>'
    return f"<figure>{picture}<figcaption>{html.escape(words)}</figcaption></figure>"


@click.command()
@click.argument("out", default="build/screens", type=click.Path(path_type=Path))
@click.option("--update", "renew", is_flag=True, help="Keep the pictures as they are now.")
@click.option("--only", default="", help="Only screens with this in their name; nothing is compared.")
def main(out: Path, renew: bool, only: str) -> None:
    """Draw every screen in every manner; exit 1 when one looks otherwise than it was kept."""
    drawn = pictures(only)
    draw(drawn, out)
    if renew and not only:
        update(out)
    differ = [] if only else compare(out)
    index(drawn, differ, out)
    click.echo(f"{len(drawn)} pictures: {out}/index.html")
    if cut := cut_off(out):
        raise click.ClickException("cut off:\n" + "\n".join(cut))
    if differ:
        raise click.ClickException(
            f"{len(differ)} differ from those kept (first on the page); UPDATE=1 keeps the new ones"
        )


if __name__ == "__main__":
    main()
