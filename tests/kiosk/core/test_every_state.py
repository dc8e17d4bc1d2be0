"""Every story in every variant times every event: the decision is total, and every wait ends."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest
from pydantic import SecretStr

from hardware.readings import (
    CardGone,
    CardShown,
    CardUnread,
    CodeUnknown,
    DeviceDown,
    DeviceUp,
    Door,
    DoorSeen,
    Incomplete,
    IsbnScanned,
    ItemScanned,
    Paper,
    PaperSeen,
    PassScanned,
    PatronScanned,
    PileSeen,
    Printed,
    PrintEnded,
    Pulse,
    ReceiptScanned,
    SealScanned,
    SecureEnded,
    UnlockEnded,
    Written,
)
from kiosk.core.account_stories import AccountPin, AtAccount, AtMore, Proving
from kiosk.core.activation import Activating
from kiosk.core.commands import Secure, Unlock
from kiosk.core.events import (
    Acted,
    Answered,
    ClockJumped,
    Event,
    Forgotten,
    Heard,
    Online,
    Receipted,
    Restored,
    Started,
    Tick,
    Touched,
)
from kiosk.core.facts import Proved
from kiosk.core.model import changed
from kiosk.core.screens import Display
from kiosk.core.search_stories import Borrowing, Searching, Wishing
from kiosk.core.session import Session, Step
from kiosk.core.show import display
from kiosk.core.step import step
from kiosk.core.stories import (
    AskingCard,
    AtCounter,
    AtCourier,
    AtDesk,
    AtHome,
    Checking,
    Choosing,
    Clearing,
    Collecting,
    Dropping,
    Ended,
    Fetching,
    HandingOver,
    Loading,
    Moving,
    ProvingPin,
    Returning,
    Sealing,
    Settling,
    Stowing,
)
from kiosk.tables import TABLES
from sync.account import AccountIs, Fine, Hold, Loan
from sync.activation import Offer, Rules
from sync.acts import LoanRuling, Ruling
from sync.asked import Allowed, ItemIs, LoansAre, PatronIs
from sync.instructions import Instructed, Instruction, signed_bytes
from sync.library_clock import Bounds
from sync.messages import (
    ItemDropped,
    NeighboursAre,
    Page,
    ParcelReady,
    ParcelRecalled,
    ParcelSent,
    PatronChanged,
    PatronForgotten,
    PointTrouble,
    Receipt,
    Telling,
)
from sync.rounds import BagHandedOver
from sync.things import Neighbour, Patron, SentParcel
from sync.titles import Title, TitlesAre
from tests.kiosk.core.bystander import discreet
from tests.kiosk.core.machine import (
    BOBS,
    CARDS,
    CODE,
    DAY_S,
    ISBN,
    KEYRING,
    NOW,
    ONE,
    OTHER_ISBN,
    PAIR,
    PARCEL,
    PEOPLE,
    SIGNING,
    SILENT,
    STRANGER,
    Machine,
    expiring,
    item,
    letters,
    qr,
    stocked,
)

ACCOUNT = AccountIs(
    True,
    "A.",
    (Loan("7", "Seven", NOW - DAY_S, True), Loan("0", "Nought")),
    (Hold("A1", "Title i-1", "ready", "p1", True, NOW + DAY_S, "p-1"), Hold("A0", "Other", "waiting", ahead=3)),
    (Fine("1.50", "late"),),
    "1.50",
    "CNY",
)
OUTCOMES: tuple[Ruling | Literal["away", "unknown"], ...] = (
    Ruling(True, until=NOW + DAY_S),
    Ruling(False, "no"),
    Ruling(False, "no", again="pin"),
    Ruling(False, each=(LoanRuling("7", True, until=NOW + DAY_S), LoanRuling("0", False, "no"))),
    "away",
    "unknown",
)
OF_ACCOUNTS = frozenset(line.title for line in (*ACCOUNT.loans, *ACCOUNT.holds))
FOUND = TitlesAre((Title("t-1", "Three", "Liu", ISBN, 1, 0, NOW + DAY_S), Title("t-2", "Three again")), near=True)
OFFER = Offer((Rules("一", "one"), Rules("二")), 4)
DROPPED = ItemDropped("x-1", "A1", True)
STOCK = SentParcel("t-1", "", (item("x-7"),), "S", NOW + 60 * DAY_S)

# ---- the states ---------------------------------------------------------------------------------------------------


def at_home() -> Iterator[tuple[str, Machine]]:
    yield "home, empty", Machine()
    yield "home, loaded", stocked(PARCEL, PAIR, BOBS)
    yield "home, nothing announced", unannounced()
    yield "home, offline", stocked(PARCEL).do(Online(False))
    yield "home, before any door was seen", stocked(PARCEL).restart()
    yield "home, a door forced", stocked(PARCEL).do(DoorSeen("A1", Door.OPEN))
    yield "home, a door in doubt", stocked(PARCEL).do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))


def remote() -> Iterator[tuple[str, Machine]]:
    asked = stocked(PARCEL).instruct("open", compartment="A1", contents=("p-1",))
    yield "home, opened from afar", asked
    order = asked.point.compartments["A1"].order
    assert order is not None
    refused = asked.copy().do(UnlockEnded("A1", order.id, 1, Pulse.REFUSED))
    yield "home, opened from afar, refused", refused
    yield "home, opened from afar, stuck", asked.copy().wait(5)
    yield "home, opened from afar, board gone", asked.copy().do(DoorSeen("A1", Door.UNKNOWN))
    yield "home, opened from afar, the power failed", asked.copy().restart()
    wide = asked.copy().do(DoorSeen("A1", Door.OPEN))
    yield "home, opened from afar, open", wide
    yield "home, opened from afar, open, the power failed", wide.copy().restart()
    yield "home, opened from afar, late", wide.copy().wait(61)
    yield "courier, opened from afar", wide.copy().tap("max")
    yield "home, a door set aside", stocked(PARCEL).instruct("set_aside", compartment="A2")
    yield "home, an old image", stocked(PARCEL).do(Restored(50))


def without_a_door() -> Iterator[tuple[str, Machine]]:
    yield "collecting", stocked(PARCEL).touch("collect")
    yield "collecting, all digits", _digits(stocked(PARCEL), CODE)
    yield "collecting, wrong", stocked(PARCEL).code("99999999")
    closed = stocked(PARCEL)
    yield (
        "collecting, codes closed",
        replace_counters(closed, wrong_codes=10, wrong_day=int(NOW // DAY_S)).touch("collect"),
    )
    several = stocked(PARCEL, PAIR).tap("ann")
    yield "choosing", several
    yield "choosing, one ticked", several.copy().touch("parcel", "p-1")
    yield "asking for a card", stocked(PARCEL).do(CardShown("card", SecretStr("FF")))
    yield "returning", stocked(PARCEL).touch("return")
    yield "returning, offline", stocked(PARCEL).do(Online(False)).touch("return").scan("x-1")
    yield "returning, asking for an item", stocked(PARCEL).scan("x-1").scan("x-2")
    yield "returning, one that nobody can read", stocked(PARCEL).touch("return").touch("unreadable")
    waiting = stocked(PARCEL).do(IsbnScanned("scanner", ISBN))
    yield "returning, a book number waits", waiting
    yield "returning, too much on the pad", stocked(PARCEL).do(PileSeen("pad", ("x-1", "x-2")))
    yield "returning, a part missing", stocked(PARCEL).do(PileSeen("pad", (), (Incomplete("x-9", (2,), 3),)))
    yield "returning, whose card", waiting.copy().do(CardShown("card", SecretStr("FF")))
    yield "returning, asking for loans", waiting.copy().tap("bob")
    yield "returning, some accepted", _accepted()
    yield "courier", Machine(PARCEL, PAIR).tap("max")
    yield "courier, much to do", _much_to_do().tap("max")
    yield "loading", Machine(PAIR).tap("max").scan("i-2")
    bag = _bag()
    yield "courier, a bag", bag
    yield "sealing", bag.copy().touch("bag")
    yield "sealing, typed", _type(bag.copy().touch("bag"), "70417")
    sealed = bag.copy().do(SealScanned("scanner", "Z-7"))
    yield "handing over", sealed
    yield "handing over, a code typed", _type(sealed.copy(), "12345678")
    yield "handing over, somebody else", sealed.copy().tap("ann")
    yield "handing over, leaving", bag.copy().touch("finish").do(SealScanned("scanner", "Z-7"))
    yield "courier, a sealed bag", sealed.copy().touch("cancel")
    yield "courier, no room", Machine(PARCEL, PAIR, spaces=[("A1", "S")]).tap("max").scan("i-2", "i-3")
    desk = with_cases().tap("sue").touch("desk")
    yield "desk", desk
    report = with_cases().paper().tap("sue").touch("desk").touch("report")
    yield "desk, a report to print", report
    yield "desk, a report under way", report.copy().touch("print")
    for page in ("doors", "report", "use"):
        yield f"desk, {page}", desk.copy().touch(page)
    yield "desk, a door", desk.copy().touch("doors").touch("door", "A1")
    yield "desk, why", desk.copy().touch("doors").touch("door", "A1").touch("open")
    yield "technician", technician()
    yield "technician, the machine", technician().touch("machine")
    yield "sorry", stocked(PARCEL).tap("eve")
    yield "asking for a PIN", unannounced().tap("ann")
    yield "proving a PIN", unannounced().tap("ann").answer(PatronIs(None, pin="needed")).touch("digit", "7")
    yield from account()
    yield from searching()
    yield from activating()
    yield from at_counter()
    yield "staff at a case", with_cases().tap("sue").touch("cases")
    yield "courier, asking for an item", unannounced().tap("max").scan("x-1")
    yield "goodbye", stocked(PARCEL).tap("ann").open().shut()
    yield "collecting, after another's goodbye", stocked(PARCEL, BOBS).tap("ann").open().shut().touch("collect")
    offered = stocked(PARCEL).paper().tap("ann").open().shut()
    yield "goodbye, a slip offered", offered
    yield "goodbye, a slip under way", offered.copy().touch("print", "en")
    slip = offered.copy().touch("print").session.story.screen.slip.id  # type: ignore[union-attr]
    yield "goodbye, no slip", offered.copy().touch("print").do(PrintEnded("printer", slip, Printed.NOTHING))


def at_counter() -> Iterator[tuple[str, Machine]]:
    machine = counter()
    yield "counter, home", machine.copy().touch("cancel")
    yield "proving for the counter", counter_home().touch("borrow")
    yield "counter", machine
    asking = machine.copy().lay("x-1", "x-2")
    yield "counter, asking", asking
    listed = asking.copy().answer(ItemIs(item("x-1"))).answer(None)
    yield "counter, listed", listed
    yield "counter, away", listed.copy().do(Online(False))
    going = listed.copy().touch("borrow")
    yield "counter, asking for a loan", going
    yield "counter, left while asking", going.copy().touch("finish")
    yield "counter, the power failed", going.copy().restart()
    booked = going.copy().act(Ruling(True, until=NOW + DAY_S))
    yield "counter, one booked", booked
    half = booked.copy().act("unknown")
    yield "counter, all booked", half
    again = half.copy()
    for row in half.point.counter_items.values():
        again.do(SecureEnded("pad", row.writing, row.id, False, Written.UNKNOWN))
    yield "counter, to be laid down again", again
    yield "counter, left with a tag", again.copy().touch("finish")
    yield "counter, a tag, and the power failed", again.copy().restart()
    yield "counter, refused", going.copy().act(Ruling(False, "no")).act(Ruling(False, "no"))


def counter_home() -> Machine:
    return stocked(PARCEL, counter=True, pads=frozenset({"pad"}))


def counter() -> Machine:
    return counter_home().touch("borrow").tap("ann")


def technician() -> Machine:
    machine = stocked(PARCEL)
    return machine.hear(PatronChanged(Patron("sue", "S.", role="technician", cards=(KEYRING.card("04D4"),)))).tap("sue")


def _bag() -> Machine:
    """A courier has cleared one of two doors and does something else first."""
    machine = stocked(PARCEL, BOBS).recall("p-1").recall("p-3")
    return machine.tap("max").touch("clear").open().touch("pause").shut()


def _type(machine: Machine, digits: str) -> Machine:
    for digit in digits:
        machine.touch("digit", digit)
    return machine


def account() -> Iterator[tuple[str, Machine]]:
    yield "more", stocked(PARCEL).touch("more")
    yield "more, how", stocked(PARCEL).touch("more").touch("how")
    yield "proving for the account", stocked(PARCEL).touch("more").touch("account")
    asking = stocked(PARCEL).touch("more").touch("account").tap("ann")
    yield "account, asking", asking
    yield "account, PIN wanted", asking.copy().answer(AccountIs(pin="needed")).touch("digit", "7")
    yield "account, away", asking.copy().answer(None)
    yield "account, nobody", asking.copy().answer(AccountIs(known=False))
    yield "account, empty", asking.copy().answer(AccountIs())
    home = asking.copy().answer(ACCOUNT)
    yield "account", home
    yield "account, fines", home.copy().touch("fines")
    loans = home.copy().touch("loans")
    yield "account, loans", loans
    yield "account, renewing", loans.copy().touch("renew", "7")
    yield "account, renewing all", loans.copy().touch("renew_all")
    holds = home.copy().touch("holds")
    yield "account, holds", holds
    yield "account, a hold", holds.copy().touch("hold", "A1")
    permission = holds.copy().touch("hold", "A1").touch("permit")
    yield "account, a permission", permission
    yield "account, a permission given", permission.copy().touch("cancel")
    yield "account, a permission taken back", permission.copy().touch("cancel").touch("take_back")
    yield "account, what lies here", asking.copy().answer(None).touch("holds")
    yield "account, one that lies here", asking.copy().answer(None).touch("holds").touch("hold", "p-1")
    yield "sorry, a helper", _helped(stocked(PARCEL).recall("p-1"), "p-1")
    yield "account, more time", holds.copy().touch("hold", "A1").touch("longer")
    sure = holds.copy().touch("hold", "A1").touch("cancel_hold")
    yield "account, sure", sure
    yield "account, cancelling", sure.copy().touch("yes")
    yield "account, renewed", loans.copy().touch("renew", "7").act(Ruling(True, until=NOW + DAY_S))
    yield "account, not renewed", loans.copy().touch("renew_all").act(Ruling(False, each=(LoanRuling("7", False),)))
    yield "account, not known", loans.copy().touch("renew", "7").act("unknown")


def activating() -> Iterator[tuple[str, Machine]]:
    read = stocked(PARCEL).do(CardShown("card", SecretStr("FF"))).answer(PatronIs(None, offer=OFFER))
    yield "activating", read
    last = read.copy().touch("next")
    yield "activating, the last page", last
    phone = _type(last.copy().touch("agree"), "138001380")
    yield "activating, a number", phone
    pin = _type(phone.copy().touch("enter"), "7041")
    yield "activating, a PIN", pin
    again = _type(pin.copy().touch("enter"), "7041")
    yield "activating, once more", again
    yield "activating, not alike", _type(pin.copy().touch("enter"), "7042").touch("enter")
    told = again.copy().touch("enter")
    yield "activating, told", told
    for ruling in (Ruling(False, "no", again="phone"), Ruling(False, again="pin"), Ruling(False)):
        yield f"activating, {ruling}", told.copy().act(ruling)
    asking = told.copy().act(Ruling(True))
    yield "activating, whose card", asking
    yield "activating, not known", told.copy().act("unknown")
    yield "activated", asking.copy().answer(PatronIs(PEOPLE[0]))
    yield "activated, silence", asking.copy().answer(None)


def searching() -> Iterator[tuple[str, Machine]]:
    typing = letters(stocked(PARCEL).touch("more").touch("search"), "SBT")
    yield "searching", typing
    yield "searching, digits", typing.copy().touch("pad")
    asking = typing.copy().wait(1)
    yield "searching, asking", asking
    yield "searching, asking about what is not there any more", asking.copy().touch("erase")
    found = asking.copy().answer(FOUND)
    yield "searching, found", found
    listed = found.copy().touch("enter")
    yield "searching, the list", listed
    yield "searching, the list to come", typing.copy().touch("enter")
    yield "searching, no answer", asking.copy().answer(None)
    title = listed.copy().touch("title", "t-1")
    yield "searching, a title", title
    yield "searching, a card is to be shown", title.copy().touch("hold")
    yield "searching, a number", letters(unannounced().touch("more").touch("search"), "X1").touch("enter")
    yield "searching, no number", stocked(PARCEL).touch("more").touch("search").do(IsbnScanned("scanner", ISBN))
    looking = title.copy().tap("ann")
    yield "wishing, the account", looking
    yield "wishing, a PIN", looking.copy().answer(AccountIs(pin="needed")).touch("digit", "7")
    placing = looking.copy().answer(ACCOUNT)
    yield "wishing, placing", placing
    for outcome in OUTCOMES:
        yield f"wishing, {outcome}", placing.copy().act(outcome)
    yield "wishing, not known", placing.copy().act("unknown").answer(ACCOUNT)
    yield "home, stock", stocked(STOCK, PARCEL)
    shelf = stocked(STOCK).touch("browse")
    yield "browsing", shelf
    yield "browsing, a title", shelf.copy().touch("title", "t-1")
    yield "browsing, a card is to be shown", shelf.copy().touch("title", "t-1").touch("borrow")
    yield "browsing, called back", shelf.copy().touch("title", "t-1").touch("borrow").recall("t-1")
    known = stocked(STOCK).tap("bob").answer(AccountIs()).touch("browse").touch("title", "t-1")
    yield "browsing, a reader who is known", known
    searched = stocked(STOCK).tap("bob").answer(AccountIs()).touch("browse").touch("search")
    yield "searching, a reader who is known", searched
    yield "more, after a reader who was known", searched.copy().touch("cancel")
    yield "borrowing, asking", shelf.copy().touch("title", "t-1").tap("ann")
    yield "borrowing, not lent", shelf.copy().touch("title", "t-1").tap("ann").answer(Allowed(False, "no"))


def _helped(machine: Machine, parcel: str) -> Machine:
    """A helper types the code of its reader."""
    row = replace(machine.parcel(parcel), helper=KEYRING.code("55555555"), helper_until=NOW + DAY_S)
    machine.point = machine.point.put(row)
    return machine.code("55555555")


def with_cases() -> Machine:
    """Somebody of the staff, and two things machine and library disagree on."""
    machine = stocked(PARCEL).hear(PatronChanged(Patron("sue", "S.", role="staff", cards=(KEYRING.card("04D4"),))))
    for n, told in enumerate((DROPPED, ParcelReady("p-1", "A1", "max", ("i-1",)))):
        key = f"p1-7-{n}"
        machine.do(Receipted(Telling(key, n + 1, NOW, told), Receipt(key, "conflict", "words")))
    return machine


def unannounced() -> Machine:
    """A point whose library announces nothing, with one parcel that is held for Ann and one that is nobody's yet."""
    machine = Machine(library=SILENT).tap("max").scan("i-1").answer(ItemIs(ONE)).open().shut()
    machine.scan("i-2").answer(None).open().shut().touch("finish")
    ready = machine.told(ParcelReady)[0]
    return machine.do(
        Receipted(Telling("p1-9-1", 9, NOW, ready), Receipt("p1-9-1", "applied", held_for=PEOPLE[0])), after=60.0
    )


