"""What librarians have done at a point from afar: signed, into its feed, and answered by what the point tells."""

from simulators.library.ledger import Ledger
from simulators.library.packing import recall_parcel
from sync.instructions import Instructed, Instruction, InstructionEnded, signed_bytes

ACTIONS = ("open", "set_aside", "put_back", "cancel_hold")


def instruct(
    ledger: Ledger,
    point: str,
    action: str,
    compartment: str = "",
    parcel: str = "",
    contents: tuple[str, ...] | None = None,
) -> str:
    """Sign an instruction and send it to the point; returns its id. What became of it: ``instructions`` in the ledger.

    ``contents`` of a door to open: what the books say lies behind it, unless given. Raises ``ValueError`` for a point
    or an action that there is not.
    """
    with ledger.transaction():
        if action not in ACTIONS or not ledger.row("select 1 from points where id = ?", point):
            raise ValueError(f"no such action or point: {action} {point}")
        if contents is None:
            contents = contents_of(ledger, point, compartment) if action == "open" else ()
        id = f"I{ledger.rng.getrandbits(64):016x}"
        wanted = Instruction(id, point, ledger.clock(), action, compartment, parcel, contents)  # type: ignore[arg-type]
        signature = ledger.signing_key.sign(signed_bytes(wanted)).hex()
        row = {"id": id, "point": point, "at": wanted.at, "action": action, "compartment": compartment}
        ledger.add("instructions", **row, parcel=parcel, outcome="", reason="")
        ledger.publish(point, Instructed(wanted, signature))
    return id


def contents_of(ledger: Ledger, point: str, compartment: str) -> tuple[str, ...]:
    """The parcels, and the returned items, that lie behind a door as far as the point has told."""
    parcels = ledger.rows(
        "select id from parcels where point = ? and compartment = ? and compartment <> ''", point, compartment
    )
    last_dropped = (
        "select json_extract(telling, '$.told.compartment') from received where point = items.point and "
        "json_extract(telling, '$.told.kind') = 'item_dropped' and json_extract(telling, '$.told.item') = barcode "
        "order by seq desc limit 1"
    )
    items = ledger.rows(
        f"select barcode from items where place = 'cabinet' and point = ? and ({last_dropped}) = ?", point, compartment
    )
    return tuple(sorted([row["id"] for row in parcels] + [row["barcode"] for row in items]))


def answered(ledger: Ledger, point: str, told: InstructionEnded) -> list[str]:
    """The first word on an instruction counts. A hold that the point has cancelled is cancelled here."""
    row = ledger.row("select * from instructions where id = ? and point = ?", told.instruction, point)
    if row is None:
        return [f"no instruction {told.instruction} was given to this point"]
    if row["outcome"]:
        return []
    sql = "update instructions set outcome = ?, reason = ? where id = ?"
    ledger.change(sql, told.outcome, told.reason, told.instruction)
    still_open = "select 1 from parcels where id = ? and point = ? and status in ('sent', 'ready', 'missing')"
    if (row["action"], told.outcome) == ("cancel_hold", "done") and ledger.row(still_open, row["parcel"], point):
        recall_parcel(ledger, row["parcel"])
    return []
