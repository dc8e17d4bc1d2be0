"""From a ``Display`` to the words and flags on the screen. Pure: no Kivy, no clock, no file but the words."""

from dataclasses import replace
from typing import assert_never

from kiosk.core.account_screens import Account, Fines, Holds, How, Loans, More, OneHold, Permission, Prove
from kiosk.core.activation import Activated, NewPin, Phone, Rules
from kiosk.core.counter_screens import Counter
from kiosk.core.desk_screens import Desk, DoorList, DoorSheet, MachineSheet, Report, Use
from kiosk.core.reader_screens import Choose, DoorShut, Sort
from kiosk.core.receipts import Shown
from kiosk.core.screens import (
    Collect,
    Display,
    DoorOpen,
    DoorStuck,
    DoorView,
    Goodbye,
    Home,
    LockRests,
    Opening,
    Pin,
    Return,
    Screen,
    Sorry,
    Wait,
)
from kiosk.core.search_screens import Found, Search, Stock, TitlePage, Wished
from kiosk.core.staff_screens import Courier, HandOver, Inside, Load, Seal, Settle, TakeOut
from kiosk.frontend import About
from ui import (
    at_doors,
    fetching,
    for_account,
    for_activation,
    for_counter,
    for_desk,
    for_home,
    for_patrons,
    for_rounds,
    for_search,
    for_slips,
    for_staff,
    without_doors,
)
from ui.notices import NOTES
from ui.view import Button, StillThere, View
from ui.words import Words, words

ENDED = ("Collect", "Choose", "Return", "Counter")  # screens whose "Cancel" ends all that somebody had begun


def present(display: Display, about: About, language: str) -> View:
    """The whole view of a display, in ``language`` (zh or en). Never raises on any well-typed display."""
    _ = words(language)
    view = _screen(display.screen, display.doors, about, _)
    if display.to_account:
        view = replace(view, buttons=(*view.buttons, Button("account", _("My account"), extra=True)))
    if display.to_borrow:
        view = replace(view, buttons=(*view.buttons, Button("borrow", _("Borrow"), extra=True)))
    seconds = None if display.until is None else max(0.0, display.until - display.now)
    note = _(NOTES[display.note]) if display.note else view.note  # the screen's own came before
    if not note and not display.online and isinstance(display.screen, Home) and display.screen.lends:
        note = for_home.away(display.screen, _) if about.doors else without_doors.away(_)
    return replace(
        view,
        doors=display.doors,
        seconds=seconds,
        more=(view.more or _("More time")) if seconds is not None else "",
        note=note,
        warning=_still_there(view, _) if display.warning else None,
        initials=display.initials,
        place=about.names.get(_.language) or about.point,
        switch="EN" if _.language == "zh" else "中文",
    )


def _still_there(view: View, _: Words) -> StillThere:
    ends = _("End now") if view.screen in ENDED else ""  # "Cancel" would seem to mean the question
    leaves = view.cancel or next((button for button in view.buttons if button.action == "finish"), None)
    return StillThere(
        title=_("Are you still there?"),
        line=_("Otherwise we end here, so that nobody sees what is yours."),
        stay=Button("more_time", _("Yes, I need more time"), main=True),
        go=leaves and replace(leaves, main=False, picture=None, words=ends or leaves.words),
    )


def _screen(screen: Screen, doors: tuple[DoorView, ...], about: About, _: Words) -> View:
    match screen:
        case Home():
            return for_home.home(screen, about, _)
        case Wait():
            return for_patrons.wait(screen, _)
        case Collect():
            return for_patrons.collect(screen, about, _)
        case Pin():
            return for_patrons.pin(screen, _)
        case Choose():
            return fetching.choose(screen, _)
        case Sort():
            return fetching.sort(screen, _)
        case DoorShut():
            return fetching.door_shut(screen, _)
        case Opening():
            return at_doors.opening(screen, doors, _)
        case DoorOpen():
            return at_doors.door_open(screen, _)
        case DoorStuck():
            return at_doors.door_stuck(screen, about, _)
        case LockRests():
            return at_doors.lock_rests(screen, _)
        case Inside():
            return for_staff.inside(screen, _)
        case Return():
            return for_patrons.returning(screen, _)
        case Courier():
            return for_staff.courier(screen, _)
        case Settle():
            return for_staff.settle(screen, _)
        case Load():
            return for_staff.load(screen, _)
        case TakeOut():
            return for_rounds.take_out(screen, _)
        case Counter():
            return for_counter.counter(screen, _)
        case Desk():
            return for_desk.desk(screen, _)
        case DoorList():
            return for_desk.door_list(screen, _)
        case DoorSheet():
            return for_desk.door_sheet(screen, _)
        case Report():
            return for_desk.report(screen, _)
        case Use():
            return for_desk.use(screen, _)
        case MachineSheet():
            return for_desk.machine(screen, _)
        case Seal():
            return for_rounds.seal(screen, _)
        case HandOver():
            return for_rounds.hand_over(screen, _)
        case Goodbye():
            return for_patrons.goodbye(screen, about, _)
        case Shown():
            return for_slips.shown(screen, about, _)
        case Sorry():
            return for_patrons.sorry(screen, about, _)
        case More():
            return for_account.more(screen, _)
        case How():
            return for_account.how(about, _)
        case Prove(want="hold" | "stock"):
            return for_search.prove(screen, about, _)
        case Prove():
            return for_account.prove(screen, about, _)
        case Account():
            return for_account.account(screen, about, _)
        case Loans():
            return for_account.loans(screen, _)
        case Holds():
            return for_account.holds(screen, _)
        case OneHold():
            return for_account.one_hold(screen, _)
        case Permission():
            return for_account.permission(screen, about, _)
        case Fines():
            return for_account.fines(screen, about, _)
        case Rules():
            return for_activation.rules(screen, _)
        case Phone():
            return for_activation.phone(screen, _)
        case NewPin():
            return for_activation.new_pin(screen, _)
        case Activated():
            return for_activation.activated(screen, _)
        case Search():
            return for_search.search(screen, _)
        case Found():
            return for_search.found(screen, _)
        case Stock():
            return for_search.stock(screen, _)
        case TitlePage():
            return for_search.title_page(screen, about, _)
        case Wished():
            return for_search.wished(screen, about, _)
        case _ as never:
            assert_never(never)
