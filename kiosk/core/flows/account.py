"""The account: a reader who has shown their card sees what they have at the library, and may change it.

card (and PIN where wanted) -> what you have -> renew, cancel, ask for more time -> what became of it -> back, or home

What the library did not say is not shown as if it had: after an act whose outcome is not known the account is asked for
anew, and the screen says that it is not known.
"""

from dataclasses import replace
from typing import Literal

from pydantic import SecretStr

from kiosk.core import set_aside, tries
from kiosk.core.account_stories import AccountPin, AtAccount, AtMore, Proving
from kiosk.core.events import Acted, Touched
from kiosk.core.facts import Proved
from kiosk.core.flows import counter, helping, pickup, searching, wishing
from kiosk.core.flows.common import act, ask, leave, pin_wanted, refuse, stay
from kiosk.core.flows.keypad import PIN_DIGITS, typed
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.notices import AccountNotice
from kiosk.core.search_stories import Wishing
from kiosk.core.session import Step
from sync.account import AccountIs, AccountOf, Hold
from sync.acts import Act, CancelHold, LoanRuling, MoreTime, Renew, RenewAll, Ruling
from sync.asked import Answer
from sync.things import Patron

# ---- the menu -----------------------------------------------------------------------------------------------------


def more(step: Step, story: AtMore, touched: Touched, now: float) -> Step:
    """A touch at the menu."""
    match touched.action:
        case "how" if not story.how:
            return stay(step, AtMore(how=True), now)
        case "account" if step.point.plan.library.account and not story.how:
            return stay(step, Proving("account"), now)
        case "search" if searching.offered(step.point) and not story.how:
            return searching.begin(step, now)
        case "cancel" if story.how:
            return stay(step, AtMore(), now)
        case "cancel" | "finish":
            return leave(step)
    return step


# ---- coming in ----------------------------------------------------------------------------------------------------


def known(point: PickupPoint, story: AtAccount, now: float) -> AccountIs:
    """What the library has said; while it says nothing, what lies here, each parcel as one hold."""
    if story.account is not None:
        return story.account
    mine = set_aside.here(point, story.patron, now)
    holds = (Hold(p.id, "、".join(p.titles), "ready", here=True, until=p.expires, parcel=p.id) for p in mine)
    return AccountIs(holds=tuple(holds))


def begin(
    step: Step, patron: str, now: float, notice: AccountNotice = "", pin: SecretStr | None = None, *places: str
) -> Step:
    """Ask for the account of a patron who has shown their card. Without the library: what lies here."""
    story = AtAccount(patron, notice=notice, places=places, pin=pin)
    return _anew(step.fact(Proved("card", patron)), story, now)


def _anew(step: Step, story: AtAccount, now: float) -> Step:
    if not step.point.counters.online:
        return _unsaid(step, story, now)
    return ask(step, AccountOf(story.patron, story.pin), lambda key: replace(story, key=key, act=None), now)


def _unsaid(step: Step, story: AtAccount, now: float) -> Step:
    """The library does not say what they have. A PIN that was not proven goes no further, and where one stands before
    the doors, whoever guessed has none of what is known here."""
    if not step.point.plan.library.announces and tries.wrong_today(step.point, story.patron, now):
        return refuse(step, "library_away", now, then=("return",))
    pin = story.pin if story.account else None
    return stay(step, replace(story, key="", act=None, pin=pin, notice=story.notice or "away"), now)


def answered(step: Step, story: AtAccount, answer: Answer | None, now: float) -> Step:
    """What the library states; None: it did not answer."""
    story = replace(story, key="")
    if not isinstance(answer, AccountIs):
        return _unsaid(step, story, now)
    if answer.pin:
        wrong = story.wrong + (answer.pin == "wrong")
        return pin_wanted(step, AccountPin(story.patron, story.notice, wrong=wrong), answer.pin, now)
    if not answer.known:
        return refuse(step, "card_unknown", now, then=("return",))
    step = tries.right(step, story.patron) if story.pin else step
    return stay(step, replace(story, account=answer), now)


def pin(step: Step, story: AccountPin, touched: Touched, now: float) -> Step:
    """The digits of a PIN."""
    digits = typed(story.digits.get_secret_value(), touched, PIN_DIGITS)
    if digits is not None:
        return stay(step, replace(story, digits=SecretStr(digits)), now)
    match touched.action:
        case "enter" if story.digits.get_secret_value() and story.wish:
            return wishing.ask_first(step, Wishing(story.patron, story.wish, pin=story.digits, wrong=story.wrong), now)
        case "enter" if story.digits.get_secret_value():
            return _anew(step, AtAccount(story.patron, notice=story.notice, pin=story.digits, wrong=story.wrong), now)
        case "cancel" | "finish":
            return leave(step)
    return step


