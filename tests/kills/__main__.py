"""Real kiosks killed at random moments: ``python -m tests.kills 500``.

Each is ``kiosk run`` as a process of its own on real serial lines, a real card daemon, real HTTP (``--sip2``: SIP2) and
a real file, without a window or (``--window``) with one, touched through its X server; people stock, collect, return
and clear. It is killed (SIGKILL) at a random moment of what they do, and started again. After every dozen kills the
last few people are let alone until something was lent and something came back, and a courier looks behind each door in
doubt; then cabinet, journal and ledger must agree, each thing must have been told and booked once, and each lock have
moved once for each order that stood committed when it did. Ends with 1 when that is not so.
"""

import argparse
import contextlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hardware.readings import Door
from simulators import agree, once
from simulators.kiosk_process import KioskProcess, Seen
from simulators.machine import POINT, Machine
from simulators.screen import Xvfb
from tests.kills import over_sip2
from tests.kills.crowd import Crowd
from tests.kills.pulses import Pulses
from tests.kills.settling import cases, settle
from tests.kills.windowed import WindowedProcess

BUILD = Path(__file__).parents[2] / "build"  # where the journal of a life that went wrong is left
A_LIFE = 12  # kills of one machine before it is looked at
PANEL = (1080, 1920)
START_S = 1.2  # on a machine with nothing else to do
KILLED_WITHIN_S = 7.0  # of a visit: people, doors and the library take their time on a quick machine too
WAIT_S = 120.0  # a machine with other work is slow; how slow is told at the end


@dataclass
class Tally:
    """What came of some lives. ``back_s``: from each start to a usable screen, on the clock and in a processor's work
    for it. ``done``: what people got done while kiosks were killed. ``ended``: how their visits ended. ``cases``: what
    the libraries keep for staff, by kind."""

    back_s: list[tuple[float, float]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)


Look = Callable[[Machine, agree.Facts], None]


def nothing(_: Machine, __: agree.Facts) -> None:
    """No more is asked."""


def life(seed: int, kills: int, tally: Tally, kind: Sequence[str] = (), then: Look = nothing) -> list[str]:
    """One machine, killed so often; what does not agree in the end. ``kind``: of "sip2" and "window" what applies.
    ``then`` looks at the machine and its journal when all is over."""
    dice = random.Random(seed)
    with contextlib.ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="k-")))
        service = over_sip2.SERVICE if "sip2" in kind else None
        machine = ends.enter_context(Machine(folder, pace=0.0, camera=False, service=service))
        pulses = Pulses(machine.cabinet, folder / "point.sqlite")
        kiosk = KioskProcess(machine.config, machine.env)
        if "window" in kind:
            display = ends.enter_context(Xvfb(*PANEL))
            kiosk = WindowedProcess(machine.config, {**machine.env, **display.env})
        ends.callback(kiosk.end)
        if service:
            over_sip2.set_aside_singly(machine.library.ledger, POINT)
        crowd = Crowd(machine, dice, announces=service is None)
        ended_itself: list[str] = []
        for n in range(kills + 1):
            began = time.monotonic()
            kiosk.start()
            kiosk.wait_until(lambda s: s["screen"] == "Home", "Home", WAIT_S)
            tally.back_s.append((time.monotonic() - began, kiosk.worked_s))
            if n == kills or dice.random() < 0.8:  # the others come at once, before each device has answered
                kiosk.wait_until(whole, "a whole machine", WAIT_S)
            if n == kills:
                break
            crowd.live(kiosk)
            slow = max(1.0, tally.back_s[-1][0] / START_S)  # on a busy machine people get less done in the same time
            time.sleep(dice.uniform(0.0, KILLED_WITHIN_S) * slow)
            if not kiosk.running:
                said = machine.config.with_suffix(".log").read_text("utf-8", "replace")[-1000:]
                ended_itself.append(f"the kiosk ended by itself, before kill {n + 1}: {said}")
            kiosk.kill()
            crowd.gone()
        done = achieved(machine, crowd)
        tally.ended += crowd.ended
        flaws = ended_itself + [flaw for flaw in (crowd.served(kiosk), idle(done, kills)) if flaw]
        if crowd.trouble:
            raise crowd.trouble[0]
        settle(machine, kiosk)
        facts = agree.read_journal(machine.config, machine.env)
        tally.done += done
        flaws += contradictions(machine, facts, bool(service))
        flaws += pulses.breaches(facts)
        kinds = machine.library.ledger.rows(
            "select what, count(*) as n from cases where point = ? group by what", POINT
        )
        tally.cases.update({row["what"]: row["n"] for row in kinds})
        then(machine, facts)
        if status := kiosk.stop():
            flaws.append(f"asked to end, the kiosk ended with status {status}")
        if flaws:
            BUILD.mkdir(exist_ok=True)
            story = "".join(json.dumps(fact, ensure_ascii=False) + "\n" for fact in facts)
            (BUILD / f"kills-{'-'.join((*kind, str(seed)))}.jsonl").write_text(story, encoding="utf-8")
        return flaws


