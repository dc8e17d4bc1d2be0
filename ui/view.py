"""The view model: what stands on the screen, in words of one language. Plain frozen data; nothing here draws."""

from dataclasses import dataclass
from typing import Literal

from kiosk.core.screens import DoorView

Tone = Literal["calm", "wait", "done", "trouble"]
PictureName = Literal[
    "card", "scan", "collect", "return", "cabinet", "wait", "done", "parcel", "away", "full", "ask", "phone"
]


@dataclass(frozen=True, slots=True)
class Button:
    """Something to touch: reports ``Touched(action, value)`` and nothing else. One ``main`` at most a screen."""

    action: str
    words: str
    value: str = ""
    main: bool = False
    picture: PictureName | None = None  # a tile with a large picture


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list; ``done`` draws a tick (True) or an empty ring (False), None neither."""

    words: str
    aside: str = ""
    done: bool | None = None


@dataclass(frozen=True, slots=True)
class Keypad:
    """The code typed so far, shown in ``slots`` places, and twelve keys in the order they stand, three a row."""

    digits: str
    keys: tuple[Button, ...]
    slots: int


@dataclass(frozen=True, slots=True)
class StillThere:
    """The question over everything: are you still there? ``stay`` is the main answer."""

    title: str
    line: str
    stay: Button
    go: Button | None


@dataclass(frozen=True, slots=True)
class View:
    """One screen. ``seconds``: what was left when the display was made; the window counts down from there."""

    screen: str
    title: str
    line: str
    picture: PictureName
    tone: Tone = "calm"
    code: str = ""  # a QR of this text in the place of the picture, with ``code_words`` beside it
    code_words: str = ""
    door: str = ""  # the number to show large
    doors: tuple[DoorView, ...] = ()
    rows: tuple[Row, ...] = ()
    note: str = ""  # one sentence that stands apart: about the last scan, or about this point
    foot: str = ""  # quiet, at the bottom
    keypad: Keypad | None = None
    buttons: tuple[Button, ...] = ()
    cancel: Button | None = None
    seconds: float | None = None
    more: str = ""  # under the countdown
    warning: StillThere | None = None
    initials: str = ""
    place: str = ""
    switch: str = ""  # names the other language, in that language
