"""What somebody shows: a card, a pass, a code. It begins the right story from any screen that allows it."""

from dataclasses import replace
from typing import Literal

from hardware.readings import CodeUnknown, Hint, IsbnScanned, ItemScanned, SealScanned
from kiosk.core import receipts
from kiosk.core.account_stories import AccountPin, AtAccount, AtMore, Proving
from kiosk.core.activation import Activating
from kiosk.core.events import Touched
from kiosk.core.flows import bag, clearing, counter, dropoff, fetching, identify, open_door, pickup, searching, stocking
from kiosk.core.flows.common import order_at, refuse, stay
from kiosk.core.known import card_digest
from kiosk.core.notices import GuideNotice, Reason
from kiosk.core.screens import Sorry
from kiosk.core.search_stories import Searching, Wishing
from kiosk.core.session import Step
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
    ProvingPin,
    Returning,
    Sealing,
)

# Stories that anything shown may begin or replace: nobody is in the middle of something.
_Open = AtHome | Collecting | AtMore | Proving | Ended | Choosing | ProvingPin


def _anew(at: Step) -> Step:
    """A new session: what was on the screen belonged to whoever stood there before."""
    return at.home().begun()


def card(at: Step, number: str, now: float) -> Step:
    """A card begins its person's story, or says whose returns these are; between two doors it opens the next."""
    at = _done_with_door(at, now, card_digest(at.point, number))
    story = at.session.story
    if isinstance(story, HandingOver):
        return bag.card(at, story, card_digest(at.point, number), now)
    if isinstance(story, Proving):
        return identify.card(_anew(at), number, now, story.want)
    if isinstance(story, Fetching | Dropping):
        return _at_door(at, story)
    if isinstance(story, Searching) and (wanted := searching.wanted(at.point, story, now)):
        return identify.card(_anew(at), number, now, wanted)
    if isinstance(story, Activating) and story.digest == card_digest(at.point, number):
        return at if story.key else stay(at, story, now)
    if isinstance(story, Activating) and story.key:
        return _another(at, story)
    if _free(story):
        return identify.card(_anew(at), number, now)
    if isinstance(story, AtCourier | Loading):
        theirs = at.point.by_card(card_digest(at.point, number))
        return at if theirs and theirs.id == story.courier else _busy(at, story, now)
    if isinstance(story, Returning):
        return identify.card(at, number, now)
    return _amid(at, story, number, now)


def _amid(at: Step, story: object, number: str, now: float) -> Step:
    """A card amid something: at an account nothing is lost by the next reader; else it is said that it was seen."""
    known = at.point.by_card(card_digest(at.point, number))
    theirs = known is not None and known.id == (getattr(story, "courier", "") or getattr(story, "patron", ""))
    waits = getattr(story, "key", "") or getattr(story, "code", None)
    if isinstance(story, AtAccount | AccountPin) and not (theirs or waits):
        return identify.card(_anew(at), number, now)
    if isinstance(story, AskingCard) and story.digest == card_digest(at.point, number):  # the same one, read twice
        return at
    return at.noting("own_card" if theirs else "finish_first")


def _at_rest(story: object) -> bool:
    """Somebody has searched or asked for something, and nothing is under way for them that they would miss."""
    return isinstance(story, Searching) or (isinstance(story, Wishing | Activating) and not story.key)


def _open(story: object) -> bool:
    """Whether nobody is in the middle of something, as of a return that waits for a PIN."""
    return isinstance(story, _Open) and not getattr(story, "back", None)


def _free(story: object) -> bool:
    """Whether what is shown may begin something anew."""
    return _open(story) or _at_rest(story)


def _busy(at: Step, story: AtCourier | Loading, now: float) -> Step:
    """Somebody shows a card or a pass while a courier or the staff are at work: they finish first."""
    return at if getattr(story, "key", "") else stay(at, replace(story, notice="finish_first"), now)


def printed(at: Step, number: str, now: float) -> Step:
    """A card number in print says whose returns these are; whether it does for more is for the library to say."""
    at = _done_with_door(at, now)
    if at.point.plan.limits.printed_opens:
        return card(at, number, now)
    match at.session.story:
        case Returning():
            return identify.card(at, number, now, printed=True)
        case AskingCard(digest=digest) if digest == card_digest(at.point, number):  # the same one, read twice
            return at
    return _taken_up(at, "return_first", now) or refuse(_anew(at), "number_only", now, then=("return", "collect"))


def card_unread(at: Step, why: str, now: float) -> Step:
    """Two cards, one without a usable number, or one that was lifted too early."""
    reasons: dict[str, Reason] = {"two": "card_two", "unfit": "card_unfit"}
    match at.session.story:
        case Searching() as story:
            return stay(at, replace(story, notice="card_unread"), now)
        case Returning(key="") as story:  # what was scanned stays as it is
            return stay(at, replace(story, notice="card_unread"), now)
        case Proving() as story:  # what it is wanted for stays as it is
            return stay(at, story, now).noting("card_unread")
        case Choosing():
            return at.noting("card_unread")
        case story if _open(story):
            return refuse(_anew(at), reasons.get(why, "card_unread"), now)
    return at.noting("card_unread")


