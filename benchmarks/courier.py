"""A courier's round of forty parcels, offline: ``python -m benchmarks.courier``.

What people must do is counted; a second from scan to open door and three for hands are assumed
(tests/kiosk/courier.py), so seconds per parcel are those of the person. What the machine adds is measured: the real
loop over the real store, as a multiple of one bare fsynced commit in the same run.
"""

import statistics
import tempfile
import time
from pathlib import Path

import click

from benchmarks.tap import bare_commit
from kiosk.core.events import Online
from tests.kiosk.courier import COURIER, Round

PARCELS = 40


@click.command()
def main() -> None:
    """Touches, scans and seconds for each parcel, and what deciding and remembering take of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = bare_commit(folder, 200)
        round = Round(folder)
        parcels = [round.pack(f"R100{n % 4 + 1}") for n in range(PARCELS)]
        round.hear()
        round.online = False
        round.do(Online(False))
        round.tap(COURIER)
        began, tally, took = round.now, round.tally, []
        for parcel in parcels:
            at = time.perf_counter()
            round.load(parcel)
            took.append(time.perf_counter() - at)
        seconds = (round.now - began) / PARCELS
        touches, scans = (tally.touches - 1) / PARCELS, tally.scans / PARCELS
        click.echo(
            f"load    {seconds:.1f} s, {scans:.2f} scans and {touches:.2f} touches for each of {PARCELS} parcels"
        )
        machine = statistics.median(took)
        click.echo(
            f"machine {machine * 1000:.1f} ms of them, {machine / bare:.1f} times a bare commit ({bare * 1000:.2f} ms)"
        )
        before, began = tally.touches, round.now
        for parcel in parcels:
            round.ledger.change("update parcels set status = 'recalled' where id = ?", parcel)
        round.hear()
        bag = round.clear()
        round.seal("70417733")
        round.touch("finish")
        click.echo(
            f"clear   {len(bag)} things in {round.now - began:.0f} s with {tally.touches - before} touches, "
            "the seal and the hand-over among them"
        )
        round.store.close()


if __name__ == "__main__":
    main()