def _digits(machine: Machine, digits: str) -> Machine:
    machine.touch("collect")
    for digit in digits:
        machine.touch("digit", digit)
    return machine


def replace_counters(machine: Machine, **values: int) -> Machine:
    machine.point = machine.point.put(replace(machine.point.counters, **values))
    return machine


def _accepted() -> Machine:
    machine = stocked(PARCEL).scan("x-1")
    return machine.answer(ItemIs(item("x-1"), True)).scan("x-2").answer(None)


def _much_to_do() -> Machine:
    machine = stocked(expiring(PARCEL, 100.0), BOBS, spaces=[(f"A{n}", "S") for n in range(6)])
    machine.do(Online(False)).scan("x-1").touch("open").open().shut().touch("finish")
    machine.tap("bob").open()
    machine.touch("not_here").shut().touch("finish").do(Online(True))
    machine.now += 200.0
    return machine


def _opened(machine: Machine) -> Machine:
    return machine.touch("doors").touch("door", "A1").touch("open").touch("reason", "repair")


def at_doors() -> Iterator[tuple[str, Machine]]:
    courier = Machine(PARCEL, PAIR).tap("max")
    much = _much_to_do().tap("max")
    for name, machine in (
        ("fetching one", stocked(PARCEL).tap("ann")),
        ("fetching two", stocked(PARCEL, PAIR).show(qr()).touch("take")),
        ("fetching several items", stocked(PAIR).tap("ann")),
        ("borrowing", stocked(STOCK).touch("browse").touch("title", "t-1").tap("bob").answer(Allowed(True))),
        ("fetching by code", stocked(PARCEL).code(CODE)),
        ("fetching for somebody else", _helped(stocked(PARCEL), "p-1")),
        ("dropping", _accepted().touch("open")),
        ("stowing", courier.copy().scan("i-1")),
        ("stowing two items", courier.copy().scan("i-2", "i-3")),
        ("clearing", much.copy().touch("clear")),
        ("checking", much.copy().touch("check", "A1")),
        ("opened by staff", _opened(with_cases().tap("sue").touch("desk"))),
        ("tried by a technician", _opened(technician())),
        ("moving", with_cases().tap("sue").touch("desk").touch("doors").touch("door", "A1").touch("move")),
        ("looking behind all doors", with_cases().tap("sue").touch("desk").touch("audit")),
        ("looking behind a door that is full", stocked(PARCEL).tap("max").scan("i-1").touch("check", "A1")),
    ):
        assert machine.unlocked, name
        yield name, machine
        yield f"{name}, board gone", machine.copy().do(DoorSeen(machine.door, Door.UNKNOWN))
        yield f"{name}, board silent and stuck", machine.copy().do(DoorSeen(machine.door, Door.UNKNOWN)).wait(5)
        yield f"{name}, stuck", machine.copy().wait(5)
        tired = UnlockEnded(machine.door, machine.order.id, 1, Pulse.REFUSED, 40.0)
        yield f"{name}, the lock rests", machine.copy().do(tired)
        yield f"{name}, the lock has rested", machine.copy().do(tired).wait(41)
        yield f"{name}, stuck twice", machine.copy().wait(5).touch("again").wait(5)
        yield f"{name}, open", machine.copy().open()
        yield f"{name}, open and board gone", machine.copy().open().do(DoorSeen(machine.door, Door.UNKNOWN))
        yield f"{name}, open and bounced", machine.copy().open().shut(0.3)
        yield f"{name}, late", machine.copy().open().wait(61)
        yield f"{name}, left open for good", machine.copy().open().wait(400)
        yield f"{name}, the power failed before", machine.copy().restart()
        yield f"{name}, the power failed while open", machine.copy().open().restart()
        yield from resting(name, machine.copy().open().shut(done=False))
        for action in ("not_here", "leave_it", "nothing_in", "does_not_fit", "yes", "no", "wrong_book", "cannot_reach"):
            said = machine.copy().open()
            before = said.order
            if said.touch(action).order != before:
                yield f"{name}, open, said {action}", said
        said = machine.copy().open().scan("x-9").touch("absent", "p-1")
        if said.order.found or said.order.absent:
            yield f"{name}, open, something else there", said
            yield f"{name}, open, something else there, the power failed", said.copy().restart()


