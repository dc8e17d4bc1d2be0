"""What is old is forgotten, from the front, and the journal still proves itself; what waits is kept, however old."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from points import NOW, busy, plan, quiet

from hardware.readings import Door, DoorSeen
from kiosk.cli import main
from kiosk.config import load
from kiosk.core.events import Online, Restored, Tick, Touched
from kiosk.core.hour import HourUse
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.screens import Display
from kiosk.core.session import NOBODY, Step
from kiosk.core.step import step
from kiosk.core.tries import Tries
from kiosk.core.use import past
from kiosk.loop import REST_EVERY_S, TRUST_AFTER_S, Clock, Loop, Outgoing
from kiosk.receipt import key_beside
from kiosk.schema import half_made, kept_as
from kiosk.store import Store
from sync.messages import JournalStands, Receipt
from sync.things import Item

DAY_S = 86400.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(tmp_path / "store.db", plan())) as store:
        yield store


def lived(store: Store, days: int, heard: int) -> PickupPoint:
    """A telling and two facts a day; the library has heard the first ``heard`` tellings, each on its day."""
    point = store.load()
    for day in range(days):
        at = NOW + day * DAY_S
        step = busy(point, day + 1, *quiet(point, 1).facts)
        store.commit(point, step, at)
        point = step.point
        if day < heard:
            telling = store.tellings(day + 1, 1)[0]
            store.commit(point, Step(point, NOBODY), at, [Receipt(telling.key, "applied")])
    return point


def night(store: Store, point: PickupPoint, now: float) -> JournalStands:
    said = store.stands(now)
    store.commit(point, Step(point, NOBODY).fact(said), now)
    while store.forget(now):
        pass
    return said


def test_what_was_written_while_the_clock_was_ahead_keeps_nothing(store: Store) -> None:
    """A dead battery made it nine years later for an hour; what was written before goes in its time, and it too."""
    point = lived(store, 10, 10)
    ahead = NOW + 9 * 365 * DAY_S
    step = busy(point, 11, *quiet(point, 1).facts)
    store.commit(point, step, ahead)
    point = step.point
    store.commit(point, Step(point, NOBODY), ahead, [Receipt(store.tellings(11, 1)[0].key, "applied")])
    rows = len(store._execute("SELECT n FROM journal").fetchall())
    for day in range(600, 603):
        night(store, point, NOW + day * DAY_S)
    kept = [row[0] for row in store._execute("SELECT kind FROM journal").fetchall()]
    assert rows > 30
    assert set(kept) == {"journal_stands"}, kept


def test_what_is_old_and_heard_goes_and_the_journal_still_proves_itself(store: Store, tmp_path: Path) -> None:
    point = lived(store, 400, 400)
    now = NOW + 400 * DAY_S
    said = night(store, point, now)
    limits = plan().limits
    left = store.tellings(1, 1000)
    assert left[0].seq == 400 - limits.told_days + 1
    assert [t.seq for t in left] == list(range(left[0].seq, 402))  # and the night's own
    entries = store.journal.entries()
    assert entries[0].n == said.first
    assert entries[0].at >= now - limits.journal_days * DAY_S
    assert store.journal.stands(said.n, said.hash).ok
    assert store.journal.stands(5, said.hash) == (False, 5, "it is forgotten by now, compare a later one")
    assert store.journal.verify() == (True, 1201, "")
    assert store.load() == point
    store.close()
    with closing(Store.open(tmp_path / "store.db", plan())) as again:
        step = busy(point, 500)
        again.commit(point, step, now)
        assert again.tellings(402, 9)[0].seq == 402
        assert again.journal.verify().ok


def test_what_waits_is_kept_however_old(store: Store) -> None:
    point = lived(store, 400, 3)
    said = night(store, point, NOW + 4000 * DAY_S)
    assert [t.seq for t in store.waiting(1000)] == list(range(4, 402))
    assert store.tellings(1, 1)[0].seq == 4
    assert said.first == 3 * 3 + 2  # the fact that the first waiting telling came from
    assert store.journal.entries()[0].n == said.first
    assert store.journal.verify().ok


def test_nothing_goes_from_a_young_store(store: Store) -> None:
    point = lived(store, 5, 5)
    assert night(store, point, NOW + 5 * DAY_S).first == 1
    assert len(store.tellings(1, 99)) == 6
    assert store.journal.verify() == (True, 16, "")


def test_an_empty_store_can_rest(store: Store) -> None:
    assert night(store, store.load(), NOW).first == 1
    assert store.journal.verify() == (True, 1, "")


def test_nothing_that_it_asks_of_the_tables_that_grow_looks_through_them(store: Store) -> None:
    """A fact that goes is looked for among the tellings, for each the whole outbox were it not for its index; but for
    that, only the newest "stands" is looked for from the end, and what waits is counted."""
    asked = set[str]()
    store._db.conn.set_trace_callback(asked.add)
    night(store, lived(store, 400, 400), NOW + 400 * DAY_S)
    store.waiting_count()
    store.rested_at()
    store._db.conn.set_trace_callback(None)
    assert any(sql.startswith("DELETE FROM journal") for sql in asked)
    scans = set[tuple[str, str]]()
    for sql in asked - {"BEGIN IMMEDIATE", "COMMIT"}:
        for row in store._execute(f"EXPLAIN QUERY PLAN {sql}"):
            if row[3].startswith(("SCAN outbox", "SCAN journal")):
                scans.add((row[3], sql.partition(" WHERE ")[2] or sql.partition(" FROM ")[2]))
    assert scans <= {
        ("SCAN outbox USING INDEX outbox_waiting", "outcome = ''"),
        ("SCAN journal", "kind = 'journal_stands' ORDER BY n DESC LIMIT 1"),
        ("SCAN journal", "journal ORDER BY n LIMIT 1"),
    }


def test_a_beginning_cut_off_by_somebody_else_shows(store: Store) -> None:
    point = lived(store, 50, 50)
    night(store, point, NOW + 50 * DAY_S)
    n, hash = store._execute("SELECT n, hash FROM journal WHERE n = 7").fetchone()
    store._execute("DELETE FROM outbox WHERE n <= 7")
    store._execute("DELETE FROM journal WHERE n <= 7")
    assert not store.journal.verify().ok
    store._execute("UPDATE head SET begins = ?, begins_hash = ?", (n, hash))
    verdict = store.journal.verify()
    assert (verdict.ok, verdict.reason) == (False, "the beginning was cut off: 7 missing")


class Night:
    """A loop whose clock the test turns."""

    def __init__(self, store: Store) -> None:
        self.now, self.jumped = NOW + 400 * DAY_S, 0.0
        self.store = store
        clock = Clock(lambda: self.now + self.jumped, lambda: self.now)
        self.loop = Loop(store, clock, list[Outgoing]().append, list[Display]().append)
        self.loop.start()
        self.loop.handle(DoorSeen("1", Door.SHUT))

    def after(self, seconds: float) -> int:
        """How many times the journal was said to stand somewhere, so much later."""
        self.now += seconds
        for _ in range(3):
            self.loop.handle(Tick())
        return len(self.store.journal.entries(kinds=["journal_stands"]))


def test_once_a_day_by_itself(store: Store) -> None:
    lived(store, 400, 400)
    night = Night(store)
    assert night.after(TRUST_AFTER_S + 1) == 0  # the library has not been heard
    night.loop.handle(Online(True))
    assert night.after(1) == 1
    assert night.after(REST_EVERY_S / 2) == 1
    assert store.tellings(1, 1)[0].seq > 300
    night.loop.handle(Touched("return"))
    assert night.after(0) == 1
    assert night.after(REST_EVERY_S) == 2
    assert store.load() == night.loop.point


@pytest.mark.parametrize("said", [False, True], ids=["a first row", "a night"])
def test_a_time_from_a_clock_that_was_ahead_does_not_put_off_the_night(store: Store, said: bool) -> None:
    point, ahead = store.load(), NOW + 9 * 365 * DAY_S
    night(store, point, ahead) if said else store.commit(point, busy(point, 1), ahead)
    one = Night(store)
    one.after(TRUST_AFTER_S + 1)
    one.loop.handle(Online(True))
    assert one.after(1) == said + 1
    assert one.after(REST_EVERY_S / 2) == said + 1
    assert one.after(REST_EVERY_S / 2 + 1) == said + 2


def test_not_while_somebody_is_there(store: Store) -> None:
    lived(store, 400, 400)
    night = Night(store)
    night.now += TRUST_AFTER_S + 1
    night.loop.handle(Touched("return"))
    night.loop.handle(Online(True))
    assert night.after(0) == 0


def test_not_by_a_clock_that_nobody_can_trust(store: Store) -> None:
    lived(store, 400, 400)
    night = Night(store)
    night.loop.handle(Online(True))
    assert night.after(1) == 0  # just started: the library has not said yet what time it is
    night.after(TRUST_AFTER_S - 2)
    night.jumped = 4000 * DAY_S
    assert night.after(2) == 0
    point = night.loop.point
    wrong = Step(point.put(replace(point.counters, clock_wrong=True)), NOBODY)
    night.loop._commit(wrong, night.now)
    assert night.after(TRUST_AFTER_S + 1) == 0
    assert len(store.tellings(1, 1000)) > 399


def old_and_young(store: Store, now: float) -> PickupPoint:
    """A parcel that went long ago and one that went today, tries of both days, an hour of last year."""
    point, old = store.load(), now - 100 * DAY_S
    rows = [
        row
        for name, at in (("old", old), ("young", now))
        for row in (
            Parcel(name, "ann", (Item("b1", "A title"),), "S", old, state="collected", changed_at=at),
            Tries(name, 1, int(at // DAY_S)),
        )
    ]
    step = Step(point, NOBODY).put(*rows, HourUse(str(int(old // 3600)), 1))
    store.commit(point, step, now)
    return step.point


def test_hours_of_a_clock_that_was_ahead_are_in_no_chart(store: Store) -> None:
    """But where the clock is known to be behind, all that was counted before would be such hours."""
    this = int(NOW // 3600)
    rows = {str(this + by): HourUse(str(this + by), 1) for by in (-800, -1, 0, 24, 25, 9 * 365 * 24)}
    point = replace(store.load(), hours=rows)
    assert [int(one.hour) - this for one in past(point, NOW)] == [-800, 25, 9 * 365 * 24]
    behind = point.put(replace(point.counters, clock_wrong=True))
    assert past(behind, NOW - 9 * 365 * DAY_S) == []


def kept_files(beside: Path, now: float) -> list[Path]:
    """As restore, step-back and rotate-key leave them: some of 91 days ago, and one of yesterday, which comes last."""
    old = [kept_as(beside, now - 91 * DAY_S), kept_as(key_beside(beside), now - 91 * DAY_S)]
    log = old[0].with_name(old[0].name + "-wal")
    others = [beside.with_name("other.db.kept-20200101T000000"), beside.with_name(beside.name + ".kept-by-me")]
    files = [*old, log, *others, kept_as(beside, now - DAY_S)]
    for file in files:
        file.write_text("what was here")
    return files


def test_rows_and_kept_files_by_night(store: Store, tmp_path: Path) -> None:
    night = Night(store)
    old_and_young(store, night.now)
    night.loop.point = store.load()
    files = kept_files(tmp_path / "store.db", night.now)
    night.after(TRUST_AFTER_S + 1)
    night.loop.handle(Online(True))
    assert night.after(1) == 0  # it has not rested for a day
    assert all(file.exists() for file in files)
    night.after(REST_EVERY_S - TRUST_AFTER_S)
    night.loop.handle(Online(True))
    assert night.after(1) == 1
    night.loop.handle(Tick())
    point = store.load()
    assert (set(point.parcels), set(point.hours)) == ({"young"}, set())
    assert "old" not in point.tries
    assert [file.exists() for file in files] == [False, False, False, True, True, True]
    assert store.load() == night.loop.point


def test_what_a_restore_cut_short_has_left_goes_too(store: Store, tmp_path: Path) -> None:
    left, other = half_made(tmp_path / "store.db"), tmp_path / "store.db.newer"
    for file in (*left, other):
        file.write_text("what was here")
    assert store.forget(NOW) == len(left) == 4
    assert (store.forget(NOW), [file.exists() for file in (*left, other)]) == (0, [False] * 4 + [True])


def test_a_kept_file_that_cannot_be_deleted_stops_nothing(store: Store, tmp_path: Path) -> None:
    now = NOW + DAY_S
    kept = kept_as(tmp_path / "store.db", now - 91 * DAY_S)
    kept.mkdir()
    assert store.forget(now) == 0
    assert kept.exists()


@pytest.mark.parametrize("wrong", [False, True])
def test_by_hand_the_same(example: Path, wrong: bool) -> None:
    """Also where the machine did not trust its clock: somebody has looked at it now."""
    path, now = example.with_name("store.db"), time.time()
    config = load(example)
    with closing(Store.open(path, config.plan())) as store:
        point = old_and_young(store, now)
        counters = replace(point.counters, clock_wrong=wrong)
        store.commit(point, Step(point, NOBODY).put(counters), now)
    files = kept_files(path, now)
    done = CliRunner().invoke(main, ["purge", str(example), "--yes"])
    assert "6 rows and files forgotten; the journal begins with 1" in done.output
    with closing(Store.open(path, config.plan())) as store:
        point = store.load()
    assert (set(point.parcels), set(point.tries), set(point.hours)) == ({"young"}, {"young"}, set())
    assert [file.exists() for file in files] == [False, False, False, True, True, True]
    assert point.counters.clock_wrong is wrong


def test_by_hand(example: Path) -> None:
    path = example.with_name("store.db")
    with closing(Store.open(path, plan(names=("1", "2", "3")))) as store:
        lived(store, 3, 3)
    refused = CliRunner().invoke(main, ["purge", str(example)], input="n\n")
    assert (refused.exit_code, "nothing was forgotten" in refused.output) == (1, True)
    done = CliRunner().invoke(main, ["purge", str(example), "--yes"])
    assert done.exit_code == 0, done.output
    assert "0 rows and files forgotten; the journal begins with 1" in done.output


def renumbered(store: Store, expected: int) -> None:
    """As after ``kiosk restore``, or on an older image: the library wants other numbers, and hears all of it."""
    point, now = lived(store, 5, 3), NOW + 5 * DAY_S
    waiting = store.waiting(10)
    taken = step(point, NOBODY, Restored(expected), now)
    reused = [Receipt(one.key, "reused", expected=expected) for one in waiting]
    store.commit(point, taken, now, reused, expected=expected)
    for one in store.waiting(100):
        store.commit(taken.point, Step(taken.point, NOBODY), now, [Receipt(one.key, "applied")])


def test_a_hole_in_the_numbers_ends_no_night(store: Store) -> None:
    renumbered(store, 50_000)
    night(store, store.load(), NOW + 200 * DAY_S)  # closed for half a year
    assert store.journal.verify().ok
    assert [telling.told.kind for telling in store.tellings(1, 10)] == ["journal_stands"]


def test_nor_does_a_journal_kept_for_less_long_than_the_tellings(tmp_path: Path) -> None:
    limits = plan().limits.model_copy(update={"journal_days": 30})
    with closing(Store.open(tmp_path / "store.db", replace(plan(), limits=limits))) as store:
        renumbered(store, 50_000)
        for day in range(6, 100):
            night(store, store.load(), NOW + day * DAY_S)
        assert store.journal.verify().ok
