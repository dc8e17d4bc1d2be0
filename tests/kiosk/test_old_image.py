"""A point put back to an older image of itself: it finds out, loses nothing and says nothing twice. Real store, real
HTTP, the real ledger of the reference library."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.commands import Refresh
from kiosk.core.events import Online, Tick
from kiosk.core.identity import Keyring
from kiosk.core.model import Plan, Space
from kiosk.incoming import Upload, Uploaded
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.store import Store
from simulators.library.server import Library
from sync import rest

NOW = 1.79e9
NAMES = tuple(f"A{n}" for n in range(1, 11))
PLAN = Plan("dongmen", {name: Space(name, "S", n, 0) for n, name in enumerate(NAMES)}, Keyring(b"k" * 32))


class Life:
    """One run of the loop on a store. ``online`` False: uploads wait."""

    def __init__(self, store: Store, library: Library) -> None:
        self.running = 0.0
        self.online = True
        self.refreshed = 0
        self.orders: list[Outgoing] = []
        self.client = rest.connect(*library.settings_of("dongmen"))
        born = NOW + 20_000.0 * len(library.ledger.rows("select 1 from received"))  # no two lives at the same time
        clock = Clock(lambda: born + self.running, lambda: self.running)
        self.loop = Loop(store, clock, self.orders.append, lambda _: None)
        self.loop.start()
        self.loop.handle(Online(True))
        for name in NAMES:
            self.loop.handle(DoorSeen(name, Door.SHUT))
        self.talk()

    def force(self, *names: str) -> None:
        """Doors that nobody ordered open: each is told."""
        for name in names:
            self.loop.handle(DoorSeen(name, Door.OPEN))
        self.talk()

    def talk(self) -> None:
        """Everything that can be told is told."""
        for _ in range(20):
            self.running += 200.0
            self.loop.handle(Tick())
            for order in self.orders[:]:
                if isinstance(order, Refresh):
                    self.refreshed += 1
                    self.orders.remove(order)
                elif isinstance(order, Upload) and self.online:
                    self.orders.remove(order)
                    self.loop.handle(Uploaded(order.batch, self.client.tell(order.batch)))


@contextmanager
def life(path: Path, library: Library) -> Iterator[tuple[Life, Store]]:
    store = Store.open(path, PLAN)
    one = Life(store, library)
    yield one, store
    one.client.close()
    store.close()


def forced(library: Library) -> Counter[str]:
    """How often each forced door was booked."""
    told = [json.loads(row["telling"])["told"] for row in library.ledger.rows("select telling from received")]
    return Counter(one["compartment"] for one in told if one.get("what") == "door_forced")


def snapshot_of(path: Path, to: Path) -> None:
    for ending in ("", "-wal"):
        left = path.with_name(path.name + ending)
        if left.exists():
            shutil.copy(left, to.with_name(to.name + ending))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library", clock=lambda: NOW + 1e7) as library:
        yield library


@pytest.mark.parametrize("since", [("A3",), ("A3", "A4", "A5", "A6")])
def test_put_back_to_an_old_image_nothing_is_lost_and_nothing_said_twice(
    tmp_path: Path, library: Library, since: tuple[str, ...]
) -> None:
    path, image = tmp_path / "point.sqlite", tmp_path / "image.sqlite"
    with life(path, library) as (first, _):
        first.force("A1")
        first.online = False
        first.force("A2")  # waits when the image is taken, and is told after that
        snapshot_of(path, image)
        first.online = True
        first.talk()
        first.force(*since)
    assert forced(library) == Counter(["A1", "A2", *since])

    for _ in range(2):  # and the same image once more
        shutil.copy(image, path)
        shutil.copy(image.with_name("image.sqlite-wal"), path.with_name("point.sqlite-wal"))
        before = forced(library)
        with life(path, library) as (second, store):
            second.force("A7", "A8", "A9")
            assert second.refreshed == 1
            assert store.waiting_count() == 0
            assert second.loop.point == store.load()
            assert second.loop.point.counters.cursor == ""
            assert {row.out for row in second.loop.point.compartments.values()} <= {"check", "forced"}
            assert store.journal.verify().ok
            second.force("A10")
            assert second.refreshed == 1  # new keys from now on: nothing is found again
        assert forced(library) == before + Counter(["A7", "A8", "A9", "A10"])
    assert library.ledger.rows("select 1 from cases where what = 'key_reused'")
    assert library.ledger.rows("select 1 from cases where what = 'image_restored'")
