"""Rows to columns and back, from the fields of their dataclasses: nothing here is written per table.

Text, numbers, flags and enumerations are columns of their own; anything else (tuples, orders, items) is JSON text.
"""

import dataclasses
import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from kiosk.core.model import TABLE_OF, Counters, PickupPoint
from kiosk.core.plan import Plan

Query = Callable[[str, Sequence[Any]], Iterable[Any]]  # of an open database


class Unreadable(Exception):
    """Columns that are no row of this table; the message holds none of their values."""


class Table:
    """The columns and the SQL of one kind of row. ``key`` None: a table of a single row."""

    def __init__(self, name: str, row: type, key: str | None) -> None:
        self.name = name
        self._key = key
        self._adapter: TypeAdapter[Any] = TypeAdapter(row)
        hints = get_type_hints(row, include_extras=True)
        self.columns = tuple(field.name for field in dataclasses.fields(row))
        self._json = {column: TypeAdapter(hints[column]) for column in self.columns if not _is_plain(hints[column])}
        names = ", ".join(f'"{column}"' for column in self.columns)
        marks = ", ".join("?" * len(self.columns))
        whose = ", ".join(f'"{name}"."{column}"' for column in self.columns)  # else SQLite takes a missing one for text
        self.select = f'SELECT {whose} FROM "{name}" ORDER BY rowid'
        if key is None:
            self.put = f'INSERT OR REPLACE INTO "{name}" (rowid, {names}) VALUES (1, {marks})'
        else:  # an update in place keeps the order of rows
            sets = ", ".join(f'"{column}" = excluded."{column}"' for column in self.columns)
            self.put = f'INSERT INTO "{name}" ({names}) VALUES ({marks}) ON CONFLICT ("{key}") DO UPDATE SET {sets}'
        self.delete = f'DELETE FROM "{name}" WHERE "{key}" = ?'

    def key_of(self, row: Any) -> str:
        """The key of a row."""
        return str(getattr(row, self._key or ""))

    def encode(self, row: Any) -> tuple[Any, ...]:
        """The values of a row's columns. A row that could not be read back is a bug: a failed assert, before it is
        written rather than at the next start."""
        values = tuple(self._value(column, getattr(row, column)) for column in self.columns)
        assert self._reads(values, row), f"a row of {self.name} would not be read back as it is"
        return values

    def decode(self, values: Sequence[Any]) -> Any:
        """The row of these columns. Raises ``Unreadable``."""
        pairs = zip(self.columns, values, strict=True)
        try:
            named = {column: from_json(value) if column in self._json else value for column, value in pairs}
            return self._adapter.validate_python(named)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
            raise Unreadable(f"table {self.name}, column {where}") from None
        except ValueError:
            raise Unreadable(f"table {self.name}: not JSON") from None

    def decode_all(self, query: Query) -> list[Any]:
        """All rows, in the order in which they were first put."""
        return [self.decode(values) for values in query(self.select, ())]

    def _value(self, column: str, value: Any) -> Any:
        adapter = self._json.get(column)
        return adapter.dump_json(value).decode() if adapter else value

    def _reads(self, values: Sequence[Any], row: Any) -> bool:
        try:
            return bool(self.decode(values) == row)
        except Unreadable:
            return False


def _is_plain(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        return _is_plain(get_args(hint)[0])
    return get_origin(hint) is Literal or (
        isinstance(hint, type) and issubclass(hint, str | int | float | enum.StrEnum)
    )


TABLES: Mapping[str, Table] = {
    "counters": Table("counters", Counters, None),
    **{name: Table(name, row, key) for row, (name, key) in TABLE_OF.items()},
}


def rows_of(execute: Any, plan: Plan) -> PickupPoint:
    """All rows of an open database. Raises ``Unreadable``, and the database's errors."""
    (counters,) = TABLES["counters"].decode_all(execute) or (Counters(),)
    rows: dict[str, Any] = {}
    for name, table in TABLES.items():
        if name != "counters":
            rows[name] = {table.key_of(row): row for row in table.decode_all(execute)}
    return PickupPoint(plan, counters, **rows)
