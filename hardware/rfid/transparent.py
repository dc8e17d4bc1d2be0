"""A transparent session of PC/SC: bytes straight to the tag in the field (PC/SC part 3, supplement, 2013).

    FF C2 00 00 02 81 00 00              begin               C0 03 00 90 00 90 00
    FF C2 00 02 04 8F 02 02 03 00        ISO 15693, part 3   C0 03 00 90 00 8F 01 00 90 00
    FF C2 00 01 Lc .. 95 n request 00    to the tag          C0 03 00 90 00 92 01 00 96 02 00 00 97 n answer 90 00
       before 95:  5F 46 04 time         wait, µs, LE        C0 03 01 64 01 90 00   nothing answered in time
    FF C2 00 00 02 82 00 00              end

Source: a conversation with an ACS ACR1552 published at NXP's forum (vectors/pcsc_pad.toml); object names as in the
driver wsrf2009/contactless-driver.
"""

import contextlib
import struct
from collections.abc import Iterator
from typing import Protocol

from hardware.errors import WireError
from hardware.rfid.pcsc_reader import DONE, CardLost, Connection

WRITE_WAIT_US = 1_000_000
_MANAGE, _EXCHANGE, _SWITCH = 0x00, 0x01, 0x02
_BEGIN, _END, _TO_15693 = b"\x81\x00", b"\x82\x00", b"\x8f\x02\x02\x03"
_ERROR, _ANSWER = 0xC0, 0x97
_FINE = b"\x00\x90\x00"
_NO_ANSWER = (b"\x01\x64\x01",)


class Unsupported(Exception):
    """This reader has no transparent sessions, or none for ISO 15693."""


class Air(Protocol):
    """The way to the tag."""

    def __call__(self, request: bytes, wait_us: int = 0) -> bytes:
        """The tag's answer. Raises ``CardLost`` when there is none in time, ``WireError``, ``DeviceGone``."""


@contextlib.contextmanager
def session(there: Connection) -> Iterator[Air]:
    """The way to the tag, for a few requests. Raises ``Unsupported``; ``CardLost``, ``DeviceGone``."""
    _objects(there, _MANAGE, _BEGIN)
    try:
        _objects(there, _SWITCH, _TO_15693)

        def air(request: bytes, wait_us: int = 0) -> bytes:
            timer = b"\x5f\x46\x04" + struct.pack("<I", wait_us) if wait_us else b""
            said = _objects(there, _EXCHANGE, timer + bytes((0x95, len(request))) + request)
            if _ANSWER not in said:
                raise CardLost
            return said[_ANSWER]

        yield air
    finally:
        with contextlib.suppress(Unsupported, CardLost, WireError):
            _objects(there, _MANAGE, _END)


def _objects(there: Connection, function: int, said: bytes) -> dict[int, bytes]:
    answer = there.transmit(bytes((0xFF, 0xC2, 0x00, function, len(said))) + said + b"\x00")
    if answer[-2:] != DONE:
        raise Unsupported(f"the reader answers {answer[-2:].hex(' ').upper()}")
    objects = dict(_parsed(answer[:-2]))
    error = objects.get(_ERROR, _FINE)
    if error in _NO_ANSWER:
        raise CardLost
    if error != _FINE:
        raise WireError(f"a transparent session went wrong: {error.hex(' ').upper()}")
    return objects


def _parsed(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag, length, value; lengths above 7F as 81 n."""
    while data:
        length, head = (data[1], 2) if len(data) > 1 else (0, 2)
        if length == 0x81 and len(data) > 2:
            length, head = data[2], 3
        if len(data) < head + length:
            raise WireError("a data object cut short")
        yield data[0], data[head : head + length]
        data = data[head + length :]
