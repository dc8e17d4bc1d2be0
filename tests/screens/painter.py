"""Draws screens into files, in one window of its own: what gallery.py starts, one process for each shape.

python -m tests.screens.painter ORDERS.json OUT WIDTH HEIGHT
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image

from kiosk.core.screens import Home
from kiosk.frontend import ScreenSettings
from tests.screens.displays import SCREENS, display
from tests.screens.player import ABOUT
from ui.app import set_up_kivy
from ui.dress import dress
from ui.fonts import prepare
from ui.layout import arrange
from ui.manner import Manner
from ui.present import present
from ui.resting import resting
from ui.theme import HIGH_CONTRAST, PAPER, Look
from ui.view import View

NEVER = 3600.0
NOON = datetime(2026, 5, 1, 12, 30)


def view_of(name: str, manner: Manner, left_s: float = NEVER) -> View:
    """The whole view called ``name``, as the window would show it."""
    over = {"help": "collect", "still-there": "collect"}.get(name, name)
    shown = display(over, warning=name == "still-there", until_s=left_s)
    return dress(present(shown, ABOUT, manner.language), ABOUT, manner, name == "help")


def main(orders: list[dict[str, Any]], out: Path, width: int, height: int) -> None:
    settings = ScreenSettings(width=width, height=height, fullscreen=False)
    set_up_kivy(settings)
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

    from ui.views.page import Page
    from ui.views.rest import Rest
    from ui.views.text import Text

    left = [NEVER, NEVER]
    page = Page(prepare(settings.font), lambda _: None, lambda _: None, lambda: (left[0], left[1]))
    Window.add_widget(page)
    EventLoop.start()
    cut: list[str] = []
    for order in orders:
        manner = Manner(**order["manner"])
        palette = HIGH_CONTRAST if manner.contrast else PAPER
        Window.clearcolor = palette.ground
        page.size = Window.size
        rest = None
        if order["name"] == "resting":
            home = SCREENS["home"]
            assert isinstance(home, Home)
            shows = resting(home, ABOUT.names[manner.language], manner.language, NOON, False)
            rest = Rest(Window.size, page.fonts, shows)
            Window.add_widget(rest)
        else:
            left[0] = order.get("left_s", NEVER)
            view = view_of(order["name"], manner, left[0])
            place = arrange(view, width, height, manner)
            page.show(view, place, Look(palette, manner.words_step, place.unit, motion=False))
        Window.canvas.ask_update()
        Window.dispatch("on_draw")
        pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        Image.frombytes("RGB", (width, height), pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(
            out / order["file"], quality=82, method=1
        )
        texts = [part for part in (rest or page).walk() if isinstance(part, Text)]
        if rest:
            Window.remove_widget(rest)
        cut += [f"{order['file']}: {text.words}" for text in texts if not text.whole]
    (out / f"cut-{width}x{height}.json").write_text(json.dumps(cut, ensure_ascii=False, indent=1))
    EventLoop.close()


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
