r"""Scanners that only look when they are told to: how each make is told, and what it answers between its codes.

    honeywell   > 16 54 0D            start (SYN T CR); stop 16 55 0D; answers nothing
    newland     > 7E 01 30 30 30 30 @SCNTRG1 3B 03      start; stop @SCNTRG0
                < 02 01 30 30 30 30 @SCNTRG1 06 3B 03   06 heard, 15 refused, 05 not known
    gm65        > 7E 00 08 01 00 02 01 AB CD    start (zone 0002; AB CD stands for no check); stop .. 02 00 AB CD
                < 02 00 00 01 00 33 31          heard; comes before the code
    zebra_ssi   frames both ways (Simple Serial Interface, 72E-40451; length without check, check the two's complement
                of the sum):
                    | length | opcode | source | status | data.. | check, 2, BE |     source 04 us, 00 the scanner
                > 04 E4 04 00 FF 14             start; stop E5
                < 04 D0 00 00 FF 2C             heard; D1: not
                < .. F3 00 st symbology code..  a code; st bit 0: sent again, bit 1: goes on in the next frame
                > 04 D0 04 00 FF 28             heard, without which it sends the code twice more

Sources: the makers' manuals for Honeywell and Newland; Grow's GM65 manual (GM861, GM812 and Waveshare's module are
the same); Zebra's SSI guide. That a start while looking does no harm is assumed, not documented.
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

_HEARD, _REFUSED, _DECODED, _EVENT = 0xD0, 0xD1, 0xF3, 0xF6
_LENGTHS: Final = {_HEARD: range(4, 5), _REFUSED: range(5, 7), _EVENT: range(5, 6), _DECODED: range(5, 256)}
_START, _STOP, _SET = 0xE4, 0xE5, 0xC6
_HOST, _SCANNER = 0x04, 0x00
_AGAIN, _GOES_ON = 0x01, 0x02
_NO_BEEP, _TRIGGER_BY_HOST, _IN_FRAMES = b"\xff", b"\x8a\x08", b"\xee\x01"
REPLY_MAX: Final = 64


class Heard(NamedTuple):
    """``text``: what belongs to codes. ``answer``: to be sent at once; often nothing."""

    text: bytes = b""
    answer: bytes = b""


class Trigger(Protocol):
    """How one make is told to look. Bytes in and out only; bounded."""

    setup: tuple[bytes, ...]
    """Sent once after opening, each after the answer to the one before."""
    start: bytes
    stop: bytes
    ends: bool
    """Its codes have an end of their own: what a silence ends was cut off."""

    @property
    def amid(self) -> bool:
        """Has something begun that is not at its end?"""

    def hear(self, data: bytes) -> Heard:
        """What the scanner said, its answers to us taken out."""

    def silence(self) -> Heard:
        """Nothing follows: what is left of a beginning."""


# ---- codes as they are, answers between them ------------------------------------------------------------------------


class Form(NamedTuple):
    """An answer of a scanner: how it begins, and what may follow, up to ``REPLY_MAX`` bytes in all."""

    head: bytes
    body: str = ""

    def begins(self, held: bytes) -> bool:
        """May this be the beginning of one, or all of it?"""
        known, rest = held[: len(self.head)], held[len(self.head) :]
        return len(held) <= REPLY_MAX and self.head.startswith(known) and (not rest or self._fits(rest))

    def whole(self, held: bytes) -> bool:
        """Is it all there? ``held`` begins one."""
        return len(held) >= len(self.head) and (not self.body or held.endswith(b";\x03"))

    def _fits(self, rest: bytes) -> bool:
        return bool(self.body) and re.fullmatch(self.body.encode("ascii"), rest) is not None


class Replies:
    """Bytes in; texts and answers out, in order. Holds at most the beginning of one answer."""

    def __init__(self, *forms: Form) -> None:
        self._forms = forms
        self._held = b""

    @property
    def amid(self) -> bool:
        """Is there a beginning?"""
        return bool(self._held)

    def feed(self, data: bytes) -> list[bytes | Form]:
        """What these bytes make whole; a beginning that turns out to be none is text."""
        found: list[bytes | Form] = []
        text = bytearray()
        for byte in data:
            self._held += bytes((byte,))
            while self._held and not (form := self._begun()):
                text += self._held[:1]
                self._held = self._held[1:]
            if self._held and form and form.whole(self._held):
                found += [bytes(text), form] if text else [form]
                text.clear()
                self._held = b""
        return [*found, bytes(text)] if text else found

    def forget(self) -> None:
        """An answer was cut off: it belongs to no code."""
        self._held = b""

    def _begun(self) -> Form | None:
        return next((form for form in self._forms if form.begins(self._held)), None)


class Plain:
    """A ``Trigger`` for scanners that say their codes as they are."""

    setup: tuple[bytes, ...] = ()
    ends = False

    def __init__(self, start: bytes, stop: bytes, *forms: Form) -> None:
        self.start, self.stop = start, stop
        self._replies = Replies(*forms)

    @property
    def amid(self) -> bool:
        """Has an answer begun?"""
        return self._replies.amid

    def hear(self, data: bytes) -> Heard:
        """The codes' bytes."""
        return Heard(b"".join(one for one in self._replies.feed(data) if isinstance(one, bytes)))

    def silence(self) -> Heard:
        """Nothing is left of an answer that was cut off."""
        self._replies.forget()
        return Heard()


