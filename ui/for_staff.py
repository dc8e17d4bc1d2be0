"""Words of the screens only a courier sees: the visit, a parcel being scanned, a question after a jam."""

from dataclasses import replace
from datetime import datetime

from kiosk.core.staff_screens import Courier, Inside, Load, Settle
from ui.for_rounds import found, ticked
from ui.notices import COURIER, LOAD, PAPER, noted
from ui.parts import cancel, rows, titled
from ui.view import Button, Row, View
from ui.words import N_, Words

YES, NO = N_("Yes, it is inside"), N_("No, it is not inside")
CHECKS_MAX = 2  # doors to look into are offered a few at a time


def courier(screen: Courier, _: Words) -> View:
    parcels = tuple(
        Row(parcel, _.ngettext("one book · {size}", "{n} books · {size}", items, size=size))
        for parcel, items, size in screen.parcels
    )
    every = screen.loaded + len(screen.parcels)
    clear = _.ngettext("Clear one door", "Clear {n} doors", screen.to_clear)
    doors = dict.fromkeys((*((screen.where,) if screen.where and screen.looks else ()), *screen.to_check))
    checks = tuple(
        Button("check", _("Look into door {door}", door=door), value=door) for door in tuple(doors)[:CHECKS_MAX]
    )
    bag = _("Hand over bag {seal}", seal=screen.seal) if screen.seal else _("Seal the bag ({n})", n=screen.bag)
    return View(
        "Courier",
        _.ngettext("One parcel to load", "{n} parcels to load", len(screen.parcels))
        if screen.parcels
        else _("No parcels to load"),
        (_("Scan any book of a parcel.") if screen.parcels else _("You can finish, or see to the doors."))
        + "\n"
        + (_("{loaded} of {all} loaded", loaded=screen.loaded, all=every) + "  ·  " if every else "")
        + _.ngettext("one door free", "{n} doors free", screen.free_doors)
        + (f"\n{_(PAPER[screen.paper])}" if screen.paper in PAPER else "")
        + (
            "\n" + _("Have these doors looked at: {doors}", doors=_.listed(screen.wearing[:4]))
            if screen.wearing
            else ""
        ),
        "parcel",
        rows=parcels,
        note=_note(screen, _),
        buttons=(
            Button("finish", _("I am done"), main=True),
            *((Button("clear", clear),) if screen.to_clear else ()),
            *((Button("bag", bag),) if screen.bag else ()),
            *((Button("move", _("Move a parcel lower"), value=screen.to_move[0]),) if screen.to_move else ()),
            *((Button("desk", _("More")),) if screen.desk else ()),
            *checks,
            *(
                (Button("cases", _.ngettext("One case to settle", "{n} cases to settle", screen.cases)),)
                if screen.cases
                else ()
            ),
        ),
    )


def _note(screen: Courier, _: Words) -> str:
    """What came of the last scan, and what to do now; without one, why doors must be cleared."""
    match screen.notice:
        case "already_here" | "recalled" if screen.where:
            lies = _("This parcel lies behind door {door}.", door=screen.where)
            return _.run_on(lies, _("If it is in your hand, look into that door.") if screen.looks else "")
        case "no_room":
            return _.run_on(_("No free door is large enough."), _make_room(screen, _))
        case "":
            expired, recalled, returned = screen.clear_why
            if not screen.to_clear:
                return ""
            return _(
                "To clear: {expired} expired, {recalled} called back, {returned} returned.",
                expired=expired,
                recalled=recalled,
                returned=returned,
            )
    return noted(COURIER, screen, _)


def _make_room(screen: Courier, _: Words) -> str:
    if screen.to_clear:
        return _.ngettext("Clear one door first.", "Clear {n} doors first.", screen.to_clear)
    if screen.neighbours:
        return _("There is room at: {places}.", places=_.listed(screen.neighbours))
    return _("Please take this parcel along again.")


_TOLD = {
    "parcel_ready": N_("A parcel was put in here."),
    "parcel_collected": N_("A reader took a parcel: lent."),
    "parcel_missing": N_("A parcel was not behind its door."),
    "parcel_removed": N_("A parcel was taken out."),
    "item_dropped": N_("A book was put in: returned."),
    "drop_missing": N_("A returned book was not behind its door."),
    "device_lost": N_("A device has not answered for long."),
    "door_unseen": N_("A door could not be seen for long."),
    "loan_in_doubt": N_("A reader said that books stay here, when their loan was booked already."),
    "item_lent": N_("A reader took a book from the counter: lent."),
    "items_cleared": N_("Returned books were taken out."),
    "hold_extended": N_("A parcel was given more time, because this machine was down or its door could not be opened."),
    "left_out": N_("There were more cases than this list holds."),
    "forgotten": N_("Events so long ago that this machine has forgotten what it told of them."),
}
_OTHER = N_("Something else was reported.")


