"""The pictures of the bench in docs/technician.md, drawn anew: ``python -m tests.simulators.bench.pictures``.

The real page in Chromium without a window, at the size of a laptop, over the demo's point with a pad beside it.
"""

import io
import tempfile
import time
from pathlib import Path
from typing import Any

import click
from PIL import Image
from selenium import webdriver

from simulators.bench.command import served
from simulators.bench.doing import do
from simulators.bench.scenario import Player
from simulators.bench.stage import Stage
from simulators.machine import CONFIG
from tests.simulators.bench.browser import Page, eventually, opened

FOLDER = Path("docs/images")
WIDTH, HEIGHT, TALL = 1366, 860, 1130
COLOURS = 128
REST_S = 1.5
PAD = '\n[[pad]]\nname = "pad"\ndriver = "r2000"\nport = "/dev/serial/by-id/pad"\nowners = ["CN-440300"]\n'
ITEMS = ("SIP0001104", "SIP0001114")


class Sitting:
    """What is done at the bench, and looked at."""

    def __init__(self, stage: Stage, chrome: webdriver.Chrome, folder: Path) -> None:
        self.stage, self.page, self.folder = stage, Page(chrome), folder

    def act(self, name: str, **arguments: Any) -> None:
        do(self.stage, name, arguments)

    def shows(self, screen: str) -> None:
        eventually(lambda: self.stage.state["kiosk"]["screen"] == screen, f"the kiosk does not show {screen}")

    def picture(self, name: str, css: str = "") -> None:
        """The page, or a part of it, once it has come to rest."""
        browser = self.page.browser
        browser.set_window_size(WIDTH, TALL if css else HEIGHT)
        browser.execute_script("scrollTo(0, 0); document.querySelectorAll('*').forEach((one) => one.scrollTop = 0)")
        time.sleep(REST_S)
        shot = self.page.find(css)[0].screenshot_as_png if css else browser.get_screenshot_as_png()
        file = self.folder / f"{name}.png"
        Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(
            file, optimize=True
        )
        click.echo(f"{file}  {file.stat().st_size // 1024} kB")


def sit(at: Sitting) -> None:
    """A courier loads a parcel, then fate has its turn."""
    page = at.page
    at.shows("Home")
    eventually(lambda: at.stage.state["kiosk"]["fields"].get("free_doors"), "no door is free")
    page.click("#first-away")
    page.key("card-C2001")
    at.shows("Courier")
    at.picture("bench-card", "#tray")
    page.key("card-C2001")
    page.click("#tab-labels")
    for item in ITEMS:
        page.key(f"scan-{item}-scanner")
    at.shows("DoorOpen")
    at.act("jam", door="7", times=2)
    for n in range(len(ITEMS)):
        eventually(lambda n=n: len(page.find(".cell.open .book")) == n, "the books are not seen")
        page.key("put")
    eventually(lambda: len(page.find(".cell.open .book")) == len(ITEMS), "the books are not seen")
    at.picture("bench")
    at.act("push", door="open")
    at.shows("Courier")
    at.act("touch_named", target="finish")
    at.shows("Home")
    page.click('[data-door="7"]')
    at.act("slow", door="4", seconds=5.0)
    at.act("bounce", door="8", times=3)
    at.act("stick", door="12", state="shut", times=2)
    at.picture("bench-doors", "#cabinet")
    page.click("#tab-devices")
    at.act("fault", device="card", fault="lifted", times=2)
    at.act("fault", device="A", fault="bad_check", times=40)
    at.act("unplug", device="scanner", for_s=60)
    at.picture("bench-faults", "#devices")
    at.act("mend", device="A")
    page.click("#tab-labels")
    at.act("lay", device="pad", tag=ITEMS[0])
    at.act("hold", device="camera", kind="code128", text=ITEMS[0], distance=1.4, angle=30.0)
    at.picture("bench-pad", "#labels .aside")


@click.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, show_default=True)
def main(folder: Path) -> None:
    """Draw them."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        config = Path(scratch, "laptop.toml")
        patient = CONFIG.read_text("utf-8").replace("[limits]", "[limits]\nidle_s = 300")
        config.write_text(patient + PAD, "utf-8")
        with Stage(config, Path(scratch)) as stage, served(stage) as url, opened(url, WIDTH, HEIGHT) as chrome:
            Player(stage)
            sit(Sitting(stage, chrome, folder))


if __name__ == "__main__":
    main()
