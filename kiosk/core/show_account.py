"""What is shown of the menu and of a reader's account."""

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
    Prove,
)
from kiosk.core.account_stories import AccountPin, AtAccount, AtMore, Proving
from kiosk.core.flows import account as flow
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.screens import Pin, Screen, Wait
from sync.account import AccountIs, Hold

_ORDER = ("here", "elsewhere", "coming", "waiting")


def screen(point: PickupPoint, story: AtMore | Proving | AccountPin | AtAccount) -> Screen:
    """The screen of each of these stories."""
    match story:
        case AtMore(how=how):
            return How() if how else More(point.plan.library.account)
        case Proving(want=want):
            return Prove(want, any(point.devices[name].up for name in point.plan.cards if name in point.devices))
        case AccountPin(digits=digits, wrong=wrong):
            return Pin(len(digits.get_secret_value()), wrong > 0, point.plan.limits.pins_wrong_max - wrong)
        case AtAccount(key=key, act=act) if key:
            return Wait(act.kind if act else "account")
        case AtAccount(account=account):
            if account is None:
                return Account(False, here=_doors(point, story), notice=story.notice, words=story.words)
            return _part(point, story, account)


def _part(point: PickupPoint, story: AtAccount, account: AccountIs) -> Screen:
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
            held = [_line(point, story.patron, one) for one in account.holds]
            line = next((one for one in held if one.id == story.hold), None)
            if line is None:
                return Holds(tuple(sorted(held, key=lambda one: _ORDER.index(one.state))), notice, words)
            ready = flow.find(account, story.hold)
            may = tuple(
                name
                for name, can in (
                    ("collect", line.door != ""),
                    ("longer", "more_time" in acts and ready is not None and ready.state == "ready"),
                    ("cancel_hold", "cancel_hold" in acts),
                )
                if can
            )
            return OneHold(line, may, story.sure, notice, words)  # type: ignore[arg-type]
        case "fines":
            return Fines(tuple((one.amount, one.what) for one in account.fines), account.owed, account.currency)
    late = sum(loan.late for loan in account.loans)
    return Account(
        True,
        len(account.loans),
        late,
        len(account.holds),
        _doors(point, story),
        account.owed,
        account.currency,
        account.whole,
        notice,
        words,
    )


def _doors(point: PickupPoint, story: AtAccount) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parcel.compartment for parcel in flow.here(point, story.patron)))


def _line(point: PickupPoint, patron: str, hold: Hold) -> HoldLine:
    """Our own rows say what lies here, sooner than the library does."""
    parcel = next((one for one in flow.here(point, patron) if _is_in(hold, one)), None)
    if parcel:
        return HoldLine(hold.id, hold.title, "here", hold.place, parcel.compartment, hold.until or parcel.expires)
    state = hold.state if hold.state != "ready" else "here" if hold.here else "elsewhere"
    return HoldLine(hold.id, hold.title, state, hold.place, "", hold.until, hold.ahead)


def _is_in(hold: Hold, parcel: Parcel) -> bool:
    return parcel.id == hold.parcel or any(hold.id == item.barcode or hold.title == item.title for item in parcel.items)
