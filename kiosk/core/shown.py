"""What somebody shows: a card, a pass, a code. It begins the right story from any screen that allows it."""

from dataclasses import replace

from hardware.readings import CodeUnknown, Hint, IsbnScanned, ItemScanned, SealScanned
from kiosk.core.account_stories import AtMore, Proving
from kiosk.core.flows import bag, clearing, dropoff, identify, pickup, stocking
from kiosk.core.flows.common import refuse, stay
from kiosk.core.notices import GuideNotice
from kiosk.core.screens import Reason, Sorry
from kiosk.core.session import Step
from kiosk.core.stories import (
    AtCourier,
    AtHome,
    Checking,
    Clearing,
    Collecting,
    Ended,
    HandingOver,
    Loading,
    Returning,
    Sealing,
)

# Stories that anything shown may begin or replace: nobody is in the middle of something.
_Open = AtHome | Collecting | AtMore | Proving | Ended


def _anew(at: Step) -> Step:
    """A new session: what was on the screen belonged to whoever stood there before."""
    return at.home().begun()


def card(at: Step, number: str, now: float) -> Step:
    """A card begins its person's story, or says whose returns these are."""
    story = at.session.story
    if isinstance(story, HandingOver):
        return bag.card(at, story, at.point.plan.keyring.card(number), now)
    if isinstance(story, Proving):
        return identify.card(_anew(at), number, now, story.want)
    if isinstance(story, _Open):
        return identify.card(_anew(at), number, now)
    return identify.card(at, number, now) if isinstance(story, Returning) else at


def printed(at: Step, number: str, now: float) -> Step:
    """A card number in print says whose returns these are; whether it opens doors is for the library to say."""
    if isinstance(at.session.story, _Open) and not at.point.plan.limits.printed_opens:
        return refuse(_anew(at), "number_only", now, then=("return", "collect"))
    return card(at, number, now)


def card_unread(at: Step, why: str, now: float) -> Step:
    """Two cards, one without a usable number, or one that was lifted too early."""
    reasons: dict[str, Reason] = {"two": "card_two", "unfit": "card_unfit"}
    return refuse(_anew(at), reasons.get(why, "card_unread"), now) if isinstance(at.session.story, _Open) else at


def pass_scanned(at: Step, text: str, now: float) -> Step:
    """A pickup QR."""
    return pickup.by_pass(_anew(at), text, now) if isinstance(at.session.story, _Open) else at


def scanned(at: Step, scan: ItemScanned | IsbnScanned | CodeUnknown | SealScanned, now: float) -> Step:
    """The code of an item goes to the story that wants it; at home it begins a return."""
    story = at.session.story
    if isinstance(scan, SealScanned):
        return bag.sealed(at, story, scan.number, now) if isinstance(story, Sealing | AtCourier) else at
    if isinstance(story, Clearing | Checking):
        return clearing.scanned(at, story, scan.barcode, now) if isinstance(scan, ItemScanned) else at
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
        case AtHome() | Collecting() | AtMore() | Proving() | Ended():
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


def guided(at: Step, hint: Hint) -> Step:
    """A code is held up and cannot be read: say what would help, unless something of more weight stands there."""
    match at.session.story:
        case Returning() | AtCourier() | Loading() as story if story.notice in _LIGHT:
            return at.to(replace(story, notice=_GUIDES[hint]), at.session.until)
    return at
