"""What readers change for themselves, whichever wire they come by: renewals, holds, more time to collect.

The rules of this library: a loan is renewed twice at most, not while somebody waits for the title, and not by somebody
who owes more than ten yuan; nor does somebody borrow who does, or has twenty books. What lies ready waits three days
longer, once, unless somebody else waits for it.
"""

import hashlib
from typing import Any

from pydantic import TypeAdapter

from simulators.library.account import ahead_of, owed
from simulators.library.activating import activate
from simulators.library.booking import LOAN_S
from simulators.library.ledger import Ledger
from simulators.library.packing import OPEN, forget_if_done, give_up, message_patron, place_hold, recall_parcel
from simulators.library.searching import comes_by
from sync.acts import (
    Act,
    Activate,
    CancelHold,
    Checkout,
    LoanRuling,
    MoreTime,
    PlaceHold,
    Renew,
    RenewAll,
    Ruling,
    Said,
)
from sync.asked import Allowed, MayBorrow
from sync.messages import ParcelSent
from sync.plain import TIME_MAX

RENEWALS_MAX = 2
OWED_MAX = 10.0
HOLDS_MAX = 10
LOANS_MAX = 20
MORE_S = 3 * 86400.0
_RULING: TypeAdapter[Ruling] = TypeAdapter(Ruling)
_ACT: TypeAdapter[Act] = TypeAdapter(Act)


class Refused(Exception):
    """The library's no, in its own words."""


class KeyReused(Exception):
    """This key came before with another act. Nothing was changed."""


def rule(ledger: Ledger, point: str, said: Said) -> Ruling:
    """Do what a reader wants, or refuse it; the same key again gets the same word and changes nothing.

    Raises ``KeyReused``.
    """
    sha256 = hashlib.sha256(_ACT.dump_json(said.act)).hexdigest()
    with ledger.transaction():
        known = ledger.row("select sha256, ruling from acts where point = ? and key = ?", point, said.key)
        if known:
            if known["sha256"] != sha256:
                raise KeyReused
            return _RULING.validate_json(known["ruling"])
        try:
            ruling = _act(ledger, point, said)
        except Refused as no:
            ruling = Ruling(False, str(no))
        words = _RULING.dump_json(ruling).decode()
        ledger.add("acts", point=point, key=said.key, sha256=sha256, ruling=words, at=ledger.clock())
        return ruling


def _act(ledger: Ledger, point: str, said: Said) -> Ruling:
    act, pin = said.act, said.pin.get_secret_value() if said.pin else ""
    if isinstance(act, Activate):
        return activate(ledger, point, act)
    if ledger.pins and not ledger.pin_fits(act.patron, pin):
        raise Refused("密码不正确。")
    patron = ledger.row("select * from patrons where id = ?", act.patron)
    if patron is None:
        raise Refused("没有此读者。")
    match act:
        case Renew(loan=barcode):
            loan = ledger.loan(barcode)
            if loan is None or loan["patron"] != act.patron:
                raise Refused("此书没有借给此读者。")
            return Ruling(True, until=renew(ledger, loan))
        case RenewAll():
            each = renew_all(ledger, act.patron)
            return Ruling(all(one.done for one in each), each=each)
        case CancelHold(hold=hold):
            cancel(ledger, _hold(ledger, act.patron, hold))
            return Ruling(True)
        case MoreTime(hold=hold):
            return Ruling(True, until=more_time(ledger, _hold(ledger, act.patron, hold)))
        case PlaceHold(title=title):
            return place(ledger, patron, title, point)
        case Checkout(item=barcode):
            return Ruling(True, until=lend(ledger, patron, barcode, point))


def renew(ledger: Ledger, loan: dict[str, Any]) -> float:
    """The new due date of a running loan. Raises ``Refused``."""
    patron = ledger.row("select standing, reason from patrons where id = ?", loan["patron"])
    item = ledger.item(loan["barcode"])
    waiting = "select 1 from holds where isbn = ? and status = 'waiting' and patron <> ?"
    times = ledger.row("select count(*) as n from renewals where loan = ?", loan["id"])
    if patron and patron["standing"] != "fine":
        raise Refused(patron["reason"] or "此证不能续借。")
    if owed(ledger, loan["patron"]) > OWED_MAX:
        raise Refused("有逾期费用未缴，缴清后才能续借。")
    if item and ledger.rows(waiting, item.isbn, loan["patron"]):
        raise Refused("有其他读者预约，不能续借。")
    if times and times["n"] >= RENEWALS_MAX:
        raise Refused("已达到续借次数上限。")
    due = max(float(loan["due"]), ledger.clock()) + LOAN_S
    ledger.change("update loans set due = ? where id = ?", due, loan["id"])
    ledger.add("renewals", loan=loan["id"], at=ledger.clock())
    return due


def renew_all(ledger: Ledger, patron: str) -> tuple[LoanRuling, ...]:
    """One word for each running loan, in the order of their due dates."""
    sql = "select * from loans where patron = ? and ended is null order by due, barcode limit 100"
    each: list[LoanRuling] = []
    for loan in ledger.rows(sql, patron):
        try:
            each.append(LoanRuling(loan["barcode"], True, until=renew(ledger, loan)))
        except Refused as no:
            each.append(LoanRuling(loan["barcode"], False, str(no)))
    return tuple(each)


