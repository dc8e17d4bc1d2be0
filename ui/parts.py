"""Parts that several screens share."""

from datetime import datetime
from unicodedata import east_asian_width

from ui.view import Button, Keypad, Row
from ui.words import Words

ROWS_MAX = 4  # more are counted, not listed
TITLE_MAX = 26  # in a list, of letters; a Chinese one counts for two


def date_words(moment: float, language: str) -> str:
    """Month and day as people say them."""
    from babel.dates import format_skeleton  # here: only a loan needs it, and starting should not wait for it

    return str(format_skeleton("MMMMd", datetime.fromtimestamp(moment), locale=language))


def columns(text: str) -> int:
    """How wide it stands, in letters."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def short(text: str, most: int = TITLE_MAX) -> str:
    """As much of it as a line of a list takes; beside it stands what matters more."""
    wide = 0
    for n, sign in enumerate(text):
        wide += columns(sign)
        if wide > most:
            return text[:n].rstrip() + "…"
    return text


def bring_back(count: int, due: float, _: Words) -> str:
    """When so many books are to be here again."""
    date = date_words(due, _.language)
    return _.ngettext("Please bring it back by {date}.", "Please bring them back by {date}.", count, date=date)


def cancel(_: Words) -> Button:
    """The way out, bottom left."""
    return Button("cancel", _("Cancel"))


def and_more(hidden: int, _: Words) -> tuple[Row, ...]:
    """The last row of a list that shows only its beginning."""
    return (Row(_.ngettext("and one more item", "and {n} more items", hidden)),) if hidden > 0 else ()


def titled(titles: tuple[str, ...], _: Words) -> tuple[str, ...]:
    """These titles; a book that was returned without a code that can be read has none."""
    return tuple(title or _("A book without a code, to be looked at") for title in titles)


def rows(
    titles: tuple[str, ...],
    _: Words,
    done: bool | None = None,
    rows_max: int = ROWS_MAX,
    asides: tuple[str, ...] = (),
) -> tuple[Row, ...]:
    """Titles as a list of at most ``rows_max``, and how many more. ``asides``: what stands beside each, if anything."""
    beside = asides or ("",) * len(titles)
    shown = tuple(Row(title, aside, done) for title, aside in list(zip(titles, beside, strict=True))[:rows_max])
    return (*shown, *and_more(len(titles) - rows_max, _))


def breaks(slots: int) -> frozenset[int]:
    """Before which places of a number a gap stands, as people read them: a code in two halves, 138 0013 8000 in fours
    from its end."""
    return frozenset((slots // 2,)) if slots <= 8 else frozenset(range(slots % 4 or 4, slots, 4))


def keypad(shown: str, slots: int, ready: bool, enter: str, _: Words) -> Keypad:
    """Twelve keys: digits, erase, and ``enter``, which is the main thing to touch once it is ``ready``."""
    one_to_nine = tuple(Button("digit", key, key) for key in "123456789")
    last = (Button("erase", _("Erase")), Button("digit", "0", "0"), Button("enter", enter, main=ready, idle=not ready))
    return Keypad(shown, (*one_to_nine, *last), slots)
