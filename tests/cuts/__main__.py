"""Many power cuts: ``python -m tests.cuts 1000000 --jobs 2``.

Ends with 1 when something was lost, torn or invented, or when the same rig over ``synchronous=NORMAL``, a store that
does not wait for the disk, found nothing lost.
"""

import argparse
import multiprocessing
import random
import sys
import time

from tests.cuts.cuts import Seen, cut_everywhere
from tests.cuts.living import live

COMMITS, EACH = 30, 8


def one(job: tuple[int, str]) -> Seen:
    """One life, cut everywhere."""
    seed, synchronous = job
    return cut_everywhere(live(random.Random(seed), COMMITS, synchronous), EACH, random.Random(~seed))


def main() -> int:
    """Go on until there were so many cuts."""
    wants = argparse.ArgumentParser(prog="python -m tests.cuts", description=__doc__)
    wants.add_argument("cuts", type=int, nargs="?", default=20_000)
    wants.add_argument("--jobs", type=int, default=2)
    wants.add_argument("--seed", type=int, default=1)
    asked = wants.parse_args()
    began, all_of_it = time.monotonic(), Seen()
    with multiprocessing.Pool(asked.jobs) as pool:
        control = pool.apply(one, ((asked.seed, "NORMAL"),))
        seed = asked.seed
        while all_of_it.cuts < asked.cuts:
            for seen in pool.map(one, [(seed + n, "FULL") for n in range(asked.jobs)], chunksize=1):
                all_of_it.cuts += seen.cuts
                all_of_it.images += seen.images
                all_of_it.twice += seen.twice
                all_of_it.flaws += [f"life {seed}: {flaw}" for flaw in seen.flaws]
                seed += 1
            print(f"{all_of_it.cuts} cuts, {len(all_of_it.flaws)} flaws", file=sys.stderr, flush=True)
    took = time.monotonic() - began
    print(f"{all_of_it.cuts} cuts of the power in {took:.0f} s: {len(all_of_it.flaws)} flaws")
    print(f"{all_of_it.images} different images, {all_of_it.twice} cut again while the store opened")
    print(f"synchronous=NORMAL, {control.cuts} cuts: {len(control.flaws)} flaws")
    print(*all_of_it.flaws[:20], sep="\n")
    return int(bool(all_of_it.flaws) or not control.flaws)


if __name__ == "__main__":
    sys.exit(main())
