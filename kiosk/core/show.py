"""The screen is one client of the state: what a front end draws of this point and this session now."""

import math

from hardware.readings import Door
from kiosk.core import (
    doors,
    offline,
    show_account,
    show_counter,
    show_desk,
    show_ended,
    show_pickup,
    show_search,
    show_staff,
    tries,
)
from kiosk.core.account_stories import AccountPin, AtAccount, AtMore, Proving
from kiosk.core.activation import Activating
from kiosk.core.flows import activating, counter, dropoff, fetching, lending
from kiosk.core.flows.common import order_at
from kiosk.core.flows.pickup import codes_open
from kiosk.core.model import PickupPoint
from kiosk.core.notices import DoorNotice
from kiosk.core.screens import (
    Collect,
    Display,
    DoorOpen,
    DoorStuck,
    DoorView,
    Home,
    LockRests,
    Opening,
    Pin,
    Purpose,
    Return,
    Screen,
    Wait,
)
from kiosk.core.search_stories import Borrowing, Searching, Wishing
from kiosk.core.session import Session, Step
from kiosk.core.stock import any_on_offer
from kiosk.core.stories import (
    AskingCard,
    AtCounter,
    AtCourier,
    AtDesk,
    AtDoor,
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
    whose,
)


def display(point: PickupPoint, session: Session, now: float) -> Display:
    """All a front end draws. Pure: the same state and time, the same display."""
    story = session.story
    waiting = math.isfinite(session.until)
    return Display(
        screen=_screen(point, session, now),
        doors=_doors(point, session),
        now=now,
        until=(_rests_until(point, session, now) or session.until) if waiting else None,
        warning=waiting and _warns(point, session, now),
        initials=_initials(point, session),
        online=point.counters.online,
        to_account=session.reader != "" and point.plan.library.account and isinstance(story, Ended),
        to_borrow=isinstance(story, Ended) and counter.after(point, story),
        note=session.note,
    )


def _rests_until(point: PickupPoint, session: Session, now: float) -> float:
    """When the lock of the door at the screen has rested, which could not be opened before; 0 where it could."""
    story = session.story
    order = order_at(Step(point, session), story.visit) if isinstance(story, AtDoor) else None
    unopened = order is not None and not order.opened_at and order.rests_until > now
    return order.rests_until if order and unopened else 0.0


def _warns(point: PickupPoint, session: Session, now: float) -> bool:
    """Asking 'are you still there?' fits where a touch is awaited, not at a moving door or a last screen."""
    story = session.story
    if isinstance(story, Ended) or _rests_until(point, session, now):
        return False
    if getattr(story, "key", "") and not isinstance(story, Searching):  # the library is awaited, who searches goes on
        return False
    if isinstance(story, AtCounter) and lending.busy(story):
        return False
    if isinstance(story, AtDoor):
        order = order_at(Step(point, session), story.visit)
        if order is None or not order.stuck or order.opened_at:
            return False
    return session.until - now <= point.plan.limits.warn_s


def _initials(point: PickupPoint, session: Session) -> str:
    story = session.story
    if isinstance(story, AskingCard | ProvingPin | Activating):  # of another card, or of one that was nobody's
        return ""
    if isinstance(story, AtAccount) and story.account and story.account.initials:
        return story.account.initials
    person = whose(story) or session.reader
    if person == session.reader and session.initials:
        return session.initials
    patron = point.patrons.get(person)
    return patron.initials if patron else ""


def _doors(point: PickupPoint, session: Session) -> tuple[DoorView, ...]:
    story = session.story
    lit = story.visit.compartment if isinstance(story, AtDoor) else ""
    return tuple(
        DoorView(
            name=space.name,
            row=space.row,
            column=space.column,
            height=space.height,
            width=space.width,
            size=space.size,
            door=row.door,
            lit=space.name == lit,
            out=row.out != "" or row.aside or row.door is Door.UNKNOWN,
        )
        for space in point.plan.spaces.values()
        if (row := point.compartments.get(space.name))
    )


