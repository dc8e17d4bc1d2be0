"""What comes down ahead of time: parcels, patrons, cancelled holds; and the library's word on what it was told."""

from dataclasses import replace

from kiosk.core.events import Receipted
from kiosk.core.facts import Disagreed, ParcelAnnounced, ParcelCalledBack
from kiosk.core.model import HERE, Case, Parcel
from kiosk.core.session import Step
from kiosk.core.settle import DAY_S
from sync.messages import (
    Page,
    ParcelRecalled,
    ParcelSent,
    Patron,
    PatronChanged,
    PatronForgotten,
    PointTrouble,
    SentParcel,
)

CASES_MAX = 1000


def heard(step: Step, page: Page, now: float) -> Step:
    """Apply a page of the change feed. What lies in the cabinet is never forgotten; left unnamed, it is recalled."""
    if page.snapshot:
        step = _forget_unnamed(step, page)
    for change in page.changes:
        match change:
            case ParcelSent(parcel=parcel):
                step = _sent(step, parcel, now)
            case ParcelRecalled(parcel=parcel_id):
                step = _recalled(step, parcel_id)
            case PatronChanged(patron=patron):
                step = _patron(step, patron)
            case PatronForgotten(patron=patron_id):
                step = _forget_patron(step, patron_id)
    step = _forget_old(step, now)
    return step.put(replace(step.point.counters, cursor=page.cursor))


def _sent(step: Step, sent: SentParcel, now: float) -> Step:
    old = step.point.parcels.get(sent.id)
    if old is None and len(step.point.parcels) >= step.point.plan.limits.parcels_max:
        return step.fact(PointTrouble("parcels_too_many", parcel=sent.id))
    news = {
        "patron": sent.patron,
        "items": sent.items,
        "size": sent.size,
        "expires": sent.expires,
        "code": sent.code,
        "pass_id": sent.pass_id,
    }
    if old is None:
        parcel = Parcel(id=sent.id, changed_at=now, **news)  # type: ignore[arg-type]
        return step.put(parcel).fact(ParcelAnnounced(sent.id))
    if old.state in ("collected", "removed"):  # it has gone; a late word about it brings nothing back
        return step
    return step.put(replace(old, recalled=False, **news))  # type: ignore[arg-type]


def _patron(step: Step, patron: Patron) -> Step:
    known = patron.id in step.point.patrons or len(step.point.patrons) < step.point.plan.limits.patrons_max
    return step.put(patron) if known else step.fact(PointTrouble("patrons_too_many"))


def _recalled(step: Step, parcel_id: str) -> Step:
    parcel = step.point.parcels.get(parcel_id)
    if parcel is None or parcel.recalled or parcel.state in ("collected", "removed"):
        return step
    step = step.fact(ParcelCalledBack(parcel_id))
    return step.put(replace(parcel, recalled=True))


def _forget_unnamed(step: Step, page: Page) -> Step:
    parcels = {c.parcel.id for c in page.changes if isinstance(c, ParcelSent)}
    patrons = {c.patron.id for c in page.changes if isinstance(c, PatronChanged)}
    for parcel in step.point.parcels.values():
        if parcel.id not in parcels:  # what lies here and is wanted by nobody any more is for the courier
            step = step.drop(parcel) if parcel.state == "sent" else _recalled(step, parcel.id)
    for patron_id in step.point.patrons.keys() - patrons:
        step = _forget_patron(step, patron_id)
    return step


def _forget_patron(step: Step, patron_id: str) -> Step:
    patron = step.point.patrons.get(patron_id)
    concerned = any(p.patron == patron_id and p.state in HERE for p in step.point.parcels.values())
    return step if patron is None or concerned else step.drop(patron)


def _forget_old(step: Step, now: float) -> Step:
    """Parcels that have gone are kept for some days, for returns by book number while offline, then forgotten."""
    old = now - step.point.plan.limits.keep_days * DAY_S
    gone = ("collected", "removed", "missing", "sent")
    over = [
        p
        for p in step.point.parcels.values()
        if p.state in gone and not p.compartment and p.changed_at < old and (p.state != "sent" or p.recalled)
    ]
    return step.drop(*over) if over else step


def receipted(step: Step, event: Receipted, now: float) -> Step:
    """The library applied a telling, or disagrees: then it is a case for staff, with its own words."""
    receipt = event.receipt
    if receipt.status in ("applied", "duplicate"):
        return step
    case = Case(receipt.key, receipt.status, event.telling.told.kind, receipt.detail, now)
    step = step.put(case).fact(Disagreed(receipt.key, receipt.status, receipt.detail))
    over = len(step.point.cases) - CASES_MAX
    oldest = sorted(step.point.cases.values(), key=lambda c: c.at)[: max(0, over)]
    return step.drop(*oldest) if oldest else step
