"""The devices of a point, as configured, each with the thread that owns it."""

from collections.abc import Callable
from functools import partial
from typing import cast

from hardware.errors import DeviceError
from hardware.locker.bank import Bank, Duty
from hardware.printer import Printer
from hardware.serialport import open_port
from hardware.source import Source, WritingSource
from kiosk.config import Board, Config, Device
from kiosk.covers import cover_of
from kiosk.pads import PadWorker
from kiosk.printing import PrinterWorker
from kiosk.slip import sheet
from kiosk.trace import Recorder
from kiosk.workers import POLL_IDLE_S, BusWorker, Post, Worker, watch_source


class Devices:
    """Every device of ``config``; what they report goes to ``post``. ``workers``: not started yet."""

    def __init__(
        self,
        config: Config,
        post: Post,
        on_bug: Callable[[BaseException], None],
        recorder: Recorder | None = None,
        idle_s: float = POLL_IDLE_S,
    ) -> None:
        self.workers: list[Worker] = []
        self.bus_of: dict[str, BusWorker] = {}
        """The bus of each compartment."""
        self._post = post
        self._on_bug = on_bug
        self._recorder = recorder
        self._idle_s = idle_s
        for boards in config.buses().values():
            self._add_bus(config, boards)
        for card in config.cards:
            self._add_source(config, "card", card)
        self.pads = {pad.name: self._add_pad(config, pad) for pad in config.pads}
        """The pads by name."""
        for scanner in config.scanners:
            self._add_source(config, "scanner", scanner)
        self.printers = {printer.name: self._add_printer(config, printer) for printer in config.printers}
        """The printers by name."""

    def _add_pad(self, config: Config, device: Device) -> PadWorker:
        connect = cast(Callable[[], WritingSource], self._source(config, "pad", device))
        owner = PadWorker(device.name, connect, self._post)
        self.workers.append(Worker(device.name, owner.work, self._on_bug))
        return owner

    def _source(self, config: Config, kind: str, device: Device) -> Callable[[], Source]:
        connect: Callable[[], Source] = partial(device.module.connect, device.name, device.settings, config.codes)
        if self._recorder:
            connect = self._recorder.source(device.name, connect, cover_of(kind, device), pad=kind == "pad")
        return connect

    def _add_source(self, config: Config, kind: str, device: Device) -> None:
        connect = self._source(config, kind, device)
        self.workers.append(Worker(device.name, watch_source(device.name, connect, self._post), self._on_bug))

    def _add_printer(self, config: Config, printer: Device) -> PrinterWorker:
        about, usual = config.about(), config.screen.language
        connect: Callable[[], Printer] = partial(printer.module.connect, printer.settings)
        if self._recorder:
            connect = self._recorder.printer(printer.name, connect)
        owner = PrinterWorker(
            printer.name, connect, lambda order: sheet(order.slip, about, order.language or usual), self._post
        )
        self.workers.append(Worker(printer.name, owner.work, self._on_bug))
        return owner

    def _add_bus(self, config: Config, boards: list[Board]) -> None:
        names = {board.name for board in boards}
        wiring = {c.name: (c.board, c.channel) for c in config.compartments if c.board in names}
        duty = Duty(config.duty.pulses_max, config.duty.window_s, config.duty.rest_s)
        wired = {board.name: tuple(name for name, (of, _) in wiring.items() if of == board.name) for board in boards}
        bus = BusWorker(wired, partial(self._open_bus, boards, wiring, duty), self._post, self._idle_s)
        self.bus_of |= dict.fromkeys(wiring, bus)
        self.workers.append(Worker("+".join(wired), bus.work, self._on_bug))

    def _open_bus(
        self, boards: list[Board], wiring: dict[str, tuple[str, int]], duty: Duty
    ) -> tuple[Bank, Callable[[], None]]:
        """Open the port the boards share. Raises ``DeviceError``."""
        transport = open_port(boards[0].port, boards[0].baud)
        try:
            connected = {board.name: board.module.connect(board.settings, transport) for board in boards}
        except DeviceError:
            transport.close()
            raise
        if self._recorder:
            connected = {name: self._recorder.board(name, board) for name, board in connected.items()}
        bank = Bank({name: (connected[board], channel) for name, (board, channel) in wiring.items()}, duty)
        return bank, transport.close
