"""Starting and ending the window: quietly, with a clear word where it cannot, and nothing left in the home."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.screens.displays import display
from tests.screens.stage import Stage

ROOT = Path(__file__).parents[2]
TRY = """
import logging, sys
from kiosk.frontend import About, ScreenSettings, Shown
from pathlib import Path
from ui.app import run
logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, format="program: %(message)s")
font = Path(sys.argv[1]) if len(sys.argv) > 1 else None
try:
    run(Shown(), print, About("p", {}, "1"), ScreenSettings(fullscreen=False, font=font))
except Exception as trouble:
    logging.error("%s: %s", type(trouble).__name__, trouble)
"""


def attempt(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, "-c", TRY, *words], env=clean | env, capture_output=True, text=True, cwd=ROOT, timeout=60
    )


def test_it_ends_quietly_on_sigterm_and_writes_nothing_home(tmp_path: Path) -> None:
    home, cache, targets = tmp_path / "home", tmp_path / "cache", tmp_path / "targets.json"
    home.mkdir()
    cache.mkdir()
    with Stage(env={"HOME": str(home), "XDG_CACHE_HOME": str(cache), "KIOSK_TARGETS": str(targets)}) as stage:
        drawn = stage.show(display("home"))
        assert '"button 0"' in targets.read_text()
        assert drawn["targets"].keys() >= {"button 0", "button 1", "language", "size", "contrast"}
        stage.player.send_signal(signal.SIGTERM)
        assert stage.said.get(timeout=20) == {"ended": True}
        assert stage.player.wait(20) == 0
    assert list(home.iterdir()) == []


def test_it_ends_when_the_display_is_stopped() -> None:
    with Stage() as stage:
        stage.show(display("opening"))
        stage.tell(stop=1)
        assert stage.said.get(timeout=20) == {"ended": True}
        assert stage.player.wait(20) == 0


def test_no_font_is_said_with_the_name_of_the_package(tmp_path: Path) -> None:
    tried = attempt(str(tmp_path / "gone.ttc"))
    assert "program: NoFont:" in tried.stdout
    assert "fonts-noto-cjk" in tried.stdout


def test_no_display_is_said() -> None:
    tried = attempt(SDL_VIDEODRIVER="x11", DISPLAY=":54321")
    assert tried.returncode == 0
    assert "program: NoScreen: no window can be opened" in tried.stdout
    assert "DISPLAY" in tried.stdout
