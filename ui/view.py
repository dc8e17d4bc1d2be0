"""The view model: what stands on the screen, in words of one language. Plain frozen data; nothing here draws."""

from dataclasses import dataclass
from typing import Literal

from kiosk.core.screens import DoorView

Tone = Literal["calm", "wait", "done", "trouble"]
PictureName = Literal[
    "card",
    "scan",
    "collect",
    "return",
    "cabinet",
    "wait",
    "done",
    "parcel",
    "away",
    "full",
    "ask",
    "phone",
    "person",
    "search",
    "more",
    "renew",
    "list",
    "book",
    "low",
    "voice",
    "order",
    "door",
    "back",
    "shelf",
]


@dataclass(frozen=True, slots=True)
class Button:
    """Something to touch: reports ``Touched(action, value)`` and nothing else. One ``main`` at most a screen."""

    action: str
    words: str
    value: str = ""
    main: bool = False
    picture: PictureName | None = None  # a tile with a large picture
    extra: bool = False  # left out in simple mode
    idle: bool = False  # does nothing now: drawn with no edge, in quiet words
    alone: bool = False  # on a line of its own, so that it stays where it is whatever comes beside it
    own: bool = False  # for this person's eyes and ears only: the window does it, nobody decides anything
    aloud: str = ""  # what is spoken for it where ``words`` alone say too little


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list; ``done`` draws a tick (True) or an empty ring (False), None neither. ``cover``: title and
    author of a book, whose cover is drawn before the words.

    With an ``action`` it is touched as a button is, and reports ``Touched(action, value)``. Give all rows there are:
    the window turns the pages of a long list. Of a ``View`` with ``shelf`` they are covers, side by side.
    """

    words: str
    aside: str = ""
    done: bool | None = None
    action: str = ""
    value: str = ""
    cover: tuple[str, str] | None = None
    aloud: str = ""  # what is said of it, where that is more than its words


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: ``label`` under it, ``value`` as its height (0 or more)."""

    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Keypad:
    """What was typed so far, and its keys in the order they stand, ``columns`` a row (3: digits, more: letters), on its
    side ``wide`` of them.

    ``slots``: a code has so many places, drawn one by one; 0: words of any length, in one field, for which keys beside
    the screen type letters and digits whichever are shown.
    """

    digits: str
    keys: tuple[Button, ...]
    slots: int
    columns: int = 3
    wide: int = 3


@dataclass(frozen=True, slots=True)
class StillThere:
    """The question over everything: are you still there? ``stay`` is the main answer."""

    title: str
    line: str
    stay: Button
    go: Button | None


@dataclass(frozen=True, slots=True)
class Aid:
    """What lies over the page while somebody has touched Help: what this screen wants, whom to call, what to set."""

    title: str
    line: str
    buttons: tuple[Button, ...]  # the last one closes it


@dataclass(frozen=True, slots=True)
class View:
    """One screen. ``seconds``: what was left when the display was made; the window counts down from there.

    A screen's own words are title, line, picture, tone, code, rows, chart, note, foot, keypad, buttons and cancel;
    the rest is put in by ``present`` and ``dress`` for all screens alike.
    """

    screen: str
    title: str
    line: str
    picture: PictureName
    tone: Tone = "calm"
    reading: bool = False  # the line is a page to read: it has the whole width, and no picture beside it
    code: str = ""  # a QR of this text in the place of the picture, with ``code_words`` beside it
    code_words: str = ""
    door: str = ""  # the number to show large
    doors: tuple[DoorView, ...] = ()
    rows: tuple[Row, ...] = ()
    count: int = 0  # of a list that grows: how many there are in all, also those for which it has no room
    shelf: bool = False
    chart: tuple[Bar, ...] = ()  # in the place of the picture
    cover: tuple[str, str] | None = None  # the same: of a book, its title and author
    hushed: tuple[str, ...] = ()  # what of title, line and note only who moves there by keys hears
    unsaid: str = ""  # what is said in place of them
    heard: str = ""  # what is said in place of the line, to whom a picture tells nothing
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
    strip: tuple[Button, ...] = ()  # the person's own settings, on every screen
    simple: Button | None = None  # at Home: the way into simple mode and out of it
    pager: tuple[Button, Button] | None = None  # earlier and later, for lists longer than their place
    aid: Aid | None = None
