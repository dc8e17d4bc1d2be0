"""Who is it? A card is looked up among those who matter here, then asked for; then it starts the right story.

A library that announces nothing is asked each time, because nobody would have told us that a patron was blocked since;
only while it does not answer, what was known of them before decides.
"""

from dataclasses import replace

from pydantic import SecretStr

from kiosk.core import people, tags, tries
from kiosk.core.events import Touched
from kiosk.core.facts import Proved
from kiosk.core.flows import account, activating, bag, borrowing, counter, desk, dropoff, pickup, stocking, wishing
from kiosk.core.flows.common import ask, pin_wanted, refuse, stay
from kiosk.core.flows.keypad import CODE_DIGITS, PIN_DIGITS, typed
from kiosk.core.known import card_digest, code_digests
from kiosk.core.model import HERE, PickupPoint
from kiosk.core.notices import AccountNotice
from kiosk.core.rights import rights_of
from kiosk.core.search_stories import Basket
from kiosk.core.session import Step
from kiosk.core.stories import AskingCard, Collecting, Ended, ProvingPin, Returning, Want
from sync.asked import Answer, PatronIs, Shown, WhoIs
from sync.things import Patron
from sync.titles import Title


def card(step: Step, number: str, now: float, want: Want = "", *, printed: bool = False) -> Step:
    """A card was shown. ``want``: what was chosen before it. ``printed``: it was a number in print, which only says
    whose returns these are."""
    digest = card_digest(step.point, number)
    patron = step.point.by_card(digest)
    story = step.session.story
    if isinstance(story, Returning):
        story = replace(story, printed=printed)
    asked = not step.point.plan.library.announces and not _works_here(patron)
    if asked and step.point.counters.online:
        if isinstance(story, Returning) and story.key:  # one question at a time
            return step
        back, shown = story if isinstance(story, Returning) else None, SecretStr(number)
        return ask(step, Shown(shown), lambda key: AskingCard(key, digest, back, shown, want=want), now)
    if asked and tries.wrong_today(step.point, digest, now):  # who guessed its PIN need not pull the network's plug
        patron = None
    if isinstance(story, Returning):
        # A reader's card while returning says whose loans to look at; their parcels can wait.
        return _returns_of(step, story, patron, now) if patron else _ask_for_return(step, story, digest, now)
    if patron:
        return known(step, patron, now, want=want)
    if not step.point.counters.online:
        return refuse(step, "library_away", now, then=("return",))
    people = step.point.patrons
    return ask(step, WhoIs(digest), lambda key: AskingCard(key, digest, want=want, people=people), now)


def _returns_of(step: Step, story: Returning, patron: Patron, now: float) -> Step:
    """A number in print makes nobody the reader of the session, and another's ends that somebody was."""
    proved = not story.printed or step.session.reader == patron.id
    return dropoff.card(step.shown_by(patron if proved else None), story, patron.id, now)


def _ask_for_return(step: Step, story: Returning, digest: str, now: float) -> Step:
    if story.key:  # one question at a time
        return step
    if not step.point.counters.online:
        return stay(step, replace(story, notice="card_offline"), now)
    people = step.point.patrons
    return ask(step, WhoIs(digest), lambda key: AskingCard(key, digest, story, people=people), now)


def by_work_code(step: Step, story: Collecting, touched: Touched, now: float) -> Step | None:
    """A courier without a card has typed the code they were given: their round. None: it is for the pickup."""
    if touched.action != "enter" or len(story.digits) != CODE_DIGITS or not pickup.codes_open(step, now):
        return None
    courier = bag.worker(step.point, codes=code_digests(step.point, story.digits))
    return stocking.begin(step.fact(Proved("code", courier)), courier, now) if courier else None


def _works_here(patron: Patron | None) -> bool:
    return patron is not None and patron.role != "reader"


def pin(step: Step, story: ProvingPin, touched: Touched, now: float) -> Step:
    """The digits of a PIN."""
    digits = typed(story.digits.get_secret_value(), touched, PIN_DIGITS)
    if digits is not None:
        return stay(step, replace(story, digits=SecretStr(digits)), now)
    if touched.action == "enter" and story.digits.get_secret_value():
        asking = AskingCard("", story.digest, story.back, story.number, story.wrong, story.want, story.digits)
        return ask(step, Shown(story.number, story.digits), lambda key: replace(asking, key=key), now)
    return step


def _pin_wanted(step: Step, story: AskingCard, answer: PatronIs, now: float) -> Step:
    assert story.number is not None  # only ``Shown`` is answered so
    wrong = story.wrong + (answer.pin == "wrong")
    again = ProvingPin(story.digest, story.number, story.back, wrong=wrong, want=story.want)
    step = pin_wanted(step, again, answer.pin, now)
    if story.back is not None and isinstance(step.session.story, Ended):  # no tries are left; their list is
        return dropoff.go_on(tags.look_again(step), replace(story.back, notice="pin_wrong"), now)
    return step


