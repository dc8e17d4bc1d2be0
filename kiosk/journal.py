"""The journal: what happened, in order, each row chained to the one before, for people and audits.

``hash`` of a row is SHA-256 over the hash of the row before (32 bytes; zeros before the first) and the row's canonical
JSON (RFC 8785) ``[n,at,session,kind,body]``. The last hash also stands in ``head``, so a cut tail shows.
"""

import dataclasses
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import rfc8785
from pydantic_core import from_json

from kiosk.core.facts import Fact

START = "0" * 64
Query = Callable[[str, Sequence[Any]], Iterable[Any]]  # of an open database


class Entry(NamedTuple):
    """One fact: ``n`` counts from 1, ``at`` in Unix seconds, ``session`` 0 when nobody was there."""

    n: int
    at: float
    session: int
    kind: str
    facts: dict[str, Any]
    hash: str


class Verdict(NamedTuple):
    """Whether the chain holds; else the number of the first row that does not fit, and why."""

    ok: bool
    n: int
    reason: str


def kind_of(fact: Fact | type) -> str:
    """The name of a fact in the journal: ``DoorOpened`` is ``door_opened``."""
    name = fact.__name__ if isinstance(fact, type) else type(fact).__name__
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def body_of(fact: Fact) -> str:
    """A fact's canonical JSON."""
    return rfc8785.dumps({k: v for k, v in dataclasses.asdict(fact).items() if k != "kind"}).decode()


def chain(before: str, n: int, at: float, session: int, kind: str, body: str) -> str:
    """The hash (hex) of a row after the row with the hash ``before``. ``body`` is canonical JSON."""
    row = f'[{n},{rfc8785.dumps(at).decode()},{session},"{kind}",{body}]'
    return hashlib.sha256(bytes.fromhex(before) + row.encode()).hexdigest()


class Journal:
    """Reads the journal through an open database. Errors are those of the database."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def entries(
        self, after: int = 0, kinds: Sequence[str] = (), since: float | None = None, limit: int | None = None
    ) -> list[Entry]:
        """The newest ``limit`` entries with a number above ``after``, of these kinds, not older; newest last."""
        sql = "SELECT n, at, session, kind, body, hash FROM journal WHERE n > ? AND at >= ?"
        values: list[Any] = [after, float("-inf") if since is None else since]
        if kinds:
            sql += f" AND kind IN ({', '.join('?' * len(kinds))})"
            values += kinds
        rows = self._query(sql + " ORDER BY n DESC LIMIT ?", [*values, -1 if limit is None else limit])
        found = [Entry(n, at, session, kind, from_json(body), hash) for n, at, session, kind, body, hash in rows]
        return found[::-1]

    def verify(self) -> Verdict:
        """Follow the chain from the first row that is kept to the head; about 10 seconds for a million rows."""
        begins, before = next(iter(self._query("SELECT begins, begins_hash FROM head", ())), (0, START))
        last = begins
        for n, at, session, kind, body, hash in self._query(
            "SELECT n, at, session, kind, body, hash FROM journal ORDER BY n", ()
        ):
            if n != last + 1:
                return Verdict(False, last + 1, "it was deleted")
            if chain(before, n, at, session, kind, body) != hash:
                return Verdict(False, n, "it, or the one before, was changed")
            before, last = hash, n
        head = next(iter(self._query("SELECT n, hash FROM head", ())), (0, START))
        if head[0] > last:
            return Verdict(False, last + 1, f"the end was cut off: {head[0] - last} missing")
        if begins >= (first := self._first_said()):
            return Verdict(False, first, f"the beginning was cut off: {begins + 1 - first} missing")
        if (last, before) != tuple(head):
            return Verdict(False, last, "it is not the one the head names")
        return Verdict(True, last, "")

    def _first_said(self) -> int:
        """The first row that is to be kept, as the journal itself says."""
        said = self.entries(kinds=("journal_stands",), limit=1)
        return int(said[0].facts["first"]) if said else 1
