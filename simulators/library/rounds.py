"""What the library does with what it hears of couriers' rounds: sizes, room, bags; and of holds that last longer."""

import json

from simulators.library.ledger import Ledger
from simulators.library.packing import message_patron
from sync.messages import ParcelSent
from sync.plain import TIME_MAX
from sync.rounds import BagHandedOver, BagSealed
from sync.things import Size

LARGER: dict[Size, Size] = {"S": "M", "M": "L", "L": "L"}
ORDER = "SML"


def did_not_fit(ledger: Ledger, point: str, parcel: str, size: Size) -> list[str]:
    """The parcel is larger than it was thought to be. One that fits nowhere there is for people to move."""
    row = ledger.row("select size from parcels where id = ? and point = ?", parcel, point)
    if row is None:
        return [f"no parcel {parcel} was sent to this point"]
    if ORDER.index(LARGER[size]) > ORDER.index(row["size"]):
        ledger.change("update parcels set size = ? where id = ?", LARGER[size], parcel)
    return []


def extend(ledger: Ledger, point: str, parcel: str, expires: float) -> list[str]:
    """Its reader could not come while the point was down. A later date that was given meanwhile stays."""
    row = ledger.row("select expires, status from parcels where id = ? and point = ?", parcel, point)
    if row is None:
        return [f"no parcel {parcel} was sent to this point"]
    if expires > row["expires"]:
        ledger.change("update parcels set expires = ? where id = ?", min(expires, TIME_MAX), parcel)
    if row["status"] in ("sent", "ready"):
        ledger.publish(point, ParcelSent(ledger.sent_parcel(parcel)))
    if row["status"] == "ready" and expires > row["expires"]:
        message_patron(ledger, parcel)
    return []


def room_left(ledger: Ledger, point: str, small: int, medium: int, large: int) -> list[str]:
    """The other points hear where there is room, when it is not what they know."""
    known = ledger.row("select small, medium, large from points where id = ?", point)
    if known == {"small": small, "medium": medium, "large": large}:
        return []
    ledger.change("update points set small = ?, medium = ?, large = ? where id = ?", small, medium, large, point)
    for other in ledger.rows("select id from points where id <> ? order by id", point):
        ledger.publish(other["id"], ledger.neighbours(other["id"]))
    return []


def bag(ledger: Ledger, point: str, told: BagSealed | BagHandedOver, at: float) -> list[str]:
    """What must be in it, and who answers for it. A number that comes again with other things is doubted."""
    things = json.dumps(sorted((*told.parcels, *told.items)))
    known = ledger.row("select things from bags where point = ? and seal = ?", point, told.seal)
    doubts = [f"the seal {told.seal} was on a bag with other things"] if known and known["things"] != things else []
    to = told.to if isinstance(told, BagHandedOver) else told.courier
    ledger.change(
        "insert or replace into bags (seal, point, courier, things, held_by, at) values (?, ?, ?, ?, ?, ?)",
        *(told.seal, point, told.courier, things, to, at),
    )
    return doubts
