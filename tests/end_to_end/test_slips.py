"""Slips at a point that runs: on paper, only as a QR, cut off amid it; and never a second time."""

import subprocess
import sys
import time

import pytest

from simulators.kiosk_process import Seen
from tests.end_to_end.people import Point, eventually


def collect(point: Point, patron: str = "R1001") -> Seen:
    """Stock a parcel and collect it; the last screen."""
    point.stock(patron)
    point.tap(patron)
    point.take(point.open_door())
    return point.kiosk.wait_for("Goodbye")


def kiosk_says(point: Point, command: str, *words: str) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "kiosk", command, str(point.machine.config), *words]
    return subprocess.run(line, env=dict(point.machine.env), capture_output=True, text=True, timeout=60)


def offered(point: Point) -> Seen:
    return point.kiosk.wait_for("Goodbye", printing="offered")


def facts(point: Point, kind: str) -> list[dict[str, str]]:
    return [f["facts"] for f in point.journal() if f["kind"] == kind]


def paper_is(point: Point, paper: str) -> None:
    eventually(lambda: facts(point, "paper_changed")[-1:] == [{"device": "printer", "paper": paper}], f"paper {paper}")


@pytest.fixture
def printing(point: Point) -> Point:
    paper_is(point, "ok")
    return point


def test_a_slip_after_a_pickup_and_one_after_a_return(printing: Point) -> None:
    point, printer = printing, printing.machine.printer
    seen = collect(point)
    offered(point)
    point.kiosk.touch("language")  # of the window alone; a line of JSON with it says nothing
    point.kiosk.touch("print", "en")
    point.kiosk.wait_for("Goodbye", printing="done")
    lines = printer.tear()
    lines = lines[lines.index("✂") + 1 :]  # what hung there since before the start is cut off first
    ledger = point.machine.library.ledger
    items = point.items_of("R1001")
    assert lines[:2] == ["East Gate Book", "Pavilion"]  # large, so 16 columns
    assert set(items) < set(lines)
    number = f"dongmen-{seen['slip']['session']}/{seen['slip']['id']}"
    assert f"No. {number}" in lines
    assert f"[QR {number}]" in lines
    assert "Questions: 0512-6288 0000" in lines
    patron = ledger.row("select name from patrons where id = 'R1001'")
    assert patron
    assert not any(patron["name"] in line or "R1001" in line for line in lines)
    point.kiosk.touch("finish")
    point.home()

    point.kiosk.touch("return")
    point.kiosk.wait_for("Return")
    point.machine.scanner.scan(items[0])
    point.kiosk.wait_until(lambda s: s["screen"] == "Return" and s["titles"], "accepted")
    point.kiosk.touch("open")
    door = point.open_door()
    point.machine.cabinet.put_in(door, items[0])
    point.machine.cabinet.push(door)
    offered(point)
    point.kiosk.touch("print", "zh")
    point.kiosk.wait_for("Goodbye", printing="done")
    assert "还书凭条：已收到" in printer.lines
    assert items[0] in printer.lines
    assert printer.unknown == []
    point.agreed()
    proof = next(line for line in printer.lines if line.startswith("[QR R1;")).removeprefix("[QR ").removesuffix("]")
    said = kiosk_says(point, "verify", proof, proof.replace(items[0], "SIP0009999"), "R1;hello")
    assert said.returncode == 1
    genuine, changed, unknown = said.stdout.splitlines()
    assert genuine.startswith("genuine: dongmen-")
    assert genuine.endswith(f"checked: {items[0]}")
    assert changed == "changed: this is not what point dongmen signed"
    assert unknown.startswith("unknown: ")
    point.kiosk.touch("finish")
    point.home()
    point.machine.scanner.scan(proof)  # shown at the machine, it is answered as well
    assert point.kiosk.wait_for("Shown", what="genuine")["items"] == [items[0]]
    point.machine.scanner.scan(proof.replace(items[0], "SIP0009999"))
    point.kiosk.wait_for("Shown", what="changed")
    point.machine.scanner.scan(number)
    point.kiosk.wait_for("Shown", what="slip")
    public = kiosk_says(point, "receipt-key").stdout
    assert public.startswith("-----BEGIN PUBLIC KEY-----")


def test_without_paper_there_is_the_code_and_nothing_else_changes(printing: Point) -> None:
    point = printing
    point.machine.printer.state = "out"
    paper_is(point, "out")
    seen = collect(point)
    assert seen["slip"]["items"]
    assert seen["printing"] == ""
    point.kiosk.touch("print", offered=False)
    point.kiosk.touch("finish")
    point.home()
    assert point.machine.printer.lines == []
    point.told()
    sql = "select count(*) as n from received where json_extract(telling, '$.told.what') = 'paper_out'"
    row = point.machine.library.ledger.row(sql)
    assert row
    assert row["n"] == 1
    assert all(point.on_loan(item) == "R1001" for item in point.items_of("R1001"))
    point.tap("C2001")
    point.kiosk.wait_for("Courier", paper="out")


def test_unplugged_amid_a_slip_nobody_claims_that_it_was_printed(printing: Point) -> None:
    point, printer = printing, printing.machine.printer
    collect(point)
    offered(point)
    printer.pause_after = 3
    point.kiosk.touch("print")
    eventually(lambda: bool(printer.lines), "the first line")
    printer.unplug()
    point.kiosk.wait_for("Goodbye", printing="unknown")
    printer.tear()
    printer.plug()
    point.kiosk.touch("print", offered=False)
    point.kiosk.touch("finish")
    point.home()
    eventually(lambda: facts(point, "device_changed")[-1].get("up") is True, "the printer is back")
    time.sleep(0.5)
    assert printer.lines == []
    assert [fact["printed"] for fact in facts(point, "slip_ended")] == ["unknown"]
    point.agreed()


def test_paper_that_ends_amid_a_slip(printing: Point) -> None:
    point, printer = printing, printing.machine.printer
    collect(point)
    printer.lines_left = 9  # six are fed first, past the knife
    offered(point)
    point.kiosk.touch("print")
    point.kiosk.wait_for("Goodbye", printing="unknown")
    paper_is(point, "out")
    begun = printer.tear()
    assert 0 < len(begun[begun.index("✂") :]) <= 5
    printer.state = "ok"
    paper_is(point, "ok")
    assert printer.lines == []


def test_the_power_fails_amid_a_slip_and_nothing_is_printed_later(printing: Point) -> None:
    point, printer = printing, printing.machine.printer
    collect(point)
    offered(point)
    printer.pause_after = 3
    point.kiosk.touch("print")
    eventually(lambda: bool(printer.lines), "the first line")
    point.kiosk.kill()
    printer.unplug()  # the same socket feeds both
    printer.tear()
    printer.plug()
    point.kiosk.start()
    point.ready()
    eventually(lambda: "printer" in [f["device"] for f in facts(point, "device_changed") if f.get("up")], "printer")
    paper_is(point, "ok")
    time.sleep(0.5)
    assert printer.lines == []
    assert len(facts(point, "slip_ordered")) == 1
    assert facts(point, "slip_ended") == []
    point.agreed()


def test_a_silent_printer_holds_nobody(printing: Point) -> None:
    point = printing
    collect(point)
    offered(point)
    point.machine.printer.silent = True
    point.kiosk.touch("print")
    point.kiosk.wait_for("Goodbye", printing="nothing")
    point.kiosk.touch("finish")
    point.home()
    assert point.machine.printer.lines == []
    eventually(lambda: all(point.on_loan(item) == "R1001" for item in point.items_of("R1001")), "the loans are told")
