"""A disk that says no: nothing moves that could not be written down, the screen says so, and all goes on afterwards."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, Door, DoorSeen
from kiosk.core.commands import Unlock
from kiosk.core.model import Parcel, PickupPoint
from kiosk.core.screens import Display, Home, Opening, Sorry
from kiosk.core.session import NOBODY, Step
from kiosk.loop import Clock, Loop, Outgoing
from kiosk.store import Store
from sync.things import Item, Patron
from tests.cuts.life import NOW, plan
from tests.cuts.sqlite_disk import FULL, IOERR_FSYNC, IOERR_WRITE, OK, READONLY, Asked, Fault, watched

CARD = CardShown("card", SecretStr("04A1B2C3"))


def one_parcel(store: Store) -> PickupPoint:
    """Somebody's parcel lies behind door 1."""
    point = store.load()
    patron = Patron("p-1", "Z.S.", cards=(plan().keyring.card("04A1B2C3"),))
    parcel = Parcel("par-1", "p-1", (Item("b1", "三体"),), "M", NOW + 1e6, state="ready", compartment="1")
    row = replace(point.compartments["1"], door=Door.SHUT)
    step = Step(point, NOBODY).put(patron, parcel, row)
    store.commit(point, step, NOW)
    return step.point


def no_sync(asked: Asked) -> int:
    return IOERR_FSYNC if asked.what == "sync" else OK


def no_room(asked: Asked) -> int:
    return FULL if asked.what == "write" else OK


def no_write(asked: Asked) -> int:
    return IOERR_WRITE if asked.what == "write" else OK


def only_to_be_read(asked: Asked) -> int:
    return READONLY


FAULTS = [no_sync, no_room, no_write, only_to_be_read]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_door_moves_that_could_not_be_written_down(tmp_path: Path, fault: Fault) -> None:
    now, shown, done = [NOW], list[Display](), list[Outgoing]()
    failing: list[Fault] = []
    with watched(lambda asked: failing[0](asked) if failing else OK):
        with closing(Store.open(tmp_path / "store.db", plan())) as store:
            one_parcel(store)
            loop = Loop(store, Clock(lambda: now[0], lambda: now[0]), done.append, shown.append)
            loop.start()
            loop.handle(DoorSeen("1", Door.SHUT))
            failing.append(fault)
            loop.handle(CARD)
            assert shown[-1].screen == Sorry("store_trouble")
            assert loop.point.compartments["1"].order is None
            failing.clear()
            now[0] += 10
            loop.handle(CARD)
            assert isinstance(shown[-1].screen, Opening)
            assert [command for command in done if isinstance(command, Unlock)] == [Unlock("1", "1", 1)]
        with closing(Store.open(tmp_path / "store.db", plan())) as store:
            assert store.load() == loop.point
            assert store.journal.verify().ok


@pytest.mark.parametrize("fault", FAULTS)
def test_the_power_fails_while_the_disk_does(tmp_path: Path, fault: Fault) -> None:
    """What could not be acknowledged may be there afterwards or not; both are sound, and no door has moved for it."""
    shown, done = list[Display](), list[Outgoing]()
    failing: list[Fault] = []
    with watched(lambda asked: failing[0](asked) if failing else OK):
        store = Store.open(tmp_path / "store.db", plan())
        before = one_parcel(store)
        loop = Loop(store, Clock(lambda: NOW, lambda: NOW), done.append, shown.append)
        loop.start()
        loop.handle(DoorSeen("1", Door.SHUT))
        failing.append(fault)
        loop.handle(CARD)
        store.close()  # as the disk then stands
    assert not any(isinstance(command, Unlock) for command in done)
    with closing(Store.open(tmp_path / "store.db", plan())) as store:
        loop = Loop(store, Clock(lambda: NOW + 60, lambda: 0.0), done.append, shown.append)
        assert loop.point.parcels == before.parcels
        assert store.journal.verify().ok
        loop.start()
        assert isinstance(shown[-1].screen, Home)