# ---- acts ---------------------------------------------------------------------------------------------------------


def overdue(step: Step, story: AtAccount, now: float) -> Step:
    """No word in time."""
    if story.act is None:
        return answered(step, story, None, now)
    return _anew(step, replace(story, notice="unknown", words="", sure=False), now)


def acted(step: Step, story: AtAccount, event: Acted, now: float) -> Step:
    """What became of an act."""
    done, story = story.act, replace(story, key="", act=None, sure=False)
    match event.outcome:
        case "away":
            return stay(step, replace(story, notice="away", words=""), now)
        case "unknown":
            return _anew(step, replace(story, notice="unknown", words=""), now)
        case Ruling() as ruling if isinstance(done, Renew):
            return _ruled(step, story, (LoanRuling(done.loan, ruling.done, ruling.words, ruling.until),), now)
        case Ruling() as ruling if isinstance(done, RenewAll):
            said: AccountNotice = "all_renewed" if ruling.done else "some_renewed"
            if not ruling.each and not ruling.done:
                said = "refused"
            return _ruled(step, replace(story, notice=said, words=ruling.words), ruling.each, now)
        case Ruling(done=False, words=words):
            return stay(step, replace(story, notice="refused", words=words), now)
        case Ruling(until=until) if isinstance(done, MoreTime):
            step = _kept_until(step, story, done.hold, until)
            story = replace(_later(story, done.hold, until), notice="longer", words="")
            return stay(step, story, now) if until else _anew(step, story, now)
        case Ruling():
            assert isinstance(done, CancelHold)
            return stay(step, replace(_without(story, done.hold), notice="cancelled", words=""), now)


def _ruled(step: Step, story: AtAccount, each: tuple[LoanRuling, ...], now: float) -> Step:
    """With new due dates and what was said of each loan; dates that were not said are asked for."""
    rulings = {one.loan: one for one in (*story.rulings, *each)}
    until = {one.loan: one.until for one in each if one.done and one.until}
    account = _stated(story)
    loans = tuple(replace(one, due=until[one.id], late=False) if one.id in until else one for one in account.loans)
    story = replace(story, rulings=tuple(rulings.values()), account=replace(account, loans=loans))
    said = each and all(one.until or not one.done for one in each)
    return stay(step, story, now) if said or story.notice == "refused" else _anew(step, story, now)


def _later(story: AtAccount, hold: str, until: float) -> AtAccount:
    account = _stated(story)
    holds = tuple(replace(one, until=until or one.until) if one.id == hold else one for one in account.holds)
    return replace(story, account=replace(account, holds=holds))


def _kept_until(step: Step, story: AtAccount, hold: str, until: float) -> Step:
    """What lies here for it stays as long; a library that announces says so itself."""
    held = set_aside.find(_stated(story), hold)
    parcel = set_aside.lies_in(set_aside.lying(step.point, story.patron), held, _stated(story)) if held else None
    if parcel is None or step.point.plan.library.announces or until <= parcel.expires:
        return step
    return step.put(replace(parcel, expires=until, unheard=False))  # a longer time told before is over


def _without(story: AtAccount, hold: str) -> AtAccount:
    account = _stated(story)
    holds = tuple(one for one in account.holds if one.id != hold)
    return replace(story, hold="", account=replace(account, holds=holds))


def _stated(story: AtAccount) -> AccountIs:
    """What the library has stated: nothing can be changed before."""
    assert story.account is not None
    return story.account


def _act(step: Step, story: AtAccount, wanted: Act, now: float) -> Step:
    if not step.point.counters.online:
        return stay(step, replace(story, notice="away", words="", sure=False), now)
    story = replace(story, notice="", words="", act=wanted)
    return act(step, wanted, lambda key: replace(story, key=key), now, story.pin)


# ---- touches ------------------------------------------------------------------------------------------------------