def answered(step: Step, story: AskingCard, answer: Answer | None, now: float) -> Step:
    """The library's word on the card; None: it did not answer."""
    if isinstance(answer, PatronIs) and answer.pin and story.number is not None:
        return _pin_wanted(step, story, answer, now)
    patron = answer.patron if isinstance(answer, PatronIs) else None
    guessed = tries.wrong_today(step.point, story.digest, now)
    if answer is None and story.number is not None and not (guessed or story.wrong):  # what was known before decides
        patron = step.point.by_card(story.digest)
        answer = PatronIs(patron) if patron else None
    step = tries.right(step, story.digest) if patron and story.pin else step
    patron = _as_heard_since(step, story, patron) if patron else None
    step = _noted(step, patron) if patron else step
    if story.back is not None:
        step = tags.look_again(step)  # what was laid on a pad or lifted meanwhile
        if patron:
            return _returns_of(step, story.back, patron, now)
        known_not = isinstance(answer, PatronIs)
        return dropoff.go_on(step, replace(story.back, notice="card_unknown" if known_not else "card_offline"), now)
    if not isinstance(answer, PatronIs):
        return refuse(step, "library_away", now, then=("return",))
    if patron is None and answer.offer and "activate" in step.point.plan.library.acts:
        return activating.begin(step, story.digest, answer.offer, story.want, now)
    if patron is None:
        return refuse(step, "card_unknown", now, then=("return",))
    step = replace(step, session=replace(step.session, card=story.digest))
    return known(step, patron, now, answer.ready_elsewhere, story.want, story.pin)


def _as_heard_since(step: Step, story: AskingCard, patron: Patron) -> Patron:
    """What the feed has said of them since the library was asked is no older than this answer, and stays."""
    row = step.point.patrons.get(patron.id)
    since = step.point.plan.library.announces and row != story.people.get(patron.id)
    return row if row and since else patron


def _noted(step: Step, patron: Patron) -> Step:
    """What the library says of who is known here counts. So it does of one who was not announced though something of
    theirs lies here: until that has gone, and without cards and code, so that it is asked again the next time."""
    known_here, announces = step.point.patrons.get(patron.id), step.point.plan.library.announces
    if known_here is None and not _with_something_here(step.point, patron):
        return step
    reach = patron.reach or (known_here is not None and known_here.reach and not announces)  # as they have said here
    passing = announces and (known_here is None or patron.id in step.point.counters.to_forget)
    cards = (known_here.cards if known_here else ()) or (() if announces or _works_here(patron) else patron.cards)
    code = known_here.code if known_here else ""
    step = step.put(replace(patron, cards=cards, code=code, reach=reach))
    return people.forget(step, patron.id) if passing else step


def _with_something_here(point: PickupPoint, patron: Patron) -> bool:
    return any(p.patron == patron.id and p.state in HERE for p in point.parcels.values())


def known(
    step: Step,
    patron: Patron,
    now: float,
    elsewhere: tuple[str, ...] = (),
    want: Want = "",
    pin: SecretStr | None = None,
) -> Step:
    """The story of this patron: a courier's round, what they wanted, a reader's parcels; the account where there are
    none and nothing stands against the reader."""
    theirs = rights_of(step.point, patron)
    if "round" in theirs:
        return stocking.begin(step, patron.id, now)
    if theirs:
        return _to_desk(step, patron, now)
    step = step.shown_by(patron)
    library = step.point.plan.library
    if isinstance(want, Basket):
        return borrowing.begin(step, patron.id, want.parcels, now, patron)
    if isinstance(want, Title):
        return wishing.begin(step, patron.id, want, now, pin)
    if want == "checkout" or (not want and counter.first(step.point)):
        return counter.begin(step, patron, now, pin)
    if want == "account":
        return account.begin(step, patron.id, now, pin=pin)
    parcels = [p for p in step.point.parcels.values() if p.patron == patron.id]
    may_look = library.account and step.point.counters.online and patron.standing == "fine"
    if may_look and not any(p.state in HERE for p in parcels):
        notice: AccountNotice = "ready_elsewhere" if elsewhere else pickup.why_nothing(step.point, parcels, now)
        return account.begin(step, patron.id, now, notice, pin, *elsewhere)
    return pickup.begin(step, patron, "card", parcels, now, elsewhere)


def _to_desk(step: Step, patron: Patron, now: float) -> Step:
    """The desk asks at each touch what its person may. One who was not announced is kept for that, without their cards:
    the next time the library is asked again, as for a courier who was not."""
    if patron.id not in step.point.patrons:
        if len(step.point.patrons) >= step.point.plan.limits.patrons_max:
            return refuse(step, "card_unknown", now, then=("return",))
        step = step.put(replace(patron, cards=(), code=""))
    return desk.begin(step, patron.id, now)
