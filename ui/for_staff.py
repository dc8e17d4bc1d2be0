"""Words of the screens only a courier sees: the visit, a parcel being scanned, a question after a jam."""

from dataclasses import replace
from datetime import datetime

from kiosk.core.staff_screens import Courier, Inside, Load, Settle
from ui.notices import COURIER, LOAD, PAPER, noted
from ui.parts import ROWS_MAX, and_more, cancel, rows
from ui.view import Button, Row, View
from ui.words import N_, Words

YES, NO = N_("Yes, it is inside"), N_("No, it is not inside")
CHECKS_MAX = 2  # doors to look into are offered a few at a time


def courier(screen: Courier, _: Words) -> View:
    parcels = tuple(
        Row(parcel, _.ngettext("one book · {size}", "{n} books · {size}", items, size=size))
        for parcel, items, size in screen.parcels[:ROWS_MAX]
    )
    parcels = (*parcels, *and_more(len(screen.parcels) - ROWS_MAX, _))
    clear = _.ngettext("Clear one door", "Clear {n} doors", screen.to_clear)
    checks = tuple(
        Button("check", _("Look into door {door}", door=door), value=door) for door in screen.to_check[:CHECKS_MAX]
    )
    return View(
        "Courier",
        _.ngettext("One parcel to load", "{n} parcels to load", len(screen.parcels))
        if screen.parcels
        else _("No parcels to load"),
        (_("Scan any book of a parcel.") if screen.parcels else _("You can finish, or see to the doors."))
        + "\n"
        + _("{loaded} loaded  ·  {free} doors free", loaded=screen.loaded, free=screen.free_doors)
        + (f"\n{_(PAPER[screen.paper])}" if screen.paper in PAPER else "")
        + ("\n" + _("Have looked at: door {doors}", doors=_joined(screen.wearing[:4], _)) if screen.wearing else ""),
        "parcel",
        rows=parcels,
        note=noted(COURIER, screen, _),
        buttons=(
            Button("finish", _("I am done"), main=True),
            *((Button("clear", clear),) if screen.to_clear else ()),
            *checks,
            *(
                (Button("cases", _.ngettext("One case to settle", "{n} cases to settle", screen.cases)),)
                if screen.cases
                else ()
            ),
        ),
    )


_TOLD = {
    "parcel_ready": N_("A parcel was put in here."),
    "parcel_collected": N_("A reader took a parcel: lent."),
    "parcel_missing": N_("A parcel was not behind its door."),
    "parcel_removed": N_("A parcel was taken out."),
    "item_dropped": N_("A book was put in: returned."),
    "items_cleared": N_("Returned books were taken out."),
}
_OTHER = N_("Something else was reported.")


def settle(screen: Settle, _: Words) -> View:
    """What the machine saw, what the library says to it, and what people have done about it."""
    saw = _(_TOLD.get(screen.kind, _OTHER)) + (f" ({_joined(screen.things, _)})" if screen.things else "")
    said = screen.words or (
        _("It refused it.") if screen.status == "rejected" else _("It does not fit what is booked.")
    )
    at = datetime.fromtimestamp(screen.at).strftime("%m-%d %H:%M")
    buttons = (
        Button("by_hand", _("Put right at the library"), main=True),
        Button("nothing", _("Nothing to put right")),
        *((Button("later", _("Later, the next one")),) if screen.of > 1 else ()),
    )
    return View(
        "Settle",
        _("Case {n} of {all}", n=screen.n, all=screen.of),
        _("Seen here on {at}: {saw}", at=at, saw=saw) + "\n" + _("The library says: {said}", said=said),
        "ask",
        buttons=buttons,
        cancel=cancel(_),
    )


def _joined(things: tuple[str, ...], _: Words) -> str:
    return ("、" if _.language == "zh" else ", ").join(things)


def load(screen: Load, _: Words) -> View:
    done = sum(scanned for _title, scanned in screen.titles)
    wanted = sorted(screen.titles, key=lambda title: title[1])  # what is still missing stays in sight
    ticked = tuple(Row(title, done=scanned) for title, scanned in wanted[:ROWS_MAX])
    return View(
        "Load",
        _("Scan each book of this parcel"),
        _("Parcel {parcel}: {done} of {all} scanned.", parcel=screen.parcel, done=done, all=len(screen.titles)),
        "scan",
        rows=(*ticked, *and_more(len(wanted) - ROWS_MAX, _)),
        note=noted(LOAD, screen, _),
        cancel=cancel(_),
    )


def inside(screen: Inside, _: Words) -> View:
    door = screen.compartment
    yes, no = Button("yes", _(YES)), Button("no", _(NO))
    buttons: tuple[Button, ...] = ()
    title = _("Please push door {door} shut", door=door)
    match screen.said:
        case "yes":
            line, buttons = _("Your answer: {answer}", answer=_(YES)), (no,)
        case "no":
            line, buttons = _("Your answer: {answer}", answer=_(NO)), (yes,)
        case _ if not screen.titles:
            line = _("It should be empty.")
        case _:
            title = _("Is this behind door {door}?", door=door)
            line = _("Something came between; please look, then answer.")
            buttons = (replace(yes, main=True), no)
    return View("Inside", title, line, "cabinet", "wait", door=door, rows=rows(screen.titles, _), buttons=buttons)
