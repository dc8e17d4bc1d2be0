"""Words of the menu and of a reader's account."""

from datetime import datetime

from kiosk.core.account_screens import (
    Account,
    Fines,
    HoldLine,
    Holds,
    LoanLine,
    Loans,
    More,
    OneHold,
    Permission,
    Prove,
)
from kiosk.frontend import About
from ui.parts import TITLE_MAX, cancel, short
from ui.view import Button, Row, View
from ui.words import N_, Words

NOTICES = {
    "nothing_ready": N_("Nothing is waiting here for you yet. Here is what you have at the library."),
    "parcel_expired": N_("The time to collect is over, and your books are going back. Here is what you have."),
    "parcel_recalled": N_("The library has called back what lay here for you. Here is what you have."),
    "ready_elsewhere": N_("Your books are waiting at another place: {places}."),
    "away": N_("The library is out of reach just now; nothing has changed. Please try again in a few minutes."),
    "unknown": N_("The library has not said whether it is done. Look at what it shows now before you try again."),
    "refused": N_("Not done; nothing has changed. The library says: {words}"),
    "all_renewed": N_("All is renewed."),
    "some_renewed": N_("Not all could be renewed. What the library says stands beside each book."),
    "longer": N_("Done: it waits for you longer."),
    "cancelled": N_("Done: it is off your list."),
    "taken_back": N_("Done: the code opens nothing any more. It waits for you alone."),
}
_SILENT = N_("Not done; nothing has changed. Please ask the library.")


def more(screen: More, _: Words) -> View:
    account = (Button("account", _("My account"), picture="person"),) if screen.account else ()
    search = (Button("search", _("Find a book"), picture="search"),) if screen.search else ()
    return View(
        "More",
        _("What would you like to do?"),
        _("Loans, holds and fees need your card.") if account else _("Touch what you want to see."),
        "more",
        buttons=(*search, *account, Button("how", _("How it works"), picture="ask")),
        cancel=_back(_),
    )


def how(about: About, _: Words) -> View:
    steps = (
        _("1  Tap your card, and leave it on the reader for a moment."),
        _("2  Scan your books or lay them on the pad, and touch Borrow."),
        _("3  Bring them back to the staff of the library."),
    )
    if about.doors:
        steps = (
            _("1  Order a book at the library, and choose this place."),
            _("2  When your message comes, tap your card here. A door opens by itself."),
            _("3  To return, show the book's barcode and put it behind the door that opens."),
        )
    title, line = _("How it works"), _("Questions? Call {phone}", phone=about.phone)
    return View("How", title, line, "phone", rows=tuple(Row(step) for step in steps), cancel=_back(_))


def prove(screen: Prove, about: About, _: Words) -> View:
    if not screen.cards:
        line = _(
            "The card reader is out of order, so your account cannot be opened. Please call: {phone}", phone=about.phone
        )
        if screen.want == "checkout":
            line = _(
                "The card reader is out of order, so nothing can be borrowed. Please call: {phone}", phone=about.phone
            )
        return View("Prove", _("The card reader is out of order"), line, "phone", cancel=cancel(_))
    line = _("Lay your card on the reader and leave it there. Then you see what you have at the library.")
    if screen.want == "checkout":
        line = _("Then scan your books or lay them on the pad. Leave the card on the reader for a moment.")
    return View("Prove", _("Tap your card"), line, "card", cancel=cancel(_))