def settle(screen: Settle, _: Words) -> View:
    """What the machine saw, what the library says to it, and what people have done about it."""
    about = _("({things})", things=_.listed(screen.things)) if screen.things else ""
    saw = _.run_on(_(_TOLD.get(screen.kind, _OTHER)), about)
    said = screen.words or (
        _("It refused it.") if screen.status == "rejected" else _("It does not fit what is booked.")
    )
    if screen.status == "forgotten":
        said = _("It was put back to an old backup and has lost events {numbers}. The journal has them.", numbers=said)
    says = _("The library says: {said}", said=said)
    if screen.status == "left_out":
        says = _("The oldest are off it: {n}. The journal has them.", n=screen.words)
    at = datetime.fromtimestamp(screen.at).strftime("%m-%d %H:%M")
    buttons = (
        Button("by_hand", _("Put right at the library"), screen.id, main=True),
        Button("nothing", _("Nothing to put right"), screen.id),
        *((Button("later", _("Later, the next one")),) if screen.of > 1 else ()),
    )
    return View(
        "Settle",
        _("Case {n} of {all}", n=screen.n, all=screen.of),
        _("Seen here on {at}: {saw}", at=at, saw=saw) + "\n" + says,
        "ask",
        hushed=() if screen.status in ("forgotten", "left_out") else (screen.words,),
        buttons=buttons,
        cancel=cancel(_),
    )


def load(screen: Load, _: Words) -> View:
    done = sum(scanned for _title, scanned in screen.titles)
    wanted = sorted(screen.titles, key=lambda title: title[1])  # what is still missing stays in sight
    books = tuple(Row(title, done=scanned) for title, scanned in wanted)
    return View(
        "Load",
        _("Scan each book of this parcel"),
        _("Parcel {parcel}: {done} of {all} scanned.", parcel=screen.parcel, done=done, all=len(screen.titles)),
        "scan",
        rows=books,
        note=noted(LOAD, screen, _),
        cancel=cancel(_),
    )


def inside(screen: Inside, _: Words) -> View:
    door = screen.compartment
    yes, no = Button("yes", _(YES)), Button("no", _(NO))
    didnt = Button("cancel", _("The door did not open"))
    line, title = "", _("Please push door {door} shut", door=door)
    # Both stay where they are, whatever was said: the second of two quick taps says the same again.
    either, neither = (replace(yes, main=True), no), (yes, replace(no, main=True))
    buttons: tuple[Button, ...] = ()
    absent = [thing for thing in screen.things if not thing.there]
    match screen.said:
        case "yes":
            line, buttons = _("Your answer: {answer}", answer=_(YES)), either
        case "no":
            line, buttons = _("Your answer: {answer}", answer=_(NO)), neither
        case _ if absent:
            line, buttons = _("Your answer: {answer}", answer=_("what is not ticked is missing")), (yes,)
            if screen.unsensed:  # nobody sees the door being shut: their word is what ends it
                rest = _("The others are inside") if len(absent) < len(screen.things) else _(NO)
                line += "\n" + _("Push the door shut, then touch '{words}'.", words=rest)
                buttons = (replace(yes, words=rest, main=True), didnt)
        case _ if screen.unsensed:
            title = (
                _("Is this behind door {door}?", door=door) if screen.titles else _("Is door {door} empty?", door=door)
            )
            line = _("Its sensor says open all the time. Look, push the door shut, then answer.")
            buttons = either if screen.titles else (replace(yes, words=_("It is empty"), main=True),)
            buttons = (*buttons, didnt)
        case _ if not screen.titles:
            line = _("It should be empty.")
        case _:
            title = _("Is this behind door {door}?", door=door)
            line = _("Please look, then answer. Scan what should not be there.")
            buttons = either
            if len(screen.things) > 1:
                line = _.run_on(line, _("Touch what is not there."))
    if screen.n < screen.of:
        buttons = (*buttons, Button("pause", _("This is the last one")))
        line = _("Door {n} of {of}.", n=screen.n, of=screen.of) + "\n" + line
    nothing, one = screen.said == "no", len(screen.things) <= 1
    books = rows(titled(screen.titles, _), _) if one else ticked(screen.things, _, not nothing, none=nothing)
    note = found(screen.found, _)
    return View("Inside", title, line, "cabinet", "wait", door=door, rows=books, buttons=buttons, note=note)
