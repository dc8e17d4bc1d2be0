"""UHF pads with an Impinj R2000 (Indy) and the usual Chinese firmware: RS-232, TTL or TCP, 115200 8N1.

    | A0 | length | address | command | data ... | check |      length: of all after it; all bytes together sum to 00

                                  request data                            reply data
    72  firmware                  -                                       major, minor
    74  select an antenna         antenna less 1                          10
    89  look for tags             rounds                                  a frame a tag, then the end of the round:
                                                                            frequency+antenna, PC 2, UII .., RSSI
                                                                            antenna, rate 2, total 4
    85  the tag that is meant     00, length, UII; or 01: none            10
    81  read it                   bank, word, words, password 4           tags 2, length, PC UII CRC data, its length,
                                                                            antenna, count
    82  write it                  password 4, bank, word, words, data     tags 2, length, PC UII CRC, 10, antenna, count
    any                                                                   one byte: 10 done, else why not (``_WHY``)

Sources: xinxinyun/wms (CMD, ERROR, MessageTran, ReaderHelper), hardware.md 3.5. The item's number stands in the UII
(ISO/TS 28560-4), or in the user bank behind DSFID 06 (ISO 28560-2); the AFI is the low byte of the PC word.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field

from hardware.errors import DeviceError, DeviceRefused, DeviceSilent, WireError
from hardware.locker.exchange import exchange
from hardware.locker.stream import NEVER, NOT_YET, Stream
from hardware.port import Port
from hardware.rfid import iso28560_2
from hardware.rfid.book import Content, Tag, Unreadable, tag
from hardware.rfid.iso28560_4 import NOT_EPC
from hardware.rfid.pad import PadSource
from hardware.rfid.tags import PadSettings
from hardware.scanner.barcode import Meanings
from hardware.serialport import open_port
from hardware.transport import Transport

BAUD: Final = 115200
HEADER, DONE, ANYBODY = 0xA0, 0x10, 0xFF
FIRMWARE, ANTENNA, READ, WRITE, MEANT, LOOK = 0x72, 0x74, 0x81, 0x82, 0x85, 0x89
UII_BANK, USER_BANK, PC_WORD = 1, 3, 1
LENGTH_MAX: Final = 160  # of a frame; none of these commands needs more
TAGS_MAX: Final = 256  # frames taken of one round
NO_PASSWORD: Final = bytes(4)
DSFID: Final = 0x06
_LOOK_S = 2.0
_BANKS_S = 1.0  # of a round, for user banks; those left are for the next one
_LOOKS = 3
_NO_TAG = 0x36
_WHY = {
    0x11: "it failed",
    0x22: "the antenna is not connected",
    0x31: "looking for tags failed",
    0x32: "reading the tag failed",
    0x33: "writing the tag failed",
    0x36: "no tag answers",
    0x40: "the tag wants a password",
    0x41: "it does not know this parameter",
    0x54: "its output power cannot be reached",
}


class Settings(PadSettings):
    """``antennas``: those that belong to the pad. ``user_words``: how much of the user bank is read of a tag whose UII
    names no item; 0 none, which is faster."""

    port: Port
    baud: Annotated[int, Field(ge=300, le=4_000_000)] = BAUD
    address: int = Field(1, ge=0, le=ANYBODY)
    antennas: Annotated[tuple[Annotated[int, Field(ge=1, le=8)], ...], Field(min_length=1, max_length=8)] = (1,)
    layouts: Annotated[tuple[Literal["iso28560_4", "text"], ...], Field(min_length=1, max_length=2)] = ("iso28560_4",)
    secured_by: Literal["afi"] = "afi"
    user_words: int = Field(0, ge=0, le=32)
    reply_wait_s: float = Field(0.5, gt=0, le=2)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame, either way."""

    address: int
    command: int
    data: bytes = b""

    def to_bytes(self) -> bytes:
        """As it goes over the wire."""
        body = bytes((HEADER, len(self.data) + 3, self.address, self.command)) + self.data
        return body + bytes((-sum(body) & 0xFF,))


