"""The decision: one event, one pure function. Total: any event in any state gives a Step; what means nothing there
changes nothing. Time enters only as ``now``.
"""

from dataclasses import replace

from hardware.readings import (
    CardGone,
    CardShown,
    CardUnread,
    CodeUnknown,
    DeviceDown,
    DeviceUp,
    DoorSeen,
    Guide,
    Hint,
    IsbnScanned,
    ItemScanned,
    PaperSeen,
    PassScanned,
    PatronScanned,
    PileSeen,
    PrintEnded,
    UnlockEnded,
)
from kiosk.core import doors, feed, recheck, recovery, watch
from kiosk.core.doors import Outcome
from kiosk.core.events import Answered, ClockJumped, Event, Heard, Online, Receipted, Restored, Started, Tick, Touched
from kiosk.core.flows import cases, clearing, dropoff, identify, pickup, piles, remote, slips, stocking
from kiosk.core.flows.common import leave, refuse, stay
from kiosk.core.model import PickupPoint
from kiosk.core.notices import GuideNotice
from kiosk.core.screens import Reason, Sorry
from kiosk.core.session import (
    AskingCard,
    AtCourier,
    AtDoor,
    AtHome,
    Checking,
    Clearing,
    Collecting,
    Dropping,
    Ended,
    Fetching,
    Loading,
    ProvingPin,
    Returning,
    Session,
    Settling,
    Step,
    Stowing,
)


def step(point: PickupPoint, session: Session, event: Event, now: float) -> Step:
    """What this event leads to, at this point, with this person at the screen, at this time."""
    at = Step(point, session)
    match event:
        case Started():
            return recovery.started(at)
        case Tick():
            return _tick(at, now)
        case ClockJumped(by=by):
            return watch.clock_jumped(at, by)
        case DeviceUp() | DeviceDown():
            return watch.device(at, event)
        case PaperSeen():
            return watch.paper(at, event)
        case PrintEnded():
            return slips.ended(at, event, now)
        case Online(up=up):
            return watch.online(at, up)
        case Heard(page=page, library=library):
            return feed.heard(watch.library_clock(at, library, now), page, library, now)
        case Receipted():
            return feed.receipted(at, event, now)
        case Restored(expected=expected):
            return recovery.restored(at, expected)
        case DoorSeen():
            return _at_door(*doors.seen(at, event, now), now)
        case UnlockEnded():
            return _at_door(*doors.answered(at, event), now)
        case Answered():
            return _answered(at, event, now)
        case Touched():
            return _touched(at, event, now)
        case CardShown(number=number):
            return _card(at, number.get_secret_value(), now)
        case PatronScanned(number=number):
            return _printed(at, number.get_secret_value(), now)
        case CardUnread(why=why):
            return _card_unread(at, why, now)
        case PassScanned(text=text):
            return _pass(at, text.get_secret_value(), now)
        case ItemScanned() | IsbnScanned() | CodeUnknown():
            return _scanned(at, event, now)
        case PileSeen():
            return piles.seen(at, event, now)
        case Guide(hint=hint):
            return _guided(at, _GUIDES[hint])
        case CardGone():
            return at


# ---- time and doors -----------------------------------------------------------------------------------------------


def _tick(at: Step, now: float) -> Step:
    at, outcomes = doors.tick(at, now)
    for outcome in outcomes:
        at = _at_door(at, outcome, now)
    at = recheck.due(at, now)
    if now < at.session.until:
        return at
    story = at.session.story
    if isinstance(story, AskingCard):
        return identify.answered(at, story, None, now)
    if isinstance(story, Returning) and story.key:
        return dropoff.answered(at, story, None, now)
    if isinstance(story, AtCourier) and story.key:
        return stocking.answered(at, story, None, now)
    return leave(at)


def _at_door(at: Step, outcome: Outcome | None, now: float) -> Step:
    """Tell the story whose door it is; a door without anybody has settled by itself."""
    if outcome is not None:
        at = remote.door(at, outcome)
    story = at.session.story
    if outcome is None or not isinstance(story, AtDoor) or story.visit.order != outcome.order:
        return at
    match story:
        case Fetching():
            return pickup.door(at, story, outcome, now)
        case Dropping():
            return dropoff.door(at, story, outcome, now)
        case Stowing():
            return stocking.door(at, story, outcome, now)
        case Clearing() | Checking():
            return clearing.door(at, story, outcome, now)


# ---- the library --------------------------------------------------------------------------------------------------


def _answered(at: Step, event: Answered, now: float) -> Step:
    match at.session.story:
        case AskingCard(key=event.key) as story:
            return identify.answered(at, story, event.answer, now)
        case Returning(key=event.key) as story if event.key:
            return dropoff.answered(at, story, event.answer, now)
        case AtCourier(key=event.key) as story if event.key:
            return stocking.answered(at, story, event.answer, now)
    return recheck.answered(at, event.key, event.answer)