def whole(seen: Seen) -> bool:
    """Library, cards and doors answer."""
    return bool(seen["screen"] == "Home" and seen["cards"] and seen["online"] and seen["free_doors"])


def achieved(machine: Machine, crowd: Crowd) -> Counter[str]:
    """What people got done so far, by the doors themselves and by the library's books."""
    opened = sum(move.door is Door.OPEN for move in machine.cabinet.moves)
    lent, returned = crowd.booked()
    return Counter({"doors opened": opened, "loans": lent, "returns": returned})


def idle(done: Counter[str], kills: int) -> str:
    """In words, when a dozen kills fell on a machine with which nobody got anything done."""
    enough = done["doors opened"] >= kills / 4 and done["loans"] + done["returns"]
    return "" if enough or kills < A_LIFE else f"nearly nothing was done while it was killed: {dict(done)}"


def contradictions(machine: Machine, facts: agree.Facts, sip2: bool) -> list[str]:
    """Where the three witnesses differ; a case may be left."""
    ledger = machine.library.ledger
    if sip2:
        return list(over_sip2.contradictions(ledger, machine.cabinet, facts, POINT, cases(machine)))
    found = list(agree.contradictions(ledger, machine.cabinet, facts, POINT))
    return found + list(once.doublings(ledger, facts, POINT, agree.parcels_of(ledger, POINT)))


def main() -> int:
    """Kill, look, say."""
    wants = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    wants.add_argument("kills", type=int, nargs="?", default=36)
    wants.add_argument("--seed", type=int, default=1)
    wants.add_argument("--sip2", dest="kind", action="append_const", const="sip2", default=[], help="a SIP2 library")
    wants.add_argument("--window", dest="kind", action="append_const", const="window", help="with its window")
    asked = wants.parse_args()
    done, flaws, tally = 0, list[str](), Tally()
    seed = asked.seed
    while done < asked.kills:
        kills = min(A_LIFE, asked.kills - done)
        found = [f"seed {seed}: {flaw}" for flaw in life(seed, kills, tally, asked.kind)]
        print(*found, sep="\n", end="\n" * bool(found), file=sys.stderr)
        flaws += found
        done, seed = done + kills, seed + 1
        print(f"{done} kills, {len(flaws)} flaws; {said(tally.done)}", file=sys.stderr, flush=True)
    waits, works = zip(*tally.back_s, strict=True)
    print(
        f"{done} kills, {len(flaws)} flaws; back to a usable screen in {statistics.median(waits):.2f} s, at worst "
        f"{max(waits):.2f} s, in which a processor worked for it {statistics.median(works):.2f} s, at most "
        f"{max(works):.2f} s"
    )
    print(f"while kiosks were killed: {said(tally.done)}; visits: {said(tally.ended)}; cases: {said(tally.cases)}")
    print(*flaws, sep="\n")
    return int(bool(flaws))


def said(counts: Counter[str]) -> str:
    """Most first."""
    return ", ".join(f"{words} {n}" for words, n in counts.most_common()) or "none"


if __name__ == "__main__":
    sys.exit(main())
