"""Titles that can be found: those in the cabinet for anybody, and those the library has named."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from kiosk.core.model import HERE, Parcel, PickupPoint
from kiosk.core.search_screens import FoundLine
from kiosk.core.search_stories import Searching
from kiosk.core.stock import is_offered, on_offer
from sync.spelling import search
from sync.titles import Title, TitlesAre

HERE_MARK: Final = "/"  # before the id of a parcel: no id of a library's title has it, though they may be alike else


def any_here(point: PickupPoint) -> bool:
    """Whether anything lies, or may lie, in the cabinet for anybody."""
    return any(parcel.stock and parcel.state in HERE for parcel in point.parcels.values())


def parcel_of(title: Title | None) -> str:
    """The parcel of the cabinet that this title stands for; nothing for one that the library has named."""
    return title.id.removeprefix(HERE_MARK) if title and title.id.startswith(HERE_MARK) else ""


def lies_here(point: PickupPoint, id: str, now: float) -> bool:
    """Whether this is a parcel behind a door here, for anybody."""
    parcel = point.parcels.get(id)
    return parcel is not None and is_offered(point, parcel, now)


def all_here(point: PickupPoint, now: float) -> tuple[FoundLine, ...]:
    """All that lies in the cabinet for anybody, by title; ids are those of parcels."""
    return tuple(replace(line_of(_title(one), one.compartment), id=one.id) for one in on_offer(point, now))


def here(point: PickupPoint, typed: str, now: float) -> TitlesAre:
    """What lies in the cabinet for anybody and fits what was typed; see ``parcel_of``."""
    return _search(typed, tuple(_title(parcel) for parcel in on_offer(point, now)))


def found(point: PickupPoint, story: Searching, now: float) -> tuple[tuple[FoundLine, ...], bool, bool]:
    """All that fits what was typed, what lies here first; whether there are more; whether they fit only nearly."""
    in_cabinet = here(point, story.typed, now)
    at_library = story.found or TitlesAre(())
    near = not any(one.titles and not one.near for one in (in_cabinet, at_library))
    mine = in_cabinet.titles if in_cabinet.near == near else ()
    theirs = at_library.titles if at_library.near == near else ()
    doors = {parcel.id: parcel.compartment for parcel in on_offer(point, now)}
    isbns = {one.isbn for one in mine if one.isbn}
    lines = (
        *(line_of(one, doors[parcel_of(one)]) for one in mine),
        *(line_of(one) for one in theirs if one.isbn not in isbns),
    )
    return lines, in_cabinet.more or at_library.more, near and bool(lines)


def named(point: PickupPoint, story: Searching, title: str, now: float) -> Title | None:
    """The title with this id among what is shown."""
    shown = (*here(point, story.typed, now).titles, *(story.found.titles if story.found else ()))
    return next((one for one in shown if one.id == title), None)


def copy_here(point: PickupPoint, barcode: str, now: float) -> Title | None:
    """What lies here for anybody and has this number."""
    mine = (p for p in on_offer(point, now) if any(item.barcode == barcode for item in p.items))
    return next(map(_title, mine), None)


def line_of(title: Title, door: str = "") -> FoundLine:
    """As it is listed."""
    return FoundLine(title.id, title.title, title.author, door, title.free, title.waiting, title.by)


def _title(parcel: Parcel) -> Title:
    first = parcel.items[0]
    return Title(HERE_MARK + parcel.id, "、".join(parcel.titles)[:200], first.author, first.isbn)


@lru_cache(maxsize=16)
def _search(typed: str, titles: tuple[Title, ...]) -> TitlesAre:
    return search(typed, titles)
