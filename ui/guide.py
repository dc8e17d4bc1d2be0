"""Leads a person by ear and by keys: where the focus stands, what is said, which sound is heard. Imports no Kivy."""

from collections.abc import Container

from kiosk.frontend import ScreenSettings
from ui.aloud import cue, sentences, typed
from ui.focus import Stop, digit, eraser, stops, way_out
from ui.keys import meaning
from ui.manner import Manner
from ui.speaker import Speaker, Word
from ui.view import Button, View
from ui.words import words


class Guide:
    """``shown`` after each drawing; ``key`` for each key. ``focus``: the box the keys have come to, "" for none."""

    def __init__(self, settings: ScreenSettings, speaker: Speaker) -> None:
        self._settings, self._speaker = settings, speaker
        self._view: View | None = None
        self._stops: tuple[Stop, ...] = ()
        self._manner = Manner()
        self.focus = ""

    def shown(self, view: View, boxes: Container[str], manner: Manner) -> None:
        """A view stands on the screen: say what is new of it; the focus stays where it was if that is still there."""
        spoke = self._speaks()  # at the end of a session the voice is off again, but says that it is the end
        before, self._view, self._manner = self._view, view, manner
        self._stops = stops(view, boxes)
        if before is None or _place(before) != _place(view) or self._at() is None:
            self.focus = ""
        heard = cue(before, view) if self._settings.sounds else None
        said = sentences(before, view) if self._speaks() or spoke else ()
        if heard or said:
            self._speaker.tell(Word(heard, said, manner.language, manner.volume))

    def adjusted(self, what: str, view: View, manner: Manner) -> None:
        """Something for this person only was touched: say how it stands now."""
        before, self._manner = self._manner, manner
        if manner.volume != before.volume and self._settings.sounds:
            self._speaker.tell(Word("please", (), manner.language, manner.volume))
        if before.voice and not manner.voice:
            self._speaker.tell(Word(None, (), manner.language, manner.volume))  # amid a sentence
        if self._speaks() and what in ("size", "voice", "quieter", "louder"):
            self._view = view
            named = next((stop.words for stop in self._stops if stop.does and stop.does.action == what), view.title)
            self._tell(named)

    def knows(self, name: str) -> bool:
        """Whether a key means anything here."""
        return meaning(name, False, self._settings.keys) is not None

    def key(self, name: str, shift: bool) -> Button | None:
        """What a key leads to: the button to press now, or None when it only moved the focus or means nothing."""
        meant = meaning(name, shift, self._settings.keys)
        view = self._view
        if meant is None or view is None:
            return None
        match meant:
            case "next" | "previous":
                self._move(1 if meant == "next" else -1)
            case "choose":
                return self._choose()
            case "back":
                if name == "backspace" and (back := eraser(view)):
                    return back
                return self._back(view)
            case _:
                pressed = digit(view, meant) or digit(view, meant.upper())
                if pressed:
                    self._tell(typed(view, pressed.words, words(self._manner.language)))
                return pressed
        return None

    def _choose(self) -> Button | None:
        stop = self._at()
        if stop is None or stop.does is None:  # nothing happens by surprise: it is read again
            self._tell(*(sentences(None, self._view) if stop is None and self._view else (stop.words,) if stop else ()))
            return None
        return stop.does

    def _back(self, view: View) -> Button | None:
        """Lead to the way out; one more key takes it. Where there is none, it is the key for help."""
        out = way_out(view, self._stops)
        if out is None:
            return next((one for one in view.strip if one.action == "help"), None)
        if view.aid:
            return out.does
        self.focus = out.name
        self._tell(out.words)
        return None

    def _move(self, by: int) -> None:
        if not self._stops:
            return
        names = [stop.name for stop in self._stops]
        at = names.index(self.focus) if self.focus in names else (-1 if by > 0 else 0)
        stop = self._stops[(at + by) % len(names)]
        self.focus = stop.name
        self._tell(stop.words)

    def _at(self) -> Stop | None:
        return next((stop for stop in self._stops if stop.name == self.focus), None)

    def _speaks(self) -> bool:
        return speaks(self._settings, self._manner)

    def _tell(self, *said: str) -> None:
        if self._speaks():
            self._speaker.tell(Word(None, said, self._manner.language, self._manner.volume))


def speaks(settings: ScreenSettings, manner: Manner) -> bool:
    """Whether sentences are read to this person."""
    return settings.voice != "off" and manner.voice


def _place(view: View) -> tuple[str, str, bool, bool]:
    return view.screen, view.door, view.warning is not None, view.aid is not None
