"""Words of the first screen: nobody is being served. It promises only what this machine can do now."""

from kiosk.core.screens import Home
from kiosk.frontend import About
from ui import without_doors
from ui.view import Button, PictureName, View
from ui.words import Words


def home(screen: Home, about: About, _: Words) -> View:
    if not about.doors:
        return without_doors.home(screen, about, _)
    pick = _("Pick a book") if screen.borrow else _("Borrow")
    free = _.ngettext("One door free", "{n} doors free", screen.free_doors)
    title, line = _ways(screen, about, _)
    return View(
        screen="Home",
        title=title,
        line=line,
        picture=_picture(screen),
        note=_left_open(screen, _),
        foot=f"{free}  ·  " + _("Questions? Call {phone}", phone=about.phone),
        buttons=(
            Button("collect", _("Collect"), picture="collect"),
            Button("return", _("Return"), picture="return"),
            *((Button("browse", pick, picture="shelf"),) if screen.stock else ()),
            *((Button("borrow", _("Borrow"), picture="book"),) if screen.borrow else ()),
            Button("more", _("More"), extra=True),
        ),
    )


def _picture(screen: Home) -> PictureName:
    """Of what opens a door here now."""
    if not screen.lends or not (screen.cards or screen.codes):
        return "away"
    return "card" if screen.cards else "scan"


def _ways(screen: Home, about: About, _: Words) -> tuple[str, str]:
    """How a door is opened here, as title and line."""
    if not screen.lends:  # the library is away, and this is the first thing to know
        return _("Welcome"), away(screen, _)
    if screen.cards:
        title = _("Tap your card at any time")
        if screen.codes:
            return title, _("Your door opens by itself. You can also show a code, or choose on the screen.")
        return title, _("Your door opens by itself. You can also choose on the screen.")
    if screen.codes:
        return _("Welcome"), _("The card reader is out of order. Your code and your QR open the door as always.")
    resting = _(
        "The card reader is out of order, so nothing can be collected just now. What lies here for you is safe."
    )
    return _("Welcome"), resting + "\n" + _("Please come back later, or call us: {phone}.", phone=about.phone)


def _left_open(screen: Home, _: Words) -> str:
    afar = screen.opened_from_afar
    doors = tuple(door for door in screen.open_doors if door not in afar)
    opened = _.ngettext(
        "Door {doors} was opened by the library. Please push it shut.",
        "Doors {doors} were opened by the library. Please push them shut.",
        len(afar),
        doors=_.listed(afar),
    )
    seems = _.ngettext(
        "Door {doors} seems to be open. If it is, please push it shut.",
        "Doors {doors} seem to be open. If they are, please push them shut.",
        len(doors),
        doors=_.listed(doors),
    )
    return _.run_on(opened if afar else "", seems if doors else "")


def away(screen: Home, _: Words) -> str:
    """What goes on here while the library is out of reach."""
    collects = screen.lends and (screen.cards or screen.codes)
    match collects, screen.free_doors > 0:
        case True, True:
            return _("The library is out of reach just now. What lies here can be collected, and returning works.")
        case True, False:
            return _("The library is out of reach just now. What lies here can be collected. All doors are taken.")
        case False, True:
            return _("The library is out of reach just now. Returning works; collecting has to wait for it.")
    return _("The library is out of reach just now, and all doors are taken. Please come back later.")
