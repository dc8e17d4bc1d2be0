"""Titles that can be found: those in the cabinet for anybody, and those the library has named."""

from functools import lru_cache

from kiosk.core.model import HERE, Parcel, PickupPoint
from kiosk.core.search_screens import FoundLine
from kiosk.core.search_stories import Searching
from kiosk.core.stock import is_offered, on_offer
from sync.spelling import search
from sync.titles import Title, TitlesAre


def any_here(point: PickupPoint) -> bool:
    """Whether anything lies, or may lie, in the cabinet for anybody."""
    return any(parcel.stock and parcel.state in HERE for parcel in point.parcels.values())


def lies_here(point: PickupPoint, title: str, now: float) -> bool:
    """Whether this is a title behind a door here."""
    parcel = point.parcels.get(title)
    return parcel is not None and is_offered(point, parcel, now)


def all_here(point: PickupPoint, now: float) -> tuple[FoundLine, ...]:
    """All that lies in the cabinet for anybody, by title."""
    return tuple(line_of(_title(parcel), parcel.compartment) for parcel in on_offer(point, now))


def here(point: PickupPoint, typed: str, now: float) -> TitlesAre:
    """What lies in the cabinet for anybody and fits what was typed; ids are those of parcels."""
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
        *(line_of(one, doors[one.id]) for one in mine),
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
    return Title(parcel.id, "、".join(parcel.titles)[:200], first.author, first.isbn)


@lru_cache(maxsize=16)
def _search(typed: str, titles: tuple[Title, ...]) -> TitlesAre:
    return search(typed, titles)
