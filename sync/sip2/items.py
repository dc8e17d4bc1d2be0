"""What a library says of an item: a 18 or 10 made sense of."""

from dataclasses import dataclass

from sync.asked import ItemIs
from sync.seal import Seal
from sync.sip2.dialect import Dialect
from sync.sip2.message import Message, shown
from sync.sip2.people import TEXT_MAX, Unnamed, holder
from sync.things import Item, Patron

OTHER, AVAILABLE, ON_HOLD_SHELF, TO_BE_RESHELVED, IN_TRANSIT = "01", "03", "08", "09", "10"
ON_LOAN = ("04", "05", "07")
"""Circulation states of the standard: charged, charged and not to be recalled, recalled."""
ASTRAY = ("11", "12", "13")
"""Claimed to have been returned, lost, missing."""


@dataclass(frozen=True, slots=True)
class Hold:
    """What is to become of an item that came in. ``here``: it is held for somebody to collect at this point,
    ``patron``: for whom, where that is said. ``goes_to``: it belongs elsewhere, in the library's words."""

    here: bool = False
    patron: Patron | None = None
    goes_to: str = ""


def known(item: Message) -> bool:
    """Whether the library has this item at all. No system seen answers otherwise than with an empty title and 01."""
    return bool(item.first("AJ").strip()) or item.fixed["circulation"] != OTHER


def on_loan(item: Message) -> bool:
    """Somebody has it."""
    return item.fixed["circulation"] in ON_LOAN


def astray(item: Message) -> bool:
    """The library does not know where it is."""
    return item.fixed["circulation"] in ASTRAY


def not_held(item: Message, dialect: Dialect) -> bool:
    """Whether it certainly waits for nobody; False also where this library's 18 does not show that it waits."""
    return dialect.shows_holds and item.fixed["circulation"] in (AVAILABLE, TO_BE_RESHELVED)


def item_is(item: Message, barcode: str, dialect: Dialect) -> ItemIs:
    """The answer to "what is this"."""
    if not known(item):
        return ItemIs(None)
    title = shown(item.first("AJ")).strip()[:TEXT_MAX]
    state = item.fixed["circulation"]
    held = "yes" if state == ON_HOLD_SHELF or item.first("CY").strip() else ""
    if not held and not_held(item, dialect):
        held = "no"
    return ItemIs(Item(barcode, title or barcode), on_loan(item), held)  # type: ignore[arg-type]


def hold(checked_in: Message, here: frozenset[str], dialect: Dialect, seal: Seal) -> Hold:
    """From a 10. ``here``: this point's names. Where it is to go (CT) counts for more than the kind of alert (CV),
    which some systems reckon from the login's branch and not from the point's: what is "elsewhere" for them may be
    here, and what is here for them elsewhere."""
    kind, to = checked_in.first("CV").strip(), checked_in.first("CT").strip()
    if to and to not in here:
        return Hold(goes_to=shown(to)[:TEXT_MAX])
    held = kind in dialect.held_here or (to and kind in dialect.held_elsewhere)
    plain = kind in ("", "00") or (to and kind in dialect.sent_on)
    if held or (plain and checked_in.first("CY").strip()):
        return Hold(True, _holder(checked_in, seal))
    elsewhere = not to and kind in (*dialect.held_elsewhere, *dialect.sent_on)
    return Hold(goes_to="another location") if elsewhere else Hold()


def shelved(item: Message, here: frozenset[str], seal: Seal) -> Hold:
    """From a 18: on the hold shelf, and as far as it says, on ours."""
    to = item.first("CT").strip()
    if item.fixed["circulation"] != ON_HOLD_SHELF or (to and to not in here):
        return Hold(goes_to=shown(to)[:TEXT_MAX] if to and to not in here else "")
    return Hold(True, _holder(item, seal))


def stands_in(list_: Message, name: str, item: Message | None, barcode: str, dialect: Dialect) -> bool | None:
    """Whether the item stands in a list of a 64 (``AU`` loans, ``AS`` holds that are ready); None: it is not whole, or
    it has titles, and the library has no 18 that says this item's, or just now it does not know the reader."""
    listed = list_.all(name)
    wanted = barcode.casefold()
    if any(wanted in text.casefold().split() for text in listed):
        return True
    if dialect.loans == "title":
        if item is None:
            return None
        title = shown(item.first("AJ")).strip().casefold()
        if title and any(shown(text).strip().casefold() == title for text in listed):
            return True
    count = list_.number({"AU": "charged", "AS": "holds"}[name])
    return None if count is None or count > len(listed) or list_.first("BL") == "N" else False


def _holder(answer: Message, seal: Seal) -> Patron | None:
    try:
        return holder(answer, seal)
    except Unnamed:
        return None
