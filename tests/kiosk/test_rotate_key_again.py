"""``kiosk rotate-key`` ended in its middle, and typed again: it goes on, whatever came in between."""

import errno
from contextlib import closing
from pathlib import Path

import pytest
from bad_day import Point
from pytest_mock import MockerFixture

from kiosk.core.session import Session, Step
from kiosk.core.tries import Tries
from kiosk.receipt import key_beside, make_key
from kiosk.store import Store
from sync.messages import ItemDropped
from sync.seal import Seal
from sync.things import Patron


@pytest.fixture
def point(example: Path, tmp_path: Path) -> Point:
    return Point(example, tmp_path / "library")


def test_who_came_again_before_numbers_were_sealed_anew_is_one_person_afterwards(point: Point) -> None:
    """The power failed, and the kiosk started by itself: their next book, and their PIN, came under the new key."""
    point.kiosk("rotate-key", "hashing")
    keyring, number = point.config.keyring, "23529000035676"
    old, new = (Seal(key, keyring.card).hide(number) for key in (keyring.before, keyring.hashing))
    with closing(Store.open(point.config.store, point.config.plan())) as store:
        before = store.load()
        rows = (Patron(old, "L."), Tries(old, 1, 20_000), Patron(new, "L.", "blocked"), Tries(new, 2, 20_000))
        told = (ItemDropped("SIP0000003", "A1", True, old), ItemDropped("SIP0000004", "A1", True, new))
        store.commit(before, Step(before, Session(4)).put(*rows).fact(*told), 1.79e9)
    result = point.kiosk("rotate-key", "hashing")
    assert result.exit_code == 0, result.output
    assert point.kiosk("rotate-key", "hashing", "--done").exit_code == 0
    with closing(Store.open(point.config.store, point.config.plan())) as store:
        known, waiting = store.load(), [telling.told for telling in store.waiting(100)]
    assert [one.standing for one in known.patrons.values() if one.id.startswith("s.")] == ["blocked"]
    assert [one.wrong for one in known.tries.values()] == [2]
    assert [one.patron for one in waiting if isinstance(one, ItemDropped) and one.patron.startswith("s.")] == [new, new]


def test_a_key_for_receipts_that_finds_no_room_leaves_the_old_one(point: Point, mocker: MockerFixture) -> None:
    """And typed again, once there is room, the command goes on."""
    path = key_beside(point.config.store)
    make_key(path)
    old = path.read_bytes()
    mocker.patch("kiosk.receipt.written_beside", side_effect=OSError(errno.ENOSPC, "No space left on device"))
    result = point.kiosk("rotate-key", "receipts")
    assert (result.exit_code, "the disk is full: make room" in result.output) == (3, True)
    mocker.stopall()
    assert path.read_bytes() == old
    assert point.kiosk("rotate-key", "receipts").exit_code == 0
    assert path.read_bytes() != old
