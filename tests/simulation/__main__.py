"""``python -m tests.simulation SEED``: one life, with its whole story in words if it breaks a rule."""

import argparse
import logging

from tests.simulation.faults import Allowed
from tests.simulation.life import live_a_day

arguments = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
arguments.add_argument("seed", type=int)
arguments.add_argument("--days", type=int, default=1)
arguments.add_argument("--visits", type=int, default=0, help="a day; as many as the seed says")
arguments.add_argument("--cut-at", type=int, default=None, help="the boundary at which the power fails, and only there")
arguments.add_argument("--without", default="", help="kinds of faults to leave out, with commas between them")
arguments.add_argument("--faults", default="", help="FIRST:LAST of the faults, as they come")
arguments.add_argument("--story", action="store_true", help="the whole story, also of a day without a breach")
arguments.add_argument("--sip2", action="store_true", help="with a library that speaks SIP2 and announces nothing")
given = arguments.parse_args()
logging.disable(logging.ERROR)  # a full disk is part of the story

allowed = Allowed(frozenset(filter(None, given.without.split(","))))
if given.faults:
    first, last = map(int, given.faults.split(":"))
    allowed = Allowed(allowed.without, first, last)
day = live_a_day(given.seed, given.visits, given.cut_at, sip2=given.sip2, days=given.days, allowed=allowed)
if given.story:
    print("\n".join(day.world.story))
world = day.world
print(f"seed {given.seed}: {world.events} events, {world.cuts} power cuts, {world.faults} faults: all is settled")
