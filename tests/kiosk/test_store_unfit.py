"""A store that cannot be used says so in one sentence, and is left as it is."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from points import NOW, busy, plan, quiet
from sqlite_utils import Database

from kiosk import schema
from kiosk.migrations import MIGRATIONS
from kiosk.reading import open_journal
from kiosk.receipt import key_beside, make_key
from kiosk.store import Store, StoreDamaged, StoreError, StoreUnfit, probe
from sync.messages import PointTrouble


def content(path: Path) -> dict[str, bytes]:
    """What is on disk, but for the files that SQLite and the lock need while somebody looks."""
    files = [file for file in path.parent.iterdir() if not file.name.endswith((".lock", "-shm"))]
    return {file.name: file.read_bytes() for file in files if file.stat().st_size or file == path}


def refuses(path: Path, kind: type[StoreError], words: str) -> None:
    """The store, the journal and the check all refuse it alike, and nothing is changed."""
    before = content(path)
    with pytest.raises(kind, match=words):
        Store.open(path, plan())
    with pytest.raises(kind, match=words):
        probe(path, "dongmen")
    with pytest.raises(kind, match=words), open_journal(path, "dongmen") as journal:
        journal.verify()
    assert content(path) == before


# ---- damaged --------------------------------------------------------------------------------------------------------


def test_garbage_instead_of_a_store(filled: Path) -> None:
    filled.write_bytes(os.urandom(20_000))
    refuses(filled, StoreDamaged, r"store\.db: not a store at all")


def test_a_page_of_zeros(filled: Path) -> None:
    with filled.open("r+b") as file:
        file.seek(4096 * 9)
        file.write(bytes(4096))
    refuses(filled, StoreDamaged, "damaged .*kiosk restore CONFIG")


def test_an_overwritten_header(filled: Path) -> None:
    with filled.open("r+b") as file:
        file.write(b"SQLite format 2\0")
    refuses(filled, StoreDamaged, "not a store at all")


def test_a_file_that_lost_its_end(filled: Path) -> None:
    os.truncate(filled, filled.stat().st_size // 2)
    refuses(filled, StoreDamaged, "damaged")


def test_an_empty_file_beside_a_write_ahead_log_is_not_begun_anew(filled: Path) -> None:
    store = Store.open(filled, plan())
    wal = filled.with_name("store.db-wal").read_bytes()
    store.close()
    for begun in (lambda: filled.write_bytes(b""), filled.unlink):
        begun()
        filled.with_name("store.db-wal").write_bytes(wal)
        with pytest.raises(StoreDamaged, match="gone or empty"):
            Store.open(filled, plan())
        assert filled.with_name("store.db-wal").read_bytes() == wal


def test_a_file_that_is_gone_where_the_kiosk_has_run_is_not_begun_anew(filled: Path) -> None:
    filled.unlink()
    make_key(key_beside(filled))
    refuses(filled, StoreDamaged, "gone or empty, and the kiosk has run here.*kiosk restore CONFIG")


def test_the_log_of_a_damaged_file_is_left_alone_too(filled: Path) -> None:
    """After a power cut a log stands beside the file; closing it as usual would copy it over the damaged pages."""
    store = Store.open(filled, plan())
    point = store.load()
    store.commit(point, busy(point, 200), NOW)
    copies = {name: filled.with_name(name).read_bytes() for name in ("store.db", "store.db-wal")}
    store.close()
    for name, data in copies.items():
        filled.with_name(name).write_bytes(data)
    with filled.open("r+b") as file:
        file.seek(4096 * 12)
        file.write(b"?" * 4096)
    refuses(filled, StoreDamaged, "damaged")
    assert filled.with_name("store.db-wal").read_bytes() == copies["store.db-wal"]


def test_a_row_that_makes_no_sense(filled: Path) -> None:
    with contextlib.closing(sqlite3.connect(filled)) as conn, conn:
        conn.execute("UPDATE compartments SET door = 'ajar' WHERE name = '1'")
    with pytest.raises(StoreDamaged, match="table compartments, column door"):
        Store.open(filled, plan())
    with contextlib.closing(sqlite3.connect(filled)) as conn, conn:
        conn.execute("UPDATE compartments SET door = 'shut', \"order\" = '{\"id\": 7' WHERE name = '1'")
    with pytest.raises(StoreDamaged, match="table compartments: not JSON"):
        Store.open(filled, plan())


def test_a_text_that_is_none(filled: Path) -> None:
    with contextlib.closing(sqlite3.connect(filled)) as conn, conn:
        conn.execute("UPDATE compartments SET out = CAST(x'416e6eff' AS TEXT)")
    with pytest.raises(StoreDamaged, match="a text in it is none") as refused:
        Store.open(filled, plan())
    assert "Ann" not in str(refused.value)


@pytest.mark.parametrize(
    "flipped",
    [
        """told = replace(told, '"kind"', '"cind"')""",
        "told = replace(told, 'parcel_missing', 'of_a_later_version')",
        "told = CAST(x'7bff7d' AS TEXT)",
        "key = CAST(x'61ff' AS TEXT)",
    ],
)
def test_a_telling_that_waits_and_makes_no_sense(filled: Path, flipped: str) -> None:
    """Found at the start, where the screen can say so, and not by the loop. One that was heard is nobody's trouble."""
    with contextlib.closing(sqlite3.connect(filled)) as conn, conn:
        conn.execute(f"UPDATE outbox SET {flipped} WHERE seq = 7")
    refuses(filled, StoreDamaged, "damaged at table outbox, telling 7, unless a later version wrote it")
    with contextlib.closing(sqlite3.connect(filled)) as conn, conn:
        conn.execute("UPDATE outbox SET outcome = 'applied' WHERE seq = 7")
    with contextlib.closing(Store.open(filled, plan())) as store:  # and the library asks for it once more
        told = store.tellings(6, 3)
    assert [(one.key, one.seq) for one in told][1] == ("dongmen-forgotten-7", 7)
    assert [one.told == PointTrouble("telling_forgotten") for one in told] == [False, True, False]


