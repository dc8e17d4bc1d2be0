"""Words of the search and of what somebody wants sent here."""

from kiosk.core.account_screens import Prove
from kiosk.core.search_screens import Found, FoundLine, Search, Stock, TitlePage, Wished
from kiosk.frontend import About
from ui.parts import TITLE_MAX, date_words, short
from ui.view import Button, Keypad, Row, Tone, View
from ui.words import N_, Words

LINE_MAX = 24  # so that each stands on one line
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NOTICES = {
    "unknown_number": N_("The library knows no book by this number. Check it, or scan the sticker."),
    "isbn_unsearched": N_("This library finds a book by the number on its own sticker, not by the printed ISBN."),
    "unreadable": N_("This code is not one of ours. Please show the library's sticker."),
    "away": N_("The library is out of reach just now; it cannot be asked. Please try again in a few minutes."),
    "full": N_("No more in one go. Please borrow these first."),
    "card_unread": N_("The card went away too soon. Lay it on the reader again and leave it there for a moment."),
}
LIBRARY = {
    "away": N_("The library is out of reach just now: only what lies here is found."),
    "silent": N_("The library did not answer: only what lies here is found. It can be asked again."),
    "no_search": N_("The library cannot be searched from here: only what lies here is found."),
}
NEAR = N_("Nothing is called exactly that. This is close to it.")
MORE = N_("There are more. Type on to find yours.")


def search(screen: Search, _: Words) -> View:
    title, line = _("What do you look for?"), _("Touch the first letters of its words or of its pinyin: ST for San Ti.")
    if screen.numbers:
        line = _("Type the number on the sticker of a book, or scan it. What lies here is found by its title too.")
    if screen.count:
        title = _count(screen.count, screen.more, _)
        line = _("Touch it, or type on.") if screen.count == 1 else _("Touch one, see all of them, or type on.")
    elif screen.ready and screen.library == "asking":
        title, line = _("Looking …"), _("We are asking the library.")
    elif screen.ready and not screen.numbers:
        title = _("Nothing found yet")
        line = _("Check the letters, type fewer of them, or scan the barcode of the book.")
    note = _(NOTICES[screen.notice]) if screen.notice else _(NEAR) if screen.near else ""
    if not note and screen.typed and screen.library in LIBRARY and not screen.numbers:
        note = _(LIBRARY[screen.library])
    here = (Row(_("See what lies here to borrow"), "", None, "browse"),) if screen.stock else ()
    return View(
        "Search",
        title,
        line,
        "search",
        rows=(*here, *(_row(one, _) for one in screen.first)),
        note=note,
        keypad=_pad(screen, _),
        cancel=Button("cancel", _("Back")),
    )


def _count(count: int, more: bool, _: Words) -> str:
    if more:
        return _("More than {n} titles found", n=count)
    return _.ngettext("One title found", "{n} titles found", count)


def _pad(screen: Search, _: Words) -> Keypad:
    letters = screen.pad == "letters"
    signs = LETTERS if letters else "1234567890"
    keys = tuple(Button("letter", sign, sign) for sign in signs)
    space = (Button("letter", _("Space"), " "),) if letters else ()
    other = Button("pad", "1 2 3" if letters else "A B C", aloud=_("Digits") if letters else _("Letters"))
    all_of_them = _("Show all") if screen.count > 1 else _("Look it up") if screen.numbers else _("Search")
    last = (other, Button("erase", _("Erase")), Button("enter", all_of_them, main=screen.ready, idle=not screen.ready))
    return Keypad(screen.typed, (*keys, *space, *last), 0, 9 if letters else 5, 13 if letters else 10)


def _row(line: FoundLine, _: Words) -> Row:
    title, author = short(line.title, LINE_MAX), short(line.author, LINE_MAX)
    words = f"{title}\n{author}" if author else title
    return Row(words, _state(line, _), None, "title", line.id, (line.title, line.author))


def _state(line: FoundLine, _: Words) -> str:
    """Where it is, in as few words as fit beside it."""
    if line.door:
        return _("here, door {door}", door=line.door)
    if line.waiting:
        return _.ngettext("one is waiting", "{n} are waiting", line.waiting)
    if line.free is None:
        return ""
    return _("free at the library") if line.free else _("all lent out")


