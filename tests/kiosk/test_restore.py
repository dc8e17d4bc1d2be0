"""A damaged store, and a new disk: ``kiosk restore`` on real files and real HTTP, and what people find afterwards."""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from bad_day import HERS, MINE, OTHERS, Point, back, served
from courier import COURIER, POINT
from points import open_to_others
from test_given_up import Firewall

from kiosk.core.screens import Home
from kiosk.core.staff_screens import Courier
from kiosk.receipt import key_beside, make_key
from kiosk.store import Store, StoreDamaged
from simulators.library.server import Library

STEP = "while_the_library_is_away"


@pytest.fixture
def point(example: Path, tmp_path: Path) -> Point:
    return Point(example, tmp_path / "library")


@pytest.fixture
def library(point: Point) -> Iterator[Library]:
    yield from served(point)


def damage(path: Path, table: str) -> None:
    """The first page of a table becomes garbage."""
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("select rootpage from sqlite_master where name = ?", (table,)).fetchone()
        (size,) = db.execute("pragma page_size").fetchone()
        db.execute("pragma wal_checkpoint(truncate)")
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x55" * size)


def looks_behind_every_door(point: Point) -> None:
    """A courier does what the screen wants, truthfully; what nobody knows of they scan."""
    day = point.day
    day.tap(COURIER)
    while isinstance(day.screen, Courier) and day.screen.to_check:
        day.touch("check", day.screen.to_check[0])
        name = day.opens()
        expected = {i.barcode for p in day.loop.point.at(name) for i in p.items}
        if expected and expected <= day.inside[name]:
            day.touch("yes")
        elif expected:
            day.touch("no")
        for barcode in day.inside[name] - expected:
            day.scan(barcode)
            day.inside[name].discard(barcode)
        day.shut(name)


def life_goes_on(point: Point, library: Library) -> None:
    """The kiosk starts; a reader is served before anybody has looked; a courier looks; then all is as it should be."""
    day = point.day
    day.online = True
    day.boot()
    day.hear()
    day.tap(HERS)
    assert day.opens() == point.doors[HERS]
    day.inside[point.doors[HERS]].clear()
    day.shut(point.doors[HERS])
    for _ in range(3):
        day.wait(60)
    assert isinstance(day.screen, Home)
    seen = point.doors[HERS]
    assert {row.out for row in day.loop.point.compartments.values() if row.name != seen} == {"check"}
    looks_behind_every_door(point)
    assert {row.out for row in day.loop.point.compartments.values()} == {""}
    here = [(p.id, p.compartment) for p in day.loop.point.parcels.values() if p.state in ("ready", "doubt")]
    assert here == [(point.parcels[OTHERS], point.doors[OTHERS])]
    back(day)
    day.store.close()
    for who in (HERS, OTHERS):
        loans = library.ledger.rows("select * from loans where patron = ? and ended is null", who)
        assert len([loan for loan in loans if loan["point"] == POINT]) == (who == HERS)


@pytest.mark.parametrize(
    "table", ["compartments", "parcels", "patrons", "drops", "cases", "counters", "journal", "head"]
)
def test_a_damaged_store(point: Point, library: Library, table: str) -> None:
    damage(point.config.store, table)
    wrong = point.config.store.read_bytes()
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert "damaged" in result.output
    assert "told to the library: 2, of which 1 are cases" in result.output
    assert "of which 2 should lie here" in result.output
    (kept,) = point.config.store.parent.glob("store.db.kept-*")
    assert kept.read_bytes() == wrong
    assert open_to_others(point.config.store) == []
    assert sum(point.told(library, "parcel_collected").values()) == 1
    assert sum(point.told(library, "item_dropped").values()) == 2
    life_goes_on(point, library)
    assert sum(point.told(library, "parcel_collected").values()) == 2
    assert library.ledger.rows("select 1 from cases where what = 'store_lost'")
    with closing(Store.open(point.config.store, point.config.plan())) as store:
        assert store.journal.verify().ok


@pytest.mark.parametrize("cut", [slice(0, 100), slice(0, None)], ids=["its head", "all of it"])
def test_nobody_is_told_that_nothing_waited_where_nothing_can_be_read(
    point: Point, library: Library, cut: slice
) -> None:
    store = point.config.store
    with closing(sqlite3.connect(store)) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    whole = bytearray(store.read_bytes())
    whole[cut] = bytes(len(whole[cut]))
    store.write_bytes(whole)
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert (
        "rows that cannot be read: all there were\nwhat the library has not heard is known to nobody" in result.output
    )
    life_goes_on(point, library)


def test_what_the_library_has_not_heard_is_what_is_damaged(point: Point, library: Library) -> None:
    """Then only the cabinet knows: the book that came back is found there and told, once; whose parcel is gone, nobody
    can say, so that no loan is booked and staff are asked."""
    damage(point.config.store, "outbox")
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert "to be told to the library: 0; rows that cannot be read: 7" in result.output
    assert "of which 3 should lie here" in result.output
    assert not point.told(library, "parcel_collected")
    life_goes_on(point, library)
    assert sum(f'"item":"{point.back[1]}"' in one for one in point.told(library, "item_dropped")) == 1
    assert [point.parcels[MINE] in one for one in point.told(library, "parcel_missing")] == [True]
    assert library.ledger.rows("select 1 from cases where what = 'parcel_missing'")
    assert not library.ledger.rows("select 1 from loans where patron = ? and point = ?", MINE, POINT)


