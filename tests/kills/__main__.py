"""Real kiosks killed at random moments: ``python -m tests.kills 500``.

Each is ``kiosk run`` as a process of its own on real serial lines, a real card daemon, real HTTP (``--sip2``: SIP2) and
a real file, without a window or (``--window``) with one, touched through its X server; people stock, collect, return
and clear. It is killed (SIGKILL) at a random moment of what they do, and started again. After every dozen kills a
courier looks behind each door in doubt; then cabinet, journal and ledger must agree. Ends with 1 when they do not.
"""

import argparse
import contextlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from simulators import agree
from simulators.kiosk_process import KioskProcess
from simulators.machine import POINT, Machine
from simulators.screen import Xvfb
from tests.kills import over_sip2
from tests.kills.crowd import Crowd
from tests.kills.settling import cases, settle
from tests.kills.windowed import WindowedProcess

BUILD = Path(__file__).parents[2] / "build"  # where the journal of a life that went wrong is left
A_LIFE = 12  # kills of one machine before it is looked at
PANEL = (1080, 1920)
WAIT_S = 120.0  # a machine with other work is slow; how slow is told at the end


def life(seed: int, kills: int, back_s: list[tuple[float, float]], kind: Sequence[str] = ()) -> list[str]:
    """One machine, killed so often; what does not agree in the end. ``back_s``: from each start to a usable screen, on
    the clock and in a processor's work for it. ``kind``: of "sip2" and "window" what applies."""
    dice = random.Random(seed)
    with contextlib.ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="k-")))
        service = over_sip2.SERVICE if "sip2" in kind else None
        machine = ends.enter_context(Machine(folder, pace=0.0, camera=False, service=service))
        kiosk = KioskProcess(machine.config, machine.env)
        if "window" in kind:
            display = ends.enter_context(Xvfb(*PANEL))
            kiosk = WindowedProcess(machine.config, {**machine.env, **display.env})
        ends.callback(kiosk.end)
        if service:
            over_sip2.set_aside_singly(machine.library.ledger, POINT)
        crowd = Crowd(machine, dice, announces=service is None)
        for n in range(kills + 1):
            began = time.monotonic()
            kiosk.start()
            kiosk.wait_for("Home", WAIT_S)
            back_s.append((time.monotonic() - began, kiosk.worked_s))
            kiosk.wait_until(lambda s: s["screen"] == "Home" and s["cards"] and s["online"], "a whole machine", WAIT_S)
            if n == kills:
                break
            crowd.live(kiosk)
            time.sleep(dice.uniform(0.0, 4.0))
            kiosk.kill()
            crowd.gone()
        if crowd.trouble:
            raise crowd.trouble[0]
        settle(machine, kiosk)
        facts = agree.read_journal(machine.config, machine.env)
        witnesses = machine.library.ledger, machine.cabinet, facts, POINT
        found = over_sip2.contradictions(*witnesses, cases(machine)) if service else agree.contradictions(*witnesses)
        flaws = list(found)  # a case may be left
        kiosk.stop()
        if flaws:
            BUILD.mkdir(exist_ok=True)
            story = "".join(json.dumps(fact, ensure_ascii=False) + "\n" for fact in facts)
            (BUILD / f"kills-{'-'.join((*kind, str(seed)))}.jsonl").write_text(story, encoding="utf-8")
        return flaws


def main() -> int:
    """Kill, look, say."""
    wants = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    wants.add_argument("kills", type=int, nargs="?", default=36)
    wants.add_argument("--seed", type=int, default=1)
    wants.add_argument("--sip2", dest="kind", action="append_const", const="sip2", default=[], help="a SIP2 library")
    wants.add_argument("--window", dest="kind", action="append_const", const="window", help="with its window")
    asked = wants.parse_args()
    done, flaws, back_s = 0, list[str](), list[tuple[float, float]]()
    seed = asked.seed
    while done < asked.kills:
        kills = min(A_LIFE, asked.kills - done)
        flaws += [f"seed {seed}: {flaw}" for flaw in life(seed, kills, back_s, asked.kind)]
        done, seed = done + kills, seed + 1
        print(f"{done} kills, {len(flaws)} flaws", file=sys.stderr, flush=True)
    waits, works = zip(*back_s, strict=True)
    print(
        f"{done} kills, {len(flaws)} flaws; back to a usable screen in {statistics.median(waits):.2f} s, at worst "
        f"{max(waits):.2f} s, in which a processor worked for it {statistics.median(works):.2f} s, at most "
        f"{max(works):.2f} s"
    )
    print(*flaws, sep="\n")
    return int(bool(flaws))


if __name__ == "__main__":
    sys.exit(main())
