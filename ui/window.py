"""The window and what belongs to the person before it: manner, help, page, time left."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from kivy.base import runTouchApp, stopTouchApp
from kivy.clock import Clock
from kivy.core.window import Keyboard, Window

from kiosk.core.events import Touched
from kiosk.core.screens import Display, Home
from kiosk.frontend import About, NoScreen, ScreenSettings, Shown
from ui.dress import dress
from ui.fonts import Fonts
from ui.guide import Guide, speaks
from ui.keys import Held
from ui.layout import arrange
from ui.manner import Manner
from ui.present import present
from ui.resting import may_rest, phase, resting
from ui.speaker import Speaker
from ui.targets import TARGETS, Targets
from ui.theme import HIGH_CONTRAST, PAPER, Look
from ui.view import View
from ui.views.page import Page
from ui.views.rest import Rest

FORGET_S = 60  # on Home, what the last person chose is forgotten after this long without a touch
HEARING_S = 2.0  # before the end of a screen: is it still read aloud?
HEARING_MAX = 20  # so often at most for one screen
SPOKEN = "KIOSK_SPOKEN"  # the environment variable that names a file for all that is heard, for tests that listen
KEY_NAMES = {code: name for name, code in Keyboard.keycodes.items()}


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
        self._shown, self._about, self._settings, self._report = shown, about, settings, touch
        always = settings.voice == "always"
        own = Manner(settings.language, low=settings.low, simple=settings.simple, voice=always, volume=settings.volume)
        self._own = self._manner = own  # the machine's own, until somebody changes it
        self._helping, self._page = False, 0
        self._whose = ""  # the initials that were shown last since Home
        self._display: Display | None = None
        self._view: View | None = None
        self._until: float | None = None
        self._whole_s, self._ends_s = 0.0, 0.0
        self._hearing, self._heard_until = 0, 0.0  # how often it was said, and of which end
        self._alive_s = time.monotonic()  # of the last touch, key, or anything that brought another screen
        self._rest: Rest | None = None
        self._held = Held()
        self._targets = Targets(os.environ.get(TARGETS))
        self._speaker = Speaker(settings, os.environ.get(SPOKEN))
        self._guide = Guide(settings, self._speaker)
        self.page = Page(fonts, self._touch, self._adjust, self._left)

    def run(self) -> None:
        """Show and report until stopped."""
        Window.clearcolor = PAPER.ground
        Window.bind(size=lambda *_: self._draw(), on_touch_down=self._note_touch)
        Window.bind(on_key_down=self._key, on_key_up=lambda _window, code, *_: self._held.let_go(code))
        Clock.schedule_interval(self._look, 0)
        self._look(0)
        Window.add_widget(self.page)
        runTouchApp()
        self._speaker.close()
        Window.close()

    def _touch(self, touched: Touched) -> None:
        """It is meant for the screen that stands in the window."""
        self._report(replace(touched, on=type(self._display.screen).__name__ if self._display else ""))

    def _look(self, _passed_s: float) -> None:
        """Once a frame: is there a newer display? Only this thread ever speaks to Kivy."""
        self._shown.beat()
        if self._shown.stopped:
            stopTouchApp()
            return
        latest = self._shown.latest()
        if latest is not None and latest is not self._display:
            self._take(latest)
        elif self._still_read():
            self._touch(Touched("hearing"))
        elif self._chosen() and self._at_home() and time.monotonic() - self._alive_s > FORGET_S:
            self._forget()
            self._draw()
        self._rest_or_wake()

    def _take(self, display: Display) -> None:
        before, self._display = self._display, display
        changed = before is None or type(display.screen) is not type(before.screen)
        if changed:
            self._page, self._helping, self._alive_s = 0, False, time.monotonic()
            self._hearing = 0
        another = (
            display.initials and self._whose and display.initials != self._whose
        )  # at the end of somebody's screens
        if another or (before is not None and not isinstance(before.screen, Home) and self._at_home()):
            self._forget()
        self._whose = "" if self._at_home() else display.initials or self._whose
        if changed and self._slow() and not self._at_home():
            self._touch(Touched("slower"))
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
        view = dress(view, self._about, manner, self._helping, self._settings.voice != "off")
        width, height = Window.size
        place = arrange(view, width, height, manner, self._page)
        self._view, self._page = view, place.page
        self.page.show(view, place, Look(palette, manner.words_step, place.unit, not manner.simple))
        self._guide.shown(view, place.boxes, manner)
        self.page.point(self._guide.focus)
        self._targets.tell(self._display, view, manner.language, self.page.targets(), height)
        self._wake()  # drawn anew when it is still time to rest

    def _left(self) -> tuple[float, float]:
        return self._ends_s - time.monotonic(), self._whole_s

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
            if what in ("simple", "voice") and self._slow():
                self._touch(Touched("slower"))
        self._draw()
        if self._view:
            self._guide.adjusted(what, self._view, self._manner)

    def _slow(self) -> bool:
        """Whether this person needs more time for everything: to be read to takes longer than to read."""
        return self._manner.simple or speaks(self._settings, self._manner)

    def _still_read(self) -> bool:
        """Whether to say that this screen, which ends soon, is still read aloud: once of each of its ends."""
        soon = self._until is not None and self._until != self._heard_until
        soon = soon and self._ends_s - time.monotonic() < HEARING_S and self._hearing < HEARING_MAX
        if not soon or not self._speaker.speaking or not speaks(self._settings, self._manner):
            return False
        self._hearing, self._heard_until = self._hearing + 1, self._until or 0.0
        return True

    # ---- keys

    def _key(self, _window: Any, code: int, _scan: int, _text: str, modifiers: list[str]) -> bool:
        """Every key is taken, so that none closes the window or changes the settings of Kivy."""
        if not self._held.pressed(code, time.monotonic()):
            return True
        self._shown.felt()
        resting, self._alive_s = self._rest is not None, time.monotonic()
        self._wake()
        name = KEY_NAMES.get(code, "")
        if resting or not self._guide.knows(name):
            return True
        if self._settings.voice == "asked" and not (self._manner.voice or self._manner.silent):
            self._manner = replace(self._manner, voice=True)
            if not self._at_home():
                self._touch(Touched("slower"))
            self._draw()
        button = self._guide.key(name, "shift" in modifiers)
        if button is None:
            self.page.point(self._guide.focus)
            if not self._at_home():
                self._touch(Touched("more_time"))
        elif button.own:
            self._adjust(button.action)
        else:
            self._touch(Touched(button.action, button.value))
        return True

    # ---- nobody there

    def _rest_or_wake(self) -> None:
        home = self._display.screen if self._display else None
        if not isinstance(home, Home) or not may_rest(home):
            self._wake()
            return
        now = phase(time.monotonic() - self._alive_s, self._settings.rest_s, self._settings.dim_s)
        if now == "awake":
            self._wake()
            return
        place = self._about.names.get(self._own.language) or self._about.point
        minute = datetime.now().replace(second=0, microsecond=0)
        shows = resting(home, place, self._own.language, minute, now == "dim", self._about.doors)
        if self._rest is None or self._rest.shows != shows or self._rest.size != list(Window.size):
            self._wake()
            self._rest = Rest(Window.size, self.page.fonts, shows)
            Window.add_widget(self._rest)

    def _wake(self) -> None:
        if self._rest is not None:
            Window.remove_widget(self._rest)
            self._rest = None

    def _at_home(self) -> bool:
        return self._display is not None and isinstance(self._display.screen, Home)

    def _chosen(self) -> bool:
        return self._manner != self._own or self._helping

    def _forget(self) -> None:
        self._manner, self._helping, self._page = self._own, False, 0

    def _note_touch(self, *_: Any) -> bool:
        self._shown.felt()
        self._alive_s = time.monotonic()
        return False
