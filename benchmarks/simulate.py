"""How many simulated days a second, with how many events and faults: ``python -m benchmarks.simulate [DAYS]``."""

import sys
import time

from tests.simulation.life import live_a_day

DAYS = int(sys.argv[1]) if len(sys.argv) > 1 else 40


def main() -> None:
    """Live so many days and say how it went."""
    live_a_day(0)  # what is imported and compiled once
    visits = events = faults = cuts = boundaries = 0
    begun = time.process_time()
    for seed in range(1, DAYS + 1):
        day = live_a_day(seed)
        visits += day.visits
        events += day.world.events
        faults += day.world.faults + day.world.cabinet.faults
        cuts += day.world.cuts
        boundaries += day.world.boundaries
    seconds = time.process_time() - begun
    print(f"{DAYS} days in {seconds:.1f} s of one core: {DAYS / seconds:.1f} days/s, {events / seconds:.0f} events/s")
    print(f"each day: {visits / DAYS:.0f} visits, {events / DAYS:.0f} events, {boundaries / DAYS:.0f} boundaries,")
    print(f"          {faults / DAYS:.0f} faults, of which {cuts / DAYS:.1f} power cuts")


if __name__ == "__main__":
    main()
