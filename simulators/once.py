"""Was everything told once and booked once? The library's ledger against the point's own journal, when all is heard.

``agree`` compares how things stand; what was done twice may stand as if it had been done once. So what the point
remembers of each thing is counted against what the library has heard and booked of it.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from simulators.library.ledger import Ledger

Facts = list[dict[str, Any]]
PEOPLE = ("courier", "patron", "by")
ABOUT_THINGS = (
    "parcel_ready",
    "parcel_collected",
    "parcel_missing",
    "parcel_removed",
    "item_dropped",
    "item_lent",
    "items_cleared",
)


def doublings(ledger: Ledger, facts: Facts, point: str, parcels: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """A sentence for each thing that was told, booked or done more or less often than once. ``parcels``: the items of
    each, as ``agree.parcels_of``. Not for points with a counter, where the library books loans itself."""
    yield from _told(ledger, facts, point)
    yield from _lent(ledger, facts, point)
    yield from _carried(facts, parcels)


def _told(ledger: Ledger, facts: Facts, point: str) -> Iterator[str]:
    """What the journal has, the library has heard, each as often."""
    told = Counter(_words(fact["kind"], fact["facts"]) for fact in facts if fact["kind"] in ABOUT_THINGS)
    heard = Counter[str]()
    for row in ledger.rows("select telling from received where point = ? order by seq", point):
        said = json.loads(row["telling"])["told"]
        if said["kind"] in ABOUT_THINGS:
            heard[_words(said["kind"], said)] += 1
    for words in sorted(told.keys() | heard.keys()):
        if told[words] != heard[words]:
            yield f"in the journal {told[words]} times, heard by the library {heard[words]} times: {words}"


def _words(kind: str, body: dict[str, Any]) -> str:
    """Without who it was: the journal tells people apart and does not name them."""
    kept = {name: body[name] for name in sorted(body) if name not in ("kind", *PEOPLE)}
    return f"{kind} {json.dumps(kept, ensure_ascii=False)}"


def _lent(ledger: Ledger, facts: Facts, point: str) -> Iterator[str]:
    """A loan for each time that a thing was fetched here, and none for what came back after that."""
    fetched, last = Counter[str](), dict[str, str]()
    for fact in facts:
        body = fact["facts"]
        match fact["kind"]:
            case "parcel_collected":
                fetched.update(body["items"])
                last |= dict.fromkeys(body["items"], "fetched")
            case "item_lent":
                fetched[body["item"]] += 1
                last[body["item"]] = "fetched"
            case "item_dropped":
                last[body["item"]] = "returned"
    sql = "select barcode, count(*) as n from loans where point = ? group by barcode"
    booked = {row["barcode"]: row["n"] for row in ledger.rows(sql, point)}
    for barcode in sorted(fetched.keys() | booked.keys()):
        if booked.get(barcode, 0) != fetched[barcode]:
            yield f"{barcode} was fetched {fetched[barcode]} times and lent {booked.get(barcode, 0)} times"
    for barcode in sorted(last):
        if last[barcode] == "returned" and (loan := ledger.loan(barcode)):
            yield f"{barcode} came back and is still booked to {loan['patron']}"
    for row in ledger.rows("select barcode, count(*) as n from loans where ended is null group by barcode"):
        if row["n"] > 1:
            yield f"{row['barcode']} is on loan {row['n']} times at once"


def _carried(facts: Facts, parcels: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """Nobody takes out what is out, or brings back what is in, by the journal's own words; where those say that nobody
    knows, either may be."""
    lies: dict[str, str] = {}  # behind which door, "" for none
    held = dict(parcels)
    for fact in facts:
        body, kind = fact["facts"], fact["kind"]
        match kind:
            case "parcel_ready":
                held[body["parcel"]] = frozenset(body["items"]) or held[body["parcel"]]
                lies |= dict.fromkeys(held[body["parcel"]], body["compartment"])
            case "parcel_collected" | "items_cleared":
                for barcode in body["items"]:
                    if lies.get(barcode) == "":
                        yield f"{barcode} was taken out ({kind}) and was not behind a door"
                    lies[barcode] = ""
            case "item_dropped":
                if lies.get(body["item"]):
                    yield f"{body['item']} was returned and lay behind a door"
                lies[body["item"]] = body["compartment"]
            case "parcel_missing" | "parcel_removed":
                lies |= dict.fromkeys(body.get("items") or held.get(body["parcel"], ()), "")
            case "point_trouble" if body["what"] == "drop_missing":
                lies[body["detail"]] = ""
            case "point_trouble":
                doubted = held.get(body["parcel"], frozenset())
                known = lies.items()
                lies = {one: door for one, door in known if one not in doubted and door != (body["compartment"] or "-")}
