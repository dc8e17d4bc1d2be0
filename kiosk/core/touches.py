"""Touches: each goes to the story that the person is in."""

from dataclasses import replace

from kiosk.core import tags
from kiosk.core.account_stories import AccountPin, AtAccount, AtMore, Proving
from kiosk.core.activation import Activating
from kiosk.core.events import Touched
from kiosk.core.flows import (
    account,
    activating,
    bag,
    borrowing,
    cases,
    clearing,
    counter,
    desk,
    dropoff,
    fetching,
    identify,
    pickup,
    searching,
    slips,
    stocking,
    wishing,
)
from kiosk.core.flows.common import leave, stay
from kiosk.core.flows.keypad import is_digit
from kiosk.core.places import to_move
from kiosk.core.search_stories import Borrowing, Searching, Wishing
from kiosk.core.session import Step
from kiosk.core.stock import any_on_offer
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
    Story,
    Stowing,
)

HEARING_S = 6.0  # how much longer a last screen stands that is still read aloud


def touched(at: Step, touch: Touched, now: float) -> Step:
    """What this touch leads to; one that the screen does not offer changes nothing."""
    story = at.session.story
    if touch.action == "slower":
        return _slower(at, now)
    if touch.action == "more_time" and not isinstance(story, AtHome):
        if _asks(story):  # it is the library that is waited for
            return at
        return at.to(story, max(at.session.until, now + at.wait_s(at.point.plan.limits.idle_s)))
    match story:
        case Settling():
            return cases.touch(at, story, touch, now)
        case AtHome():
            return _begin(at, touch, now)
        case Ended():
            return _after(at, story, touch, now)
        case Fetching():
            return fetching.touch(at, story, touch, now)
        case Dropping():
            return dropoff.door_touch(at, story, touch, now)
        case Stowing():
            return stocking.door_touch(at, story, touch, now)
        case Clearing() | Checking():
            return clearing.door_touch(at, story, touch, now)
        case Moving():
            return desk.door_touch(at, story, touch, now)
        case AtDesk():
            return desk.touch(at, story, touch, now)
        case Loading():
            return stocking.touch(at, story, touch, now)
        case Sealing() | HandingOver():
            return bag.touch(at, story, touch, now)
        case AtCourier(key="") if touch.action == "finish":
            return bag.finish(at, story, now)
        case AtCounter():
            return counter.touch(at, story, touch, now)
        case AtMore():
            return account.more(at, story, touch, now)
        case AccountPin():
            return account.pin(at, story, touch, now)
        case AtAccount():
            return account.touch(at, story, touch, now)
        case Activating(stage="done", patron=patron, want=want) if patron and touch.action == "go_on":
            return identify.known(at, patron, now, want=want)
        case Activating():
            return activating.touch(at, story, touch, now)
        case Searching():
            return searching.touch(at, story, touch, now)
        case Borrowing():
            return borrowing.touch(at, touch)
        case Wishing(key="") if touch.action == "account" and at.point.plan.library.account:
            return account.begin(at, story.patron, now, pin=story.pin)
        case Wishing():
            return wishing.touch(at, story, touch, now)
    if touch.action == "cancel" and isinstance(story, AskingCard | ProvingPin) and story.back:
        return dropoff.go_on(tags.look_again(at), story.back, now)  # without the card; the list stays
    if touch.action in ("cancel", "finish"):
        return leave(at)
    match story:
        case Choosing():
            return pickup.choose(at, story, touch, now)
        case Collecting():
            worked = identify.by_work_code(at, story, touch, now)
            return worked or pickup.keypad(at, story, touch, now)
        case ProvingPin():
            return identify.pin(at, story, touch, now)
        case Returning():
            return dropoff.touch(at, story, touch, now)
        case AtCourier():
            if touch.action == "cases":
                return cases.begin(at, story, now)
            if touch.action == "desk":
                return desk.begin(at, story.courier, now)
            if touch.action == "move" and touch.value in {p.compartment for p in to_move(at.point)}:
                return desk.move(at, story.courier, touch.value, now)
            if touch.action == "bag":
                return bag.begin(at, story.courier, now)
            return clearing.touch(at, story, touch, now)
    return at


def _asks(story: Story) -> bool:
    """Whether the library is waited for, and nobody's touch."""
    return not isinstance(story, Searching) and bool(getattr(story, "key", ""))


def _slower(at: Step, now: float) -> Step:
    """Simple mode: from now on this person gets more time; a wait for the library stays as it is."""
    story, until = at.session.story, at.session.until
    if isinstance(story, AtHome) or at.session.slow:
        return at
    slow = replace(at, session=replace(at.session, slow=True))
    return slow if _asks(story) else slow.to(story, max(until, now + slow.wait_s(until - now)))


def _begin(at: Step, touch: Touched, now: float) -> Step:
    match touch.action:
        case "collect" if at.point.plan.spaces:
            return stay(at.begun(), Collecting(), now)
        case "return":
            return dropoff.begin(at.begun(), now)
        case "more":
            return stay(at.begun(), AtMore(), now)
        case "browse" if any_on_offer(at.point, now):
            return searching.browse(at.begun(), now)
        case "borrow" if counter.offered(at.point):
            return stay(at.begun(), Proving("checkout"), now)
        case "digit" if is_digit(touch) and pickup.codes_open(at, now):
            return pickup.keypad(stay(at.begun(), Collecting(), now), Collecting(), touch, now)
    return at


def _after(at: Step, story: Ended, touch: Touched, now: float) -> Step:
    match touch.action:  # whoever collects, browses or borrows shows a proof of their own
        case "collect" if at.point.plan.spaces:
            return stay(at.home().begun(), Collecting(), now)
        case "return":  # whoever touches it may be the next person: the account wants the card again
            return dropoff.begin(at.shown_by(None), now, story.patron)
        case "account" if at.session.reader and at.point.plan.library.account:
            return account.begin(at, at.session.reader, now)
        case "browse" if any_on_offer(at.point, now):
            return searching.browse(at.home().begun(), now)
        case "borrow" if counter.after(at.point, story):
            return stay(at.home().begun(), Proving("checkout"), now)
        case "digit" if is_digit(touch) and pickup.codes_open(at, now):
            return pickup.keypad(stay(at.home().begun(), Collecting(), now), Collecting(), touch, now)
        case "print":
            return slips.touch(at, story, touch.value, now)
        case "hearing":  # the window still reads it aloud
            return at.to(story, max(at.session.until, now + HEARING_S))
        case "finish" | "cancel":
            return leave(at)
    return at