def found(screen: Found, _: Words) -> View:
    count = len(screen.lines)
    title = _count(count, screen.more, _)
    line = _("Touch one to see where it is and have it sent here.")
    if screen.more:
        line += "\n" + _(MORE)
    if screen.near:
        title, line = _("Close to what you typed"), _(NEAR)
    note = _(LIBRARY[screen.library]) if screen.library in LIBRARY else ""
    picture, tone = "list", "calm"
    if not count:
        picture = "search"
        if screen.library == "asking":
            title, line = _("Looking …"), _("We are asking the library.")
        else:
            title, line = (
                _("Nothing found"),
                _("Check the letters, type fewer of them, or scan the barcode of the book."),
            )
    elif screen.library == "asking":
        note = _("We are asking the library for more.")
    return View(
        "Found",
        title,
        line,
        picture,  # type: ignore[arg-type]
        tone,  # type: ignore[arg-type]
        rows=tuple(_row(one, _) for one in screen.lines),
        note=note,
        buttons=(Button("enter", _("Ask again"), main=True),) if screen.library == "silent" else (),
        cancel=Button("cancel", _("Back")),
    )


def stock(screen: Stock, _: Words) -> View:
    """All covers; those of the page that is shown are drawn. The button keeps its place, whatever is chosen."""
    count, chosen, can = len(screen.lines), len(screen.chosen), screen.cards or screen.known
    title = _.ngettext("One book to borrow here", "{n} books to borrow here", count)
    line = _("Touch the ones you like; several, if you want.") if count > 1 else _("Touch it if you like it.")
    buttons: tuple[Button, ...] = (Button("borrow", _("Borrow"), idle=True),)
    if chosen:
        take = _.ngettext("Borrow this book", "Borrow these {n} books", chosen)
        title = _.ngettext("One book chosen", "{n} books chosen", chosen)
        line = _("Tap your card. Touch a cover again to unchoose it.")
        if screen.known:
            line = _("Touch '{words}'. Touch a book again to take it off.", words=take)
        buttons = (Button("borrow", take, main=True),)
    if not can:
        line, buttons = _("The card reader is out of order, so nothing can be borrowed for now."), ()
    if screen.notice:
        line = _(NOTICES[screen.notice])
    if not count:
        title, line = _("All of it is lent out just now"), _("Come back soon, or have a book sent here.")
        buttons = (Button("search", _("Find a book"), main=True),) if screen.search else ()
    return View(
        "Stock",
        title,
        line,
        "book",
        rows=tuple(_on_shelf(one, one.id in screen.chosen) for one in screen.lines),
        shelf=count > 0,
        buttons=buttons,
        cancel=Button("cancel", _("Back")),
    )


def _on_shelf(line: FoundLine, chosen: bool) -> Row:
    """Its cover; in the low layout its title and author."""
    words = "\n".join(filter(None, (short(line.title, LINE_MAX), short(line.author, LINE_MAX))))
    return Row(words, "", chosen, "title", line.id, (line.title, short(line.author)))


def title_page(screen: TitlePage, about: About, _: Words) -> View:
    line, ask = screen.line, tuple[Button, ...]()
    said = [line.author] if line.author else []
    if line.door:
        said.append(_("It lies here, behind door {door}.", door=line.door))
        if screen.known:
            said.append(_("Touch 'Borrow it', and the door opens."))
        elif screen.cards:
            said.append(_("Tap your card, and the door opens for you."))
        else:
            said.append(_("The card reader is out of order, so nothing can be borrowed for now."))
        if screen.known or screen.cards:
            more = (Button("choose", _("Choose others as well")),) if screen.others else ()
            ask = (Button("borrow", _("Borrow it"), main=True), *more)
    elif screen.gone:
        said.append(_("It cannot be had any more just now. Please go back and choose another one."))
    else:
        said += _elsewhere(screen, about, _)
        if screen.hold and screen.cards:
            ask = (Button("hold", _("Send it here"), main=True),)
    return View(
        "TitlePage",
        line.title,
        "\n".join(said),
        "book",
        cover=(line.title, short(line.author)),
        hushed=(line.title, line.author),
        note=_(NOTICES[screen.notice]) if screen.notice else "",
        buttons=ask,
        cancel=Button("cancel", _("Back")),
    )


