"""The worker of a printer over its twin: what one reader's slip left behind is never on the next one's."""

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hardware import escpos
from hardware.errors import DeviceGone
from hardware.printer import Line, Sheet
from hardware.readings import DeviceDown, DeviceUp, Paper, Printed, PrintEnded
from kiosk import printing as thread_of
from kiosk import workers
from kiosk.core.commands import Print
from kiosk.core.screens import Slip
from kiosk.printing import PrinterWorker
from kiosk.workers import Worker
from simulators.escpos import EscposPrinter as Twin
from simulators.serve import Wire, serve_pty

WAIT_S = 60.0


class Printing:
    """A printer with power of its own, its cable, its worker, and all that it reports."""

    def __init__(self, wire: Wire, twin: Twin) -> None:
        self.wire, self.twin = wire, twin
        self.reported: queue.Queue[Any] = queue.Queue()
        self.bugs: list[BaseException] = []
        settings = escpos.Settings(port=wire.port, baud=115200, print_wait_s=20)
        self.worker = PrinterWorker("slips", lambda: escpos.connect(settings), self.words, self.reported.put)
        self.thread = Worker("slips", self.worker.work, self.bugs.append)

    @staticmethod
    def words(order: Print) -> list[Line]:
        return [Line(f"{order.slip.id}'s book {n}") for n in range(1, 9)]

    def print_out(self, reader: str) -> None:
        self.worker.print_out(Print("slips", Slip(reader, 3, "collect", 0.0, ()), ""))

    def until(self, fits: Callable[[Any], bool]) -> Any:
        until = time.monotonic() + WAIT_S
        while not fits(one := self.reported.get(timeout=max(0.01, until - time.monotonic()))):
            pass
        return one

    def breaks_off(self, slip: str) -> None:
        """Three lines of it come out, then the printer is unplugged."""
        self.twin.pause_after = 3
        self.print_out(slip)
        began = time.monotonic()
        while len(self.twin.lines) < 3 and time.monotonic() < began + WAIT_S:
            time.sleep(0.01)
        self.wire.unplug()

    def ended(self) -> Any:
        return self.until(lambda one: isinstance(one, PrintEnded))


@pytest.fixture
def printing(tmp_path: Path) -> Iterator[Printing]:
    twin = Twin()
    with serve_pty(twin, tmp_path / "ttyPRINTER0", 115200) as wire:
        printing = Printing(wire, twin)
        printing.thread.start()
        printing.until(lambda one: one == DeviceUp("slips"))
        printing.print_out("Zoe")
        assert printing.ended() == PrintEnded("slips", "Zoe", Printed.DONE)
        assert next(line for line in twin.tear() if line) == "✂"  # whatever hung there since before the start
        yield printing
        printing.thread.stop()
        printing.thread.join(10)
        assert not printing.bugs


def test_a_slip_that_broke_off_is_cut_off_and_not_finished_onto_the_next_readers(
    printing: Printing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "STEADY_S", 0.0)
    twin = printing.twin
    printing.breaks_off("Anna")
    assert printing.ended() == PrintEnded("slips", "Anna", Printed.UNKNOWN)
    printing.wire.plug()
    printing.until(lambda one: one == DeviceUp("slips"))
    twin.pause_after = None
    for reader in ("Bo", "Cy"):
        printing.print_out(reader)
        assert printing.ended() == PrintEnded("slips", reader, Printed.DONE)
    annas, bos, cys = ([f"{reader}'s book {n}" for n in range(1, 9)] for reader in ("Anna", "Bo", "Cy"))
    assert [line for line in twin.lines if line] == [*annas[:3], "✂", *bos, "✂", *cys, "✂"]


class Loose:
    """A printer on a loose plug: lost at each second look, until it is pushed in."""

    lives = 0

    def __init__(self) -> None:
        Loose.lives += 1
        self._looks = 0

    def paper(self) -> Paper:
        self._looks += 1
        if Loose.lives < 4 and self._looks > 1:
            raise DeviceGone("the plug")
        return Paper.OK

    def print_out(self, sheet: Sheet) -> None: ...

    def firmware(self) -> str:
        return ""

    def close(self) -> None: ...


def test_a_printer_on_a_loose_plug_is_not_up_again_before_it_has_served_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "STEADY_S", 3.0)
    monkeypatch.setattr(thread_of, "LOOK_S", 0.1)
    reported: queue.Queue[Any] = queue.Queue()
    bugs: list[BaseException] = []
    thread = Worker("slips", PrinterWorker("slips", Loose, Printing.words, reported.put).work, bugs.append)
    thread.start()
    said: list[Any] = []
    while said.count(DeviceUp("slips")) < 2:
        said.append(reported.get(timeout=WAIT_S))
    thread.stop()
    thread.join(10)
    up, down = DeviceUp("slips"), DeviceDown("slips", "the plug")
    assert [one for one in said if one in (up, down)] == [up, down, down, down, up]
    assert not bugs


def test_a_slip_that_broke_off_as_the_program_ended_is_cut_off_all_the_same(printing: Printing) -> None:
    """The power failed, say: the next life of the program knows nothing of it."""
    twin = printing.twin
    printing.breaks_off("Anna")
    printing.ended()
    printing.thread.stop()
    printing.thread.join(10)
    printing.wire.plug()
    twin.pause_after = None
    next_life = Printing(printing.wire, twin)
    next_life.thread.start()
    next_life.until(lambda one: one == DeviceUp("slips"))
    next_life.print_out("Bo")
    assert next_life.ended() == PrintEnded("slips", "Bo", Printed.DONE)
    next_life.thread.stop()
    next_life.thread.join(10)
    annas, bos = ([f"{reader}'s book {n}" for n in range(1, 9)] for reader in ("Anna", "Bo"))
    assert [line for line in twin.lines if line] == [*annas[:3], "✂", *bos, "✂"]
    assert not next_life.bugs
