"""Words about the last scan, by the notice of the screen: what came of it and what to do now."""

from collections.abc import Mapping

from kiosk.core.counter_screens import Counter
from kiosk.core.screens import Return
from kiosk.core.staff_screens import Courier, Load
from ui.words import N_, Words

_GUIDE = {
    "nearer": N_("Hold the code a little nearer."),
    "farther": N_("Hold the code a little farther away."),
    "still": N_("Now hold it still for a moment."),
    "turn": N_("Turn it a little, so that no light falls on the code."),
}
_PAD = {
    "one_at_a_time": N_("Several things lie on the pad. One at a time, please."),
    "part_missing": N_("Part {part} of {parts} is missing. Please lay all parts on the pad together."),
    "foreign_tag": N_("Something on the pad is not from our library, or cannot be read. Please take it away."),
}
_NOT_OURS = N_("This code is not one of ours. Please show the library's sticker.")  # it was read, and means nothing
RETURN = (
    _GUIDE
    | _PAD
    | {
        "isbn_needs_card": N_(
            "Please tap your card, so that we know which copy this is. Or scan the library's sticker."
        ),
        "isbn_not_yours": N_("This book is not on your card. Please scan the library's sticker instead."),
        "isbn_several": N_("You have more than one copy of it. Please scan the library's sticker."),
        "isbn_offline": N_("The library is out of reach. Please scan the library's own sticker; that works now too."),
        "not_ours": N_("This code is not from our library. Look for our sticker, or keep this one."),
        "twice": N_("This one is on the list already."),
        "unreadable": _NOT_OURS,
        "full": N_("The list is full. Open the door for these first; the next ones after that."),
        "card_taken": N_("Your card is read. Now scan the book."),
        "card_unread": N_("The card could not be read. Hold it flat on the reader until it says so."),
        "pin_wrong": N_("This is not the PIN of this card. Returning needs none: scan the library's sticker."),
        "return_first": N_("Open the door for these first. Then show your code again."),
        "slip": N_("That is a slip. To return a book, scan the book itself."),
        "not_on_loan": N_("Nobody had this one on loan. Thank you for bringing it; we take it and look."),
        "larger_door": N_(
            "Nothing is returned yet. Touch 'Open the door' for a larger one, or take a book off the list."
        ),
        "card_unknown": N_("We do not know this card. Returning needs none: scan the library's sticker."),
        "card_offline": N_("Your card cannot be looked up just now. Returning needs none: scan the library's sticker."),
    }
)
COUNTER = (
    _GUIDE
    | _PAD
    | {
        "use_sticker": N_("Please show the library's own sticker, so that we know which book this is."),
        "unreadable": _NOT_OURS,
        "twice": RETURN["twice"],
        "full": N_("The list is full. Borrow these first; the next ones after that."),
        "not_ours": N_("This book is not from our library, so it cannot be borrowed here."),
        "slip": N_("That is a slip. To borrow a book, scan the book itself."),
        "set_aside": N_("This book is set aside for somebody. Please give it to the staff."),
    }
)
COURIER = (
    _GUIDE
    | _PAD
    | {
        "unknown_item": N_("This book is in no parcel for this place. Lay it aside and take it along again."),
        "already_here": N_("This parcel lies here already."),
        "recalled": N_("This parcel was called back. It goes into the bag that you take along."),
        "unreadable": _NOT_OURS,
        "no_room": N_("No free door is large enough. Please take this parcel along again."),
        "unseen": N_("Some doors do not answer just now. Please scan the parcel once more in a moment."),
        "too_large": N_("This parcel fits behind no door here. Take it along; the library knows."),
        "bag_taken": N_("The bag is handed over. The library knows."),
        "not_put_in": N_("Noted: the parcel was not put in. It stays with you."),
        "stuck": N_("The door did not open. The parcel stays with you."),
        "not_opened": N_("The door did not open. What lies behind it stays noted as before."),
        "finish_first": N_("Somebody is at work here. When they are done, please show it again."),
    }
)
LOAD = (
    _GUIDE
    | _PAD
    | {
        "finish_first": N_("Somebody is at work here. When they are done, please show it again."),
        "other_parcel": N_("This book belongs to another parcel. Please lay it aside for now."),
        "unknown_item": N_("This book belongs to no parcel for this place. Please lay it aside."),
        "twice": N_("This one is ticked already."),
        "unreadable": _NOT_OURS,
    }
)

DOOR = {
    "yours": N_("This is the book on the list. Take it, and push the door shut."),
    "use_sticker": N_("Please show the library's own sticker, so that we know which book this is."),
    "unreadable": _NOT_OURS,
    "door_first": N_("One thing after another: please push the door shut first, then show it again."),
}

NOTES = {
    "card_unread": RETURN["card_unread"],
    "own_card": N_("Your card has been read already; go on here."),
    "finish_first": N_("One thing after another: finish here first, then show it again."),
    "unheard": N_("Nothing can be written down just now, so that did not count. Please do it again in a moment."),
}

PRINTING = {
    "under_way": N_("Your slip is being printed."),
    "done": N_("Your slip is printed. Please take it."),
    "nothing": N_("No slip could be printed. The code says the same."),
    "again": N_("No slip could be printed. The code says the same."),
    "unknown": N_("The slip may not have come out whole. The code says the same."),
}

PAPER = {
    "near_end": N_("The printer's paper is near its end."),
    "out": N_("The printer has no paper. Please put in a new roll."),
    "cover_open": N_("The printer's cover is open. Please shut it."),
    "fault": N_("The printer reports a fault. Please look for a jam."),
}


def noted(table: Mapping[str, str], screen: Return | Courier | Load | Counter, _: Words) -> str:
    """The words of a screen's notice, "" when there is none."""
    part, parts = screen.lacks
    return _(table[screen.notice], part=part, parts=parts) if screen.notice else ""