def resting(name: str, machine: Machine) -> Iterator[tuple[str, Machine]]:
    """Doors of a pickup that were just shut, and may be opened once more."""
    if isinstance(machine.session.story, Fetching):
        yield f"{name}, shut again", machine
        yield f"{name}, shut again, the power failed", machine.copy().restart()
        yield f"{name}, to be opened once more", machine.copy().touch("reopen")
        yield (
            f"{name}, to be opened once more, board gone",
            machine.copy().touch("reopen").do(DoorSeen(machine.door, Door.UNKNOWN)),
        )
        yield f"{name}, to be opened once more, the power failed", machine.copy().touch("reopen").restart()
        yield f"{name}, did not open once more", machine.copy().touch("reopen").wait(5)
        yield f"{name}, opened once more", machine.copy().touch("reopen").open()


def sorting() -> Iterator[tuple[str, Machine]]:
    wide = stocked(PAIR).tap("ann").open()
    yield "fetching, which are not there", wide.copy().touch("some")
    marked = wide.copy().touch("some").touch("item", "i-2")
    yield "fetching, one marked", marked
    for action in ("are_missing", "stay_here"):
        said = marked.copy().touch(action)
        yield f"fetching, {action}", said
        yield f"fetching, {action}, shut again", said.copy().shut(done=False)
        yield f"fetching, {action}, the power failed", said.copy().restart()
        yield f"fetching, {action}, left open for good", said.copy().wait(400)
    yield "fetching, a wrong book shown", wide.copy().scan("x-1")


