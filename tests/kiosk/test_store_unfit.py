"""A store that cannot be used says so in one sentence, and is left as it is."""

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from points import NOW, busy, plan, quiet
from sqlite_utils import Database

from kiosk import schema
from kiosk.core.session import NOBODY, Step
from kiosk.schema import MIGRATIONS
from kiosk.store import Store, StoreDamaged, StoreError, StoreTrouble, StoreUnfit, open_journal, probe

NOBODY_ID = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with a thousand facts in it, closed."""
    path = tmp_path / "store.db"
    store = Store.open(path, plan())
    point = store.load()
    for n in range(1, 101):
        step = busy(point, n, *quiet(point, n).facts * 8)
        store.commit(point, step, NOW + n)
        point = step.point
    store.close()
    return path


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


def test_garbage_instead_of_a_store(path: Path) -> None:
    path.write_bytes(os.urandom(20_000))
    refuses(path, StoreDamaged, r"store\.db: not a store at all .*left|Nothing in it was changed")


def test_a_page_of_zeros(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 9)
        file.write(bytes(4096))
    refuses(path, StoreDamaged, "damaged .*Put a backup in its place")


def test_an_overwritten_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"SQLite format 2\0")
    refuses(path, StoreDamaged, "not a store at all")


def test_a_file_that_lost_its_end(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)
    refuses(path, StoreDamaged, "damaged")


def test_an_empty_file_beside_a_write_ahead_log_is_not_begun_anew(path: Path) -> None:
    store = Store.open(path, plan())
    wal = path.with_name("store.db-wal").read_bytes()
    store.close()
    for begun in (lambda: path.write_bytes(b""), path.unlink):
        begun()
        path.with_name("store.db-wal").write_bytes(wal)
        with pytest.raises(StoreDamaged, match="gone or empty"):
            Store.open(path, plan())
        assert path.with_name("store.db-wal").read_bytes() == wal


def test_the_log_of_a_damaged_file_is_left_alone_too(path: Path) -> None:
    """After a power cut a log stands beside the file; closing it as usual would copy it over the damaged pages."""
    store = Store.open(path, plan())
    point = store.load()
    store.commit(point, busy(point, 200), NOW)
    copies = {name: path.with_name(name).read_bytes() for name in ("store.db", "store.db-wal")}
    store.close()
    for name, data in copies.items():
        path.with_name(name).write_bytes(data)
    with path.open("r+b") as file:
        file.seek(4096 * 12)
        file.write(b"?" * 4096)
    refuses(path, StoreDamaged, "damaged")
    assert path.with_name("store.db-wal").read_bytes() == copies["store.db-wal"]


def test_a_row_that_makes_no_sense(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE compartments SET door = 'ajar' WHERE name = '1'")
    with pytest.raises(StoreDamaged, match="table compartments, column door"):
        Store.open(path, plan())
    with contextlib.closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE compartments SET door = 'shut', \"order\" = '{\"id\": 7' WHERE name = '1'")
    with pytest.raises(StoreDamaged, match="table compartments: not JSON"):
        Store.open(path, plan())


def test_a_journal_that_runs_ahead_of_its_head(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("UPDATE head SET n = n - 1")
    refuses(path, StoreDamaged, "the head does not fit the journal")


def test_a_head_that_is_gone(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("DELETE FROM head")
    refuses(path, StoreDamaged, "the head does not fit the journal")


# ---- somebody else's ------------------------------------------------------------------------------------------------


def test_another_program_s_database(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE recipes (name)")
    refuses(path, StoreUnfit, "the database of another program")


def test_another_point_s_store(path: Path) -> None:
    with pytest.raises(StoreUnfit, match="the store of point 'dongmen', and this is 'ximen'"):
        Store.open(path, plan("ximen"))


def test_a_later_version_s_store(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("INSERT INTO _sqlite_migrations VALUES (99, 'kiosk', 'renewals', '2031-01-01')")
    refuses(path, StoreUnfit, r"written by a later version \(renewals\)")


def test_a_store_in_use(path: Path) -> None:
    store = Store.open(path, plan())
    with pytest.raises(StoreUnfit, match=f"in use by another kiosk, process {os.getpid()}"):
        Store.open(path, plan())
    with pytest.raises(StoreUnfit, match="in use by another kiosk"):
        probe(path, "dongmen")
    point = store.load()
    with open_journal(path, "dongmen") as journal:  # but anybody may read along
        store.commit(point, quiet(point, 1), NOW)
        assert journal.verify().ok
    store.close()
    Store.open(path, plan()).close()


def test_the_lock_ends_with_its_process(path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; sys.path[:0] = sys.argv[2:]; from points import plan;"
        "from kiosk.store import Store; s = Store.open(Path(sys.argv[1]), plan()); print('open', flush=True);"
        "sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(path), str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(StoreUnfit, match=f"in use by another kiosk, process {child.pid}"):
            Store.open(path, plan())
        child.kill()
    Store.open(path, plan()).close()


# ---- an older one ---------------------------------------------------------------------------------------------------


def test_an_older_store_is_brought_up_to_date_and_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration of a later version runs once, on a file with rows in it, and is recorded; a failed one leaves no
    trace."""
    later = type(MIGRATIONS)("kiosk")
    runs = []

    @later()
    def rows_journal_outbox(db: Database) -> None:
        raise AssertionError("this one has run already")

    @later()
    def notes(db: Database) -> None:
        db.execute("ALTER TABLE cases ADD COLUMN note TEXT NOT NULL DEFAULT ''")
        runs.append(1)
        if len(runs) == 1:
            raise sqlite3.OperationalError("the power failed")

    monkeypatch.setattr(schema, "MIGRATIONS", later)
    with pytest.raises(StoreUnfit, match="the power failed"):
        Store.open(path, plan())
    with contextlib.closing(sqlite3.connect(path)) as conn:
        assert "note" not in str(conn.execute("SELECT sql FROM sqlite_master WHERE name = 'cases'").fetchall())
    Store.open(path, plan()).close()
    store = Store.open(path, plan())
    assert len(runs) == 2
    assert store.journal.verify() == (True, 1000, "")
    assert store.load().counters.orders == 100
    store.close()
    with contextlib.closing(sqlite3.connect(path)) as conn:
        recorded = conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()
        assert recorded == [("rows_journal_outbox",), ("notes",)]
    monkeypatch.undo()
    refuses(path, StoreUnfit, r"written by a later version \(notes\)")