def _elsewhere(screen: TitlePage, about: About, _: Words) -> list[str]:
    """What the library has of it, and how it comes here."""
    line = screen.line
    can = screen.hold and screen.cards  # what comes when, is said to who can ask for it
    said = _when(line.by, line.waiting if not line.free else 0, _) if can else []
    if line.free == 0 and can and not said:
        said.append(_("All copies are lent out just now; one comes when it is back."))
    elif line.free == 0 and not can:
        said.append(_("All copies are lent out just now."))
    if can:
        said.append(_("Tap your card, and it is sent here for you."))
    elif screen.hold:
        said.append(
            _("The card reader is out of order, so nothing can be sent for. Please call: {phone}", phone=about.phone)
        )
    elif screen.away:
        said.append(_("The library is out of reach just now: it can be sent for later."))
    else:
        said.append(_("Ask the library for it; this machine cannot."))
    return said


def prove(screen: Prove, about: About, _: Words) -> View:
    """A card is to be shown for the title that was chosen."""
    name = short(screen.title, 2 * TITLE_MAX)
    title = _("Tap your card to have it sent here")
    line = _("Lay your card on the reader and leave it there. Then “{title}” is noted for you.", title=name)
    if screen.want == "stock":
        title = _("Tap your card to borrow it")
        line = _("Lay your card on the reader and leave it there. Then the door with “{title}” opens.", title=name)
        if screen.count > 1:
            title = _("Tap your card to borrow these {n} books", n=screen.count)
            line = _("Lay your card on the reader and leave it there. Then their doors open, one after the other.")
    if not screen.cards:
        title = _("The card reader is out of order")
        line = _("The card reader is out of order, so nothing can be sent for. Please call: {phone}", phone=about.phone)
        if screen.want == "stock":
            line = _(
                "The card reader is out of order, so nothing can be borrowed. Please call: {phone}", phone=about.phone
            )
    return View(
        "Prove",
        title,
        line,
        "card" if screen.cards else "phone",
        hushed=(name,),
        note=_(NOTICES[screen.notice]) if screen.notice else "",
        cancel=Button("cancel", _("Back")),
    )


def _when(by: float, ahead: int | None, _: Words) -> list[str]:
    """When it can be here, as far as the library says."""
    if by:
        return [_("It can be here by {date}.", date=date_words(by, _.language))]
    if ahead:
        return [_.ngettext("One reader waits for it before you.", "{n} readers wait for it before you.", ahead)]
    return []


def wished(screen: Wished, about: About, _: Words) -> View:
    title, tone = _("Noted: it will be sent here"), "done"
    place = about.names.get(_.language) or about.point
    said = [_("“{title}” comes to: {place}.", title=short(screen.title), place=place)]
    other = Button("search", _("Look for something else"))
    mine = (Button("account", _("My account")),) if screen.account else ()
    buttons: tuple[Button, ...] = (Button("finish", _("Done"), main=True), other, *mine)
    match screen.outcome:
        case "placed":
            said += _when(screen.by, screen.ahead, _)
            said.append(_("The library sends you a message as soon as it lies behind a door."))
            said += [screen.words] if screen.words else []
        case "refused":
            title, tone = _("The library does not send it"), "trouble"
            why = _("The library says: {words}", words=screen.words) if screen.words else ""
            next_step = _("Look for something else, or call us: {phone}.", phone=about.phone)
            said = [_("Nothing has changed."), why, next_step]
            buttons = (Button("search", _("Look for something else"), main=True), *mine, Button("finish", _("Done")))
        case "away":
            title, tone = _("The library is out of reach just now"), "trouble"
            said = [
                _("Nothing was asked for, and nothing has changed."),
                _("Please try again in a few minutes, or call us: {phone}.", phone=about.phone),
            ]
            buttons = (Button("again", _("Try again"), main=True), Button("finish", _("Done")))
        case "unknown":
            title, tone = _("We do not know yet whether it is noted"), "wait"
            said = [
                _("The library has not said so, and does not show it yet."),
                _("Please do not ask for it again."),
                _("Look into your account later, or call us: {phone}.", phone=about.phone),
            ]
            buttons = (Button("finish", _("Done"), main=True), *mine)
    shown: Tone = tone  # type: ignore[assignment]
    picture = {"placed": "done", "refused": "ask", "away": "away", "unknown": "wait"}[screen.outcome]
    hushed = (short(screen.title), screen.words)
    return View("Wished", title, "\n".join(filter(None, said)), picture, shown, hushed=hushed, buttons=buttons)  # type: ignore[arg-type]
