"""The page: every box of the layout becomes one part, and only parts that changed are made anew."""

from collections.abc import Callable, Hashable
from typing import Any

from kivy.graphics import Color, Ellipse, Rectangle, SmoothLine, SmoothRoundedRectangle
from kivy.uix.widget import Widget

from kiosk.core.events import Touched
from ui.fonts import Fonts
from ui.layout import KEYS, Box, Place
from ui.theme import CORNER, Look
from ui.view import Button, View
from ui.views.cabinet import Cabinet
from ui.views.countdown import Countdown, Left, Ring
from ui.views.pictures import Pen, Picture
from ui.views.text import Text
from ui.views.touch import Touch, button

Tap = Callable[[Touched], None]


class Page(Widget):
    """Shows a view. ``tap`` is told every touch that means something; ``adjust`` the three of the strip."""

    def __init__(self, fonts: Fonts, tap: Tap, adjust: Callable[[str], None], left: Left) -> None:
        super().__init__(size_hint=(None, None))
        self.fonts, self._tap, self._adjust, self._left = fonts, tap, adjust, left
        self._keys: dict[str, Hashable] = {}
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
        if view.warning:
            self._question(view)
        for name in set(self.parts) - self._fresh:
            self._drop(name)

    def targets(self) -> dict[str, Box]:
        """What can be touched now, by name; under a question only its answers can."""
        names = {name for name, part in self.parts.items() if isinstance(part, Touch)}
        if "veil" in self.parts:
            names &= {"stay", "go"}
        return {self._meant(name): self.place.boxes[name] for name in names}

    def _meant(self, name: str) -> str:
        """A button is called by what it does ("open", "check 3"), anything else by its place."""
        says = self._keys[name][0] if isinstance(self._keys[name], tuple) else None
        return f"{says.action} {says.value}".strip() if isinstance(says, Button) else name

    def _put(self, name: str, says: Hashable, make: Callable[[Box], Any], over: bool = False) -> None:
        """The part ``name`` as ``make`` makes it, unless it stands there already saying the same."""
        box = self.place.boxes.get(name)
        if box is None:
            return
        self._fresh.add(name)
        key = (says, box, self.look)
        if self._keys.get(name) == key:
            return
        self._drop(name)
        self._keys[name] = key
        self.parts[name] = part = make(box)
        # Later widgets lie above and are asked first about touches; Kivy counts them from the top.
        veil = self.parts.get("veil")
        index = 0 if over or veil is None or veil not in self.children else len(self.children)
        self.add_widget(part, index)

    def _drop(self, name: str) -> None:
        part = self.parts.pop(name, None)
        self._keys.pop(name, None)
        if part is not None:
            if hasattr(part, "stop"):
                part.stop()
            self.remove_widget(part)

    def _text(self, name: str, words: str, size: int, ink: str = "ink", over: bool = False, **how: Any) -> None:
        colour = getattr(self.look.palette, ink)
        if words:
            self._put(name, words, lambda box: Text(words, box, self.fonts, self.look, size, colour, **how), over)

    def _button(self, name: str, what: Button, over: bool = False) -> None:
        def make(box: Box) -> Touch:
            kind = "main" if what.main else "plain"
            told = Touched(what.action, what.value)
            return button(what.words, box, self.fonts, self.look, lambda: self._tap(told), kind, what.picture)

        self._put(name, what, make, over)

    def _strip(self, view: View) -> None:
        self._text("place", view.place, 40, "quiet", valign="middle")
        if view.initials:
            self._put("initials", view.initials, lambda box: _pill(view.initials, box, self.fonts, self.look))
        for name, words in (("language", view.switch), ("size", "A−" if self.look.large else "A+")):
            self._put(name, words, lambda box, name=name, words=words: self._small(name, words, box))
        self._put("contrast", "contrast", lambda box: self._small("contrast", "", box))

    def _small(self, name: str, words: str, box: Box) -> Touch:
        plain = Look(self.look.palette, False, self.look.unit)
        touch = button(words, box, self.fonts, plain, lambda: self._adjust(name), "quiet", size=40)
        if name == "contrast":
            with touch.canvas:
                Color(*self.look.palette.ink)
                side = box.h * 0.46
                x, y = box.x + (box.w - side) / 2, box.y + (box.h - side) / 2
                Pen(Box(x, y, side, side), 4 * self.look.unit).arc(50, 50, 48)
                Ellipse(pos=(x, y), size=(side, side), angle_start=0, angle_end=180)
        return touch

    def _words(self, view: View) -> None:
        self._text("title", view.title, 72, "trouble" if view.tone == "trouble" else "ink", bold=True, valign="bottom")
        self._text("line", view.line, 40)
        self._text("foot", view.foot, 32, "quiet", valign="middle")
        if view.note:
            self._put("note", view.note, lambda box: _note(view.note, box, self.fonts, self.look))
        for n, row in enumerate(view.rows):
            self._put(f"row {n}", row, lambda box, row=row: _row(row, box, self.fonts, self.look))
        if view.keypad:
            pad = view.keypad
            self._put("slots", pad.digits, lambda box: _slots(pad.digits, pad.slots, box, self.fonts, self.look))

    def _picture(self, view: View) -> None:
        box = self.place.boxes.get("picture")
        if box is None:
            return
        palette = self.look.palette
        if view.picture != "cabinet" or not view.doors:
            colour = {"trouble": palette.trouble, "wait": palette.wait}.get(view.tone, palette.accent)
            ground = palette.wait_tint if view.tone in ("trouble", "wait") else palette.tint
            self._put(
                "picture",
                (view.picture, view.tone),
                lambda box: Picture(view.picture, box, self.look.unit, colour, ground),
            )
            return
        big = min(box.w * 0.3, 300 * self.look.unit)
        if view.door:
            self.place.boxes["door"] = Box(box.x, box.y, big, box.h)
            ink = "trouble" if view.tone == "trouble" else "wait" if view.tone == "wait" else "accent"
            self._text("door", view.door, 200, ink, bold=True, align="center", valign="middle")
            box = Box(box.x + big, box.y, box.w - big, box.h)
        self.place.boxes["picture"] = box
        self._put("picture", "cabinet", lambda box: Cabinet(view.doors, box, self.fonts, self.look))
        self.parts["picture"].show(view.doors)

    def _actions(self, view: View) -> None:
        for n, what in enumerate(view.buttons):
            self._button(f"button {n}", what)
        if view.keypad:
            words = {"erase": view.keypad.erase, "enter": view.keypad.enter}
            ready = len(view.keypad.digits) == view.keypad.slots
            for key in KEYS:
                action = Touched(key) if key in words else Touched("digit", key)
                kind = "main" if key == "enter" and ready else "plain"
                self._put(
                    f"key {key}",
                    (words.get(key), kind),
                    lambda box, a=action, k=key, d=kind: self._key(a, words.get(k, k), box, d),
                )
        if view.cancel:
            self._button("cancel", view.cancel)
        if view.seconds is not None:
            self._put(
                "countdown",
                view.more,
                lambda box: Countdown(view.more, box, self.fonts, self.look, self._left, self._more),
            )

    def _key(self, told: Touched, words: str, box: Box, kind: str) -> Touch:
        size = 72 if told.action == "digit" else 48
        return button(words, box, self.fonts, self.look, lambda: self._tap(told), kind, size=size)

    def _more(self) -> None:
        self._tap(Touched("more_time"))

    def _question(self, view: View) -> None:
        assert view.warning is not None
        ask = view.warning
        self.place.boxes["veil"] = Box(0, 0, self.width, self.height)
        self._put("veil", "veil", lambda box: Veil(box, self.place.boxes["panel"], self.look), over=True)
        self._text("ask", ask.title, 72, bold=True, align="center", over=True)
        self._text("why", ask.line, 40, align="center", over=True)
        self._put("left", "left", lambda box: Ring(box, self.fonts, self.look, self._left), over=True)
        self._button("stay", ask.stay, over=True)
        if ask.go:
            self._button("go", ask.go, over=True)


