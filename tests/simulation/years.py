"""``make simulate SEEDS=... DAYS=...``: many lives on all processors, over both services, and what came of it.

A life that breaks a rule is made short and told in words. Exit code 1 if there was one.
"""

import argparse
import logging
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field

from tests.simulation.life import live_a_day
from tests.simulation.rules import Violation
from tests.simulation.shrink import Life, shrink

DAY_S = 86400.0
SAY_EVERY_S = 10.0
VISITS = (0, 3, *(8, 3) * 5)  # a day, by seed; 0: as many as chance wants
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Santiago", "UTC")  # the second and the third change their time


@dataclass
class Tally:
    """What so many lives were made of. ``days``: of the point's time, by its own clock that only runs."""

    lives: int = 0
    days: float = 0.0
    events: int = 0
    rests: int = 0
    cuts: int = 0
    items: int = 0
    unsure: int = 0  # of these: in doubt in the end, or people were silent about them, so nothing is asked of them
    faults: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)  # by kind of telling
    breaches: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Both together."""
        self.lives += other.lives
        self.days += other.days
        self.events += other.events
        self.rests += other.rests
        self.cuts += other.cuts
        self.items += other.items
        self.unsure += other.unsure
        self.faults += other.faults
        self.done += other.done
        self.breaches += other.breaches


def lived(life: Life) -> Tally:
    """One life, in a process of its own kind; its breach made short."""
    logging.disable(logging.ERROR)
    os.environ["TZ"] = ZONES[life.seed % len(ZONES)]
    time.tzset()
    try:
        day = live_a_day(life.seed, life.visits, sip2=life.sip2, days=life.days)
    except Violation as breach:
        day = breach.day  # type: ignore[attr-defined]
        _, breach = shrink(life, breach)
        told = [str(breach)]
    else:
        told = []
    world = day.world
    rests = len(getattr(world.library, "stands", ()))
    done = Counter(telling.told.kind for telling, _ in world.library.received.values())
    items = len(world.library.items)
    return Tally(
        1, world.now / DAY_S, world.events, rests, world.cuts, items, world.unsure, world.dice.counts, done, told
    )


def lives(first: int, seeds: int, days: int) -> Iterator[Life]:
    """Each seed with a library over REST and one over SIP2. Points are busier or quieter."""
    for seed in range(first, first + seeds):
        for sip2 in (False, True):
            yield Life(seed, sip2, days, VISITS[seed % len(VISITS)] if days > 1 else 0)


def report(tally: Tally, took_s: float) -> str:
    """The figures."""
    kinds = ", ".join(f"{kind} {n:,}" for kind, n in tally.faults.most_common())
    done = ", ".join(f"{kind} {n:,}" for kind, n in tally.done.most_common())
    return (
        f"{tally.lives:,} lives, {tally.days:,.1f} point-days ({tally.days / 365.25:.2f} point-years), "
        f"{tally.events:,} events, {tally.faults.total():,} injected faults, {tally.cuts:,} power cuts, "
        f"{tally.rests:,} nightly rests heard of\n"
        f"faults by kind: {kinds}\n"
        f"told by kind: {done}\n"
        f"{tally.unsure:,} of {tally.items:,} items in doubt at the end of a life\n"
        f"{len(tally.breaches)} breaches; {tally.days / took_s:,.1f} days a second, {took_s:,.0f} s of wall time"
    )


def main() -> int:
    """Live them all, or as many as the time allows."""
    arguments = argparse.ArgumentParser(prog="python -m tests.simulation.years", description=__doc__)
    arguments.add_argument("--seeds", type=int, default=200)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--days", type=int, default=1)
    arguments.add_argument("--minutes", type=float, default=1e9, help="begin no further life after this")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count())
    given = arguments.parse_args()
    began = said = time.monotonic()
    tally = Tally()

    def in_time() -> Iterator[Life]:
        for life in lives(given.first, given.seeds, given.days):
            if time.monotonic() - began > given.minutes * 60:
                return
            yield life

    with ProcessPoolExecutor(given.jobs) as pool:
        todo, under_way = in_time(), set()
        while True:
            while len(under_way) < 2 * given.jobs and (life := next(todo, None)):
                under_way.add(pool.submit(lived, life))
            if not under_way:
                break
            done = next(iter(wait(under_way, return_when=FIRST_COMPLETED).done))
            under_way.discard(done)
            one = done.result()
            tally.add(one)
            for breach in one.breaches:
                print(f"\nBREACH: {breach}\n", flush=True)
            if time.monotonic() - said > SAY_EVERY_S:
                said = time.monotonic()
                took = said - began
                print(
                    f"{took:6.0f} s: {tally.lives:,} of {2 * given.seeds:,} lives, {tally.days:,.0f} days, "
                    f"{tally.faults.total():,} faults, {len(tally.breaches)} breaches",
                    flush=True,
                )
    print(report(tally, time.monotonic() - began))
    return 1 if tally.breaches else 0


if __name__ == "__main__":
    raise SystemExit(main())