STATES = dict([*at_home(), *remote(), *without_a_door(), *at_doors(), *sorting()])

# ---- the events ---------------------------------------------------------------------------------------------------

ACTIONS = (
    *("collect", "return", "cancel", "finish", "digit", "erase", "enter", "open", "undo", "not_here", "leave_it"),
    *("parcel", "take", "cannot_reach", "some", "wrong_book", "item", "are_missing"),
    *("stay_here", "reopen", "next", "unreadable"),
    *("cases", "by_hand", "nothing", "later", "bag", "absent", "pause"),
    *("more", "how", "account", "loans", "holds", "fines", "renew", "renew_all", "hold", "longer", "cancel_hold"),
    *("desk", "audit", "doors", "door", "report", "use", "machine", "chart", "reason", "aside", "back", "move"),
    *("search", "letter", "pad", "title"),
    *("borrow", "browse", "agree", "go_on"),
    *("does_not_fit", "nothing_in", "again", "help", "other_door", "yes", "no", "clear", "check", "more_time", "print"),
    "hearing",
)
ANSWERS = (
    None,
    AccountIs(),
    AccountIs(known=False),
    AccountIs(pin="needed"),
    AccountIs(pin="wrong"),
    ACCOUNT,
    PatronIs(None),
    PatronIs(PEOPLE[0]),
    PatronIs(PEOPLE[2], ("elsewhere",)),
    PatronIs(PEOPLE[4]),
    PatronIs(None, pin="needed"),
    PatronIs(None, offer=OFFER),
    PatronIs(PEOPLE[0], pin="wrong"),
    ItemIs(ONE, held="no"),
    ItemIs(None),
    ItemIs(item("x-1"), True),
    LoansAre(()),
    FOUND,
    TitlesAre(()),
    Allowed(True),
    Allowed(False, "no"),
    LoansAre((item("x-7", ISBN),)),
    LoansAre((item("x-7", ISBN), item("x-8", ISBN))),
)
TELLING = Telling("p1-1-1", 1, NOW, PointTrouble("door_forced"))


