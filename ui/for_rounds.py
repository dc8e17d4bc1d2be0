"""Words of a courier's clearing: taking things out, the bag, its seal, and handing it over."""

from kiosk.core.flows.keypad import CODE_DIGITS
from kiosk.core.staff_screens import HandOver, Seal, TakeOut, Thing
from ui.parts import keypad, titled
from ui.view import Button, Row, Tone, View
from ui.words import Words

SEAL_SLOTS = 8
SEAL_DIGITS_MIN = 4


def take_out(screen: TakeOut, _: Words) -> View:
    door = screen.compartment
    line = _("Door {n} of {of}. In the bag: {bag}.", n=screen.n, of=screen.of, bag=screen.bag)
    title = _("Take everything out of door {door}", door=door)
    buttons: tuple[Button, ...] = (Button("undo", _("I take everything out after all")),)
    match screen.said:
        case "keep":
            title, line = _("Please push door {door} shut", door=door), _("What lies behind it stays noted as before.")
        case "missing":
            title, line = (
                _("Please push door {door} shut", door=door),
                _("Noted: nothing was there. The library knows."),
            )
        case _:
            line += "\n" + _("Put it into the bag, then push the door shut.")
            if len(screen.things) > 1:
                line = _.run_on(line, _("Touch what is not there."))
            nothing = Button("no", _("It is not there") if len(screen.things) == 1 else _("Nothing is there"))
            stop = Button("pause", _("Go on with the next door") if screen.pause else _("This is the last one"))
            buttons = (nothing, *((stop,) if screen.n < screen.of else ()))
    if screen.left:
        title = _("Please push door {door} shut", door=door)
    tone: Tone = "wait" if screen.left or screen.said else "done"
    rows = ticked(screen.things, _, not screen.said, none=screen.said == "missing")
    note = found(screen.found, _) or _unchecked(screen, _)
    stays = None if screen.said else Button("cancel", _("I leave it here"))
    return View(
        "TakeOut",
        title,
        line,
        "cabinet",
        tone,
        door=door,
        rows=rows,
        buttons=buttons,
        note=note,
        cancel=stays,
    )


def _unchecked(screen: TakeOut, _: Words) -> str:
    odd = sum(thing.unchecked for thing in screen.things)
    return (
        _.ngettext("One of them is to be looked at by the library.", "{n} are to be looked at by the library.", odd)
        if odd
        else ""
    )


def ticked(things: tuple[Thing, ...], _: Words, touchable: bool = True, none: bool = False) -> tuple[Row, ...]:
    """A line for each thing, ticked while it is there (``none``: nothing is); a touch says that it is not, or is after
    all."""
    several = touchable and len(things) > 1
    touch = "absent" if several else ""
    titles = titled(tuple(thing.title for thing in things), _)
    return tuple(
        Row(title, _goes(t, _), t.there and not none, touch, t.id if several else "")
        for t, title in zip(things, titles, strict=True)
    )


def _goes(thing: Thing, _: Words) -> str:
    """Where a returned item belongs."""
    if thing.held:
        return _("Wanted here: put it in again")
    return _("To: {place}", place=thing.goes_to[:24]) if thing.goes_to else ""


def found(count: int, _: Words) -> str:
    """What to do with things that nobody expected behind a door."""
    return (
        _.ngettext(
            "One thing more was found: put it into the bag.", "{n} more were found: put them into the bag.", count
        )
        if count
        else ""
    )


def _in_the_bag(parcels: int, items: int, _: Words) -> str:
    return _.listed(
        (_.ngettext("one parcel", "{n} parcels", parcels), _.ngettext("one single book", "{n} single books", items))
    )


def seal(screen: Seal, _: Words) -> View:
    things = _in_the_bag(screen.parcels, screen.items, _)
    ready = len(screen.digits) >= SEAL_DIGITS_MIN
    return View(
        "Seal",
        _("Close the bag with a seal"),
        _("In it: {things}. Type the number of the seal, or scan it.", things=things),
        "parcel",
        keypad=keypad(screen.digits, max(SEAL_SLOTS, len(screen.digits)), ready, _("Sealed"), _),
        cancel=_way_out(screen.leaving, _),
    )


def hand_over(screen: HandOver, _: Words) -> View:
    things = _in_the_bag(screen.parcels, screen.items, _)
    line = _("In it: {things}. Whoever takes it along taps their card.", things=things)
    ready = screen.digits == CODE_DIGITS  # it is theirs for good, and opens doors: nobody beside them reads it
    pad = keypad("•" * screen.digits, CODE_DIGITS, ready, _("Confirm"), _) if screen.code else None
    return View(
        "HandOver",
        _("Bag {seal}: who takes it?", seal=screen.seal),
        line + ("\n" + _("Without a card: type your courier's code.") if screen.code else ""),
        "card",
        keypad=pad,
        note=_("This card or code belongs to nobody who works here.") if screen.stranger else "",
        cancel=_way_out(screen.leaving, _),
    )


def _way_out(leaving: bool, _: Words) -> Button:
    """Back to the round, or away: the bag waits for the next visit."""
    return Button("later", _("Later, I am leaving")) if leaving else Button("cancel", _("Back"))
