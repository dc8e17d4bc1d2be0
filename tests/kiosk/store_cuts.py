"""Power cuts, run as a program of its own: ``store_cuts.py FOLDER CUTS`` prints what it saw as JSON.

A child commits as fast as it can and acknowledges each commit over a pipe; it is killed at a random moment, often in
the middle of a commit; the store is opened again and must hold all that was acknowledged and nothing by halves.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from points import busy, plan

from kiosk.store import Store


def commit_for_ever(path: Path, acknowledge: int) -> None:
    store = Store.open(path, plan())
    point = store.load()
    n = point.counters.orders
    while True:
        n += 1
        step = busy(point, n)
        store.commit(point, step, time.time())
        point = step.point
        os.write(acknowledge, n.to_bytes(4))


def cut(path: Path, dice: random.Random) -> int:
    """One life and death; the last number that was acknowledged, 0 if none."""
    heard, acknowledge = os.pipe()
    child = os.fork()
    if not child:
        os.close(heard)
        commit_for_ever(path, acknowledge)
    os.close(acknowledge)
    with os.fdopen(heard, "rb") as pipe:
        said = pipe.read(4 * dice.randrange(12))  # waits for so many commits
        time.sleep(dice.uniform(0.0, 0.002 if said else 0.03))  # a commit takes less than a millisecond
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said += pipe.read()
    return int.from_bytes(said[-4:])


def look(path: Path, acknowledged: int) -> tuple[int, list[str]]:
    """How many commits the store holds after a cut, and what is wrong with it."""
    store = Store.open(path, plan())
    point = store.load()
    n = point.counters.orders
    told = store.tellings(1, 1_000_000)
    order = point.compartments["1"].order
    found = [
        (n < acknowledged, "an acknowledged commit is lost"),
        (order is not None and order.id != str(n), "two rows of one step differ"),
        (n > 0 and order is None, "a row is missing"),
        (store.journal.verify() != (True, 2 * n, ""), "the journal does not fit the rows"),
        ([t.seq for t in told] != list(range(1, n + 1)), "the outbox does not fit the rows"),
        (len({t.key for t in told}) != n, "a key was used twice"),
    ]
    store.close()
    return n, [words for wrong, words in found if wrong]


def main(folder: Path, cuts: int) -> None:
    dice = random.Random(1)
    path = folder / "store.db"
    committed, unacknowledged, found = 0, 0, []
    for _ in range(cuts):
        acknowledged = max(committed, cut(path, dice))
        committed, flaws = look(path, acknowledged)
        unacknowledged += committed - acknowledged
        found += flaws
    print(json.dumps({"committed": committed, "unacknowledged": unacknowledged, "flaws": found}))


main(Path(sys.argv[1]), int(sys.argv[2]))
