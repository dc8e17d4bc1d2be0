"""Lock boards of the Shuoming type: unbranded "485 lock control boards", RS-485, 9600 8N1, half duplex.

Up to 32 boards share a bus; a DIP switch gives the address. X is the exclusive or of all bytes before it::

    request                                        reply
    open one        8A  AA  CC  11  X              8A  AA  CC  st  X      after the pulse (about 0.3 s)
    open, timed     8A  AA  CC  11  SS  X          the same; SS 1..9 seconds, not on every firmware
    open all        8A  AA  00  11  X              never sent by this driver
    read one        80  AA  CC  33  X              80  AA  CC  st  X
    read all        80  AA  00  33  X              80  AA  Sn .. S2  S1  33  X
                                                   82  AA  CC  st  X      unasked, on some firmwares
    AA  board 1..99    CC  channel from 1    st  00 or 11: the feedback input now
    Sn .. S1  one bit a channel, lowest channel in bit 0; three bytes even on small boards. The lowest group stands
              last, says the vendor; one program takes it to stand first: ``Settings.lowest_group``

What an input of 11 means is the lock's affair, not the protocol's: see ``Settings.feedback``.

Two traps. An unlock reply with st 11 equals its own request, so an adapter that echoes what it sends looks like a board
that answers. And a status reply does not say which request it answers, so one that comes late would answer the next.
Both are met by a *fence*: at the start, and after every exchange that went wrong, one door is read before anything
else, another door each time. Whatever comes before its answer is late or an echo.

Sources: the vendor's "485 lock control board protocol" as published on CSDN (147892413); frames captured from a real
board by the Open-Locker project.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker.board import Board
from hardware.locker.exchange import exchange
from hardware.locker.stream import NEVER, NOT_YET, Stream
from hardware.readings import Door
from hardware.transport import Transport

BAUD = 9600
OPEN, READ, CHANGED, OPEN_MANY = 0x8A, 0x80, 0x82, 0x90
PULSE, ASK = 0x11, 0x33
PRESSED, RELEASED = 0x11, 0x00
ADDRESS_MAX = 99
PULSE_S = 0.3  # the board's own pulse, after which it answers

Lengths = Mapping[int, tuple[int, ...]]
"""First byte to the lengths a frame that starts so can have, shortest first."""

REQUESTS: Lengths = {OPEN: (5, 6), READ: (5,), OPEN_MANY: (6,)}
REPLIES: Lengths = {OPEN: (5,), READ: (5,), CHANGED: (5,)}


class Settings(BaseModel):
    """One board, as the configuration describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: int = Field(1, ge=1, le=ADDRESS_MAX)
    channels: int = Field(24, ge=1, le=64)
    feedback: Literal["short_when_locked", "short_when_open"] = "short_when_locked"
    """Whether the lock's micro-switch closes its contact when the door is locked or when it is open."""
    pulse_s: int = Field(0, ge=0, le=9)
    """Seconds of pulse, in the timed form of the request; 0: the board's own, which every firmware knows. A board that
    answers after its pulse answers too late then: the unlock is unknown, and the door shows when the board is heard."""
    echo: Literal["auto", "yes", "no"] = "auto"
    """Whether the adapter hears itself; ``auto`` finds out at the start and after each disturbance."""
    reply_wait_s: float = Field(0.3, gt=0, le=0.3)
    status_bytes: int = Field(0, ge=0, le=8)
    """Status bytes of a "read all" reply; 0: as many as the channels need, at least three, as the vendor says.
    Never fewer than the channels need: those beyond would read as shut, though nobody has seen them."""

    lowest_group: Literal["last", "first"] = "last"
    """Where channels 1 to 8 stand among them. Three sources, one with worked samples, say last; one says first."""

    @model_validator(mode="after")
    def _told_of_every_channel(self) -> Self:
        if self.status_bytes and 8 * self.status_bytes < self.channels:
            told = 8 * self.status_bytes
            raise ValueError(f"status_bytes tells of {told} doors only: set channels = {told}, or more bytes")
        return self

    def whole_length(self) -> int:
        """The length in bytes of the reply to "read all"."""
        return 4 + (self.status_bytes or max(3, -(-self.channels // 8)))

    def groups_order(self) -> Literal["big", "little"]:
        """The order of the status bytes, as of an integer whose lowest bit is channel 1."""
        return "big" if self.lowest_group == "last" else "little"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: first byte, board address, and what stands between the address and the check byte."""

    head: int
    address: int
    data: bytes

    def to_bytes(self) -> bytes:
        """The frame as it goes over the wire, check byte included."""
        body = bytes((self.head, self.address)) + self.data
        return body + bytes((reduce(xor, body),))


class Decoder(Stream[Frame]):
    """Finds the frames whose first bytes and lengths it was told.

    ``mirror`` is a request whose echo is expected: its first appearance is skipped and noted in ``mirrored``.
    """

    def __init__(self, lengths: Lengths, mirror: bytes = b"") -> None:
        super().__init__()
        self._lengths = lengths
        self._mirror = mirror
        self.mirrored = False

    def _length(self, held: bytearray) -> int:
        if self._mirror and held.startswith(self._mirror):
            del held[: len(self._mirror)]
            self._mirror, self.mirrored = b"", True
            return self._length(held) if held else NOT_YET
        lengths = self._lengths.get(held[0], ())
        if len(held) > 1 and not 1 <= held[1] <= ADDRESS_MAX:
            lengths = ()
        for length in lengths:
            if length <= len(held) and _sound(held[:length]):
                return length
        return NOT_YET if lengths and len(held) < lengths[-1] else NEVER

    def _frame(self, whole: bytes) -> Frame:
        return Frame(whole[0], whole[1], whole[2:-1])


def _sound(frame: bytearray) -> bool:
    """Whether a frame of a known length keeps the rules: check byte, and the fixed byte of its form."""
    if reduce(xor, frame):
        return False
    if len(frame) == 5:
        return frame[3] in (RELEASED, PRESSED, ASK)
    if frame[0] == OPEN:
        return frame[3] == PULSE and 1 <= frame[4] <= 9
    return frame[0] == OPEN_MANY or frame[-2] == ASK


class ShuomingBoard:
    """A ``Board`` on a bus. See that contract for what is raised; nothing is said to the board before it is used."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._echo = settings.echo == "yes"
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
        if not 1 <= channel <= self.channels:  # channel 0 would open every door
            raise ValueError(f"channel {channel} is not one of 1..{self.channels}")
        try:
            self._get_in_step()
        except (DeviceSilent, WireError) as error:
            raise DeviceRefused(f"no pulse was asked for: {error}") from error
        timed = (self._settings.pulse_s,) if self._settings.pulse_s else ()
        request = self._request(OPEN, channel, PULSE, *timed)
        mirror = request.to_bytes() if self._echo else b""

        def answers(frame: Frame) -> bool:
            return frame.data[0] == channel and frame.data[1] in (RELEASED, PRESSED)

        self._exchange(request, answers, Decoder(REPLIES, mirror), PULSE_S + self._settings.reply_wait_s)

    def doors(self) -> dict[int, Door]:
        """Every door, from one "read all"."""
        self._get_in_step()
        request = self._request(READ, 0, ASK)
        mirror = request.to_bytes() if self._echo else b""
        lengths = {**REPLIES, READ: (self._settings.whole_length(),)}
        reply = self._exchange(request, lambda frame: True, Decoder(lengths, mirror), self._settings.reply_wait_s)
        inputs = int.from_bytes(reply.data[:-1], self._settings.groups_order())
        shut_when = self._settings.feedback == "short_when_locked"
        return {
            channel: Door.SHUT if bool(inputs >> (channel - 1) & 1) == shut_when else Door.OPEN
            for channel in range(1, self.channels + 1)
        }

    def _get_in_step(self) -> None:
        """The fence: read one door, so that nothing late is on its way, and learn whether the adapter echoes."""
        if self._in_step:
            return
        self._fence = self._fence % self.channels + 1
        request = self._request(READ, self._fence, ASK)
        decoder = Decoder(REPLIES, request.to_bytes())  # the reply ends otherwise than the request: no confusion

        def answers(frame: Frame) -> bool:
            return frame.data[0] == self._fence and frame.data[1] in (RELEASED, PRESSED)

        self._exchange(request, answers, decoder, self._settings.reply_wait_s)
        if self._settings.echo == "auto":
            self._echo = decoder.mirrored

    def _request(self, head: int, *data: int) -> Frame:
        return Frame(head, self._settings.address, bytes(data))

    def _exchange(self, request: Frame, answers: Callable[[Frame], bool], decoder: Decoder, wait_s: float) -> Frame:
        """Ask, and wait for the frame that answers; others (late, unasked, of other boards) are passed over."""
        address = request.address

        def mine(frame: Frame) -> bool:
            return (frame.head, frame.address) == (request.head, address) and answers(frame)

        self._in_step = False
        reply = exchange(self._transport, request.to_bytes(), decoder, mine, wait_s, address)
        self._in_step = True
        return reply


def connect(settings: Settings, transport: Transport) -> Board:
    """The board ``settings`` describes, on the bus behind ``transport``, which several boards may share. Says nothing.

    A board that is missing shows at the first call, so that it does not keep the others on its bus from working.
    """
    return ShuomingBoard(settings, transport)
