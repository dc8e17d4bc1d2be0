"""The library's books: who may borrow, what lies where, what each point must know. Knows nothing of any wire.

One SQLite file, opened with sqlite-utils; every public call is one transaction, which any thread may make, and so may
another process with the same file. Packing and recalling are in ``packing.py``, what points tell is booked by
``booking.py``; both write through a ``Ledger``.
"""

import base64
import hashlib
import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import TypeAdapter
from sqlite_utils import Database

from simulators.library.passes import card_verifier, code_verifier, pin_fits
from simulators.library.tables import INDEXES, TABLES
from sync.asked import Answer, ItemIs, LoansAre, LoansWith, PatronIs, WhatIs, WhoIs
from sync.messages import Change, NeighboursAre, Page, ParcelSent, PatronChanged
from sync.things import Item, Neighbour, Patron, SentParcel

PAGE_MAX = 500
WRITER_WAIT_S = 10.0  # for another process that writes, as the command line does
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


class CursorTooOld(Exception):
    """The feed no longer reaches back to this cursor (or it is of another ledger): take a snapshot."""


class Ledger:
    """``path``: the SQLite file, made if absent. ``rng`` makes codes and ids; a seeded one makes them repeatable."""

    def __init__(
        self,
        path: Path,
        signing_key: Ed25519PrivateKey,
        clock: Callable[[], float] = time.time,
        rng: random.Random | None = None,
    ) -> None:
        self.signing_key = signing_key
        self.pins = False  # whether readers need their PIN for the account
        self.keeps = False  # whether returns that nobody waits for stay at their point, for anybody
        self.clock = clock
        self.rng = rng or random.SystemRandom()
        self._lock = threading.RLock()
        self.listeners: set[Callable[[], None]] = set()  # called after each commit, from the thread that made it
        self._db = Database(sqlite3.connect(path, timeout=WRITER_WAIT_S, check_same_thread=False))
        self._db.enable_wal()
        with self.transaction():
            for name, (columns, pk) in TABLES.items():
                self._db.table(name).create(columns, pk=pk, if_not_exists=True)
            for name, column in INDEXES.items():
                self._db.table(name).create_index([column], if_not_exists=True)
            if not self.rows("select * from meta"):
                for name, value in (("epoch", f"{self.rng.getrandbits(48):012x}"), ("horizon", "0")):
                    self.add("meta", name=name, value=value)

    # ---- rows ---------------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one at a time, nested as you like; the listeners hear of it afterwards."""
        with self._lock:
            if self._db.conn.in_transaction:
                with self._db.atomic():
                    yield
                return
            self._db.conn.execute("BEGIN IMMEDIATE")  # else SQLite refuses to write after what another process wrote
            with self._db.conn:
                yield
            for listener in tuple(self.listeners):
                listener()

    def rows(self, sql: str, *params: Any) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._db.query(sql, params))

    def row(self, sql: str, *params: Any) -> dict[str, Any] | None:
        return next(iter(self.rows(sql, *params)), None)

    def add(self, table: str, **values: Any) -> None:
        with self.transaction():
            names = ", ".join(f'"{name}"' for name in values)
            self._db.execute(
                f"insert into {table} ({names}) values ({', '.join('?' * len(values))})", [*values.values()]
            )

    def change(self, sql: str, *params: Any) -> None:
        with self.transaction():
            self._db.execute(sql, params)

    # ---- things -------------------------------------------------------------------------------------------------

    def point_of_token(self, token_digest: str) -> str | None:
        """The point whose token has this SHA-256; None: nobody's."""
        row = self.row("select id from points where token = ?", token_digest)
        return row["id"] if row else None

    def add_card(self, number: str, patron: str) -> None:
        """Give a patron a card, and each point its verifier."""
        with self.transaction():
            self.add("cards", number=number.upper(), patron=patron)
            for point in self.rows("select id, hashing_key from points"):
                card = card_verifier(bytes.fromhex(point["hashing_key"]), number)
                self.add("verifiers", point=point["id"], card=card, patron=patron)

    def rekey(self, point: str, key: bytes) -> None:
        """A point has a new hashing key: it is sent everything anew, with the verifiers of that."""
        with self.transaction():
            self.change("update points set hashing_key = ? where id = ?", key.hex(), point)
            self.change("delete from verifiers where point = ?", point)
            for card in self.rows("select number, patron from cards"):
                self.add("verifiers", point=point, card=card_verifier(key, card["number"]), patron=card["patron"])
            self.forget_changes()

    def item(self, barcode: str) -> Item | None:
        row = self.row("select * from items join titles using (isbn) where barcode = ?", barcode)
        return Item(row["barcode"], row["title"], row["isbn"], row["author"]) if row else None

    def patron(self, patron: str, point: str) -> Patron | None:
        """As this point may know them."""
        row = self.row("select * from patrons where id = ?", patron)
        if row is None:
            return None
        cards = self.rows("select card from verifiers where point = ? and patron = ? order by card", point, patron)
        key = self.row("select hashing_key from points where id = ?", point)
        assert key is not None
        code = code_verifier(bytes.fromhex(key["hashing_key"]), row["code"]) if row["code"] else ""
        known = (row["id"], row["initials"], row["standing"], row["role"], tuple(one["card"] for one in cards))
        return Patron(*known, row["reason"], code, bool(row["reach"]))

    def pin_fits(self, patron: str, pin: str) -> bool:
        """Whether it is theirs: the one they chose, or the last four digits of their telephone."""
        row = self.row("select phone, citizens.pin from patrons left join citizens on patron = id where id = ?", patron)
        return row is None or (pin_fits(row["pin"], pin) if row["pin"] else pin == row["phone"][-4:])

    def sent_parcel(self, parcel: str) -> SentParcel:
        """The parcel as its point must know it."""
        row = self.row("select * from parcels where id = ?", parcel)
        assert row is not None
        found = self.rows("select barcode from parcel_items where parcel = ? order by barcode", parcel)
        items = tuple(item for item in (self.item(r["barcode"]) for r in found) if item)
        point = self.row("select hashing_key from points where id = ?", row["point"])
        assert point is not None
        code = code_verifier(bytes.fromhex(point["hashing_key"]), row["code"]) if row["code"] else ""
        return SentParcel(row["id"], row["patron"], items, row["size"], row["expires"], code, row["pass_id"])

    def neighbours(self, point: str) -> NeighboursAre:
        """The other points, and the room they had when they last said so."""
        sql = "select id, name, small, medium, large from points where id <> ? order by rowid limit 20"
        rooms = ((p, p["small"] or 0, p["medium"] or 0, p["large"] or 0) for p in self.rows(sql, point))
        return NeighboursAre(tuple(Neighbour(p["id"], p["name"], *sizes) for p, *sizes in rooms))

    def loan(self, barcode: str) -> dict[str, Any] | None:
        """The running loan of an item."""
        return self.row("select * from loans where barcode = ? and ended is null", barcode)

    # ---- asked --------------------------------------------------------------------------------------------------

    def answer(self, point: str, query: WhoIs | WhatIs | LoansWith) -> Answer:
        """For the account of a patron see account.py."""
        match query:
            case WhoIs(card):
                row = self.row("select patron from verifiers where point = ? and card = ?", point, card)
                if row is None:
                    return PatronIs(None)
                elsewhere = self.rows(
                    "select distinct name from parcels join points on points.id = parcels.point "
                    "where patron = ? and point <> ? and status = 'ready' order by name limit 10",
                    *(row["patron"], point),
                )
                return PatronIs(self.patron(row["patron"], point), tuple(r["name"] for r in elsewhere))
            case WhatIs(barcode):
                return ItemIs(self.item(barcode), self.loan(barcode) is not None)
            case LoansWith(patron, isbn):
                loans = self.rows(
                    "select barcode from loans join items using (barcode) "
                    "where patron = ? and isbn = ? and ended is null order by barcode limit 50",
                    *(patron, isbn),
                )
                return LoansAre(tuple(item for item in (self.item(r["barcode"]) for r in loans) if item))

    # ---- the change feed ----------------------------------------------------------------------------------------

    def publish(self, point: str, change: Change) -> None:
        """Append to the feed of a point; raises ``ValueError`` for what no point could read. The lock makes the order
        of seq the order of commits."""
        said = _CHANGE.dump_json(change).decode()
        _CHANGE.validate_json(said)
        with self.transaction():
            self.add("changes", point=point, at=self.clock(), change=said)

    def page(self, point: str, cursor: str) -> Page:
        """What changed after the cursor, now; empty when nothing did. Raises ``CursorTooOld``."""
        with self._lock, self._db.atomic():
            after = self._seq(cursor)
            sql = "select seq, change from changes where point = ? and seq > ? order by seq limit ?"
            found = self.rows(sql, point, after, PAGE_MAX + 1)
            rows = found[:PAGE_MAX]
            cursor = self._cursor(rows[-1]["seq"] if rows else after)
        changes = tuple(_CHANGE.validate_json(row["change"]) for row in rows)
        return Page(changes, cursor, self.clock(), more=len(found) > PAGE_MAX)

    def snapshot(self, point: str) -> Page:
        """All that concerns the point now: its open parcels, their patrons, couriers and staff."""
        with self._lock, self._db.atomic():
            parcels = self.rows(
                "select id, patron, case status when 'ready' then compartment else '' end as lies_in from parcels "
                "where point = ? and status in ('sent', 'ready') order by id",
                point,
            )
            roles = self.rows("select id from patrons where role <> 'reader' order by id")
            wanted = sorted({row["patron"] for row in parcels} | {row["id"] for row in roles})
            patrons = [patron for patron in (self.patron(one, point) for one in wanted) if patron]
            changes: tuple[Change, ...] = (
                *(PatronChanged(patron) for patron in patrons),
                *(ParcelSent(replace(self.sent_parcel(row["id"]), lies_in=row["lies_in"] or "")) for row in parcels),
                self.neighbours(point),
            )
            return Page(changes, self._cursor(self._newest()), self.clock(), snapshot=True)

    def forget_changes(self) -> None:
        """Drop the feed so far (a library that keeps a month of it, a month later): cursors become too old."""
        with self.transaction():
            horizon = self._newest() + 1
            self.change("update meta set value = ? where name = 'horizon'", str(horizon))
            self.change("insert into changes (seq, point, at, change) values (?, '', 0, '')", horizon)
            self.change("delete from changes where seq < ?", horizon)

    def _meta(self, name: str) -> str:
        return str(self.rows("select value from meta where name = ?", name)[0]["value"])

    def _newest(self) -> int:
        return int(self.rows("select coalesce(max(seq), 0) as seq from changes")[0]["seq"])

    def _cursor(self, seq: int) -> str:
        return base64.urlsafe_b64encode(json.dumps([self._meta("epoch"), seq, self._mark(seq)]).encode()).decode()

    def _mark(self, seq: int) -> str:
        """What tells a change from another of the same number, after the books were restored from a backup."""
        row = self.row("select at, change from changes where seq = ?", seq)
        return hashlib.sha256(json.dumps(row).encode()).hexdigest()[:12]

    def _seq(self, cursor: str) -> int:
        try:
            epoch, seq, mark = json.loads(base64.urlsafe_b64decode(cursor))
            in_reach = epoch == self._meta("epoch") and int(self._meta("horizon")) <= seq <= self._newest()
            if in_reach and mark == self._mark(seq):
                return int(seq)
        except (ValueError, TypeError):
            pass
        raise CursorTooOld

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
