"""Lock boards of the WKLY type (every frame begins with these four letters), RS-485, 9600 8N1, half duplex.

Up to 32 boards share a bus. N is the length of the whole frame; X the exclusive or of all bytes before it::

    request                                       reply
    open one    57 4B 4C 59  09  AA  82  CC  X    57 4B 4C 59  0B  AA  82  st  CC  lk  X
    read one    57 4B 4C 59  09  AA  83  CC  X    57 4B 4C 59  0B  AA  83  st  CC  lk  X
    read all    57 4B 4C 59  08  AA  84  X        57 4B 4C 59   N  AA  84  st  n  lk1 .. lkn  X
                                                  57 4B 4C 59  0A  AA  85  CC  lk  X      unasked: a door moved
    AA  board 0..31    CC  channel from 1    st  00 done, else failed    lk  00 open, 01 closed, FF could not be read

A door may move between a request and its reply, so frames are taken from a stream and matched by board, command, form
and channel. Requests and replies differ in form: an adapter that echoes what it sends does no harm. "Open several" and
"open all" (80, 86, 87) are never sent.

A reply does not say which request it answers, so one that comes late would answer the next of its kind. Hence a
*fence*: at the start, and after every exchange that went wrong, one door is read before anything else, another door
each time. Whatever comes before its answer is late.

No source says whether a failed unlock (st not 00) comes before or after the pulse, so it counts as heard, like any
other reply: what the door did, the next look at the doors tells.

Source: the vendor's demo frames in the unit tests of github.com/junerver/LockDemo; eight more programs agree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker.board import Board
from hardware.locker.exchange import exchange
from hardware.locker.stream import NEVER, NOT_YET, Stream
from hardware.readings import Door
from hardware.transport import Transport

BAUD = 9600
HEADER = b"WKLY"
OPEN_SEVERAL, FLASH, OPEN, READ, READ_ALL, MOVED, OPEN_ALL, OPEN_IN_TURN = range(0x80, 0x88)
DONE = 0x00
IS_OPEN, IS_CLOSED, UNREAD = 0x00, 0x01, 0xFF
ADDRESS_MAX = 31
CHANNELS_MAX = 48  # sold with 12 and 24
SHORTEST, LONGEST = 8, 10 + CHANNELS_MAX
PULSE_S = 0.3  # allowed for the pulse, after which the board answers; no source gives a figure


class Settings(BaseModel):
    """One board, as the configuration describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: int = Field(0, ge=0, le=ADDRESS_MAX)
    channels: int = Field(24, ge=1, le=CHANNELS_MAX)
    feedback: Literal["short_when_locked", "short_when_open"] = "short_when_locked"
    """Whether the lock's micro-switch closes its contact when the door is locked, as the board takes it (its "closed"
    is then taken as said), or when it is open (its word is then turned round)."""
    reply_wait_s: float = Field(0.3, gt=0, le=0.3)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: board address, command, and what stands between the command and the check byte."""

    address: int
    command: int
    data: bytes

    def to_bytes(self) -> bytes:
        """The frame as it goes over the wire, header, length and check byte included."""
        body = HEADER + bytes((SHORTEST + len(self.data), self.address, self.command)) + self.data
        return body + bytes((reduce(xor, body),))


class Decoder(Stream[Frame]):
    """Finds frames of either direction."""

    def _length(self, held: bytearray) -> int:
        length = held[4] if len(held) > 4 else LONGEST
        if not held.startswith(HEADER[: len(held)]) or not SHORTEST <= length <= LONGEST:
            return NEVER
        if len(held) < length:
            return NOT_YET
        return length if not reduce(xor, held[:length]) and held[5] <= ADDRESS_MAX else NEVER

    def _frame(self, whole: bytes) -> Frame:
        return Frame(whole[5], whole[6], whole[7:-1])


class WklyBoard:
    """A ``Board`` on a bus. See that contract for what is raised; nothing is said to the board before it is used."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._in_step = False  # the last exchange went well, so nothing late can be on its way
        self._fence = 0

    @property
    def channels(self) -> int:
        """How many channels the board has."""
        return self._settings.channels

    def unlock(self, channel: int) -> None:
        """One pulse. A reply is the board's word that it heard, never that the door moved.

        When the board does not answer the fence, no pulse is asked for: ``DeviceRefused``.
        """
        if not 1 <= channel <= self.channels:
            raise ValueError(f"channel {channel} is not one of 1..{self.channels}")
        try:
            self._get_in_step()
        except (DeviceSilent, WireError) as error:
            raise DeviceRefused(f"no pulse was asked for: {error}") from error
        self._exchange(OPEN, bytes((channel,)), _of_one(channel), PULSE_S + self._settings.reply_wait_s)

    def doors(self) -> dict[int, Door]:
        """Every door, from one "read all"; UNKNOWN for a door of which the board says that it could not read it.

        A board that says it failed, or knows fewer doors than are configured, is a ``WireError``.
        """
        self._get_in_step()
        reply = self._exchange(READ_ALL, b"", _of_all, self._settings.reply_wait_s)
        state, count, *locks = reply
        if state != DONE:
            raise WireError(f"board {self._settings.address} says that it could not read its doors")
        if count < self.channels:
            raise WireError(f"board {self._settings.address} has {count} doors, not {self.channels}")
        return {channel: self._door(locks[channel - 1]) for channel in range(1, self.channels + 1)}

    def _door(self, lock: int) -> Door:
        if lock not in (IS_OPEN, IS_CLOSED):
            return Door.UNKNOWN
        as_said = self._settings.feedback == "short_when_locked"
        return Door.SHUT if (lock == IS_CLOSED) == as_said else Door.OPEN

    def _get_in_step(self) -> None:
        """The fence: read one door, so that nothing late is on its way."""
        if self._in_step:
            return
        self._fence = self._fence % self.channels + 1
        self._exchange(READ, bytes((self._fence,)), _of_one(self._fence), self._settings.reply_wait_s)

    def _exchange(self, command: int, data: bytes, formed: Callable[[bytes], bool], wait_s: float) -> bytes:
        """Ask; the data of the reply, which has the same command and the form that is due."""
        address = self._settings.address

        def answers(frame: Frame) -> bool:
            return (frame.address, frame.command) == (address, command) and formed(frame.data)

        self._in_step = False
        request = Frame(address, command, data).to_bytes()
        reply = exchange(self._transport, request, Decoder(), answers, wait_s, address)
        self._in_step = True
        return reply.data


def _of_one(channel: int) -> Callable[[bytes], bool]:
    """The form of a reply about one door: st, CC, lk."""
    return lambda data: len(data) == 3 and data[1] == channel and data[2] in (IS_OPEN, IS_CLOSED, UNREAD)


def _of_all(data: bytes) -> bool:
    """The form of a reply about all: st, n and one byte a door."""
    return len(data) >= 2 and len(data) == 2 + data[1] and set(data[2:]) <= {IS_OPEN, IS_CLOSED, UNREAD}


def connect(settings: Settings, transport: Transport) -> Board:
    """The board ``settings`` describes, on the bus behind ``transport``, which several boards may share. Says nothing.

    A board that is missing shows at the first call, so that it does not keep the others on its bus from working.
    """
    return WklyBoard(settings, transport)
