"""What the point remembers: frozen rows, the same in memory as in the store, and the plan (plan.py) they live by.

``PickupPoint`` is the truth after a restart; the ``Session`` is lost with the power. Times are Unix seconds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

from hardware.readings import Door
from kiosk.core.counter_item import CounterItem
from kiosk.core.device import Device
from kiosk.core.heeded import Heeded
from kiosk.core.hour import HourUse
from kiosk.core.order import Order, Out
from kiosk.core.plan import SIZES, Plan, Space
from kiosk.core.round import Round
from kiosk.core.tries import Tries
from kiosk.core.wear import Wear
from sync.things import Item, Neighbour, Patron, Size


@dataclass(frozen=True, slots=True)
class Compartment:
    """One compartment as it stands. ``out`` says why it is not to be used until somebody has looked:

    ``stuck`` the door did not open; ``silent`` the board did not answer and the lock may have moved; ``check`` what
    lies inside is in doubt; ``forced`` it was seen open with no order. Empty: in use.
    ``aside``: the library or staff want nothing new put in here; what lies there may be fetched.
    ``down_since``: from when on its door could not be seen or did not open, 0 while it can. ``told``: the library heard
    that it cannot be seen. ``forced``: it heard that, and nobody has looked behind the door since.
    """

    name: str
    door: Door = Door.UNKNOWN
    order: Order | None = None
    out: Out = ""
    aside: bool = False
    down_since: float = 0.0
    told: bool = False
    forced: bool = False


ParcelState = Literal["sent", "loading", "ready", "collected", "recalled", "missing", "doubt", "removed"]
HERE: frozenset[str] = frozenset({"loading", "ready", "doubt", "missing"})  # it lies (or may lie) in a compartment


@dataclass(frozen=True, slots=True)
class Parcel:
    """Items of one patron set aside in one compartment, from its announcement until after it has gone.

    ``sent``: announced. ``loading``: its door was opened for it. ``ready``: behind a shut door. ``doubt``: perhaps
    there, a courier must look; its reader may still open it. ``missing``: its reader found it not there, or the library
    has named other items since; a courier must look first. ``recalled``: a mark beside these: not to be handed out.

    Where the library announces nothing, a parcel is one item put in by a courier: ``patron`` is empty until the
    library has said whom it is held for, and ``asked_at`` is when it was last asked whether it still is.
    ``stock``: for no patron; anybody with a card may borrow it, and is its ``patron`` once it has left with them.
    ``unheard``: it has gone, or is held for longer, and the library has not confirmed yet that it heard so.
    ``helper``: the keyed hash of a code with which somebody else may fetch it, until ``helper_until``.
    """

    id: str
    patron: str
    items: tuple[Item, ...]
    size: Size
    expires: float
    code: str = ""
    pass_id: str = ""
    state: ParcelState = "sent"
    compartment: str = ""
    recalled: bool = False
    changed_at: float = 0.0
    asked_at: float = 0.0
    unheard: bool = False
    helper: str = ""
    helper_until: float = 0.0
    stock: bool = False

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles, in parcel order."""
        return tuple(item.title for item in self.items)


@dataclass(frozen=True, slots=True)
class Drop:
    """One item a patron puts in. ``pending`` until its door has shut on it, then ``received``; ``doubt`` when the
    power failed in between. Cleared drops are deleted. ``patron`` may be empty. ``held``: the next reader waits for it
    here, and it could not stay; ``goes_to``: where it belongs, in the library's words."""

    id: str
    item: Item
    compartment: str
    patron: str
    checked: bool
    state: Literal["pending", "received", "doubt"]
    at: float
    held: bool = False
    goes_to: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """Something people must settle: machine and library disagree. ``id`` is the key of the telling it came from.

    ``what``: the receipt's status, ``detail`` its words. ``about``: kind of the telling (of a trouble, which),
    ``things`` what it was about.
    """

    id: str
    what: str
    about: str
    detail: str
    at: float
    things: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counters:
    """The few single values. ``sessions`` and ``orders`` only grow, so that no key is ever used twice.

    ``wrong_day`` is the day (Unix days) of ``wrong_codes``; a clock set back does not make it earlier (tries.py).
    ``clock_off``: the library was told that its clock and this one differ; ``clock_wrong``: this one is not believed.
    ``epoch``: 0, or the number from which the library wanted to hear on when it was found that this is an older image
    of a point; it makes keys new.
    ``alive_at``: when the machine was last noted to run. ``away_since``: from when on the library was not within reach;
    0 while it is there. ``seen_at``: it is later than this, whatever the clock says (watch.py). ``to_forget``: patrons
    whom the library wants forgotten, once nothing of theirs lies here.
    """

    sessions: int = 0
    orders: int = 0
    wrong_codes: int = 0
    wrong_day: int = 0
    cursor: str = ""
    online: bool = False
    clock_wrong: bool = False
    epoch: int = 0
    alive_at: float = 0.0
    away_since: float = 0.0
    seen_at: float = 0.0
    to_forget: tuple[str, ...] = ()
    clock_off: bool = False


