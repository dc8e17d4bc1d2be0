"""The outbox's rows as the tellings they are, whatever the medium, or a later version, has made of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter

from kiosk.tables import Query, Unreadable
from sync.messages import Telling, Told

TOLD: TypeAdapter[Told] = TypeAdapter(Told)
_COLUMNS = "CAST(key AS BLOB), seq, at, CAST(told AS BLOB)"  # as bytes: it may be no text


def tellings(query: Query, which: str, values: Sequence[Any] = (), limit: int = -1) -> Iterator[Telling]:
    """Those ``which`` names, oldest first, each as it is read. Raises ``Unreadable``, and the database's errors."""
    sql = f"SELECT {_COLUMNS} FROM outbox WHERE {which} ORDER BY seq LIMIT ?"
    return map(_telling, query(sql, (*values, limit)))


def waiting(query: Query, limit: int = -1) -> Iterator[Telling]:
    """Those without a receipt; a second for 100,000 of them."""
    return tellings(query, "outcome = ''", limit=limit)


def _telling(row: Sequence[Any]) -> Telling:
    key, seq, at, said = row
    try:
        return Telling(key.decode(), seq, at, TOLD.validate_json(said))
    except ValueError:  # its own words would quote what they tell of people
        raise Unreadable(f"table outbox, telling {seq}, unless a later version wrote it") from None