def touches() -> Iterator[Touched]:
    for action in (*ACTIONS, "nonsense", ""):
        for value in ("", "0", "7", "A1", "A0", "p-1", "i-2", "repair", "stuck", "t-1", "/t-1", "nowhere"):
            yield Touched(action, value)


def shown() -> Iterator[Event]:
    for number in (*CARDS.values(), "FFFF", "", "ÿ" * 50):
        yield CardShown("card", SecretStr(number))
        yield PatronScanned("scanner", SecretStr(number))
    for barcode in ("i-1", "i-2", "i-3", "i-4", "x-1", "x-7", "never-seen"):
        yield ItemScanned("scanner", barcode)
    for isbn in (ISBN, OTHER_ISBN):
        yield IsbnScanned("scanner", isbn)
    for why in ("lifted", "two", "unfit", "else"):
        yield CardUnread("card", why)
    for text in (qr(), qr(key=STRANGER), qr(not_after=1.0), qr(point="p2"), qr("ab" * 8), "L1:", "", "x" * 5000):
        yield PassScanned("scanner", SecretStr(text))
    for secured in (True, False):
        yield from (SecureEnded("pad", "999", "x-1", secured, written) for written in Written)
    yield CardGone("card")
    yield CodeUnknown("scanner", 3)
    yield SealScanned("scanner", "Z-0001")
    for line in ("p1-57/103", "elsewhere-1/1", "R1;p1;57/103;1;checked;x-1;00000000;" + "A" * 86, "", "R1;" * 300):
        yield ReceiptScanned("scanner", line)
    for items in ((), ("i-1",), ("i-2", "x-1"), ("never-seen",)):
        for incomplete in ((), (Incomplete("x-9", (2,), 3),)):
            yield from (PileSeen("pad", items, incomplete, foreign) for foreign in (0, 1))


