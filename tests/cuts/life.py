"""What is written while the power may fail: steps of a small point, each with rows, facts and a telling."""

import random
from dataclasses import replace

from hardware.readings import Door
from kiosk.core.facts import UnlockOrdered
from kiosk.core.identity import Keyring
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.order import Order
from kiosk.core.plan import Plan, Space
from kiosk.core.session import Session, Step
from sync.messages import ParcelMissing
from sync.things import Item

NOW = 1_795_000_000.25


def plan() -> Plan:
    """Three compartments, one above the other."""
    return Plan("dongmen", {name: Space(name, "M", row, 0) for row, name in enumerate("123")}, Keyring(b"k" * 32))


def busy(point: PickupPoint, n: int, dice: random.Random) -> Step:
    """The ``n``-th step: an order, a parcel or two of any length, one gone, two facts of which one is told."""
    order = Order(str(n), "pickup", "p-1", f"par-{n}", "card", NOW + n)
    row = replace(point.compartments[dice.choice("123")], door=Door.SHUT, order=order)
    items = tuple(Item(f"b{n}-{i}", "三体" * dice.randrange(40)) for i in range(dice.randrange(1, 6)))
    parcel = Parcel(f"par-{dice.randrange(30)}", "p-1", items, "M", NOW + n)
    gone = [p for p in point.parcels.values() if dice.random() < 0.1 and p.id != parcel.id]
    step = Step(point, Session(n)).put(row, parcel, replace(point.counters, sessions=n, orders=n)).drop(*gone)
    return step.fact(UnlockOrdered(row.name, str(n), 1, "pickup", "p-1", parcel.id), ParcelMissing(parcel.id, "p-1"))
