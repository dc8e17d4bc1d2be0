"""Words of the screens a reader sees away from home and doors: collect, return, goodbye, sorry."""

from dataclasses import replace

from kiosk.core.flows.keypad import CODE_DIGITS
from kiosk.core.notices import NotLent
from kiosk.core.screens import Collect, Goodbye, Pin, Return, Sorry, Wait
from kiosk.frontend import About
from kiosk.slip import text
from ui import without_doors
from ui.fetching import over
from ui.notices import PRINTING, RETURN, noted
from ui.parts import ROWS_MAX, TITLE_MAX, and_more, bring_back, cancel, keypad, rows, short, titled
from ui.sorry import REASONS, private, sorry_words
from ui.view import Button, PictureName, Row, Tone, View
from ui.words import N_, Words

PLACE_MAX = 16  # beside a title
ASKING = {
    "card": N_("We are asking the library about your card."),
    "item": N_("We are asking the library about this book."),
    "isbn": N_("We are asking the library which copy this is."),
    "account": N_("We are asking the library what you have."),
    "may_borrow": N_("We are asking the library whether you may borrow what you chose."),
    "hold_unknown": N_("The library has not said whether it has noted your wish. We are asking."),
}
DOING = {
    "renew": N_("The library is renewing it."),
    "renew_all": N_("The library is renewing your books; with many this takes a little."),
    "cancel_hold": N_("The library is taking it off your list."),
    "more_time": N_("We are asking the library for more time."),
    "place_hold": N_("The library is noting your wish."),
    "checkout": N_("The library is booking it to you."),
    "activate": N_("The library is making your card ready."),
}
NOT_LENT = {
    "refused": N_("not lent; please ask the library"),
    "away": N_("the library did not say whether it may be lent"),
    "enough": N_("not while the library is out of reach"),
    "gone": N_("it cannot be had any more just now"),
    "stuck": N_("its door did not open; staff look after it"),
    "left": N_("you did not take it; it stays here"),
}
NOT_LENT_MAX = 2
PIN_SLOTS = 4  # drawn before the first digit; most PINs have four


def wait(screen: Wait, _: Words) -> View:
    title = _("One moment, please")
    if screen.what in DOING:  # it goes on, whether anybody waits for it or not
        leave = Button("finish", _("Leave now; this will be completed"))
        return View("Wait", title, _(DOING[screen.what]), "wait", buttons=(leave,))
    line = _(ASKING[screen.what])
    if screen.n:
        line = _("We are asking the library about each of them: {n} of {of}.", n=screen.n, of=screen.of)
    return View("Wait", title, line, "wait", cancel=cancel(_))


def collect(screen: Collect, about: About, _: Words) -> View:
    """Only ways that work just now are named."""
    if screen.cards_only:
        title = _("Tap your card")
        line = _("The library knows your books by your card; the door then opens by itself.")
        if not screen.cards:
            title = _("The card reader is out of order")
            line = _("No door can be opened for you just now. What lies here for you is safe.")
            line += "\n" + _("Please come back later, or call us: {phone}.", phone=about.phone)
        return View("Collect", title, line, "card" if screen.cards else "away", cancel=cancel(_))
    if not screen.codes:
        title = _("Tap your card or show the QR") if screen.cards else _("Show the QR")
        line = _("Typing codes is closed here for today. Your books are safe, and card and QR open the door as always.")
        if not screen.cards:
            line = _(
                "Typing codes is closed here for today, and the card reader is out of order. The QR opens the door."
            )
            line += "\n" + _("Without it please come back later, or call us: {phone}.", phone=about.phone)
        return View("Collect", title, line, "card" if screen.cards else "scan", cancel=cancel(_))
    note = ""
    if screen.wrong:
        note = _("This code opens no door here. Check the 8 digits, and the name of the place in the message.")
        if screen.tries_left <= 3 and screen.cards:
            note = _.ngettext(
                "This code opens no door here. One more try today; card and QR always work.",
                "This code opens no door here. {n} more tries today; card and QR always work.",
                screen.tries_left,
            )
        elif screen.tries_left <= 3:
            note = _.ngettext(
                "This code opens no door here. One more try today; the QR always works.",
                "This code opens no door here. {n} more tries today; the QR always works.",
                screen.tries_left,
            )
    return View(
        "Collect",
        _("Tap your card, show the QR, or type the code") if screen.cards else _("Show the QR, or type the code"),
        _("The code has 8 digits. It stands in the message from the library."),
        "card",
        note=note,
        keypad=keypad(screen.digits[:CODE_DIGITS], CODE_DIGITS, len(screen.digits) == CODE_DIGITS, _("Open"), _),
        cancel=cancel(_),
    )


