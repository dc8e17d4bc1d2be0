"""A window that plays: displays and window sizes in on standard input; touches and what is drawn out.

One JSON line each. In: ``{"show": <pickle, base64>}``, ``{"size": [w, h]}``, ``{"settle": n}``,
``{"twice_s": s}``: how soon a second tap belongs to the first, ``{"stop": 1}``.
Out: ``{"touched": [action, value], "on": screen}`` and, once everything asked for is drawn and at rest,
``{"settled": n, ...}`` with each text, the box it was given and the box it takes. Started by the tests as its own
process with its own X display.
"""

import base64
import json
import pickle
import queue
import sys
import threading
from typing import Any

from kiosk.frontend import About, ScreenSettings, Shown
from ui.app import run, set_up_kivy

ABOUT = About("west-lake", {"zh": "西湖图书馆 · 湖滨站", "en": "West Lake Library · Lakeside"}, "0571-8702 8888")


def say(**what: Any) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


def main(width: int, height: int, more: dict[str, Any]) -> None:
    settings = ScreenSettings(width=width, height=height, fullscreen=False, **{"rest_s": 3600, **more})
    set_up_kivy(settings)
    from kivy.clock import Clock

    shown, orders = Shown(), queue.Queue[dict[str, Any]]()
    player = Player(shown, orders)
    threading.Thread(target=read, args=(orders,), daemon=True).start()
    Clock.schedule_interval(player.play, 0)
    run(shown, lambda touched: say(touched=[touched.action, touched.value], on=touched.on), ABOUT, settings)
    say(ended=True)


def read(orders: "queue.Queue[dict[str, Any]]") -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    orders.put({"stop": 1})


class Player:
    """Takes one order a frame, in Kivy's thread."""

    def __init__(self, shown: Shown, orders: "queue.Queue[dict[str, Any]]") -> None:
        self.shown, self.orders = shown, orders
        self.settling, self.quiet = 0, 0

    def play(self, _passed_s: float) -> None:
        if self.settling:
            self.settle()
            return
        try:
            order = self.orders.get_nowait()
        except queue.Empty:
            return
        if "show" in order:
            self.shown.put(pickle.loads(base64.b64decode(order["show"])))
        elif "size" in order:
            from kivy.core.window import Window

            Window.size = tuple(order["size"])
        elif "twice_s" in order:
            from ui.views import page

            page.TWICE_S = page.AMENDED_S = order["twice_s"]
        elif "settle" in order:
            self.settling, self.quiet = order["settle"], 0
        elif "stop" in order:
            self.shown.stop()

    def settle(self) -> None:
        from kivy.core.window import Window

        from ui.views.cabinet import Cabinet
        from ui.views.page import Page
        from ui.views.rest import Rest
        from ui.views.text import Text

        page = next(child for child in Window.children if isinstance(child, Page))
        widgets = list(page.walk())
        moving = any(isinstance(widget, Cabinet) and widget._moving for widget in widgets)
        self.quiet = 0 if moving or Window.canvas.needs_redraw else self.quiet + 1
        if self.quiet < 2:
            return
        texts = [
            {
                "words": text.words,
                "given": [text.x, text.y, text.width, text.height],
                "taken": [text.drawn.x, text.drawn.y, text.drawn.w, text.drawn.h],
                "pixels": text.pixels,
                "whole": text.whole,
            }
            for text in widgets
            if isinstance(text, Text)
        ]
        targets = {name: [box.x, Window.height - box.y - box.h, box.w, box.h] for name, box in page.targets().items()}
        ring = page.parts.get("focus")
        focus = next((name for name, box in page.place.boxes.items() if ring and [box.x, box.y] == ring.pos), "")
        rests = [child for child in Window.children if isinstance(child, Rest)]
        resting = [text.words for rest in rests for text in rest.walk() if isinstance(text, Text)]
        say(settled=self.settling, texts=texts, targets=targets, window=list(Window.size), focus=focus, resting=resting)
        self.settling = 0


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]))
