"""Screens that a reader sees while fetching what is theirs; data, as those of screens.py."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Waiting:
    """A parcel that is ready, behind its door. ``chosen``: ticked."""

    parcel: str
    compartment: str
    size: str
    titles: tuple[str, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choose:
    """Several parcels are ready. Touches: parcel (value: its id; ticks it or not), take (those ticked, all without a
    tick), cannot_reach (takes those ticked, and the library hears that the doors of the others are out of reach),
    cancel. ``others``: parcels that are here too and cannot be had just now; ``over``: any more.
    """

    parcels: tuple[Waiting, ...]
    others: int = 0
    over: int = 0


@dataclass(frozen=True, slots=True)
class Sort:
    """The door stands open: which items are not there, or stay there? Touches: item (value: its barcode), then
    are_missing or stay_here (when any is marked), cancel. ``items``: (barcode, title, is marked).
    """

    compartment: str
    items: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class DoorShut:
    """The door was shut; for a short while it may be opened once more. Touches: finish; next (when there is a next
    door), reopen (when it may be).

    ``titles``: taken, and booked when this ends; ``due`` is their date. ``said``: as of ``DoorOpen``. ``stuck``: it was
    to open again and did not. ``rests_s``: its lock was pulsed so often that it cannot be opened again for about so
    many seconds from when that was said; 0 where it can. ``purpose`` borrow: what stays there is for anybody.
    """

    compartment: str
    titles: tuple[str, ...]
    due: float
    said: Literal["", "keep", "missing", "some", "reach"] = ""
    reopen: bool = True
    stuck: bool = False
    next_door: str = ""
    n: int = 1
    of: int = 1
    rests_s: int = 0
    purpose: Literal["pickup", "borrow"] = "pickup"
