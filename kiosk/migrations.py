"""The store's tables, and how an older file becomes a newer one.

A migration once released is never edited; a change is a new one below the others. Values that are not plain (tuples,
orders, items) are JSON text, so that the sqlite3 shell shows all there is.
"""

from kiosk.database import Database, Migrations
from kiosk.journal import START

MIGRATIONS = Migrations("kiosk")


@MIGRATIONS()
def rows_journal_outbox(db: Database) -> None:
    """Rows as they stand, the journal, the outbox, and ``head``: whose file this is and how far it has come."""
    _table(db, "counters", None, sessions=int, orders=int, wrong_codes=int, wrong_day=int, cursor=str, online=int)
    _table(db, "compartments", "name", name=str, door=str, order=str, out=str)
    _table(
        db,
        "parcels",
        "id",
        id=str,
        patron=str,
        items=str,
        size=str,
        expires=float,
        code=str,
        pass_id=str,
        state=str,
        compartment=str,
        recalled=int,
        changed_at=float,
    )
    _table(db, "patrons", "id", id=str, initials=str, standing=str, role=str, cards=str, reason=str)
    _table(db, "drops", "id", id=str, item=str, compartment=str, patron=str, checked=int, state=str, at=float)
    _table(db, "devices", "name", name=str, up=int, why=str)
    _table(db, "cases", "id", id=str, what=str, about=str, detail=str, at=float)
    _table(db, "journal", "n", n=int, at=float, session=int, kind=str, body=str, hash=str)
    outbox = {
        "seq": int,
        "n": int,
        "key": str,
        "at": float,
        "told": str,
        "outcome": str,
        "detail": str,
        "done_at": float,
    }
    db.table("outbox").create(
        outbox, pk="seq", not_null=set(outbox) - {"seq"}, foreign_keys=[("n", "journal", "n")], strict=True
    )
    db.table("outbox").create_index(["key"], unique=True)
    db.execute("CREATE INDEX outbox_waiting ON outbox(seq) WHERE outcome = ''")
    _table(db, "head", None, point=str, n=int, hash=str, seq=int, opened_at=float)


@MIGRATIONS()
def paper_of_printers(db: Database) -> None:
    """What is known of a printer's paper."""
    db.table("devices").add_column("paper", str, not_null_default="")


@MIGRATIONS()
def parcels_asked_about(db: Database) -> None:
    """When the library was last asked whether a parcel is still held."""
    db.table("parcels").add_column("asked_at", float, not_null_default=0.0)


@MIGRATIONS()
def instructions_and_epochs(db: Database) -> None:
    """Instructions of the library that were seen, doors it set aside, its clock, and images put back."""
    _table(db, "heeded", "id", id=str, at=float, order=str)
    db.table("compartments").add_column("aside", int, not_null_default=0)
    db.table("counters").add_column("clock_wrong", int, not_null_default=0)
    db.table("counters").add_column("epoch", int, not_null_default=0)


@MIGRATIONS()
def things_of_cases(db: Database) -> None:
    """What a case is about: barcodes, a parcel, a compartment."""
    db.table("cases").add_column("things", str, not_null_default="[]")


@MIGRATIONS()
def wear_of_doors(db: Database) -> None:
    """How each door ages."""
    _table(
        db, "wears", "name", name=str, openings=int, usual_s=float, recent_s=str, pulses=str, open_s=str, wearing=int
    )


@MIGRATIONS()
def rounds_reach_and_down_time(db: Database) -> None:
    """Rounds of couriers, neighbouring points, codes and reach of people, and how long a door could not be seen."""
    _table(db, "rounds", "courier", courier=str, began_at=float, loaded=int, parcels=str, items=str, seal=str)
    _table(db, "neighbours", "id", id=str, name=str, small=int, medium=int, large=int)
    db.table("patrons").add_column("code", str, not_null_default="")
    db.table("patrons").add_column("reach", int, not_null_default=0)
    db.table("compartments").add_column("down_since", float, not_null_default=0.0)
    db.table("counters").add_column("alive_at", float, not_null_default=0.0)


