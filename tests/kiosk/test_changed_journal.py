"""Whatever somebody with the sqlite3 shell makes of the journal: ``kiosk journal`` shows it all, and names the row."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from points import NOW, plan

from kiosk.cli import main
from kiosk.core.facts import DoorOpened
from kiosk.core.session import NOBODY, Step
from kiosk.journal import START, Verdict, body_of, chain
from kiosk.reading import open_journal
from kiosk.store import Store

CHANGED = "it, or the one before, was changed"


def kiosk(*words: str) -> Result:
    return CliRunner().invoke(main, ["journal", *words], catch_exceptions=False)


def change(store: Path, sql: str) -> None:
    with closing(sqlite3.connect(store)) as conn, conn:
        assert conn.execute(sql).rowcount == 1


@pytest.mark.parametrize(
    "row",
    [
        "body = 'x'",
        "body = ''",
        "body = '[]'",
        "body = '5'",
        """body = '{"compartment":{},"parcel":[{}],"by":7}'""",
        """body = '"\\ud800"'""",
        "body = CAST(x'7bff7d' AS TEXT)",
        "kind = CAST(x'ff' AS TEXT)",
        "kind = 'nothing_known'",
        "kind = 'nothing_{known'",
        "kind = 'journal_stands', body = 'x'",
        "kind = 'journal_stands', body = '{}'",
        "hash = 'zz'",
        "hash = CAST(x'ff' AS TEXT)",
        "at = 1e300",
        "at = -1e12",
        "at = 9e999",
        "session = 9223372036854775807",
    ],
)
@pytest.mark.parametrize("words", [(), ("--json",), ("--verify",), ("--limit", "1"), ("--kind", "journal_stands")])
def test_a_row_of_nonsense_is_shown_and_named(example: Path, filled: Path, row: str, words: tuple[str, ...]) -> None:
    change(filled, f"UPDATE journal SET {row} WHERE n = 1000")
    result = kiosk(str(example), *words)
    assert result.exit_code == 1
    assert f"THE CHAIN IS BROKEN at row 1000: {CHANGED}" in result.output.splitlines()[-1]
    if words in ((), ("--json",)):
        assert len(result.output.splitlines()) == 1001


@pytest.mark.parametrize("hide", ["\x1b[8m", "\x9b8m", "\x1bc\x07\b\r", "\x7f"])
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_nothing_in_a_row_hides_what_is_said_of_it(
    example: Path, filled: Path, hide: str, words: tuple[str, ...]
) -> None:
    """On a terminal: concealed letters, a screen wiped, a cursor that goes back."""
    body = json.dumps({"what": hide, "detail": hide}, ensure_ascii=False)
    change(filled, f"UPDATE journal SET kind = 'point_trouble', body = '{body}' WHERE n = 1000")
    result = kiosk(str(example), *words)
    assert "THE CHAIN IS BROKEN at row 1000" in result.output
    assert all(sign.isprintable() or sign == "\n" for sign in result.output)


@pytest.mark.parametrize("words", [(), ("--verify",)])
def test_the_same_text_divided_otherwise_is_another_row(example: Path, filled: Path, words: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(filled)) as conn:
        kind, body = conn.execute("SELECT kind, body FROM journal WHERE n = 1000").fetchone()
    kind, _, body = f'{kind}",{body}'.rpartition('",')
    assert "{" in kind
    change(filled, f"UPDATE journal SET kind = '{kind}', body = '{body}' WHERE n = 1000")
    result = kiosk(str(example), *words)
    assert result.exit_code == 1
    assert f"THE CHAIN IS BROKEN at row 1000: {CHANGED}" in result.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        ("begins_hash = 'zz'", f"row 1: {CHANGED}"),
        ("begins_hash = CAST(x'ff' AS TEXT)", f"row 1: {CHANGED}"),
        ("begins = 5", "row 6: it was deleted"),
        ("begins = -5", "row -4: it was deleted"),
        (f"hash = '{'0' * 64}'", "row 1000: it is not the one the head names"),
    ],
)
def test_a_head_of_nonsense(example: Path, filled: Path, head: str, verdict: str) -> None:
    change(filled, f"UPDATE head SET {head}")
    for words in ((), ("--verify",)):
        result = kiosk(str(example), *words)
        assert (result.exit_code, result.output.splitlines()[-1]) == (1, f"{filled}: THE CHAIN IS BROKEN at {verdict}")


@pytest.mark.parametrize("hash", ["'zz'", "CAST(x'ff' AS TEXT)"])
def test_a_head_that_nothing_can_be_chained_to_is_damage(example: Path, filled: Path, hash: str) -> None:
    """No kiosk could write one row more: so it is said, as at its start."""
    change(filled, f"UPDATE head SET hash = {hash}")
    result = kiosk(str(example), "--verify")
    assert (result.exit_code, "damaged" in result.output) == (3, True)


def test_a_chain_written_anew_is_not_the_one_the_library_was_told_of(example: Path, filled: Path) -> None:
    """Somebody who can read this program changes one row, and chains all that follow to it, head included."""
    told = Verdict(True, 700, "")
    with open_journal(filled, "dongmen") as journal:
        hash = journal.entries()[699].hash
        assert journal.stands(700, hash) == told
    for mistyped in (hash[:-1], hash[:12], "x" * 64):  # which is no verdict on anybody
        result = kiosk(str(example), "--stands", "700", mistyped)
        assert (result.exit_code, "all 64 hex digits" in result.output) == (2, True)
    assert kiosk(str(example), "--stands", "700", hash.upper()).exit_code == 0
    same = kiosk(str(example), "--stands", "700", hash)
    assert (same.exit_code, len(same.output.splitlines())) == (0, 2)
    assert same.output.endswith("row 700 is the one that the library was told of\n")
    with closing(sqlite3.connect(filled)) as conn, conn:
        before = START
        for n, at, session, kind, body in conn.execute("SELECT n, at, session, kind, body FROM journal").fetchall():
            said = body_of(DoorOpened("9", "9")) if n == 300 else body
            before = chain(before, n, at, session, "door_opened" if n == 300 else kind, said)
            row = ("door_opened" if n == 300 else kind, said, before, n)
            conn.execute("UPDATE journal SET kind = ?, body = ?, hash = ? WHERE n = ?", row)
        conn.execute("UPDATE head SET hash = ?", (before,))
    assert kiosk(str(example), "--verify").exit_code == 0
    other = kiosk(str(example), "--stands", "700", hash)
    assert (other.exit_code, other.output.splitlines()) == (
        1,
        [
            f"{filled}: the chain of 1000 facts is unbroken",
            f"{filled}: row 700 IS NOT WHAT WAS TOLD: it has another hash",
        ],
    )
    missing = kiosk(str(example), "--stands", "1001", hash)
    assert (missing.exit_code, missing.output.endswith("NOT WHAT WAS TOLD: it is not there\n")) == (1, True)
    assert kiosk(str(example), "--stands", "0", START).exit_code == 0
    assert kiosk(str(example), "--stands", str(2**63 - 1), hash).exit_code == 1
    assert kiosk(str(example), "--stands", str(2**63), hash).exit_code == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET body = 'x' WHERE kind = 'journal_stands'",
        """UPDATE journal SET body = '{"first":"7"}' WHERE kind = 'journal_stands'""",
        "DELETE FROM journal WHERE n = :last",
    ],
)
def test_the_kiosk_forgets_nothing_by_it_and_goes_on(filled: Path, sql: str) -> None:
    """The night after: no row that the nightly duty leans on makes it stumble."""
    later = NOW + 400 * 86400.0
    with closing(Store.open(filled, plan())) as store:
        point = store.load()
        store._execute("UPDATE outbox SET outcome = 'applied', done_at = 1")
        stands = store.stands(later)
        store.commit(point, Step(point, NOBODY).fact(stands), later)
        assert stands.first > 900
        store._execute("DELETE FROM outbox WHERE n < ?", (stands.first,))
    change(filled, sql.replace(":last", str(stands.first - 1)))
    with closing(Store.open(filled, plan())) as store:
        while store.forget(later):
            pass
        assert store._number("SELECT min(n) FROM journal") == 1
        assert not store.journal.verify().ok
        assert store.load() == point
