"""Do the three witnesses agree? The library's ledger, the cabinet as it stands, and the point's own journal.

The journal is read through ``kiosk journal``, which also checks its hash chain: nobody here knows the store.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simulators.cabinet import Cabinet
from simulators.library.ledger import Ledger

Inside = dict[str, frozenset[str]]  # compartment to what lies there
Facts = list[dict[str, Any]]


def read_journal(config: Path, env: Mapping[str, str]) -> Facts:
    """All facts, oldest first. Raises ``CalledProcessError`` when the chain is broken."""
    command = [sys.executable, "-m", "kiosk", "journal", str(config), "--json"]
    done = subprocess.run(command, env=dict(env), check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def by_journal(facts: Facts, parcels: Mapping[str, frozenset[str]]) -> Inside:
    """What should lie in each compartment, by what the point remembers. ``parcels``: the items of each, as far
    as the library announced them."""
    inside: dict[str, set[str]] = {}
    places: dict[str, str] = {}
    held = dict(parcels)
    for fact in facts:
        body, kind = fact["facts"], fact["kind"]
        if kind == "parcel_ready":
            before = inside.get(places.get(body["parcel"], ""), set())  # of one that was moved
            before.difference_update(held.get(body["parcel"], frozenset()))
            places[body["parcel"]] = body["compartment"]
            held[body["parcel"]] = frozenset(body["items"]) or held[body["parcel"]]
            inside.setdefault(body["compartment"], set()).update(held[body["parcel"]])
        elif kind == "hold_learnt" and body["parcel"] not in places:  # what was returned, alone behind its door
            places[body["parcel"]] = body["compartment"]
            held[body["parcel"]] = frozenset(inside.get(body["compartment"], ()))
        elif (kind == "parcel_collected" and body.get("left")) or (kind == "parcel_missing" and body.get("items")):
            inside.get(places.get(body["parcel"], ""), set()).difference_update(body["items"])
        elif kind in ("parcel_collected", "parcel_missing", "parcel_removed"):
            gone = held.get(body["parcel"], frozenset())
            inside.get(places.pop(body["parcel"], ""), set()).difference_update(gone)
        elif kind == "item_dropped":
            inside.setdefault(body["compartment"], set()).add(body["item"])
        elif kind == "items_cleared":
            inside.get(body["compartment"], set()).difference_update(body["items"])
        elif kind == "point_trouble" and body["what"] == "drop_missing":  # a case: somebody looked, it is not there
            inside.get(body["compartment"], set()).discard(body["detail"])
    return {name: frozenset(items) for name, items in inside.items() if items}


def by_ledger(ledger: Ledger, point: str) -> Inside:
    """What should lie in each compartment, by the library's books; returned items by where they were dropped."""
    inside: dict[str, set[str]] = {}
    sql = (
        "select compartment, barcode from parcels join parcel_items on id = parcel where point = ? and status = 'ready'"
    )
    for row in ledger.rows(sql, point):
        inside.setdefault(row["compartment"], set()).add(row["barcode"])
    for row in ledger.rows("select telling from received where point = ? order by seq", point):
        told = json.loads(row["telling"])["told"]
        if told["kind"] == "item_dropped" and _in_cabinet(ledger, told["item"], point):
            inside.setdefault(told["compartment"], set()).add(told["item"])
        elif told["kind"] == "point_trouble" and told["what"] == "drop_missing":
            inside.get(told["compartment"], set()).discard(told["detail"])
    return {name: frozenset(items) for name, items in inside.items() if items}


def _in_cabinet(ledger: Ledger, barcode: str, point: str) -> bool:
    return (
        ledger.row("select 1 from items where barcode = ? and point = ? and place = 'cabinet'", barcode, point)
        is not None
    )


def patron_of(ledger: Ledger, parcel: str) -> str:
    """Whose parcel it is; empty for one the library does not know."""
    row = ledger.row("select patron from parcels where id = ?", parcel)
    return str(row["patron"]) if row else ""


def parcels_of(ledger: Ledger, point: str) -> dict[str, frozenset[str]]:
    """The items of each parcel sent to a point."""
    parcels: dict[str, set[str]] = {}
    for row in ledger.rows(
        "select parcel, barcode from parcel_items join parcels on id = parcel where point = ?", point
    ):
        parcels.setdefault(row["parcel"], set()).add(row["barcode"])
    return {name: frozenset(items) for name, items in parcels.items()}


def disagreements(ledger: Ledger, cabinet: Cabinet, facts: Facts, point: str, expected: str = "") -> Iterator[str]:
    """A sentence for each thing on which the three do not say the same, and for each case that the library keeps, but
    for those of the ``expected`` kind."""
    yield from contradictions(ledger, cabinet, facts, point)
    for case in ledger.rows("select what, detail from cases where point = ? and what <> ?", point, expected):
        yield f"the library keeps a case: {case['what']} {case['detail']}"


def contradictions(ledger: Ledger, cabinet: Cabinet, facts: Facts, point: str) -> Iterator[str]:
    """The same without the cases: what nobody has been asked to settle."""
    stands: Inside = {name: frozenset(inside) for name in cabinet.names if (inside := cabinet.inside(name))}
    for witness, says in (
        ("the library's ledger", by_ledger(ledger, point)),
        ("the journal", by_journal(facts, parcels_of(ledger, point))),
    ):
        for name in sorted(stands.keys() | says.keys()):
            if stands.get(name, frozenset()) != says.get(name, frozenset()):
                yield f"compartment {name} holds {words(stands, name)}, {witness} says {words(says, name)}"
    collected = [fact["facts"] for fact in facts if fact["kind"] == "parcel_collected"]
    returned = {fact["facts"]["item"] for fact in facts if fact["kind"] == "item_dropped"}
    for body in collected:
        for barcode in set(body["items"]) - returned:
            loan = ledger.loan(barcode)
            if loan is None or patron_of(ledger, body["parcel"]) not in ("", loan["patron"]):  # stock is anybody's
                yield f"{barcode} was collected, but is not booked to the reader of its parcel"


def words(inside: Inside, name: str) -> str:
    return ", ".join(sorted(inside.get(name, ()))) or "nothing"
