"""What the library's books are made of: each table's columns and key, and what is looked up often."""

TABLES: dict[str, tuple[dict[str, type], str | tuple[str, ...]]] = {
    "meta": ({"name": str, "value": str}, "name"),
    "points": (
        {"id": str, "name": str, "token": str, "hashing_key": str, "expected": int}
        | {"small": int, "medium": int, "large": int},
        "id",
    ),
    "titles": ({"isbn": str, "title": str, "author": str}, "isbn"),
    "items": ({"barcode": str, "isbn": str, "place": str, "point": str}, "barcode"),
    "patrons": (
        {"id": str, "name": str, "initials": str, "phone": str, "standing": str, "reason": str, "role": str}
        | {"code": str, "reach": int},
        "id",
    ),
    "cards": ({"number": str, "patron": str}, "number"),
    "verifiers": ({"point": str, "card": str, "patron": str}, ("point", "card")),
    "holds": ({"id": int, "patron": str, "isbn": str, "point": str, "status": str, "parcel": str}, "id"),
    "parcels": (
        {"id": str, "patron": str, "point": str, "size": str, "expires": float}
        | {"code": str, "pass_id": str, "status": str, "compartment": str},
        "id",
    ),
    "parcel_items": ({"parcel": str, "barcode": str}, ("parcel", "barcode")),
    "loans": (
        {"id": int, "barcode": str, "patron": str, "point": str, "started": float, "due": float}
        | {"ended": float, "ended_at": str},
        "id",
    ),
    "changes": ({"seq": int, "point": str, "at": float, "change": str}, "seq"),
    "received": (
        {"point": str, "key": str, "seq": int, "sha256": str, "telling": str}
        | {"status": str, "detail": str, "received_at": float},
        ("point", "key"),
    ),
    "instructions": (
        {"id": str, "point": str, "at": float, "action": str, "compartment": str, "parcel": str}
        | {"outcome": str, "reason": str},
        "id",
    ),
    "cases": ({"id": int, "point": str, "key": str, "what": str, "detail": str, "telling": str, "at": float}, "id"),
    "bags": (
        {"seal": str, "point": str, "courier": str, "things": str, "held_by": str, "at": float},
        ("point", "seal"),
    ),
    "citizens": ({"number": str, "name": str, "initials": str, "patron": str, "pin": str}, "number"),
    "fees": ({"id": int, "patron": str, "amount": float, "reference": str, "what": str}, "id"),
    "renewals": ({"id": int, "loan": int, "at": float}, "id"),
    "extensions": ({"id": int, "parcel": str, "at": float}, "id"),
    "acts": ({"point": str, "key": str, "sha256": str, "ruling": str, "at": float}, ("point", "key")),
    "messages": ({"id": int, "patron": str, "point": str, "text": str, "code": str, "pass": str, "at": float}, "id"),
}
INDEXES = {"loans": "barcode", "parcel_items": "barcode", "holds": "parcel", "items": "isbn", "parcels": "patron"}
