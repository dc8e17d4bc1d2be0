"""Forward and back: an update in the middle of a session, and the older version again because the newer was no good."""

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from points import NOW, busy, open_to_others, plan
from sqlite_utils import Database

from hardware.readings import Door, DoorSeen
from kiosk.check import _store
from kiosk.cli import main
from kiosk.config import load
from kiosk.core.events import Started
from kiosk.core.model import PickupPoint
from kiosk.core.session import NOBODY
from kiosk.core.step import step
from kiosk.migrations import MIGRATIONS
from kiosk.reading import read_point
from kiosk.store import Store, StoreUnfit

STEPS = [migration.name for migration in MIGRATIONS.pending(Database(memory=True))][1:]


@pytest.fixture
def session(example: Path) -> Path:
    """The kiosk is stopped in the middle of a session: a door stands open, and a telling waits."""
    config = load(example)
    with contextlib.closing(Store.open(config.store, config.plan())) as store:
        before = store.load()
        taken = busy(before, 1)
        row = taken.point.compartments["1"]
        assert row.order is not None
        opened = replace(row, door=Door.OPEN, order=replace(row.order, opened_at=NOW))
        counters = replace(taken.point.counters, seen_at=NOW, away_since=NOW - 60, online=True)
        store.commit(before, taken.put(opened, counters), NOW)
    return example


def kiosk(*words: str | Path, answer: str = "y\n") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=answer, catch_exceptions=False)


def point_of(example: Path) -> PickupPoint:
    """As today's version has it, brought up to date where need be."""
    config = load(example)
    with contextlib.closing(Store.open(config.store, config.plan())) as store:
        assert store.journal.verify().ok
        return store.load()


def tables(path: Path) -> dict[str, set[str]]:
    with contextlib.closing(Database(path)) as db:
        return {table.name: set(table.columns_dict) for table in db.tables}


@pytest.mark.parametrize("since", STEPS)
def test_back_to_each_version_there_was_and_forward_again(session: Path, since: str) -> None:
    config, before = load(session), point_of(session)
    assert kiosk("step-back", session, since).exit_code == 0
    then = Database(memory=True)
    MIGRATIONS.apply(then, stop_before=since)
    assert tables(config.store) == {table.name: set(table.columns_dict) for table in then.tables}
    with contextlib.closing(sqlite3.connect(config.store)) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        assert db.execute("select count(*) from journal").fetchone() == (2,)
        assert db.execute("select count(*) from outbox where outcome = ''").fetchone() == (1,)
    after = point_of(session)
    assert after.compartments["1"].order == before.compartments["1"].order
    assert after.counters.orders == before.counters.orders
    taken = step(after, NOBODY, Started(), NOW + 60)  # and recovery asks the door what became of it
    taken = step(taken.point, NOBODY, DoorSeen("1", Door.OPEN), NOW + 61)
    order = taken.point.compartments["1"].order
    assert order is not None
    assert order.cut


@pytest.mark.parametrize("since", STEPS)
def test_what_only_looks_reads_an_older_store_as_the_next_start_will(session: Path, since: str) -> None:
    """After an update, before the start: nothing of it is damaged, and nothing of it is thrown away."""
    config = load(session)
    assert kiosk("step-back", session, since).exit_code == 0
    as_it_was = config.store.read_bytes()
    seen = read_point(config.store, config.plan())
    refused = kiosk("restore", session, "--yes")
    assert (refused.exit_code, "is sound; nothing was done" in refused.output) == (3, True)
    for command in ("cases", "doors", "journal"):
        assert kiosk(command, session).exit_code == 0
    assert "sound, an unbroken journal of 2 facts" in _store(config)
    assert config.store.read_bytes() == as_it_was
    assert seen == point_of(session)


def test_a_column_that_is_missing_is_no_text_of_its_name(session: Path) -> None:
    store = load(session).store
    with contextlib.closing(sqlite3.connect(store)) as db:
        db.execute("alter table devices drop column told")
    with pytest.raises(StoreUnfit, match=r"no such column: devices\.told"):
        read_point(store, load(session).plan())


def test_what_will_be_lost_is_said_first_and_a_copy_is_kept(session: Path) -> None:
    store = load(session).store
    before = point_of(session)
    result = kiosk("step-back", session, "while_the_library_is_away", answer="n\n")
    assert result.exit_code == 1
    assert "counters.away_since: 1 row" in result.output
    assert "1 telling waits for the library" in result.output
    assert point_of(session) == before
    assert kiosk("step-back", session, "while_the_library_is_away").exit_code == 0
    (kept,) = store.parent.glob("store.db.kept-*")
    assert open_to_others(store) == []
    kept.replace(store)  # undone
    assert point_of(session) == before


def test_the_older_version_says_what_to_type(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = type(MIGRATIONS)("kiosk")
    for migration in MIGRATIONS.pending(Database(memory=True))[:-2]:
        older(name=migration.name)(migration.fn)
    monkeypatch.setattr("kiosk.schema.MIGRATIONS", older)
    result = kiosk("journal", session)
    assert result.exit_code == 3
    assert f"or, with that version, kiosk step-back CONFIG {STEPS[-2]}" in result.output


def test_what_is_no_step_and_a_kiosk_that_runs(session: Path) -> None:
    result = kiosk("step-back", session, "tomorrow")
    assert (result.exit_code, STEPS[-1] in result.output) == (2, True)
    config = load(session)
    with contextlib.closing(Store.open(config.store, config.plan())):
        assert "in use by another kiosk" in kiosk("step-back", session, STEPS[-1]).output
    assert plan().spaces
