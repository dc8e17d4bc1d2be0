"""Books what a point tells: exactly once in effect, and the physical fact wins.

What left, left; what came back, came back. Where the ledger disagrees the telling is booked all the same, the
receipt says ``conflict`` and a case with the whole telling waits for staff. Nothing is dropped.
"""

from collections.abc import Iterable

from pydantic import TypeAdapter

from simulators.library.instructing import answered
from simulators.library.ledger import Ledger
from simulators.library.packing import announce, forget_if_done, give_time, message_patron, needs_reach
from simulators.library.rounds import bag, did_not_fit, extend, room_left
from simulators.library.routing import came_back, catch, had, routed
from sync.envelope import Sent
from sync.instructions import InstructionEnded
from sync.messages import (
    ItemDropped,
    ItemLent,
    ItemsCleared,
    JournalStands,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRemoved,
    PointTrouble,
    Receipt,
    Telling,
)
from sync.rounds import BagHandedOver, BagSealed, HoldExtended, ParcelDidNotFit, RoomLeft

LOAN_S = 28 * 86400.0
GRACE_S = 7 * 86400.0  # a point's provisional date is kept when it is at most this much later than the rule
AHEAD_S = 300.0  # a point's clock may run ahead by this much before somebody must look at it
AHEAD = "the clock of the point runs ahead"
_TELLING: TypeAdapter[Telling] = TypeAdapter(Telling)


class SequenceGap(Exception):
    """Tellings before these were not heard; ``expected`` is the seq wanted next. Nothing was booked."""

    def __init__(self, expected: int) -> None:
        super().__init__(f"expected {expected}")
        self.expected = expected


def hear(ledger: Ledger, point: str, events: Iterable[Sent]) -> tuple[Receipt, ...]:
    """Book a batch, in order, in one transaction; raises ``SequenceGap``. Digests are taken as checked."""
    events = tuple(events)
    with ledger.transaction():
        row = ledger.row("select expected from points where id = ?", point)
        assert row is not None
        expected = first_expected = row["expected"]
        for event in events:
            if event.telling.seq > expected:
                raise SequenceGap(expected)
            expected = max(expected, event.telling.seq + 1)
        receipts = tuple(_hear_one(ledger, point, event, first_expected, expected) for event in events)
        ledger.change("update points set expected = ? where id = ?", expected, point)
        return receipts


def _hear_one(ledger: Ledger, point: str, event: Sent, expected: int, next_one: int) -> Receipt:
    telling = event.telling
    said = _TELLING.dump_json(telling).decode()
    known = ledger.row("select * from received where point = ? and key = ?", point, telling.key)
    if known and known["sha256"] == event.sha256:
        status = "duplicate" if known["status"] == "applied" else "conflict"
        return _receipt(ledger, point, telling, status, known["detail"])
    if known:
        return _reused(ledger, point, telling, said, "this key was used before for something else", next_one)
    if telling.seq < expected:
        return _reused(ledger, point, telling, said, "this number was used before for something else", next_one)

    at = max(0.0, min(telling.at, ledger.clock()))
    doubts = _book(ledger, point, telling, at)
    if telling.at > ledger.clock() + AHEAD_S:
        doubts.append(AHEAD)
    detail = "; ".join(doubts)[:200]
    status = "conflict" if doubts else "applied"
    ledger.add(
        "received",
        point=point,
        key=telling.key,
        seq=telling.seq,
        sha256=event.sha256,
        telling=said,
        status=status,
        detail=detail,
        received_at=ledger.clock(),
    )
    if doubts:
        _case(ledger, point, telling, said, f"{telling.told.kind}_conflict", detail)
    return _receipt(ledger, point, telling, status, detail)


def _receipt(ledger: Ledger, point: str, telling: Telling, status: str, detail: str) -> Receipt:
    receipt = Receipt(telling.key, status, detail)  # type: ignore[arg-type]
    told = telling.told
    if isinstance(told, ItemDropped) and detail in ("", AHEAD):
        return routed(ledger, point, told.item, receipt)
    return receipt


def _reused(ledger: Ledger, point: str, telling: Telling, said: str, words: str, expected: int) -> Receipt:
    """The point is an older image of itself. Nothing is booked: it says this again under a new key."""
    if not ledger.row("select 1 from cases where point = ? and telling = ?", point, said):
        _case(ledger, point, telling, said, "key_reused", words)
    return Receipt(telling.key, "reused", words, expected=expected)


def _case(ledger: Ledger, point: str, telling: Telling, said: str, what: str, detail: str) -> None:
    ledger.add("cases", point=point, key=telling.key, what=what, detail=detail, telling=said, at=min(telling.at, 4e9))


