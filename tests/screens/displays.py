"""One display of every kind and of every state that looks different, with names as long as they come."""

from typing import get_args, get_type_hints

from hardware.readings import Door
from kiosk.core.account_screens import Prove
from kiosk.core.desk_screens import Desk, DoorLine, DoorList, DoorSheet, MachineSheet, Report, Use
from kiosk.core.notices import NotLent, Printing, SessionNote
from kiosk.core.reader_screens import Choose, DoorShut, Sort, Waiting
from kiosk.core.receipts import Shown
from kiosk.core.screens import (
    Collect,
    Display,
    Done,
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
    Slip,
    Sorry,
    Wait,
)
from kiosk.core.staff_screens import Courier, HandOver, Inside, Load, Seal, Settle, TakeOut, Thing
from tests.screens.account_displays import account_screens
from tests.screens.activation_displays import activation_screens
from tests.screens.counter_displays import counter_screens
from tests.screens.page_displays import page_screens
from tests.screens.search_displays import search_screens

NOW = 1_765_972_800.0  # noon in London, the same day nearly everywhere
TITLES = ("平凡的世界(全三册)", "The Left Hand of Darkness", "三体 Ⅱ · 黑暗森林", "活着", "红楼梦", "围城")
PLACES = ("滨江文化中心", "拱墅图书馆", "未来科技城分馆")
LONG = "一本书名非常非常长的书:关于图书馆、自助机与所有等待着它们的读者的故事,以及后来发生的一切"
DETAIL = "您有一笔 12.50 元的逾期费待处理,请联系流通部。" * 3


def doors(open_: str = "", lit: str = "", out: str = "B4") -> tuple[DoorView, ...]:
    """A cabinet of three columns: small, middle and large doors, the lowest row wide."""
    seen = []
    for column, letter in enumerate("ABC"):
        row = 0
        for n, (height, size) in enumerate(((1, "S"), (1, "S"), (1, "S"), (2, "M"), (2, "M"), (3, "L")), 1):
            name = f"{letter}{n}"
            state = Door.OPEN if name == open_ else Door.SHUT
            seen.append(DoorView(name, row, column, height, 1, size, state, name == lit, name == out))
            row += height
    return tuple(seen)


def slip(purpose: Done, titles: tuple[str, ...]) -> Slip:
    items = tuple((title, f"SIP{n:07}") for n, title in enumerate(titles, 1))
    return Slip("103", 57, purpose, NOW, items, NOW + 30 * 86400 if purpose != "dropoff" else 0.0, len(titles) > 4)


def waiting(many: int, chosen: str = "") -> tuple[Waiting, ...]:
    titles = (TITLES[:3], (LONG,), TITLES[2:])
    return tuple(Waiting(f"P{n}", f"A{n}", "S", titles[n % 3], f"P{n}" == chosen) for n in range(1, many + 1))


def _printing(how: Printing) -> Goodbye:
    titles = (*TITLES, LONG)
    return Goodbye("pickup", titles, NOW + 30 * 86400, left=1, slip=slip("pickup", titles), printing=how)


def _reasons() -> tuple[str, ...]:
    return get_args(get_type_hints(Sorry)["reason"])


def _notices(kind: type) -> tuple[str, ...]:
    return get_args(get_type_hints(kind)["notice"])


