"""Characters as they arrive from a scanner, made into codes and what these mean: the same on every kind of line.

A code ends with CR, LF or Tab, or where a scanner sends none of them, with a short silence. One that a scanner says
again and again, since it lies there, is reported once: hardware.scanner.in_view has the rule.
"""

import time
from collections.abc import Callable
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from hardware.readings import CodeUnknown, IsbnScanned, ItemScanned, Scan
from hardware.scanner.barcode import KINDS, LENGTH_MAX, Kind, Meanings, meaning
from hardware.scanner.in_view import InView
from hardware.wiretap import unsaid

_ENDS: Final = (b"\r", b"\n", b"\t")


class CodeSettings(BaseModel):
    """``kinds``: what this scanner may report, in order of trial. ``suffixed``: the scanner is set to end each code
    with CR, LF or TAB, so what only a silence ends was cut off and is reported as unknown.

    ``again_after_s``: how long a code must be out of view before it counts again; longer than the scanner waits before
    it says the same code again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = KINDS
    quiet_s: Annotated[float, Field(ge=0.02, le=1)] = 0.08
    length_max: Annotated[int, Field(ge=8, le=LENGTH_MAX)] = LENGTH_MAX
    suffixed: bool = False
    again_after_s: Annotated[float, Field(ge=0.5, le=30)] = 2.0


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


class Codes:
    """What a scanner of this kind has in the making."""

    def __init__(self, device: str, settings: CodeSettings, meanings: Meanings, suffixed: bool = False) -> None:
        """``suffixed``: so by its protocol, whatever its settings say."""
        self._device = device
        self._settings = settings
        self._meanings = meanings
        self._suffixed = suffixed or settings.suffixed
        self._decoder = Decoder(settings.length_max)
        self._in_view = InView(settings.again_after_s)
        self._heard_at = 0.0
        self.ended_at = 0.0
        """When a code last came to its end, whether it is new or lies there."""

    @property
    def amid(self) -> bool:
        """Has a code begun that is not at its end?"""
        return self._decoder.amid

    def wait(self, timeout_s: float, read: Callable[[float], bytes]) -> list[Scan]:
        """The codes that came into view, waiting up to ``timeout_s`` for the end of the first.

        ``read``: characters as they come, waiting so long for the first, empty when there was none; what it raises
        is not caught.
        """
        until = time.monotonic() + timeout_s
        while True:
            quiet_at = self._heard_at + self._settings.quiet_s if self.amid else until
            scans: list[Scan] = []
            if text := self._heard(read, min(quiet_at, until)):
                self._heard_at = time.monotonic()
                scans = [self._scan(code) for code in self._decoder.feed(text)]
                if scans and self.amid:  # what has come of the next one is no part of these
                    unsaid()
            elif self.amid and time.monotonic() >= quiet_at:
                scans = [self._cut(code) for code in self._decoder.end()]
            if scans:
                self.ended_at = time.monotonic()
            arrived = [scan for scan in scans if self._arrives(scan)]
            if arrived or time.monotonic() >= until:
                return arrived

    def _arrives(self, scan: Scan) -> bool:
        arrives = self._in_view.arrives(scan)
        if not arrives and not isinstance(scan, ItemScanned | IsbnScanned):
            unsaid()
        return arrives

    def _heard(self, read: Callable[[float], bytes], until: float) -> bytes:
        began = time.monotonic()
        wait_s = max(0.0, until - began)
        text = read(wait_s)
        self._in_view.looked(min(time.monotonic() - began, wait_s))
        return text

    def _scan(self, code: bytes | int) -> Scan:
        if isinstance(code, int):
            return CodeUnknown(self._device, code)
        return meaning(self._device, code, self._meanings, self._settings.kinds)

    def _cut(self, code: bytes | int) -> Scan:
        if self._suffixed and isinstance(code, bytes):
            return CodeUnknown(self._device, len(code))
        return self._scan(code)
