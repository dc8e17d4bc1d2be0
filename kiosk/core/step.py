"""The decision: one event, one pure function. Total: any event in any state gives a Step; what means nothing there
changes nothing. Time enters only as ``now``.
"""

from hardware.readings import (
    CardGone,
    CardShown,
    CardUnread,
    CodeUnknown,
    DeviceDown,
    DeviceUp,
    DoorSeen,
    Guide,
    IsbnScanned,
    ItemScanned,
    PaperSeen,
    PassScanned,
    PatronScanned,
    PileSeen,
    PrintEnded,
    ReceiptScanned,
    SealScanned,
    SecureEnded,
    UnlockEnded,
)
from kiosk.core import doors, downtime, feed, library_word, recheck, recovery, shown, tags, touches, use, watch
from kiosk.core.account_stories import AtAccount
from kiosk.core.activation import Activating
from kiosk.core.doors import Outcome
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
from kiosk.core.flows import (
    account,
    activating,
    borrowing,
    cases,
    clearing,
    counter,
    desk,
    dropoff,
    fetching,
    identify,
    lending,
    piles,
    remote,
    searching,
    slips,
    stocking,
    wishing,
)
from kiosk.core.flows.common import acted, leave, order_at
from kiosk.core.model import PickupPoint
from kiosk.core.rights import rights
from kiosk.core.search_stories import Borrowing, Searching, Wishing
from kiosk.core.session import Session, Step
from kiosk.core.stories import (
    AskingCard,
    AtCounter,
    AtCourier,
    AtDoor,
    Checking,
    Clearing,
    Dropping,
    Fetching,
    Moving,
    Returning,
    StaffStory,
    Stowing,
)


def step(point: PickupPoint, session: Session, event: Event, now: float) -> Step:
    """What this event leads to, at this point, with this person at the screen, at this time."""
    decided = cases.still_there(_decide(point, session, event, now))
    return use.counted(point, tags.let_go(decided, now), now)


def _decide(point: PickupPoint, session: Session, event: Event, now: float) -> Step:
    at = Step(point, session)
    match event:
        case Started():
            return recovery.started(at, now)
        case Tick():
            return _tick(at, now)
        case ClockJumped(by=by):
            return watch.clock_jumped(at, by, now)
        case DeviceUp() | DeviceDown():
            return watch.device(at, event, now)
        case PaperSeen():
            return watch.paper(at, event)
        case SecureEnded():
            return lending.tag_ended(tags.ended(at, event), event, now)
        case PrintEnded():
            return slips.ended(at, event, now)
        case Online(up=up):
            return watch.online(at, up, now)
        case Heard(page=page, library=library):
            return _sent_away(at, feed.heard(watch.library_clock(at, library, now), page, library, now))
        case Receipted():
            return library_word.heard(at, event, now)
        case Restored(expected=expected):
            return recovery.restored(at, expected)
        case Forgotten(first=first, last=last):
            return recovery.forgotten(at, first, last, now)
        case DoorSeen():
            return _at_door(*doors.seen(at, event, now), now)
        case UnlockEnded():
            return _at_door(*doors.answered(at, event, now), now)
        case Answered():
            return _answered(at, event, now)
        case Acted():
            return _acted(at, event, now)
        case Touched():
            return touches.touched(at, event, now)
        case CardShown(number=number):
            return shown.card(at, number.get_secret_value(), now)
        case PatronScanned(number=number):
            return shown.printed(at, number.get_secret_value(), now)
        case CardUnread(why=why):
            return shown.card_unread(at, why, now)
        case PassScanned(text=text):
            return shown.pass_scanned(at, text.get_secret_value(), now)
        case ReceiptScanned(line=line):
            return shown.slip(at, line, now)
        case ItemScanned() | IsbnScanned() | CodeUnknown() | SealScanned():
            return shown.scanned(at, event, now)
        case PileSeen():
            return piles.seen(at, event, now)
        case Guide(hint=hint):
            return shown.guided(at, hint)
        case CardGone():
            return at


# ---- time and doors -----------------------------------------------------------------------------------------------