def test_a_journal_that_runs_ahead_of_its_head(filled: Path) -> None:
    with contextlib.closing(sqlite3.connect(filled)) as conn, conn:
        conn.execute("UPDATE head SET n = n - 1")
    refuses(filled, StoreDamaged, "the head does not fit the journal")


@pytest.mark.parametrize("hash", ["", "0" * 63, "0" * 63 + "g"])
def test_a_head_to_which_nothing_can_be_chained(filled: Path, hash: str) -> None:
    with contextlib.closing(sqlite3.connect(filled)) as conn, conn:
        conn.execute("UPDATE head SET hash = ?", (hash,))
    refuses(filled, StoreDamaged, "the head does not fit the journal")


def test_a_kiosk_that_writes_while_somebody_looks(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connected(path: Path, read_only: bool = False) -> Database:
        db = connect(path, read_only)
        db.conn.set_trace_callback(lambda sql: write() if "max(n)" in sql else None)
        return db

    def write() -> None:
        store.commit(point, busy(point, 9), NOW)

    connect, store = schema.connect, Store.open(filled, plan())
    point = store.load()
    monkeypatch.setattr(schema, "connect", connected)
    with contextlib.closing(store):
        for _ in range(2):
            schema.examine(filled, "dongmen")


def test_a_head_that_is_gone(filled: Path) -> None:
    with contextlib.closing(sqlite3.connect(filled)) as conn, conn:
        conn.execute("DELETE FROM head")
    refuses(filled, StoreDamaged, "the head does not fit the journal")


# ---- somebody else's ------------------------------------------------------------------------------------------------


def test_another_program_s_database(filled: Path) -> None:
    filled.unlink()
    with contextlib.closing(sqlite3.connect(filled)) as conn:
        conn.execute("CREATE TABLE recipes (name)")
    refuses(filled, StoreUnfit, "the database of another program")


def test_another_point_s_store(filled: Path) -> None:
    with pytest.raises(StoreUnfit, match="the store of point 'dongmen', and this is 'ximen'"):
        Store.open(filled, plan("ximen"))


def test_a_later_version_s_store(filled: Path) -> None:
    with contextlib.closing(sqlite3.connect(filled)) as conn, conn:
        conn.execute("INSERT INTO _sqlite_migrations VALUES (99, 'kiosk', 'renewals', '2031-01-01')")
    refuses(filled, StoreUnfit, r"written by a later version \(renewals\)")


def test_a_store_in_use(filled: Path) -> None:
    store = Store.open(filled, plan())
    with pytest.raises(StoreUnfit, match=f"in use by another kiosk, process {os.getpid()}"):
        Store.open(filled, plan())
    with pytest.raises(StoreUnfit, match="in use by another kiosk"):
        probe(filled, "dongmen")
    point = store.load()
    with open_journal(filled, "dongmen") as journal:  # but anybody may read along
        store.commit(point, quiet(point, 1), NOW)
        assert journal.verify().ok
    store.close()
    Store.open(filled, plan()).close()


def test_the_lock_ends_with_its_process(filled: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; sys.path[:0] = sys.argv[2:]; from points import plan;"
        "from kiosk.store import Store; s = Store.open(Path(sys.argv[1]), plan()); print('open', flush=True);"
        "sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(filled), str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(StoreUnfit, match=f"in use by another kiosk, process {child.pid}"):
            Store.open(filled, plan())
        child.kill()
    Store.open(filled, plan()).close()


# ---- an older one ---------------------------------------------------------------------------------------------------


def test_an_older_store_is_brought_up_to_date_and_says_so(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration of a later version runs once, on a file with rows in it, and is recorded; a failed one leaves no
    trace."""
    later = type(MIGRATIONS)("kiosk")
    runs = []

    with Database(memory=True) as empty:
        names = [migration.name for migration in MIGRATIONS.pending(empty)]
    for name in names:

        def ran(db: Database) -> None:
            raise AssertionError("this one has run already")

        ran.__name__ = name
        later()(ran)

    @later()
    def notes(db: Database) -> None:
        db.execute("ALTER TABLE cases ADD COLUMN note TEXT NOT NULL DEFAULT ''")
        runs.append(1)
        if len(runs) == 1:
            raise sqlite3.OperationalError("the power failed")

    monkeypatch.setattr(schema, "MIGRATIONS", later)
    with pytest.raises(StoreUnfit, match="the power failed"):
        Store.open(filled, plan())
    with contextlib.closing(sqlite3.connect(filled)) as conn:
        assert "note" not in str(conn.execute("SELECT sql FROM sqlite_master WHERE name = 'cases'").fetchall())
    Store.open(filled, plan()).close()
    store = Store.open(filled, plan())
    assert len(runs) == 2
    assert store.journal.verify() == (True, 1000, "")
    assert store.load().counters.orders == 100
    store.close()
    with contextlib.closing(sqlite3.connect(filled)) as conn:
        recorded = conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()
        assert [name for (name,) in recorded] == [*names, "notes"]
    monkeypatch.undo()
    refuses(filled, StoreUnfit, r"written by a later version \(notes\)")