def account(screen: Account, about: About, _: Words) -> View:
    doors = _.listed(screen.here)
    lines: list[str] = []
    if doors:
        lines.append(
            _.ngettext(
                "Door {doors}: something waits for you.",
                "Doors {doors}: something waits for you.",
                len(screen.here),
                doors=doors,
            )
        )
    if not screen.known:
        lines.append(
            _("Loans, holds and fees can be seen when the library is back. Returning works now.")
            if about.doors
            else _("Loans, holds and fees can be seen when the library is back.")
        )
    elif not screen.whole:
        lines.append(_("There is more than can be shown here."))
    collect = (Button("collect", _("Collect now"), main=True),) if doors else ()
    borrow = (Button("borrow", _("Borrow")),) if screen.borrow else ()
    rows: list[Row] = []
    if screen.known:
        late = _.ngettext("one late", "{n} late", screen.late) if screen.late else ""
        rows.append(_to("loans", _("On loan"), screen.loans, late, _))
        rows.append(_to("holds", _("Holds"), screen.holds, "", _))
        owed = _money(screen.owed, screen.currency, _)
        rows.append(Row(_("Fees"), owed, None, "fines", "") if owed else _to("fines", _("Fees"), screen.fines, "", _))
    elif screen.here:
        rows.append(Row(_("What lies here"), doors, None, "holds", ""))
    touched = any(row.action for row in rows)
    lines = lines or [_("Touch a line to see more.") if touched else _("Nothing is on loan, and nothing waits.")]
    return View(
        "Account",
        _("Your account"),
        "\n".join(lines),
        "person",
        rows=tuple(rows),
        hushed=_private(screen.notice, screen.words),
        note=_note(screen.notice, screen.words, _, screen.places),
        buttons=(*collect, *((Button("browse", _("Borrow a book from here")),) if screen.stock else ()), *borrow),
        cancel=Button("cancel", _("Done")),
    )


def _to(action: str, words: str, count: int, also: str, _: Words) -> Row:
    aside = " · ".join(filter(None, (_.ngettext("one", "{n}", count) if count else _("none"), also)))
    return Row(words, aside, None, action if count else "", "")


def loans(screen: Loans, _: Words) -> View:
    late = sum(line.late for line in screen.lines)
    how = (
        _("Touch a book to renew it.") if screen.renew else "" if screen.renew_all else _("Renew them at the library.")
    )
    return View(
        "Loans",
        _.ngettext("One book on loan", "{n} books on loan", len(screen.lines)),
        "\n".join(filter(None, (_.ngettext("One is late.", "{n} are late.", late) if late else "", how))),
        "book",
        rows=tuple(_loan(line, screen.renew, _) for line in screen.lines),
        hushed=_private(screen.notice, screen.words),
        note=_note(screen.notice, screen.words, _),
        buttons=(Button("renew_all", _("Renew all"), main=True),) if screen.renew_all else (),
        cancel=_back(_),
    )


def _loan(line: LoanLine, renew: bool, _: Words) -> Row:
    day = _day(line.due, _)
    title = short(line.title)
    if line.said == "refused":
        why = short(line.words, 2 * TITLE_MAX) or _("not renewed; please ask the library")
        return Row(f"{title}\n{why}", day, False)
    words = f"{title}\n" + _("late, please bring it back") if line.late else title
    done = True if line.said == "renewed" else None
    return Row(words, day, done, "renew" if renew and not done else "", line.id)


def holds(screen: Holds, _: Words) -> View:
    return View(
        "Holds",
        _.ngettext("One hold", "{n} holds", len(screen.lines)),
        _("Touch one to collect it, change it or cancel it."),
        "list",
        rows=tuple(Row(short(line.title), _where(line, _), None, "hold", line.id) for line in screen.lines),
        hushed=_private(screen.notice, screen.words),
        note=_note(screen.notice, screen.words, _),
        cancel=_back(_),
    )


