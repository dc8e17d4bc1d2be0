"""What the lock boards of Kerong have in common: how frames look, and how one board is spoken to on a bus.

A frame is ``02 head CMD data 03 SUM``, SUM the sum of all bytes before it, modulo 256. ``head`` says who is meant; it
and the commands differ from family to family: see ``kerong_cu16`` and ``kerong_cu48``.

Two traps. The sum does not notice bytes that changed places, so 02, 03, head and command are held against what was
asked, too. And one status reply looks like the other, so one that comes late would answer the next request: at the
start, and after every exchange that went wrong, the driver first hears out what is on its way, then reads the status
once for nothing. Requests and replies differ by their command, so an adapter that echoes is never taken for a board.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker.exchange import exchange, say
from hardware.locker.stream import NEVER, NOT_YET, Stream
from hardware.readings import Door
from hardware.transport import Transport

STX, ETX = 0x02, 0x03
LATE_S = 0.5  # from a request that went wrong: so long its reply is waited for, to be dropped
SETTLE_S = 0.05  # should a reply even later have answered the read for nothing, that read's own follows within this
SILENT_AFTER = 2  # unlocks without a reply, after which none is waited for
NEVER_SILENT = -1_000_000  # it has answered an unlock: a silence is a silence

Lengths = Mapping[int, int]
"""Command to the length of a whole frame with it."""


class Settings(BaseModel):
    """What the configuration says of any of these boards; the drivers bound ``address`` and ``channels``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: int
    channels: int
    feedback: Literal["set_when_locked", "set_when_open"] = "set_when_locked"
    """What a set hook bit means. Four sources say locked, one says open; it depends on the lock's switch."""
    unlock_answered: bool = False
    """Whether the board answers an unlock. Sources disagree; false suits either kind, which then shows by itself: see
    ``KerongBoard.unlock``."""
    unlock_rest_s: float = Field(0.1, ge=0, le=0.2)
    """So long after an unlock that it does not answer the board is asked nothing. Programs leave it 25 ms (jin0949) to
    100 ms; one has seen boards that are deaf meanwhile."""
    reply_wait_s: float = Field(0.2, gt=0, le=0.2)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: the bytes that say who is meant, the command, and its data."""

    head: bytes
    command: int
    data: bytes = b""

    def to_bytes(self) -> bytes:
        """The frame as it goes over the wire, sum included."""
        body = bytes((STX, *self.head, self.command, *self.data, ETX))
        return body + bytes((sum(body) % 256,))


class Decoder(Stream[Frame]):
    """Finds the frames whose commands and lengths it was told."""

    def __init__(self, head_size: int, lengths: Lengths) -> None:
        super().__init__()
        self._command_at = 1 + head_size
        self._lengths = lengths

    def _length(self, held: bytearray) -> int:
        if held[0] != STX:
            return NEVER
        if len(held) <= self._command_at:
            return NOT_YET
        length = self._lengths.get(held[self._command_at], NEVER)
        if len(held) < length:
            return NOT_YET
        sound = length > 0 and held[length - 2] == ETX and sum(held[: length - 1]) % 256 == held[length - 1]
        return length if sound else NEVER

    def _frame(self, whole: bytes) -> Frame:
        at = self._command_at
        return Frame(whole[1:at], whole[at], whole[at + 1 : -2])


@dataclass(frozen=True, slots=True)
class Question:
    """A request, the frames that may be heard after it (its echo too), and which of them answers it."""

    request: Frame
    lengths: Lengths
    answers: Callable[[Frame], bool]


class KerongBoard:
    """A ``Board`` on a bus, with item sensors. See that contract for what is raised; nothing is said before it is used.

    ``look`` reads all hooks and sensors; ``opening`` asks for the pulse on a channel.
    """

    def __init__(
        self, settings: Settings, transport: Transport, look: Question, opening: Callable[[int], Question]
    ) -> None:
        self._settings = settings
        self._transport = transport
        self._look = look
        self._opening = opening
        self._in_step = False  # the last exchange went well, so nothing late can be on its way
        self._asked_at = 0.0
        self._settled_at = 0.0
        self._unanswered = NEVER_SILENT if settings.unlock_answered else 0

    @property
    def channels(self) -> int:
        """How many channels the board has."""
        return self._settings.channels

    def unlock(self, channel: int) -> None:
        """One pulse. A reply is the board's word that it heard, never that the door moved.

        Some boards answer nothing. Unless ``unlock_answered`` is set, silence is therefore followed by a status read,
        whose reply is taken as the board's word; that an unlock was lost on the way then shows at the door only. A
        board that has left two unlocks without a reply, and never gave one, is read at once from then on, so that the
        bus is not held for a reply that never comes; when that read goes wrong, the next unlock waits again.
        Nothing is ever repeated. When the board does not answer before, no pulse is asked for: ``DeviceRefused``.
        """
        if not 1 <= channel <= self.channels:  # what is beyond may mean another lock, or every lock
            raise ValueError(f"channel {channel} is not one of 1..{self.channels}")
        try:
            self._get_in_step()
        except (DeviceSilent, WireError) as error:
            raise DeviceRefused(f"no pulse was asked for: {error}") from error
        opening = self._opening(channel)
        if self._unanswered >= SILENT_AFTER:
            self._open_unanswered(opening)
            return
        try:
            self._exchange(opening)
            self._unanswered = NEVER_SILENT
        except DeviceSilent:
            if self._settings.unlock_answered:
                raise
            self._let_it_rest()
            self._read_for_nothing()
            self._unanswered += 1

    def _open_unanswered(self, opening: Question) -> None:
        """Its reply, should one come after all, would be taken for that to the read: nothing is read from it, and what
        comes within ``SETTLE_S`` is dropped before its doors are read again."""
        self._unanswered = 0
        self._in_step = False
        self._asked_at = time.monotonic()
        say(self._transport, opening.request.to_bytes())
        self._let_it_rest()
        self._exchange(self._look)
        self._unanswered = SILENT_AFTER
        self._settled_at = time.monotonic() + SETTLE_S

    def _let_it_rest(self) -> None:
        """After an unlock."""
        self._hear_out(self._asked_at + self._settings.unlock_rest_s)

    def doors(self) -> dict[int, Door]:
        """Every door, from one status read."""
        hooks, _ = self._status()
        shut_when = self._settings.feedback == "set_when_locked"
        return {channel: Door.SHUT if bit is shut_when else Door.OPEN for channel, bit in hooks.items()}

    def items(self) -> dict[int, bool]:
        """Whether the sensor of each channel sees an item; false where none is fitted. Blocks and raises as ``doors``.

        A sensor only helps: a thin item may lie beside its beam.
        """
        return self._status()[1]

    def _status(self) -> tuple[dict[int, bool], dict[int, bool]]:
        """Hook bits and sensor bits by channel: the first and the second half of the data, lowest channels first."""
        self._get_in_step()
        self._hear_out(self._settled_at)
        data = self._exchange(self._look).data
        half = len(data) // 2
        hooks, sensors = (int.from_bytes(part, "little") for part in (data[:half], data[half:]))
        channels = range(1, self.channels + 1)
        return {n: bool(hooks >> n - 1 & 1) for n in channels}, {n: bool(sensors >> n - 1 & 1) for n in channels}

    def _get_in_step(self) -> None:
        """See to it that no late reply is on its way."""
        if not self._in_step:
            self._hear_out(self._asked_at + LATE_S)
            self._read_for_nothing()

    def _read_for_nothing(self) -> None:
        """Hear that the board is there; its reply may be the late one to something else, so nothing is read from it."""
        self._exchange(self._look)
        self._hear_out(time.monotonic() + SETTLE_S)

    def _hear_out(self, until: float) -> None:
        while (left_s := until - time.monotonic()) > 0:
            self._transport.read(left_s)

    def _exchange(self, question: Question) -> Frame:
        """Ask, and wait for the frame that answers; others (echoed, of other boards) are passed over."""
        self._in_step = False
        decoder = Decoder(len(question.request.head), question.lengths)
        self._asked_at = time.monotonic()
        wait_s, address = self._settings.reply_wait_s, self._settings.address
        reply = exchange(self._transport, question.request.to_bytes(), decoder, question.answers, wait_s, address)
        self._in_step = True
        return reply
