"""From a plug put back until its device answers again: ``python -m benchmarks.replug``.

``kiosk run`` as a process of its own, its devices at the end of real pseudo-terminals and of a real card daemon. Board,
card reader, scanner and printer are unplugged side by side, each at its own random moments, for a time that is often
too short to be noticed before the plug is back. When a device answers, the journal says. A card reader comes and goes
with its daemon, as virtual ones do: its plug is back when that has started. In the end board, card reader and scanner
are used once, or it fails.
"""

import heapq
import random
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from simulators.agree import Facts, parcels_of, read_journal
from simulators.kiosk_process import KioskProcess
from simulators.machine import POINT, Machine
from simulators.twins import Twin

AWAY_S = (0.3, 8.0)
STAYS_S = (7.0, 12.0)  # longer than a device is called flapping, and than the longest rest between two looks
READY_S = 120.0


def replugged(twin: Twin, times: int, dice: random.Random, plugged: list[float]) -> Iterator[float]:
    """Pull the plug and put it back; yields for how long nothing is done. ``plugged``: when it was back (Unix time)."""
    for _ in range(times):
        yield dice.uniform(*STAYS_S)
        twin.unplug()
        yield dice.uniform(*AWAY_S)
        twin.plug()
        plugged.append(time.time())
    yield STAYS_S[1]


def side_by_side(doings: Iterable[Iterator[float]]) -> None:
    """All of them, each at its own times; in one thread, because a card daemon ends with the thread that began it."""
    due = [(time.monotonic(), n, doing) for n, doing in enumerate(doings)]
    while due:
        at, n, doing = heapq.heappop(due)
        time.sleep(max(0.0, at - time.monotonic()))
        rest_s = next(doing, None)
        if rest_s is not None:
            heapq.heappush(due, (time.monotonic() + rest_s, n, doing))


def took_s(facts: Facts, device: str, plugged: list[float]) -> list[float]:
    """From each plug to the device's next answer. Fails for one that did not answer before the next."""
    ups = [
        fact["at"]
        for fact in facts
        if fact["kind"] == "device_changed" and fact["facts"]["device"] == device and fact["facts"]["up"]
    ]
    waits = []
    for at, following in zip(plugged, [*plugged[1:], float("inf")], strict=True):
        up = next((one for one in ups if at <= one < following), None)
        if up is None:
            raise click.ClickException(f"{device} did not answer after its plug was back")
        waits.append(up - at)
    return waits


def used_once(machine: Machine, kiosk: KioskProcess) -> None:
    """By what people do: a courier's card, a parcel scanned, its door opened, filled and shut. Raises ``NotShown``."""
    machine.tap_and_lift("C2001")
    parcel = next(one for one, count, _ in sorted(kiosk.wait_for("Courier", READY_S)["parcels"]) if count == 1)
    [item] = parcels_of(machine.library.ledger, POINT)[parcel]
    machine.scanner.scan(item)
    door = kiosk.wait_for("DoorOpen", READY_S)["compartment"]
    machine.cabinet.put_in(door, item)
    machine.cabinet.push(door)
    kiosk.wait_for("Courier", READY_S)
    kiosk.touch("finish")
    kiosk.wait_for("Home", READY_S)


@click.command()
@click.option("--times", default=12, show_default=True, help="So often each.")
@click.option("--seed", default=1, show_default=True)
def main(times: int, seed: int) -> None:
    """Median and worst for each."""
    with tempfile.TemporaryDirectory(prefix="r-") as name, Machine(Path(name), pace=0.0, camera=False) as machine:
        with KioskProcess(machine.config, machine.env) as kiosk:
            kiosk.wait_until(lambda s: s["screen"] == "Home" and s["cards"] and s["online"], "Home", READY_S)
            plugged: dict[str, list[float]] = {one: [] for one in machine.devices}
            twins = machine.devices.items()
            side_by_side(replugged(twin, times, random.Random(f"{seed} {one}"), plugged[one]) for one, twin in twins)
            used_once(machine, kiosk)
        facts = read_journal(machine.config, machine.env)
        click.echo(f"{times} times each, seed {seed}: from the plug to the device's answer")
        for one, twin in machine.devices.items():
            waits = took_s(facts, one, plugged[one])
            median, worst = statistics.median(waits), max(waits)
            click.echo(f"  {twin.kind:8} {twin.driver:15} median {median:.2f} s, at worst {worst:.2f} s")


if __name__ == "__main__":
    main()
