"""How long a person waits for the door, and how often they touch: ``python -m benchmarks.flows [--rounds 5]``.

A kiosk process as at a point (real serial lines, card daemon, HTTP and file) without a window; the board answers at the
pace of a real one. For each flow:

  seconds   median from the person's last act (card laid down, code entered, label scanned, touch) until the door
            springs open; for the account until it is on the screen
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

from benchmarks._counting import Counting, Tally
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
    item = _on_loan(point)
    point.show(item)
    point.kiosk.wait_until(lambda seen: seen["screen"] == "Return" and seen["titles"], "accepted")
    door = point.until_open(lambda: point.touch("open"))
    point.machine.cabinet.put_in(door, item)
    point.machine.cabinet.push(door)
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


def account(point: Counting) -> None:
    point.touch("more")
    point.touch("account")
    point.kiosk.wait_for("Prove")
    point.until_shown(
        "the account", lambda seen: seen["screen"] == "Account" and seen["known"], lambda: point.lay("R1009")
    )
    point.away()


def renew_all(point: Counting) -> None:
    point.touch("more")
    point.touch("account")
    point.kiosk.wait_for("Prove")
    point.lay("R1009")
    point.kiosk.wait_for("Account", known=True)
    point.machine.card.lift()
    point.touch("loans")
    point.kiosk.wait_for("Loans")
    point.until_shown("a word for each", lambda seen: bool(seen.get("notice")), lambda: point.touch("renew_all"))
    point.away()


def send_for(point: Counting) -> None:
    """Another title each time, by its initials."""
    held = point.machine.library.ledger.rows("select * from holds where patron = ?", "R1009")
    initials = ("HLM", "BNGD", "RLJS", "PFDSJ", "SXZM", "JYZHD", "BYX", "WLSWN")[len(held)]
    point.touch("more")
    point.touch("search")
    for letter in initials:
        point.touch("letter", letter)
    seen = point.kiosk.wait_until(lambda seen: seen["screen"] == "Search" and seen["count"] > 0, "a title")
    point.touch("title", seen["first"][0]["id"])
    point.kiosk.wait_for("TitlePage", hold=True)
    point.until_shown("what came of it", lambda seen: seen["screen"] == "Wished", lambda: point.lay("R1009"))
    assert point.kiosk.seen[-1]["outcome"] == "placed"
    point.away()


FLOWS: dict[str, tuple[Callable[[Counting], None], str | None]] = {  # and for whom a parcel must wait there
    "collect by card": (by_card, READER),
    "collect by QR code": (by_qr, READER),
    "collect by typed code": (by_code, READER),
    "collect for somebody by their code": (by_helper, READER),
    "borrow from the cabinet": (borrow, ""),
    "return an item": (give_back, None),
    "see the account": (account, None),
    "renew all": (renew_all, None),
    "find a title and have it sent here": (send_for, None),
    "courier: load a parcel": (load, None),
    "courier: clear a door, seal, hand over": (clear, None),
    "staff: open any door, with a reason": (any_door, None),
}


def _on_loan(point: Point) -> str:
    """An item on loan that does not lie here already."""
    cabinet = point.machine.cabinet
    here = {item for name in cabinet.names for item in cabinet.inside(name)}
    rows = point.machine.library.ledger.rows("select barcode from loans where ended is null order by barcode")
    return next(str(row["barcode"]) for row in rows if row["barcode"] not in here)


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
    with tempfile.TemporaryDirectory(prefix="f-") as folder, Machine(Path(folder), camera=False) as machine:
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
