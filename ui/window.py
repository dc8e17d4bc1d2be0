"""The window and what belongs to the person before it: language, size of words, contrast, time left."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kivy.base import runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window

from kiosk.core.events import Touched
from kiosk.core.screens import Display, Home
from kiosk.frontend import About, NoScreen, ScreenSettings, Shown
from ui.fonts import Fonts
from ui.layout import arrange
from ui.present import present
from ui.theme import HIGH_CONTRAST, PAPER, Look
from ui.view import View
from ui.views.page import Page
from ui.words import LANGUAGES

FORGET_S = 60  # on Home, what the last person chose is forgotten after this long without a touch
TARGETS = "KIOSK_TARGETS"  # names a file that tells what is shown and what can be touched where, for tours and tests


class Screen:
    """One window. ``run`` returns when the display is stopped or the window is closed."""

    def __init__(
        self,
        shown: Shown,
        touch: Callable[[Touched], None],
        about: About,
        settings: ScreenSettings,
        fonts: Fonts,
    ) -> None:
        if Window is None:
            raise NoScreen("no window can be opened; is DISPLAY set, and may this program use it?")
        self._shown, self._about, self._settings = shown, about, settings
        self._language: str = settings.language
        self._large, self._contrast = False, False
        self._display: Display | None = None
        self._until: float | None = None
        self._whole_s, self._ends_s = 0.0, 0.0
        self._touched_s = time.monotonic()
        self._targets = os.environ.get(TARGETS)
        self._told_targets = ""
        self.page = Page(fonts, touch, self._adjust, self._left)

    def run(self) -> None:
        """Show and report until stopped."""
        Window.clearcolor = PAPER.ground
        Window.bind(size=lambda *_: self._draw(), on_touch_down=self._note_touch)
        Clock.schedule_interval(self._look, 0)
        self._look(0)
        Window.add_widget(self.page)
        runTouchApp()
        Window.close()

    def _look(self, _passed_s: float) -> None:
        """Once a frame: is there a newer display? Only this thread ever speaks to Kivy."""
        if self._shown.stopped:
            stopTouchApp()
            return
        latest = self._shown.latest()
        if latest is not None and latest is not self._display:
            self._take(latest)
        elif self._chosen() and self._at_home() and time.monotonic() - self._touched_s > FORGET_S:
            self._forget()
            self._draw()

    def _take(self, display: Display) -> None:
        was_away = self._display is not None and not self._at_home()
        self._display = display
        if was_away and self._at_home():
            self._forget()
        if display.until is not None:
            self._ends_s = time.monotonic() + display.until - display.now
            if display.until != self._until:
                self._whole_s = display.until - display.now
        self._until = display.until
        self._draw()

    def _draw(self) -> None:
        if self._display is None:
            return
        palette = HIGH_CONTRAST if self._contrast else PAPER
        Window.clearcolor = palette.ground
        self.page.size = Window.size
        view = present(self._display, self._about, self._language)
        place = arrange(view, *Window.size)
        self.page.show(view, place, Look(palette, self._large, place.unit))
        self._tell_targets(view)

    def _left(self) -> tuple[float, float]:
        return self._ends_s - time.monotonic(), self._whole_s

    def _adjust(self, what: str) -> None:
        """A touch in the strip: these three concern the person's eyes only, and no decision."""
        if what == "language":
            self._language = LANGUAGES[(LANGUAGES.index(self._language) + 1) % len(LANGUAGES)]
        elif what == "size":
            self._large = not self._large
        else:
            self._contrast = not self._contrast
        self._draw()

    def _at_home(self) -> bool:
        return self._display is not None and isinstance(self._display.screen, Home)

    def _chosen(self) -> bool:
        return (self._language, self._large, self._contrast) != (self._settings.language, False, False)

    def _forget(self) -> None:
        self._language, self._large, self._contrast = self._settings.language, False, False

    def _note_touch(self, *_: Any) -> bool:
        self._touched_s = time.monotonic()
        return False

    def _tell_targets(self, view: View) -> None:
        """Buttons stand there by their place and, for who plays a person, by what they do."""
        if not self._targets:
            return
        high = Window.height
        boxes = {
            name: [round(box.x), round(high - box.y - box.h), round(box.w), round(box.h)]
            for name, box in self.page.targets().items()
        }
        places = {button.action: f"button {n}" for n, button in reversed(list(enumerate(view.buttons)))}
        places |= {f"{one.action} {one.value}": f"button {n}" for n, one in enumerate(view.buttons) if one.value}
        boxes |= {action: boxes[place] for action, place in places.items() if place in boxes}
        seen = {"screen": view.screen, "language": self._language, "targets": boxes}
        if self._display:
            seen["fields"] = asdict(self._display.screen)
            seen["out"] = [door.name for door in self._display.doors if door.out]
        told = json.dumps(seen, ensure_ascii=False)
        if told != self._told_targets:
            self._told_targets = told
            new = Path(self._targets + ".new")
            new.write_text(told, encoding="utf-8")
            new.replace(self._targets)
