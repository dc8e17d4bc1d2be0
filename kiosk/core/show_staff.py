"""The screens of couriers and staff, from the state; part of show.py."""

from kiosk.core import sensors
from kiosk.core.flows import clearing, rounds, slips
from kiosk.core.flows.cases import in_order, may_settle
from kiosk.core.flows.clearing import to_check, to_clear
from kiosk.core.flows.pickup import codes_open
from kiosk.core.flows.stocking import expected
from kiosk.core.model import PickupPoint
from kiosk.core.order import Order
from kiosk.core.places import to_move, with_room
from kiosk.core.rights import has_bag, rights
from kiosk.core.session import Session, Step
from kiosk.core.staff_screens import Courier, HandOver, Inside, Load, Seal, Settle, TakeOut, Thing
from kiosk.core.stories import AtCourier, Checking, Clearing, HandingOver, Loading, Sealing, Settling

StaffScreen = Courier | Settle | Load | Seal | HandOver


def screen(
    point: PickupPoint,
    session: Session,
    story: AtCourier | Settling | Loading | Sealing | HandingOver,
    now: float,
) -> StaffScreen:
    """What stands before a courier or somebody of the staff, no door being open."""
    match story:
        case AtCourier():
            return _courier(point, session, story, now)
        case Settling():
            return _case(point, story)
        case Loading():
            parcel = point.parcels.get(story.parcel)
            titles = tuple((i.title, i.barcode in story.scanned) for i in parcel.items) if parcel else ()
            return Load(story.parcel, titles, story.notice, story.lacks)
        case Sealing():
            row = rounds.of(point, story.courier)
            return Seal(len(row.parcels), len(row.items), story.digits, story.leaving)
        case HandingOver():
            row = rounds.of(point, story.courier)
            code = codes_open(Step(point, session), now) and any(p.code for p in point.patrons.values())
            counts = len(row.parcels), len(row.items)
            return HandOver(row.seal, *counts, len(story.digits), code, story.stranger, story.leaving)


def _courier(point: PickupPoint, session: Session, story: AtCourier, now: float) -> Courier:
    row = rounds.of(point, story.courier)
    return Courier(
        parcels=tuple((p.id, len(p.items), p.size) for p in expected(Step(point, session))),
        loaded=row.loaded,
        to_clear=0 if row.seal else len(to_clear(point, now)),
        to_check=tuple(to_check(point)),
        free_doors=len(point.free()),
        notice=story.notice,
        paper=slips.paper_to_see_to(point),
        lacks=story.lacks,
        wearing=tuple(sorted(one.name for one in point.wears.values() if one.wearing)),
        cases=len(point.cases) if may_settle(point, story.courier) else 0,
        where=story.where,
        clear_why=clearing.counted(point, now),
        bag=row.bag,
        seal=row.seal,
        neighbours=with_room(point, story.wants) if story.wants else (),
        desk=len(rights(point, story.courier)) > 1,
        looks=story.where == "" or clearing.can_look(point, story.where),
        to_move=tuple(p.compartment for p in to_move(point)),
    )


def _case(point: PickupPoint, story: Settling) -> Settle:
    all_of_them = in_order(point)
    case = point.cases[story.case]  # flows/cases.py goes on when it has come right
    return Settle(
        case.id, all_of_them.index(case) + 1, len(all_of_them), case.at, case.about, case.things, case.what, case.detail
    )


def inside(point: PickupPoint, story: Checking, order: Order) -> Inside:
    """An open door that is looked behind."""
    visit = story.visit
    parcels, drops = point.at(visit.compartment), point.drops_at(visit.compartment)
    titles = tuple(t for p in parcels for t in p.titles) + tuple(d.item.title for d in drops)
    said = "yes" if order.keep else "no" if order.missing else ""
    return Inside(
        visit.compartment,
        parcels[0].id if parcels else "",
        titles,
        said,  # type: ignore[arg-type]
        _things(point, visit.compartment, order),
        len(order.found) if has_bag(point, story.courier) else 0,  # else it stays there
        visit.n,
        visit.n + len(story.queue),
        sensors.unsensed(point.compartments[visit.compartment]),
    )


def take_out(point: PickupPoint, story: Clearing, order: Order) -> TakeOut:
    """An open door behind which all is taken out."""
    visit = story.visit
    return TakeOut(
        visit.compartment,
        visit.n,
        visit.of,
        _things(point, visit.compartment, order),
        len(order.found),
        rounds.of(point, story.courier).bag,
        "missing" if order.missing else "keep" if order.keep else "",
        story.pause,
        order.late,
    )


def _things(point: PickupPoint, compartment: str, order: Order) -> tuple[Thing, ...]:
    parcels = (Thing(p.id, "、".join(p.titles), p.id not in order.absent) for p in point.at(compartment))
    items = (
        Thing(d.item.barcode, d.item.title, d.item.barcode not in order.absent, not d.checked, d.held, d.goes_to)
        for d in point.drops_at(compartment)
    )
    return (*parcels, *items)
