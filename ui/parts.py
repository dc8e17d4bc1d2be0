"""Parts that several screens share."""

from ui.view import Button, Row
from ui.words import Words

ROWS_MAX = 4  # more are counted, not listed


def cancel(_: Words) -> Button:
    """The way out, bottom left."""
    return Button("cancel", _("Cancel"))


def and_more(hidden: int, _: Words) -> tuple[Row, ...]:
    """The last row of a list that shows only its beginning."""
    return (Row(_.ngettext("and one more", "and {n} more", hidden)),) if hidden > 0 else ()


def rows(titles: tuple[str, ...], _: Words, done: bool | None = None, rows_max: int = ROWS_MAX) -> tuple[Row, ...]:
    """Titles as a list of at most ``rows_max``, and how many more."""
    shown = tuple(Row(title, done=done) for title in titles[:rows_max])
    return (*shown, *and_more(len(titles) - rows_max, _))
