"""How long a person waits for the door, and how often they touch: ``python -m benchmarks.flows [--rounds 5]``.

A kiosk process as at a point (real serial lines, card daemon, HTTP and file) without a window; the board answers at the
pace of a real one. For each flow:

  seconds   median from the person's last act (card laid down, code entered, label scanned, touch) until the door
            springs open; where no door opens, until what was wanted is on the screen
  times     the same as a multiple of what the unlock frame alone takes until the door opens, in the same run
  touches   until the door opens / until the person may go; digits and letters that are typed are told beside them
  shown     cards laid down, labels and QR codes shown

Prints the table of docs/flows.md.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click

from benchmarks import _without_a_door as without_a_door
from benchmarks._counting import Counting, Tally, on_loan
from hardware.locker.shuoming import OPEN, PULSE, Frame
from hardware.readings import Door
from hardware.serialport import open_port
from simulators.kiosk_process import KioskProcess
from simulators.library.packing import pack_parcel, place_hold
from simulators.machine import POINT, Machine
from tests.end_to_end.people import COURIER, Point
from tests.end_to_end.test_helper import permission

READER, STAFF = "R1010", "S3001"


def by_card(point: Counting) -> None:
    point.took(point.until_open(lambda: point.lay(READER)))


def by_card_three(point: Counting) -> None:
    """Three parcels behind three doors, one after the other."""
    for _ in range(2):
        load(point, READER)
    point.told()
    point.come()
    point.lay(READER)
    point.kiosk.wait_for("Choose")
    door = point.until_open(lambda: point.touch("take"))
    for _ in range(2):
        point.emptied(door)
        point.kiosk.wait_for("DoorShut", compartment=door)
        point.touch("next")
        door = point.open_door()
    point.took(door)


def by_qr(point: Counting) -> None:
    code = point.message(READER, "pass")
    point.took(point.until_open(lambda: point.show(code)))


def by_code(point: Counting) -> None:
    code = point.message(READER, "code")
    point.touch("collect")
    point.type(code)
    point.took(point.until_open(lambda: point.touch("enter")))


def by_helper(point: Counting) -> None:
    code = permission(point, READER)
    point.touch("collect")
    point.type(code)
    point.took(point.until_open(lambda: point.touch("enter")))


def borrow(point: Counting) -> None:
    """Of what was put in for anybody."""
    point.touch("browse")
    seen = point.kiosk.wait_for("Stock")
    point.touch("title", seen["lines"][0]["id"])
    point.kiosk.wait_until(lambda seen: bool(seen.get("chosen")), "chosen")
    point.took(point.until_open(lambda: point.lay("R1018")))


def give_back(point: Counting) -> None:
    point.given_back(on_loan(point))
    point.kiosk.wait_for("Goodbye")
    point.kiosk.touch("finish")
    point.home()


def load(point: Counting, patron: str = READER) -> None:
    parcel, item = _packed(point, patron)
    point.lay(COURIER)
    point.kiosk.wait_until(lambda s: s["screen"] == "Courier" and parcel in str(s["parcels"]), "a parcel to load")
    point.machine.card.lift()
    _stowed(point, point.until_open(lambda: point.show(item)), item)
    point.away()


def clear(point: Counting) -> None:
    give_back(point)
    point.come()
    point.lay(COURIER)
    point.kiosk.wait_until(lambda seen: seen["screen"] == "Courier" and seen["to_clear"], "a door to clear")
    point.machine.card.lift()
    door = point.until_open(lambda: point.touch("clear"))
    for _ in point.machine.cabinet.inside(door):
        point.machine.cabinet.take_out(door)
    point.machine.cabinet.push(door)
    point.kiosk.wait_for("Seal")
    point.type("70417")
    point.touch("enter")
    point.kiosk.wait_for("HandOver")
    point.lay(COURIER)
    point.kiosk.wait_for("Courier", notice="bag_taken")
    point.machine.card.lift()
    point.away()


def any_door(point: Counting) -> None:
    point.lay(STAFF)
    point.kiosk.wait_for("Courier")
    point.touch("desk")
    point.kiosk.wait_for("Desk")
    point.machine.card.lift()
    point.touch("doors")
    point.touch("door", "12")
    point.touch("open")
    door = point.until_open(lambda: point.touch("reason", "clean"))
    point.kiosk.wait_for("Inside")
    point.machine.cabinet.push(door)
    point.kiosk.wait_for("Courier")
    point.away()


FLOWS: dict[str, tuple[Callable[[Counting], None], str | None]] = {  # and for whom a parcel must wait there
    "collect by card": (by_card, READER),
    "collect three parcels by card": (by_card_three, READER),
    "collect by QR code": (by_qr, READER),
    "collect by typed code": (by_code, READER),
    "collect for somebody by their code": (by_helper, READER),
    "borrow from the cabinet": (borrow, ""),
    "return an item": (give_back, None),
    "borrow three books at the counter": (without_a_door.counter, None),
    "see the account": (without_a_door.account, None),
    "renew one": (without_a_door.renew_one, None),
    "renew all": (without_a_door.renew_all, None),
    "make a code for somebody else": (without_a_door.permit, READER),
    "find a title and have it sent here": (without_a_door.send_for, None),
    "make a citizen card a library card": (without_a_door.activate, None),
    "have the slip of a return checked": (without_a_door.slip, None),
    "courier: load a parcel": (load, None),
    "courier: clear a door, seal, hand over": (clear, None),
    "staff: open any door, with a reason": (any_door, None),
}


def _packed(point: Point, patron: str) -> tuple[str, str]:
    """A parcel of one item is on its way to the reader, or ("") to anybody: its id, and its item."""
    ledger = point.machine.library.ledger
    row = ledger.row("select barcode, isbn from items where place = 'shelf' order by barcode")
    assert row
    if patron:
        place_hold(ledger, patron, row["isbn"], POINT)
    return pack_parcel(ledger, POINT, patron, (row["barcode"],)), str(row["barcode"])


def _stowed(point: Point, door: str, item: str) -> None:
    point.machine.cabinet.put_in(door, item)
    point.machine.cabinet.push(door)
    point.kiosk.wait_for("Courier", loaded=1)


def bare(machine: Machine) -> float:
    """Median seconds from an unlock frame to an open door with only the wire between; nobody else may use it now."""
    took = []
    with closing(open_port(machine.wire.port, 9600)) as port:
        for channel in range(1, 6):
            name = machine.cabinet.names[channel - 1]
            began = time.monotonic()
            port.write(Frame(OPEN, 1, bytes((channel, PULSE))).to_bytes())
            if not machine.cabinet.wait_until(name, Door.OPEN, 5):
                raise click.ClickException(f"door {name} did not open")
            took.append(time.monotonic() - began)
            machine.cabinet.push(name)
            time.sleep(1)
    return statistics.median(took)


def played(name: str, rounds: int) -> tuple[list[Tally], float]:
    """One flow at a new point, so many times; and what the bare wire takes there."""
    flow, waits = FLOWS[name]
    tallies = []
    with tempfile.TemporaryDirectory(prefix="f-") as folder:
        machine = Machine(Path(folder), camera=False)
        machine.raw["point"]["counter"] = True
        with machine:
            with KioskProcess(machine.config, machine.env) as kiosk:
                point = Counting(machine, kiosk)
                point.ready()
                for _ in range(rounds):
                    if waits is not None:
                        load(point, waits)
                        point.told()
                    point.come()
                    flow(point)
                    tallies.append(point.tally)
            return tallies, bare(machine)


@click.command()
@click.option("--rounds", default=5, show_default=True)
@click.option("--only", type=click.Choice(sorted(FLOWS)), multiple=True)
def main(rounds: int, only: tuple[str, ...]) -> None:
    """Print the table."""
    click.echo("| What | shown | touches to the door / in all | digits | seconds | times the bare wire |")
    click.echo("|---|---|---|---|---|---|")
    for name in only or FLOWS:
        tallies, wire = played(name, rounds)
        one, seconds = tallies[-1], statistics.median(tally.waited for tally in tallies)
        touches = f"{one.before} / {one.touches} | {one.digits}"
        click.echo(f"| {name} | {one.shown} | {touches} | {seconds:.2f} | {seconds / wire:.1f} |")


if __name__ == "__main__":
    main()