# ---- the disk -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Permissions mean nothing to root: be somebody else for a moment."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY_ID)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public(path: Path) -> Iterator[Path]:
    """The store in a directory that everybody may enter."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "store.db"
        shutil.copy(path, copy)
        os.chmod(folder, 0o755)
        yield copy


def test_a_read_only_file(public: Path) -> None:
    os.chmod(public, 0o444)
    os.chmod(public.parent, 0o777)
    with as_nobody(), pytest.raises(StoreUnfit, match="read-only: check its owner and permissions"):
        Store.open(public, plan())


def test_a_read_only_directory(public: Path) -> None:
    os.chmod(public, 0o666)
    os.chmod(public.parent, 0o555)
    with as_nobody(), pytest.raises(StoreUnfit, match="read-only: check its owner and permissions"):
        Store.open(public, plan())


def test_the_journal_can_be_read_from_a_medium_that_cannot_be_written(public: Path) -> None:
    os.chmod(public, 0o444)
    os.chmod(public.parent, 0o555)
    with as_nobody(), open_journal(public, "dongmen") as journal:
        assert journal.verify() == (True, 1000, "")
    assert [file.name for file in public.parent.iterdir()] == ["store.db"]


def test_a_file_for_others_eyes(public: Path) -> None:
    os.chmod(public, 0o000)
    os.chmod(public.parent, 0o777)
    with as_nobody(), pytest.raises(StoreUnfit, match="cannot be opened"):
        Store.open(public, plan())


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreUnfit, match="cannot be opened: check that its directory is there"):
        Store.open(tmp_path / "nowhere" / "store.db", plan())


def test_a_store_is_nobody_else_s_business(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.db", plan())
    assert [file.stat().st_mode & 0o077 for file in tmp_path.iterdir()] == [0] * 4
    store.close()


def test_a_disk_that_becomes_read_only(path: Path) -> None:
    store = Store.open(path, plan())
    point = store.load()
    store._execute("PRAGMA query_only = ON")
    with pytest.raises(StoreTrouble, match="read-only"):
        store.commit(point, busy(point, 200), NOW)
    store._execute("PRAGMA query_only = OFF")
    assert store.load() == point
    store.commit(point, busy(point, 200), NOW)
    store.close()


def test_a_full_disk(path: Path) -> None:
    store = Store.open(path, plan())
    point = store.load()
    tellings = store.waiting_count()
    pages = store._execute("PRAGMA page_count").fetchone()[0]
    store._execute(f"PRAGMA max_page_count = {pages}")
    committed, trouble = 0, None
    while not trouble:
        step = busy(point, 200 + committed, *quiet(point, 1).facts * 20)
        try:
            store.commit(point, step, NOW)
            point, committed = step.point, committed + 1
        except StoreTrouble as error:
            trouble = error
    assert "the disk is full: make room" in str(trouble)
    assert store.load() == point  # the last that was committed
    assert store.waiting_count() == tellings + committed
    assert store.journal.verify().ok
    store._execute("PRAGMA max_page_count = 100000")  # somebody made room
    store.commit(point, step, NOW)
    assert store.load() == step.point
    assert store.journal.verify() == (True, 1000 + 22 * (committed + 1), "")
    store.close()


def test_a_disk_that_fails_in_the_middle_of_a_write(path: Path) -> None:
    store = Store.open(path, plan())
    point = store.load()
    wal = path.with_name("store.db-wal")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room in (0, 100, 4096, 5000):  # no file may grow beyond this: the kernel refuses the write
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + room, hard))
        try:
            with pytest.raises(StoreTrouble, match="the disk"):
                store.commit(point, busy(point, 200), NOW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert store.load() == point
        assert store.journal.verify() == (True, 1000, "")
    store.commit(point, Step(point, NOBODY).fact(*busy(point, 200).facts), NOW)
    store.close()
    again = Store.open(path, plan())
    assert again.journal.verify() == (True, 1002, "")
    again.close()
