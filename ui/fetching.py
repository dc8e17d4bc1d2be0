"""Words while a reader fetches what is theirs: the list, what is not as it should be, the door that was just shut."""

from kiosk.core.reader_screens import Choose, DoorShut, Sort, Waiting
from kiosk.core.screens import DoorOpen
from ui.parts import bring_back, cancel, rows, short
from ui.view import Button, Row, View
from ui.words import Words


def choose(screen: Choose, _: Words) -> View:
    chosen = sum(parcel.chosen for parcel in screen.parcels)
    title = _.ngettext("One parcel is ready for you", "{n} parcels are ready for you", len(screen.parcels))
    line = _("Take them all, one door after the other; or touch those that you want now.")
    if screen.others:
        line += "\n" + _.ngettext(
            "One more is here and cannot be had just now; it stays yours.",
            "{n} more are here and cannot be had just now; they stay yours.",
            screen.others,
        )
    if screen.over:
        line += "\n" + over(screen.over, _)
    take = _.ngettext("Take this one", "Take these {n}", chosen) if chosen else _("Take all of them")
    far = _("I cannot reach the others") if chosen else _("I cannot reach these doors")
    reach = Button("cannot_reach", far, extra=True, idle=chosen == len(screen.parcels))
    listed = tuple(_listed(parcel, _) for parcel in screen.parcels)
    buttons = (Button("take", take, main=True), reach)
    return View("Choose", title, line, "parcel", rows=listed, buttons=buttons, cancel=cancel(_))


def over(n: int, _: Words) -> str:
    """Parcels that they cannot have any more."""
    return _.ngettext(
        "One more is over: its time to collect is past, or the library has called it back.",
        "{n} more are over: their time to collect is past, or the library has called them back.",
        n,
    )


def _listed(parcel: Waiting, _: Words) -> Row:
    first, *others = parcel.titles
    words = _("Door {door} · {title}", door=parcel.compartment, title=short(first))
    if others:
        words = _.run_on(words, _.ngettext("and one more item", "and {n} more items", len(others)))
    sizes = {"S": _("small"), "M": _("medium"), "L": _("large")}
    return Row(words, sizes.get(parcel.size, ""), parcel.chosen, "parcel", parcel.parcel)


def sort(screen: Sort, _: Words) -> View:
    listed = tuple(Row(title, "", marked, "item", barcode) for barcode, title, marked in screen.items)
    none = not any(row.done for row in listed)
    said = (
        Button("are_missing", _("These are not there"), idle=none),
        Button("stay_here", _("These stay here"), idle=none),
    )
    return View(
        "Sort",
        _("Which ones do you not take?"),
        _("Touch them, then say what is so. The others are booked to you when the door is shut."),
        "ask",
        rows=listed,
        buttons=said,
        cancel=Button("cancel", _("Back")),
    )


def remarks(screen: DoorOpen, _: Words) -> tuple[Button, ...]:
    """What a reader may say of the open door."""
    if screen.several:
        not_all = Button("some", _("I do not take all of it"))
        return (
            not_all,
            Button("wrong_book", _("A wrong book lies here"), extra=True),
            *_stays(_("I leave them here"), _),
        )
    missing = Button("not_here", _("It is not here"))
    return (missing, Button("wrong_book", _("It is another book"), extra=True), *_stays(_("I leave it here"), _))


def _stays(leave: str, _: Words) -> tuple[Button, ...]:
    return Button("leave_it", leave), Button("cannot_reach", _("I cannot reach this door"))


def undo(screen: DoorOpen, _: Words) -> tuple[Button, ...]:
    """People slip."""
    return (Button("undo", _("No, I take all of it")),) if screen.purpose in ("pickup", "borrow") else ()


def heard(screen: DoorOpen | DoorShut, _: Words) -> str:
    """What follows from what the reader has just said."""
    shut = isinstance(screen, DoorShut)
    if isinstance(screen, DoorOpen) and screen.wrong:
        return _("Leave the wrong book inside, we look after it. What is missing is not booked to you.")
    match screen.said:
        case "missing":
            return _("We will look for what is missing. No loan is booked for it.")
        case "reach" if screen.purpose == "borrow":
            told = _("The library is told. It stays here, and nothing is booked to you.")
            return told if shut else _.run_on(told, _("Please push the door shut."))
        case "reach" if shut:
            return _("The library knows that you cannot reach this door. Your books stay here and remain yours.")
        case "reach":
            return _("The library is told. Somebody near you may push it shut; your books stay here and remain yours.")
        case "some":
            return _("Only what you take is booked to you.")
    if screen.purpose == "borrow":
        return _("It stays here for other readers; nothing is booked to you.")
    return _("Your books stay here and remain yours.")


def door_shut(screen: DoorShut, _: Words) -> View:
    if screen.titles:
        title = _("Door {door} is shut. What you took is yours.", door=screen.compartment)
        line = bring_back(len(screen.titles), screen.due, _)
    else:
        title = _("Door {door} is shut. Nothing was taken.", door=screen.compartment)
        line = heard(screen, _)
    if following := screen.next_door:
        line += "\n" + _("Door {door} is next. It stays shut until you touch 'Open door {door}'.", door=following)
    elif screen.reopen:
        line += "\n" + (
            _("Something forgotten? It can be opened once more now.")
            if screen.titles
            else _("It can be opened once more now.")
        )
    onward = (Button("next", _("Open door {door}", door=following), main=True),) if following else ()
    end = Button("finish", _("That is all for now") if following else _("Done"), main=not following)
    again = (Button("reopen", _("Open it again")),) if screen.reopen else ()
    note = ""
    if screen.stuck:
        note = _("The door did not open once more. What you took is yours; what is inside is safe.")
        note = note if screen.titles else _("The door did not open")
    elif screen.rests_s:
        note = _(
            "It was opened so often that its lock must rest. Wait here for about {n} seconds to open it once more.",
            n=screen.rests_s,
        )
    return View(
        "DoorShut",
        title,
        line,
        "cabinet",
        "wait" if note else "done",
        door=screen.compartment,
        rows=rows(screen.titles, _, done=True, rows_max=3),
        note=note,
        buttons=(*onward, *again, end) if onward else (end, *again),
    )
