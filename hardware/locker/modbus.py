"""Modbus RTU frames, as relay boards speak them. The only file that imports pymodbus, which knows lengths and checks::

    | address | function | data, by function | CRC-16, low byte first |     3.5 characters of silence around

A reply has its request's address and function; with the high bit of the function set it is an exception, one byte of
data: only some of these say that nothing was done. Others are a board that failed while it did it (04) or is still at
it (05), or a gateway that heard nothing (0B).
Several requests may look alike in reply: who asks says which frame answers (see ``exchange``).

Source: Modbus over serial line 1.02; for the exceptions Modbus application protocol 1.1b3, section 7; the vectors are
those of the makers.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pymodbus.framer.rtu import FramerRTU
from pymodbus.pdu import DecodePDU

from hardware.errors import DeviceRefused, WireError
from hardware.locker.exchange import exchange
from hardware.transport import Transport

READ_COILS, READ_INPUTS, READ_REGISTERS, WRITE_COIL, WRITE_REGISTER = 1, 2, 3, 5, 6
REFUSED = 0x80
ADDRESS_MAX = 247
LENGTH_MAX = 256
_SHORTEST = 4
_REFUSALS = {
    1: "does not know this function",
    2: "does not have this address",
    3: "does not take this value",
    6: "is busy",
}
"""The exceptions after which nothing was done; after any other it may have been."""

_framer = FramerRTU(DecodePDU(is_server=False))


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: slave address, function and what stands between it and the check."""

    address: int
    function: int
    data: bytes

    def to_bytes(self) -> bytes:
        """The frame as it goes over the wire, check included."""
        return bytes(_framer.encode(bytes((self.function,)) + self.data, self.address, 0))


def frame(address: int, function: int, *words: int) -> Frame:
    """A frame whose data are 16-bit words, as those of most requests are."""
    return Frame(address, function, b"".join(word.to_bytes(2, "big") for word in words))


class Decoder:
    """Finds frames in bytes that arrive cut anywhere, with noise between. Holds back less than one frame."""

    def __init__(self, requests: bool = False) -> None:
        """``requests``: frames towards a board, for its twin; else its replies."""
        self._kinds = DecodePDU(is_server=requests)
        self._held = b""
        self._dropped = False

    @property
    def spoilt(self) -> bool:
        """Whether there was anything that is no frame: noise, or a frame damaged or cut."""
        return self._dropped or bool(self._held)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that ``data`` completes. Never raises: what is no frame is dropped byte by byte.

        No byte marks a beginning, so a frame may stand behind noise that looks like a longer one: any start will do.
        """
        self._held += data
        frames = []
        while found := next(filter(None, map(self._frame_at, range(len(self._held)))), None):
            start, end, one = found
            self._dropped = self._dropped or start > 0
            self._held = self._held[end:]
            frames.append(one)
        if len(self._held) > LENGTH_MAX:
            self._held = self._held[-LENGTH_MAX:]
            self._dropped = True
        return frames

    def _frame_at(self, start: int) -> tuple[int, int, Frame] | None:
        rest = self._held[start:]
        kind = self._kinds.lookupPduClass(rest) if len(rest) >= _SHORTEST else None
        size = kind.calculateRtuFrameSize(rest) if kind else 0
        if not size or not _SHORTEST <= size <= len(rest):
            return None
        if not FramerRTU.check_CRC(rest[: size - 2], int.from_bytes(rest[size - 2 : size], "big")):
            return None
        return start, start + size, Frame(rest[0], rest[1], rest[2 : size - 2])


def ask(transport: Transport, request: Frame, answers: Callable[[Frame], bool], wait_s: float) -> Frame:
    """One request and the frame that answers it. Blocks for ``wait_s`` and a little silence after.

    Raises ``DeviceRefused`` for an exception that says that nothing was done, ``WireError`` for any other (it may have
    been done) and for broken frames, ``DeviceSilent``, ``DeviceGone``.
    """

    def mine(reply: Frame) -> bool:
        ours = reply.address == request.address
        refusal = reply.function == request.function | REFUSED and len(reply.data) == 1
        return ours and (refusal or (reply.function == request.function and answers(reply)))

    reply = exchange(transport, request.to_bytes(), Decoder(), mine, wait_s, request.address)
    if reply.function & REFUSED:
        code, asked = reply.data[0], f"board {request.address}, function {request.function}"
        if code in _REFUSALS:
            raise DeviceRefused(f"{asked}: it {_REFUSALS[code]}")
        raise WireError(f"{asked}: exception {code:02X}, which does not say that nothing was done")
    return reply
