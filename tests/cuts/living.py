"""A life of the real store, written down as SQLite asked it of the disk: commits, checkpoints, receipts, nights in
which what is old is forgotten, steps back to an older version's tables and updates from there.

Each change that can be told from the one before is a state; a commit of the disk leads from one to the next.
"""

import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

from kiosk.core.model import PickupPoint
from kiosk.core.session import NOBODY, Step
from kiosk.database import Database
from kiosk.migrations import MIGRATIONS
from kiosk.schema import connect
from kiosk.step_back import step_back
from kiosk.store import Store
from sync.messages import Receipt
from tests.cuts.life import NOW, busy, plan
from tests.cuts.sqlite_disk import Asked, watched

NAME = "store.db"
YEAR_S = 366 * 86400.0
STEPS = [migration.name for migration in MIGRATIONS.pending(Database(memory=True))]
"""Of the tables, the oldest first."""


class State(NamedTuple):
    """What tells one acknowledged state from another: ``steps`` of the tables, ``orders`` (which name the rows), rows
    of the journal up to ``n``, kept after ``begins``, tellings from ``first`` to ``seq``, of which so many wait."""

    steps: int
    orders: int
    n: int
    begins: int
    first: int
    seq: int
    waiting: int


def state_of(store: Store, steps: int) -> State:
    """As it stands in an open store, whose file had so many steps."""
    n, begins, seq = store._execute("SELECT n, begins, seq FROM head").fetchone()
    orders = store._execute("SELECT orders FROM counters").fetchone()
    first = store._execute("SELECT min(seq) FROM outbox").fetchone()[0]
    return State(steps, orders[0] if orders else 0, n, begins, first or 0, seq, store.waiting_count())


def steps_in(path: Path) -> int:
    """How many steps of the tables a file has, before it is brought up to date."""
    db = connect(path, read_only=True)
    try:
        return len(MIGRATIONS.applied(db))
    finally:
        db.close()


@dataclass(frozen=True, slots=True)
class Life:
    """``asked`` of the disk; before the n-th of it ``acknowledged[n]`` was the last state that had been acknowledged,
    and ``begun[n]`` the last that had begun. ``points``: the rows after so many orders."""

    asked: tuple[Asked, ...]
    acknowledged: tuple[int, ...]
    begun: tuple[int, ...]
    states: tuple[State, ...]
    points: tuple[PickupPoint, ...]


class Living:
    """A store that lives in a folder, all that it asks being watched."""

    def __init__(self, path: Path, asked: list[Asked], synchronous: str, dice: random.Random) -> None:
        self._path, self._asked, self._synchronous, self._dice = path, asked, synchronous, dice
        self.acknowledged, self.begun = list[int](), list[int]()
        self._store = Store.open(path, plan())
        self._point = self._store.load()
        self.points = [self._point]
        self.states = [state_of(self._store, len(STEPS))]
        self._marked(0)
        self._set()

    def _marked(self, states: int) -> None:
        """What was asked since may lead to so many more states, of which the last is acknowledged from now on."""
        last = len(self.states) - 1 - states
        new = len(self._asked) - len(self.acknowledged)
        self.acknowledged += [last] * new
        self.begun += [last + states] * new

    def _reached(self, *states: State) -> None:
        self.states += states
        self._marked(len(states))

    def _set(self) -> None:
        pages = self._dice.choice((5, 20, 1000))  # small: checkpoints are cut, too
        self._store._execute(f"PRAGMA wal_autocheckpoint = {pages}")
        if self._synchronous != "FULL":
            self._store._execute(f"PRAGMA synchronous = {self._synchronous}")

    def commits(self) -> None:
        """Some steps of the point."""
        for _ in range(self._dice.randrange(1, 12)):
            step = busy(self._point, len(self.points), self._dice)
            self._store.commit(self._point, step, NOW + len(self.points))
            self._point = step.point
            self.points.append(step.point)
            self._reached(state_of(self._store, len(STEPS)))

    def closes(self) -> None:
        """Closed, and opened again."""
        self._store.close()
        self._opened()

    def _opened(self) -> None:
        self._store = Store.open(self._path, plan())
        self._marked(0)
        self._set()

    def forgets(self) -> None:
        """The library has heard some of it; a year later a night comes."""
        now = NOW + len(self.points)
        heard = [Receipt(one.key, "applied") for one in self._store.waiting(self._dice.randrange(1, 20))]
        self._store.commit(self._point, Step(self._point, NOBODY), now, heard)
        self._reached(state_of(self._store, len(STEPS)))
        stands = self._store.stands(now + YEAR_S)
        self._store.commit(self._point, Step(self._point, NOBODY).fact(stands), now)
        self._reached(state_of(self._store, len(STEPS)))
        while self._store.forget(now + YEAR_S):
            self._reached(state_of(self._store, len(STEPS)))

    def steps_back(self) -> None:
        """An older version was wanted, and then this one after all. Where a journal begins is not undone."""
        last = self.states[-1]
        oldest = STEPS.index("journal_forgotten") + 1 if last.begins else 1
        since = self._dice.randrange(oldest, len(STEPS))
        self._store.close()
        where = SimpleNamespace(store=self._path, point=SimpleNamespace(id=plan().point))
        step_back(where, STEPS[since], NOW + len(self.states))  # type: ignore[arg-type]
        self._reached(last._replace(steps=since))
        self.states += [last._replace(steps=steps) for steps in range(since + 1, len(STEPS) + 1)]
        self._store = Store.open(self._path, plan())
        self._marked(len(STEPS) - since)
        self._set()

    def ends(self) -> None:
        """Closed for good."""
        self._store.close()
        self._marked(0)


def live(dice: random.Random, commits: int, synchronous: str = "FULL") -> Life:
    """One life, of so many steps of the point at least. ``synchronous``: another setting than the store's own, to see
    that the rig notices."""
    with tempfile.TemporaryDirectory() as folder, watched() as asked:
        life = Living(Path(folder) / NAME, asked, synchronous, dice)
        while len(life.points) <= commits:
            life.commits()
            then = dice.choices((life.closes, life.forgets, life.steps_back, lambda: None), (8, 3, 2, 7))
            then[0]()
        life.ends()
    return Life(tuple(asked), tuple(life.acknowledged), tuple(life.begun), tuple(life.states), tuple(life.points))