def pass_scanned(at: Step, text: str, now: float) -> Step:
    """A pickup QR. Somebody who has put books on the list of their return finishes that first; the QR that led to a
    choice, shown once more, takes no tick away."""
    at = _done_with_door(at, now)
    story, step = at.session.story, _taken_up(at, "return_first", now) or pickup.by_pass(_anew(at), text, now)
    if isinstance(story, Choosing) and step.session.story == replace(story, chosen=()):
        return stay(at, story, now)
    return step


def slip(at: Step, line: str, now: float) -> Step:
    """A slip of this point or another one: what it is and, if it proves a return, whether it does."""
    at = _done_with_door(at, now)
    story = at.session.story
    if isinstance(story, AtCounter) and not story.key and not story.going:
        return stay(at, replace(story, notice="slip"), now)
    if taken_up := _taken_up(at, "slip", now):
        return taken_up
    screen = receipts.shown(line, at.point.plan.point, at.point.plan.receipts)
    at = _anew(at)
    return at.to(Ended(screen), now + at.wait_s(at.point.plan.limits.slip_s))


def _taken_up(at: Step, notice: Literal["return_first", "slip"], now: float) -> Step | None:
    """The word to who is in the middle of something, ``notice`` to who has put books on a list; None to who is not."""
    match at.session.story:
        case Fetching() | Dropping() as story:
            return _at_door(at, story)
        case Returning(key="", accepted=accepted) as story:
            return stay(at, replace(story, notice=notice), now) if accepted else None
        case AtCourier() | Loading() as story:
            return _busy(at, story, now)
        case Activating() as story if story.key:
            return _another(at, story)
        case story if _free(story):
            return None
    return at.noting("finish_first")


def _another(at: Step, story: Activating) -> Step:
    """Something is shown while a card is being made a reader's: by then somebody else may stand there."""
    return at.to(replace(story, another=True), at.session.until).noting("finish_first")


def _at_door(at: Step, story: Fetching | Dropping) -> Step:
    """A reader's door stands open: one thing after another."""
    order = order_at(at, story.visit)
    opened = order is not None and order.opened_at > 0 and not order.shut_at
    if not opened or story.notice == "door_first":
        return at
    return at.to(replace(story, notice="door_first"), at.session.until)


def _done_with_door(at: Step, now: float, card: str = "") -> Step:
    """Whoever shows something after their door was shut is done with it; with their own card, ready for the next."""
    match at.session.story:
        case Fetching() as story if (order := order_at(at, story.visit)) and order.resting:
            known = at.point.by_card(card) if card else None
            theirs = known is not None and known.id == story.patron and story.proof != "helper"
            return fetching.touch(at, story, Touched("next" if story.queue and theirs else "finish"), now)
    return at


def scanned(at: Step, scan: ItemScanned | IsbnScanned | CodeUnknown | SealScanned, now: float) -> Step:
    """The code of an item goes to the story that wants it; at home it begins a return."""
    at = at if isinstance(scan, CodeUnknown) else _done_with_door(at, now)
    story = at.session.story
    if isinstance(scan, SealScanned):
        return bag.sealed(at, story, scan.number, now) if isinstance(story, Sealing | AtCourier) else at
    if isinstance(story, Clearing | Checking):
        return clearing.scanned(at, story, scan.barcode, now) if isinstance(scan, ItemScanned) else at
    if isinstance(story, Fetching):
        return open_door.scanned(at, story, scan)
    if isinstance(story, Dropping):
        return _at_door(at, story)
    if isinstance(story, Searching):
        return searching.scanned(at, story, scan, now)
    if isinstance(story, AtCounter):
        return counter.scanned(at, story, scan, now)
    if isinstance(story, AskingCard | ProvingPin) and story.back:
        return dropoff.meanwhile(at, story, story.back, scan)
    if isinstance(scan, CodeUnknown):
        return _unreadable(at, now)
    if isinstance(story, AtCourier | Loading):
        return stocking.scanned(at, story, scan, now) if isinstance(scan, ItemScanned) else _unreadable(at, now)
    if _free(story):
        at = dropoff.begin(_anew(at), now, story.patron if isinstance(story, Ended | Choosing) else "")
        story = at.session.story
    if isinstance(story, AtAccount | AccountPin | AtDesk):
        return at.noting("finish_first")
    return dropoff.scanned(at, story, scan, now) if isinstance(story, Returning) else at


def _unreadable(at: Step, now: float) -> Step:
    match at.session.story:
        # Noise on the line: one fact, however long. A slip's code comes line by line where a scanner sends it so.
        case Ended(screen=Sorry(reason="code_unreadable") | receipts.Shown()) as story:
            return at.to(story, now + at.point.plan.limits.sorry_s)
        case story if _open(story):
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
        case Returning() | AtCourier() | Loading() | AtCounter(going=False) as story if story.notice in _LIGHT:
            return at.to(replace(story, notice=_GUIDES[hint]), at.session.until)
    return at
