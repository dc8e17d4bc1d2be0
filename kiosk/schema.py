"""The store's file: its tables, how an older file becomes a newer one, and how it is opened without doing harm.

A migration once released is never edited; a change is a new one below the others. Values that are not plain (tuples,
orders, items) are JSON text, so that the sqlite3 shell shows all there is.
"""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from kiosk.journal import START

BUSY_WAIT_S = 5.0  # a reader may be there at the moment of a migration
PLEASE = (
    "Nothing in it was changed. Put a backup in its place, or move it (with its -wal file) away and keep it; an empty "
    "store begins anew: then the library must reset this point's events and a courier must look behind every door."
)
APPLICATION_ID = 0x53584B31  # "SXK1" in the file's header: this is a store of ours
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
def stock_in_the_cabinet(db: Database) -> None:
    """Parcels for nobody yet, which anybody may borrow."""
    db.table("parcels").add_column("stock", int, not_null_default=0)


@MIGRATIONS()
def latest_time_known(db: Database) -> None:
    """A time that has surely passed, for a clock that is behind it."""
    db.table("counters").add_column("seen_at", float, not_null_default=0.0)


def _table(db: Database, name: str, pk: str | None, /, **columns: type) -> None:
    db.table(name).create(columns, pk=pk, not_null=set(columns), strict=True)


def unknown_migrations(db: Database) -> set[str]:
    """Migrations recorded in this file that this version does not have: a later version has worked on it."""
    with Database(memory=True) as empty:
        ours = {migration.name for migration in MIGRATIONS.pending(empty)}
    return {migration.name for migration in MIGRATIONS.applied(db)} - ours


class StoreError(Exception):
    """Base of all. Messages are for technicians and hold no patron data."""


class StoreUnfit(StoreError):
    """The store cannot be used as it is (taken, read-only, full, newer, another point's); the message says why."""


class StoreDamaged(StoreUnfit):
    """The file is no sound store. It is left as it is."""


def connect(path: Path, read_only: bool = False) -> Database:
    """The database at ``path``, made when it is not there. Nothing is read or written yet, so anything may be wrong
    with it. Raises ``sqlite3.Error``, ``OSError``, and ``StoreDamaged`` when only its -wal is left."""
    wal = path.with_name(path.name + "-wal")
    if _size(wal) and not _size(path):  # SQLite would delete what is left
        raise StoreDamaged(f"{path}: the file is gone or empty, but {wal.name} is there. {PLEASE}")
    if not read_only and not path.exists():  # who lent what is nobody's business but the kiosk's
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    mode = "ro" if read_only else "rw"
    if read_only and not _size(wal) and not os.access(path.parent, os.W_OK, effective_ids=True):
        mode = "ro&immutable=1"  # a copy on a medium where SQLite cannot have its working files
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    conn = sqlite3.connect(uri, uri=True, timeout=BUSY_WAIT_S, isolation_level=None, check_same_thread=False)
    return Database(conn, execute_plugins=False)


def examine(path: Path, point: str) -> None:
    """Look whether the file is sound and ours; reads all of it once (a file that is not there is fine).

    Through a connection that only reads: one that may write would copy its log over a damaged file when it closes.
    Raises ``StoreDamaged``, ``StoreUnfit``, ``sqlite3.Error``, ``OSError``.
    """
    if _size(path):
        with contextlib.closing(connect(path, read_only=True)) as db:
            try:
                _look_through(path, db, point)
            except (UnicodeDecodeError, TypeError, KeyError):  # texts that are none, in tables made by nobody we know
                raise StoreDamaged(f"{path}: damaged (what stands in it makes no sense). {PLEASE}") from None


def _look_through(path: Path, db: Database, point: str) -> None:
    found = [row[0] for row in db.execute("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise StoreDamaged(f"{path}: damaged ({'; '.join(' '.join(line.split()) for line in found)}). {PLEASE}")
    ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not ours and db.table_names():
        raise StoreUnfit(f"{path}: the database of another program; give [store] a path of its own")
    if newer := unknown_migrations(db):
        first = next(migration.name for migration in MIGRATIONS.applied(db) if migration.name in newer)
        raise StoreUnfit(
            f"{path}: written by a later version ({', '.join(sorted(newer))}); install that version again, or, with "
            f"that version, kiosk step-back CONFIG {first}"
        )
    if not db.table("head").exists():
        return
    head = db.execute("SELECT point, n FROM head").fetchall()
    last = db.execute("SELECT coalesce(max(n), 0) FROM journal").fetchone()[0]
    if len(head) > 1 or (last > head[0][1] if head else last > 0):
        raise StoreDamaged(f"{path}: damaged (the head does not fit the journal). {PLEASE}")
    if head and head[0][0] != point:
        raise StoreUnfit(f"{path}: the store of point {head[0][0]!r}, and this is {point!r}; check [point] and [store]")


def prepare(db: Database, point: str) -> None:
    """Bring an examined file up to date and set it so that what is committed stays. Raises ``sqlite3.Error``."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    MIGRATIONS.apply(db)
    with transaction(db):
        if not db.execute("SELECT count(*) FROM head").fetchone()[0]:
            db.execute("INSERT INTO head (point, n, hash, seq, opened_at) VALUES (?, 0, ?, 0, 0)", (point, START))


@contextlib.contextmanager
def transaction(db: Database) -> Iterator[None]:
    """All of it or nothing, on disk when the block ends."""
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:  # some errors have rolled back already
            db.conn.execute("ROLLBACK")
        raise


def why(error: Exception) -> str:
    """What an error of the database or its file means to a technician."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, OSError):
        code = _SAME_AS.get(error.errno or 0, 0)
    return f"{_WORDS.get(code, 'cannot be used')} ({error})"


def is_damage(error: Exception) -> bool:
    """Whether this error says that the file itself is unsound."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


_WORDS = {
    sqlite3.SQLITE_NOTADB: "not a store at all",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_READONLY: "read-only: check its owner and permissions, and whether its disk is mounted read-only",
    sqlite3.SQLITE_FULL: "the disk is full: make room",
    sqlite3.SQLITE_IOERR: "the disk is full or reports an error: make room, check the disk and the system log",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its directory is there and may be written to",
    sqlite3.SQLITE_PERM: "no permission",
    sqlite3.SQLITE_BUSY: "locked by another program: close what has it open",
    sqlite3.SQLITE_LOCKED: "locked by another program: close what has it open",
}
_SAME_AS = {
    errno.EACCES: sqlite3.SQLITE_READONLY,
    errno.EPERM: sqlite3.SQLITE_READONLY,
    errno.EROFS: sqlite3.SQLITE_READONLY,
    errno.ENOSPC: sqlite3.SQLITE_FULL,
    errno.EIO: sqlite3.SQLITE_IOERR,
    errno.ENOENT: sqlite3.SQLITE_CANTOPEN,
    errno.ENOTDIR: sqlite3.SQLITE_CANTOPEN,
}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
