"""The touchscreen: a Kivy window that draws the newest display and reports touches. Decides nothing.

Kivy is imported inside ``run``, after its environment is set: it reads its settings while being imported, and
other front ends should not wait for it.
"""

import logging
import os
import signal
from collections.abc import Callable
from typing import Any

from kiosk.core.events import Touched
from kiosk.frontend import About, ScreenSettings, Shown
from ui.fonts import cache_dir, prepare


def run(shown: Shown, touch: Callable[[Touched], None], about: About, settings: ScreenSettings) -> None:
    """Show ``shown`` until it is stopped, the window is closed or the process gets SIGTERM. Main thread only.

    Raises ``NoScreen`` when there is no Chinese font (``ui.fonts.NoFont``, names the Debian package) or no window can
    be opened. Takes about half a second to the first frame; the very first start on a machine two seconds more,
    for the font.
    """
    fonts = prepare(settings.font)
    set_up_kivy(settings)
    from ui.window import Screen  # imports Kivy

    before = signal.getsignal(signal.SIGTERM)
    if before is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda _number, _frame: shown.stop())
    try:
        Screen(shown, touch, about, settings, fonts).run()
    finally:
        if before is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, before)


def set_up_kivy(settings: ScreenSettings) -> None:
    """Set Kivy's environment and configuration; nothing is written to the home directory. Before any Kivy import."""
    home = cache_dir() / "kivy"
    home.mkdir(exist_ok=True)
    quiet: dict[str, Any] = {
        "KIVY_HOME": home,
        "KIVY_NO_ARGS": 1,
        "KIVY_NO_CONFIG": 1,
        "KIVY_NO_FILELOG": 1,
        "KIVY_NO_CONSOLELOG": 1,
        "KIVY_LOG_MODE": "PYTHON",  # its own named logger; the program's logging and stderr stay untouched
        "KIVY_WINDOW": "sdl2",
        "KIVY_TEXT": "sdl2",
        "KIVY_IMAGE": "sdl2",
        "SDL_TOUCH_MOUSE_EVENTS": 0,  # a finger is a finger, and not a mouse as well
    }
    os.environ.update({name: str(value) for name, value in quiet.items()})
    os.environ.setdefault("SDL_VIDEODRIVER", "x11,wayland,kmsdrm")  # else SDL draws where nobody sees it
    logging.getLogger("kivy").setLevel(logging.WARNING)
    logging.getLogger("kivy").addFilter(_not_said_by_us)
    from kivy.config import Config

    for section, name, value in (
        ("graphics", "width", settings.width),
        ("graphics", "height", settings.height),
        ("graphics", "fullscreen", "auto" if settings.fullscreen else 0),
        ("graphics", "show_cursor", 0 if settings.fullscreen else 1),
        ("graphics", "resizable", 1),
        ("graphics", "position", "custom"),
        ("graphics", "left", 0),
        ("graphics", "top", 0),
        ("graphics", "multisamples", 0),  # lines smooth their own edges; a quarter of the work without a GPU
        ("graphics", "maxfps", 90),  # input is read between frames: a touch waits two of them; 60 made it 25 ms slower
        ("graphics", "min_state_time", 0),
        ("graphics", "allow_screensaver", 0),
        ("kivy", "exit_on_escape", 0),
        ("kivy", "desktop", 0),
        ("kivy", "log_level", "warning"),
        ("input", "mouse", "mouse,disable_multitouch"),
    ):
        Config.set(section, name, str(value))
    for name in Config.options("input"):
        if name != "mouse":  # SDL brings the fingers; reading /dev/input as well would count each twice
            Config.remove_option("input", name)


def _not_said_by_us(record: logging.LogRecord) -> bool:
    """Whether to pass on what Kivy logs: of a window that cannot be opened ``NoScreen`` speaks, in one sentence."""
    return "any valuable Window provider" not in record.getMessage()
