"""Barcode scanner on a serial line: RS-232, TTL, or USB as CDC-ACM (facts of the common makes: 9600 8N1, suffix CR).

    | code, as ASCII | CR, LF, CRLF, TAB or nothing |

A code ends with its suffix or, as some scanners send none, with a short silence.

Most scanners look by themselves, or when their button is pressed, and nothing is asked of them. One that waits to be
told (``trigger``, see hardware.scanner.trigger) is told so as long as somebody waits on this source: before it gives
up by itself, and soon after each code, never amid one. A code that stays before it is then read again and again; it is
reported once, until it was out of view for ``again_after_s``.
"""

import contextlib
import time
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from hardware.errors import DeviceGone
from hardware.readings import CodeUnknown, Scan
from hardware.scanner.barcode import KINDS, LENGTH_MAX, Kind, Meanings, meaning
from hardware.scanner.trigger import TRIGGERS, Heard, Trigger
from hardware.serialport import open_port
from hardware.source import Source
from hardware.transport import Transport

_ENDS: Final = (b"\r", b"\n", b"\t")
_AFTER_CODE_S: Final = 0.3  # until a scanner that has read is told to look again
_SETUP_S: Final = 0.2  # for the answer to each line of a setup


class Settings(BaseModel):
    """``kinds``: what this scanner may report, in order of trial. ``suffixed``: the scanner is set to end each code
    with CR, LF or TAB, so what only a silence ends was cut off and is reported as unknown. ``renew_s``: how often a
    scanner that has seen nothing is told to look; shorter than it looks by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: Annotated[str, Field(min_length=1)]
    baud: Annotated[int, Field(ge=300, le=4_000_000)] = 9600
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = KINDS
    quiet_s: Annotated[float, Field(ge=0.02, le=1)] = 0.08
    length_max: Annotated[int, Field(ge=8, le=LENGTH_MAX)] = LENGTH_MAX
    suffixed: bool = False
    trigger: Literal["none", "honeywell", "zebra_ssi", "newland", "gm65"] = "none"
    renew_s: Annotated[float, Field(ge=0.5, le=20)] = 2.0
    again_after_s: Annotated[float, Field(ge=0.5, le=30)] = 1.5


class Decoder:
    """Bytes in, codes out. Holds at most ``length_max`` bytes, whatever arrives."""

    def __init__(self, length_max: int) -> None:
        self._length_max = length_max
        self._held = bytearray()
        self._length = 0

    @property
    def amid(self) -> bool:
        """Has a code begun that is not at its end?"""
        return self._length > 0

    def feed(self, data: bytes) -> list[bytes | int]:
        """The codes that these bytes end. One longer than ``length_max`` was dropped: its length stands for it."""
        for end in _ENDS[1:]:
            data = data.replace(end, _ENDS[0])
        *ended, rest = data.split(_ENDS[0])
        codes: list[bytes | int] = []
        for part in ended:
            self._hold(part)
            codes += self.end()
        self._hold(rest)
        return codes

    def end(self) -> list[bytes | int]:
        """Nothing follows: the code that was under way, if any."""
        code = bytes(self._held) if self._length <= self._length_max else self._length
        began = self.amid
        self._held.clear()
        self._length = 0
        return [code] if began else []

    def _hold(self, part: bytes) -> None:
        self._length += len(part)
        self._held += part[: self._length_max - len(self._held)]


class SerialScanner:
    """A ``Source`` over any transport; owns and closes it."""

    def __init__(self, device: str, settings: Settings, meanings: Meanings, transport: Transport) -> None:
        self._device = device
        self._settings = settings
        self._meanings = meanings
        self._transport = transport
        self._decoder = Decoder(settings.length_max)
        self._heard_at = 0.0
        self._trigger: Trigger | None = TRIGGERS[settings.trigger]() if settings.trigger != "none" else None
        self._start_at = 0.0  # when the scanner is told to look next
        self._seen: dict[int, float] = {}  # the codes that are in view (their hashes), and when they were read last

    def set_up(self) -> None:
        """What a scanner must be told once. Blocks at most 0.6 s; raises ``DeviceGone``."""
        for line in self._trigger.setup if self._trigger else ():
            self._transport.write(line)
            self._transport.read(_SETUP_S)

    def wait(self, timeout_s: float) -> list[Scan]:
        """The codes scanned, waiting up to ``timeout_s`` for the end of the first. Raises ``DeviceGone``."""
        until = time.monotonic() + timeout_s
        while True:
            wake_at = min(until, self._wake_at())
            if data := self._transport.read(max(0.0, wake_at - time.monotonic())):
                scans = self._hear(data)
            elif self._amid and time.monotonic() >= self._heard_at + self._settings.quiet_s:
                scans = self._silence()
            else:
                scans = []
            self._tell()
            if scans or time.monotonic() >= until:
                return scans

    def close(self) -> None:
        """Let the scanner rest and let go of the port. Never raises; may be called twice."""
        if self._trigger:
            with contextlib.suppress(DeviceGone):
                self._transport.write(self._trigger.stop)
        self._transport.close()

    @property
    def _amid(self) -> bool:
        return self._decoder.amid or bool(self._trigger and self._trigger.amid)

    def _wake_at(self) -> float:
        if self._amid:
            return self._heard_at + self._settings.quiet_s
        return self._start_at if self._trigger else float("inf")

    def _tell(self) -> None:
        if self._trigger and not self._amid and time.monotonic() >= self._start_at:
            self._transport.write(self._trigger.start)
            self._start_at = time.monotonic() + self._settings.renew_s

    def _hear(self, data: bytes) -> list[Scan]:
        self._heard_at = time.monotonic()
        text = self._answered(self._trigger.hear(data)) if self._trigger else data
        return self._scans(self._decoder.feed(text), whole=True)

    def _silence(self) -> list[Scan]:
        text = self._answered(self._trigger.silence()) if self._trigger else b""
        whole = not (self._settings.suffixed or (self._trigger and self._trigger.ends))
        return self._scans(self._decoder.feed(text), whole=True) + self._scans(self._decoder.end(), whole)

    def _answered(self, heard: Heard) -> bytes:
        if heard.answer:
            self._transport.write(heard.answer)
        return heard.text

    def _scans(self, codes: list[bytes | int], whole: bool) -> list[Scan]:
        if codes:
            self._start_at = time.monotonic() + _AFTER_CODE_S
        return [self._scan(code, whole) for code in codes if self._new(code)]

    def _new(self, code: bytes | int) -> bool:
        """Has it come into view? Where nobody tells the scanner to look, each code is a new one."""
        now = time.monotonic()
        self._seen = {one: at for one, at in self._seen.items() if now - at < self._settings.again_after_s}
        known, self._seen[hash(code)] = hash(code) in self._seen, now
        return not (self._trigger and known)

    def _scan(self, code: bytes | int, whole: bool) -> Scan:
        if isinstance(code, int) or not whole:
            return CodeUnknown(self._device, code if isinstance(code, int) else len(code))
        return meaning(self._device, code, self._meanings, self._settings.kinds)


def connect(device: str, settings: Settings, meanings: Meanings) -> Source:
    """Open the scanner's port; what it holds from before is thrown away. Raises ``DeviceGone``."""
    scanner = SerialScanner(device, settings, meanings, open_port(settings.port, settings.baud))
    try:
        scanner.set_up()
    except DeviceGone:
        scanner.close()
        raise
    return scanner