def _screen(point: PickupPoint, session: Session, now: float) -> Screen:
    story = session.story
    match story:
        case AtHome():
            cards = point.answers(point.plan.cards)
            standing_open = tuple(sorted(n for n, row in point.compartments.items() if row.door is Door.OPEN))
            afar = tuple(n for n in standing_open if (o := point.compartments[n].order) and o.purpose == "remote")
            lend = counter.offered(point), any_on_offer(point, now)
            codes, lends = point.plan.library.codes, offline.why_not(point, "", now) is None
            return Home(len(point.free()), cards, standing_open, afar, *lend, codes, lends)
        case Collecting(digits=digits, wrong=wrong):
            counters, limits = point.counters, point.plan.limits
            left = limits.wrong_codes_max - counters.wrong_codes if wrong else limits.wrong_codes_max
            codes = codes_open(Step(point, session), now)
            cards, cards_only = point.answers(point.plan.cards), not point.plan.library.codes
            return Collect(digits, codes, wrong, left, cards_only, cards)
        case AskingCard():
            return Wait("card")
        case Choosing():
            return show_pickup.choose(point, story)
        case ProvingPin(digest=digest, digits=pin, wrong=times):
            return Pin(len(pin.get_secret_value()), times > 0, tries.left(point, digest, times, now))
        case AtCourier(key=key) if key:
            return Wait("item")
        case Returning():
            return _return(point, story)
        case AtCourier() | Settling() | Loading() | Sealing() | HandingOver():
            return show_staff.screen(point, session, story, now)
        case AtMore() | Proving() | AccountPin() | AtAccount():
            return show_account.screen(point, story, now)
        case Activating():
            return activating.screen(point, story)
        case Searching() | Borrowing() | Wishing():
            return show_search.screen(point, story, session.reader, now)
        case AtCounter():
            return show_counter.screen(point, story)
        case AtDesk():
            return show_desk.screen(point, story, now)
        case Ended(screen=screen):
            return show_ended.screen(point, screen, now)
        case _:
            return _door(point, session, story, now)


def _return(point: PickupPoint, story: Returning) -> Screen:
    titles = tuple(a.item.title for a in story.accepted)
    if story.key and not story.accepted:
        return Wait("isbn" if story.about.startswith(("978", "979")) else "item")
    scanner = not point.plan.scanners or point.answers(point.plan.scanners)
    return Return(titles, story.notice, not point.counters.online, scanner, story.lacks, bool(story.key))


def _door(point: PickupPoint, session: Session, story: AtDoor, now: float) -> Screen:
    visit, purpose = story.visit, _purpose(point, story)
    order = order_at(Step(point, session), visit)
    if order is None or order.reopening or not (order.opened_at or order.stuck):
        return Opening(purpose, visit.compartment, visit.n, visit.of)
    if not order.opened_at:
        left, other = doors.attempts_left(point, visit.compartment, now), _other_door(point, story)
        more = isinstance(story, Fetching | Clearing | Checking) and bool(story.queue)
        if order.rests_until and (left or now < order.rests_until):
            return LockRests(purpose, visit.compartment, order.rests_about_s, left > 0, other, more)
        return DoorStuck(purpose, visit.compartment, left, other, more)
    if isinstance(story, Fetching):
        return show_pickup.at_door(point, story, order, now)
    if isinstance(story, Checking):
        return show_staff.inside(point, story, order)
    if isinstance(story, Clearing):
        return show_staff.take_out(point, story, order)
    said = "missing" if order.missing else "keep" if order.keep else ""
    notice: DoorNotice = ""
    if isinstance(story, Dropping):
        titles, notice = tuple(a.item.title for a in story.accepted), story.notice
        said = "small" if story.small else said
    else:
        parcel = point.parcels.get(story.parcel)
        titles = parcel.titles if parcel else ()
    return DoorOpen(
        purpose,
        visit.compartment,
        visit.n,
        visit.of,
        titles,
        order.late,
        said,  # type: ignore[arg-type]
        notice=notice,
    )


def _other_door(point: PickupPoint, story: AtDoor) -> bool:
    """Whether another door may do. A courier who finds none hears it at their list; a reader's return would end."""
    if not isinstance(story, Dropping):
        return isinstance(story, Stowing)
    tried = (*story.tried, story.visit.compartment)
    return dropoff.room(point, len(story.accepted), tried, story.least) is not None


def _purpose(point: PickupPoint, story: AtDoor) -> Purpose:
    match story:
        case Fetching():
            return fetching.purpose_of(point, story)
        case Dropping():
            return "dropoff"
        case Stowing():
            return "stocking"
        case Clearing() | Moving():
            return "clearing"
        case Checking():
            return "check"
