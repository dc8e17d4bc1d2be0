"""Words while a reader borrows what they have brought to the machine."""

from kiosk.core.counter_screens import Counter, CounterRow
from ui.for_patrons import ASKING
from ui.notices import COUNTER, noted
from ui.parts import TITLE_MAX, cancel, date_words, short
from ui.view import Button, PictureName, Row, Tone, View
from ui.words import Words


def counter(screen: Counter, _: Words) -> View:
    """The list, while it grows, while it is booked, and what came of it."""
    if not screen.going:
        return _listing(screen, _)
    return _booking(screen, _) if screen.busy else _over(screen, _)


def _listing(screen: Counter, _: Words) -> View:
    count = len(screen.rows)
    if count:
        title = _.ngettext("One book counted", "{n} books counted", count)
        line = _("Are these all? Then borrow them.")
        if screen.lying is not None and screen.lying < count:
            away = _.ngettext("One of them lies on the pad.", "{n} of them lie on the pad.", screen.lying)
            line = _.run_on(away, _("Lay all of them there, so that the gate lets them pass."))
    elif screen.lying is not None:
        title = _("Lay your books on the pad")
        line = _("All of them at once, if you like. Scanning the sticker works too.")
    else:
        title = _("Show the barcode of the book you want")
        line = _("Hold the library's sticker under the scanner, one book after the other.")
    if not screen.scanner and screen.lying is None:
        if count:
            line = _("The scanner is out of order. You can borrow what stands on the list.")
        else:
            title = _("The scanner is out of order")
            line = _("Nothing can be borrowed here just now, and nothing is booked to you. Please come back later.")
    if screen.offline:
        line += "\n" + _("The library is out of reach; it books your loans as soon as it is back.")
    if screen.busy:
        line = _(ASKING["item"])
    borrow = Button("borrow", _borrow(count, _), main=True, idle=screen.busy)
    undo = Button("undo", _("Take the last one off the list"), idle=screen.busy)
    return View(
        "Counter",
        title,
        line,
        "book" if screen.lying is not None else "scan",
        rows=tuple(_row(row, _) for row in screen.rows[::-1]),
        note=noted(COUNTER, screen, _),
        buttons=(borrow, undo) if count else (),
        cancel=cancel(_),
    )


def _booking(screen: Counter, _: Words) -> View:
    booked = sum(row.state == "booked" for row in screen.rows)
    title = _("Booked to you: {n} of {of}", n=booked, of=len(screen.rows))
    line = _("Please leave your books where they are for a moment.")
    borrow = Button("borrow", _borrow(len(screen.rows), _), main=True, idle=True)  # keeps its place: some tap twice
    stop = Button("finish", _("Stop here; the rest is not borrowed"))
    return View("Counter", title, line, "wait", rows=_sorted(screen, _), buttons=(borrow, stop))


def _borrow(count: int, _: Words) -> str:
    return _.ngettext("Borrow this book", "Borrow these {n} books", count)


def _over(screen: Counter, _: Words) -> View:
    booked = sum(row.state == "booked" for row in screen.rows)
    lay = sum(row.tag == "lay" for row in screen.rows)
    leave = Button("finish", _("Done"), main=not lay)
    tone: Tone = "wait"
    picture: PictureName = "book"
    if lay:
        title = _.ngettext("Lay one more book on the pad", "Lay {n} more books on the pad", lay)
        line = _.ngettext(
            "It is booked to you, but the gate would still ring. Leave it there for a moment.",
            "They are booked to you, but the gate would still ring. Leave them there for a moment.",
            lay,
        )
        leave = Button("finish", _("It still does not work; ask staff to help"))
    elif any(row.state == "unknown" for row in screen.rows):
        title = _("Booked to you: {n} of {of}", n=booked, of=len(screen.rows))
        line = _("The library has not said so of the rest. Please hand it to the staff, who look into it.")
    else:
        title = _("Booked to you: {n} of {of}", n=booked, of=len(screen.rows))
        line = _("The rest stays here. Please lay it aside for the staff.")
    if not booked:
        tone = "trouble"
    return View("Counter", title, line, picture, tone, rows=_sorted(screen, _), buttons=(leave,))


def _sorted(screen: Counter, _: Words) -> tuple[Row, ...]:
    """What somebody must do something about comes first."""
    return tuple(_row(row, _) for row in sorted(screen.rows, key=_calm))


def _calm(row: CounterRow) -> int:
    if row.tag == "lay":
        return 0
    return 2 if row.state == "booked" else 1


def _row(row: CounterRow, _: Words) -> Row:
    title = short(row.title)
    match row.state:
        case "listed":
            return Row(title)
        case "booked" if row.tag in ("lay", "writing"):
            return Row(title, _("lay it on the pad") if row.tag == "lay" else "", False)
        case "booked":
            return Row(title, _("until {date}", date=date_words(row.due, _.language)) if row.due else "", True)
        case "refused":
            return Row(
                f"{title}\n" + (short(row.words, 2 * TITLE_MAX) or _("not lent; please ask the library")), "", False
            )
        case "away":
            return Row(f"{title}\n" + _("only when the library is back"), "", False)
        case "unknown":
            return Row(f"{title}\n" + _("the library has not said"), "", False)
