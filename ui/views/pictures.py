"""Line pictures of one weight, drawn on a square of 100 units (y upward) by canvas instructions."""

from collections.abc import Callable
from math import cos, pi, sin

from kivy.graphics import Color, Ellipse
from kivy.uix.widget import Widget

from ui.fonts import Fonts
from ui.sheet import Box
from ui.theme import Look
from ui.view import PictureName, Tone
from ui.views.pen import Pen

WEIGHT = 6.0  # of the grid's units, whatever the size of the picture


def _book(pen: Pen, x: float, y: float, w: float = 30, h: float = 38) -> None:
    pen.frame(x, y, w, h, 3)
    pen.path((x + 7, y), (x + 7, y + h))
    pen.path((x + 14, y + h - 10), (x + w - 6, y + h - 10))


def _arrow(pen: Pen, x: float, start: float, end: float) -> None:
    back = 7 if end < start else -7
    pen.path((x, start), (x, end))
    pen.path((x - 7, end + back), (x, end), (x + 7, end + back))


def _tray(pen: Pen) -> None:
    pen.path((14, 36), (14, 16), (86, 16), (86, 36))


def _card(pen: Pen) -> None:
    pen.frame(22, 14, 56, 14, 5)  # the reader
    pen.path((44, 21), (56, 21))
    pen.frame(26, 50, 48, 32, 4)  # the card
    pen.path((26, 71), (74, 71))
    pen.path((33, 60), (45, 60))
    for r in (6, 12):
        pen.arc(50, 30, r, 40, 140)


def _scan(pen: Pen) -> None:
    for x, y, dx, dy in ((16, 82, 1, -1), (84, 82, -1, -1), (16, 18, 1, 1), (84, 18, -1, 1)):
        pen.path((x, y + 14 * dy), (x, y), (x + 14 * dx, y))
    for x, w in ((27, 4), (34, 2), (39, 6), (49, 2), (54, 4), (62, 2), (67, 6)):
        pen.fill(x, 32, w, 36)
    pen.path((10, 50), (90, 50))


def _collect(pen: Pen) -> None:
    _tray(pen)
    _book(pen, 16, 40)
    _arrow(pen, 67, 34, 82)


def _return(pen: Pen) -> None:
    _tray(pen)
    _book(pen, 16, 44)
    _arrow(pen, 67, 82, 34)


def _cabinet(pen: Pen) -> None:
    pen.frame(18, 12, 64, 76, 4)
    for y in (37, 63):
        pen.path((18, y), (82, y))
    pen.path((50, 12), (50, 88))
    for x in (42, 74):
        for y in (25, 50, 76):
            pen.dot(x, y, 1.8)


def _wait(pen: Pen) -> None:
    pen.arc(50, 50, 34)
    pen.path((50, 70), (50, 50), (64, 42))


def _done(pen: Pen) -> None:
    pen.arc(50, 50, 36)
    pen.path((33, 50), (45, 38), (68, 63))


def _parcel(pen: Pen) -> None:
    pen.frame(18, 20, 64, 52, 4)
    pen.path((18, 56), (82, 56))
    pen.path((42, 56), (42, 42), (58, 42), (58, 56))
    pen.path((27, 72), (33, 82), (67, 82), (73, 72))


def _away(pen: Pen) -> None:
    pen.arc(34, 46, 15, 90, 270)
    pen.arc(50, 56, 20, 20, 165)
    pen.arc(69, 45, 14, -90, 80)
    pen.path((34, 31), (69, 31))
    pen.path((22, 18), (80, 82))


def _full(pen: Pen) -> None:
    _cabinet(pen)
    for x, y in ((23, 67), (55, 67), (23, 42), (55, 42), (23, 17), (55, 17)):
        pen.fill(x, y, 12, 14)


def _ask(pen: Pen) -> None:
    pen.arc(50, 50, 36)
    pen.arc(50, 58, 11, 180, -60)
    pen.path((55.5, 48.5), (50, 43), (50, 38))
    pen.dot(50, 28, 2.6)


def _phone(pen: Pen) -> None:
    pen.frame(32, 12, 36, 76, 6)
    pen.path((45, 78), (55, 78))
    pen.dot(50, 22, 2.2)
    for r in (9, 17):
        pen.arc(72, 56, r, -45, 45)
        pen.arc(28, 56, r, 135, 225)


def _person(pen: Pen) -> None:
    pen.arc(50, 66, 17)
    pen.arc(50, 14, 32, 0, 180)
    pen.path((18, 14), (82, 14))


def _search(pen: Pen) -> None:
    pen.arc(43, 57, 28)
    pen.path((64, 36), (86, 14))


def _more(pen: Pen) -> None:
    for x in (22, 50, 78):
        pen.dot(x, 50, 6.5)


def _renew(pen: Pen) -> None:
    pen.arc(50, 50, 32, 60, 300)
    pen.path((76, 82), (66, 77.5), (70, 66))