def _hold(ledger: Ledger, patron: str, hold: str) -> dict[str, Any]:
    number = hold.removeprefix("H")
    row = ledger.row("select * from holds where id = ? and patron = ?", number, patron) if number.isdigit() else None
    if row is None or row["status"] not in ("waiting", "packed", "ready"):
        raise Refused("没有这条预约，或已结束。")
    return row


def cancel(ledger: Ledger, hold: dict[str, Any]) -> None:
    """The reader does not want it any more; a parcel that held nothing else is recalled. Raises ``Refused``."""
    if hold["status"] != "waiting":
        others = "select 1 from holds where parcel = ? and id <> ? and status in ('packed', 'ready')"
        if ledger.rows(others, hold["parcel"], hold["id"]):
            raise Refused("这本书与您的其他预约放在同一个包裹里，请到服务台取消。")
        recall_parcel(ledger, hold["parcel"])
    ledger.change("update holds set status = 'cancelled' where id = ?", hold["id"])
    give_up(ledger, hold["parcel"])
    forget_if_done(ledger, hold["point"], hold["patron"])


def more_time(ledger: Ledger, hold: dict[str, Any]) -> float:
    """Until when it now lies there. Raises ``Refused``."""
    if hold["status"] != "ready":
        raise Refused("这本书还没有到取书点。")
    if ahead_of(ledger, hold["isbn"]):
        raise Refused("有其他读者在等这本书，不能延长。")
    if ledger.rows("select 1 from extensions where parcel = ?", hold["parcel"]):
        raise Refused("取书时间只能延长一次。")
    row = ledger.row("select expires from parcels where id = ?", hold["parcel"])
    assert row is not None
    until = min(max(float(row["expires"]), ledger.clock()) + MORE_S, TIME_MAX)
    ledger.change("update parcels set expires = ? where id = ?", until, hold["parcel"])
    ledger.add("extensions", parcel=hold["parcel"], at=ledger.clock())
    ledger.publish(hold["point"], ParcelSent(ledger.sent_parcel(hold["parcel"])))
    message_patron(ledger, hold["parcel"])
    return until


def lend(ledger: Ledger, patron: dict[str, Any], barcode: str, point: str) -> float:
    """When it must be back. What they have on loan already stays as it is. Raises ``Refused``."""
    loan, place = ledger.loan(barcode), ledger.row("select place from items where barcode = ?", barcode)
    if place is None:
        raise Refused("没有此书。")
    if loan and loan["patron"] == patron["id"]:
        return float(loan["due"])
    may_borrow(ledger, patron)
    if loan:
        raise Refused("此书已借给他人，请交给工作人员。")
    if place["place"] == "parcel":
        raise Refused("此书已为其他读者预留，请交给工作人员。")
    due = ledger.clock() + LOAN_S
    started = {"barcode": barcode, "patron": patron["id"], "point": point, "started": ledger.clock(), "due": due}
    ledger.add("loans", **started, ended=None, ended_at=None)
    ledger.change("update items set place = 'loan', point = '' where barcode = ?", barcode)
    return due


def may_borrow(ledger: Ledger, patron: dict[str, Any], more: int = 1) -> None:
    """Raises ``Refused`` where they may not have so many more."""
    loans = ledger.rows("select 1 from loans where patron = ? and ended is null", patron["id"])
    if patron["standing"] != "fine":
        raise Refused(patron["reason"] or "此证不能借书。")
    if owed(ledger, patron["id"]) > OWED_MAX:
        raise Refused("有逾期费用未缴，缴清后才能借书。")
    if len(loans) + more > LOANS_MAX:
        raise Refused(f"已借满 {LOANS_MAX} 本，请先归还。")


def allowed(ledger: Ledger, query: MayBorrow) -> Allowed:
    """Whether this patron may have these items of the stock."""
    try:
        patron = ledger.row("select * from patrons where id = ?", query.patron)
        if patron is None:
            raise Refused("没有此读者。")
        may_borrow(ledger, patron, len(query.items))
        for barcode in query.items:
            held = "select 1 from parcels join parcel_items on id = parcel where barcode = ? and patron not in ('', ?) "
            if ledger.loan(barcode) or ledger.rows(held + f"and status in {OPEN}", barcode, patron["id"]):
                raise Refused("此书已为其他读者预留。")
    except Refused as no:
        return Allowed(False, str(no))
    return Allowed(True)


def place(ledger: Ledger, patron: dict[str, Any], title: str, point: str) -> Ruling:
    """A hold on a title, or on the title of a copy, and when it comes. Raises ``Refused``."""
    item = ledger.item(title)
    isbn = item.isbn if item else title
    if not ledger.rows("select 1 from titles where isbn = ?", isbn):
        raise Refused("没有此书。")
    if patron["standing"] != "fine":
        raise Refused(patron["reason"] or "此证不能预约。")
    running = "select isbn from holds where patron = ? and status in ('waiting', 'packed', 'ready')"
    held = [row["isbn"] for row in ledger.rows(running, patron["id"])]
    if isbn in held:
        raise Refused("您已预约此书。")
    if len(held) >= HOLDS_MAX:
        raise Refused("已达到预约数量上限。")
    ruling = Ruling(True, by=comes_by(ledger, isbn), ahead=ahead_of(ledger, isbn))
    place_hold(ledger, patron["id"], isbn, point)
    return ruling