SCREENS: dict[str, Screen] = {
    "home": Home(12, True),
    "home-no-reader": Home(1, False),
    "home-no-way": Home(1, False, codes=False),
    "home-cards-only": Home(3, True, codes=False),
    "home-away": Home(3, True),
    "home-away-full": Home(0, True),
    "home-away-used-up": Home(3, True, lends=False),
    "home-away-nothing": Home(0, True, lends=False),
    "home-door-left": Home(12, True, ("A2", "C4")),
    "wait-card": Wait("card"),
    "wait-item": Wait("item"),
    "wait-isbn": Wait("isbn"),
    "collect": Collect("", True),
    "collect-typing": Collect("40718", True),
    "collect-ready": Collect("40718352", True),
    "collect-wrong": Collect("", True, True),
    "collect-wrong-few": Collect("", True, True, 1),
    "collect-closed": Collect("", False, False, 0),
    "choose": Choose(waiting(2), 1),
    "choose-over": Choose(waiting(2), 0, 1),
    "choose-some": Choose(waiting(7, "P1")),
    "sort": Sort("B2", tuple((f"i-{n}", title, False) for n, title in enumerate(TITLES[:3]))),
    "sort-marked": Sort("B2", (("i-0", LONG, True), *((f"i-{n}", TITLES[n], n == 2) for n in (1, 2, 3)))),
    "shut": DoorShut("B2", TITLES[:1], NOW + 30 * 86400),
    "shut-next": DoorShut("B2", (*TITLES, LONG), NOW + 30 * 86400, next_door="C1", n=1, of=2),
    "shut-stuck": DoorShut("B2", TITLES[:2], NOW + 30 * 86400, stuck=True),
    "shut-nothing": DoorShut("B2", (), 0.0, "reach", reopen=False),
    "opening": Opening("pickup", "B2", 1, 2),
    "open-pickup": DoorOpen("pickup", "B2", 1, 2, TITLES[:3], several=True),
    "open-pickup-one": DoorOpen("pickup", "B2", titles=TITLES[:1], notice="door_first"),
    "open-said-wrong": DoorOpen("pickup", "B2", titles=TITLES[:1], said="missing", wrong=True),
    "open-said-reach": DoorOpen("pickup", "B2", titles=TITLES[:1], said="reach"),
    "open-said-some": DoorOpen("pickup", "B2", titles=TITLES[:2], said="some", several=True),
    "open-pickup-many": DoorOpen("pickup", "B2", 1, 1, (*TITLES, LONG), several=True),
    "open-unheard": DoorOpen("pickup", "B2", 1, 1, TITLES[:2], several=True),
    "open-pickup-left": DoorOpen("pickup", "B2", left=True),
    "open-dropoff": DoorOpen("dropoff", "B2"),
    "open-said-small": DoorOpen("dropoff", "B2", titles=TITLES[:1], said="small"),
    "open-stocking": DoorOpen("stocking", "B2", titles=(LONG, TITLES[1])),
    "open-stocking-kept": DoorOpen("stocking", "B2", titles=(LONG, TITLES[1]), said="keep"),
    "open-clearing": DoorOpen("clearing", "B2"),
    "open-clearing-kept": DoorOpen("clearing", "B2", said="keep"),
    "open-check": DoorOpen("check", "B2"),
    "stuck-pickup": DoorStuck("pickup", "B2", 2),
    "stuck-pickup-over": DoorStuck("pickup", "B2", 0),
    "stuck-dropoff": DoorStuck("dropoff", "B2", 1, True),
    "stuck-stocking": DoorStuck("stocking", "B2", 0, True),
    "stuck-clearing": DoorStuck("clearing", "B2", 0),
    "stuck-more": DoorStuck("pickup", "B2", 2, more=True),
    "stuck-unheard": DoorStuck("pickup", "B2", 2, more=True),
    "stuck-clearing-more": DoorStuck("clearing", "B2", 0, more=True),
    "stuck-check": DoorStuck("check", "B2", 1),
    "rests": LockRests("pickup", "B2", 40),
    "rested": LockRests("pickup", "B2", 40, ready=True),
    "rests-stocking": LockRests("stocking", "B2", 15, other_door=True),
    "rests-clearing": LockRests("clearing", "B2", 60, more=True),
    "shut-rests": DoorShut("B2", TITLES[:2], NOW + 30 * 86400, reopen=False, rests_s=35),
    "open-said-missing": DoorOpen("pickup", "B2", titles=TITLES[:2], said="missing"),
    "settle": Settle(
        "p1-7-0", 1, 3, NOW, "item_dropped", ("SIP0001104", "A3"), "conflict", "on loan to another reader since"
    ),
    "pin": Pin(2),
    "pin-wrong": Pin(0, wrong=True, tries_left=2),
    "collect-no-way": Collect("", False, cards_only=True, cards=False),
    "collect-no-reader": Collect("", True, cards=False),
    "collect-closed-no-reader": Collect("", False, False, 0, cards=False),
    "collect-cards-only": Collect("", False, cards_only=True),
    "inside-empty": Inside("B2", "", ()),
    "inside-unsensed": Inside("B2", "P-1", TITLES[:2], unsensed=True),
    "inside-unsensed-empty": Inside("B2", "", (), unsensed=True),
    "inside-unsensed-missing": Inside(
        "B2", "", TITLES[:2], things=(Thing("x-1", TITLES[0], there=False), Thing("x-2", TITLES[1])), unsensed=True
    ),
    "inside-yes": Inside("B2", "P-1", TITLES[:2], said="yes"),
    "inside-no": Inside("B2", "P-1", TITLES[:2], said="no"),
    "inside": Inside("B2", "P-20261123-0042", TITLES[:2]),
    **counter_screens(NOW),
    "home-borrow": Home(9, True, borrow=True),
    "home-stock": Home(9, True, stock=True),
    "home-stock-and-counter": Home(9, True, borrow=True, stock=True),
    "open-borrow-said": DoorOpen("borrow", "B2", titles=TITLES[:1], said="keep"),
    "stuck-borrow": DoorStuck("borrow", "B2", 2),
    "shut-borrow-nothing": DoorShut("B2", (), 0.0, "keep", purpose="borrow"),
    "goodbye-borrow": Goodbye(
        "borrow", TITLES[:1], NOW + 30 * 86400, slip=slip("borrow", TITLES[:1]), printing="offered", stock=True
    ),
    "goodbye-borrow-several": Goodbye(
        "borrow",
        TITLES[:2],
        NOW + 30 * 86400,
        slip=slip("borrow", TITLES[:2]),
        printing="offered",
        stock=True,
        not_lent=(NotLent(TITLES[2], "refused", DETAIL), NotLent(LONG, "stuck"), NotLent(TITLES[3], "gone")),
    ),
    "goodbye-borrow-not-lent": Goodbye("borrow", not_lent=(NotLent(TITLES[0], "gone"),), stock=True),
    "sorry-not-lent-said": Sorry("not_lent", DETAIL, ("browse", "return")),
    "goodbye-checkout": Goodbye("checkout", TITLES[:3], NOW + 30 * 86400, slip=slip("checkout", TITLES[:3])),
    "goodbye-gate": Goodbye("checkout", TITLES[:2], NOW + 86400, True, slip=slip("checkout", TITLES[:2]), gate=True),
    "prove-checkout": Prove("checkout", True),
    "return": Return(()),
    "return-no-scanner-listed": Return(("", ""), scanner=False),
    "return-no-scanner": Return((), scanner=False),
    "return-one": Return(TITLES[:1]),
    "return-asking": Return(TITLES[:2], asking=True),
    "return-unread": Return((TITLES[0], "")),
    "return-many": Return((*TITLES, LONG), "twice", True),
    "courier": Courier(tuple((f"P-{n:04}", n, "M") for n in range(1, 8)), 3, 2, ("A2", "C4"), 5),
    **{f"courier-paper-{p}": Courier((), 7, 0, (), 5, "", p) for p in ("near_end", "out", "cover_open", "fault")},
    "courier-none": Courier((), 7, 0, (), 5),
    "courier-all": Courier((("P-0001", 2, "L"),), 3, 2, ("A2", "C4", "C5", "C6"), 5, "no_room"),
    "courier-full": Courier((("P-0001", 2, "L"),), 31, 2, ("A2",), 0, "no_room", clear_why=(1, 0, 1), bag=7),
    "courier-full-elsewhere": Courier(
        (("P-0001", 2, "L"),), 31, 0, (), 0, "no_room", neighbours=("绿家社区书亭", "九号线地铁书亭")
    ),
    "courier-in-hand": Courier((("P-0001", 2, "L"),), 3, 0, ("A2",), 5, "already_here", where="B4"),
    "courier-much": Courier(
        tuple((f"P-{n:04}", n, "M") for n in range(1, 8)),
        3,
        4,
        ("A2", "C4", "C5"),
        2,
        clear_why=(2, 1, 1),
        paper="near_end",
        bag=5,
        to_move=("A1",),
        desk=True,
        cases=2,
        wearing=("A1", "B2"),
    ),
    "courier-sealed": Courier((), 40, 0, (), 5, bag=17, seal="70417733"),
    "take-out": TakeOut("B2", 3, 9, (Thing("P-0001", TITLES[0]), Thing("P-0002", TITLES[1])), bag=4),
    "take-out-one": TakeOut("B2", 9, 9, (Thing("SIP0001", LONG, unchecked=True),), bag=4),
    "take-out-routed": TakeOut(
        "B2",
        2,
        9,
        (
            Thing("SIP1", TITLES[0], held=True),
            Thing("SIP2", TITLES[1], goes_to="绿家社区书亭"),
            Thing("SIP3", TITLES[3]),
        ),
        bag=4,
    ),
    "take-out-many": TakeOut(
        "B2", 1, 9, tuple(Thing(f"SIP{n}", t, n != 1, n == 2) for n, t in enumerate((*TITLES, LONG))), 2, 4
    ),
    "take-out-none": TakeOut("B2", 3, 9, (Thing("P-0001", TITLES[0]),), said="missing"),
    "inside-several": Inside(
        "B2", "", TITLES[:3], things=tuple(Thing(f"SIP{n}", t, n != 1) for n, t in enumerate(TITLES[:3])), n=2, of=12
    ),
    "inside-found": Inside("B2", "P-1", TITLES[:2], things=(Thing("P-1", TITLES[0]),), found=1),
    "seal": Seal(5, 12, "7041"),
    "hand-over": HandOver("70417733", 5, 12, stranger=True),
    "hand-over-code": HandOver("70417733", 5, 1, 4, True),
    "courier-staff": Courier((), 0, 0, (), 5, desk=True, to_move=("A1",), cases=2),
    "desk": Desk(("round", "audit", "doors", "report", "use", "cases"), 9),
    "desk-technician": Desk(("doors", "use", "machine"), notice="not_opened"),
    "door-list": DoorList(
        tuple(
            DoorLine(f"A{n}", s, n % 3)  # type: ignore[arg-type]
            for n, s in enumerate(("free", "taken", "check", "stuck", "open", "unseen", "aside", "busy"))
        )
    ),
    "door-sheet": DoorSheet("B2", "taken", "M", 92, TITLES[:2], True, False, True, 314, 0.4),
    "door-sheet-aside": DoorSheet("B2", "aside", "M", 92, aside=True, can_open=True),
    "door-why": DoorSheet("B2", "taken", "M", 92, why=("reader", "repair", "clean", "other")),
    "report": Report(NOW, 40, 31, 12, 1, 38, 5, 7, 11, ("A3",), 2, 1),
    **{
        f"report-{how}": Report(NOW, 40, 31, 12, 1, 38, 5, 7, 11, ("A3",), 2, 1, how)
        for how in get_args(Printing)
        if how
    },
    "report-no-paper": Report(NOW, 40, 31, 12, 1, 38, 5, 7, 11, ("A3",), 2, 1, "", "out"),
    "report-quiet": Report(NOW, 0, 0, 0, 0, 0, 0, 0, 24, (), 0, 0),
    "use-hours": Use("hours", tuple((str(int(NOW) - 3600 * n), n % 7) for n in range(60))),
    "use-doors": Use("doors", tuple((f"A{n}", 3 * n) for n in range(12))),
    "use-waits": Use("waits", tuple((str(n), 9 - n) for n in range(8))),
    "use-none": Use("stuck", ()),
    "machine": MachineSheet(
        "dongmen",
        (
            ("scanner", False, "/dev/serial/by-path/platform-usb-0:1.3:1.0-port0 is not there"),
            ("pad", False, ""),
            ("card", True, ""),
        ),
        ("A3",),
        12,
        True,
        False,
        NOW,
        57,
        40,
        21,
        2,
    ),
    "load": Load("P-0042", ((TITLES[0], True), (TITLES[1], False), (LONG, False))),
    "goodbye-pickup": Goodbye("pickup", TITLES[:3], NOW + 30 * 86400, left=1),
    "goodbye-pickup-all": Goodbye("pickup", (*TITLES, LONG), NOW + 30 * 86400, True, 2, True),
    "goodbye-slip": Goodbye(
        "pickup", TITLES[:3], NOW + 30 * 86400, slip=slip("pickup", TITLES[:3]), printing="offered"
    ),
    "goodbye-slip-full": Goodbye(
        "pickup", (*TITLES, LONG), NOW + 30 * 86400, True, 2, True, slip("pickup", (*TITLES, LONG)), "offered"
    ),
    "goodbye-routed": Goodbye(
        "dropoff",
        TITLES[:3],
        slip=slip("dropoff", TITLES[:3]),
        printing="offered",
        goes=(("stays", ""), ("goes", "绿家社区书亭"), ("sorted", "")),
    ),
    "goodbye-slip-return": Goodbye("dropoff", TITLES[:1], slip=slip("dropoff", TITLES[:1]), printing="offered"),
    "goodbye-slip-only-code": Goodbye("dropoff", TITLES[:2], slip=slip("dropoff", TITLES[:2])),
    **{f"goodbye-slip-{how}": _printing(how) for how in ("under_way", "done", "nothing", "again", "unknown")},
    "goodbye-pickup-far": Goodbye("pickup", left=1, far=True),
    "goodbye-pickup-over": Goodbye("pickup", TITLES[:1], NOW + 30 * 86400, over=1, doubt=1),
    "goodbye-pickup-none": Goodbye("pickup"),
    "goodbye-dropoff": Goodbye("dropoff", TITLES[:2], provisional=True),
    "goodbye-dropoff-none": Goodbye("dropoff"),
    "goodbye-stocking": Goodbye("stocking"),
    "goodbye-clearing": Goodbye("clearing"),
    "goodbye-check": Goodbye("check"),
    **{f"return-{notice}": Return(TITLES[:2], notice) for notice in _notices(Return) if notice},
    **{f"courier-{n}": Courier((("P-0001", 2, "L"),), 0, 0, (), 5, n) for n in _notices(Courier) if n},
    **{f"load-{n}": Load("P-0042", ((TITLES[0], False),), n) for n in _notices(Load) if n},
    **{f"sorry-{reason}": Sorry(reason) for reason in _reasons()},
    "sorry-blocked-said": Sorry("patron_blocked", DETAIL, ("return",)),
    "sorry-elsewhere-said": Sorry("ready_elsewhere", then=("return", "collect"), places=PLACES),
    **{f"wait-{what}": Wait(what) for what in ("account", "renew_all", "cancel_hold")},
    **{
        f"shown-{what}": Shown(what, "lujia", NOW, what == "genuine", tuple(f"SIP{n:07}" for n in range(6)))  # type: ignore[arg-type]
        for what in ("genuine", "changed", "slip", "elsewhere")
    },
    "shown-received": Shown("genuine", "lujia", NOW, False, ("SIP0001104",)),
    **account_screens(NOW),
    **activation_screens(),
    **search_screens(NOW),
    "sorry-full-room": Sorry("cabinet_full", places=PLACES[:2]),
    "sorry-reach-room": Sorry("no_door_in_reach", then=("return",), places=PLACES[:2]),
    "sorry-away-then": Sorry("library_away", "", ("browse", "return", "collect")),
}


NOTED: dict[str, SessionNote] = {
    "desk": "own_card",
    "account-borrow": "finish_first",
    "open-unheard": "unheard",
    "stuck-unheard": "unheard",
}
PAGES = page_screens(NOW)  # those of the pages to print, in no gallery


def display(name: str, warning: bool = False, until_s: float | None = 45.0) -> Display:
    """The display called ``name``, as it would stand on a machine in use."""
    screen = SCREENS[name] if name in SCREENS else PAGES[name]
    at_home = isinstance(screen, Home)
    compartment = getattr(screen, "compartment", "")
    return Display(
        screen,
        doors(compartment if isinstance(screen, DoorOpen) else "", compartment),
        NOW,
        None if at_home else NOW + (until_s or 0),
        warning,
        "" if at_home or isinstance(screen, Collect | Courier) else "林 S.",
        name != "home-no-reader" and not name.startswith("home-away"),
        to_borrow=name == "goodbye-routed",
        note=NOTED.get(name, ""),
        to_account=name in ("goodbye-slip", "goodbye-dropoff", "sorry-blocked-said"),
    )