class Decoder(Stream[Frame]):
    """Bytes in, frames out."""

    def _length(self, held: bytearray) -> int:
        if held[0] != HEADER or (len(held) > 1 and not 3 <= held[1] <= LENGTH_MAX - 2):
            return NEVER
        if len(held) < 2 or len(held) < held[1] + 2:
            return NOT_YET
        return held[1] + 2 if sum(held[: held[1] + 2]) & 0xFF == 0 else NEVER

    def _frame(self, whole: bytes) -> Frame:
        return Frame(whole[2], whole[3], whole[4:-1])


class R2000:
    """The contract, with every error and what it means for the book, is ``hardware.rfid.pad.Pad``."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._user: dict[str, Content | None] = {}  # what the user banks said of the tags of the last round
        self._ask_until = 0.0

    def tags(self) -> Sequence[Tag]:
        seen: dict[str, int] = {}
        for antenna in self._settings.antennas:
            seen |= self._look(antenna)
        self._ask_until = time.monotonic() + _BANKS_S
        read = [self._tag(uii, pc) for uii, pc in seen.items()]
        self._user = {uii: content for uii, content in self._user.items() if uii in seen}
        return read

    def secure(self, uid: str, secured: bool) -> None:
        pc = self._pc(uid)
        if pc is None:
            raise DeviceRefused("this tag is not on the pad")
        if not pc & NOT_EPC:
            raise DeviceRefused("this tag is GS1's and has no AFI")
        wanted = pc & 0xFF00 | self._settings.afi(secured)
        why = "" if pc == wanted else self._write_pc(uid, wanted)
        for _ in range(_LOOKS):
            now = self._pc(uid)
            if now == wanted:
                return
            if now is not None:
                if now == pc:
                    raise DeviceRefused(f"the AFI is still {now & 0xFF:02X}{why}")
                raise DeviceSilent(f"the tag reads back as neither before nor as ordered: {now:04X}{why}")
        raise DeviceSilent(f"the tag no longer answers, its AFI may have changed{why}")

    def firmware(self) -> str:
        version = self._ask(FIRMWARE, b"").data
        if len(version) != 2:
            raise WireError("no firmware version where one was asked for")
        return f"{version[0]}.{version[1]}"

    def close(self) -> None:
        self._transport.close()

    def _tag(self, uii: str, pc: int) -> Tag:
        named = pc & NOT_EPC or "text" in self._settings.layouts
        content = self._settings.content(bytes.fromhex(uii)) if named else None
        if content is None and self._settings.user_words:
            content = self._user_bank(uii)
        afi = pc & 0xFF if pc & NOT_EPC else None
        return tag(uii, content, self._settings.secured(afi, None))

    def _pc(self, uii: str) -> int | None:
        for antenna in self._settings.antennas:
            seen = self._look(antenna)
            if uii in seen:
                return seen[uii]
        return None

    def _look(self, antenna: int) -> dict[str, int]:
        """One round at one antenna: UII and PC word of each tag that answers."""
        try:
            self._ask(ANTENNA, bytes((antenna - 1,)))
        except DeviceRefused as error:
            raise WireError(str(error)) from None
        self._transport.discard_input()
        self._transport.write(self._request(LOOK, b"\x01"))
        seen: dict[str, int] = {}
        frames = self._frames(LOOK)
        for _ in range(TAGS_MAX):
            data = next(frames).data
            if len(data) == 7:
                return seen
            if len(data) == 1:
                if data[0] in (_NO_TAG, DONE):
                    return seen
                raise WireError(_why(data[0]))
            pc = int.from_bytes(data[1:3], "big")
            if len(data) - 4 == (pc >> 11) * 2 > 0:
                seen[data[3:-1].hex().upper()] = pc
        raise WireError("a round that does not end")

    def _frames(self, command: int) -> Iterator[Frame]:
        decoder, until = Decoder(), time.monotonic() + _LOOK_S
        heard_until = time.monotonic() + self._settings.reply_wait_s
        while (left_s := min(until, heard_until) - time.monotonic()) > 0:
            frames = decoder.feed(self._transport.read(left_s))
            if frames:
                heard_until = time.monotonic() + self._settings.reply_wait_s
            yield from (frame for frame in frames if self._ours(frame, command))
        if decoder.spoilt:
            raise WireError("the reply breaks the protocol (noise, wrong baud?)")
        raise DeviceSilent(f"{self._settings.port}: no reply, or none to the end")

    def _user_bank(self, uii: str) -> Content | None:
        """What it says, asked once for as long as the tag lies there; None also when it does not answer just now."""
        if uii in self._user or time.monotonic() > self._ask_until:
            return self._user.get(uii)
        try:
            with self._meant(uii):
                words = bytes((USER_BANK, 0, self._settings.user_words))
                memory = _read(self._ask(READ, words + NO_PASSWORD).data, bytes.fromhex(uii))
        except (DeviceRefused, DeviceSilent, WireError, Unreadable):
            return None
        self._user[uii] = None
        with contextlib.suppress(Unreadable):
            if memory[:1] == bytes((DSFID,)):
                self._user[uii] = iso28560_2.read(memory[1:])
        return self._user[uii]

    def _write_pc(self, uii: str, pc: int) -> str:
        """Write the PC word of one tag; why it went wrong, as far as is known. What came of it is for a look to say."""
        try:
            with self._meant(uii):
                words = bytes((UII_BANK, PC_WORD, 1))
                data = self._ask(WRITE, NO_PASSWORD + words + pc.to_bytes(2, "big")).data
                code = data[-3] if len(data) > 3 else DONE
                return "" if code == DONE else f" ({_why(code)})"
        except (DeviceRefused, DeviceSilent, WireError) as error:
            return f" ({error})"

    @contextlib.contextmanager
    def _meant(self, uii: str) -> Iterator[None]:
        """Commands go to the tag with this UII only."""
        raw = bytes.fromhex(uii)
        self._ask(MEANT, bytes((0, len(raw))) + raw)
        try:
            yield
        finally:
            with contextlib.suppress(DeviceSilent, WireError, DeviceRefused):
                self._ask(MEANT, b"\x01")

    def _ask(self, command: int, data: bytes) -> Frame:
        """The reply to one command. Raises ``DeviceRefused`` when it is a no, and as ``exchange`` does, but not saying
        what was asked: the UII of a patron's card may stand in it."""
        ours: Callable[[Frame], bool] = lambda frame: self._ours(frame, command)  # noqa: E731
        request = self._request(command, data)
        wait_s, address = self._settings.reply_wait_s, self._settings.address
        try:
            reply = exchange(self._transport, request, Decoder(), ours, wait_s, address)
        except DeviceSilent:
            raise DeviceSilent(f"command {command:02X}: no reply in {wait_s:.2f} s") from None
        except WireError:
            raise WireError(f"command {command:02X}: the reply breaks the protocol (noise, wrong baud?)") from None
        if len(reply.data) == 1 and reply.data[0] != DONE:
            raise DeviceRefused(_why(reply.data[0]))
        return reply

    def _request(self, command: int, data: bytes) -> bytes:
        return Frame(self._settings.address, command, data).to_bytes()

    def _ours(self, frame: Frame, command: int) -> bool:
        return frame.command == command and self._settings.address in (frame.address, ANYBODY)


def _read(data: bytes, uii: bytes) -> bytes:
    """What a reply to READ brought of this tag. Raises ``Unreadable`` for one of another tag, or of no right shape."""
    if len(data) < 7 or len(data) != data[2] + 6:
        raise Unreadable("no reply of a tag")
    body, length = data[3:-3], data[-3]
    if len(body) != 2 + len(uii) + 2 + length or body[2 : 2 + len(uii)] != uii:
        raise Unreadable("the reply of another tag")
    return body[len(body) - length :]


def _why(code: int) -> str:
    return f"the pad says {code:02X}: {_WHY.get(code, 'see its manual')}"


def connect(device: str, settings: Settings, meanings: Meanings) -> PadSource:
    """The pad on the port that ``settings`` name, reporting as ``device``. Raises ``DeviceError``."""
    transport = open_port(settings.port, settings.baud)
    try:
        pad = R2000(settings, transport)
        pad.firmware()
    except DeviceError:
        transport.close()
        raise
    return PadSource(device, pad, settings, meanings)