def from_afar() -> Iterator[Event]:
    yield Started()
    yield Tick()
    yield from (ClockJumped(by) for by in (3600.0, -3600.0, -DAY_S, 2.0))
    yield from (Online(up) for up in (True, False))
    yield DeviceUp("card")
    yield DeviceDown("printer", "gone")
    yield from (PaperSeen(device, paper) for device in ("printer", "nobody") for paper in Paper)
    yield from (PrintEnded("printer", slip, printed) for slip in ("1", "2", "999") for printed in Printed)
    yield DeviceDown("card", "gone" * 100)
    changes = (ParcelRecalled("p-1"), ParcelRecalled("p-9"), PatronForgotten("ann"), PatronChanged(PEOPLE[2]))
    changes += (NeighboursAre((Neighbour("p2", "East", 1, 2, 3), Neighbour("p3", "West"))), NeighboursAre(()))
    changes += (ParcelSent(replace(PARCEL, items=(ONE, item("i-9")))), ParcelSent(replace(PARCEL, id="p-7")))
    for change in changes:
        yield Heard(Page((change,), "d", NOW))
    yield Heard(Page((), "d", NOW, snapshot=True))
    yield Heard(Page((), "d", NOW))
    for number in (0, 50, 60):
        yield Restored(number)
        yield Forgotten(number, number + 9)
    for action in ("open", "set_aside", "put_back", "cancel_hold"):
        for contents in ((), ("p-1",), ("never-seen",)):
            for key in (SIGNING, STRANGER):
                order = Instruction(f"I-{action}-{'-'.join(contents)}", "p1", NOW, action, "A1", "p-1", contents)  # type: ignore[arg-type]
                page = Page((Instructed(order, key.sign(signed_bytes(order)).hex()),), "d", NOW)
                yield Heard(page, Bounds(NOW, NOW + 0.1))
                yield from (Heard(page, bounds) for bounds in (None, Bounds(1.0, 1.1)) if key is SIGNING)
    for status in ("applied", "duplicate", "conflict", "rejected", "reused"):
        yield Receipted(TELLING, Receipt(TELLING.key, status, "words"))
    for told in (ParcelReady("h1", "A1", "max", ("i-1",)), ParcelReady("h2", "A2", "max", ("i-2",)), DROPPED):
        for patron in (None, PEOPLE[1], PEOPLE[4]):
            yield Receipted(replace(TELLING, told=told), Receipt(TELLING.key, "applied", held_for=patron))
        yield Receipted(replace(TELLING, told=told), Receipt(TELLING.key, "applied", stock=True))


