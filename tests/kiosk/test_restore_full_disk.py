"""``kiosk restore`` on a disk that fills up as the new store is closed: the old one stays, and it can be done again."""

import pytest
from bad_day import Point
from small_files import files_of_at_most
from test_restore import damage, library, life_goes_on, point

from kiosk.cli_parts import EXIT_STORE
from kiosk.store import Store
from simulators.library.server import Library

__all__ = ["library", "point"]


@pytest.mark.parametrize("room", [0, 65536])  # nothing of it, and a part
def test_a_new_store_that_is_not_whole_takes_no_place(
    point: Point, library: Library, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    """What was committed is in its log, and SQLite says nothing when no room is left for it in the file itself: without
    that log all doors would seem free, or the file damaged."""
    path, close = point.config.store, Store.close

    def close_without_room(store: Store) -> None:
        with files_of_at_most(room):
            close(store)

    damage(path, "parcels")
    before = path.read_bytes()
    monkeypatch.setattr(Store, "close", close_without_room)
    result = point.kiosk("restore")
    monkeypatch.undo()
    assert (path.read_bytes() == before, result.exit_code) == (True, EXIT_STORE), result.output
    assert "the disk is full" in result.output
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert sum(point.told(library, "parcel_collected").values()) == 1
    life_goes_on(point, library)
