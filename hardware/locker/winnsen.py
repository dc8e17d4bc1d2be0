"""Lock boards of Winnsen, RS-485, 9600 8N1, half duplex. There is no check byte; LL is the length of the whole frame::

    request                               reply
    open    90  06  05  SS  LK  03        90  07  85  SS  LK  rr  03     rr 01 opened, 00 failed
    poll    90  07  02  SS  mL  mH  03    90  07  82  SS  sL  sH  03     one bit a lock, 1 open; low byte first
    SS  station 1..255 (0 in one project)    LK  lock 1..16    some boards answer with A5 and A2 instead of 85 and 82

Without a check byte everything that is fixed must be right: header, length, function, station, lock and trailer. What
is not fixed, the state of the doors, is polled until two replies in a row agree.

A reply does not say which request it answers, so one that comes late would answer the next of its kind. After an unlock
that went wrong (and at the start) a poll is the *fence*: what comes before its answer is late. A poll cannot be told
from another poll, so after one that went wrong none is sent until ``Settings.late_s`` has passed.

Whether the board answers "failed" before or after a pulse no source says, so it counts as heard, like "opened": what
the door did, the next look at the doors tells. The single-status frames 12 and 92 of one clone are not spoken.

Sources: the unit tests of the LocQar app, after "Winnsen Serial Command Document V202104"; blitztech's pudokiosk. A5
and A2: one real board seen by LocQar.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker.board import Board
from hardware.locker.exchange import exchange
from hardware.locker.stream import NEVER, NOT_YET, Stream
from hardware.readings import Door
from hardware.transport import Transport

BAUD = 9600
HEADER, TRAILER = 0x90, 0x03
OPEN, POLL = 0x05, 0x02
OPENED, FAILED = 0x01, 0x00
ADDRESS_MAX = 255
CHANNELS_MAX = 16
PULSE_S = 0.3  # allowed for the pulse, after which the board answers; no source gives a figure
CALL_S = 1.0  # what a call may take; so long may it rest first:
DOORS_REST_S, UNLOCK_REST_S = 0.5, 0.2

ANSWERS: Mapping[str, int] = {"85": 0x80, "A5": 0xA0}
"""Dialect to what it adds to the function of a request in the reply to it."""

LENGTHS: Mapping[int, int] = {OPEN: 6, 0x85: 7, 0xA5: 7, POLL: 7, 0x82: 7, 0xA2: 7}
"""Function to the length of its frame."""


class Settings(BaseModel):
    """One board, as the configuration describes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: int = Field(1, ge=0, le=ADDRESS_MAX)
    channels: int = Field(12, ge=1, le=CHANNELS_MAX)
    feedback: Literal["short_when_locked", "short_when_open"] = "short_when_locked"
    """Whether the lock's micro-switch closes its contact when the door is locked, as the board takes it (its "open" is
    then taken as said), or when it is open (its word is then turned round)."""
    dialect: Literal["either", "85", "A5"] = "either"
    """The function with which the board answers an unlock (and 82 or A2 a poll)."""
    reply_wait_s: float = Field(0.25, gt=0, le=0.25)
    late_s: float = Field(0.75, ge=0.25, le=5)
    """A reply that has not come so long after its request does not come any more; longer over a slow serial server."""

    def answers_to(self, function: int) -> set[int]:
        """The functions with which a request of ``function`` may be answered."""
        return {function | bit for name, bit in ANSWERS.items() if self.dialect in ("either", name)}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: function, station, and what stands between the station and the trailer."""

    function: int
    address: int
    data: bytes

    def to_bytes(self) -> bytes:
        """The frame as it goes over the wire, header, length and trailer included."""
        return bytes((HEADER, 5 + len(self.data), self.function, self.address, *self.data, TRAILER))


class Decoder(Stream[Frame]):
    """Finds frames of either direction."""

    def _length(self, held: bytearray) -> int:
        length = held[1] if len(held) > 1 else max(LENGTHS.values())
        if held[0] != HEADER or length not in LENGTHS.values() or (len(held) > 2 and LENGTHS.get(held[2]) != length):
            return NEVER
        if len(held) < length:
            return NOT_YET
        return length if held[length - 1] == TRAILER else NEVER

    def _frame(self, whole: bytes) -> Frame:
        return Frame(whole[2], whole[3], whole[4:-1])


class WinnsenBoard:
    """A ``Board`` on a bus. See that contract for what is raised; nothing is said to the board before it is used."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._unlocks_in_step = False  # a reply has come since the last unlock, so its own cannot be on its way
        self._polls_rest_until = 0.0

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
        if not self._unlocks_in_step:
            try:
                self._poll(UNLOCK_REST_S)
            except (DeviceSilent, WireError) as error:
                raise DeviceRefused(f"no pulse was asked for: {error}") from error
        self._unlocks_in_step = False

        def about_it(data: bytes) -> bool:
            return data[0] == channel and data[1] in (OPENED, FAILED)

        self._exchange(OPEN, bytes((channel,)), about_it, PULSE_S + self._settings.reply_wait_s)
        self._unlocks_in_step = True

    def doors(self) -> dict[int, Door]:
        """Every door, from two polls in a row that agree, of three at most: a door may just have moved.

        ``WireError`` also when no two agree; ``DeviceSilent`` also while the late reply to an earlier poll may come.
        """
        begun = time.monotonic()
        before, states = self._poll(DOORS_REST_S), self._poll(0)
        if states != before and time.monotonic() - begun < CALL_S - self._settings.reply_wait_s:
            before, states = states, self._poll(0)
        if states != before:
            raise WireError(f"board {self._settings.address}: the polls do not agree (noise, or doors that move)")
        open_when = self._settings.feedback == "short_when_locked"
        return {
            channel: Door.OPEN if bool(states >> (channel - 1) & 1) == open_when else Door.SHUT
            for channel in range(1, self.channels + 1)
        }

    def _poll(self, rest_max_s: float) -> int:
        """The states of all locks, lowest in bit 0."""
        rest_s = self._polls_rest_until - time.monotonic()
        if rest_s > 0:
            time.sleep(min(rest_s, rest_max_s))
        if rest_s > rest_max_s:
            raise DeviceSilent(f"board {self._settings.address}: the late reply to an earlier poll may still come")
        mask = (1 << self.channels) - 1
        asked_at = time.monotonic()
        try:
            data = self._exchange(POLL, mask.to_bytes(2, "little"), lambda data: True, self._settings.reply_wait_s)
        except (DeviceSilent, WireError):
            self._polls_rest_until = asked_at + self._settings.late_s
            raise
        self._unlocks_in_step = True
        return int.from_bytes(data, "little") & mask

    def _exchange(self, function: int, data: bytes, about_it: Callable[[bytes], bool], wait_s: float) -> bytes:
        """Ask; the data of the reply."""
        address, functions = self._settings.address, self._settings.answers_to(function)

        def answers(frame: Frame) -> bool:
            return frame.function in functions and frame.address == address and about_it(frame.data)

        request = Frame(function, address, data).to_bytes()
        return exchange(self._transport, request, Decoder(), answers, wait_s, address).data


def connect(settings: Settings, transport: Transport) -> Board:
    """The board ``settings`` describes, on the bus behind ``transport``, which several boards may share. Says nothing.

    A board that is missing shows at the first call, so that it does not keep the others on its bus from working.
    """
    return WinnsenBoard(settings, transport)