def test_a_new_disk_at_an_old_point(point: Point, library: Library) -> None:
    """What was told before is known to the library; what was not is only in the cabinet."""
    for file in point.config.store.parent.glob("store.db*"):
        file.unlink()
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert "not there" in result.output
    assert "of which 3 should lie here" in result.output
    assert "kept" not in result.output
    life_goes_on(point, library)
    missing = point.told(library, "parcel_missing")
    assert [point.parcels[MINE] in one for one in missing] == [True]  # nobody knows that its reader took it: staff ask


@pytest.mark.parametrize("left", [[], ["store.db"]], ids=["nothing", "its name"])
def test_a_store_of_which_at_most_the_name_is_left(point: Point, library: Library, left: list[str]) -> None:
    """It is neither begun anew as if nothing had ever lain here, nor is it sound."""
    path = point.config.store
    for file in path.parent.glob("store.db*"):
        file.unlink()
    make_key(key_beside(path))
    for name in left:
        path.with_name(name).touch()
    with pytest.raises(StoreDamaged, match="gone or empty, and the kiosk has run here"):
        Store.open(path, point.config.plan())
    for words in (["purge", "--yes"], ["old-image", "--yes"], ["check", "--doors"], ["step-back", STEP], ["cases"]):
        result = point.kiosk(*words)
        assert (result.exit_code, "kiosk restore CONFIG" in result.output) == (3, True), result.output
    assert [file.name for file in path.parent.glob("store.db") if not file.stat().st_size] == left
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert "not there, or empty" in result.output
    life_goes_on(point, library)


def test_a_file_that_is_gone_beside_its_log(point: Point, library: Library) -> None:
    path, log = point.config.store, point.config.store.with_name("store.db-wal")
    with closing(Store.open(path, point.config.plan())):
        left = log.read_bytes()
    path.unlink()
    log.write_bytes(left)
    result = point.kiosk("restore")
    assert (result.exit_code, "damaged" in result.output) == (0, True), result.output
    (kept,) = path.parent.glob("store.db.kept-*-wal")
    assert kept.read_bytes() == left
    Store.open(path, point.config.plan()).close()


def test_a_row_lost_amid_what_the_library_has_not_heard(point: Point, library: Library) -> None:
    """The others go out under the numbers that the library wants."""
    with closing(sqlite3.connect(point.config.store)) as db:
        db.execute("delete from outbox where seq = (select min(seq) from outbox where outcome = '')")
        db.commit()
    damage(point.config.store, "parcels")
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert "told to the library: 1, of which 1" in result.output
    assert sum(point.told(library, "item_dropped").values()) == 2


def test_one_telling_that_cannot_be_read(point: Point, library: Library) -> None:
    """As a worn card flips a bit: what else waits is told, and the kiosk starts again."""
    with closing(sqlite3.connect(point.config.store)) as db:
        told = """replace(told, '"kind"', '"cind"')"""
        db.execute(f"update outbox set told = {told} where seq = (select min(seq) from outbox where outcome = '')")
        db.commit()
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert "to be told to the library: 1; rows that cannot be read: 1" in result.output
    assert sum(point.told(library, "item_dropped").values()) == 2
    life_goes_on(point, library)


def test_told_already_and_nobody_knew(point: Point, library: Library) -> None:
    """The power failed between the library's answer and its commit: nothing is booked twice."""
    with closing(sqlite3.connect(point.config.store)) as db:
        db.execute("update outbox set outcome = '', done_at = 0")
        db.commit()
    before = library.ledger.rows("select key from received")
    damage(point.config.store, "parcels")
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert len(library.ledger.rows("select key from received")) == len(before) + 2
    assert sum(point.told(library, "item_dropped").values()) == 2


def test_what_the_library_breaks_down_at_is_a_case_and_the_rest_is_told(point: Point, library: Library) -> None:
    """It answers everything else: the point comes back, and staff look whether that one is booked."""
    library.wire.app = Firewall(library.wire.app, point.parcels[MINE])
    damage(point.config.store, "parcels")
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert "told to the library: 2, of which 2 are cases" in result.output
    assert not point.told(library, "parcel_collected")
    assert sum(point.told(library, "item_dropped").values()) == 2
    assert sum("telling_unsaid" in one for one in point.told(library, "point_trouble")) == 1
    with closing(Store.open(point.config.store, point.config.plan())) as store:
        assert [c.detail for c in store.load().cases.values() if "look whether it is booked" in c.detail]