def _book(ledger: Ledger, point: str, telling: Telling, at: float) -> list[str]:
    """Change the books; returns what they did not agree with."""
    match telling.told:
        case ParcelReady(parcel, compartment):
            return _ready(ledger, point, parcel, compartment)
        case ParcelCollected():
            return _collected(ledger, point, telling.told, at)
        case ParcelMissing(parcel, _, items):
            said = _TELLING.dump_json(telling).decode()
            what = f"{', '.join(items)} of parcel {parcel}" if items else f"parcel {parcel}"
            _case(ledger, point, telling, said, "parcel_missing", f"{what} not behind its door")
            if items and not _nothing_else(ledger, parcel, items):
                return _items_missing(ledger, parcel, items)
            return _parcel_gone(ledger, point, parcel, "missing", "missing", "waiting")
        case ParcelRemoved(parcel, _):
            return _parcel_gone(ledger, point, parcel, "removed", "transit", "expired")
        case ItemDropped():
            return _dropped(ledger, point, telling.told, at)
        case ItemLent(item, patron, due):
            return _lent(ledger, point, item, patron, at, due)
        case ItemsCleared(items, _, _):
            return [doubt for barcode in items for doubt in _cleared(ledger, point, barcode)]
        case PointTrouble(what, compartment, parcel, detail):
            said = _TELLING.dump_json(telling).decode()
            _case(ledger, point, telling, said, what, " ".join(filter(None, (compartment, parcel, detail))))
            if what in ("door_stuck", "out_of_reach") and parcel:
                give_time(ledger, parcel)
            if what == "out_of_reach" and parcel:
                needs_reach(ledger, parcel)
            return []
        case JournalStands():
            return []  # kept with its telling
        case InstructionEnded():
            return answered(ledger, point, telling.told)
        case ParcelDidNotFit(parcel, _, size):
            return did_not_fit(ledger, point, parcel, size)
        case HoldExtended(parcel, expires):
            return extend(ledger, point, parcel, expires)
        case RoomLeft(small, medium, large):
            return room_left(ledger, point, small, medium, large)
        case BagSealed() | BagHandedOver():
            return bag(ledger, point, telling.told, at)


def _ready(ledger: Ledger, point: str, parcel: str, compartment: str) -> list[str]:
    row = ledger.row("select * from parcels where id = ? and point = ?", parcel, point)
    if row is None:
        return [f"no parcel {parcel} was sent to this point"]
    ledger.change("update parcels set compartment = ? where id = ?", compartment, parcel)
    if row["status"] not in ("sent", "ready", "missing"):
        return [f"parcel {parcel} is {row['status']}; take it out"]
    ledger.change("update parcels set status = 'ready' where id = ?", parcel)
    ledger.change("update holds set status = 'ready' where parcel = ? and status <> 'cancelled'", parcel)
    lie = "update items set place = 'parcel', point = ? where place <> 'loan' and barcode in "
    ledger.change(lie + "(select barcode from parcel_items where parcel = ?)", point, parcel)
    if row["status"] == "missing":  # found: the point was told to forget its reader, and no snapshot named it
        announce(ledger, parcel)
    if row["status"] != "ready":
        message_patron(ledger, parcel)
    return []


def _collected(ledger: Ledger, point: str, told: ParcelCollected, at: float) -> list[str]:
    doubts = _doubted(ledger, told.patron)
    parcel = ledger.row("select * from parcels where id = ? and point = ?", told.parcel, point)
    if parcel is None:
        doubts.append(f"no parcel {told.parcel} was sent to this point")
    elif parcel["patron"] not in ("", told.patron):
        doubts.append(f"parcel {told.parcel} was for another patron")
    elif parcel["status"] != "ready":
        doubts.append(f"parcel {told.parcel} was {parcel['status']}")
    for barcode in told.items:
        doubts += _lend(ledger, point, barcode, told.patron, at, told.due)
    if parcel is not None and told.left:
        _leaves_the_parcel(ledger, told.parcel, told.items, "collected")
    elif parcel is not None:
        ledger.change("update parcels set status = 'collected', compartment = '' where id = ?", told.parcel)
        ledger.change("update holds set status = 'collected' where parcel = ?", told.parcel)
        forget_if_done(ledger, point, parcel["patron"])
    return doubts


def _lent(ledger: Ledger, point: str, barcode: str, patron: str, at: float, due: float) -> list[str]:
    """At the counter, the point having had no word from here."""
    return _doubted(ledger, patron) + _lend(ledger, point, barcode, patron, at, due)


def _doubted(ledger: Ledger, patron: str) -> list[str]:
    row = ledger.row("select standing from patrons where id = ?", patron)
    if row is None:
        return [f"no patron has the id {patron}; no loan could be booked"]
    return [] if row["standing"] == "fine" else [f"the patron is {row['standing']} since"]


