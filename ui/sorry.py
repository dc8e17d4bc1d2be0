"""Words for each reason of ``Sorry``: what happened, what it means for you, what to do next."""

from typing import NamedTuple

from kiosk.core.screens import Sorry
from kiosk.frontend import About
from ui.view import PictureName
from ui.words import N_, Words


class Reason(NamedTuple):
    happened: str
    meaning: str
    next: str
    picture: PictureName


ANOTHER = N_("Choose another one, or call us: {phone}.")
REASONS: dict[str, Reason] = {
    "card_unknown": Reason(
        N_("We do not know this card yet"),
        N_("Nothing was opened. Your library may know you by another card."),
        N_("Try your library card, show the QR, or call us: {phone}."),
        "card",
    ),
    "card_unread": Reason(
        N_("The card went away too soon"),
        N_("It could not be read; nothing has changed."),
        N_("Lay it on the reader again and leave it there for a moment."),
        "card",
    ),
    "card_two": Reason(
        N_("There are two cards on the reader"),
        N_("We cannot tell which one is meant; nothing has changed."),
        N_("Please take your card out of the wallet and lay it down alone."),
        "card",
    ),
    "card_unfit": Reason(
        N_("This card cannot be used here"),
        N_("It has no number that the library could know. Nothing has changed."),
        N_("Try your library card or citizen card, or call us: {phone}."),
        "card",
    ),
    "number_only": Reason(
        N_("A printed number opens no door"),
        N_("It is easily copied. Nothing has changed."),
        N_("Tap the card itself, show the QR or type the code; or call us: {phone}."),
        "card",
    ),
    "patron_blocked": Reason(
        N_("Please contact the library first"),
        N_("What lies here for you is safe. You can return books as always."),
        N_("Please call the library, it is quickly settled: {phone}."),
        "phone",
    ),
    "patron_expired": Reason(
        N_("Your library card has expired"),
        N_("What lies here for you is safe. You can return books as always."),
        N_("Renew it at the library, or call us: {phone}."),
        "card",
    ),
    "pin_wrong": Reason(
        N_("This is not the PIN of this card"),
        N_("Nothing was opened, and your books are safe."),
        N_("Ask the library for a new PIN, or call us: {phone}."),
        "card",
    ),
    "nothing_ready": Reason(
        N_("Nothing is waiting here for you yet"),
        N_("The library sends you a message as soon as your books are behind a door."),
        N_("Please come back then. If you have a message already, call us: {phone}."),
        "ask",
    ),
    "ready_elsewhere": Reason(
        N_("Your books are waiting at another place"),
        N_("They are safe and still yours."),
        N_("Please collect them there, or call us: {phone}."),
        "ask",
    ),
    "parcel_expired": Reason(
        N_("The time to collect is over"),
        N_("Your books are going back to the library. Nothing was booked to you."),
        N_("Ask for them again at any time, or call us: {phone}."),
        "parcel",
    ),
    "parcel_recalled": Reason(
        N_("The library has called these books back"),
        N_("Nothing was booked to you."),
        N_("Call us and we find you another copy: {phone}."),
        "parcel",
    ),
    "parcel_in_doubt": Reason(
        N_("We must look behind this door first"),
        N_("Your books are safe and still yours, and staff have been told."),
        N_("Please come back later, or call us: {phone}."),
        "parcel",
    ),
    "helper_not_now": Reason(
        N_("This cannot be handed out just now"),
        N_("The code is right. What you came for stays where it is, safe."),
        N_("Please ask the person who sent you; they find out here with their card, or from us: {phone}."),
        "parcel",
    ),
    "activation_refused": Reason(
        N_("This card cannot be made ready here"),
        N_("Nothing has changed, and nothing that you typed is kept here."),
        N_("Please ask the library, or call us: {phone}."),
        "card",
    ),
    "activation_over": Reason(
        N_("No more tries with this card today"),
        N_("Your card is as it was, and nothing that you typed is kept here."),
        N_("Please come back tomorrow, or call us: {phone}."),
        "card",
    ),
    "activation_away": Reason(
        N_("The library is out of reach just now"),
        N_("Your card is as it was, and nothing that you typed is kept here."),
        N_("Please try again in a few minutes. Returning books works now. Questions: {phone}."),
        "away",
    ),
    "activation_unknown": Reason(
        N_("The library has not said whether your card is ready"),
        N_("Nothing that you typed is kept here, and nothing happens twice."),
        N_("Tap your card again in a few minutes: if it is ready, it works. Or call us: {phone}."),
        "away",
    ),
    "not_lent": Reason(
        N_("The library does not lend you this one"),
        N_("No door was opened and nothing is booked to you."),
        ANOTHER,
        "book",
    ),
    "not_here_now": Reason(
        N_("It cannot be had any more"),
        N_("It has just been wanted elsewhere, or its door must be looked at first. Nothing is booked to you."),
        ANOTHER,
        "book",
    ),
    "stock_stuck": Reason(
        N_("The door did not open"),
        N_("Nothing is booked to you, and staff have been told."),
        ANOTHER,
        "book",
    ),
    "codes_closed": Reason(
        N_("Typing codes is closed here for today"),
        N_("Too many codes did not fit. Your books are safe."),
        N_("Tap your card or show the QR instead, or call us: {phone}."),
        "ask",
    ),
    "pass_forged": Reason(
        N_("This QR is not from our library"),
        N_("Nothing was opened."),
        N_("Show the QR in the library's own message, tap your card, or call us: {phone}."),
        "scan",
    ),
    "pass_expired": Reason(
        N_("This QR code has expired"),
        N_("Nothing was opened; what is yours is safe."),
        N_("Tap your card, ask for a new QR, or call us: {phone}."),
        "scan",
    ),
    "pass_elsewhere": Reason(
        N_("This QR belongs to another place"),
        N_("Your books are safe there."),
        N_("Look in the message for the name of the place, or call us: {phone}."),
        "scan",
    ),
    "pass_used": Reason(
        N_("This QR code has already been used"),
        N_("Its books have been collected."),
        N_("If that was not you or somebody you sent, call us at once: {phone}."),
        "scan",
    ),
    "code_used": Reason(
        N_("This code has already been used"),
        N_("Its books have been collected."),
        N_("If that was not you or somebody you sent, call us at once: {phone}."),
        "ask",
    ),
    "code_unreadable": Reason(
        N_("This code means nothing here"),
        N_("Nothing has changed."),
        N_("Show the library's sticker, or the QR in the library's message; or call us: {phone}."),
        "scan",
    ),
    "library_away": Reason(
        N_("The library is out of reach just now"),
        N_("We cannot look you up. What lies here for you is safe."),
        N_("Please try again in a few minutes. Returning books works now. Questions: {phone}."),
        "away",
    ),
    "away_enough": Reason(
        N_("More when the library is back"),
        N_("It is out of reach, and you have all that we may hand out by ourselves. The rest stays here, safe."),
        N_("Please come again later. Returning books works now. Questions: {phone}."),
        "away",
    ),
    "away_for_long": Reason(
        N_("Collecting has to wait for the library"),
        N_("It has been out of reach for too long. What lies here for you stays yours, and safe."),
        N_("Please come again later. Returning books works now. Questions: {phone}."),
        "away",
    ),
    "cabinet_full": Reason(
        N_("All doors are taken"),
        N_("Your books are still with you and on your card, as before."),
        N_("Please come back later or use another place. Questions: {phone}."),
        "full",
    ),
    "no_larger_door": Reason(
        N_("No larger door is free"),
        N_("Nothing is returned: your books are still with you and on your card, as before."),
        N_("Please return fewer at a time, or bring them to the library. Questions: {phone}."),
        "full",
    ),
    "door_stuck": Reason(
        N_("The door did not open"),
        N_("What lies behind it is safe and still yours, and staff have been told."),
        N_("Please call us and we open it for you: {phone}."),
        "phone",
    ),
    "return_stuck": Reason(
        N_("The door did not open"),
        N_("Your books are still with you, and still on your card."),
        N_("Staff have been told. Return them by another door or at another time, or call us: {phone}."),
        "return",
    ),
    "door_unreachable": Reason(
        N_("The doors do not answer just now"),
        N_("Nothing was opened and nothing was booked. What is yours is safe."),
        N_("Please try again in a few minutes, or call us: {phone}."),
        "away",
    ),
    "out_of_reach": Reason(
        N_("We have told the library that you cannot reach that door"),
        N_("Your books are safe and still yours. They will lie behind a door that you can reach."),
        N_("If somebody is with you, tap your card again and let them take the books out; or call us: {phone}."),
        "phone",
    ),
    "no_door_in_reach": Reason(
        N_("We have told the library that you cannot reach that door"),
        N_("Your books are safe and still yours. No other door is free here that you can reach."),
        N_("If somebody is with you, tap your card again and let them take the books out; or call us: {phone}."),
        "phone",
    ),
    "returns_to_staff": Reason(
        N_("Books that come back go to the staff"),
        N_("Nothing has changed: what you have borrowed is still on your card."),
        N_("Please hand it to the staff. To borrow it, tap your card first. Questions: {phone}."),
        "return",
    ),
    "store_trouble": Reason(
        N_("This machine must rest for a moment"),
        N_("It cannot write anything down, so it opens no door. What is yours is safe."),
        N_("Please come back later, or call us: {phone}."),
        "away",
    ),
}


