"""From a touch to a changed pixel, a cold start beside an empty Kivy window, and what idling costs.

    python -m benchmarks.touch [--presses N] [--starts N] [--panel WxH]

Under Xvfb with software OpenGL, where drawing is many times slower than with any graphics chip: an upper bound.
Touches are XTest events and pixels are read from the X server, so both ends are outside the program.

  touch     milliseconds from the button going down to the first pixel of the pressed button on the screen
  start     seconds from exec to the first usable screen, and as a multiple of an empty Kivy window of the same size,
            started in turns with it; both with a warm page cache
  idle      CPU of one core while nobody is there, and while a countdown runs; memory of the process
"""

import ctypes
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.screens.displays import display  # noqa: E402
from tests.screens.stage import Stage, xvfb  # noqa: E402
from ui.theme import PAPER  # noqa: E402

SETTINGS = """
import sys
from kiosk.frontend import About, ScreenSettings, Shown
width, height = int(sys.argv[1]), int(sys.argv[2])
settings = ScreenSettings(width=width, height=height)
"""
KIOSK = (
    SETTINGS
    + """
from tests.screens.displays import display
from ui.app import run
shown = Shown()
shown.put(display("home"))
run(shown, print, About("p", {"zh": "西湖图书馆"}, "0571-8702 8888"), settings)
"""
)
EMPTY = (
    SETTINGS
    + """
from ui.app import set_up_kivy
set_up_kivy(settings)
from kivy.base import runTouchApp
from kivy.core.window import Window
from kivy.uix.widget import Widget
Window.clearcolor = (1, 1, 1, 1)
runTouchApp(Widget())
"""
)
LOOK_S = 0.0005
ALL_PLANES, Z_PIXMAP = ctypes.c_ulong(-1), 2


class Eye:
    """One pixel of a screen, and a finger, straight through Xlib."""

    def __init__(self, screen: str) -> None:
        self.x = ctypes.CDLL("libX11.so.6")
        self.test = ctypes.CDLL("libXtst.so.6")
        for name in ("XOpenDisplay", "XGetImage"):
            getattr(self.x, name).restype = ctypes.c_void_p
        for name in ("XDefaultRootWindow", "XGetPixel"):
            getattr(self.x, name).restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(screen.encode()))
        if not self.display:
            raise click.ClickException(f"the X display {screen} cannot be opened")
        self.root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        """The colour at a point, as the server holds it now."""
        image = ctypes.c_void_p(self.x.XGetImage(self.display, self.root, x, y, 1, 1, ALL_PLANES, Z_PIXMAP))
        value = self.x.XGetPixel(image, 0, 0)
        self.x.XDestroyImage(image)
        return (value >> 16 & 255, value >> 8 & 255, value & 255)

    def move(self, x: int, y: int) -> None:
        """Put the finger over a point."""
        self.test.XTestFakeMotionEvent(self.display, -1, x, y, ctypes.c_ulong(0))
        self.x.XSync(self.display, 0)

    def press(self, down: bool) -> None:
        """Down or up."""
        self.test.XTestFakeButtonEvent(self.display, 1, int(down), ctypes.c_ulong(0))
        self.x.XFlush(self.display)

    def wait(self, x: int, y: int, colour: tuple[int, int, int], patience_s: float = 20) -> float:
        """The moment at which the point has the colour."""
        deadline = time.perf_counter() + patience_s
        while self.pixel(x, y) != colour:
            if time.perf_counter() > deadline:
                raise click.ClickException(f"the point {x}, {y} is {self.pixel(x, y)} and never became {colour}")
            time.sleep(LOOK_S)  # looking without a pause would take a core from what is looked at
        return time.perf_counter()


def rgb(colour: tuple[float, float, float, float]) -> tuple[int, int, int]:
    """As the screen holds it."""
    red, green, blue = (round(part * 255) for part in colour[:3])
    return red, green, blue


def touches(stage: Stage, presses: int) -> list[float]:
    """Milliseconds from down to a changed pixel."""
    x, y, w, h = (round(value) for value in stage.show(display("home"))["targets"]["button 0"])
    eye, point = Eye(stage.display), (x + w // 8, y + h // 8)
    eye.move(x + w // 2, y + h // 2)
    took = []
    for n in range(presses):
        time.sleep(0.15 + n % 17 / 1000)  # not in step with the frames
        began = time.perf_counter()
        eye.press(True)
        took.append((eye.wait(*point, rgb(PAPER.pressed)) - began) * 1000)
        eye.press(False)
        eye.wait(*point, rgb(PAPER.surface))
    return took


@contextmanager
def started(code: str, env: dict[str, str], width: int, height: int) -> Iterator[float]:
    """A process running ``code``; gives the moment it was started."""
    began = time.perf_counter()
    command = [sys.executable, "-c", code, str(width), str(height)]
    with subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        yield began
        process.terminate()


def starts(env: dict[str, str], width: int, height: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds to the first usable screen of the kiosk, and to the first of an empty window."""
    eye, took = Eye(env["DISPLAY"]), {KIOSK: list[float](), EMPTY: list[float]()}
    tile = (width // 4, round(height * 0.7)) if height > width else (round(width * 0.57), round(height * 0.45))
    for n in range(rounds + 1):
        for code, seconds in took.items():
            eye.wait(*tile, (0, 0, 0))
            with started(code, env, width, height) as began:
                moment = eye.wait(*tile, (255, 255, 255))
            if n:  # the first round warms the page cache
                seconds.append(moment - began)
    return took[KIOSK], took[EMPTY]


def cpu_s(pid: int) -> float:
    """Seconds of CPU a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(stage: Stage, name: str, seconds: float) -> float:
    """The share of one core that a screen at rest takes."""
    stage.show(display(name, until_s=600))
    time.sleep(0.5)
    before, began = cpu_s(stage.player.pid), time.perf_counter()
    time.sleep(seconds)
    return (cpu_s(stage.player.pid) - before) / (time.perf_counter() - began)


def memory_mb(pid: int) -> float:
    """What the process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


@click.command()
@click.option("--presses", default=100, show_default=True)
@click.option("--starts", "rounds", default=5, show_default=True)
@click.option("--panel", default="1080x1920", show_default=True)
def main(presses: int, rounds: int, panel: str) -> None:
    """Touch to pixel, start, and idle cost of the touchscreen."""
    width, height = map(int, panel.split("x"))
    with Stage(width, height, room=(width, height)) as stage:
        took = sorted(touches(stage, presses))
        click.echo(
            f"touch   p50 {took[len(took) // 2]:.1f} ms, p95 {took[int(len(took) * 0.95)]:.1f} ms, "
            f"worst {took[-1]:.1f} ms of {presses}"
        )
        resting, counting = idle(stage, "home", 8), idle(stage, "collect", 8)
        click.echo(f"idle    {resting:.1%} of a core at home, {counting:.1%} with a countdown running")
        click.echo(f"memory  {memory_mb(stage.player.pid):.0f} MB")
    with xvfb(width, height) as env:
        kiosk, empty = starts(env, width, height, rounds)
    ratio = statistics.median(kiosk) / statistics.median(empty)
    click.echo(
        f"start   {statistics.median(kiosk):.2f} s to the first usable screen, {ratio:.2f} times an empty window "
        f"({statistics.median(empty):.2f} s), median of {rounds}"
    )


if __name__ == "__main__":
    main()
