"""What is committed is what is loaded: rows, tellings, receipts; and all of a step or nothing of it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from points import NOW, any_of, busy, plan, quiet

from hardware.readings import Door
from kiosk.core.device import Device
from kiosk.core.model import TABLE_OF, Compartment, Counters, Drop, Parcel, PickupPoint, changed
from kiosk.core.order import Order
from kiosk.core.session import NOBODY, Session, Step
from kiosk.store import Store, StoreTrouble
from kiosk.tables import TABLES
from sync.messages import ParcelMissing, PointTrouble, Receipt, Told
from sync.things import Item
from tests.sync.any_message import any_of as any_message

ROWS = st.one_of([any_of(row) for row in (*TABLE_OF, Counters)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store.open(path, plan())
    yield store
    store.close()


def shell(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What somebody with the sqlite3 shell would see."""
    with sqlite3.connect(path) as conn:
        return conn.execute(sql).fetchall()


# ---- rows -----------------------------------------------------------------------------------------------------------


def test_a_new_store_knows_the_compartments_of_the_plan(store: Store) -> None:
    assert store.load() == PickupPoint(plan(), compartments={name: Compartment(name) for name in ("1", "2", "3")})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(put=st.lists(ROWS, max_size=6), dropped=st.integers(0, 6))
def test_any_rows_are_loaded_as_they_were_committed(store: Store, put: list[object], dropped: int) -> None:
    before = store.load()
    after = before.put(*put)  # type: ignore[arg-type]
    after = after.drop(*[row for row in put[:dropped] if not isinstance(row, Counters)])  # type: ignore[arg-type]
    store.commit(before, Step(after, NOBODY), NOW)
    assert store.load() == after
    for table, _ in TABLE_OF.values():
        was, now = getattr(after, table), getattr(store.load(), table)
        assert all(type(was[key]) is type(now[key]) for key in was)


def test_types_survive_not_only_values(store: Store) -> None:
    before = store.load()
    item = Item("B001", "红楼梦", "9787020002207")
    order = Order("1", "pickup", "p-1", "par-1", "code", NOW, stuck=True)
    parcel = Parcel("par-1", "p-1", (item, item), "L", NOW + 0.1, recalled=True)
    after = before.put(Compartment("1", Door.OPEN, order, "check"), parcel, Drop("d", item, "2", "", True, "doubt", 1))
    store.commit(before, Step(after, NOBODY), NOW)
    loaded = store.load()
    assert loaded.compartments["1"].door is Door.OPEN
    assert loaded.compartments["1"].order == order
    assert loaded.compartments["1"].order.stuck is True  # type: ignore[union-attr]
    assert loaded.parcels["par-1"].items == (item, item)
    assert loaded.parcels["par-1"].recalled is True
    assert isinstance(loaded.drops["d"].at, float)


def test_the_tables_have_the_columns_of_their_rows(path: Path, store: Store) -> None:
    for row, (table, key) in TABLE_OF.items():
        described = shell(path, f"PRAGMA table_info({table})")
        assert [column[1] for column in described] == [field.name for field in fields(row)]
        assert [column[1] for column in described if column[5]] == [key]


def test_rows_keep_the_order_in_which_they_came(path: Path, store: Store) -> None:
    point = store.load()
    for name in ("c", "a", "b"):
        after = point.put(Device(name, True))
        store.commit(point, Step(after, NOBODY), NOW)
        point = after
    after = point.put(Device("c", False))
    store.commit(point, Step(after, NOBODY), NOW)
    assert list(store.load().devices) == ["c", "a", "b"] == list(after.devices)


def test_values_are_there_to_be_read_with_the_shell(path: Path, store: Store) -> None:
    before = store.load()
    parcel = Parcel("par-1", "p-1", (Item("B001", "红楼梦"),), "S", NOW, state="ready", compartment="2")
    store.commit(before, Step(before.put(parcel), NOBODY), NOW)
    assert shell(path, "SELECT state, compartment, items ->> '$[0].title' FROM parcels") == [("ready", "2", "红楼梦")]


def test_a_compartment_no_longer_built_goes_unless_something_lies_there(path: Path, store: Store) -> None:
    before = store.load()
    parcel = Parcel("par-1", "p-1", (Item("B001", "T"),), "S", NOW, state="ready", compartment="2")
    order = Order("9", "check", "c-1", "", "card", NOW)
    store.commit(before, Step(before.put(parcel, Compartment("3", order=order)), NOBODY), NOW)
    store.close()
    again = Store.open(path, plan(names=("4",)))
    assert list(again.load().compartments) == ["2", "3", "4"]
    again.close()


def test_a_row_that_could_not_be_read_back_is_never_written(path: Path, store: Store) -> None:
    before = store.load()
    wrong = before.put(replace(before.compartments["1"], out="lost"))  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="compartments"):
        store.commit(before, Step(wrong, NOBODY), NOW)
    with pytest.raises(AssertionError, match="point_trouble"):
        store.commit(before, Step(before, NOBODY).fact(PointTrouble("no such word!")), NOW)
    assert store.load() == before
    assert store.waiting_count() == 0
    store.commit(before, busy(before, 1), NOW)  # and the store goes on


# ---- tellings and receipts ------------------------------------------------------------------------------------------


