"""The page: every box of the layout becomes one part, and only parts that changed are made anew."""

from collections.abc import Callable
from typing import Any

from kivy.uix.widget import Widget

from kiosk.core.events import Touched
from ui.fonts import Fonts
from ui.layout import Box, Place
from ui.theme import Look
from ui.view import Button, View
from ui.views.cabinet import Cabinet
from ui.views.code import Code
from ui.views.countdown import Countdown, Left, Ring
from ui.views.panels import Contrast, Note, Pill, RowLine, Slots, Veil
from ui.views.pictures import Picture
from ui.views.text import Text
from ui.views.touch import Touch, WordTouch

OVER = ("veil", "ask", "why", "left", "stay", "go")  # lie above everything else


class Page(Widget):
    """Shows a view. ``tap`` is told every touch that means something; ``adjust`` the three of the strip."""

    def __init__(self, fonts: Fonts, tap: Callable[[Touched], None], adjust: Callable[[str], None], left: Left) -> None:
        super().__init__(size_hint=(None, None))
        self.fonts, self._tap, self._adjust, self._left = fonts, tap, adjust, left
        self._keys: dict[str, Any] = {}
        self.parts: dict[str, Any] = {}
        self._fresh: set[str] = set()

    def show(self, view: View, place: Place, look: Look) -> None:
        """Draw ``view`` at ``place``. Parts that say the same in the same box stay, pressed ones stay pressed."""
        self.place, self.look = place, look
        self._fresh = set()
        self._strip(view)
        self._words(view)
        self._picture(view)
        self._actions(view)
        self._question(view)
        for name in set(self.parts) - self._fresh:
            self._drop(name)

    def targets(self) -> dict[str, Box]:
        """What can be touched now, by name; under a question only its answers can."""
        names = {name for name, part in self.parts.items() if isinstance(part, Touch)}
        if "veil" in self.parts:
            names &= set(OVER)
        return {name: self.place.boxes[name] for name in names}

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
        before = self.parts.get(name)
        if isinstance(part, Touch) and isinstance(before, Touch):
            part.take_over(before)
        self._drop(name)
        self._keys[name], self.parts[name] = key, part
        # The first child lies on top and is asked first about touches.
        covered = 0 if name in OVER else sum(other in self.parts for other in OVER)
        self.add_widget(part, covered)

    def _drop(self, name: str) -> None:
        part = self.parts.pop(name, None)
        self._keys.pop(name, None)
        if part is not None:
            if hasattr(part, "stop"):
                part.stop()
            self.remove_widget(part)

    def _text(self, name: str, words: str, size: int, ink: str = "ink", *how: Any) -> None:
        if words:
            self._put(name, Text, words, size, getattr(self.look.palette, ink), *how)

    def _button(self, name: str, what: Button) -> None:
        self._put(name, self._make_button, what)

    def _make_button(self, box: Box, fonts: Fonts, look: Look, what: Button) -> Touch:
        told = Touched(what.action, what.value)
        size = 72 if what.action == "digit" else 48
        kind = "main" if what.main else "plain"
        touch = WordTouch(box, fonts, look, what.words, lambda: self._tap(told), kind, size, what.picture)
        touch.means = told
        return touch

    def _make_small(self, box: Box, fonts: Fonts, look: Look, name: str, words: str) -> Touch:
        plain = Look(look.palette, False, look.unit)  # these say the same size to everybody
        if name == "contrast":
            return Contrast(box, plain, lambda: self._adjust(name))
        return WordTouch(box, fonts, plain, words, lambda: self._adjust(name), "quiet", 40)

    def _strip(self, view: View) -> None:
        self._text("place", view.place, 40, "quiet", False, "left", "middle")
        if view.initials:
            self._put("initials", Pill, view.initials)
        self._put("language", self._make_small, "language", view.switch)
        self._put("size", self._make_small, "size", "A−" if self.look.large else "A+")
        self._put("contrast", self._make_small, "contrast", "")

    def _words(self, view: View) -> None:
        self._text("title", view.title, 72, "trouble" if view.tone == "trouble" else "ink", True, "left", "bottom")
        self._text("line", view.line, 40)
        self._text("foot", view.foot, 32, "quiet", False, "left", "middle")
        if view.note:
            self._put("note", Note, view.note)
        for n, row in enumerate(view.rows):
            self._put(f"row {n}", RowLine, row)
        if view.keypad:
            self._put("slots", Slots, view.keypad.digits, view.keypad.slots)

    def _picture(self, view: View) -> None:
        if view.code:
            self._put("code", Code, view.code)
            self._text("code words", view.code_words, 40, "ink", False, "left", "middle")
            return
        if view.picture != "cabinet" or not view.doors:
            self._put("picture", Picture, view.picture, view.tone)
            return
        ink = {"trouble": "trouble", "wait": "wait"}.get(view.tone, "accent")
        self._text("door", view.door, 200, ink, True, "center", "middle")
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
        self._text("ask", ask.title, 72, "ink", True, "center")
        self._text("why", ask.line, 40, "ink", False, "center")
        self._put("left", Ring, self._left)
        self._button("stay", ask.stay)
        if ask.go:
            self._button("go", ask.go)
