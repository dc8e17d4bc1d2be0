"""The journal's chain shows every change, deletion and cut; and the journal says in plain words what happened."""

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
import rfc8785
from points import NOW, busy, plan, quiet

from hardware.readings import Pulse
from kiosk.core.facts import Booted, ClockSet, DeviceChanged, Fact, Proved, UnlockAnswered, told
from kiosk.core.session import NOBODY, Step
from kiosk.journal import Entry, body_of, kind_of
from kiosk.journal_words import WORDS, line, without_patrons
from kiosk.reading import open_journal
from kiosk.store import Store
from sync.messages import ItemDropped, ItemsCleared, ParcelCollected, ParcelMissing, PointTrouble

KEY = b"k" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of twenty facts: ten times an unlock ordered and a parcel missing."""
    path = tmp_path / "store.db"
    store = Store.open(path, plan())
    point = store.load()
    for n in range(1, 11):
        step = busy(point, n)
        store.commit(point, step, NOW + n)
        point = step.point
    store.close()
    return path


@contextlib.contextmanager
def shell(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody with the sqlite3 shell."""
    with contextlib.closing(sqlite3.connect(path)) as conn, conn:
        yield conn


def verify(path: Path) -> tuple[bool, int, str]:
    with open_journal(path, "dongmen") as journal:
        return tuple(journal.verify())


def test_an_unbroken_chain(path: Path) -> None:
    assert verify(path) == (True, 20, "")


@pytest.mark.parametrize(
    "change",
    [
        "at = at + 1",
        "session = 99",
        "kind = 'door_opened'",
        "body = replace(body, 'par-4', 'par-5')",
        "body = body || ' '",
        "hash = '00' || substr(hash, 3)",
    ],
)
def test_a_changed_row_is_found(path: Path, change: str) -> None:
    with shell(path) as conn:
        assert conn.execute(f"UPDATE journal SET {change} WHERE n = 8").rowcount == 1
    assert verify(path) == (False, 8, "it, or the one before, was changed")


def test_a_changed_row_with_a_fresh_hash_is_found_at_the_next(path: Path) -> None:
    with open_journal(path, "dongmen") as journal:
        before = journal.entries()[6].hash
    row = [8, NOW + 4, 4, "parcel_missing", {"by": "p-1", "parcel": "par-9"}]
    forged = hashlib.sha256(bytes.fromhex(before) + rfc8785.dumps(row)).hexdigest()
    with shell(path) as conn:
        body = rfc8785.dumps(row[4]).decode()
        conn.execute("UPDATE journal SET body = ?, hash = ? WHERE n = 8", (body, forged))
    assert verify(path) == (False, 9, "it, or the one before, was changed")


def test_the_hash_is_the_one_that_is_documented(path: Path) -> None:
    """Recomputed here from the definition alone, as an auditor with other tools would."""
    before = bytes(32)
    with shell(path) as conn:
        for n, at, session, kind, body, said in conn.execute("SELECT * FROM journal ORDER BY n").fetchall():
            row = rfc8785.dumps([n, at, session, kind, json.loads(body)])
            before = hashlib.sha256(before + row).digest()
            assert before.hex() == said


def test_a_deleted_row_is_found(path: Path) -> None:
    with shell(path) as conn:
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("DELETE FROM journal WHERE n = 8")
    assert verify(path) == (False, 8, "it was deleted")


def test_a_deleted_first_row_is_found(path: Path) -> None:
    with shell(path) as conn:
        conn.execute("DELETE FROM journal WHERE n = 1")
    assert verify(path) == (False, 1, "it was deleted")


def test_a_cut_tail_is_found(path: Path) -> None:
    with shell(path) as conn:
        conn.execute("DELETE FROM journal WHERE n > 17")
    assert verify(path) == (False, 18, "the end was cut off: 3 missing")


def test_an_emptied_journal_is_found(path: Path) -> None:
    with shell(path) as conn:
        conn.execute("DELETE FROM journal")
    assert verify(path) == (False, 1, "the end was cut off: 20 missing")


def test_another_end_is_found(path: Path) -> None:
    with shell(path) as conn:
        conn.execute("UPDATE head SET hash = ?", ("0" * 64,))
    assert verify(path) == (False, 20, "it is not the one the head names")


def test_renumbered_rows_are_found(path: Path) -> None:
    with shell(path) as conn:
        conn.execute("DELETE FROM journal WHERE n = 8")
        conn.execute("UPDATE journal SET n = n - 1 WHERE n > 8")
        conn.execute("UPDATE head SET n = 19")
    assert verify(path)[:2] == (False, 8)


