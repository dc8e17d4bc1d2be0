"""Barcode scanner that is a USB keyboard, taken away from the screen: what it types comes here and nowhere else.

Linux input events (linux/input.h, 24 bytes where a ``long`` has eight)::

    | seconds, 8 | microseconds, 8 | type, 2 | code, 2 | value, 4 |      in the machine's own byte order
      type 01: a key; value 0 up, 1 down, 2 held on        type 00: end of what happened at once; code 03: some was lost

Keys are places, not letters: the letters are those of a US keyboard, to which the scanner must be set. ``EVIOCGRAB``
keeps the events from everybody else; without it a scan would type into whatever has the focus. A path that carries the
same events and is no such device (a pipe, a pseudo-terminal) has nobody else to keep them from.
"""

import contextlib
import errno
import fcntl
import os
import select
import struct
from typing import Annotated, Final

from pydantic import Field

from hardware.errors import DeviceGone
from hardware.readings import Scan
from hardware.scanner.barcode import Meanings
from hardware.scanner.codes import Codes, CodeSettings
from hardware.source import Source
from hardware.wiretap import Way, overheard

READ_MAX: Final = 4096
EVENT: Final = struct.Struct("=qqHHi")
SYN, KEY = 0, 1
SYN_DROPPED = 3
TYPE_MAX = 0x1F
UP, DOWN, HELD = 0, 1, 2
EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int)

_DRAIN_MAX = 64
_CAUSES = {
    errno.ENOENT: "is it plugged in? ls /dev/input/by-id shows what is",
    errno.EACCES: "is the user in the group input?",
    errno.EBUSY: "another program has taken it",
    errno.ENODEV: "unplugged",
    errno.EIO: "unplugged",
}

UNKNOWN = b"\x00"
"""Stands for what is no letter, so that a code with it in is none either."""

_ROWS = {2: "1234567890-=", 16: "qwertyuiop[]", 30: "asdfghjkl;'`", 43: "\\zxcvbnm,./"}
_SHIFTED_ROWS = {2: "!@#$%^&*()_+", 16: "QWERTYUIOP{}", 30: 'ASDFGHJKL:"~', 43: "|ZXCVBNM<>?"}
_SAME = {15: "\t", 28: "\r", 57: " ", 55: "*", 96: "\r", 98: "/"}
_KEYPAD = {71: "789-456+1230."}


def _keys(*rows: dict[int, str]) -> dict[int, str]:
    return {first + n: letter for row in rows for first, letters in row.items() for n, letter in enumerate(letters)}


PLAIN: Final = _keys(_ROWS, _SAME, _KEYPAD)
SHIFTED: Final = _keys(_SHIFTED_ROWS, _SAME, _KEYPAD)
_SHIFTS = {42, 54}
_OTHERS = {29, 97, 56, 100, 125, 126}  # control, alt, meta: with these held, nothing is a letter
_SILENT = {58, 69, 70}  # the locks


class Settings(CodeSettings):
    """``path``: of the events, as in ``/dev/input/by-id/usb-...-event-kbd``. ``suffixed``: it ends codes with Enter.

    ``quiet_s`` is longer than on a serial line: such scanners type no faster than the system asks them.
    """

    quiet_s: Annotated[float, Field(ge=0.02, le=1)] = 0.15
    path: Annotated[str, Field(min_length=1)]


class Decoder:
    """Bytes in, letters out. Holds less than one event."""

    def __init__(self) -> None:
        self._held = b""
        self._down: set[int] = set()  # of the keys that change others
        self._lost = False

    def feed(self, data: bytes) -> list[bytes]:
        """A letter for each key that went down; ``UNKNOWN`` for other keys, and where the system lost some.

        Bytes that can be no event are dropped one by one: a device never says such, but a wire may.
        """
        self._held += data
        letters: list[bytes] = []
        at = 0
        while len(self._held) - at >= EVENT.size:
            _, micros, kind, code, value = EVENT.unpack_from(self._held, at)
            if not 0 <= micros < 1_000_000 or kind > TYPE_MAX or (kind == KEY and value not in (UP, DOWN, HELD)):
                at += 1
                continue
            at += EVENT.size
            letters += self._event(kind, code, value)
        self._held = self._held[at:]
        return letters

    def _event(self, kind: int, code: int, value: int) -> list[bytes]:
        if kind == SYN and code == SYN_DROPPED:
            self._lost = True
            self._down.clear()
            return [UNKNOWN]
        if kind == SYN:
            self._lost = False  # what comes after this is whole again
        if kind != KEY or self._lost:
            return []
        if code in _SHIFTS or code in _OTHERS:
            (self._down.discard if value == UP else self._down.add)(code)
            return []
        if value != DOWN or code in _SILENT:
            return []
        letter = (SHIFTED if self._down & _SHIFTS else PLAIN).get(code)
        return [letter.encode("ascii") if letter and not self._down & _OTHERS else UNKNOWN]


class Keyboard:
    """A ``Source`` over an open file of events; owns and closes it."""

    def __init__(self, device: str, settings: Settings, meanings: Meanings, descriptor: int) -> None:
        self._path = settings.path
        self._descriptor = descriptor
        self._decoder = Decoder()
        self._codes = Codes(device, settings, meanings)

    def wait(self, timeout_s: float) -> list[Scan]:
        """What came into view, waiting up to ``timeout_s`` for the first. Raises ``DeviceGone``."""
        return self._codes.wait(timeout_s, self._read)

    def close(self) -> None:
        """Give it back to the screen. Never raises; may be called twice."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)  # which ends the grab
        self._descriptor = -1

    def _read(self, timeout_s: float) -> bytes:
        if self._descriptor < 0:
            raise DeviceGone(f"{self._path}: closed")
        try:
            ready, _, _ = select.select([self._descriptor], [], [], timeout_s)
            data = os.read(self._descriptor, READ_MAX) if ready else None
        except BlockingIOError:
            return b""
        except OSError as error:
            raise _gone(self._path, error) from None
        if data is None:
            return b""
        if not data:
            raise DeviceGone(f"{self._path}: unplugged")
        overheard(Way.IN, data)
        return b"".join(self._decoder.feed(data))


def connect(device: str, settings: Settings, meanings: Meanings) -> Source:
    """Take the keyboard for this process alone; what it typed before is nobody's. Does not wait for it.

    Raises ``DeviceGone`` when it is not there, not ours to open, or taken by another program.
    """
    try:
        descriptor = os.open(settings.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise _gone(settings.path, error) from None
    try:
        _grab(descriptor)
        _drain(descriptor)
    except OSError as error:
        os.close(descriptor)
        raise _gone(settings.path, error) from None
    return Keyboard(device, settings, meanings, descriptor)


def _grab(descriptor: int) -> None:
    try:
        fcntl.ioctl(descriptor, EVIOCGRAB, 1)
    except OSError as error:
        if error.errno not in (errno.ENOTTY, errno.EINVAL):
            raise


def _drain(descriptor: int) -> None:
    with contextlib.suppress(BlockingIOError):
        for _ in range(_DRAIN_MAX):
            if not os.read(descriptor, READ_MAX):
                return


def _gone(path: str, error: OSError) -> DeviceGone:
    cause = _CAUSES.get(error.errno or 0, "")
    return DeviceGone(f"{path}: {error.strerror}" + (f" ({cause})" if cause else ""))