def touch(step: Step, story: AtAccount, touched: Touched, now: float) -> Step:
    """A touch at the account. While something is under way one can only leave; what is under way goes on."""
    if touched.action == "finish" or (touched.action == "cancel" and story.key):
        return leave(step)
    if story.key:
        return step
    story = _as_shown(step, story, now)
    if touched.action == "cancel":
        back = _back(story)
        return leave(step) if back is None else stay(step, back, now)
    if story.code is not None:
        return step
    if touched.action == "browse" and not story.part:
        return searching.browse(step, now)
    if touched.action == "collect" and set_aside.here(step.point, story.patron, now):
        return _collect(step, story.patron, now)
    if touched.action == "borrow" and may_borrow(step.point, story):
        patron = step.point.patrons.get(story.patron)
        return counter.begin(step, patron or Patron(story.patron, ""), now, story.pin, vouched=patron is not None)
    account = known(step.point, story, now)
    if story.hold:
        return _at_hold(step, story, account, touched.action, now)
    acts = step.point.plan.library.acts
    match touched.action:
        case "loans" | "holds" | "fines" as part if not story.part and (
            getattr(account, part) or (part == "fines" and account.owed)
        ):
            return stay(step, replace(story, part=part, notice="", words=""), now)
        case "renew" if "renew" in acts and touched.value in {loan.id for loan in account.loans}:
            return _act(step, story, Renew(story.patron, touched.value), now) if story.part == "loans" else step
        case "renew_all" if "renew_all" in acts and story.part == "loans" and account.loans:
            return _act(step, story, RenewAll(story.patron), now)
        case "hold" if story.part == "holds" and set_aside.find(account, touched.value):
            return stay(step, replace(story, hold=touched.value, notice="", words=""), now)
    return step


def _as_shown(step: Step, story: AtAccount, now: float) -> AtAccount:
    """Without a hold that is not on the list any more, or a code that is over: neither stands on the screen."""
    account = known(step.point, story, now)
    hold = set_aside.find(account, story.hold)
    if hold is None:
        return replace(story, hold="", sure=False, code=None)
    parcel = set_aside.lies_in(set_aside.here(step.point, story.patron, now), hold, account)
    return story if parcel and helping.until(step.point, parcel, now) else replace(story, code=None)


def may_borrow(point: PickupPoint, story: AtAccount) -> bool:
    """Whether the counter is one touch away. Of somebody not known here the library, when it is away, says nothing."""
    return counter.offered(point) and not story.part and (point.counters.online or story.patron in point.patrons)


def _back(story: AtAccount) -> AtAccount | None:
    """One step back; None: there is none."""
    if story.code is not None:
        return replace(story, code=None)
    if story.sure:
        return replace(story, sure=False)
    if story.hold:
        return replace(story, hold="", notice="", words="")
    return replace(story, part="", notice="", words="") if story.part else None


def _at_hold(step: Step, story: AtAccount, account: AccountIs, action: str, now: float) -> Step:
    acts = step.point.plan.library.acts if story.account else frozenset()
    hold = set_aside.find(account, story.hold)
    parcel = (
        set_aside.lies_in(set_aside.here(step.point, story.patron, now), hold, account)
        if hold and not story.sure
        else None
    )
    match action:
        case "permit" if parcel and helpers(step, parcel, now) == "permit":
            step, code = helping.permit(step, parcel, now)
            return stay(step, replace(story, code=SecretStr(code), notice="", words=""), now)
        case "take_back" if parcel and helpers(step, parcel, now) == "take_back":
            return stay(helping.take_back(step, parcel), replace(story, notice="taken_back", words=""), now)
        case "yes" if story.sure:
            return _act(step, story, CancelHold(story.patron, story.hold), now)
        case "no" if story.sure:
            return stay(step, replace(story, sure=False), now)
        case "cancel_hold" if "cancel_hold" in acts and not story.sure:
            return stay(step, replace(story, sure=True, notice="", words=""), now)
        case "longer" if "more_time" in acts and not story.sure and hold and hold.state == "ready":
            return _act(step, story, MoreTime(story.patron, story.hold), now)
    return step


def helpers(step: Step, parcel: Parcel, now: float) -> Literal["", "permit", "take_back"]:
    """What its reader may touch about somebody else fetching this parcel."""
    if helping.until(step.point, parcel, now):
        return "take_back"
    return "permit" if pickup.codes_open(step, now) and helping.may_permit(step.point, parcel, now) else ""


def _collect(step: Step, person: str, now: float) -> Step:
    patron = step.point.patrons.get(person) or Patron(person, "")
    parcels = [p for p in step.point.parcels.values() if p.patron == person]
    return pickup.begin(step, patron, "card", parcels, now)