class Veil(Widget):
    """Dims the page under a question, with a panel for it; a touch beside the answers does nothing."""

    def __init__(self, box: Box, panel: Box, look: Look) -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
        palette, corner = look.palette, CORNER * look.unit
        with self.canvas:
            Color(*palette.veil)
            Rectangle(pos=self.pos, size=self.size)
            Color(*palette.ground)
            SmoothRoundedRectangle(pos=(panel.x, panel.y), size=(panel.w, panel.h), radius=[corner])
            Color(*palette.line)
            SmoothLine(rounded_rectangle=(panel.x, panel.y, panel.w, panel.h, corner), width=max(1.0, look.unit))

    def on_touch_down(self, _touch: Any) -> bool:
        """Nothing beneath is reached."""
        return True


def _pill(words: str, box: Box, fonts: Fonts, look: Look) -> Widget:
    pill = Widget(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
    with pill.canvas:
        Color(*look.palette.tint)
        SmoothRoundedRectangle(pos=pill.pos, size=pill.size, radius=[box.h / 2])
    plain = Look(look.palette, False, look.unit)
    inner = Box(box.x + box.h / 4, box.y, box.w - box.h / 2, box.h)
    pill.add_widget(Text(words, inner, fonts, plain, 40, look.palette.accent, True, "center", "middle"))
    return pill


def _note(words: str, box: Box, fonts: Fonts, look: Look) -> Widget:
    note = Widget(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
    unit = look.unit
    with note.canvas:
        Color(*look.palette.wait_tint)
        SmoothRoundedRectangle(pos=note.pos, size=note.size, radius=[CORNER * unit])
        Color(*look.palette.wait)
        pen = Pen(Box(box.x + 24 * unit, box.y + (box.h - 60 * unit) / 2, 60 * unit, 60 * unit), 4 * unit)
        pen.arc(50, 50, 42)
        pen.path((50, 48), (50, 26))
        pen.dot(50, 68, 6)
    inner = Box(box.x + 108 * unit, box.y + 8 * unit, box.w - 132 * unit, box.h - 16 * unit)
    note.add_widget(Text(words, inner, fonts, look, 36, look.palette.ink, valign="middle"))
    return note


def _row(row: Any, box: Box, fonts: Fonts, look: Look) -> Widget:
    widget = Widget(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
    unit, palette = look.unit, look.palette
    left = box.x
    with widget.canvas:
        Color(*palette.line[:3], 0.4)
        Rectangle(pos=(box.x, box.y), size=(box.w, max(1.0, 1.5 * unit)))
        if row.done is not None:
            Color(*(palette.accent if row.done else palette.line))
            pen = Pen(Box(box.x, box.y + (box.h - 52 * unit) / 2, 52 * unit, 52 * unit), 4.5 * unit)
            pen.arc(50, 50, 42)
            if row.done:
                pen.path((30, 50), (45, 35), (72, 65))
            left += 76 * unit
    aside = 300 * unit if row.aside else 0
    inner = Box(left, box.y, box.x + box.w - left - aside, box.h)
    widget.add_widget(Text(row.words, inner, fonts, look, 40, palette.ink, valign="middle"))
    if row.aside:
        side = Box(box.x + box.w - aside, box.y, aside, box.h)
        widget.add_widget(Text(row.aside, side, fonts, look, 36, palette.quiet, align="right", valign="middle"))
    return widget


def _slots(digits: str, slots: int, box: Box, fonts: Fonts, look: Look) -> Widget:
    """The code typed so far: a place for each digit, in two halves as people read numbers."""
    widget = Widget(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
    unit, palette = look.unit, look.palette
    gap, middle = 14 * unit, 28 * unit
    wide = (box.w - gap * (slots - 1) - middle) / slots
    for n in range(slots):
        x = box.x + n * (wide + gap) + (middle if n >= slots // 2 else 0)
        place = Box(x, box.y, wide, box.h)
        with widget.canvas:
            Color(*(palette.tint if n < len(digits) else palette.surface))
            SmoothRoundedRectangle(pos=(x, box.y), size=(wide, box.h), radius=[16 * unit])
            Color(*(palette.accent if n == len(digits) else palette.line))
            edge = (3 if n == len(digits) else 1.5) * unit
            SmoothLine(rounded_rectangle=(x, box.y, wide, box.h, 16 * unit), width=max(1.0, edge))
        if n < len(digits):
            plain = Look(palette, False, unit)
            widget.add_widget(Text(digits[n], place, fonts, plain, 84, palette.ink, True, "center", "middle"))
    return widget