def about_doors(machine: Machine) -> Iterator[Event]:
    for name in (*machine.point.compartments, "nowhere"):
        yield from (DoorSeen(name, door) for door in Door)
        row = machine.point.compartments.get(name)
        order = row.order if row else None
        for id, attempt in {(order.id, order.attempt) if order else ("1", 1), ("999", 1), ("1", 9)}:
            yield from (UnlockEnded(name, id, attempt, pulse) for pulse in Pulse)
            yield UnlockEnded(name, id, attempt, Pulse.REFUSED, 40.0)


ANYWHERE = (*shown(), *from_afar())


def events(machine: Machine) -> Iterator[Event]:
    """What may mean something here. The rest is in ``nothings``."""
    yield from (event for event in touches() if understood(machine, event))
    yield from ANYWHERE
    yield from about_doors(machine)
    for key in {getattr(machine.session.story, "key", ""), "held:h1", "held:h2", "held:nothing", ""}:
        yield from (Answered(key, answer) for answer in ANSWERS)
    for key in {getattr(machine.session.story, "key", ""), "9.9", "held:h1", ""}:
        yield from (Acted(key, outcome) for outcome in OUTCOMES)
    for row in machine.point.counter_items.values():
        yield from (SecureEnded("pad", row.writing, row.id, False, written) for written in Written)
        yield from (Acted(row.act, outcome) for outcome in OUTCOMES)


def nothings(machine: Machine) -> Iterator[Event]:
    """What means nothing here."""
    yield from (event for event in touches() if event.value in ("", "A1", "p-1") and not understood(machine, event))
    yield from (DoorSeen("nowhere", Door.OPEN), UnlockEnded("nowhere", "1", 1, Pulse.ACCEPTED), CardGone("card"))
    yield from (UnlockEnded(name, "999", 1, pulse) for name in machine.point.compartments for pulse in Pulse)
    yield from (Answered("9.9", answer) for answer in ANSWERS)


def understood(machine: Machine, event: Touched) -> bool:
    return event.action == "more_time" or event.action in UNDERSTOOD[type(machine.session.story)]


# ---- what must hold -----------------------------------------------------------------------------------------------


def sound(machine: Machine) -> None:
    """What must hold after every step."""
    for command in machine.commands:
        if isinstance(command, Secure) and not command.secured:
            row = machine.point.counter_items.get(command.item)
            assert row is None or (row.booked and row.writing == command.order)  # None: a return that stayed out
        if isinstance(command, Unlock):
            order = machine.point.compartments[command.compartment].order
            assert order is not None
            assert (order.id, order.attempt) == (command.order, command.attempt)
    if isinstance(machine.session.story, AtHome):
        assert machine.session.until > 1e300
    else:
        assert machine.session.until < machine.now + 1000.0
        assert machine.session.number
    drawn = display(machine.point, machine.session, machine.now)
    discreet(machine, drawn, OF_ACCOUNTS)
    knows_only_whom_it_shows(machine.session, drawn)


def knows_only_whom_it_shows(session: Session, screen: Display) -> None:
    """A reader is known on the screens of their own story, and while what is searched is shown with their initials."""
    if isinstance(session.story, Searching):
        assert (session.reader != "") == (screen.initials != "")
    elif isinstance(session.story, AskingCard | ProvingPin):  # of another card, amid their return
        assert session.reader in ("", session.story.back.patron if session.story.back else "")
    elif isinstance(session.story, Activating):
        assert session.reader == (session.story.patron.id if session.story.patron else "")
    else:
        assert session.reader in ("", getattr(session.story, "patron", ""))
    assert not screen.to_account or (screen.initials and session.reader)


def ends(machine: Machine) -> None:
    """Time alone sends whoever stood there home. Then only doors that were not seen shut have an order, and seeing
    them shut, or open and then shut, settles it."""
    for _ in range(12):
        machine.do(Tick(), after=45.0)
        sound(machine)
        orders = [row.order for row in machine.point.compartments.values() if row.order]
        if isinstance(machine.session.story, AtHome) and all(order.opened_at or order.cut for order in orders):
            break
    else:
        raise AssertionError((machine.session, orders))
    for path in ((Door.SHUT,), (Door.OPEN, Door.SHUT)) if orders else ():
        later = machine.copy()
        for door in path:
            later.now += 5.0
            later.doors(door).do(Tick())
        assert not [row for row in later.point.compartments.values() if row.order]


