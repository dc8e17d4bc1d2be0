"""The power fails while the real store writes: what it acknowledged is there afterwards, and nothing else.

A life of the store (living.py) is written down as SQLite asked it of the disk. Then the power fails at every point of
it, in many ways; each time the real store opens what is left.
"""

import contextlib
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.store import Store, StoreError
from tests.cuts.disk import Disk, Image, digest, written
from tests.cuts.life import plan
from tests.cuts.living import NAME, Life, State, state_of, steps_in
from tests.cuts.sqlite_disk import watched
from tests.simulation.invariants import decode_quickly

TWICE = 0.01  # of the cuts are followed by another


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
    found: dict[bytes, State | str] = {}  # what opening an image came to: the same bytes come to the same
    opened = next(n for n, began in enumerate(life.begun) if began)  # before that nothing was promised
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        path = Path(folder) / "after" / NAME
        for n, one in enumerate(life.asked):
            disk.take(one)
            for _ in range(each if n >= opened - 1 else 0):
                image = disk.cut(dice)
                if twice := dice.random() < TWICE:
                    image = _cut_again(image, path, dice)
                    seen.twice += 1
                if (known := digest(image)) not in found:
                    with written(image, path.parent):
                        found[known] = look(path, life)
                seen.cuts += 1
                if flaw := _flaw(found[known], life.states, life.acknowledged[n], life.begun[n], twice):
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


def look(path: Path, life: Life) -> State | str:
    """Open what is left: which state it holds, or what is wrong with it."""
    try:
        steps = steps_in(path)
        store = Store.open(path, plan())
    except StoreError as error:
        return str(error).replace(str(path), path.name)
    with contextlib.closing(store):
        state, told = state_of(store, steps), store.tellings(1, 1_000_000)
        point = life.points[state.orders] if state.orders < len(life.points) else None
        wrong = {
            "the rows are not those of any commit": store.load() != point,
            "the journal does not fit the rows": store.journal.verify() != (True, state.n, ""),
            "the outbox does not fit the rows": [t.seq for t in told] != list(range(state.first or 1, state.seq + 1)),
            "a key was used twice": len({t.key for t in told}) != len(told),
        }
    return next((words for words, is_so in wrong.items() if is_so), state)


def _flaw(found: State | str, states: tuple[State, ...], acknowledged: int, begun: int, twice: bool) -> str:
    if isinstance(found, str):
        return found
    may_be = states[acknowledged : begun + 1]
    if found in may_be:
        return ""
    if twice and any(found == one._replace(steps=max(one.steps, found.steps)) for one in may_be):
        return ""  # opened after the first cut, it was being brought up to date
    if found in states[:acknowledged]:
        return f"an acknowledged commit is lost: {found} instead of {states[acknowledged]}"
    if found in states[begun + 1 :]:
        return f"a commit is there that never began: {found} instead of {states[begun]}"
    return f"half a commit: {found}, which is neither {states[acknowledged]} nor {states[begun]}"
