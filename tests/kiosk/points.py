"""A small point, rows of any shape for it, and steps over them: what the tests of the store work with."""

import dataclasses
import enum
import types
import typing
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from hypothesis import strategies as st

from hardware.readings import Door
from kiosk.core.facts import DoorOpened, Fact, UnlockOrdered
from kiosk.core.identity import Keyring
from kiosk.core.model import PickupPoint
from kiosk.core.order import Order
from kiosk.core.plan import Plan, Space
from kiosk.core.session import Session, Step
from sync.messages import ParcelMissing
from sync.plain import NUMBER_MAX
from sync.things import Item, Neighbour, Patron

NOW = 1_795_000_000.25
NAMES = ("1", "2", "3")


def plan(point: str = "dongmen", names: tuple[str, ...] = NAMES) -> Plan:
    """A plan with these compartments in one column."""
    return Plan(point, {name: Space(name, "M", row, 0) for row, name in enumerate(names)}, Keyring(b"k" * 32))


def open_to_others(store: Path) -> list[str]:
    """Of the store and what is kept beside it, all that not only the kiosk may read, but for public keys."""
    beside = [file for file in store.parent.glob(f"{store.name}*") if file.suffix != ".pem"]
    assert beside
    return [file.name for file in beside if file.stat().st_mode & 0o077]


def busy(point: PickupPoint, n: int, *facts: Fact) -> Step:
    """A step that changes rows, remembers two facts and tells the library one: the ``n``-th of its kind."""
    order = Order(str(n), "pickup", "p-1", f"par-{n}", "card", NOW + n)
    row = replace(point.compartments["1"], door=Door.SHUT, order=order)
    told = ParcelMissing(f"par-{n}", "p-1")
    step = Step(point, Session(n)).put(row, replace(point.counters, sessions=n, orders=n))
    return step.fact(UnlockOrdered("1", str(n), 1, "pickup", "p-1", f"par-{n}"), told, *facts)


def quiet(point: PickupPoint, n: int) -> Step:
    """A step with a fact the library does not hear."""
    return Step(point, Session(n)).fact(DoorOpened("1", str(n)))


# ---- any row ------------------------------------------------------------------------------------------------------

_IDS = st.from_regex(r"[A-Za-z0-9._:-]{1,64}", fullmatch=True)
_DIGESTS = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
_COUNTS = st.integers(0, NUMBER_MAX)
_BOUNDED: dict[type, dict[str, st.SearchStrategy[Any]]] = {
    Item: {"barcode": _IDS, "title": st.text(max_size=200), "isbn": st.sampled_from(["", "9787020002207"])},
    Patron: {
        "id": _IDS,
        "initials": st.text(max_size=12),
        "cards": st.lists(_DIGESTS, max_size=8).map(tuple),
        "reason": st.text(max_size=200),
        "code": st.one_of(st.just(""), _DIGESTS),
    },
    Neighbour: {"id": _IDS, "name": st.text(max_size=200), "small": _COUNTS, "medium": _COUNTS, "large": _COUNTS},
}
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=80),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
}


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a row's type, drawn from its own fields."""
    if get_origin(kind) is Annotated:
        return any_of(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) in (types.UnionType, typing.Union):
        return st.one_of([any_of(one) for one in get_args(kind)])
    if get_origin(kind) is tuple:
        return st.lists(any_of(get_args(kind)[0]), max_size=4).map(tuple)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        fields = {field.name: any_of(hints[field.name]) for field in dataclasses.fields(kind)}
        return st.builds(kind, **(fields | _BOUNDED.get(kind, {})))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return st.sampled_from(kind)
    return _SIMPLE[kind]
