"""Five days in which nobody comes: the machine does nothing, and nothing grows by it."""

from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from points import NOW, plan

from hardware.readings import DeviceUp, Door, DoorSeen
from kiosk.core.events import Online
from kiosk.core.screens import Display, Home
from kiosk.core.session import NOBODY
from kiosk.incoming import Polled, Upload, Uploaded
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.store import Store
from sync.library_clock import LibraryClock
from sync.messages import Page, Receipt

DAY_S, TICK_S, POLL_S = 86400.0, 40.0, 80.0


def test_five_idle_days(tmp_path: Path) -> None:
    time, orders, shown = [0.0], list[Outgoing](), list[Display]()
    path = tmp_path / "store.sqlite"
    with closing(Store.open(path, plan())) as store:
        loop = Loop(store, Clock(lambda: NOW + time[0], lambda: time[0]), orders.append, shown.append)
        loop.start()
        loop.session = left_behind = replace(NOBODY, lying=(("x-1", "pad"),))  # a book of the counter, on the pad
        for event in (DeviceUp("card"), Online(True), *(DoorSeen(name, Door.SHUT) for name in plan().spaces)):
            loop.handle(event)
        library, ordered, sizes = LibraryClock(), Counter[str](), list[int]()
        while time[0] < 5 * DAY_S:
            time[0] += TICK_S
            if time[0] % POLL_S == 0:  # the long poll ends, and nothing has changed
                library = library.heard(NOW + time[0], time[0] - 0.1, time[0])
                loop.handle(Polled(Page((), "c", NOW + time[0]), library))
            for name in plan().spaces:
                loop.handle(DoorSeen(name, Door.SHUT))
            while orders:
                order = orders.pop()
                ordered[type(order).__name__] += 1
                if isinstance(order, Upload):
                    loop.handle(Uploaded(order.batch, tuple(Receipt(one.key, "applied") for one in order.batch)))
            if time[0] % DAY_S == 0:
                sizes.append(path.stat().st_size + path.with_name("store.sqlite-wal").stat().st_size)
        assert loop.session == left_behind
        assert isinstance(shown[-1].screen, Home)
        assert len(shown) <= 5  # nothing is drawn anew that has not changed
        assert ordered.keys() == {"Upload"}  # no door, no question
        assert 4 <= ordered["Upload"] <= 6  # where the journal stands, once a day
        assert store.journal.verify().n < 20
        assert sizes[-1] - sizes[0] < 4 * 50_000  # the log, which is emptied at 4 MB
        assert loop.point == store.load()
        assert store.waiting_count() == 0
