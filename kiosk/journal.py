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
_COLUMNS = "n, at, session, CAST(kind AS BLOB), CAST(body AS BLOB), CAST(hash AS BLOB)"  # as bytes: it may be no text
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


def is_hash(text: str) -> bool:
    """Whether a row can be chained to it."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def facts_in(body: str | bytes) -> dict[str, Any]:
    """What stands in a row; nothing where somebody has made it unreadable."""
    try:
        facts = from_json(body)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _after(before: str, n: int, at: float, session: int, kind: bytes, body: bytes) -> str:
    """The hash of such a row, or "" where no kiosk writes such a one, as the same text divided otherwise."""
    if not (isinstance(session, int) and re.fullmatch(b"[a-z0-9_]+", kind) and facts_in(body)):
        return ""
    try:
        return chain(before, n, at, session, kind.decode(), body.decode())
    except ValueError:
        return ""


class Journal:
    """Reads the journal through an open database, whatever somebody has made of its rows. Errors are those of the
    database."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def entries(
        self, after: int = 0, kinds: Sequence[str] = (), since: float | None = None, limit: int | None = None
    ) -> list[Entry]:
        """The newest ``limit`` entries with a number above ``after``, of these kinds, not older; newest last. One that
        cannot be read has no facts."""
        sql = f"SELECT {_COLUMNS} FROM journal WHERE n > ? AND at >= ?"
        values: list[Any] = [after, float("-inf") if since is None else since]
        if kinds:
            sql += f" AND kind IN ({', '.join('?' * len(kinds))})"
            values += kinds
        rows = self._query(sql + " ORDER BY n DESC LIMIT ?", [*values, -1 if limit is None else limit])
        found = [
            Entry(n, at, session, kind.decode(errors="replace"), facts_in(body), hash.decode(errors="replace"))
            for n, at, session, kind, body, hash in rows
        ]
        return found[::-1]

    def verify(self) -> Verdict:
        """Follow the chain from the first row that is kept to the head; about 10 seconds for a million rows."""
        begins, before = self._head("begins, CAST(begins_hash AS BLOB)")
        last = begins
        for n, at, session, kind, body, hash in self._query(f"SELECT {_COLUMNS} FROM journal ORDER BY n", ()):
            if n != last + 1:
                return Verdict(False, last + 1, "it was deleted")
            if not (follows := _after(before, n, at, session, kind, body)) or follows.encode() != hash:
                return Verdict(False, n, "it, or the one before, was changed")
            before, last = follows, n
        head = self._head("n, CAST(hash AS BLOB)")
        if head[0] > last:
            return Verdict(False, last + 1, f"the end was cut off: {head[0] - last} missing")
        if begins >= (first := self._first_said()):
            return Verdict(False, first, f"the beginning was cut off: {begins + 1 - first} missing")
        if (last, before) != head:
            return Verdict(False, last, "it is not the one the head names")
        return Verdict(True, last, "")

    def stands(self, n: int, hash: str) -> Verdict:
        """Whether row ``n`` has this hash, as the library was told: a chain written anew holds, and has another. Quick;
        it says nothing of the other rows, so ``verify`` as well."""
        begins = self._head("begins, CAST(begins_hash AS BLOB)")
        rows = self._query("SELECT n, CAST(hash AS BLOB) FROM journal WHERE n = ?", (n,))
        known = dict([begins, *((row, said.decode(errors="replace")) for row, said in rows)])
        if n not in known:
            return Verdict(
                False, n, "it is not there" if n > begins[0] else "it is forgotten by now, compare a later one"
            )
        fits = known[n] == hash
        return Verdict(fits, n, "" if fits else "it has another hash")

    def _head(self, columns: str) -> tuple[int, str]:
        """A row's number and its hash, as the head has them."""
        n, hash = next(iter(self._query(f"SELECT {columns} FROM head", ())), (0, START.encode()))
        return n, hash.decode(errors="replace")

    def _first_said(self) -> int:
        """The first row that is to be kept, as the journal itself says."""
        said = self.entries(kinds=("journal_stands",), limit=1)
        first = said[0].facts.get("first") if said else 1
        return first if isinstance(first, int) else 1
