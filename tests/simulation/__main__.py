"""``python -m tests.simulation SEED``: one day, with its whole story in words."""

import argparse

from tests.simulation.day import live_a_day

arguments = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
arguments.add_argument("seed", type=int)
arguments.add_argument("--visits", type=int, default=0)
arguments.add_argument("--cut-at", type=int, default=None)
arguments.add_argument("--story", action="store_true", help="the whole story, also of a day without a breach")
arguments.add_argument("--sip2", action="store_true", help="with a library that speaks SIP2 and announces nothing")
given = arguments.parse_args()

day = live_a_day(given.seed, given.visits, given.cut_at, sip2=given.sip2)
if given.story:
    print("\n".join(day.world.story))
world = day.world
print(f"seed {given.seed}: {world.events} events, {world.cuts} power cuts, {world.faults} faults: all is settled")