# ---- cards and codes ----------------------------------------------------------------------------------------------

# Stories that anything shown may begin or replace: nobody is in the middle of something.
_Open = AtHome | Collecting | Ended


def _anew(at: Step) -> Step:
    """A new session: what was on the screen belonged to whoever stood there before."""
    return at.home().begun()


def _card(at: Step, number: str, now: float) -> Step:
    story = at.session.story
    if isinstance(story, _Open):
        return identify.card(_anew(at), number, now)
    return identify.card(at, number, now) if isinstance(story, Returning) else at


def _printed(at: Step, number: str, now: float) -> Step:
    """A card number in print says whose returns these are; whether it opens doors is for the library to say."""
    if isinstance(at.session.story, _Open) and not at.point.plan.limits.printed_opens:
        return refuse(_anew(at), "number_only", now, then=("return", "collect"))
    return _card(at, number, now)


def _card_unread(at: Step, why: str, now: float) -> Step:
    reasons: dict[str, Reason] = {"two": "card_two", "unfit": "card_unfit"}
    return refuse(_anew(at), reasons.get(why, "card_unread"), now) if isinstance(at.session.story, _Open) else at


def _pass(at: Step, text: str, now: float) -> Step:
    return pickup.by_pass(_anew(at), text, now) if isinstance(at.session.story, _Open) else at


def _scanned(at: Step, scan: ItemScanned | IsbnScanned | CodeUnknown, now: float) -> Step:
    story = at.session.story
    if isinstance(scan, CodeUnknown):
        return _unreadable(at, now)
    if isinstance(story, AtCourier | Loading):
        return stocking.scanned(at, story, scan, now) if isinstance(scan, ItemScanned) else _unreadable(at, now)
    if isinstance(story, _Open):
        at = dropoff.begin(_anew(at), now, story.patron if isinstance(story, Ended) else "")
        story = at.session.story
    return dropoff.scanned(at, story, scan, now) if isinstance(story, Returning) else at


def _unreadable(at: Step, now: float) -> Step:
    match at.session.story:
        case Ended(screen=Sorry(reason="code_unreadable")) as story:  # noise on the line: one fact, however long
            return at.to(story, now + at.point.plan.limits.sorry_s)
        case AtHome() | Collecting() | Ended():
            return refuse(_anew(at), "code_unreadable", now)
        case Returning() | AtCourier() | Loading() as story if not getattr(story, "key", ""):
            return stay(at, replace(story, notice="unreadable"), now)
    return at


_GUIDES: dict[Hint, GuideNotice] = {
    Hint.NEARER: "nearer",
    Hint.FARTHER: "farther",
    Hint.STILL: "still",
    Hint.TURN: "turn",
}
_LIGHT = ("", "unreadable", *_GUIDES.values())


def _guided(at: Step, hint: GuideNotice) -> Step:
    """A code is held up and cannot be read: say what would help, unless something of more weight stands there."""
    match at.session.story:
        case Returning() | AtCourier() | Loading() as story if story.notice in _LIGHT:
            return at.to(replace(story, notice=hint), at.session.until)
    return at


# ---- touches ------------------------------------------------------------------------------------------------------


def _touched(at: Step, touched: Touched, now: float) -> Step:
    story = at.session.story
    if touched.action == "more_time" and not isinstance(story, AtHome):
        until = max(at.session.until, now + at.point.plan.limits.idle_s)
        return at.to(story, until)
    match story:
        case Settling():
            return cases.touch(at, story, touched, now)
        case AtHome():
            return _begin(at, touched, now)
        case Ended():
            return _after(at, story, touched, now)
        case Fetching():
            return pickup.touch(at, story, touched, now)
        case Dropping():
            return dropoff.door_touch(at, story, touched, now)
        case Stowing():
            return stocking.door_touch(at, story, touched, now)
        case Clearing() | Checking():
            return clearing.door_touch(at, story, touched, now)
        case Loading():
            return stocking.touch(at, story, touched, now)
    if touched.action in ("cancel", "finish"):
        return leave(at)
    match story:
        case Collecting():
            return pickup.keypad(at, story, touched, now)
        case ProvingPin():
            return identify.pin(at, story, touched, now)
        case Returning():
            return dropoff.touch(at, story, touched, now)
        case AtCourier():
            if touched.action == "cases":
                return cases.begin(at, story, now)
            return clearing.touch(at, story, touched, now)
    return at


def _begin(at: Step, touched: Touched, now: float) -> Step:
    match touched.action:
        case "collect":
            return stay(at.begun(), Collecting(), now)
        case "return":
            return dropoff.begin(at.begun(), now)
    return at


def _after(at: Step, story: Ended, touched: Touched, now: float) -> Step:
    match touched.action:
        case "collect":
            return stay(at, Collecting(), now)
        case "return":
            return dropoff.begin(at, now, story.patron)
        case "print":
            return slips.touch(at, story, touched.value, now)
        case "finish" | "cancel":
            return leave(at)
    return at
