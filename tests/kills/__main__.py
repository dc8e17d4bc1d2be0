"""Real kiosks killed at random moments: ``python -m tests.kills 500``.

Each is ``kiosk run`` as a process of its own on real serial lines, a real card daemon, real HTTP and a real file;
people stock, collect, return and clear. It is killed (SIGKILL) at a random moment of what they do, and started again.
After every dozen kills a courier looks behind each door in doubt; then cabinet, journal and ledger must agree.
Ends with 1 when they do not.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from simulators.agree import contradictions, read_journal
from simulators.kiosk_process import KioskProcess
from simulators.machine import POINT, Machine
from tests.kills.crowd import Crowd
from tests.kills.settling import settle

BUILD = Path(__file__).parents[2] / "build"  # where the journal of a life that went wrong is left
A_LIFE = 12  # kills of one machine before it is looked at


def life(seed: int, kills: int, back_s: list[float]) -> list[str]:
    """One machine, killed so often; what does not agree in the end. ``back_s``: from each start to a usable screen."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="k-") as name, Machine(Path(name), pace=0.0, camera=False) as machine:
        crowd = Crowd(machine, dice)
        kiosk = KioskProcess(machine.config, machine.env)
        for n in range(kills + 1):
            began = time.monotonic()
            kiosk.start()
            kiosk.wait_for("Home", 30)
            back_s.append(time.monotonic() - began)
            kiosk.wait_until(lambda s: s["screen"] == "Home" and s["cards"] and s["online"], "a whole machine", 30)
            if n == kills:
                break
            crowd.live(kiosk)
            time.sleep(dice.uniform(0.0, 4.0))
            kiosk.kill()
            crowd.gone()
        if crowd.trouble:
            raise crowd.trouble[0]
        settle(machine, kiosk)
        facts = read_journal(machine.config, machine.env)
        found = list(contradictions(machine.library.ledger, machine.cabinet, facts, POINT))  # a case may be left
        kiosk.stop()
        if found:
            BUILD.mkdir(exist_ok=True)
            story = "".join(json.dumps(fact, ensure_ascii=False) + "\n" for fact in facts)
            (BUILD / f"kills-{seed}.jsonl").write_text(story, encoding="utf-8")
        return found


def main() -> int:
    """Kill, look, say."""
    wants = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    wants.add_argument("kills", type=int, nargs="?", default=36)
    wants.add_argument("--seed", type=int, default=1)
    asked = wants.parse_args()
    done, flaws, back_s = 0, list[str](), list[float]()
    seed = asked.seed
    while done < asked.kills:
        kills = min(A_LIFE, asked.kills - done)
        flaws += [f"seed {seed}: {flaw}" for flaw in life(seed, kills, back_s)]
        done, seed = done + kills, seed + 1
        print(f"{done} kills, {len(flaws)} flaws", file=sys.stderr, flush=True)
    middle, worst = statistics.median(back_s), max(back_s)
    print(f"{done} kills, {len(flaws)} flaws; back to a usable screen in {middle:.2f} s, at worst {worst:.2f} s")
    print(*flaws, sep="\n")
    return int(bool(flaws))


if __name__ == "__main__":
    sys.exit(main())