def _tick(at: Step, now: float) -> Step:
    at, outcomes = doors.tick(at, now)
    for outcome in outcomes:
        at = _at_door(at, outcome, now)
    at = recheck.due(downtime.told(downtime.alive(at, now), now), now)
    story = at.session.story
    if now < at.session.until:
        return searching.tick(at, story, now) if isinstance(story, Searching) else at
    if isinstance(story, AskingCard):
        return identify.answered(at, story, None, now)
    if isinstance(story, Returning) and story.key:
        return dropoff.answered(at, story, None, now)
    if isinstance(story, AtCourier) and story.key:
        return stocking.answered(at, story, None, now)
    if isinstance(story, AtCounter):
        return counter.overdue(at, story, now)
    if isinstance(story, AtAccount) and story.key:
        return account.overdue(at, story, now)
    if isinstance(story, Activating) and story.key:
        return activating.overdue(at, story, now)
    if isinstance(story, Borrowing):
        return borrowing.answered(at, story, None, now)
    if isinstance(story, Wishing) and story.key:
        return wishing.overdue(at, story, now)
    if isinstance(story, Fetching) and (order := order_at(at, story.visit)) and order.resting:
        return fetching.rested(at, story, now)
    return leave(at)


def _at_door(at: Step, outcome: Outcome | None, now: float) -> Step:
    """Tell the story whose door it is; a door without anybody has settled by itself."""
    if outcome is not None:
        at = remote.door(at, outcome)
    story = at.session.story
    if outcome is None or not isinstance(story, AtDoor) or story.visit.order != outcome.order:
        return at
    if now >= at.session.until:  # heard of so late, after trouble of the store, that nobody waits for another door
        return leave(at)
    match story:
        case Fetching():
            return fetching.door(at, story, outcome, now)
        case Dropping():
            return dropoff.door(at, story, outcome, now)
        case Stowing():
            return stocking.door(at, story, outcome, now)
        case Clearing() | Checking():
            return clearing.door(at, story, outcome, now)
        case Moving():
            return desk.door(at, story, outcome, now)


# ---- the library --------------------------------------------------------------------------------------------------


def _sent_away(before: Step, taken: Step) -> Step:
    """Somebody at work here whom the library has just blocked or forgotten can do nothing more."""
    story = taken.session.story
    if isinstance(story, StaffStory):
        unannounced = story.courier in taken.point.patrons and story.courier not in before.point.patrons
        had = ("round",) if unannounced else rights(before.point, story.courier)
        lost = {*had} - {*rights(taken.point, story.courier)}
        return leave(taken) if lost else taken
    return taken


def _answered(at: Step, event: Answered, now: float) -> Step:
    match at.session.story:
        case AskingCard(key=event.key) as story:
            return identify.answered(at, story, event.answer, now)
        case Returning(key=event.key) as story if event.key:
            return dropoff.answered(at, story, event.answer, now)
        case AtCourier(key=event.key) as story if event.key:
            return stocking.answered(at, story, event.answer, now)
        case AtCounter(key=event.key, going=False) as story if event.key:
            return counter.answered(at, story, event.answer, now)
        case AtAccount(key=event.key, act=None) as story if event.key:
            return account.answered(at, story, event.answer, now)
        case Activating(key=event.key, stage="asking") as story:
            return activating.answered(at, story, event.answer, now)
        case Searching(key=event.key) as story if event.key:
            return searching.answered(at, story, event.answer, now)
        case Borrowing(key=event.key) as story:
            return borrowing.answered(at, story, event.answer, now)
        case Wishing(key=event.key) as story if event.key and story.stage != "placing":
            return wishing.answered(at, story, event.answer, now)
    return recheck.answered(at, event.key, event.answer)


def _acted(at: Step, event: Acted, now: float) -> Step:
    at = acted(at, event)
    match at.session.story:
        case AtAccount(key=event.key) as story if story.act:
            return account.acted(at, story, event, now)
        case Activating(key=event.key, stage="doing") as story:
            return activating.acted(at, story, event, now)
        case Wishing(key=event.key, stage="placing") as story:
            return wishing.acted(at, story, event, now)
        case AtCounter(key=event.key, going=True) as story if event.key:
            return lending.acted(at, story, event.outcome, now)
    return lending.unwatched(at, event)
