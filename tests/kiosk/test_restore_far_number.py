"""A telling whose number a worn card has changed by one bit: it holds up neither the kiosk nor ``kiosk restore``."""

import sqlite3
from contextlib import closing

import pytest
from bad_day import Point
from test_restore import damage, library, life_goes_on, point

from kiosk.store import Store, StoreDamaged
from simulators.library.server import Library

__all__ = ["library", "point"]


@pytest.mark.parametrize("more", [False, True], ids=["nothing else", "other damage"])
def test_a_number_far_off(point: Point, library: Library, more: bool) -> None:
    """What else waits is told, and nobody counts up to it."""
    path = point.config.store
    with closing(sqlite3.connect(path)) as db:
        db.execute("update outbox set seq = seq + (1 << 40) where seq = (select max(seq) from outbox)")
        db.commit()
    if more:
        damage(path, "parcels")
    with pytest.raises(StoreDamaged):
        Store.open(path, point.config.plan())
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert "to be told to the library: 1; rows that cannot be read: 1" in result.output
    assert sum(point.told(library, "parcel_collected").values()) == 1
    life_goes_on(point, library)
