"""Words where there are no doors: nothing lies here to be collected, and nothing can be returned."""

from kiosk.core.screens import Home
from kiosk.frontend import About
from ui import sorry
from ui.sorry import Reason
from ui.view import Button, View
from ui.words import N_, Words


def _but(reason: str, **words: str) -> Reason:
    return sorry.REASONS[reason]._replace(**words)  # type: ignore[arg-type]


_LATER = N_("Please try again in a few minutes. Questions: {phone}.")
REASONS: dict[str, Reason] = {
    "card_unknown": _but(
        "card_unknown",
        meaning=N_("Nothing has changed. Your library may know you by another card."),
        next=N_("Try your library card or citizen card, or call us: {phone}."),
    ),
    "number_only": _but(
        "number_only",
        happened=N_("A printed number is no card"),
        meaning=N_("It is easily copied; nothing has changed."),
        next=N_("Please tap the card itself, or call us: {phone}."),
    ),
    "patron_blocked": _but("patron_blocked", meaning=N_("Nothing was booked to you.")),
    "patron_expired": _but("patron_expired", meaning=N_("Nothing was booked to you.")),
    "pin_wrong": _but("pin_wrong", meaning=N_("Nothing has changed.")),
    "activation_away": _but("activation_away", next=_LATER),
    "library_away": _but("library_away", meaning=N_("We cannot look you up. Nothing was booked to you."), next=_LATER),
    "away_enough": _but(
        "away_enough", meaning=N_("It is out of reach, and you have all that we may lend by ourselves."), next=_LATER
    ),
    "away_for_long": _but(
        "away_for_long",
        happened=N_("Borrowing has to wait for the library"),
        meaning=N_("It has been out of reach for too long. Nothing was booked to you."),
        next=_LATER,
    ),
    "store_trouble": _but(
        "store_trouble",
        meaning=N_("It cannot write anything down, so it lends nothing more. What it showed as lent before is lent."),
    ),
}


def home(screen: Home, about: About, _: Words) -> View:
    """The first screen."""
    title, line = _ways(screen, about, _)
    return View(
        screen="Home",
        title=title,
        line=line,
        picture="card" if screen.lends else "away",
        foot=_("Questions? Call {phone}", phone=about.phone),
        buttons=(
            *((Button("borrow", _("Borrow"), picture="book"),) if screen.borrow else ()),
            Button("more", _("More"), extra=True),
        ),
    )


def _ways(screen: Home, about: About, _: Words) -> tuple[str, str]:
    """How something is borrowed here, as title and line."""
    if not screen.lends:  # the library has been away for too long
        return _("Borrowing has to wait for the library"), _(_LATER, phone=about.phone)
    if not screen.cards:
        resting = _(
            "The card reader is out of order, so nothing can be borrowed. Please call: {phone}", phone=about.phone
        )
        return _("Welcome"), resting
    ready = _("Then scan your books or lay them on the pad. Books that come back go to the staff.")
    return _("Tap your card to borrow"), ready


def away(_: Words) -> str:
    """What goes on here while the library is out of reach."""
    return _("The library is out of reach just now. It books your loans as soon as it is back.")
