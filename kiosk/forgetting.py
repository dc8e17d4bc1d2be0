"""What the store forgets when it is old, a part at a time, from the oldest on; and how far the journal has come.

Tellings that the library has heard go after ``told_days``, the journal after ``journal_days``, but nothing of it that
a telling still kept came from. What waits for the library is never forgotten, however old. Before anything goes, the
journal says from where on it is kept, so that a beginning cut off by somebody else shows. Files that were kept of the
store on a bad day go after ``told_days``, too.
"""

import contextlib
import glob
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.core.limits import Limits
from kiosk.journal import facts_in
from kiosk.schema import half_made, kept_at
from sync.messages import JournalStands

DAY_S = 86400.0
FORGET_MAX = 2000  # rows of each table in one transaction: some milliseconds
Execute = Callable[..., Any]  # of an open database


def rested_at(execute: Execute) -> float:
    """When the journal was last said to stand somewhere; before that, when it began; 0 for an empty one."""
    said = execute("SELECT at FROM journal WHERE kind = 'journal_stands' ORDER BY n DESC LIMIT 1").fetchone()
    since = said or execute("SELECT at FROM journal ORDER BY n LIMIT 1").fetchone()
    return float(since[0]) if since else 0.0


def stands(execute: Execute, limits: Limits, now: float) -> JournalStands:
    """How far the journal has come, for the library to keep, and from which row on it will be kept. Trust the clock
    ``now`` before you call it."""
    n, hash, begins = execute("SELECT n, hash, begins FROM head").fetchone()
    kept = (now - limits.journal_days * DAY_S, now + DAY_S)  # what is dated later: while the clock was ahead
    young = execute("SELECT min(n) FROM journal WHERE at BETWEEN ? AND ?", kept).fetchone()[0]
    told = execute("SELECT min(n) FROM outbox WHERE seq >= ?", (_first_kept(execute, limits, now),)).fetchone()[0]
    return JournalStands(n, hash, max(begins + 1, min(n + 1 if one is None else one for one in (young, told))))


def forget(execute: Execute, limits: Limits, now: float) -> int:
    """Delete some of what is old, inside a transaction: heard tellings, and the journal before the row that ``stands``
    named last. How many rows went; call it again until none did."""
    first = execute("SELECT min(seq) FROM outbox").fetchone()[0] or 0
    heard = min(_first_kept(execute, limits, now), first + FORGET_MAX)
    gone = int(execute("DELETE FROM outbox WHERE seq < ?", (heard,)).rowcount)
    return gone or _journal(execute)  # no row of the journal goes before the tellings that came from it


def forget_kept(store: Path, limits: Limits, now: float) -> int:
    """Delete what ``kiosk restore``, ``step-back`` and ``rotate-key receipts`` kept of this store ``told_days`` ago: it
    holds what is forgotten here; and what a restore that was cut short has left. How many files went; one that cannot
    be deleted stays. Only for who owns the store."""
    last, gone = now - limits.told_days * DAY_S, 0
    kept = store.parent.glob(f"{glob.escape(store.name)}*.kept-*")
    old = [path for path in kept if (at := kept_at(path)) is not None and at < last]
    for path in (*old, *half_made(store)):
        with contextlib.suppress(OSError):
            path.unlink()
            gone += 1
    return gone


def _first_kept(execute: Execute, limits: Limits, now: float) -> int:
    """Seq of the first telling that is kept: what goes, goes from the front, and the newest one stays."""
    young = (now - limits.told_days * DAY_S, now + DAY_S)
    kept = execute("SELECT min(seq) FROM outbox WHERE outcome = '' OR done_at BETWEEN ? AND ?", young).fetchone()[0]
    return int(kept or execute("SELECT max(seq) FROM outbox").fetchone()[0] or 0)


def _journal(execute: Execute) -> int:
    said = execute("SELECT body FROM journal WHERE kind = 'journal_stands' ORDER BY n DESC LIMIT 1").fetchone()
    begins = execute("SELECT begins FROM head").fetchone()[0]
    wanted = facts_in(said[0]).get("first") if said else 0
    first = min(wanted if isinstance(wanted, int) else 0, begins + FORGET_MAX)
    if first <= begins + 1:
        return 0
    last = execute("SELECT hash FROM journal WHERE n = ?", (first - 1,)).fetchone()
    if last is None:  # deleted by somebody: the gap stays, and shows
        return 0
    (hash,) = last
    execute("DELETE FROM journal WHERE n < ?", (first,))
    execute("UPDATE head SET begins = ?, begins_hash = ?", (first - 1, hash))
    return int(first - 1 - begins)
