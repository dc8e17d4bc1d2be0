"""``kiosk cases CONFIG``: what machine and library disagree on, read from the store, also while the kiosk runs."""

from datetime import datetime
from typing import Any

from kiosk.config import Config
from kiosk.core.flows.cases import in_order
from kiosk.core.model import Case
from kiosk.journal_words import plain
from kiosk.reading import read_point

WHAT: dict[str, str] = {
    "parcel_ready": "a parcel was put in",
    "parcel_collected": "a reader took a parcel",
    "parcel_missing": "a parcel was not behind its door",
    "parcel_removed": "a parcel was taken out",
    "item_dropped": "a book was returned",
    "item_lent": "a reader borrowed a book at the counter",
    "items_cleared": "returned books were taken out",
    "parcel_did_not_fit": "a parcel did not fit behind a door",
    "bag_sealed": "a bag was sealed",
    "bag_handed_over": "a bag was handed over",
    "room_left": "free doors were counted",
    "hold_extended": "a parcel was given more time, because the machine was down",
    "instruction_ended": "an instruction of the library's was carried out, or not",
    "drop_missing": "a returned book was not behind its door",
    "device_lost": "a device has not answered for long",
    "door_unseen": "a door could not be seen for long",
    "loan_in_doubt": "a reader whose loan was told said that books stay behind the door",
    "journal_stands": "how far the journal has come was said",
    "left_out": "more cases than the list holds; so many of the oldest are off it",
    "forgotten": "tellings (their numbers) that are not kept here: of long ago (told_days), or from before this store",
}
DO: dict[str, str] = {
    "parcel_ready": "look whether the hold still stands; if not, have a courier take the parcel out",
    "parcel_collected": "the book has left with its reader: book the loan by hand, or ask the reader for it",
    "parcel_missing": "look for the book; the hold waits again",
    "parcel_removed": "check the book in where it is now",
    "item_lent": "the book has left with its reader: book the loan by hand, or ask the reader for it",
    "item_dropped": "the book is here: end the loan by hand, at the time it came",
    "drop_missing": "look for the book; its return is booked",
    "device_lost": "send the technician: its plug, its power, its cable (kiosk check)",
    "door_unseen": "send the technician: the switch of this door, its wire to the board",
    "loan_in_doubt": "look for the books; where they are here, end the loan",
    "items_cleared": "check the books in where they are now",
    "hold_extended": "the reader was promised that day: set it at the library, or tell the reader",
    "left_out": "kiosk journal --kind disagreed --limit 1000000 has them, each with the library's words",
    "forgotten": "it was put back to an old backup: compare its loans and returns since then with kiosk journal",
}
_ELSE = "see kiosk journal"


def cases(config: Config) -> list[Case]:
    """All that are open, the oldest first. Raises ``StoreError``."""
    return in_order(read_point(config.store, config.plan()))


def as_json(case: Case) -> dict[str, Any]:
    """One case: what was told, the library's words, and what can be done."""
    return {
        "id": case.id,
        "at": case.at,
        "told": case.about,
        "things": list(case.things),
        "status": case.what,
        "library": case.detail,
        "do": DO.get(case.about, _ELSE),
    }


def words(case: Case) -> str:
    """One case in some lines."""
    at = datetime.fromtimestamp(case.at).astimezone().isoformat(sep=" ", timespec="minutes")
    about = f" ({', '.join(case.things)})" if case.things else ""
    return (
        f"{case.id}  {at}\n"
        f"    here:        {WHAT.get(case.about, case.about)}{about}\n"
        f"    the library: {case.what}: {plain(case.detail) or 'no words'}\n"
        f"    to do:       {DO.get(case.about, _ELSE)}"
    )
