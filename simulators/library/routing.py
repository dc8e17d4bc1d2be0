"""Where a returned item goes: to the next reader who waits for its title, here or elsewhere; back to the shelf; or it
stays where it lies, for anybody."""

from dataclasses import replace
from typing import Any

from simulators.library.ledger import Ledger
from simulators.library.packing import pack_parcel
from sync.messages import Receipt


def catch(ledger: Ledger, point: str, barcode: str) -> None:
    """An item that lies at a point again is set aside there, if whoever waits for its title the longest wants it so; or
    for anybody, where nobody waits and this library leaves it there."""
    hold = _waiting(ledger, barcode)
    stays = hold["point"] == point if hold else ledger.keeps
    if stays:
        ledger.change("update items set place = 'shelf' where barcode = ?", barcode)
        pack_parcel(ledger, point, hold["patron"] if hold else "", (barcode,))


def routed(ledger: Ledger, point: str, barcode: str, receipt: Receipt) -> Receipt:
    """The receipt of its return, with where it goes; said as often as it is asked for, until it has gone."""
    sql = (
        "select id, patron from parcels join parcel_items on id = parcel where barcode = ? and point = ? "
        "and status in ('sent', 'ready') order by id desc"
    )
    parcel = ledger.row(sql, barcode, point)
    if parcel:
        held_for, set_aside = ledger.patron(parcel["patron"], point), ledger.sent_parcel(parcel["id"])
        return replace(receipt, held_for=held_for, set_aside=set_aside, stock=not parcel["patron"])
    hold = _waiting(ledger, barcode)
    place = ledger.row("select name from points where id = ?", hold["point"]) if hold else None
    return replace(receipt, goes_to=place["name"]) if place else receipt


def came_back(ledger: Ledger, barcode: str, since: float) -> dict[str, Any] | None:
    """That an item came back after a loan of which another point tells late: its return was heard before that, so that
    nobody had it on loan, or somebody has borrowed it since."""
    sql = (
        "select point, at from cases where what = 'item_dropped_conflict' and at > ? "
        "and json_extract(telling, '$.told.item') = ? "
        "union all select 'the library', started from loans where started > ? and barcode = ? order by at"
    )
    return ledger.row(sql, since, barcode, since, barcode)


def had(ledger: Ledger, barcode: str, patron: str, at: float, unsure_s: float) -> bool:
    """Whether the loan that a point tells late is booked and over: it was running then, but for how clocks differ."""
    sql = "select 1 from loans where barcode = ? and patron = ? and started <= ? and ended > ?"
    return bool(ledger.rows(sql, barcode, patron, at + unsure_s, at))


def _waiting(ledger: Ledger, barcode: str) -> dict[str, Any] | None:
    sql = (
        "select holds.* from holds join items using (isbn) join patrons on patrons.id = holds.patron "
        "where barcode = ? and holds.status = 'waiting' and standing = 'fine' order by holds.id"
    )
    return ledger.row(sql, barcode)
