"""Receipt printers that speak ESC/POS, as nearly all do. Bytes are composed by python-escpos and sent over our ports.

    | 1B 40 | begin        | 1B 45 n | bold   | 1D 28 6B ... | QR     | 10 04 n  | status n, answered at once, one byte
    | 1C 26 | Chinese mode | 1D 21 n | size   | 1B 64 n      | feed n | 1D 72 01 | paper, answered in its turn, one byte
    | 1D 61 00 | says nothing unasked | 1B 61 n | align | 1D 56 00/01 | cut
    | 10 14 08 01 03 14 01 06 02 08 | throw away what it holds, answered with 37 25 00; nothing may be said before
    | 10 05 02 | the same, on most only after an error of the knife, on some (Custom P80) always; never answered

An answer to ``10 04 n`` has the form 0xx1xx10, one to ``1D 72 01`` has 0 where that has 1: so they are told apart, and
so is noise. Since ``1D 72 01`` waits its turn among what is to be printed, its answer says that all before it is done;
a printer without paper does not come to it. (Epson's ESC/POS reference; manuals of HPRT TP80K, Custom P80, Better
BT-532C, Partner RP-330 say the same; of the long command also Citizen's CT-S300 and PPU-700.)
"""

import contextlib
import json
import logging
import math
import os
import pickle
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal

import segno
import yaml
from pydantic import BaseModel, ConfigDict, Field

from hardware.errors import DeviceError, DeviceRefused, DeviceSilent
from hardware.paper import Charset, printable, wrapped
from hardware.port import Port
from hardware.printer import Code, Cut, Line, Rule, Sheet
from hardware.readings import Paper
from hardware.serialport import open_port
from hardware.transport import Transport
from hardware.unseen import unseen
from hardware.usbport import open_usb

MEMORY: Final = "/dev/shm"


@contextlib.contextmanager
def _tidily() -> Iterator[None]:
    """python-escpos sets up the program's logging and leaves a folder in /tmp whenever it is imported. It reads its
    list of printers, which is JSON, as YAML: a third of a second at every start. And it writes the list into that
    folder, which a full disk has no room for: so the folder is in memory, where there is some, and stays empty."""
    handlers, before, slowly, written = logging.root.handlers[:], tempfile.tempdir, yaml.safe_load, pickle.dump
    with tempfile.TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as scratch:
        tempfile.tempdir, yaml.safe_load, pickle.dump = scratch, json.load, lambda *_, **__: None
        try:
            yield
        finally:
            tempfile.tempdir, logging.root.handlers[:] = before, handlers
            yaml.safe_load, pickle.dump = slowly, written


try:
    with _tidily(), unseen("numpy"):
        from escpos.capabilities import Profile
        from escpos.printer import Dummy
except OSError as error:  # which would look like a bug to who wrote the configuration
    raise ImportError(f"python-escpos has no place for a folder: {error}") from error

BEGIN: Final = b"\x1d\x61\x00\x1b\x40\x1c\x26"
PAPER_IN_TURN: Final = b"\x1d\x72\x01"
CLEAR: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
CLEARING_S: Final = 0.2
CLEAR_AFTER_ERROR: Final = b"\x10\x05\x02"
FEED: Final = 6  # lines from the print head to the knife, as python-escpos has it
ERROR_CORRECTION: Final = 1  # M
QUIET: Final = 1  # modules beside a code; around it the paper is white
QR_DOTS_MIN: Final = 3
DOTS: Final = {58: 384, 80: 576}  # of a line; a column has twelve
ASK_AGAIN_S: Final = 0.5
WIRE_MAX_S: Final = 20.0
SHEET_BYTES_MAX: Final = 32_768
PICTURE_BYTES_MAX: Final = 26_000  # of a code sent as a picture, 456 dots wide: with its words a sheet
CAN_PRINT: Final = (Paper.OK, Paper.NEAR_END)


