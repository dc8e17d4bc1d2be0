"""The window over many sessions: memory, and how long a frame takes on each change of screen.

    python -m benchmarks.window [--sessions N] [--panel WxH]

The real window code in one process under Xvfb with software OpenGL, with displays as the core makes them: home, a code
typed, asking, a door that opens, goodbye; every seventh session in English, with large words, help and a question.

  memory    MiB the process holds after 100, 1,000 and 10,000 sessions, and what the later ones added
  frames    median and 95th percentile of the frame on which a screen changes, beside a frame of an empty Kivy window
            redrawn in the same process in the same run
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.screens.displays import display  # noqa: E402
from tests.screens.player import ABOUT  # noqa: E402
from tests.screens.stage import xvfb  # noqa: E402

STORY = ("collect", "collect-typing", "collect-ready", "wait-card", "opening", "open-pickup", "goodbye-pickup", "home")
MARKS = (100, 1000, 10_000)
EMPTY_FRAMES = 300


def memory_mib() -> float:
    """What this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def percentile(values: list[float], share: float) -> float:
    """Of a list that is not empty."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def inside(sessions: int, width: int, height: int) -> None:
    """In a process of its own: play all sessions and print one line of JSON."""
    from kiosk.frontend import ScreenSettings, Shown
    from ui.app import set_up_kivy
    from ui.fonts import prepare

    settings = ScreenSettings(width=width, height=height, fullscreen=False, rest_s=3600, sounds=False)
    set_up_kivy(settings)
    from kivy.base import EventLoop
    from kivy.config import Config

    Config.set("graphics", "maxfps", "0")  # a frame takes as long as it takes
    from kivy.core.window import Window

    from ui.window import Screen

    EventLoop.start()

    def frame() -> float:
        Window.canvas.ask_update()
        began = time.perf_counter()
        EventLoop.idle()
        return (time.perf_counter() - began) * 1000

    empty = [frame() for _ in range(EMPTY_FRAMES)]
    shown = Shown()
    screen = Screen(shown, lambda _touched: None, ABOUT, settings, prepare(settings.font))
    Window.add_widget(screen.page)
    took: list[float] = []
    held: dict[int, float] = {}
    began = time.perf_counter()
    for n in range(1, sessions + 1):
        for name in STORY:
            shown.put(display(name, warning=n % 7 == 0 and name == "collect-typing", until_s=40 + n % 5))
            if n % 7 == 0 and name in ("collect", "open-pickup"):
                for what in ("language", "size", "contrast", "help", "close"):
                    screen._adjust(what)
            screen._look(0)
            took.append(frame())
        if n in MARKS:
            held[n] = memory_mib()
        if len(took) > 20_000:
            del took[:10_000]
    out = {"held": held, "empty": [statistics.median(empty), percentile(empty, 0.95)]}
    out["frames"] = [statistics.median(took), percentile(took, 0.95)]
    out["seconds"] = time.perf_counter() - began
    sys.stdout.write(json.dumps(out) + "\n")
    sys.stdout.flush()
    os._exit(0)


@click.command()
@click.option("--sessions", default=1000, show_default=True)
@click.option("--panel", default="540x960", show_default=True)
@click.option("--inside", "within", is_flag=True, hidden=True)
def main(sessions: int, panel: str, within: bool) -> None:
    """Memory and frames of the window."""
    width, height = map(int, panel.split("x"))
    if within:
        inside(sessions, width, height)
        return
    command = [sys.executable, "-m", "benchmarks.window", "--inside", f"--sessions={sessions}", f"--panel={panel}"]
    with xvfb(width, height) as env:
        said = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    out: dict[str, Any] = json.loads(said.splitlines()[-1])
    for mark, mib in out["held"].items():
        first = next(iter(out["held"].values()))
        click.echo(f"memory  {mib:.1f} MiB after {int(mark):,} sessions ({mib - first:+.1f} since the first mark)")
    median, p95 = out["frames"]
    empty, empty95 = out["empty"]
    click.echo(
        f"frames  {median:.1f} ms median, {p95:.1f} ms p95 on a change of screen: {median / empty:.1f} and "
        f"{p95 / empty95:.1f} times an empty window ({empty:.1f}, {empty95:.1f} ms)"
    )
    click.echo(f"        {sessions:,} sessions in {out['seconds']:.0f} s, {panel}")


if __name__ == "__main__":
    main()
