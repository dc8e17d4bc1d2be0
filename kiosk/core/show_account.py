"""What is shown of the menu and of a reader's account."""

from kiosk.core import set_aside, tries
from kiosk.core.account_screens import (
    Account,
    Fines,
    HoldLine,
    Holds,
    How,
    LoanLine,
    Loans,
    More,
    OneHold,
    Permission,
    Prove,
)
from kiosk.core.account_stories import AccountPin, AtAccount, AtMore, Proving
from kiosk.core.flows import account as flow
from kiosk.core.flows import helping, searching
from kiosk.core.model import PickupPoint
from kiosk.core.screens import Pin, Screen, Wait
from kiosk.core.session import Session, Step
from kiosk.core.stock import any_on_offer
from sync.account import AccountIs, Hold

_ORDER = ("here", "elsewhere", "coming", "waiting")


def screen(point: PickupPoint, story: AtMore | Proving | AccountPin | AtAccount, now: float) -> Screen:
    """The screen of each of these stories."""
    match story:
        case AtMore(how=how):
            return How() if how else More(point.plan.library.account, searching.offered(point))
        case Proving(want=want):
            return Prove(want, point.answers(point.plan.cards))
        case AccountPin(patron=patron, digits=digits, wrong=wrong):
            return Pin(len(digits.get_secret_value()), wrong > 0, tries.left(point, patron, wrong, now))
        case AtAccount(key=key, act=act) if key:
            return Wait(act.kind if act else "account")
        case AtAccount(account=None, part=""):
            doors, stock, borrow = _doors(point, story, now), any_on_offer(point, now), flow.may_borrow(point, story)
            notice, words, places = story.notice, story.words, story.places
            return Account(False, here=doors, notice=notice, words=words, stock=stock, borrow=borrow, places=places)
        case AtAccount():
            return _part(point, story, flow.known(point, story, now), now)


def _part(point: PickupPoint, story: AtAccount, account: AccountIs, now: float) -> Screen:
    notice, words, acts = story.notice, story.words, point.plan.library.acts
    match story.part:
        case "loans":
            said = {one.loan: one for one in story.rulings}
            lines = []
            for loan in sorted(account.loans, key=lambda one: one.due):
                ruling = said.get(loan.id)
                state = "" if ruling is None else "renewed" if ruling.done else "refused"
                why = ruling.words if ruling and not ruling.done else ""
                lines.append(LoanLine(loan.id, loan.title, loan.due, loan.late, state, why))  # type: ignore[arg-type]
            return Loans(tuple(lines), "renew" in acts, "renew_all" in acts and len(lines) > 1, notice, words)
        case "holds":
            held = [_line(point, story.patron, one, account, now) for one in account.holds]
            line = next((one for one in held if one.id == story.hold), None)
            if line is None:
                return Holds(tuple(sorted(held, key=lambda one: _ORDER.index(one.state))), notice, words)
            if story.code is not None and line.helper_until:
                return Permission(line.title, story.code.get_secret_value(), line.helper_until)
            return OneHold(line, _may(point, story, account, now), story.sure, notice, words)  # type: ignore[arg-type]
        case "fines":
            return Fines(tuple((one.amount, one.what) for one in account.fines), account.owed, account.currency)
    late = sum(loan.late for loan in account.loans)
    return Account(
        True,
        len(account.loans),
        late,
        len(account.holds),
        _doors(point, story, now),
        account.owed,
        account.currency,
        account.whole,
        notice,
        words,
        any_on_offer(point, now),
        flow.may_borrow(point, story),
        story.places,
        len(account.fines),
    )


def _may(point: PickupPoint, story: AtAccount, account: AccountIs, now: float) -> tuple[str, ...]:
    """What can be done about the hold they look at."""
    acts = point.plan.library.acts if story.account else frozenset()
    hold = set_aside.find(account, story.hold)
    parcel = set_aside.lies_in(set_aside.here(point, story.patron, now), hold, account) if hold else None
    offers = (
        "collect" if parcel else "",
        flow.helpers(Step(point, Session()), parcel, now) if parcel else "",
        "longer" if "more_time" in acts and hold and hold.state == "ready" else "",
        "cancel_hold" if "cancel_hold" in acts else "",
    )
    return tuple(filter(None, offers))


def _doors(point: PickupPoint, story: AtAccount, now: float) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parcel.compartment for parcel in set_aside.here(point, story.patron, now)))


def _line(point: PickupPoint, patron: str, hold: Hold, account: AccountIs, now: float) -> HoldLine:
    """Our own rows say what lies here, sooner than the library does."""
    parcel = set_aside.lies_in(set_aside.here(point, patron, now), hold, account)
    if parcel:
        until, helper_until = hold.until or parcel.expires, helping.until(point, parcel, now)
        return HoldLine(hold.id, hold.title, "here", hold.place, parcel.compartment, until, None, helper_until)
    state = hold.state if hold.state != "ready" else "here" if hold.here else "elsewhere"
    return HoldLine(hold.id, hold.title, state, hold.place, "", hold.until, hold.ahead)
