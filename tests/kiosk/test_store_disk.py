"""Disks that are full, read-only, failing or somebody else's: one sentence, and nothing half written."""

import contextlib
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from points import NOW, busy, plan, quiet

from kiosk.core.session import NOBODY, Step
from kiosk.reading import open_journal
from kiosk.store import Store, StoreTrouble, StoreUnfit

NOBODY_ID = 65534
OWNER = "read-only" if os.geteuid() else "store.db belongs to root; it must belong to the one the kiosk runs as"


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
def public(filled: Path) -> Iterator[Path]:
    """The store in a directory that everybody may enter."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "store.db"
        shutil.copy(filled, copy)
        os.chmod(folder, 0o755)
        yield copy


def test_a_read_only_file(public: Path) -> None:
    os.chmod(public, 0o444)
    os.chmod(public.parent, 0o777)
    with as_nobody(), pytest.raises(StoreUnfit, match=OWNER):
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
    with as_nobody(), pytest.raises(StoreUnfit, match=OWNER):
        Store.open(public, plan())


def test_a_folder_instead_of_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUnfit, match=r"is a folder; name a file in it \(\[store\] path\)"):
        Store.open(tmp_path, plan())


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreUnfit, match="cannot be opened: check that its directory is there"):
        Store.open(tmp_path / "nowhere" / "store.db", plan())


def test_a_store_is_nobody_else_s_business(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.db", plan())
    assert [file.stat().st_mode & 0o077 for file in tmp_path.iterdir()] == [0] * 4
    store.close()


def test_a_disk_that_becomes_read_only(filled: Path) -> None:
    store = Store.open(filled, plan())
    point = store.load()
    store._execute("PRAGMA query_only = ON")
    with pytest.raises(StoreTrouble, match="read-only"):
        store.commit(point, busy(point, 200), NOW)
    store._execute("PRAGMA query_only = OFF")
    assert store.load() == point
    store.commit(point, busy(point, 200), NOW)
    store.close()


def test_a_full_disk(filled: Path) -> None:
    store = Store.open(filled, plan())
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


def test_a_disk_that_fails_in_the_middle_of_a_write(filled: Path) -> None:
    store = Store.open(filled, plan())
    point = store.load()
    wal = filled.with_name("store.db-wal")
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
    again = Store.open(filled, plan())
    assert again.journal.verify() == (True, 1002, "")
    again.close()
