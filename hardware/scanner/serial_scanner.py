"""Barcode scanner on a serial line: RS-232, TTL, or USB as CDC-ACM (facts of the common makes: 9600 8N1, suffix CR).

    | code, as ASCII | CR, LF, CRLF, TAB or nothing |

Most scanners look by themselves, or when their button is pressed, and nothing is asked of them. One that waits to be
told (``trigger``, see hardware.scanner.trigger) is told so as long as somebody waits on this source: before it gives
up by itself, and soon after each code, never amid one.

A code that stays before a scanner of either kind is read again and again; it is one arrival, see
hardware.scanner.in_view.
"""

import contextlib
import time
from typing import Annotated, Final, Literal

from pydantic import Field

from hardware.errors import DeviceGone
from hardware.port import Port
from hardware.readings import Scan
from hardware.scanner.barcode import Meanings
from hardware.scanner.codes import Codes, CodeSettings
from hardware.scanner.trigger import TRIGGERS, Heard, Trigger
from hardware.serialport import open_port
from hardware.source import Source
from hardware.transport import Transport
from hardware.wiretap import unsaid

_AFTER_CODE_S: Final = 0.3  # until a scanner that has read is told to look again
_SETUP_S: Final = 0.2  # for the answer to each line of a setup


class Settings(CodeSettings):
    """Beside those of all scanners, ``renew_s``: how often a scanner that has seen nothing is told to look; shorter
    than it looks by itself."""

    port: Port
    baud: Annotated[int, Field(ge=300, le=4_000_000)] = 9600
    trigger: Literal["none", "honeywell", "zebra_ssi", "newland", "gm65"] = "none"
    renew_s: Annotated[float, Field(ge=0.5, le=20)] = 2.0


class SerialScanner:
    """A ``Source`` over any transport; owns and closes it."""

    def __init__(self, device: str, settings: Settings, meanings: Meanings, transport: Transport) -> None:
        self._codes = Codes(device, settings, meanings)
        self._transport = transport

    def wait(self, timeout_s: float) -> list[Scan]:
        """What came into view, waiting up to ``timeout_s`` for the first. Raises ``DeviceGone``."""
        return self._codes.wait(timeout_s, self._transport.read)

    def close(self) -> None:
        """Let go of the port. Never raises; may be called twice."""
        self._transport.close()


class ToldScanner:
    """The same for a scanner that must be told to look."""

    def __init__(
        self, device: str, settings: Settings, meanings: Meanings, transport: Transport, trigger: Trigger
    ) -> None:
        self._codes = Codes(device, settings, meanings, suffixed=trigger.ends)
        self._settings = settings
        self._transport = transport
        self._trigger = trigger
        self._started_at = float("-inf")  # when it was last told to look
        self._heard_at = 0.0

    def set_up(self) -> None:
        """What it must be told once. Blocks at most 0.6 s; raises ``DeviceGone``."""
        for line in self._trigger.setup:
            self._transport.write(line)
            self._transport.read(_SETUP_S)

    def wait(self, timeout_s: float) -> list[Scan]:
        """What came into view, waiting up to ``timeout_s`` for the first. Raises ``DeviceGone``."""
        return self._codes.wait(timeout_s, self._read)

    def close(self) -> None:
        """Let it rest and let go of the port. Never raises; may be called twice."""
        with contextlib.suppress(DeviceGone):
            self._transport.write(self._trigger.stop)
        self._transport.close()

    @property
    def _start_at(self) -> float:
        """When it is told to look next: soon after a code, else before it gives up."""
        read_at = self._codes.ended_at
        return read_at + _AFTER_CODE_S if read_at > self._started_at else self._started_at + self._settings.renew_s

    def _read(self, timeout_s: float) -> bytes:
        """Bytes of codes, waiting no longer than until something is to be done."""
        now = time.monotonic()
        quiet_at = self._heard_at + self._settings.quiet_s
        amid = self._codes.amid or self._trigger.amid
        if not amid and now >= self._start_at:
            self._transport.write(self._trigger.start)
            self._started_at = now
        if data := self._transport.read(min(timeout_s, max(0.0, (quiet_at if amid else self._start_at) - now))):
            self._heard_at = time.monotonic()
            return self._answered(self._trigger.hear(data))
        if self._trigger.amid and time.monotonic() >= quiet_at:
            return self._answered(self._trigger.silence())
        return b""

    def _answered(self, heard: Heard) -> bytes:
        if heard.text and self._trigger.amid:  # what has come of the next one is no part of it
            unsaid()
        if heard.answer:
            self._transport.write(heard.answer)
        return heard.text


def connect(device: str, settings: Settings, meanings: Meanings) -> Source:
    """Open the scanner's port; what it holds from before is thrown away. Raises ``DeviceGone``."""
    transport = open_port(settings.port, settings.baud)
    if settings.trigger == "none":
        return SerialScanner(device, settings, meanings, transport)
    scanner = ToldScanner(device, settings, meanings, transport, TRIGGERS[settings.trigger]())
    try:
        scanner.set_up()
    except DeviceGone:
        scanner.close()
        raise
    return scanner
