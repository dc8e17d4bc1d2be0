"""The outbox's rows as the tellings they are, whatever the medium, or a later version, has made of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter

from kiosk.tables import Query, Unreadable
from sync.messages import PointTrouble, Telling, Told

FORGOTTEN = "telling_forgotten"
TOLD: TypeAdapter[Told] = TypeAdapter(Told)
_COLUMNS = "CAST(key AS BLOB), seq, at, CAST(told AS BLOB)"  # as bytes: it may be no text


def since(query: Query, point: str, seq: int, limit: int) -> Iterator[Telling]:
    """Those from ``seq`` on, oldest first, heard or not; in the place of one that was heard and makes no sense any
    more, that it is forgotten. Raises ``Unreadable``, and the database's errors."""
    sql = f"SELECT {_COLUMNS}, outcome <> '' FROM outbox WHERE seq >= ? ORDER BY seq LIMIT ?"
    for *row, heard in query(sql, (seq, limit)):
        try:
            yield _telling(row)
        except Unreadable:
            if not heard:
                raise
            yield forgotten(point, row[1])


def waiting(query: Query, limit: int = -1) -> Iterator[Telling]:
    """Those without a receipt, each as it is read; a second for 100,000 of them. Raises as ``since``."""
    return map(_telling, query(f"SELECT {_COLUMNS} FROM outbox WHERE outcome = '' ORDER BY seq LIMIT ?", (limit,)))


def forgotten(point: str, seq: int) -> Telling:
    """What is told in the place of one that is not kept here."""
    return Telling(f"{point}-forgotten-{seq}", seq, 0.0, PointTrouble(FORGOTTEN))


def _telling(row: Sequence[Any]) -> Telling:
    key, seq, at, said = row
    try:
        return Telling(key.decode(), seq, at, TOLD.validate_json(said))
    except ValueError:  # its own words would quote what they tell of people
        raise Unreadable(f"table outbox, telling {seq}, unless a later version wrote it") from None
