"""Words of the desk: all doors, one door, the report, the charts, the machine itself."""

from collections import Counter
from datetime import date, datetime, timedelta
from importlib.metadata import version

from kiosk.core.desk_screens import Desk, DoorList, DoorSheet, MachineSheet, Report, Use
from ui.notices import COURIER, PAPER
from ui.parts import TITLE_MAX, short, titled
from ui.view import Bar, Button, PictureName, Row, View
from ui.words import N_, Words

_MENU = {
    "audit": N_("Look behind all doors ({n})"),
    "doors": N_("One door"),
    "report": N_("The day in figures"),
    "use": N_("Charts"),
    "machine": N_("The machine"),
}
_STATES = {
    "free": N_("free"),
    "taken": N_("taken"),
    "check": N_("to be looked behind"),
    "stuck": N_("did not open"),
    "open": N_("stands open"),
    "unseen": N_("not seen"),
    "aside": N_("out of use"),
    "busy": N_("under way"),
}
_REASONS = {
    "reader": N_("To help a reader"),
    "repair": N_("Repair or trial"),
    "clean": N_("Cleaning"),
    "other": N_("Something else"),
}
_CHARTS = {
    "hours": N_("By the hour"),
    "doors": N_("By door"),
    "waits": N_("Days until taken"),
    "stuck": N_("Doors that did not open"),
}
_PRINTING = {
    "under_way": N_("The report is being printed."),
    "done": N_("The report is printed. For another one go back and come here again."),
    "nothing": N_("Nothing was printed. Please look after the printer."),
    "again": N_("Nothing was printed. Please look after the printer."),
    "unknown": N_("The report may not have come out whole. Look before you print another one."),
}
BARS_MAX = 24
DAYS_MAX = 31  # as many bars as a chart has room for
DOORS_A_ROW = 6  # so that each name can be read


def _back(_: Words) -> Button:
    return Button("cancel", _("Back"))


def desk(screen: Desk, _: Words) -> View:
    offered = [right for right in _MENU if right in screen.may]
    buttons = tuple(Button(right, _(_MENU[right], n=screen.to_audit)) for right in offered)
    line = _("Whatever is done here stands in the journal.")
    note = _(COURIER[screen.notice]) if screen.notice else ""
    picture: PictureName = "cabinet" if "doors" in screen.may else "list"
    return View("Desk", _("What would you like to do?"), line, picture, note=note, buttons=buttons, cancel=_back(_))


def door_list(screen: DoorList, _: Words) -> View:
    rows = tuple(
        Row(
            _("Door {door}", door=one.name),
            _(_STATES[one.state]) + (f" · {one.things}" if one.things else ""),
            action="door",
            value=one.name,
        )
        for one in screen.lines
    )
    return View("DoorList", _("Which door?"), _("Touch one in the list."), "cabinet", rows=rows, cancel=_back(_))


def door_sheet(screen: DoorSheet, _: Words) -> View:
    if screen.why:
        return View(
            "DoorSheet",
            _("Why is door {door} opened?", door=screen.compartment),
            _("The reason goes into the journal and to the library."),
            "ask",
            buttons=tuple(Button("reason", _(_REASONS[why]), value=why) for why in screen.why),
            cancel=_back(_),
        )
    facts = _("Size {size} · {height} cm above the floor", size=screen.size, height=screen.bottom_cm)
    if screen.openings:
        after = f"{screen.opens_s:.1f}"
        opens = _.ngettext("Opened once, after {s} s", "Opened {n} times, lately after {s} s", screen.openings, s=after)
        facts += "\n" + opens
    buttons = (
        *((Button("open", _("Open it")),) if screen.can_open else ()),
        Button("back", _("Use it again")) if screen.aside else Button("aside", _("Take it out of use")),
        *((Button("move", _("Move its parcel")),) if screen.movable else ()),
    )
    return View(
        "DoorSheet",
        _("Door {door}: {state}", door=screen.compartment, state=_(_STATES[screen.state])),
        facts,
        "cabinet",
        door=screen.compartment,
        rows=tuple(Row(title) for title in titled(screen.titles, _)),
        buttons=buttons,
        cancel=_back(_),
    )


