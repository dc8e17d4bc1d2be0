"""What is old is forgotten, from the front, and the journal still proves itself; what waits is kept, however old."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from points import NOW, busy, plan, quiet

from hardware.readings import Door, DoorSeen
from kiosk.cli import main
from kiosk.core.events import Online, Tick, Touched
from kiosk.core.model import PickupPoint
from kiosk.core.screens import Display
from kiosk.core.session import NOBODY, Step
from kiosk.loop import REST_EVERY_S, TRUST_AFTER_S, Clock, Loop, Outgoing
from kiosk.store import Store
from sync.messages import JournalStands, Receipt

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


def test_by_hand(example: Path) -> None:
    path = example.with_name("store.db")
    with closing(Store.open(path, plan(names=("1", "2", "3")))) as store:
        lived(store, 3, 3)
    refused = CliRunner().invoke(main, ["purge", str(example)], input="n\n")
    assert (refused.exit_code, "nothing was forgotten" in refused.output) == (1, True)
    done = CliRunner().invoke(main, ["purge", str(example), "--yes"])
    assert done.exit_code == 0, done.output
    assert "0 rows forgotten; the journal begins with 1" in done.output