# ---- codes in frames --------------------------------------------------------------------------------------------


class Packet(NamedTuple):
    """A frame of the Simple Serial Interface."""

    opcode: int
    data: bytes = b""
    status: int = 0
    source: int = _HOST

    def to_bytes(self) -> bytes:
        """As it goes over the wire."""
        body = bytes((4 + len(self.data), self.opcode, self.source, self.status)) + self.data
        return body + (-sum(body) & 0xFFFF).to_bytes(2, "big")


class Packets:
    """Bytes in, whole frames of one side out. Holds at most the beginning of one; what is none is dropped."""

    def __init__(self, source: int = _SCANNER) -> None:
        self._source = source
        self._held = b""

    @property
    def amid(self) -> bool:
        """Has a frame begun?"""
        return bool(self._held)

    def feed(self, data: bytes) -> list[Packet]:
        """The frames that these bytes make whole."""
        self._held += data
        found: list[Packet] = []
        while self._held and (not self._may_begin() or len(self._held) >= self._held[0] + 2):
            size = self._held[0] + 2
            frame = self._held[:size]
            if self._may_begin() and (sum(frame[:-2]) + int.from_bytes(frame[-2:], "big")) & 0xFFFF == 0:
                found.append(Packet(frame[1], frame[4:-2], frame[3], frame[2]))
                self._held = self._held[size:]
            else:
                self._held = self._held[1:]
        return found

    def silence(self) -> list[Packet]:
        """What stood first was no frame: those that came behind it."""
        found: list[Packet] = []
        while self._held:
            self._held = self._held[1:]
            found += self.feed(b"")
        return found

    def _may_begin(self) -> bool:
        held = self._held
        lengths = (range(4, 256),) if self._source == _HOST else _LENGTHS.values()
        if len(held) > 1 and self._source == _SCANNER:
            lengths = (_LENGTHS.get(held[1], range(0)),)
        return any(held[0] in each for each in lengths) and (len(held) < 3 or held[2] == self._source)


class Ssi:
    """A ``Trigger`` for Zebra (Symbol) scanners set to SSI. The setup lasts until the scanner loses its power."""

    # A zero wakes one that sleeps.
    setup: tuple[bytes, ...] = (
        b"\x00",
        Packet(_SET, _NO_BEEP + _TRIGGER_BY_HOST).to_bytes(),
        Packet(_SET, _NO_BEEP + _IN_FRAMES).to_bytes(),
    )
    ends = True

    def __init__(self) -> None:
        self.start, self.stop = Packet(_START).to_bytes(), Packet(_STOP).to_bytes()
        self._packets = Packets()
        self._last: bytes | None = None

    @property
    def amid(self) -> bool:
        """Has a frame begun?"""
        return self._packets.amid

    def hear(self, data: bytes) -> Heard:
        """Each code, ended with CR, and the acknowledgements."""
        return self._heard(self._packets.feed(data))

    def silence(self) -> Heard:
        """What came behind a beginning that was none."""
        return self._heard(self._packets.silence())

    def _heard(self, packets: list[Packet]) -> Heard:
        text, answer = b"", b""
        for packet in packets:
            if packet.opcode == _DECODED:
                answer += Packet(_HEARD).to_bytes()
                again = packet.status & _AGAIN and packet.data == self._last
                self._last = packet.data
                if not again:
                    text += packet.data[1:] + (b"" if packet.status & _GOES_ON else b"\r")
        return Heard(text, answer)


def _newland(command: bytes) -> bytes:
    return b"\x7e\x010000" + command + b";\x03"


def _gm65(on: int) -> bytes:
    return bytes((0x7E, 0x00, 0x08, 0x01, 0x00, 0x02, on, 0xAB, 0xCD))


TRIGGERS: Final[dict[str, Callable[[], Trigger]]] = {
    "honeywell": lambda: Plain(b"\x16T\r", b"\x16U\r"),
    "zebra_ssi": Ssi,
    "newland": lambda: Plain(
        _newland(b"@SCNTRG1"), _newland(b"@SCNTRG0"), Form(b"\x02\x010000", "[ -~\x05\x06\x15]*\x03?")
    ),
    # 03 for 02: the answer to a heartbeat, which somebody else may have switched on.
    "gm65": lambda: Plain(
        _gm65(1), _gm65(0), Form(b"\x02\x00\x00\x01\x00\x33\x31"), Form(b"\x03\x00\x00\x01\x00\x33\x31")
    ),
}
"""By the names that the configuration knows."""
