"""The page: every box of the layout becomes one part, and only parts that changed are made anew."""

import math
import time
from collections.abc import Callable
from typing import Any

from kivy.uix.widget import Widget

from kiosk.core.events import Touched
from ui.fonts import Fonts
from ui.sheet import Box, Place
from ui.theme import HUGE, LARGE, SMALL, TEXT, TITLE, Look
from ui.view import Button, Row, View
from ui.views.cabinet import Cabinet
from ui.views.chart import Chart
from ui.views.code import Code
from ui.views.countdown import Countdown, Left, Ring
from ui.views.cover import Cover
from ui.views.panels import Contrast, CoverTouch, Focus, Note, Pill, RowLine, RowTouch, Slots, Veil
from ui.views.pictures import Picture
from ui.views.text import Text
from ui.views.touch import PictureTouch, Touch, WordTouch

OVER = ("veil", "ask", "why", "left", "stay", "go", "focus")  # lie above everything else
TILE_MIN = 240  # units; a lower tile has words only
TWICE_S, TWICE_NEAR = 0.35, 60  # seconds, units: a second tap so soon and so near belongs to the first
AMENDED_S = (
    1.2  # also where the screen is still the same and something else has come to stand there: nobody reads so soon
)


class Page(Widget):
    """Shows a view. ``tap`` is told every touch that means something; ``adjust`` those for this person only."""

    def __init__(self, fonts: Fonts, tap: Callable[[Touched], None], adjust: Callable[[str], None], left: Left) -> None:
        super().__init__(size_hint=(None, None))
        self.fonts, self._tap, self._adjust, self._left = fonts, tap, adjust, left
        self._keys: dict[str, Any] = {}
        self.parts: dict[str, Any] = {}
        self._fresh: set[str] = set()
        self._before: dict[str, Touch] = {}
        self._screen, self._turned = "", 0.0  # since when
        self._let_go, self._at = -math.inf, (0.0, 0.0)

    def show(self, view: View, place: Place, look: Look) -> None:
        """Draw ``view`` at ``place``. Parts that say the same in the same box stay; pressed ones stay
        pressed until another screen comes."""
        self.place, self.look = place, look
        if view.screen != self._screen:
            self._screen, self._turned = view.screen, time.monotonic()
            for part in self.parts.values():  # a finger is meant for the screen on which it came down
                if isinstance(part, Touch):
                    part.let_go()
        self._fresh = set()
        self._before = {name: part for name, part in self.parts.items() if isinstance(part, Touch)}
        self._strip(view)
        self._words(view)
        self._picture(view)
        self._actions(view)
        self._question(view)
        self._help(view)
        for name in set(self.parts) - self._fresh:
            self._drop(name)

    def on_touch_down(self, touch: Any) -> bool:
        """A second tap, of a hand that trembles or will not wait, is meant for what stood there at the first, not for
        what came after."""
        soon = time.monotonic() - self._let_go < (TWICE_S if self._turned > self._let_go else AMENDED_S)
        under = [part for part in self.parts.values() if isinstance(part, Touch) and part.box.holds(*touch.pos)]
        new = any(max(part.since, self._turned) > self._let_go for part in under)
        if soon and new and math.dist(touch.pos, self._at) < TWICE_NEAR * self.look.unit:
            return True
        return bool(super().on_touch_down(touch))

    def on_touch_up(self, touch: Any) -> bool:
        """Remember where a finger was last."""
        self._let_go, self._at = time.monotonic(), touch.pos
        return bool(super().on_touch_up(touch))

    def targets(self) -> dict[str, Box]:
        """What can be touched now, by name; under a question only its answers can."""
        names = {name for name, part in self.parts.items() if isinstance(part, Touch)}
        if "veil" in self.parts:
            names = {name for name in names if _over(name)}
        return {name: self.place.boxes[name] for name in names}

    def point(self, name: str) -> None:
        """Draw the ring of the focus around a part; "" takes it away."""
        self._drop("focus")
        box = self.place.boxes.get(name)
        if box is not None:
            self.parts["focus"] = Focus(box, self.fonts, self.look)
            self.add_widget(self.parts["focus"], 0)

    def _put(self, name: str, make: Callable[..., Widget], *says: Any) -> None:
        """The part ``name``, unless it stands there already saying the same. No box, no part."""
        box = self.place.boxes.get(name)
        if box is None:
            return
        self._fresh.add(name)
        key = (make, says, box, self.look)
        if self._keys.get(name) == key:
            return
        part = make(box, self.fonts, self.look, *says)
        if isinstance(part, Touch) and (before := self._stood_there(name, part)):
            part.take_over(before)
        self._drop(name)
        self._keys[name], self.parts[name] = key, part
        # The first child lies on top and is asked first about touches.
        covered = 0 if _over(name) else sum(_over(other) for other in self.parts if other != name)
        self.add_widget(part, covered)

    def _stood_there(self, name: str, part: Touch) -> Touch | None:
        """What meant the same before, in the same box or, by whatever name, under the finger as this is."""
        for old, before in self._before.items():
            same = before.box == part.box or (before.box.holds(*self._at) and part.box.holds(*self._at))
            if before.means == part.means and same and (part.means is not None or old == name):
                return before
        return None

    def _drop(self, name: str) -> None:
        part = self.parts.pop(name, None)
        self._keys.pop(name, None)
        if part is not None:
            if hasattr(part, "stop"):
                part.stop()
            self.remove_widget(part)

    def _text(self, name: str, words: str, size: int, ink: str = "ink", *how: Any) -> None:
        if words:
            self._put(name, self._make_text, words, size, getattr(self.look.palette, ink), *how)

    def _make_text(self, box: Box, fonts: Fonts, look: Look, *says: Any) -> Text:
        if says and isinstance(says[-1], Look):  # of its own, not the person's
            return Text(box, fonts, says[-1], *says[:-1])
        return Text(box, fonts, look, *says)

    def _button(self, name: str, what: Button) -> None:
        self._put(name, self._make_button, what)

    def _make_button(self, box: Box, fonts: Fonts, look: Look, what: Button) -> Touch:
        told = Touched(what.action, what.value)
        size = 72 if what.action in ("digit", "letter") and len(what.words) == 1 else LARGE
        kind = "idle" if what.idle else "main" if what.main else "plain"
        picture = what.picture if box.h >= TILE_MIN * look.unit else None
        touch = WordTouch(box, fonts, look, what.words, self._does(what), kind, size, picture)
        touch.means = told
        return touch

    def _does(self, what: Button) -> Callable[[], None]:
        if what.own:
            return lambda: self._adjust(what.action)
        return lambda: self._tap(Touched(what.action, what.value))

    def _make_row(self, box: Box, fonts: Fonts, look: Look, row: Row) -> Touch:
        kind = CoverTouch if row.cover and box.h > box.w else RowTouch
        touch = kind(box, fonts, look, row, lambda: self._tap(Touched(row.action, row.value)))
        touch.means = Touched(row.action, row.value)
        return touch

    def _make_small(self, box: Box, fonts: Fonts, look: Look, what: Button) -> Touch:
        plain = look.plain  # these say the same size to everybody
        if what.action == "contrast":
            return Contrast(box, plain, self._does(what))
        if what.picture:
            return PictureTouch(box, plain, what.picture, self._does(what))
        return WordTouch(box, fonts, plain, what.words, self._does(what), "quiet", TEXT)

    def _strip(self, view: View) -> None:
        self._text("place", view.place, TEXT, "quiet", False, "left", "middle", self.look.plain)
        if view.initials:
            self._put("initials", Pill, view.initials)
        for one in view.strip:
            self._put(one.action, self._make_small, one)
        if view.simple:
            self._button("simple", view.simple)

    def _words(self, view: View) -> None:
        self._text("title", view.title, TITLE, "trouble" if view.tone == "trouble" else "ink", True, "left", "bottom")
        self._text("line", view.line, LARGE if view.reading else TEXT)
        self._text("foot", view.foot, SMALL, "quiet", False, "left", "middle")
        if view.note:
            self._put("note", Note, view.note)
        for n, row in enumerate(view.rows):
            self._put(f"row {n}", self._make_row if row.action else RowLine, row)
        if view.pager and self.place.pages > 1:
            for one in view.pager:
                self._button(one.action, one)
            self._text("page", f"{self.place.page + 1} / {self.place.pages}", TEXT, "quiet", False, "center", "middle")
        if view.keypad:
            self._put("slots", Slots, view.keypad.digits, view.keypad.slots)

    def _picture(self, view: View) -> None:
        if view.code:
            self._put("code", Code, view.code)
            self._text("code words", view.code_words, TEXT, "ink", False, "left", "middle")
            return
        if view.chart:
            self._put("chart", Chart, view.chart)
        if view.cover:
            self._put("cover", Cover, view.cover)
            return
        if view.picture != "cabinet" or not view.doors:
            self._put("picture", Picture, view.picture, view.tone)
            return
        ink = {"trouble": "trouble", "wait": "wait"}.get(view.tone, "accent")
        self._text("door", view.door, HUGE, ink, True, "center", "middle", self.look.plain)
        self._put("cabinet", Cabinet)
        if "cabinet" in self.parts:
            self.parts["cabinet"].show(view.doors)

    def _actions(self, view: View) -> None:
        for n, what in enumerate(view.buttons):
            self._button(f"button {n}", what)
        for what in view.keypad.keys if view.keypad else ():
            self._button(f"key {what.value or what.action}", what)
        if view.cancel:
            self._button("cancel", view.cancel)
        if view.seconds is not None:
            self._put("countdown", Countdown, view.more, self._left, self._more)

    def _more(self) -> None:
        self._tap(Touched("more_time"))

    def _question(self, view: View) -> None:
        ask = view.warning
        if not ask:
            return
        self._put("veil", Veil, self.place.boxes["panel"])
        self._text("ask", ask.title, TITLE, "ink", True, "center")
        self._text("why", ask.line, TEXT, "ink", False, "center")
        self._put("left", Ring, self._left)
        self._button("stay", ask.stay)
        if ask.go:
            self._button("go", ask.go)

    def _help(self, view: View) -> None:
        aid = view.aid
        if not aid:
            return
        self._put("veil", Veil, self.place.boxes["panel"])
        self._text("aid title", aid.title, TITLE, "ink", True)
        self._text("aid line", aid.line, TEXT)
        for n, what in enumerate(aid.buttons):
            self._button(f"aid {n}", what)


def _over(name: str) -> bool:
    """Whether a part lies above everything else."""
    return name in OVER or name.startswith("aid ")
