"""A pad that is a PC/SC reader for ISO 15693 tags: one thing at a time, for such a reader shows one tag.

``through = "transparent"`` speaks to the tag itself (``hardware.rfid.transparent``): content, AFI and EAS, reading and
writing; verified for ACS ACR1552. ``through = "storage"`` uses PC/SC's own commands for storage cards, as HID OMNIKEY
5x22 have them: content only, security is neither seen nor changed::

    > FF CA 00 00 00         UID, E0 first or last          > FF B0 00 bb 00   memory from block bb, as much as comes
    < uid 90 00                                             < bytes 90 00

What is no ISO 15693 tag (by its ATR, PC/SC part 3) is not looked at: a card laid here by mistake stays unread. Of two
books on one another one is shown and both hear: after the question which it is, all that is said is for that one alone.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from hardware.errors import DeviceGone, DeviceRefused, DeviceSilent, WireError
from hardware.rfid import iso15693
from hardware.rfid.book import Content, Tag, tag
from hardware.rfid.iso15693 import SystemInformation, TagRefused, answer, request
from hardware.rfid.pad import PadSource
from hardware.rfid.pcsc_reader import DONE, STORAGE, CardLost, Connection, Reader, open_reader
from hardware.rfid.tags import MEMORY_MAX, PadSettings
from hardware.rfid.transparent import WRITE_WAIT_US, Air, Unsupported, session
from hardware.scanner.barcode import Meanings

_ISO_15693 = (0x0A, 0x0B, 0x0C)  # the ATR's standard byte: part 2, 3, 4
_BLOCKS_AT_ONCE = 8
_BLOCKS_UNTOLD = 28  # of a tag that does not tell its size: as many as ICODE SLI has
_ENDS = (b"\x62\x82", b"\x6a\x82", b"\x6a\x86", b"\x6b\x00")  # the end reached; no such block
_HELP = 'set through = "storage"'


class Settings(PadSettings):
    """``reader``: part of its PC/SC name; no other device may name the same one. ``through``: see the module.
    ``option_flag``: with every write, as some TI tags want it.
    """

    reader: str = Field(min_length=1, max_length=100)
    through: Literal["transparent", "storage"] = "transparent"
    option_flag: bool = False

    @property
    def writes(self) -> bool:
        return self.through == "transparent"


class PcscPad:
    """The contract, with every error and what it means for the book, is ``hardware.rfid.pad.Pad``."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        self._settings = settings
        self._reader = reader
        self._lies: tuple[str, Content | None] = ("", None)  # UID and content, read once while it lies there

    def tags(self) -> Sequence[Tag]:
        with contextlib.suppress(CardLost), self._reader.connected() as there:
            if _is_tag(there.atr):
                return [self._stored(there) if self._settings.through == "storage" else self._spoken(there)]
        self._lies = ("", None)
        return []

    def secure(self, uid: str, secured: bool) -> None:
        if self._settings.through == "storage":
            raise DeviceRefused("this pad reads tags only, their security cannot be changed")
        written = False
        try:
            with self._reader.connected() as there, self._session(there) as air:
                if not _is_tag(there.atr):
                    raise DeviceRefused("this tag is not on the pad")
                before = self._security(air, _information(air, uid))
                written = True
                self._write(air, uid, secured)
                now = self._security(air, _information(air, uid))
                if (state := self._settings.secured(*now)) is not secured:
                    words = f"the tag reads back as {_WORDS[state]}"
                    raise DeviceRefused(words) if now == before else DeviceSilent(f"{words}, and was not so before")
        except CardLost:
            if written:
                raise DeviceSilent("the tag no longer answers, its security may have changed") from None
            raise DeviceRefused("this tag is not on the pad") from None
        except WireError:
            if written:
                raise
            raise DeviceRefused("the tag cannot be spoken to") from None

    def firmware(self) -> str:
        return self._reader.firmware()

    def close(self) -> None:
        self._reader.close()

    def _spoken(self, there: Connection) -> Tag:
        with contextlib.suppress(_Untold), self._session(there) as air:
            about = _information(air)
            if about.uid != self._lies[0]:
                self._lies = (about.uid, self._settings.content(self._memory(air, about)))
            return tag(*self._lies, self._settings.secured(*self._security(air, about)))
        return tag(_uid(there), None)  # no book of ours, and no reason to take the pad for lost

    def _stored(self, there: Connection) -> Tag:
        uid = _uid(there)
        if uid != self._lies[0]:
            memory = _storage(there)
            if _uid(there) != uid:
                raise WireError("another tag answers in its place")
            if not memory:  # perhaps in the next round
                return tag(uid, None)
            self._lies = (uid, self._settings.content(memory))
        return tag(*self._lies)

    @contextlib.contextmanager
    def _session(self, there: Connection) -> Iterator[Air]:
        try:
            with session(there) as air:
                yield air
        except Unsupported as error:
            raise WireError(f"{self._reader.name}: {error}; {_HELP}") from None

    def _memory(self, air: Air, about: SystemInformation) -> bytes:
        """All of it that matters; some tags read one block at a time only."""
        memory, blocks, at_once = b"", about.blocks or _BLOCKS_UNTOLD, _BLOCKS_AT_ONCE
        while len(memory) < min(blocks * about.block, MEMORY_MAX):
            first = len(memory) // about.block
            some = min(at_once, blocks - first)
            try:
                if some > 1:
                    part = answer(air(request(iso15693.READ_SOME, bytes((first, some - 1)), about.uid)))
                else:
                    part = answer(air(request(iso15693.READ_ONE, bytes((first,)), about.uid)))
            except TagRefused as error:
                if some > 1:
                    at_once = 1
                    continue
                if about.blocks and error.code != iso15693.NO_BLOCK:
                    raise WireError(f"half read: {error}") from None
                break
            if len(part) != some * about.block:
                raise WireError("blocks cut short")
            memory += part
        return memory

    def _security(self, air: Air, about: SystemInformation) -> tuple[int | None, bool | None]:
        """AFI and EAS, the latter where it counts."""
        return about.afi, _eas(air, about.uid) if self._settings.secured_by in ("eas", "both") else None

    def _write(self, air: Air, uid: str, secured: bool) -> None:
        """Said once each; whether it took is for reading back to say."""
        ways: list[tuple[int, bytes]] = []
        if self._settings.secured_by in ("afi", "both"):
            ways.append((iso15693.WRITE_AFI, bytes((self._settings.afi(secured),))))
        if self._settings.secured_by in ("eas", "both"):
            ways.append((iso15693.EAS_SET if secured else iso15693.EAS_RESET, b""))
        for command, parameters in ways:
            with contextlib.suppress(TagRefused, CardLost, WireError):
                answer(air(request(command, parameters, uid, self._settings.option_flag), WRITE_WAIT_US))


