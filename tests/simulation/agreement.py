"""What the library's books must say in the end: of each thing what is so, except where a case names the doubt."""

from typing import TYPE_CHECKING

from kiosk.core.model import HERE, PickupPoint
from sync.messages import ParcelMissing, ParcelReady, PointTrouble
from tests.simulation.library import Library, about
from tests.simulation.rules import must
from tests.simulation.sip2_library import Sip2Library

if TYPE_CHECKING:
    from tests.simulation.world import World

EXPLAINED = ("since", "recalled", "nobody had", "no item has", "was missing", "was sent", "before")
EXPLAINED_OVER_SIP2 = (
    "not held for this point",
    "held here",
    "此证不能借书",
    "有逾期费用未缴",
    "已借满",
    "为其他读者预留",
    "没有此书",
    "???????",  # the same in code page 850
    "perhaps a later loan",
    "look whether it is booked",
    "somebody else",
    "does not say",
    "is missing",
    "stayed here",
    "does not answer",
    "differ: set",
)


def agree(world: "World", point: PickupPoint) -> None:
    """The day is over and everything was told."""
    library = world.library
    explained = EXPLAINED if isinstance(library, Library) else EXPLAINED_OVER_SIP2
    unsure = _unsure(world, point)  # lied about among others
    world.unsure = len(unsure & library.items.keys())
    for telling, detail in library.conflicts:
        clear = any(words in detail for words in explained) or about(telling) & unsure
        must(clear, f"a conflict nobody can explain: {detail} ({telling.told})")
    if isinstance(library, Library):
        _announcing(world, library, point, unsure)
    else:
        _over_sip2(world, library, point, unsure)


def _unsure(world: "World", point: PickupPoint) -> set[str]:
    """Items that somebody will look for: in doubt, told as trouble, in a case, or that people were silent about."""
    library = world.library
    unsure = {i.barcode for p in point.parcels.values() if p.state in ("doubt", "missing") for i in p.items}
    unsure |= {
        d.item.barcode for d in point.drops.values() if d.state == "doubt" or point.compartments[d.compartment].out
    }
    unsure |= world.lied.keys()
    unsure |= {item for t in library.troubles if isinstance(t, PointTrouble) for item in t.detail.split()}
    parcels = library.parcels
    doubted = _doubted(library)
    unsure |= {i.barcode for one in doubted if one in parcels for i in parcels[one].sent.items}
    unsure |= {i.barcode for one in doubted if one in point.parcels for i in point.parcels[one].items}
    told = [telling.told for telling, _ in library.received.values()]  # also of what the point has forgotten since
    named = (t.items for t in told if isinstance(t, ParcelReady | ParcelMissing) and t.parcel in doubted)
    unsure |= {item for items in named for item in items}
    unsure |= {b for box in world.cabinet.boxes.values() if point.compartments[box.name].out for b in box.inside}
    return unsure


def _doubted(library: Library | Sip2Library) -> set[str]:
    """Parcels told to be in doubt, or not there, and not looked at since. A door that did not open makes no doubt."""
    doubted = set[str]()
    for telling, _ in library.received.values():
        match telling.told:
            case ParcelReady(parcel):
                doubted.discard(parcel)
            case PointTrouble("door_stuck"):
                pass
            case PointTrouble(parcel=parcel) | ParcelMissing(parcel):
                doubted.add(parcel)
    return doubted - {""}


def _announcing(world: "World", library: Library, point: PickupPoint, unsure: set[str]) -> None:
    inside = {b: box.name for box in world.cabinet.boxes.values() for b in box.inside}
    for packed in library.parcels.values():
        barcodes = {i.barcode for i in packed.sent.items} - unsure
        if packed.status == "ready" and barcodes:
            row = point.parcels.get(packed.sent.id)
            must(row and row.state in HERE, f"the library thinks {packed.sent.id} is ready, and it is {row}")
            must(all(b in inside for b in barcodes), f"the library thinks {packed.sent.id} is ready; it is not there")
    for barcode in library.items.keys() - unsure:
        if barcode in library.cabinet:
            must(barcode in inside, f"the library thinks {barcode} lies in the cabinet as returned")
        borrower, holder = library.loan(barcode), world.holders.get(barcode, "")
        _loan_is_so(world, barcode, borrower, inside.get(barcode, ""))
        must(not borrower or holder == borrower, f"{barcode} is on loan to {borrower}, and {holder} has it")


def _loan_is_so(world: "World", barcode: str, borrower: str, door: str) -> None:
    """Whoever has it borrowed it, and whoever borrowed it has it."""
    holder = world.holders.get(barcode, "")
    if borrower:
        must(not door, f"the library thinks {barcode} is on loan, and it lies in {door}")
        must(holder.startswith("R"), f"the library thinks {barcode} is on loan, and {holder} has it")
    else:
        must(not holder.startswith("R"), f"{holder} holds {barcode} and no loan was booked")


def _over_sip2(world: "World", library: Sip2Library, point: PickupPoint, unsure: set[str]) -> None:
    often = library.renewed_too_often()
    must(not often, f"renewed more often than anybody wanted, or a checkout was said twice: {often}")
    inside = {b: box.name for box in world.cabinet.boxes.values() for b in box.inside}
    unsure |= {thing for case in point.cases.values() for thing in case.things} | library.alike
    sql = "select barcode, count(*) as n from loans group by barcode"
    loans = {row["barcode"]: row["n"] for row in library.ledger.rows(sql)}
    for barcode in library.items.keys() - unsure:
        times = world.taken[barcode]
        must(
            loans.get(barcode, 0) <= times, f"{barcode} was lent {loans.get(barcode, 0)} times and taken {times} times"
        )
        borrower, door = library.loan(barcode), inside.get(barcode, "")
        _loan_is_so(world, barcode, borrower, door)
        holder = world.holders.get(barcode, "")
        must(not borrower or holder == borrower, f"{barcode} is on loan to {borrower}, and {holder} has it")
        _set_aside_is_so(world, library, point, barcode, door)


def _set_aside_is_so(world: "World", library: Sip2Library, point: PickupPoint, barcode: str, door: str) -> None:
    """What the library holds for somebody here lies here for them, or a courier has it; and for nobody else."""
    held = library.open_parcel(barcode)
    here = [p for p in point.parcels.values() if p.state == "ready" and barcode in {i.barcode for i in p.items}]
    returned = any(d.item.barcode == barcode for d in point.drops.values())
    if held and held["status"] == "ready" and held["point"] == "p1":
        somewhere = door or world.holders.get(barcode, "").startswith(("C", "S", "T"))
        must(somewhere, f"{barcode} is said to wait for {held['patron']} here, and it is gone")
        must(not door or here or returned, f"{barcode} waits in {door} and no row knows of it")
    for parcel in here:
        if parcel.patron and not parcel.recalled:
            theirs = library.may_take(barcode, parcel.patron)  # or was, where 18 does not say that it was cancelled
            must(theirs, f"{barcode} is handed out to another than the library holds it for")