def _list(pen: Pen) -> None:
    for y in (26, 50, 74):
        pen.dot(20, y, 4)
        pen.path((36, y), (84, y))


def _open_book(pen: Pen) -> None:
    pen.path((50, 24), (50, 74))
    pen.path((50, 74), (38, 80), (14, 80), (14, 28), (38, 28), (50, 24))
    pen.path((50, 74), (62, 80), (86, 80), (86, 28), (62, 28), (50, 24))


def _low(pen: Pen) -> None:
    pen.frame(26, 10, 48, 80, 5)
    pen.fill(32, 16, 36, 24)
    pen.path((50, 80), (50, 52))
    pen.path((41, 61), (50, 52), (59, 61))


def _voice(pen: Pen) -> None:
    pen.path((14, 40), (30, 40), (48, 22), (48, 78), (30, 60), (14, 60), close=True)
    for r in (14, 28):
        pen.arc(54, 50, r, -48, 48)


def _order(pen: Pen) -> None:
    """A shelf, and one book of it under a lens."""
    pen.path((8, 16), (74, 16))
    for x, high in ((12, 44), (24, 52), (36, 38)):
        pen.frame(x, 16, 10, high, 2)
    pen.path((52, 17), (62, 52), (71, 49), (62, 17), close=True)
    pen.arc(68, 66, 18)
    pen.path((81, 53), (92, 40))
    pen.path((60, 66), (68, 70), (76, 66))
    pen.path((60, 66), (60, 60), (68, 63), (76, 60), (76, 66))


def _door(pen: Pen) -> None:
    """The cabinet with one door open, a book behind it, a card before it."""
    pen.frame(8, 12, 62, 78, 4)
    for y in (38, 64):
        pen.path((8, y), (70, y))
    pen.path((39, 64), (39, 90))
    pen.path((39, 12), (39, 38))
    pen.path((70, 38), (88, 32), (88, 70), (70, 64))
    _book(pen, 24, 41, 14, 19)
    pen.frame(64, 8, 30, 18, 3)
    pen.path((64, 20), (94, 20))


def _shelf(pen: Pen) -> None:
    """Books side by side, one of them leaning."""
    pen.path((10, 18), (90, 18))
    pen.frame(18, 18, 16, 58, 2)
    pen.frame(34, 18, 16, 48, 2)
    pen.path((56, 20), (72, 20), (86, 70), (71, 75), close=True)
    for x in (22, 38):
        pen.path((x, 30), (x + 8, 30))


def _back(pen: Pen) -> None:
    """An open door, and a book on its way in, by day and by night."""
    pen.frame(42, 14, 44, 60, 4)
    pen.path((42, 14), (24, 6), (24, 66), (42, 74))
    _book(pen, 4, 30, 14, 19)
    pen.path((50, 40), (72, 40))
    pen.path((64, 33), (72, 40), (64, 47))
    pen.arc(76, 88, 8, 60, 330)
    pen.arc(20, 86, 6)
    for angle in range(0, 360, 60):
        x, y = cos(angle * pi / 180), sin(angle * pi / 180)
        pen.path((20 + 9 * x, 86 + 9 * y), (20 + 12 * x, 86 + 12 * y))


DRAWN: dict[PictureName, Callable[[Pen], None]] = {
    "card": _card,
    "scan": _scan,
    "collect": _collect,
    "return": _return,
    "cabinet": _cabinet,
    "wait": _wait,
    "done": _done,
    "parcel": _parcel,
    "away": _away,
    "full": _full,
    "ask": _ask,
    "phone": _phone,
    "person": _person,
    "search": _search,
    "more": _more,
    "renew": _renew,
    "list": _list,
    "book": _open_book,
    "low": _low,
    "voice": _voice,
    "order": _order,
    "door": _door,
    "back": _back,
    "shelf": _shelf,
}


def draw(name: PictureName, box: Box, unit: float) -> None:
    """Draw a picture into the canvas and in the colour that stand open."""
    DRAWN[name](Pen(box, WEIGHT * unit))


class Picture(Widget):
    """A picture on a round ground; its colours follow the tone of the view."""

    def __init__(self, box: Box, _fonts: Fonts, look: Look, name: PictureName, tone: Tone) -> None:
        super().__init__(pos=(box.x, box.y), size=(box.w, box.h), size_hint=(None, None))
        palette = look.palette
        side = min(box.w, box.h)
        x, y, inset = box.x + (box.w - side) / 2, box.y + (box.h - side) / 2, side * 0.13
        with self.canvas:
            Color(*(palette.wait_tint if tone in ("trouble", "wait") else palette.tint))
            Ellipse(pos=(x, y), size=(side, side), segments=120)
            Color(*{"trouble": palette.trouble, "wait": palette.wait}.get(tone, palette.accent))
            draw(name, Box(x + inset, y + inset, side - 2 * inset, side - 2 * inset), look.unit)
