"""``kiosk step-back``: bring the store back to the tables of an older version, before that version is installed again.

Nothing is written per table: the tables of then are made in memory by the migrations of then, and what today's have
beyond them goes. Going forward again, the store is as it was but for that.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from kiosk.config import Config
from kiosk.database import Database
from kiosk.migrations import MIGRATIONS
from kiosk.owner import Owner
from kiosk.schema import StoreUnfit, connect, examine, kept_as, prepare, transaction
from kiosk.store import unfit_for

OURS = "_sqlite_migrations"


class NoSuchStep(ValueError):
    """No step of this version's tables has that name; the message has those that there are."""


@dataclass(frozen=True, slots=True)
class Back:
    """``undone`` migrations, newest first; ``lost``: (table or table.column, rows in which something stood there);
    ``waiting``: tellings that the library has not heard, and that the older version may not know how to read."""

    undone: tuple[str, ...]
    lost: tuple[tuple[str, int], ...]
    waiting: int


def plan(config: Config, since: str) -> Back:
    """What going back to before the migration ``since`` means; changes nothing. Raises ``NoSuchStep``,
    ``StoreUnfit``."""
    path = config.store
    undone = _undone(since)
    with unfit_for(path):
        examine(path, config.point.id)
        if not path.exists():
            raise StoreUnfit(f"{path}: not there; the kiosk has not run here yet")
        Owner.of(path).release()
        with contextlib.closing(connect(path, read_only=True)) as db:
            then = _columns(_store_of(since))
            waiting = db.execute("SELECT count(*) FROM outbox WHERE outcome = ''").fetchone()[0]
            return Back(undone, tuple(_lost(db, then)), waiting)


def step_back(config: Config, since: str, now: float) -> Path:
    """Do it, all or nothing; returns where a copy of the store as it was is kept. Raises ``StoreUnfit``."""
    path = config.store
    kept = kept_as(path, now)
    then = _store_of(since)
    with contextlib.ExitStack() as undo, unfit_for(path):
        undo.callback(Owner.of(path).release)
        examine(path, config.point.id)
        db = undo.enter_context(contextlib.closing(connect(path)))
        prepare(db, config.point.id)
        with contextlib.closing(connect(kept)) as copy:
            db.conn.backup(copy.conn)
        columns, indexes = _columns(then), _indexes(then)
        with transaction(db):
            for index in _indexes(db) - indexes:
                db.conn.execute(f'DROP INDEX "{index}"')
            for table, names in _columns(db).items():
                if table not in columns:
                    db.conn.execute(f'DROP TABLE "{table}"')
                    continue
                for name in names - columns[table]:
                    db.conn.execute(f'ALTER TABLE "{table}" DROP COLUMN "{name}"')
            marks = ", ".join("?" * len(_undone(since)))
            db.conn.execute(f"DELETE FROM {OURS} WHERE name IN ({marks})", _undone(since))
    return kept


def _undone(since: str) -> tuple[str, ...]:
    names = [migration.name for migration in MIGRATIONS.pending(Database(memory=True))]
    if since not in names[1:]:
        raise NoSuchStep(f"{since!r} is no step of this version's tables; its steps: {', '.join(names[1:])}")
    return tuple(reversed(names[names.index(since) :]))


def _store_of(since: str) -> Database:
    """An empty store of the version that did not know this step yet."""
    then = Database(memory=True)
    MIGRATIONS.apply(then, stop_before=since)
    return then


def _columns(db: Database) -> dict[str, set[str]]:
    return {table.name: set(table.columns_dict) for table in db.tables if table.name != OURS}


def _indexes(db: Database) -> set[str]:
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")}


def _lost(db: Database, then: dict[str, set[str]]) -> list[tuple[str, int]]:
    found = []
    for table, names in sorted(_columns(db).items()):
        if table not in then:
            found.append((table, db.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]))
            continue
        defaults = {column.name: column.default_value for column in db.table(table).columns}
        for name in sorted(names - then[table]):
            sql = f'SELECT count(*) FROM "{table}" WHERE "{name}" <> {defaults[name]}'
            found.append((f"{table}.{name}", db.execute(sql).fetchone()[0]))
    return [(what, count) for what, count in found if count]
