"""What every printer driver owes, against its twin over memory, a pseudo-terminal and a socket.

A new driver joins with one line in ``TWINS``.
"""

import importlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hardware import registry
from hardware.errors import DeviceGone, DeviceRefused, DeviceSilent
from hardware.escpos import EscposPrinter
from hardware.printer import Code, Cut, Line, Printer, Rule
from hardware.readings import Paper
from hardware.transport import Transport
from simulators import escpos
from simulators.serve import Memory, Wire, serve_pty, serve_tcp

TWINS = {"escpos": (escpos.EscposPrinter, EscposPrinter)}
VECTORS = Path(__file__).parents[1] / "vectors"
SHEET = (Line("东门书亭", bold=True, large=True), Rule(), *(Line(f"第 {n} 本书") for n in range(6)), Code("p-1/2"))
FIRST, LAST = "东门书亭", "[QR p-1/2]"


class Bench:
    def __init__(self, name: str, wire: str, folder: Path, undo: ExitStack) -> None:
        make, self.over = TWINS[name]
        self.twin = make()
        self.module = registry.find("kiosk.printer", name)
        self.served: Wire | None = None
        self.memory: Transport | None = None
        self.undo = undo
        match wire:
            case "memory":
                self.memory = Memory(self.twin)
            case "shredded":
                self.memory = Memory(self.twin, piece=1)
            case "pty":
                self.served = undo.enter_context(serve_pty(self.twin, folder / "ttyPRINTER0", 115200))
            case "socket":
                self.served = undo.enter_context(serve_tcp(self.twin, baud=115200))

    def connect(self, **more: Any) -> Printer:
        port = self.served.port if self.served else "-"
        settings = self.module.Settings(**{"port": port, "baud": 115200, "print_wait_s": 3.0, **more})
        printer: Printer = self.over(settings, self.memory) if self.memory else self.module.connect(settings)
        self.undo.callback(printer.close)
        return printer


@pytest.fixture(params=TWINS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["memory", "shredded", "pty", "socket"])
def bench(request: pytest.FixtureRequest, name: str, tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as undo:
        yield Bench(name, request.param, tmp_path, undo)


@pytest.fixture
def wired(name: str, tmp_path: Path) -> Iterator[Bench]:
    """On a pseudo-terminal, which can be unplugged."""
    with ExitStack() as undo:
        yield Bench(name, "pty", tmp_path, undo)


def test_every_installed_driver_is_held_to_this_contract_and_has_a_twin_and_vectors() -> None:
    assert registry.names("kiosk.printer") == sorted(TWINS)
    for name in TWINS:
        assert importlib.import_module(f"simulators.{name}")
        assert list(VECTORS.glob(f"{name}.*"))
        assert registry.find("kiosk.printer", name).Settings.model_config["extra"] == "forbid"


@pytest.mark.parametrize("state", Paper)
def test_it_says_how_it_stands(bench: Bench, state: Paper) -> None:
    bench.twin.state = state.value
    assert bench.connect().paper() is state


@pytest.mark.parametrize("settings", [{}, {"qr": "image"}, {"cut": "none"}], ids=str)
def test_a_sheet_is_printed_whole_and_once(bench: Bench, settings: dict[str, str]) -> None:
    printer = bench.connect(**settings)
    for _ in range(2):
        printer.print_out(SHEET)
        lines = bench.twin.tear()
        assert lines.count(FIRST) == 1
        assert [line for line in lines if line.startswith("第")] == [f"第 {n} 本书" for n in range(6)]
        assert (LAST in lines) is (settings.get("qr") != "image")
        assert bench.twin.unknown == []
        assert printer.paper() is Paper.OK
        assert printer.firmware() == "Shuxiang twin 1.0"
        assert bench.twin.lines == []


@pytest.mark.parametrize("state", [Paper.OUT, Paper.COVER_OPEN, Paper.FAULT])
def test_what_cannot_begin_leaves_nothing_behind(bench: Bench, state: Paper) -> None:
    bench.twin.state = state.value
    printer = bench.connect()
    with pytest.raises(DeviceRefused):
        printer.print_out(SHEET)
    bench.twin.state = "ok"
    assert bench.twin.lines == []


@pytest.mark.parametrize("cleared_by", ["clear", "enquiry"])
def test_paper_that_ends_amid_a_sheet_leaves_the_rest_unprinted(bench: Bench, cleared_by: str) -> None:
    bench.twin.cleared_by = cleared_by
    printer = bench.connect()
    bench.twin.lines_left = 4
    with pytest.raises(DeviceSilent):
        printer.print_out(SHEET)
    begun = bench.twin.tear()
    assert begun[0] == FIRST
    assert LAST not in begun
    assert printer.paper() is Paper.OUT
    bench.twin.state = "ok"
    printer.print_out((Line("next"),))
    assert bench.twin.lines[0] == "next"


def test_what_it_still_holds_as_it_is_connected_is_nobodys_any_more(bench: Bench) -> None:
    """Its port was lost amid a sheet, or the program ended; it kept its power."""
    bench.twin.pause_after = 0
    bench.twin.received(b"left over\n")
    printer = bench.connect()
    assert printer.paper() is Paper.OK
    bench.twin.pause_after = None
    printer.print_out((Line("next"),))
    assert bench.twin.lines[0] == "next"


def test_what_hangs_there_is_cut_off_before_a_sheet_that_asks_for_it(bench: Bench) -> None:
    bench.twin.received(b"half a sheet\n")
    bench.connect().print_out((Cut(), Line("next")))
    assert [line for line in bench.twin.lines if line] == ["half a sheet", "✂", "next", "✂"]


def test_silence_before_the_first_byte_is_a_no(bench: Bench) -> None:
    bench.twin.silent = True
    printer = bench.connect(answer_wait_s=0.1)
    with pytest.raises(DeviceSilent):
        printer.paper()
    with pytest.raises(DeviceRefused):
        printer.print_out(SHEET)
    assert bench.twin.lines == []
    assert printer.firmware() == ""


def test_silence_after_it_is_no_word_at_all(bench: Bench) -> None:
    twin, answered = bench.twin, bench.twin.received

    def received(data: bytes) -> list[bytes]:
        answers = answered(data)
        twin.silent = twin.silent or bool(twin.lines)
        return [] if twin.silent else answers

    twin.received = received
    with pytest.raises(DeviceSilent):
        bench.connect(answer_wait_s=0.1, print_wait_s=1.0).print_out(SHEET)
    assert twin.lines.count(FIRST) == 1


def test_unplugged_it_is_gone_and_comes_back(wired: Bench) -> None:
    printer = wired.connect()
    assert wired.served
    wired.served.unplug()
    with pytest.raises(DeviceGone):
        printer.paper()
    with pytest.raises(DeviceGone):
        wired.connect()
    wired.served.plug()
    again = wired.connect()
    again.print_out(SHEET)
    assert LAST in wired.twin.lines
    printer.close()
    printer.close()
