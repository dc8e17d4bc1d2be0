r"""Card readers on a serial line (RS-232, TTL, USB as CDC-ACM) that say each card's number and listen to nothing.

    | STX? | UID as hex, two digits a byte | CR and LF, either of them, or ETX |      one way only, 9600 8N1

Such a reader does not say when a card is lifted. Some say the number once, some repeat it while the card lies there;
so a card counts as lifted once its number was not heard for ``quiet_s``, and the same number within that time is the
same arrival. A card shown again sooner than that is therefore one visit, and so is one forgotten on a reader that
repeats; on one that does not, a forgotten card looks like one lifted. What is said in the first ``quiet_s`` after
connecting lay there before: as with any reader of cards, it opens nothing until it is lifted and laid there again.

Of several cards (a wallet) such a reader says one, or each in its turn. Those said within ``TOGETHER_S`` are ``two``
at once; so each arrival is held back for so long. Another number later, while the first still counts as lying there,
may be its neighbour or the next reader's card: if the first is heard again after it, they are ``two``; if the first has
not been heard for twice ``quiet_s``, it is gone and the other has arrived. ``two`` is said once, and then nothing until
the reader has fallen silent for ``quiet_s``: all are to be lifted.

Some such devices read barcodes as well and say them the same way. A line that could be a UID and is the number of one
of the library's items is therefore no card, unless it has four bytes: so many UIDs look like item numbers.
"""

import math
import re
import time
from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hardware.port import Port
from hardware.readings import CardGone, CardShown, CardUnread, Reading
from hardware.rfid import card
from hardware.scanner.barcode import Meanings
from hardware.serialport import open_port
from hardware.transport import Transport
from hardware.wiretap import unsaid

LINE_MAX: Final = 64
CUT_S: Final = 0.2  # without a byte: what has come of a line is all there is of it
TOGETHER_S: Final = 0.1  # or half of quiet_s, if that is less
_SHORT: Final = 4  # bytes
_ENDS: Final = re.compile(rb"[\r\n\x02\x03]")


