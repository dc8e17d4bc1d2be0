"""So many faulty lock frames over every family of boards: ``python -m tests.frames 1000000`` (``make frames``).

Exit 1 at the first breach, told with what shows it again.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

from tests.frames.rig import Breach, World, rigs

PORTION = 2000
"""Faults in one life of one family; the next has another seed."""


@click.command()
@click.argument("faults", default=1_000_000)
@click.option("--first", default=0, help="The first seed.")
@click.option("--minutes", default=0.0, help="End after so long, if not before.")
@click.option("--family", default="", help="Only this.")
def main(faults: int, first: int, minutes: float, family: str) -> None:
    """Disturb so many frames, family after family, seed after seed."""
    began, seed, frames = time.monotonic(), first, 0
    kinds, outcomes, tally = Counter[str](), Counter[str](), Counter[str]()
    families = [rig for rig in rigs() if family in ("", rig.driver)]
    while sum(kinds.values()) < faults and not (minutes and time.monotonic() - began > minutes * 60):
        for rig in families:
            with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
                world = World(rig, seed, Path(name))
                try:
                    world.live(min(PORTION, faults), lambda: None)
                except Breach as breach:
                    click.echo(f"\n{rig.driver}, seed {seed}: {breach}")
                    click.echo(f"again: python -m tests.frames {PORTION} --first {seed} --family {rig.driver}")
                    sys.exit(1)
            frames += world.frames
            kinds += world.faults
            outcomes += world.outcomes
            tally += world.tally
            click.echo(
                f"\r{sum(kinds.values()):10,} faults, {frames:,} frames, {tally['orders']:,} orders", nl=False, err=True
            )
        seed += 1
    click.echo(f"\n{sum(kinds.values()):,} of {frames:,} frames went wrong, 0 breaches, {len(families)} families")
    click.echo("faults: " + ", ".join(f"{kind} {n:,}" for kind, n in kinds.most_common()))
    click.echo(
        f"{tally['orders']:,} orders; unlocks and looks: " + ", ".join(f"{o} {n:,}" for o, n in outcomes.most_common())
    )
    click.echo(f"{tally['forged']} times noise would have been a command, and was left out")
    click.echo(f"seeds {first} to {seed - 1}, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