@pytest.mark.parametrize("name", STATES)
def test_any_event_in_any_state_gives_a_step_and_every_wait_ends(name: str) -> None:
    start = STATES[name]
    still = Step(start.point, start.session)
    sound(start)
    ends(start.copy())
    ended = set()
    for event in events(start):
        machine = start.copy()
        machine.now += event.by if isinstance(event, ClockJumped) else 0.0
        taken = step(start.point, start.session, event, machine.now)
        if taken == still and machine.now == start.now:  # so it is as sound as before, and ends as that does
            continue
        machine.take(taken)
        sound(machine)
        for table, _, row in changed(start.point, machine.point):
            if row is not None:
                TABLES[table].encode(row)
        where = (machine.session, *machine.point.compartments.values(), machine.point.counters.online)
        if where not in ended:
            ended.add(where)
            ends(machine)


UNDERSTOOD = {
    AtHome: {"collect", "return", "digit", "more", "borrow", "browse"},
    AtCounter: {"borrow", "undo", "cancel", "finish"},
    AtMore: {"how", "search", "account", "cancel", "finish"},
    Activating: {"next", "agree", "digit", "erase", "enter", "go_on", "cancel", "finish"},
    Searching: {"letter", "erase", "pad", "enter", "title", "hold", "borrow", "browse", "search", "cancel", "finish"},
    Borrowing: {"cancel", "finish"},
    Wishing: {"search", "account", "again", "cancel", "finish"},
    Proving: {"cancel", "finish"},
    AccountPin: {"digit", "erase", "enter", "cancel", "finish"},
    AtAccount: {
        *("loans", "holds", "fines", "renew", "renew_all", "hold", "longer", "cancel_hold", "yes", "no", "collect"),
        *("browse", "borrow", "cancel", "finish"),
    },
    Collecting: {"digit", "erase", "enter", "cancel", "finish"},
    AskingCard: {"cancel", "finish"},
    ProvingPin: {"digit", "erase", "enter", "cancel", "finish"},
    Returning: {"undo", "open", "unreadable", "cancel", "finish"},
    Choosing: {"parcel", "take", "cannot_reach", "cancel", "finish"},
    Fetching: {
        *(
            "not_here",
            "some",
            "wrong_book",
            "leave_it",
            "cannot_reach",
            "undo",
            "item",
            "are_missing",
            "stay_here",
        ),
        *("reopen", "next", "again", "help", "cancel", "finish"),
    },
    Dropping: {"nothing_in", "does_not_fit", "undo", "again", "help", "other_door", "cancel"},
    AtCourier: {"clear", "check", "bag", "desk", "move", "cancel", "finish"},
    AtDesk: {"audit", "doors", "door", "report", "use", "machine", "chart", "open", "reason", "aside", "back", "move"}
    | {"print", "cancel", "finish"},
    Moving: {"undo", "again", "help", "cancel"},
    Loading: {"cancel"},
    Stowing: {"does_not_fit", "undo", "again", "help", "other_door", "cancel", "finish"},
    Clearing: {"no", "undo", "absent", "pause", "again", "help", "next", "cancel"},
    Checking: {"yes", "no", "absent", "pause", "again", "help", "next", "cancel"},
    Sealing: {"digit", "erase", "enter", "cancel", "later", "finish"},
    HandingOver: {"digit", "erase", "enter", "cancel", "later", "finish"},
    Settling: {"by_hand", "nothing", "later", "cancel", "finish"},
    Ended: {"borrow", "collect", "return", "digit", "print", "account", "browse", "hearing", "finish", "cancel"},
}


@pytest.mark.parametrize("name", STATES)
def test_what_means_nothing_changes_nothing(name: str) -> None:
    machine = STATES[name]
    for event in nothings(machine):
        taken = step(machine.point, machine.session, event, machine.now)
        assert taken == Step(machine.point, machine.session), event


@pytest.mark.parametrize("name", STATES)
def test_nobody_is_asked_whether_they_are_there_while_the_library_is(name: str) -> None:
    machine = STATES[name]
    story = machine.session.story
    if getattr(story, "key", "") and not isinstance(story, Searching):  # who searches goes on meanwhile
        assert not display(machine.point, machine.session, machine.session.until - 0.5).warning


@pytest.mark.parametrize("name", STATES)
def test_a_number_in_print_proves_nobody_anywhere(name: str) -> None:
    start = STATES[name]
    assert not start.point.plan.limits.printed_opens
    for number in (*CARDS.values(), "FFFF"):
        machine = start.copy().do(PatronScanned("scanner", SecretStr(number)))
        reached = [machine]
        if isinstance(machine.session.story, AskingCard) and machine.session.story != start.session.story:
            answers = (None, *(PatronIs(patron) for patron in PEOPLE), PatronIs(None, pin="needed"))
            reached += [machine.copy().answer(answer) for answer in answers]
        for machine in reached:
            assert not machine.unlocked
            assert not [fact for fact in machine.facts if isinstance(fact, Proved | BagHandedOver)]
            assert machine.session.reader in ("", start.session.reader)


def test_every_story_is_among_the_states() -> None:
    assert {type(machine.session.story) for machine in STATES.values()} == UNDERSTOOD.keys()