def pin(screen: Pin, _: Words) -> View:
    note = ""
    if screen.wrong:
        note = _.ngettext(
            "This is not the PIN of this card. One more try.",
            "This is not the PIN of this card. {n} more tries.",
            screen.tries_left,
        )
    return View(
        "Pin",
        _("Please type your PIN"),
        _("The library asks for it with your card. Nobody sees which digits you type."),
        "card",
        note=note,
        keypad=keypad("•" * screen.digits, max(PIN_SLOTS, screen.digits), screen.digits > 0, _("Confirm"), _),
        cancel=cancel(_),
    )


def returning(screen: Return, _: Words) -> View:
    count = len(screen.titles)
    unread = _("My book has no code that can be read")
    if count:
        title = _.ngettext("One book to return", "{n} books to return", count)
        line = _("Scan the next one, or open the door and put them in.")
        if not screen.scanner:
            line = _("The scanner is out of order. Open the door and put in what stands on the list.")
    elif screen.scanner:
        title = _("Show the barcode of your book")
        line = _("Hold the library's sticker under the scanner, one book after the other.")
    else:
        title = _("The scanner is out of order")
        line = _("Touch '{words}' once for each book, and a door opens for them.", words=unread)
    if screen.offline:
        line += "\n" + _("The library is out of reach; it books your return as soon as it is back.")
    if screen.asking:
        line = _(ASKING["item"])
    no_code = Button("unreadable", unread, main=not (count or screen.scanner), extra=screen.scanner, alone=True)
    listed = (Button("open", _("Open the door"), main=True), Button("undo", _("Take the last one off the list")))
    buttons = (*listed, no_code) if count else (no_code,)
    return View(
        "Return",
        title,
        line,
        "scan",
        rows=rows(titled(screen.titles[::-1], _), _, done=True),
        count=count,
        note=noted(RETURN, screen, _),
        buttons=tuple(replace(button, idle=screen.asking) for button in buttons),
        cancel=cancel(_),
    )


def goodbye(screen: Goodbye, about: About, _: Words) -> View:
    lines: list[str] = []
    title = _("Thank you. Goodbye!")
    if screen.purpose in ("pickup", "borrow", "checkout") and screen.titles:
        title = _("Enjoy reading!")
        if screen.not_lent:
            count = len(screen.titles)
            lines.append(_.ngettext("One book is booked to you.", "{n} books are booked to you.", count))
        if screen.due:
            lines.append(bring_back(len(screen.titles), screen.due, _))
        if screen.provisional:
            lines.append(_("The library confirms the date soon."))
    elif screen.purpose in ("pickup", "borrow"):
        title = _("Nothing was borrowed")
        lines.append(_("Nothing was booked to you; all is as before."))
    elif screen.purpose == "dropoff" and screen.titles:
        title = _.ngettext("Thank you. One book is back.", "Thank you. {n} books are back.", len(screen.titles))
        lines.append(
            _("It is noted here; the library books it as soon as it is in reach.")
            if screen.provisional
            else _("The library has been told.")
        )
    elif screen.purpose == "dropoff":
        title = _("Nothing was returned")
        lines.append(_("All is as before."))
    if screen.gate:
        lines.append(_("The gate may ring for a book of yours. Please show your slip to the staff then."))
    if screen.far:
        lines.append(_("The library knows that you cannot reach that door, and looks for a way."))
    if screen.missing:
        lines.append(_("Something was not there: we look into it, and it was not booked to you."))
    if screen.left:
        lines.append(_still_here(screen.left, about, _))
    if screen.doubt:
        lines.append(
            _.ngettext(
                "One more must be looked for first; staff have been told.",
                "{n} more must be looked for first; staff have been told.",
                screen.doubt,
            )
        )
    if screen.over:
        lines.append(over(screen.over, _))
    offered = screen.printing in ("offered", "again")
    printing = (Button("print", _("Print a slip"), value=_.language),) if offered else ()
    returning = (Button("return", _("Return books")),) if screen.purpose in ("pickup", "borrow") else ()
    another = (Button("browse", _("Borrow another one")),) if screen.stock else ()
    nothing = not screen.titles and screen.purpose != "checkout"
    tone: Tone = "wait" if screen.missing or screen.gate or screen.not_lent or nothing else "done"
    instead: PictureName = "return" if screen.purpose == "dropoff" else "book"
    return View(
        "Goodbye",
        title,
        "\n".join(lines),
        instead if nothing else "done",
        tone,
        code=text(screen.slip, about, _.language) if screen.slip else "",
        code_words=_beside_the_code(screen, _),
        heard="\n".join(filter(None, (*lines, _printed(screen, _)))),
        rows=_listed(screen, _),
        buttons=(Button("finish", _("Done"), main=True), *printing, *another, *returning),
    )