@MIGRATIONS()
def while_the_library_is_away(db: Database) -> None:
    """Since when it is, and which loans it has not confirmed yet."""
    db.table("counters").add_column("away_since", float, not_null_default=0.0)
    db.table("parcels").add_column("unheard", int, not_null_default=0)


@MIGRATIONS()
def journal_forgotten(db: Database) -> None:
    """Where the journal begins, since older rows were forgotten: the last of them, and its hash."""
    db.table("head").add_column("begins", int, not_null_default=0)
    db.table("head").add_column("begins_hash", str, not_null_default=START)
    db.execute("CREATE INDEX journal_at ON journal(at)")


@MIGRATIONS()
def use_by_hours(db: Database) -> None:
    """How the point is used, hour by hour, without names."""
    counts = dict.fromkeys(("loaded", "taken", "returned", "stuck"), int)
    _table(db, "hours", "hour", hour=str, **counts, waited=str)


@MIGRATIONS()
def helpers_of_parcels(db: Database) -> None:
    """With which code somebody else may fetch a parcel, and until when."""
    db.table("parcels").add_column("helper", str, not_null_default="")
    db.table("parcels").add_column("helper_until", float, not_null_default=0.0)


@MIGRATIONS()
def items_at_the_counter(db: Database) -> None:
    """What is being borrowed at the counter."""
    _table(db, "counter_items", "id", id=str, patron=str, act=str, at=float, booked=int, writing=str)


@MIGRATIONS()
def stock_in_the_cabinet(db: Database) -> None:
    """Parcels for nobody yet, which anybody may borrow."""
    db.table("parcels").add_column("stock", int, not_null_default=0)


@MIGRATIONS()
def latest_time_known(db: Database) -> None:
    """A time that has surely passed, for a clock that is behind it."""
    db.table("counters").add_column("seen_at", float, not_null_default=0.0)


@MIGRATIONS()
def wrong_pins(db: Database) -> None:
    """Wrong PINs, by card and day."""
    _table(db, "tries", "who", who=str, wrong=int, day=int)


@MIGRATIONS()
def what_may_have_been_said(db: Database) -> None:
    """Up to which telling a library without keys may have heard them, when the power fails before its answer."""
    db.table("head").add_column("said", int, not_null_default=0)


@MIGRATIONS()
def where_returns_go(db: Database) -> None:
    """What the library says of a returned item: held for somebody here, or where it belongs."""
    db.table("drops").add_column("held", int, not_null_default=0)
    db.table("drops").add_column("goes_to", str, not_null_default="")


@MIGRATIONS()
def away_for_long(db: Database) -> None:
    """Since when a device is away, and which devices and doors the library has heard of."""
    db.table("devices").add_column("down_since", float, not_null_default=0.0)
    db.table("devices").add_column("told", int, not_null_default=0)
    db.table("compartments").add_column("told", int, not_null_default=0)


@MIGRATIONS()
def tellings_of_facts(db: Database) -> None:
    """Which tellings came from a fact: without it, each fact that is forgotten looked through all tellings kept."""
    db.execute("CREATE INDEX outbox_n ON outbox(n)")


@MIGRATIONS()
def doors_that_were_forced(db: Database) -> None:
    """Which doors the library has heard were forced, until somebody has looked behind them."""
    db.table("compartments").add_column("forced", int, not_null_default=0)


@MIGRATIONS()
def patrons_to_forget(db: Database) -> None:
    """Whom the library wants forgotten while something of theirs lies here."""
    db.table("counters").add_column("to_forget", str, not_null_default="[]")


@MIGRATIONS()
def clock_off(db: Database) -> None:
    """Whether the library was told that the clocks differ, be it by so little that ours is believed all the same."""
    db.table("counters").add_column("clock_off", int, not_null_default=0)
    db.execute("UPDATE counters SET clock_off = clock_wrong")


def _table(db: Database, name: str, pk: str | None, /, **columns: type) -> None:
    db.table(name).create(columns, pk=pk, not_null=set(columns), strict=True)
