"""The loop over a real store that cannot be written for a while."""

from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, Door, DoorSeen, ItemScanned
from kiosk.core.commands import Ask, Unlock
from kiosk.core.events import Answered, Online, Tick, Touched
from kiosk.core.screens import Collect, Display, DoorOpen, Home, Opening, Sorry, Wait
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.store import Store
from sync.asked import PatronIs
from tests.kiosk.points import plan


def test_a_store_that_cannot_be_written_is_said_once_and_nothing_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now, shown, done = [1_795_000_000.0], list[Display](), list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, shown.append)
        loop.start()
        name = next(iter(loop.point.compartments))
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(name, Door.SHUT))
        for _ in range(40):
            now[0] += 0.25
            loop.handle(Tick())
        loop.handle(Touched("collect"))
        assert shown[-1].screen == Sorry("store_trouble")
        assert [str(tmp_path) in record.getMessage() for record in caplog.records] == [True]
        store._execute("PRAGMA query_only = OFF")
        now[0] += 6.0
        loop.handle(Tick())
        assert loop.point.compartments[name].door is Door.SHUT
        assert isinstance(shown[-1].screen, Home)
        assert store.load() == loop.point
        loop.handle(Touched("collect"))
        assert isinstance(shown[-1].screen, Collect)
        assert not done


def test_a_door_that_opens_is_shown_however_short_ago_the_store_was_in_trouble(tmp_path: Path) -> None:
    now, shown, done = [1_795_000_000.0], list[Display](), list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, shown.append)
        loop.start()
        for name in loop.point.compartments:
            loop.handle(DoorSeen(name, Door.SHUT))
        loop.handle(Touched("return"))
        loop.handle(ItemScanned("scanner", "x-1"))
        store._execute("PRAGMA query_only = ON")
        loop.handle(Touched("open"))
        assert shown[-1].screen == Sorry("store_trouble")
        store._execute("PRAGMA query_only = OFF")
        now[0] += 0.5
        assert not done
        loop.handle(Touched("open"))
        assert any(isinstance(command, Unlock) for command in done)
        assert isinstance(shown[-1].screen, Opening)


def test_what_was_said_at_an_open_door_stays_in_sight_when_something_else_cannot_be_written(tmp_path: Path) -> None:
    now, shown = [1_795_000_000.0], list[Display]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), lambda _: None, shown.append)
        loop.start()
        for name in loop.point.compartments:
            loop.handle(DoorSeen(name, Door.SHUT))
        for event in (Touched("return"), ItemScanned("scanner", "SIP0001"), Touched("open")):
            loop.handle(event)
        theirs = next(row.name for row in loop.point.compartments.values() if row.order)
        loop.handle(DoorSeen(theirs, Door.OPEN))
        loop.handle(Touched("nothing_in"))
        heard = shown[-1].screen
        assert isinstance(heard, DoorOpen)
        assert heard.said == "keep"
        store._execute("PRAGMA query_only = ON")
        loop.handle(DoorSeen(next(n for n in loop.point.compartments if n != theirs), Door.UNKNOWN))
        assert shown[-1].screen == heard
        loop.handle(Touched("undo"))
        assert shown[-1].screen == Sorry("store_trouble")  # this was not heard, and so it says


def test_no_door_opens_behind_who_was_told_to_come_back_later(tmp_path: Path) -> None:
    now, shown, done = [1_795_000_000.0], list[Display](), list[Outgoing]()
    with closing(Store.open(tmp_path / "store.sqlite", plan())) as store:
        loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, shown.append)
        loop.start()
        loop.handle(Online(True))
        loop.handle(CardShown("card", SecretStr("04A1")))
        assert shown[-1].screen == Wait("card")
        store._execute("PRAGMA query_only = ON")
        loop.handle(Answered(next(c.key for c in done if isinstance(c, Ask)), PatronIs(None)))
        assert shown[-1].screen == Sorry("store_trouble")
        store._execute("PRAGMA query_only = OFF")
        now[0] += 6.0
        loop.handle(Tick())
        assert isinstance(shown[-1].screen, Home)