def _still_here(left: int, about: About, _: Words) -> str:
    """What of theirs waits here, and how they come to it."""
    if not about.codes:
        return _.ngettext(
            "One parcel still waits here for you: tap your card, now or later.",
            "{n} parcels still wait here for you: tap your card, now or later.",
            left,
        )
    return _.ngettext(
        "One parcel still waits here for you: tap your card or show your code, now or later.",
        "{n} parcels still wait here for you: tap your card or show your code, now or later.",
        left,
    )


def _goes(kind: str, place: str, _: Words) -> str:
    """Where a returned item goes, in as few words as stand beside its title."""
    said = {"stays": _("stays for the next reader"), "sorted": _("the next reader waits")}
    return _("to: {place}", place=short(place, PLACE_MAX)) if kind == "goes" else said.get(kind, "")


def _printed(screen: Goodbye, _: Words) -> str:
    """How the printing of the slip stands."""
    return _(PRINTING[screen.printing]) if screen.printing in PRINTING else ""


def _beside_the_code(screen: Goodbye, _: Words) -> str:
    scan = _("Scan this code to take the slip along on your phone.")
    said = _printed(screen, _)
    return f"{said}\n{scan}" if screen.printing in ("under_way", "done") else said or scan


def _listed(screen: Goodbye, _: Words) -> tuple[Row, ...]:
    """What was taken or returned, or what of it was not lent, and why. A code needs room, and names every title that
    was taken itself."""
    if screen.not_lent:
        said = tuple(_not_lent(one, _) for one in screen.not_lent)
        return said if len(said) <= NOT_LENT_MAX else (*said[: NOT_LENT_MAX - 1], *and_more(len(said) - 1, _))
    room = ROWS_MAX if not screen.slip else 3 if len(screen.titles) <= 3 else 2
    titles = titled(screen.titles, _) if screen.purpose == "dropoff" else screen.titles
    return rows(titles, _, True, room, tuple(_goes(*one, _) for one in screen.goes))


def _not_lent(one: NotLent, _: Words) -> Row:
    why = short(one.words, 2 * TITLE_MAX) or _(NOT_LENT[one.why])
    return Row(f"{short(one.title)}\n{why}", "", False)


def sorry(screen: Sorry, about: About, _: Words) -> View:
    reason = REASONS[screen.reason]
    reason = reason if about.doors else without_doors.REASONS.get(screen.reason, reason)
    title, line, picture = sorry_words(screen, reason, about, _)
    another = screen.reason in ("not_lent", "not_here_now", "stock_stuck")
    browse = _("Choose another one") if another else _("Borrow a book from here")
    offers = {"return": _("Return books"), "collect": _("Collect"), "browse": browse}
    then = tuple(Button(action, offers[action], main=n == 0) for n, action in enumerate(screen.then))
    finish = Button("finish", _("Done"), main=not then)
    ends = () if screen.reason == "store_trouble" else (finish,)  # no touch is heard there
    return View("Sorry", title, line, picture, "trouble", hushed=private(screen), buttons=(*then, *ends))