# ---- all of it ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PickupPoint:
    """Everything remembered. Mappings are never changed in place: ``put`` and ``drop`` make a new point."""

    plan: Plan
    counters: Counters = field(default_factory=Counters)
    compartments: Mapping[str, Compartment] = field(default_factory=dict)
    parcels: Mapping[str, Parcel] = field(default_factory=dict)
    patrons: Mapping[str, Patron] = field(default_factory=dict)
    drops: Mapping[str, Drop] = field(default_factory=dict)
    devices: Mapping[str, Device] = field(default_factory=dict)
    cases: Mapping[str, Case] = field(default_factory=dict)
    heeded: Mapping[str, Heeded] = field(default_factory=dict)
    wears: Mapping[str, Wear] = field(default_factory=dict)
    rounds: Mapping[str, Round] = field(default_factory=dict)
    neighbours: Mapping[str, Neighbour] = field(default_factory=dict)
    hours: Mapping[str, HourUse] = field(default_factory=dict)
    tries: Mapping[str, Tries] = field(default_factory=dict)
    counter_items: Mapping[str, CounterItem] = field(default_factory=dict)

    # -- looking

    def at(self, compartment: str) -> list[Parcel]:
        """The parcels that lie, or may lie, behind this door (more than one only by a fault people must settle)."""
        return [p for p in self.parcels.values() if p.compartment == compartment and p.state in HERE]

    def expired(self, parcel: Parcel, now: float) -> bool:
        """Whether its time is over. While its door cannot be opened time stands still, and is given back (downtime.py).
        A clock that is not believed ends nothing."""
        row = self.compartments.get(parcel.compartment)
        return min(now, (row and row.down_since) or now) > parcel.expires and not self.counters.clock_wrong

    def no_earlier(self, now: float) -> float:
        """The time, or the latest that is known to have passed where the clock is behind that: what was over then
        stays over, whatever it says now."""
        return max(now, self.counters.seen_at)

    def dated(self, now: float) -> float:
        """From when on something is kept for so many days: by a clock that is not believed, from the latest time that
        is known to have passed."""
        return self.counters.seen_at if self.counters.clock_wrong and self.counters.seen_at else now

    def drops_at(self, compartment: str) -> list[Drop]:
        """The returned items behind this door."""
        return [d for d in self.drops.values() if d.compartment == compartment]

    def free(self) -> list[Space]:
        """Compartments that can take something now: shut, in use, without an order, and nothing lies there as far as
        the rows know. The smallest first; of one size those that everybody can reach last, then from the top left."""
        taken = {p.compartment for p in self.parcels.values() if p.state in HERE}
        taken |= {d.compartment for d in self.drops.values()}
        shut = [
            self.plan.spaces[name]
            for name, row in self.compartments.items()
            if row.door is Door.SHUT and not (row.order or row.out or row.aside)
            if name in self.plan.spaces and name not in taken
        ]
        return sorted(shut, key=lambda s: (SIZES[s.size], self.reachable(s), s.row, s.column, s.name))

    def reachable(self, space: Space) -> bool:
        """Whether its opening is within everybody's reach, sitting or standing."""
        limits = self.plan.limits
        return limits.reach_low_cm <= space.bottom_cm <= limits.reach_high_cm

    def answers(self, devices: Iterable[str]) -> bool:
        """Whether one of these devices answers."""
        return any(self.devices[name].up for name in devices if name in self.devices)

    def by_card(self, digest: str) -> Patron | None:
        """The patron known here by this keyed card hash."""
        return next((p for p in self.patrons.values() if digest in p.cards), None)

    # -- changing

    def put(self, *rows: "Row") -> "PickupPoint":
        """This point with these rows added or replaced."""
        point = self
        for row in rows:
            if isinstance(row, Counters):
                point = replace(point, counters=row)
            else:
                table, key = TABLE_OF[type(row)]
                point = point._with(table, {**getattr(point, table), getattr(row, key): row})
        return point

    def drop(self, *rows: "Row") -> "PickupPoint":
        """This point without these rows."""
        point = self
        for row in rows:
            table, key = TABLE_OF[type(row)]
            gone = getattr(row, key)
            point = point._with(table, {k: v for k, v in getattr(point, table).items() if k != gone})
        return point

    def _with(self, table: str, rows: Mapping[str, Any]) -> "PickupPoint":
        changes: dict[str, Any] = {table: rows}
        return replace(self, **changes)


Row = (
    Compartment
    | Parcel
    | Patron
    | Drop
    | Device
    | Case
    | Heeded
    | Wear
    | Round
    | Neighbour
    | HourUse
    | Tries
    | CounterItem
    | Counters
)

# Which mapping of the point (and table of the store) holds a row, and the name of its key. Counters stand alone.
TABLE_OF: Mapping[type, tuple[str, str]] = MappingProxyType(
    {
        Compartment: ("compartments", "name"),
        Parcel: ("parcels", "id"),
        Patron: ("patrons", "id"),
        Drop: ("drops", "id"),
        Device: ("devices", "name"),
        Case: ("cases", "id"),
        Heeded: ("heeded", "id"),
        Wear: ("wears", "name"),
        Round: ("rounds", "courier"),
        Neighbour: ("neighbours", "id"),
        HourUse: ("hours", "hour"),
        Tries: ("tries", "who"),
        CounterItem: ("counter_items", "id"),
    }
)


def changed(before: PickupPoint, after: PickupPoint) -> Iterable[tuple[str, str, "Row | None"]]:
    """What differs: (table, key, the row as it now stands or None when it is gone)."""
    if before.counters != after.counters:
        yield "counters", "", after.counters
    for table, _ in TABLE_OF.values():
        old, new = getattr(before, table), getattr(after, table)
        if old is new:
            continue
        for key, row in new.items():
            before_row = old.get(key)
            if before_row is not row and before_row != row:
                yield table, key, row
        for key in old.keys() - new.keys():
            yield table, key, None
