"""The power fails while the real store writes: what it acknowledged is there afterwards, and nothing else.

A life of the store (opened, some commits, checkpoints, closed, opened again) is written down as SQLite asked it of the
disk. Then the power fails at every point of it, in many ways; each time the real store opens what is left.
"""

import contextlib
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.core.model import PickupPoint
from kiosk.store import Store, StoreError
from tests.cuts.disk import Disk, Image, digest, written
from tests.cuts.life import NOW, busy, plan
from tests.cuts.sqlite_disk import Asked, watched
from tests.simulation.invariants import decode_quickly

NAME = "store.db"
TWICE = 0.01  # of the cuts are followed by another


@dataclass(frozen=True, slots=True)
class Life:
    """``asked`` of the disk; before the n-th of it ``acknowledged[n]`` commits had returned and ``begun[n]`` begun."""

    asked: tuple[Asked, ...]
    acknowledged: tuple[int, ...]
    begun: tuple[int, ...]
    points: tuple[PickupPoint, ...]  # after so many commits


def live(dice: random.Random, commits: int, synchronous: str = "FULL") -> Life:
    """One life of the store. ``synchronous``: another setting than the store's own, to see that the rig notices."""
    acknowledged: list[int] = []
    begun: list[int] = []
    with tempfile.TemporaryDirectory() as folder, watched() as asked:
        store = Store.open(Path(folder) / NAME, plan())
        point = store.load()
        points = [point]

        def mark(began: int) -> None:
            new = len(asked) - len(acknowledged)
            acknowledged.extend([len(points) - 1] * new)
            begun.extend([began] * new)

        mark(0)
        while len(points) <= commits:
            _set(store, synchronous, dice)
            for _ in range(dice.randrange(1, 12)):
                step = busy(point, len(points), dice)
                store.commit(point, step, NOW + len(points))
                mark(len(points))
                point = step.point
                points.append(point)
            if dice.random() < 0.5:
                store.close()
                mark(len(points) - 1)
                store = Store.open(Path(folder) / NAME, plan())
                mark(len(points) - 1)
        store.close()
        mark(len(points) - 1)
    return Life(tuple(asked), tuple(acknowledged), tuple(begun), tuple(points))


def _set(store: Store, synchronous: str, dice: random.Random) -> None:
    store._execute(f"PRAGMA wal_autocheckpoint = {dice.choice((5, 20, 1000))}")  # small: checkpoints are cut, too
    if synchronous != "FULL":
        store._execute(f"PRAGMA synchronous = {synchronous}")


@dataclass(slots=True)
class Seen:
    """``cuts`` of the power; ``images``: different ones that they left; ``twice``: of the cuts, those that came upon
    a store opening after a cut."""

    cuts: int = 0
    images: int = 0
    twice: int = 0
    flaws: list[str] = field(default_factory=list)


def cut_everywhere(life: Life, each: int, dice: random.Random) -> Seen:
    """Cut the power ``each`` times at every point of this life, and now and then once more while the store opens."""
    decode_quickly()
    disk, seen = Disk(), Seen()
    found: dict[bytes, int | str] = {}  # what opening an image came to: the same bytes come to the same
    opened = next(n for n, began in enumerate(life.begun) if began)  # before that nothing was promised
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        path = Path(folder) / "after" / NAME
        for n, one in enumerate(life.asked):
            disk.take(one)
            for _ in range(each if n >= opened - 1 else 0):
                image = disk.cut(dice)
                if dice.random() < TWICE:
                    image = _cut_again(image, path, dice)
                    seen.twice += 1
                if (known := digest(image)) not in found:
                    with written(image, path.parent):
                        found[known] = look(path, life)
                seen.cuts += 1
                if flaw := _flaw(found[known], life.acknowledged[n], life.begun[n]):
                    seen.flaws.append(f"cut at {n} ({one.what} {one.file}): {flaw}")
    seen.images = len(found)
    return seen


def _cut_again(image: Image, path: Path, dice: random.Random) -> Image:
    """The power fails while the store opens after the first cut."""
    disk = Disk(image)
    with written(image, path.parent), watched() as asked, contextlib.suppress(StoreError):
        Store.open(path, plan()).close()
    for one in asked[: dice.randrange(len(asked) + 1)]:
        disk.take(one)
    return disk.cut(dice)


def look(path: Path, life: Life) -> int | str:
    """Open what is left: how many commits it holds, or what is wrong with it."""
    try:
        store = Store.open(path, plan())
    except StoreError as error:
        return str(error).replace(str(path), path.name)
    with contextlib.closing(store):
        point = store.load()
        count = point.counters.orders
        told = store.tellings(1, 1_000_000)
        wrong = {
            "the rows are not those of any commit": count >= len(life.points) or point != life.points[count],
            "the journal does not fit the rows": store.journal.verify() != (True, 2 * count, ""),
            "the outbox does not fit the rows": [t.seq for t in told] != list(range(1, count + 1)),
            "a key was used twice": len({t.key for t in told}) != count,
        }
    return next((words for words, is_so in wrong.items() if is_so), count)


def _flaw(found: int | str, acknowledged: int, begun: int) -> str:
    if isinstance(found, str):
        return found
    if found < acknowledged:
        return f"an acknowledged commit is lost: {found} of {acknowledged}"
    return f"a commit is there that never began: {found} of {begun}" if found > begun else ""
