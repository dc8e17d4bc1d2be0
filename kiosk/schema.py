"""The store's file: how it is opened without doing harm, and how an older one becomes a newer one (migrations.py)."""

import contextlib
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from kiosk.database import Database
from kiosk.journal import START, is_hash
from kiosk.migrations import MIGRATIONS
from kiosk.receipt import key_beside
from kiosk.tables import Unreadable
from kiosk.tellings import waiting

BUSY_WAIT_S = 5.0  # a reader may be there at the moment of a migration
PLEASE = (
    "Nothing in it was changed. kiosk restore CONFIG tells the library what can still be read, and begins anew with "
    "what it knows; then a courier must look behind every door."
)
_STAMP = "%Y%m%dT%H%M%S"
APPLICATION_ID = 0x53584B31  # "SXK1" in the file's header: this is a store of ours


def unknown_migrations(db: Database) -> set[str]:
    """Migrations recorded in this file that this version does not have: a later version has worked on it."""
    with Database(memory=True) as empty:
        ours = {migration.name for migration in MIGRATIONS.pending(empty)}
    return {migration.name for migration in MIGRATIONS.applied(db)} - ours


class StoreError(Exception):
    """Base of all. Messages are for technicians and hold no patron data."""


class StoreUnfit(StoreError):
    """The store cannot be used as it is (taken, read-only, full, newer, another point's); the message says why."""


class StoreTaken(StoreUnfit):
    """Another kiosk is at work with it."""


class StoreDamaged(StoreUnfit):
    """The file is no sound store. It is left as it is."""


def stamp(now: float) -> str:
    """The time, as part of a file's name."""
    return time.strftime(_STAMP, time.localtime(now))


def kept_as(path: Path, now: float) -> Path:
    """Under which name this file is kept when another takes its place."""
    return path.with_name(f"{path.name}.kept-{stamp(now)}")


def kept_at(path: Path) -> float | None:
    """Since when a file of such a name is kept; None for any other."""
    found = re.search(r"\.kept-(\d{8}T\d{6})(-wal|-shm)?$", path.name)
    try:
        return time.mktime(time.strptime(found[1], _STAMP)) if found else None
    except (ValueError, OverflowError):
        return None


def half_made(path: Path) -> tuple[Path, ...]:
    """The store that is made beside this one to take its place, and what SQLite and its lock lay beside it. Whoever
    owns this one may remove what is left of them."""
    return tuple(path.with_name(f"{path.name}.new{end}") for end in ("", "-wal", "-shm", ".lock"))


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
    """Look whether the file is sound and ours, and what waits for the library can be said; reads all of it once. A file
    that is not there, or is empty, is fine where the kiosk has never run, so that there is no receipt key: anywhere
    else all doors would seem free.

    Through a connection that only reads: one that may write would copy its log over a damaged file when it closes.
    Raises ``StoreDamaged``, ``StoreUnfit``, ``sqlite3.Error``, ``OSError``.
    """
    if not _size(path):
        if key_beside(path).exists():
            raise StoreDamaged(f"{path}: gone or empty, and the kiosk has run here. {PLEASE}")
    else:
        with contextlib.closing(connect(path, read_only=True)) as db:
            db.execute("BEGIN")  # one view of it all: a kiosk that runs may write between two looks
            try:
                _look_through(path, db, point)
            except (UnicodeDecodeError, TypeError, KeyError):  # texts that are none, in tables made by nobody we know
                raise StoreDamaged(f"{path}: damaged (what stands in it makes no sense). {PLEASE}") from None
            except Unreadable as error:
                raise StoreDamaged(f"{path}: damaged at {error}. {PLEASE}") from None


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
    head = db.execute("SELECT point, n, hash FROM head").fetchall()
    last = db.execute("SELECT coalesce(max(n), 0) FROM journal").fetchone()[0]
    if len(head) > 1 or (last > head[0][1] or not is_hash(head[0][2]) if head else last > 0):
        raise StoreDamaged(f"{path}: damaged (the head does not fit the journal). {PLEASE}")
    if head and db.execute("SELECT max(seq) > (SELECT seq FROM head) FROM outbox").fetchone()[0]:
        raise StoreDamaged(f"{path}: damaged (a telling has a number that was never given). {PLEASE}")
    if head and head[0][0] != point:
        raise StoreUnfit(f"{path}: the store of point {head[0][0]!r}, and this is {point!r}; check [point] and [store]")
    for _ in waiting(db.conn.execute):  # a row the loop cannot say would end it at each start
        pass


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
def as_of_today(db: Database) -> Iterator[Database]:
    """For reading: this file itself, or, where an older version wrote it, a copy in memory with the tables of today.
    The file stays as it is. Raises ``sqlite3.Error``."""
    if not MIGRATIONS.pending(db):
        yield db
        return
    with contextlib.closing(Database(memory=True)) as copy:
        db.conn.backup(copy.conn)
        MIGRATIONS.apply(copy)
        yield copy


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


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
