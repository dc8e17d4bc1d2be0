"""Does a SIP2 library's ledger agree with the cabinet and the journal? It knows no keys, no compartments and no returns
in the cabinet: what it knows are loans, and for whom an item waits at the point.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from simulators.agree import by_journal, words
from simulators.cabinet import Cabinet
from simulators.library.ledger import Ledger
from simulators.library.packing import pack_parcel

SERVICE = {"driver": "sip2", "dialect": "koha", "institution": "SIP", "doubt_wait_s": 2.0}
Facts = list[dict[str, Any]]


def set_aside_singly(ledger: Ledger, point: str) -> None:
    """What the seed packed together is set aside item by item, as such libraries do."""
    sql = "select id, patron, barcode from parcels join parcel_items on id = parcel where point = ? and status = 'sent'"
    for row in ledger.rows(sql, point):
        ledger.change("update parcels set status = 'removed' where id = ?", row["id"])
        ledger.change("update items set place = 'shelf' where barcode = ?", row["barcode"])
        pack_parcel(ledger, point, row["patron"], (row["barcode"],))


def contradictions(ledger: Ledger, cabinet: Cabinet, facts: Facts, point: str, cases: set[str]) -> Iterator[str]:
    """A sentence for each thing on which the three do not say the same, but for items of which somebody is asked."""
    stands = {name: frozenset(lies) for name in cabinet.names if (lies := cabinet.inside(name))}
    journal = by_journal(facts, {})
    for name in sorted(stands.keys() | journal.keys()):
        if stands.get(name) != journal.get(name):
            yield f"compartment {name} holds {words(stands, name)}, the journal says {words(journal, name)}"
    lies = {barcode: name for name, inside in stands.items() for barcode in inside}
    last, taken = _happened(facts)
    for row in ledger.rows("select barcode, place from items order by barcode"):
        barcode = row["barcode"]
        if barcode not in cases:
            yield from _one(ledger, point, barcode, lies.get(barcode, ""), last.get(barcode, ""), taken[barcode])
    for row in ledger.rows("select barcode, count(*) as n from renewals join loans on loans.id = loan group by loan"):
        yield f"{row['barcode']} was renewed {row['n']} times, and nobody wanted that: a checkout was said twice"


def _happened(facts: Facts) -> tuple[dict[str, str], Counter[str]]:
    """What the journal says of each item last, and how often it was collected."""
    last: dict[str, str] = {}
    taken: Counter[str] = Counter()
    for fact in facts:
        body, kind = fact["facts"], fact["kind"]
        match kind:
            case "parcel_collected":
                taken.update(body["items"])
                last |= dict.fromkeys(body["items"], "collected")
            case "item_dropped":
                last[body["item"]] = "returned"
            case "parcel_ready" | "items_cleared":
                last |= dict.fromkeys(body["items"], kind)
    return last, taken


def _one(ledger: Ledger, point: str, barcode: str, door: str, last: str, taken: int) -> Iterator[str]:
    loan = ledger.loan(barcode)
    parcel = ledger.row(
        "select patron, status, point from parcels join parcel_items on id = parcel where barcode = ? order by id desc",
        barcode,
    )
    if door and loan:
        yield f"{barcode} lies in {door} and is booked to {loan['patron']}"
    if parcel and parcel["status"] == "ready" and parcel["point"] == point and not door:
        yield f"{barcode} is said to wait for {parcel['patron']}, and lies nowhere"
    if last == "parcel_ready" and door and not (parcel and parcel["status"] == "ready"):
        yield f"{barcode} lies in {door} for a reader, and the library knows nothing of it"
    if last == "collected" and not (loan and parcel and loan["patron"] == parcel["patron"]):
        yield f"{barcode} was collected, but is not booked to the reader of its parcel"
    booked = ledger.rows("select 1 from loans where barcode = ? and point = ?", barcode, point)
    if len(booked) != taken:
        yield f"{barcode} was collected {taken} times and lent {len(booked)} times"