def _leaves_the_parcel(ledger: Ledger, parcel: str, items: tuple[str, ...], hold: str) -> None:
    """These are no longer of the parcel, which goes on with the others."""
    for barcode in items:
        ledger.change("delete from parcel_items where parcel = ? and barcode = ?", parcel, barcode)
        sql = "update holds set status = ?, parcel = '' where parcel = ? and isbn in "
        ledger.change(sql + "(select isbn from items where barcode = ?)", hold, parcel, barcode)


def _nothing_else(ledger: Ledger, parcel: str, items: tuple[str, ...]) -> bool:
    rows = ledger.rows("select barcode from parcel_items where parcel = ?", parcel)
    return {row["barcode"] for row in rows} <= set(items)


def _items_missing(ledger: Ledger, parcel: str, items: tuple[str, ...]) -> list[str]:
    _leaves_the_parcel(ledger, parcel, items, "waiting")
    for barcode in items:
        sql = "update items set place = 'missing', point = '' where barcode = ? and place = 'parcel'"
        ledger.change(sql, barcode)
    return []


def _lend(ledger: Ledger, point: str, barcode: str, patron: str, at: float, told_due: float) -> list[str]:
    if ledger.item(barcode) is None:
        return [f"no item has the barcode {barcode}"]
    doubts = []
    running = ledger.loan(barcode)
    if (running and running["patron"] == patron) or had(ledger, barcode, patron, at, AHEAD_S):
        return []  # staff booked it by hand in the meantime, or it was asked for at the counter: both agree
    if running and running["started"] > at:
        return [f"{barcode} has since been lent to somebody else"]
    if running:
        ledger.change("update loans set ended = ?, ended_at = ? where id = ?", at, point, running["id"])
        doubts.append(f"{barcode} was on loan to somebody else; that loan was ended")
    if not ledger.row("select 1 from patrons where id = ?", patron):  # it has left all the same
        if running or not came_back(ledger, barcode, at):
            ledger.change("update items set place = 'missing', point = '' where barcode = ?", barcode)
        return doubts
    due = at + LOAN_S
    if due < told_due <= due + GRACE_S:
        due = told_due  # the reader was shown this date
    elif told_due > due:
        doubts.append(f"the due date shown for {barcode} is too late")
    loan = {"barcode": barcode, "patron": patron, "point": point, "started": at, "due": due}
    if back := None if running else came_back(ledger, barcode, at):
        ledger.add("loans", **loan, ended=back["at"], ended_at=back["point"])
        return [*doubts, f"{barcode} came back to {back['point']} before this loan was heard of; it has ended"]
    ledger.add("loans", **loan, ended=None, ended_at=None)
    ledger.change("update items set place = 'loan', point = '' where barcode = ?", barcode)
    return doubts


def _parcel_gone(ledger: Ledger, point: str, parcel: str, status: str, place: str, hold: str) -> list[str]:
    row = ledger.row("select * from parcels where id = ? and point = ?", parcel, point)
    if row is None:
        return [f"no parcel {parcel} was sent to this point"]
    if row["status"] in ("collected", "removed"):
        return [f"parcel {parcel} was {row['status']} before"]
    if row["status"] == "recalled" and status == "missing":
        status = "recalled"  # also if it is found after all
    ledger.change("update parcels set status = ?, compartment = '' where id = ?", status, parcel)
    ledger.change("update holds set status = ? where parcel = ? and status <> 'cancelled'", hold, parcel)
    own = "select barcode from parcel_items where parcel = ?"  # what came back elsewhere, or is on loan, is there
    sql = f"update items set place = ? where place in ('parcel', 'missing') and barcode in ({own})"
    ledger.change(sql, place, parcel)
    forget_if_done(ledger, point, row["patron"])
    return []


def _dropped(ledger: Ledger, point: str, told: ItemDropped, at: float) -> list[str]:
    if ledger.item(told.item) is None:
        return [f"no item has the barcode {told.item}"]
    running = ledger.loan(told.item)
    if running and running["started"] > at:
        return [f"{told.item} has since been lent again; that loan stays"]
    ledger.change("update items set place = 'cabinet', point = ? where barcode = ?", point, told.item)
    if running is None:
        return [f"nobody had {told.item} on loan"]
    ledger.change("update loans set ended = ?, ended_at = ? where id = ?", at, point, running["id"])
    catch(ledger, point, told.item)
    return []


def _cleared(ledger: Ledger, point: str, barcode: str) -> list[str]:
    row = ledger.row("select place from items where barcode = ?", barcode)
    if row is None:
        return [f"no item has the barcode {barcode}"]
    if row["place"] == "loan":
        return [f"{barcode} is on loan and cannot have been in the cabinet"]
    ledger.change("update items set place = 'transit', point = '' where barcode = ?", barcode)
    return []
