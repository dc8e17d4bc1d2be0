"""Words of the screens only a courier sees: the visit, a parcel being scanned, a question after a jam."""

from dataclasses import replace

from kiosk.core.screens import Courier, Inside, Load
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
        + (f"\n{_(PAPER[screen.paper])}" if screen.paper in PAPER else ""),
        "parcel",
        rows=parcels,
        note=noted(COURIER, screen, _),
        buttons=(
            Button("finish", _("I am done"), main=True),
            *((Button("clear", clear),) if screen.to_clear else ()),
            *checks,
        ),
    )


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
