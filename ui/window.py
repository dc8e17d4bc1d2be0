"""The window and what belongs to the person before it: manner, help, page, time left."""

import os
import time
from collections.abc import Callable
from typing import Any

from kivy.base import runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Window

from kiosk.core.events import Touched
from kiosk.core.screens import Display, Home
from kiosk.frontend import About, NoScreen, ScreenSettings, Shown
from ui.dress import dress
from ui.fonts import Fonts
from ui.layout import arrange
from ui.manner import Manner
from ui.present import present
from ui.targets import TARGETS, Targets
from ui.theme import HIGH_CONTRAST, PAPER, Look
from ui.view import View
from ui.views.page import Page

FORGET_S = 60  # on Home, what the last person chose is forgotten after this long without a touch


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
        self._shown, self._about, self._settings, self._touch = shown, about, settings, touch
        self._own = Manner(settings.language, simple=settings.simple, low=settings.low)  # the machine's own
        self._manner, self._helping, self._page = self._own, False, 0
        self._display: Display | None = None
        self._view: View | None = None
        self._until: float | None = None
        self._whole_s, self._ends_s = 0.0, 0.0
        self._touched_s = time.monotonic()
        self._targets = Targets(os.environ.get(TARGETS))
        self.page = Page(fonts, self._tap, self._adjust, self._left)

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
        if self._display is None or type(display.screen) is not type(self._display.screen):
            self._page, self._helping = 0, False
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
        manner = self._manner
        palette = HIGH_CONTRAST if manner.contrast else PAPER
        Window.clearcolor = palette.ground
        self.page.size = Window.size
        view = present(self._display, self._about, manner.language)
        view = dress(view, self._about, manner, self._helping)
        width, height = Window.size
        place = arrange(view, width, height, manner, self._page)
        self._view, self._page = view, place.page
        self.page.show(view, place, Look(palette, manner.words_step, place.unit, not manner.simple))
        self._targets.tell(self._display, view, manner.language, self.page.targets(), height)

    def _left(self) -> tuple[float, float]:
        return self._ends_s - time.monotonic(), self._whole_s

    def _tap(self, touched: Touched) -> None:
        self._touch(touched)

    def _adjust(self, what: str) -> None:
        """A touch for this person's eyes and ears only. It decides nothing, but says that somebody is there."""
        match what:
            case "help":
                self._helping = True
            case "close":
                self._helping = False
            case "earlier" | "later":
                self._page += 1 if what == "later" else -1
            case _:
                self._manner = self._manner.changed(what)
        if not self._at_home():
            self._touch(Touched("more_time"))
        self._draw()

    def _at_home(self) -> bool:
        return self._display is not None and isinstance(self._display.screen, Home)

    def _chosen(self) -> bool:
        return self._manner != self._own or self._helping

    def _forget(self) -> None:
        self._manner, self._helping, self._page = self._own, False, 0

    def _note_touch(self, *_: Any) -> bool:
        self._touched_s = time.monotonic()
        return False