def _with_uid(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groupindex
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if "uid" not in groups:
        raise ValueError("has no group (?P<uid>...)")
    return pattern


class Settings(BaseModel):
    """``pattern``: a whole line that names a card; its group ``uid`` is hex, and ``:``, ``-`` or spaces between bytes
    do no harm. ``quiet_s``: longer than the reader's own interval, if it repeats a card that lies there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: Port
    baud: Annotated[int, Field(ge=300, le=4_000_000)] = 9600
    pattern: Annotated[str, AfterValidator(_with_uid)] = r"(?P<uid>[0-9A-Fa-f]{2}(?:[ :-]?[0-9A-Fa-f]{2}){3,9})"
    quiet_s: Annotated[float, Field(ge=0.1, le=10)] = 1.0


class Decoder:
    """Bytes in, lines out, without their ends; empty ones and those above ``LINE_MAX`` bytes are dropped whole."""

    def __init__(self) -> None:
        self._held = b""

    @property
    def amid(self) -> bool:
        """Has a line begun that is not at its end?"""
        return bool(self._held)

    def drop(self) -> None:
        """Nothing follows: what has come of a line was cut off, and is no part of the next."""
        self._held = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that these bytes end. Holds at most ``LINE_MAX`` + 1 bytes between calls."""
        *ended, rest = _ENDS.split(data)
        lines: list[bytes] = []
        for part in ended:
            line = self._held + part
            self._held = b""
            if 0 < len(line) <= LINE_MAX:
                lines.append(line)
        self._held = (self._held + rest)[: LINE_MAX + 1]  # the one byte too many marks a line to drop
        return lines


class SerialCardSource:
    """A ``Source`` over any transport; owns and closes it."""

    def __init__(self, device: str, settings: Settings, meanings: Meanings, transport: Transport) -> None:
        self._device = device
        self._pattern = re.compile(settings.pattern)
        self._quiet_s = settings.quiet_s
        self._meanings = meanings
        self._transport = transport
        self._decoder = Decoder()
        self._lying: dict[bytes, float] = {}  # whose turn it is, and who may be the next: when each was last heard
        self._say_at: float | None = None  # when to say that the first of them arrived
        self._two = False  # of more than one that lie there it is nobody's turn; then only the last word counts
        self._heard_at = 0.0
        self._listened_s = 0.0

    def wait(self, timeout_s: float) -> Sequence[Reading]:
        """``CardShown`` or ``CardUnread`` once for each arrival, and ``CardGone`` by the rule above; empty if neither.

        Unread is ``unfit`` (a random number, no UID, or an item's number) or ``two``: more than one card, so nobody can
        say whose turn it is. Lines that the pattern does not know are passed over. Raises ``DeviceGone``.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            until = min(deadline, self._due_at)
            if self._decoder.amid:
                until = min(until, self._heard_at + CUT_S)
            data = self._listen(max(0.0, until - time.monotonic()))
            readings = self._heard(data) if data else self._due()
            if readings or time.monotonic() >= deadline:
                return readings

    def close(self) -> None:
        """Let go of the port. Never raises; may be called twice."""
        self._transport.close()

    def _listen(self, wait_s: float) -> bytes:
        began = time.monotonic()
        data = self._transport.read(wait_s)
        if data:
            self._heard_at = time.monotonic()
        elif time.monotonic() >= self._heard_at + CUT_S:
            self._decoder.drop()
        if self._listened_s < self._quiet_s:  # no longer than asked for: a machine that stalls does not listen
            self._listened_s += min(time.monotonic() - began, wait_s)
        return data

    def _heard(self, data: bytes) -> list[Reading]:
        readings: list[Reading] = []
        for line in self._decoder.feed(data):
            if (uid := self._uid(line)) is not None:
                readings += [*self._due(), *self._said(uid)]
        return readings or self._due()

    def _said(self, uid: bytes) -> list[Reading]:
        """The reader says this number now."""
        now, before, fresh = time.monotonic(), self._listened_s < self._quiet_s, not self._lying
        turn = next(iter(self._lying), uid)
        self._lying[turn if self._two else uid] = now
        if fresh and not before:
            self._say_at = now + min(TOGETHER_S, self._quiet_s / 2)
            return []
        surely = uid == turn or len(self._lying) > 2 or self._say_at is not None or before
        if len(self._lying) > 1 and surely:
            self._two, self._say_at, self._lying = True, None, {turn: now}
            if not before:
                return [CardUnread(self._device, "two")]
        unsaid()
        return []

    @property
    def _due_at(self) -> float:
        """When there is something to say though nothing is heard."""
        if self._say_at is not None or not self._lying:
            return self._say_at or math.inf
        return next(iter(self._lying.values())) + self._quiet_s * len(self._lying)

    def _due(self) -> list[Reading]:
        if time.monotonic() < self._due_at:
            return []
        turn = next(iter(self._lying))
        if self._say_at is not None:
            self._say_at = None
            return [self._arrived(turn)]
        del self._lying[turn]
        self._two = False
        return [CardGone(self._device), *map(self._arrived, self._lying)]

    def _arrived(self, uid: bytes) -> CardShown | CardUnread:
        number = card.number(uid) if len(uid) <= _SHORT or not self._meanings.is_item(uid.hex().upper()) else None
        return CardShown(self._device, number) if number else CardUnread(self._device, "unfit")

    def _uid(self, line: bytes) -> bytes | None:
        known = self._pattern.fullmatch(line.decode("ascii", "replace").strip())
        if not known or known["uid"] is None:  # a word of the reader's own, where the pattern allows one
            return None
        try:
            return bytes.fromhex(re.sub("[:-]", " ", known["uid"]))
        except ValueError:
            return None


def connect(device: str, settings: Settings, meanings: Meanings) -> SerialCardSource:
    """The reader on the port that ``settings`` name, reporting as ``device``. Raises what ``open_port`` raises."""
    return SerialCardSource(device, settings, meanings, open_port(settings.port, settings.baud))
