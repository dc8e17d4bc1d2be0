"""Tellings that go out otherwise than they were remembered: again under a new key and number, or not at all.

What the library breaks down at, however often it is said, is given up, so that the others get their turn. Silence was
its only answer, so it may have booked it: what is said under its number is nothing that can be booked, and where the
number proves to be taken already, it was heard. Said and committed in any order, nothing has its effect twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from kiosk.tellings import FORGOTTEN, TOLD
from sync.errors import ServiceError
from sync.messages import PointTrouble, Receipt, Telling, Told

UNSAID = "telling_unsaid"
Execute = Callable[..., Any]


def is_stand_in(told: Told) -> bool:
    """Whether this is said in the place of something else."""
    return isinstance(told, PointTrouble) and told.what in (FORGOTTEN, UNSAID)


def heard(telling: Telling, receipt: Receipt) -> Receipt:
    """What the receipt means. A number that is taken when something stands in under it was taken by what it stands
    for; only for anything else does it mean that the point is an older image of itself."""
    return replace(receipt, status="duplicate") if receipt.status == "reused" and is_stand_in(telling.told) else receipt


def reused(execute: Execute, done: Sequence[Receipt]) -> list[int]:
    """Numbers of the tellings that were not booked, because key or number had been used for something else."""
    keys = [receipt.key for receipt in done if receipt.status == "reused"]
    sql = "SELECT seq FROM outbox WHERE key = ? AND outcome = ''"
    return sorted(row[0] for key in keys for row in execute(sql, (key,)))


def again(execute: Execute, old: int, seq: int, key: str) -> None:
    """The telling ``old`` once more, under this key and number."""
    execute("INSERT INTO outbox SELECT ?, n, ?, at, told, '', '', 0 FROM outbox WHERE seq = ?", (seq, key, old))


def stand_in(telling: Telling, key: str) -> Telling:
    """What is said under its number instead, with this key: that it could not be told."""
    return replace(telling, key=key, told=PointTrouble(UNSAID, detail=f"{telling.told.kind} {telling.key}"))


def no_answer(telling: Telling, error: ServiceError) -> Receipt:
    """What stands for the library's answer where it has none."""
    return Receipt(telling.key, "conflict", f"look whether it is booked: {error}"[:200])


def give_up(execute: Execute, seq: int, key: str) -> None:
    """From now on it is said under this number, with this key, that what stood there could not be."""
    was, at, said = execute("SELECT key, at, told FROM outbox WHERE seq = ?", (seq,)).fetchone()
    instead = stand_in(Telling(was, seq, at, TOLD.validate_json(said)), key)
    execute("UPDATE outbox SET key = ?, told = ? WHERE seq = ?", (key, TOLD.dump_json(instead.told).decode(), seq))
