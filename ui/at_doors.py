"""Words of the screens that stand while a door opens, is open, or did not open; for readers and staff alike."""

from typing import assert_never

from kiosk.core.screens import DoorOpen, DoorStuck, DoorView, LockRests, Opening, Purpose
from kiosk.frontend import About
from ui import fetching
from ui.notices import DOOR
from ui.parts import cancel, rows, titled
from ui.view import Button, Tone, View
from ui.words import Words


def opening(screen: Opening, doors: tuple[DoorView, ...], _: Words) -> View:
    which = _which(screen.n, screen.of, _)
    return View(
        "Opening",
        _("Door {door} is opening", door=screen.compartment),
        which + _("Look for the lit door in the picture."),
        "cabinet",
        door=screen.compartment,
        heard=which + _where(screen.compartment, doors, _),
    )


def _where(name: str, doors: tuple[DoorView, ...], _: Words) -> str:
    """Where this door is, for hands."""
    door = next((one for one in doors if one.name == name), None)
    if door is None:
        return ""
    column = len({one.column for one in doors if one.column <= door.column})
    above = [one for one in doors if one.row < door.row and one.column <= door.column < one.column + one.width]
    return _("Column {column} from the left, door {row} from the top.", column=column, row=len(above) + 1)


def door_open(screen: DoorOpen, _: Words) -> View:
    door = screen.compartment
    buttons: tuple[Button, ...] = ()
    match screen.purpose:
        case "pickup" | "borrow":
            title = _("Door {door} is open. Take your books.", door=door)
            buttons = fetching.remarks(screen, _)
        case "dropoff":
            title = _("Door {door} is open. Put your books in.", door=door)
            buttons = (Button("nothing_in", _("I put nothing in")), Button("does_not_fit", _("It does not fit")))
        case "stocking":
            title = _("Door {door} is open. Put the parcel in.", door=door)
            buttons = (Button("does_not_fit", _("It does not fit")), Button("cancel", _("I keep the parcel")))
        case "clearing":
            title = _("Door {door} is open. Take everything out.", door=door)
            buttons = (Button("cancel", _("I leave it here")),)
        case "check":
            title = _("Door {door} is open. Please look inside.", door=door)
        case _ as never:
            assert_never(never)
    line = _which(screen.n, screen.of, _) + _("Then push the door shut until it clicks.")
    tone: Tone = "done"
    if screen.said:
        title = _("Please push door {door} shut", door=door)
        line, buttons = _heard(screen, _), _undo(screen, _)
    if screen.left:
        tone = "wait"
        title = _("Please push door {door} shut", door=door)
        line = _("It has stood open for a while. We are done as soon as it clicks.")
    note = _(DOOR[screen.notice]) if screen.notice else ""
    listed = rows(titled(screen.titles, _) if screen.purpose == "dropoff" else screen.titles, _)
    return View("DoorOpen", title, line, "cabinet", tone, door=door, rows=listed, note=note, buttons=buttons)


def _heard(screen: DoorOpen, _: Words) -> str:
    """What follows from what the person has just said of this door."""
    if screen.purpose == "pickup" or screen.purpose == "borrow" or screen.said == "missing":
        return fetching.heard(screen, _)
    match screen.purpose:
        case "stocking":
            return _("Take the parcel with you; the next door opens, or you choose what to do.")
        case "dropoff" if screen.said == "small":
            return _("Take your books out again. A larger door comes next; nothing is returned yet.")
        case "dropoff":
            return _("Nothing is returned. Your books are still with you.")
        case "clearing" | "check":
            return _("What lies behind it stays noted as before.")
        case _ as never:
            assert_never(never)


def _undo(screen: DoorOpen, _: Words) -> tuple[Button, ...]:
    """People slip."""
    match screen.purpose:
        case "dropoff":
            return (Button("undo", _("I put them in after all")),)
        case "stocking":
            return (Button("undo", _("I put the parcel in after all")),)
        case "clearing":
            return (Button("undo", _("I take everything out after all")),)
    return fetching.undo(screen, _)


def lock_rests(screen: LockRests, _: Words) -> View:
    door = screen.compartment
    again = (Button("again", _("Try again"), main=True),) if screen.ready else ()
    other = (Button("other_door", _("Use another door"), main=not again),) if screen.other_door else ()
    following = (_next_door(_),) if screen.more else ()
    if screen.ready:
        title, then = _("Door {door} can be opened now", door=door), _("Touch 'Try again'.")
    else:
        title = _("The lock of door {door} must rest", door=door)
        then = _("It was opened very often just now. Please wait for about {n} seconds.", n=screen.about_s)
    return View(
        "LockRests",
        title,
        f"{_safe(screen.purpose, _)}\n{then}",
        "cabinet",
        "calm" if screen.ready else "wait",
        door=door,
        buttons=(*again, *other, *following),
        cancel=cancel(_),
        more="" if screen.ready else _("until you can try again"),
    )


def _safe(purpose: Purpose, _: Words) -> str:
    """What a door that did not open means for what matters."""
    match purpose:
        case "pickup":
            return _("Your books are safe and still yours.")
        case "borrow":
            return _("Nothing is booked to you; the book stays here.")
        case "dropoff":
            return _("Your books are still with you, and still on your card.")
        case "stocking":
            return _("The parcel is still with you; nothing was noted.")
        case "clearing" | "check":
            return _("What lies behind it stays noted as before.")
        case _ as never:
            assert_never(never)


def door_stuck(screen: DoorStuck, about: About, _: Words) -> View:
    again = (Button("again", _("Try again"), main=True),) if screen.tries_left else ()
    other = (Button("other_door", _("Use another door"), main=not again),) if screen.other_door else ()
    following = (_next_door(_, main=not again),) if screen.more else ()
    if again:
        then = _("Press lightly against the door, then touch 'Try again'; or call us: {phone}.", phone=about.phone)
    elif other:
        then = _("Take another door; staff will look after this one.")
    elif following:
        then = _("Go on with the next door; staff will look after this one.")
    else:
        then = _("Staff have been told. Touch 'Help', or call us: {phone}.", phone=about.phone)
    return View(
        "DoorStuck",
        _("Door {door} did not open", door=screen.compartment),
        f"{_safe(screen.purpose, _)}\n{then}",
        "cabinet",
        "trouble",
        door=screen.compartment,
        buttons=(*again, *other, *following, Button("help", _("Help"))),
        cancel=cancel(_),
    )


def _next_door(_: Words, main: bool = False) -> Button:
    return Button("next", _("Go on with the next door"), main=main)


def _which(n: int, of: int, _: Words) -> str:
    return _("Door {n} of {of} for you.", n=n, of=of) + "\n" if of > 1 else ""