def test_the_kiosk_goes_on_after_somebody_changed_the_journal(path: Path) -> None:
    """The chain is evidence, not a lock on the doors; what follows is chained to what the head says."""
    with shell(path) as conn:
        conn.execute("DELETE FROM journal WHERE n > 17")
    store = Store.open(path, plan())
    point = store.load()
    store.commit(point, busy(point, 11), NOW + 11)
    assert tuple(store.journal.verify()) == (False, 18, "it was deleted")
    store.close()


# ---- looking into it ------------------------------------------------------------------------------------------------


def test_entries_come_newest_last_and_can_be_chosen(path: Path) -> None:
    with open_journal(path, "dongmen") as journal:
        everything = journal.entries()
        assert [entry.n for entry in everything] == list(range(1, 21))
        assert everything[1].facts == {"parcel": "par-1", "by": "p-1", "items": []}
        assert (everything[1].kind, everything[1].session, everything[1].at) == ("parcel_missing", 1, NOW + 1)
        assert [entry.n for entry in journal.entries(limit=3)] == [18, 19, 20]
        assert [entry.n for entry in journal.entries(after=17)] == [18, 19, 20]
        assert [entry.n for entry in journal.entries(since=NOW + 10)] == [19, 20]
        assert [entry.n for entry in journal.entries(kinds=["parcel_missing"], limit=2)] == [18, 20]
        assert journal.entries(kinds=["booted"]) == []


def test_a_reader_sees_one_moment_while_the_kiosk_goes_on(path: Path) -> None:
    store = Store.open(path, plan())
    point = store.load()
    with open_journal(path, "dongmen") as journal:
        assert journal.verify().n == 20
        store.commit(point, quiet(point, 3), NOW)
        assert tuple(journal.verify()) == (True, 20, "")
    with open_journal(path, "dongmen") as journal:
        assert tuple(journal.verify()) == (True, 21, "")
    store.close()


FACTS: list[type] = [
    one for fact in get_args(Fact) for one in (get_args(get_args(fact)[0]) if get_args(fact) else [fact])
]


def test_there_are_words_for_every_kind_of_fact() -> None:
    assert {kind_of(one) for one in FACTS} == set(WORDS)


@pytest.mark.parametrize("kind", FACTS)
def test_no_fact_of_any_kind_names_who_it_is_about(kind: type) -> None:
    names = [about.name for about in fields(kind) if about.name != "kind"]
    people = {"person", "patron", "courier", "by", "to"}
    entry = Entry(1, NOW, 3, kind_of(kind), {name: "WHO-77" if name in people else "x" for name in names}, "")
    assert "WHO-77" not in line(entry, KEY)
    assert "WHO-77" not in str(without_patrons(entry, KEY))


def test_what_the_library_hears_has_one_name_everywhere() -> None:
    for fact in (ParcelMissing("p", "r"), ItemDropped("b", "1", True), PointTrouble("door_forced", "1")):
        assert kind_of(fact) == fact.kind
        assert told(fact) is fact


def test_lines_say_what_happened_and_name_no_patron() -> None:
    facts = [
        Booted(("3", "4")),
        Proved("card", "patron-77"),
        UnlockAnswered("4", "12", 1, Pulse.ACCEPTED),
        ClockSet(-3600.0),
        DeviceChanged("main", False, "port lost"),
        ParcelCollected("par-1", "patron-77", ("B1", "B2"), "code", NOW),
        ItemsCleared(("B1", "B2"), "4", "courier-5"),
    ]
    entries = [Entry(n, NOW, 3, kind_of(f), _body(f), "") for n, f in enumerate(facts, 1)]
    lines = [line(entry, KEY) for entry in entries]
    mark = without_patrons(entries[1], KEY)["person"]
    assert [said.split("  ")[-1].strip() for said in lines] == [
        "the kiosk started; doors under way: 3, 4",
        f"{mark}: proved by card",
        "door 4: the board says accepted (order 12.1)",
        "the clock was set by -3600 s",
        "device main is lost port lost",
        f"parcel par-1 was collected by {mark} (code): B1, B2",
        f"returned items were taken out of 4 by {without_patrons(entries[6], KEY)['courier']}: B1, B2",
    ]
    assert not any("patron-77" in said or "courier-5" in said for said in lines)
    assert without_patrons(entries[1], b"another key" * 3)["person"] != mark


def _body(fact: Fact) -> dict[str, object]:
    body = json.loads(body_of(fact))
    assert isinstance(body, dict)
    return body


def test_facts_hold_no_word_kind_twice(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.db", plan())
    point = store.load()
    store.commit(point, Step(point, NOBODY).fact(ParcelMissing("p", "r")), NOW)
    assert store.journal.entries()[0].facts == {"parcel": "p", "by": "r", "items": []}
    store.close()