_PLACES = {  # these name other places
    "ready_elsewhere": N_("There: {places}."),
    "cabinet_full": N_("There is room at: {places}."),
    "no_larger_door": N_("There is room at: {places}."),
    "door_unreachable": N_("There is room at: {places}."),
    "no_door_in_reach": N_("There is room at: {places}."),
}


WITHOUT_CODES = {  # what to do next where the library hands out no codes and no QRs
    "code_unreadable": N_("Show the library's sticker, or call us: {phone}."),
    "pass_forged": N_("Tap the card itself, or call us: {phone}."),
    "card_unknown": N_("Try your library card, or call us: {phone}."),
    "number_only": N_("Tap the card itself, or call us: {phone}."),
}


def private(screen: Sorry) -> tuple[str, ...]:
    """What is not read aloud to the hall: the library's own words."""
    return (screen.detail,)


def sorry_words(screen: Sorry, reason: Reason, about: About, _: Words) -> tuple[str, str, PictureName]:
    """Title, line (meaning, the library's own words if any, next step; a line each) and picture."""
    lines = [_(reason.meaning)]
    if screen.places:
        lines.append(_(_PLACES[screen.reason], places=_.listed(screen.places)))
    elif screen.detail:
        lines.append(_("The library says: {detail}", detail=screen.detail))
    if reason.next == ANOTHER and "browse" not in screen.then:  # nothing is left to choose
        reason = reason._replace(next=REASONS["store_trouble"].next)
    following = reason.next if about.codes else WITHOUT_CODES.get(screen.reason, reason.next)
    lines.append(_(following, phone=about.phone))
    return _(reason.happened), "\n".join(lines), reason.picture