def one_hold(screen: OneHold, _: Words) -> View:
    line, day = screen.line, _day(screen.line.until, _)
    if screen.sure:
        return View(
            "OneHold",
            _("Cancel the hold on “{title}”?", title=short(line.title, 2 * TITLE_MAX)),
            _("It is then off your list, and another reader may have it. This cannot be taken back here."),
            "ask",
            "wait",
            hushed=(short(line.title, 2 * TITLE_MAX),),
            buttons=(Button("no", _("No, keep it"), main=True), Button("yes", _("Yes, cancel it"))),
            cancel=_back(_),
        )
    said = [_where(line, _)]
    if line.state != "here" and line.place:
        said.append(_("To be collected at: {place}", place=line.place))
    if line.state in ("here", "elsewhere") and day and not line.helper_until:
        said.append(_("It waits until {date}.", date=day))
    if line.helper_until:
        said.append(
            _("Somebody else may fetch it with your code until {moment}.", moment=_moment(line.helper_until, _))
        )
    offers = {
        "collect": Button("collect", _("Collect now"), main=True),
        "permit": Button("permit", _("Let somebody else fetch it")),
        "take_back": Button("take_back", _("Take the code back")),
        "longer": Button("longer", _("Ask for more time")),
        "cancel_hold": Button("cancel_hold", _("I do not want it any more")),
    }
    return View(
        "OneHold",
        line.title,
        "\n".join(said),
        "parcel" if line.state == "here" else "list",
        hushed=(line.title, *_private(screen.notice, screen.words)),
        note=_note(screen.notice, screen.words, _),
        buttons=tuple(offers[action] for action in screen.may),
        cancel=_back(_),
    )


def permission(screen: Permission, about: About, _: Words) -> View:
    code, until = f"{screen.code[:4]} {screen.code[4:]}", _moment(screen.until, _)
    title, place = short(screen.title), about.names.get(_.language) or about.point
    who = _("Whoever types this code here may fetch “{title}” once, until {moment}.", title=title, moment=until)
    note = _("Pickup code {code}\n{place}, until {moment}", code=code, place=place, moment=until)
    return View(
        "Permission",
        _("The code: {code}", code=code),
        who + "\n" + _("The loan is yours. The code is shown only now; you can take it back here at any time."),
        "parcel",
        hushed=(code, title),
        code=note + "\n" + _("At the machine: touch Collect, type the code, take what lies behind the door."),
        code_words=_("Scan this to send the code on, or write it down."),
        cancel=Button("cancel", _("Done")),
    )


def fines(screen: Fines, about: About, _: Words) -> View:
    total = _money(screen.owed, screen.currency, _)
    return View(
        "Fines",
        _("Fees: {total}", total=total) if total else _("Fees"),
        _("So the library states it. Pay at the library, or call: {phone}", phone=about.phone),
        "list",
        hushed=(total,),
        rows=tuple(
            Row(short(what, 2 * TITLE_MAX) or _("Fee"), _money(amount, screen.currency, _))
            for amount, what in screen.lines
        ),
        cancel=_back(_),
    )


def _back(_: Words) -> Button:
    return Button("cancel", _("Back"))


def _where(line: HoldLine, _: Words) -> str:
    match line.state:
        case "here" if line.door:
            return _("here, door {door}", door=line.door)
        case "here":
            return _("here")
        case "elsewhere":
            return _("ready: {place}", place=line.place) if line.place else _("ready")
        case "coming":
            return _("on its way")
    if line.ahead is None:
        return _("waiting")
    if line.ahead == 0:
        return _("next in line")
    return _.ngettext("waiting, one before you", "waiting, {n} before you", line.ahead)


def _private(notice: str, words: str) -> tuple[str, ...]:
    """The library's reasons are nobody else's business."""
    return (words,) if notice == "refused" else ()


def _note(notice: str, words: str, _: Words, places: tuple[str, ...] = ()) -> str:
    if notice == "refused" and not words:
        return _(_SILENT)
    return _(NOTICES[notice], words=words, places=_.listed(places)) if notice else ""


def _money(amount: str, currency: str, _: Words) -> str:
    """The library's own text; only the yuan is called as people call it."""
    if not amount or not currency:
        return amount
    return f"{amount} 元" if _.language == "zh" and currency == "CNY" else f"{currency} {amount}"


def _moment(moment: float, _: Words) -> str:
    return f"{_day(moment, _)} {datetime.fromtimestamp(moment):%H:%M}"


def _day(moment: float, _: Words) -> str:
    if not moment:
        return ""
    from babel.dates import format_skeleton  # here: starting should not wait for it

    return str(format_skeleton("MMMd", datetime.fromtimestamp(moment), locale=_.language))