@pytest.mark.parametrize("way", ["gone", "taken"])
def test_numbers_that_are_wanted_otherwise_end_no_loop(point: Point, library: Library, way: str) -> None:
    """A library that wants another number each time: it is said, and nothing changes."""
    damage(point.config.store, "parcels")
    wrong = point.config.store.read_bytes()
    answered, wants = library.wire.app, {"gone": count(5, -1), "taken": count(1_000_000, 1_000_000)}[way]

    async def senseless(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].endswith("/events"):
            library.ledger.change("update points set expected = ? where id = ?", next(wants), POINT)
        await answered(scope, receive, send)

    library.wire.app = senseless
    result = point.kiosk("restore")
    assert (result.exit_code, "Nothing was changed here" in result.output) == (1, True), result.output
    assert point.config.store.read_bytes() == wrong
    assert sum(point.told(library, "item_dropped").values()) == 1


def test_where_it_breaks_down_at_all_that_is_told_nothing_changes(point: Point, library: Library) -> None:
    damage(point.config.store, "parcels")
    wrong = point.config.store.read_bytes()
    library.fault("fails", 1_000_000, "/events")
    result = point.kiosk("restore")
    assert (result.exit_code, "try again when it answers" in result.output) == (1, True), result.output
    assert point.config.store.read_bytes() == wrong
    library.fault(None)
    result = point.kiosk("restore")
    assert result.exit_code == 0, result.output
    assert "told to the library: 2" in result.output
    assert sum(point.told(library, "item_dropped").values()) == 2


def test_a_sound_store_is_left_alone(point: Point, library: Library) -> None:
    before = point.config.store.read_bytes()
    result = point.kiosk("restore")
    assert result.exit_code == 3
    assert "is sound; nothing was done" in result.output
    assert "kiosk old-image CONFIG" in result.output  # for who began it by mistake
    assert point.config.store.read_bytes() == before


def test_without_the_library_or_a_yes_nothing_changes(point: Point, library: Library) -> None:
    damage(point.config.store, "parcels")
    before = point.config.store.read_bytes()
    result = point.kiosk("restore", answer="n\n")
    assert (result.exit_code, "nothing was done" in result.output) == (1, True)
    library.pause()
    result = point.kiosk("restore", "--yes")
    assert result.exit_code == 1
    assert "Nothing was changed here; try again when it answers" in result.output
    assert point.config.store.read_bytes() == before
    assert not list(point.config.store.parent.glob("store.db.*[0-9w]"))


def test_a_kiosk_that_runs_is_not_restored(point: Point, library: Library) -> None:
    with closing(Store.open(point.config.store, point.config.plan())):
        result = point.kiosk("restore", "--yes")
    assert result.exit_code == 3
    assert "in use by another kiosk" in result.output


@pytest.mark.parametrize("gone", [False, True], ids=["file and log", "log alone"])
def test_undone_as_it_says_with_the_log_that_was_kept(point: Point, library: Library, gone: bool) -> None:
    """Rows that a power cut left in the log are not in the file."""
    path, log = point.config.store, point.config.store.with_name("store.db-wal")
    with closing(Store.open(path, point.config.plan())):
        left = log.read_bytes()
    damage(path, "parcels")
    path.unlink() if gone else None
    log.write_bytes(left)
    before = {file.name: file.read_bytes() for file in path.parent.glob("store.db*") if file.stat().st_size}
    said = point.kiosk("restore").output
    undo = [line for line in said.splitlines() if line.startswith(("  mv ", "  rm "))]
    assert [line.split()[0] for line in undo] == (["rm", "mv"] if gone else ["mv", "mv"])
    subprocess.run(["sh", "-ec", "\n".join(undo)], check=True)
    assert {name: path.with_name(name).read_bytes() for name in before} == before
    assert not list(path.parent.glob("store.db.kept-*"))


def test_undone_by_putting_the_old_file_back(point: Point, library: Library) -> None:
    damage(point.config.store, "parcels")
    wrong = point.config.store.read_bytes()
    assert point.kiosk("restore").exit_code == 0
    (kept,) = point.config.store.parent.glob("store.db.kept-*")
    kept.replace(point.config.store)
    assert point.config.store.read_bytes() == wrong
    assert point.kiosk("restore").exit_code == 0  # and once more: what was told stays told once
    assert sum(point.told(library, "parcel_collected").values()) == 1


@pytest.mark.parametrize("why", ["a row is lost", "another life took the numbers"])
def test_done_twice_it_tells_nothing_twice(point: Point, library: Library, why: str) -> None:
    """The power failed after the library had heard, say; the old file is where it was."""
    path = point.config.store
    if why == "a row is lost":
        with closing(sqlite3.connect(path)) as db:
            db.execute("delete from outbox where seq = (select min(seq) from outbox where outcome = '')")
            db.commit()
    else:
        library.ledger.change("update points set expected = 100 where id = ?", POINT)
    damage(path, "parcels")
    assert point.kiosk("restore").exit_code == 0
    (kept,) = path.parent.glob("store.db.kept-*")
    kept.replace(path)
    assert point.kiosk("restore").exit_code == 0
    assert sum(point.back[1] in told for told in point.told(library, "item_dropped")) == 1
