"""The store: one SQLite file that holds all the point remembers, touched by the deciding thread only.

One transaction per step writes the rows as they stand, the journal and the outbox; when ``commit`` returns, all of it
survives a power cut (WAL, synchronous=FULL). A lock file beside the store keeps a second owner out; readers of the
journal need no lock.
"""

import contextlib
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from kiosk import forgetting, retelling, tellings
from kiosk.core.facts import told
from kiosk.core.model import HERE, Compartment, PickupPoint, changed
from kiosk.core.plan import Plan
from kiosk.core.session import Step
from kiosk.database import Database
from kiosk.journal import Journal, body_of, chain, kind_of
from kiosk.owner import Owner, Taken, lock_file
from kiosk.schema import (
    PLEASE,
    StoreDamaged,
    StoreError,
    StoreTaken,
    StoreUnfit,
    connect,
    examine,
    prepare,
    transaction,
)
from kiosk.store_words import is_damage, why
from kiosk.tables import TABLES, Unreadable, rows_of
from kiosk.tellings import TOLD
from sync.messages import JournalStands, Receipt, Telling, Told

__all__ = ["Store", "StoreDamaged", "StoreError", "StoreTaken", "StoreTrouble", "StoreUnfit", "probe"]


class StoreTrouble(StoreError):
    """A commit failed (disk full, read-only, I/O error): nothing of it is remembered, so nothing of it may be done.

    The store stays usable: the next commit may work. After an I/O error at the very end the lost commit may still
    turn up at the next start, as after a power cut.
    """