class Settings(BaseModel):
    """``joined``: ``usb`` for the kernel's ``/dev/usb/lp0``, else ``serial`` (also ``socket://``, and USB that is
    a serial port). ``confirm``: ``in_turn`` asks with ``1D 72 01``; ``status``, for printers that ignore that, takes a
    printer that is well some time after the last byte for one that has printed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: Port
    joined: Literal["serial", "usb"] = "serial"
    baud: Annotated[int, Field(ge=1200, le=4_000_000)] = 9600
    paper_mm: Literal[58, 80] = 58
    charset: Charset = "gb18030"
    cut: Literal["partial", "full", "none"] = "partial"
    qr: Literal["printer", "image", "none"] = "printer"
    qr_dots: Annotated[int, Field(ge=QR_DOTS_MIN, le=10)] = 6  # a module of the code, at most
    confirm: Literal["in_turn", "status"] = "in_turn"
    answer_wait_s: Annotated[float, Field(ge=0.05, le=0.6)] = 0.5
    print_wait_s: Annotated[float, Field(ge=1, le=20)] = 10.0

    @property
    def columns(self) -> int:
        """How many narrow characters a line holds; a Chinese one takes two."""
        return DOTS[self.paper_mm] // 12


def compose(sheet: Sheet, settings: Settings) -> bytes:
    """The bytes that print ``sheet`` and cut it off. A code that no line of this paper has room for is left out."""
    paper = Dummy(profile=_profile(settings))
    paper._raw(BEGIN)
    for part in sheet:
        match part:
            case Line():
                _line(paper, part, settings)
            case Rule():
                _line(paper, Line("-" * settings.columns), settings)
            case Code(text=text) if settings.qr != "none":
                _code(paper, printable(text, settings.charset), settings)
            case Cut():
                _cut(paper, settings)
    _cut(paper, settings)
    return bytes(paper.output)


def _cut(paper: Any, settings: Settings) -> None:
    if settings.cut == "none":
        paper.print_and_feed(FEED)
    else:
        paper.cut("PART" if settings.cut == "partial" else "FULL")


def _code(paper: Any, text: str, settings: Settings) -> None:
    """In modules as large as asked for, or as the paper has room for; none where a scanner could not read them."""
    try:
        modules, _ = segno.make_qr(text, error="m", boost_error=False).symbol_size(border=QUIET)
    except segno.DataOverflowError:
        return
    wide = DOTS[settings.paper_mm]
    if settings.qr == "image":
        wide = min(wide, math.isqrt(8 * PICTURE_BYTES_MAX))
    dots = min(settings.qr_dots, wide // modules)
    if dots < QR_DOTS_MIN:
        return
    paper.set(align="center")
    paper.qr(text, ERROR_CORRECTION, dots, native=settings.qr == "printer")
    paper._raw(b"\n")


def _line(paper: Any, line: Line, settings: Settings) -> None:
    scale = 2 if line.large else 1
    paper.set(align="center" if line.centred else "left", bold=line.bold, custom_size=True, width=scale, height=scale)
    for words in wrapped(printable(line.words, settings.charset), settings.columns // scale):
        paper._raw(words.encode(settings.charset) + b"\n")


def _profile(settings: Settings) -> Any:
    profile = Profile(settings.columns, {"paperPartCut": True, "paperFullCut": True, "bitImageRaster": True})
    profile.profile_data = {**profile.profile_data, "media": {"width": {"pixels": DOTS[settings.paper_mm]}}}
    return profile


class EscposPrinter:
    """A ``Printer`` over any transport; owns and closes it."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._awaited = False  # the answer to PAPER_IN_TURN
        self._emptied = False  # it may hold a sheet that broke off as the port was lost, or the program ended

    def paper(self) -> Paper:
        """See ``Printer.paper``."""
        self._awaited = False
        self._transport.discard_input()
        if not self._emptied:
            self._throw_away()
            self._emptied = True
        return self._paper()

    def print_out(self, sheet: Sheet) -> None:
        """See ``Printer.print_out``."""
        data = compose(sheet, self._settings)
        if len(data) > SHEET_BYTES_MAX:
            raise DeviceRefused(f"a sheet of {len(data)} bytes is too long")
        try:
            paper = self.paper()
        except DeviceError as error:
            raise DeviceRefused(f"nothing was sent: {error}") from error
        if paper not in CAN_PRINT:
            raise DeviceRefused(f"nothing was sent: {paper.value}")
        self._send(data)
        try:
            self._finish(len(data) * 10 / self._settings.baud if self._settings.joined == "serial" else 0.0)
        except DeviceSilent:
            self._throw_away()
            raise

    def firmware(self) -> str:
        """See ``Printer.firmware``."""
        said = [self._named(which) for which in ("B", "C", "A")]
        return " ".join(part for part in said if part)

    def close(self) -> None:
        """Let go of the port. Never raises; may be called twice."""
        self._transport.close()

    def _throw_away(self) -> None:
        """What it holds of a sheet, by both commands: no printer tells which of them it heeds."""
        self._awaited = False
        self._transport.write(CLEAR)
        any(not byte for byte in self._arriving(CLEARING_S))  # until the NUL that ends its answer, if it answers
        self._transport.write(CLEAR_AFTER_ERROR)

    def _paper(self) -> Paper:
        general, offline, paper = (self._status(n) for n in (1, 2, 4))
        if offline & 0x04:
            return Paper.COVER_OPEN
        if paper & 0x60 or offline & 0x20:
            return Paper.OUT
        if offline & 0x40 or general & 0x08:  # an error, or off-line for no reason it names
            return Paper.FAULT
        return Paper.NEAR_END if paper & 0x0C else Paper.OK

    def _send(self, data: bytes) -> None:
        """In pieces of a quarter of a second on the wire: a port may hold back a write for a second at most."""
        piece = max(32, self._settings.baud // 40)
        for start in range(0, len(data), piece):
            self._transport.write(data[start : start + piece])

    def _finish(self, wire_s: float) -> None:
        """Wait until all is printed. Raises ``DeviceSilent`` when nobody says that it is."""
        settings, began = self._settings, time.monotonic()
        wait_s = min(wire_s, WIRE_MAX_S) + settings.print_wait_s
        if settings.confirm == "in_turn":
            self._awaited = True
            self._transport.write(PAPER_IN_TURN)
        while time.monotonic() < began + wait_s:
            deque(self._arriving(ASK_AGAIN_S), maxlen=0)
            paper = None
            with contextlib.suppress(DeviceSilent):  # too busy to say, or its turn came instead
                paper = self._paper()
            if settings.confirm == "in_turn" and not self._awaited:
                return
            if paper and paper not in CAN_PRINT:
                raise DeviceSilent(f"it stopped amid the sheet: {paper.value}")
            if settings.confirm == "status" and paper and time.monotonic() > began + wire_s + settings.print_wait_s / 4:
                return
        raise DeviceSilent("it does not say that it has printed")

    def _status(self, n: int) -> int:
        """The answer to ``10 04 n``. Raises ``DeviceSilent``."""
        self._transport.write(bytes((0x10, 0x04, n)))
        for byte in self._arriving(self._settings.answer_wait_s):
            if byte & 0x93 == 0x12:
                return byte
        raise DeviceSilent(f"no answer to status {n}")

    def _named(self, which: str) -> str:
        """The answer to ``1D 49 n``: maker, model, firmware, each ``_text NUL``. Many cheap printers give none."""
        self._transport.discard_input()
        self._transport.write(b"\x1d\x49" + which.encode())
        said = bytearray()
        for byte in self._arriving(self._settings.answer_wait_s / 2):
            if not byte:
                break
            said.append(byte)
        text = said.partition(b"_")[2][:40].decode("ascii", "replace")
        return "".join(char for char in text if char.isprintable())

    def _arriving(self, seconds: float) -> Iterator[int]:
        """The bytes that arrive in this time; it ends early with the answer whose turn was awaited. That one is taken
        out of what came with it before any of it is looked at: nobody need look at the rest."""
        awaited, until = self._awaited, time.monotonic() + seconds
        while awaited is self._awaited and (left := until - time.monotonic()) > 0:
            arrived = bytearray(self._transport.read(left))
            turn = next((at for at, byte in enumerate(arrived) if self._awaited and not byte & 0x90), None)
            if turn is not None:
                self._awaited = False
                del arrived[turn]
            yield from arrived


def connect(settings: Settings) -> EscposPrinter:
    """Open the printer's port. Blocks at most 5 s; raises ``DeviceGone``."""
    usb = settings.joined == "usb"
    return EscposPrinter(settings, open_usb(settings.port) if usb else open_port(settings.port, settings.baud))