def test_only_what_the_library_hears_is_told_with_keys_and_without_gaps(store: Store) -> None:
    point = store.load()
    for n in (1, 2, 3):
        step = busy(point, n)
        store.commit(point, step, NOW + n)
        store.commit(step.point, quiet(step.point, n), NOW + n)
        point = step.point
    told = store.waiting(10)
    assert [t.seq for t in told] == [1, 2, 3]
    assert [t.key for t in told] == ["dongmen-1-2", "dongmen-2-5", "dongmen-3-8"]
    assert [t.at for t in told] == [NOW + 1, NOW + 2, NOW + 3]
    assert told[0].told == ParcelMissing("par-1", "p-1")
    assert store.waiting(2) == told[:2]
    assert store.tellings(2, 10) == told[1:]
    assert (store.waiting_count(), store.first_waiting()) == (3, 1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.lists(any_message(Told), min_size=1, max_size=5))
def test_anything_the_library_hears_is_told_as_it_was_remembered(store: Store, facts: list[Told]) -> None:
    point, seq = store.load(), store.first_waiting()
    store.commit(point, Step(point, Session(1)).fact(*facts), NOW)
    told = store.tellings(seq, 99)
    assert [t.told for t in told] == facts
    assert [t.seq for t in told] == list(range(seq, seq + len(facts)))
    store.commit(point, Step(point, NOBODY), NOW, [Receipt(t.key, "applied") for t in told])
    assert store.first_waiting() == seq + len(facts)
    entries = store.journal.entries(limit=len(facts))
    assert [entry.kind for entry in entries] == [fact.kind for fact in facts]
    assert store.journal.verify().ok


def test_the_session_that_a_step_ends_still_names_its_facts(store: Store) -> None:
    point = store.load()
    step = Step(point, NOBODY).fact(ParcelMissing("par-1", "p-1"))
    store.commit(point, step, NOW, session=7)
    assert store.waiting(1)[0].key == "dongmen-7-1"
    assert store.journal.entries()[0].session == 7


def test_receipts_end_the_waiting_once_and_stay(path: Path, store: Store) -> None:
    point = store.load()
    for n in (1, 2):
        step = busy(point, n)
        store.commit(point, step, NOW)
        point = step.point
    first, second = store.waiting(2)
    done = (Receipt(first.key, "applied"), Receipt("unknown", "applied"))
    store.commit(point, Step(point, NOBODY), NOW + 5, done)
    assert store.waiting(9) == [second]
    assert store.first_waiting() == 2
    assert store.tellings(1, 9) == [first, second]  # a library put back to a backup may ask for it again
    later = (Receipt(first.key, "duplicate"), Receipt(second.key, "conflict", "already returned"))
    store.commit(point, Step(point, NOBODY), NOW + 9, later)
    assert (store.waiting(9), store.first_waiting()) == ([], 3)
    assert shell(path, "SELECT outcome, detail, done_at FROM outbox ORDER BY seq") == [
        ("applied", "", NOW + 5),
        ("conflict", "already returned", NOW + 9),
    ]


def test_numbers_go_on_after_a_restart(path: Path, store: Store) -> None:
    point = store.load()
    step = busy(point, 1)
    store.commit(point, step, NOW)
    store.close()
    again = Store.open(path, plan())
    assert again.load() == step.point
    again.commit(step.point, busy(step.point, 2), NOW)
    assert [(t.seq, t.key) for t in again.waiting(9)] == [(1, "dongmen-1-2"), (2, "dongmen-2-4")]
    assert again.journal.verify().ok
    again.close()


# ---- one transaction ------------------------------------------------------------------------------------------------


def test_a_step_that_changes_nothing_writes_nothing(path: Path, store: Store) -> None:
    point = store.load()
    before = shell(path, "SELECT * FROM head"), sizes(path)
    store.commit(point, Step(point, Session(3)), NOW)
    store.commit(point, Step(point.put(point.compartments["1"]), NOBODY), NOW)
    assert (shell(path, "SELECT * FROM head"), sizes(path)) == before


def sizes(path: Path) -> list[int]:
    return [path.with_name(path.name + end).stat().st_size for end in ("", "-wal")]


def test_rows_facts_and_tellings_come_together_or_not_at_all(path: Path, store: Store) -> None:
    """Whichever statement of the transaction fails, nothing of the step is there."""
    point = store.load()
    for table, column in (("counters", "orders"), ("compartments", "name"), ("journal", "n"), ("outbox", "seq")):
        with sqlite3.connect(path) as conn:
            raised = f"SELECT RAISE(ABORT, 'trip') WHERE new.{column}"
            conn.execute(f"CREATE TRIGGER trip BEFORE INSERT ON {table} BEGIN {raised}; END")
        with pytest.raises(StoreTrouble):
            store.commit(point, busy(point, 1), NOW)
        with sqlite3.connect(path) as conn:
            conn.execute("DROP TRIGGER trip")
        assert store.load() == point
        assert store.waiting_count() == 0
        assert store.journal.entries() == []
    step = busy(point, 1)
    store.commit(point, step, NOW)
    assert store.load() == step.point
    assert store.journal.verify() == (True, 2, "")


def test_what_is_committed_survives_a_power_cut(store: Store) -> None:
    """The settings that make it so; test_store_cuts.py shows it."""
    pragma = store._db.conn.execute
    assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
    assert pragma("PRAGMA synchronous").fetchone() == (2,)
    assert pragma("PRAGMA foreign_keys").fetchone() == (1,)


def test_every_kind_of_row_that_can_change_has_a_table() -> None:
    assert set(TABLES) == {"counters", *(name for name, _ in TABLE_OF.values())}
    point = PickupPoint(plan())
    after = point.put(Device("x", True), Counters(1))
    assert {table for table, _, _ in changed(point, after)} <= set(TABLES)