class Store:
    """The open store. Make one with ``Store.open``."""

    def __init__(self, path: Path, plan: Plan, db: Database, owner: Owner) -> None:
        self._path = path
        self._plan = plan
        self._db = db
        self._owner = owner
        self._execute = db.conn.execute
        self._n, self._hash, self._seq = self._execute("SELECT n, hash, seq FROM head").fetchone()
        self.journal = Journal(self._execute)

    @classmethod
    def open(cls, path: Path, plan: Plan) -> "Store":
        """Open, or create, or bring up to date the store of this point; about 0.02 s for each 10 MB of it, and 0.01 s
        for each thousand tellings that wait.

        Raises ``StoreUnfit``, ``StoreDamaged`` when the file is not sound. Compartments new in the plan get a row;
        those no longer in it lose theirs unless something lies there.
        """
        with contextlib.ExitStack() as undo, unfit_for(path):
            owner = Owner.of(path)
            undo.callback(owner.release)
            examine(path, plan.point)
            db = connect(path)
            undo.callback(db.close)
            prepare(db, plan.point)
            store = cls(path, plan, db, owner)
            store._fit_compartments()
            undo.pop_all()
        return store

    def load(self) -> PickupPoint:
        """All rows. Raises ``StoreDamaged`` for a row that makes no sense, ``StoreTrouble`` for an I/O error."""
        with self._trouble_told():
            return rows_of(self._execute, self._plan)

    def commit(
        self,
        before: PickupPoint,
        step: Step,
        now: float,
        done: Sequence[Receipt] = (),
        session: int = 0,
        expected: int = 0,
        unsaid: int = 0,
    ) -> None:
        """Remember a step: rows that differ from ``before``, facts, tellings, and the library's receipts.

        On disk when this returns (one fsync; none when there is nothing to write). ``session``: number of the session
        the facts belong to when the step itself has ended it. ``expected``: with receipts that say ``reused``, the
        number from which those tellings go out again, under new keys. ``unsaid``: the number of a telling that is given
        up, see retelling.py. Raises ``StoreTrouble``; then nothing is remembered.
        """
        rows = list(changed(before, step.point))
        if not (rows or step.facts or done):
            return
        n, hash, seq = self._n, self._hash, self._seq
        with self._trouble_told(), transaction(self._db):
            for name, key, row in rows:
                table = TABLES[name]
                self._execute(table.delete, (key,)) if row is None else self._execute(table.put, table.encode(row))
            number = step.session.number or session
            epoch = step.point.counters.epoch
            seq = max(seq, expected - 1)
            for again in retelling.reused(self._execute, done):
                seq += 1
                retelling.again(self._execute, again, seq, f"{self._plan.point}-e{epoch}-again-{seq}")
            if unsaid:
                retelling.give_up(self._execute, unsaid, f"{self._plan.point}-e{epoch}-unsaid-{unsaid}")
            mark = f"e{epoch}-" if epoch else ""
            for fact in step.facts:
                n, kind, body = n + 1, kind_of(fact), body_of(fact)
                hash = chain(hash, n, now, number, kind, body)
                self._execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", (n, now, number, kind, body, hash))
                if message := told(fact):
                    seq += 1
                    self._tell(seq, n, f"{self._plan.point}-{mark}{number}-{n}", now, message)
            for receipt in done:
                self._execute(
                    "UPDATE outbox SET outcome = ?, detail = ?, done_at = ? WHERE key = ? AND outcome = ''",
                    (receipt.status, receipt.detail, now, receipt.key),
                )
            if (n, seq) != (self._n, self._seq):
                self._execute("UPDATE head SET n = ?, hash = ?, seq = ?", (n, hash, seq))
        self._n, self._hash, self._seq = n, hash, seq

    def _tell(self, seq: int, n: int, key: str, now: float, message: Told) -> None:
        said = TOLD.dump_json(message).decode()
        assert _reads_back(said, message), f"{message.kind} would not be read back as it is"
        self._execute("INSERT INTO outbox VALUES (?, ?, ?, ?, ?, '', '', 0)", (seq, n, key, now, said))

    def tellings(self, first: int, limit: int) -> list[Telling]:
        """Tellings from seq ``first`` on, oldest first, done or not (a library put back to a backup asks again).

        Raises ``StoreTrouble``, and ``StoreDamaged`` for one that waits and makes no sense, as all that read here.
        """
        with self._trouble_told():
            return list(tellings.since(self._execute, self._plan.point, first, limit))

    def waiting(self, limit: int) -> list[Telling]:
        """The oldest tellings without a receipt."""
        with self._trouble_told():
            return list(tellings.waiting(self._execute, limit))

    def first_waiting(self) -> int:
        """Seq of the oldest telling without a receipt, or the one that comes next when all have theirs."""
        return self._number("SELECT min(seq) FROM outbox WHERE outcome = ''") or self._seq + 1

    def first_kept(self, seq: int) -> int:
        """The seq of the oldest telling kept here from ``seq`` on, or of the next one."""
        return self._number("SELECT min(seq) FROM outbox WHERE seq >= ?", seq) or self.next_seq()

    def next_seq(self) -> int:
        """The seq that the next telling will have."""
        return int(self._seq) + 1

    def saying(self, last: int) -> None:
        """Tellings up to this seq are about to be said to a library that has no keys to know them by."""
        with self._trouble_told(), transaction(self._db):
            self._execute("UPDATE head SET said = max(said, ?)", (last,))

    def said(self) -> int:
        """Up to which seq tellings may have been said, to such a library."""
        return self._number("SELECT said FROM head")

    def waiting_count(self) -> int:
        """How many tellings have no receipt yet."""
        return self._number("SELECT count(*) FROM outbox WHERE outcome = ''")

    def _number(self, sql: str, *values: int) -> int:
        with self._trouble_told():
            return int(self._execute(sql, values).fetchone()[0] or 0)

    def forget(self, now: float) -> int:
        """Forget some of what is old, see forgetting.py; how many rows or files went, 0 when nothing is old any
        more. ``now`` must be trusted."""
        with self._trouble_told(), transaction(self._db):
            gone = forgetting.forget(self._execute, self._plan.limits, now)
        return gone or forgetting.forget_kept(self._path, self._plan.limits, now)

    def rested_at(self) -> float:
        """When ``stands`` was last remembered; see forgetting.py."""
        with self._trouble_told():
            return forgetting.rested_at(self._execute)

    def stands(self, now: float) -> JournalStands:
        """How far the journal has come. ``now`` must be trusted."""
        with self._trouble_told():
            return forgetting.stands(self._execute, self._plan.limits, now)

    def close(self) -> None:
        """Let go of the file and its lock. Never raises; may be called twice."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()
        self._owner.release()

    def _fit_compartments(self) -> None:
        """Rows for what is built. Also the first write, so that a full or read-only disk shows at the start."""
        point = rows_of(self._execute, self._plan)
        used = {row.name for row in point.compartments.values() if row.order}
        used |= {p.compartment for p in point.parcels.values() if p.state in HERE}
        used |= {d.compartment for d in point.drops.values()}
        gone = [r for r in point.compartments.values() if r.name not in self._plan.spaces and r.name not in used]
        new = [Compartment(name) for name in self._plan.spaces if name not in point.compartments]
        table = TABLES["compartments"]
        with transaction(self._db):
            self._execute("UPDATE head SET opened_at = ?", (time.time(),))
            for row in gone:
                self._execute(table.delete, (row.name,))
            for row in new:
                self._execute(table.put, table.encode(row))

    @contextlib.contextmanager
    def _trouble_told(self) -> Iterator[None]:
        try:
            yield
        except Unreadable as error:
            raise StoreDamaged(f"{self._path}: damaged at {error}. {PLEASE}") from None
        except sqlite3.Error as error:
            raise StoreTrouble(f"{self._path}: {why(error)}") from error


def probe(path: Path, point: str) -> bool:
    """Whether there is a store; if so, ``Store.open`` would take it: it is sound, ours, writable and nobody's.

    Changes and makes nothing. Raises ``StoreUnfit``, also where a store could not be made.
    """
    with contextlib.ExitStack() as undo, unfit_for(path):
        if lock_file(path).exists():
            undo.callback(Owner.of(path).release)
        examine(path, point)
        if not path.exists():
            tempfile.TemporaryFile(dir=path.parent).close()
            return False
        db = undo.enter_context(contextlib.closing(connect(path)))
        db.execute("BEGIN IMMEDIATE")
        db.execute("ROLLBACK")
    return True


@contextlib.contextmanager
def unfit_for(path: Path) -> Iterator[None]:
    """The many faces of an unfit store become ``StoreUnfit`` or ``StoreDamaged``."""
    try:
        yield
    except Taken as error:
        raise StoreTaken(str(error)) from None
    except Unreadable as error:
        raise StoreDamaged(f"{path}: damaged at {error}. {PLEASE}") from None
    except (sqlite3.Error, OSError) as error:
        if is_damage(error):
            raise StoreDamaged(f"{path}: {why(error)}. {PLEASE}") from error
        raise StoreUnfit(f"{path}: {why(error, path)}") from error


def _reads_back(said: str, message: Told) -> bool:
    try:
        return bool(TOLD.validate_json(said) == message)
    except ValueError:
        return False
