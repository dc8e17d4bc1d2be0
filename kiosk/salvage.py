"""What can still be read of a damaged store: the tellings that the library has not heard. Nothing is written to it."""

import contextlib
import operator
import sqlite3
from pathlib import Path

from pydantic import TypeAdapter
from pydantic_core import from_json

from kiosk.schema import StoreError, connect
from sync.messages import Telling

SEQ_MAX = 200_000  # tellings looked through, the newest first
TELLING = TypeAdapter(Telling)


def unheard_in(path: Path) -> tuple[tuple[Telling, ...], int | None]:
    """Tellings without a receipt, row by row, oldest first; and how many rows cannot be read, None where nobody can
    say how many there were. Never raises."""
    found, unread = list[Telling](), None
    with contextlib.suppress(sqlite3.Error, OSError, StoreError), contextlib.closing(connect(path, True)) as db:
        newest, far_off = _newest(db.conn)
        if newest is None:
            return (), None
        unread = far_off
        for seq in range(newest, 0, -1)[:SEQ_MAX]:
            try:
                row = db.conn.execute("SELECT key, at, told, outcome FROM outbox WHERE seq = ?", (seq,)).fetchone()
                if row and not row[3]:
                    about = {"key": row[0], "seq": seq, "at": row[1], "told": from_json(row[2])}
                    found.append(TELLING.validate_python(about))
            except (sqlite3.Error, ValueError, TypeError):
                unread += 1
    return tuple(reversed(found)), unread


def _newest(conn: sqlite3.Connection) -> tuple[int | None, int]:
    """The highest number of a telling (None: no place says it), and how many of the two places that say it are far off,
    as with a bit flipped: nobody looks through what would lie between."""
    said = list[int]()
    for sql in ("SELECT max(seq) FROM outbox", "SELECT seq FROM head"):
        with contextlib.suppress(sqlite3.Error, TypeError, ValueError):  # no table, no row, or what is no number
            said.append(operator.index(conn.execute(sql).fetchone()[0] or 0))
    near = [seq for seq in said if seq <= min(said) + SEQ_MAX]
    return max(near, default=None), len(said) - len(near)