class _Untold(WireError):
    """A tag answers, and does not say what it is: the standard leaves that to it (ISO 15693-3, 10.4.12)."""


_WORDS = {True: "secured", False: "not secured", None: "neither secured nor not"}


def _is_tag(atr: bytes) -> bool:
    at = atr.find(STORAGE)
    return at >= 0 and len(atr) > at + len(STORAGE) and atr[at + len(STORAGE)] in _ISO_15693


def _information(air: Air, uid: str = "") -> SystemInformation:
    """Of the tag with this UID, or of whichever is heard. Raises ``CardLost`` when it is silent, or another answers;
    ``_Untold`` when it refuses."""
    try:
        about = SystemInformation.from_bytes(answer(air(request(iso15693.SYSTEM_INFORMATION, uid=uid))))
    except TagRefused as error:
        raise _Untold(f"no system information: {error}") from None
    if uid and about.uid != uid:
        raise CardLost
    return about


def _eas(air: Air, uid: str) -> bool:
    """A tag answers the alarm only while its EAS is set, so silence counts only from one that is still there."""
    try:
        answer(air(request(iso15693.EAS_ALARM, uid=uid)))
    except CardLost:
        _information(air, uid)
        return False
    except TagRefused:
        return False
    return True


def _uid(there: Connection) -> str:
    said = there.transmit(b"\xff\xca\x00\x00\x00")
    if said[-2:] != DONE:
        raise WireError(f"no UID: {said[-2:].hex(' ').upper()}")
    return iso15693.hexadecimal(said[:-2])


def _storage(there: Connection) -> bytes:
    """Memory by PC/SC's own command; none where it is locked. How much comes at once differs by reader; nothing more
    comes at the end.

    Raises ``CardLost`` when anything else ends it: the tag has slipped, and half of it is not what it says.
    """
    memory = b""
    while len(memory) < MEMORY_MAX:
        said = there.transmit(bytes((0xFF, 0xB0, 0x00, len(memory) // 4, 0x00)))
        status = said[-2:]
        if status in (DONE, _ENDS[0]):
            memory += said[:-2]
        if memory and status not in (DONE, *_ENDS):
            raise CardLost
        if status != DONE or len(said) < 6:
            break
    return memory


def connect(device: str, settings: Settings, meanings: Meanings) -> PadSource:
    """The reader that ``settings`` name, reporting as ``device``. Raises what ``open_reader`` raises."""
    reader = open_reader(settings.reader)
    pad = PcscPad(settings, reader)
    try:
        pad.tags()
    except DeviceGone:
        pad.close()
        raise
    except WireError:
        pass  # what lies there now may be at the edge of the field
    return PadSource(device, pad, settings, meanings)