def report(screen: Report, _: Words) -> View:
    lines = (
        (_("Parcels put in"), screen.loaded),
        (_("Parcels taken by readers"), screen.taken),
        (_("Books returned"), screen.returned),
        (_("Doors that did not open"), screen.stuck),
        (_("Parcels lying here"), screen.lying),
        (_("of these to be taken out"), screen.expired),
        (_("Returned books lying here"), screen.drops),
        (_("Free doors"), screen.free),
        *_named(_("Doors out of use"), screen.out, _),
        (_("Cases to settle"), screen.cases),
        (_("Bags not handed over"), screen.bags),
    )
    at = datetime.fromtimestamp(screen.at).strftime("%Y-%m-%d %H:%M")
    rows = tuple(Row(words, str(value)) for words, value in lines)
    offered = screen.printing in ("offered", "again")
    note = (
        _(_PRINTING[screen.printing])
        if screen.printing in _PRINTING
        else _(PAPER[screen.paper])
        if screen.paper
        else ""
    )
    return View(
        "Report",
        _("The day in figures"),
        _("The 24 hours until {at}", at=at),
        "list",
        rows=rows,
        note=note,
        buttons=(Button("print", _("Print it"), value=_.language),) if offered else (),
        cancel=_back(_),
    )


def _named(words: str, doors: tuple[str, ...], _: Words) -> tuple[tuple[str, str], ...]:
    """These doors, a few a line."""
    parts = (doors[n : n + DOORS_A_ROW] for n in range(0, max(1, len(doors)), DOORS_A_ROW))
    return tuple((words, _.listed(part) or _("none")) for part in parts)


def use(screen: Use, _: Words) -> View:
    buttons = tuple(Button("chart", _(words), value=name) for name, words in _CHARTS.items() if name != screen.chart)
    lines = {
        "hours": _("Taken and returned in the last seven days, by the hour of the day"),
        "doors": _("How often each door was opened")
        if len(screen.points) <= BARS_MAX
        else _("How often the {n} doors most used were opened", n=BARS_MAX),
        "waits": _("How many days parcels lay here before they were taken; the last: a week or more"),
        "stuck": _("Doors that did not open, by day of the last month"),
    }
    bars = _bars(screen)
    note = "" if any(bar.value for bar in bars) else _("Nothing to show yet.")
    return View(
        "Use",
        _(_CHARTS[screen.chart]),
        lines[screen.chart],
        "list",
        chart=bars,
        note=note,
        buttons=buttons,
        cancel=_back(_),
    )


def _bars(screen: Use) -> tuple[Bar, ...]:
    match screen.chart:
        case "hours":
            hours = Counter[int]()
            for at, count in screen.points:
                hours[datetime.fromtimestamp(int(at)).hour] += count
            return tuple(Bar(str(hour), hours[hour]) for hour in range(24))
        case "stuck":
            days = Counter[date]()
            for at, count in screen.points:
                days[datetime.fromtimestamp(int(at)).date()] += count
            last = max(days, default=date.today())
            first = max(min(days, default=last), last - timedelta(DAYS_MAX - 1))
            every = (first + timedelta(n) for n in range((last - first).days + 1))
            return tuple(Bar(day.strftime("%m-%d"), days[day]) for day in every)
    busiest = sorted(screen.points, key=lambda point: -point[1])[:BARS_MAX]
    return tuple(Bar(name, count) for name, count in screen.points if (name, count) in busiest)


def machine(screen: MachineSheet, _: Words) -> View:
    unseen = _named(_("Not seen"), screen.unseen, _) if screen.unseen else ()
    at = datetime.fromtimestamp(screen.now).strftime("%Y-%m-%d %H:%M")
    devices = tuple(row for one in screen.devices for row in _device(*one, _))
    seen = _("{n} of {all}", n=screen.doors - len(screen.unseen), all=screen.doors)
    rows = (
        *((Row(_("Doors seen"), seen, done=not unseen),) if screen.doors else ()),
        *(Row(*line, done=False) for line in unseen),
        Row(_("The library"), _("answers") if screen.online else _("out of reach"), done=screen.online),
        Row(_("The clock"), _("wrong") if screen.clock_wrong else at, done=not screen.clock_wrong),
        *devices,
        Row(_("Known parcels"), str(screen.parcels)),
        Row(_("Known people"), str(screen.patrons)),
        Row(_("Visits so far"), str(screen.sessions)),
        Row(_("Cases to settle"), str(screen.cases)),
        Row(_("Version"), version("shuxiang-kiosk")),
    )
    return View(
        "MachineSheet",
        _("The machine"),
        _("Point {point}. To try a door: back, then 'One door'.", point=screen.point)
        if screen.doors
        else _("Point {point}.", point=screen.point),
        "list",
        rows=rows,
        cancel=_back(_),
    )


def _device(name: str, up: bool, why: str, _: Words) -> tuple[Row, ...]:
    """Beneath one that does not answer stand its driver's own words, as in the log."""
    if up:
        return (Row(name, _("answers"), done=True),)
    silent = Row(name, _("does not answer"), done=False)
    return (silent, Row(short(why, 2 * TITLE_MAX))) if why else (silent,)
