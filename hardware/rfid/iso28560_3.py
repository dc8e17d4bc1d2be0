"""ISO 28560-3: the fixed layout of book tags, grown from the Danish, Dutch and Finnish models.

    offset  0           1      2     3 .. 18        19 20        21 22     23 .. 33 (.. 31 on tags of 32 bytes)
            | 1 | usage | parts | part | number, 16 | CRC, LE    | country | institution |   optional blocks ...
              4 bits each                 00 padded   of the rest  ISO 3166   rest of ISIL, 00 padded

CRC-16/CCITT-FALSE (1021, init FFFF) over bytes 0..18 and 21..33; a tag of 32 bytes counts two more as 00. Some vendors
write each block of four bytes backwards; read so where only then the CRC is right. Sources: libdanrfid (DDMData,
CRC), pyrfidgeek's reader, RFID data model for libraries (Feb 2009).
"""

import binascii
from dataclasses import dataclass, field
from typing import Final, Self

from hardware.rfid.book import NIBBLE, Content, Unreadable, Usage, checked

SHORT, WHOLE = 32, 34  # bytes of the basic block
BLOCK: Final = 4
_VERSION = 1
_CODE = {usage: nibble for nibble, usage in NIBBLE.items()}


@dataclass(frozen=True, slots=True)
class Basic:
    """The basic block. ``country`` and ``institution`` are the owner's ISIL, taken apart at its first hyphen.

    ``rest``: what follows in the memory (optional blocks), kept as it is. ``backwards``: blocks are written so.
    """

    content: Content
    rest: bytes = field(default=b"", repr=False)
    backwards: bool = False

    @classmethod
    def from_bytes(cls, memory: bytes) -> Self:
        """What a tag's memory, from its first block, says. Raises ``Unreadable``."""
        why = Unreadable("not ISO 28560-3, or damaged: the check is wrong")
        for backwards in (False, True):
            read = _turned(memory) if backwards else memory
            size = WHOLE if len(read) >= WHOLE else SHORT
            basic = read[:size]
            if len(basic) == size and int.from_bytes(basic[19:21], "little") == crc(basic):
                try:
                    return cls(_content(basic), read[size:], backwards)
                except Unreadable as error:  # of 65,536 tags one fits the wrong way round by chance
                    why = error
        raise why

    def to_bytes(self, size: int = WHOLE) -> bytes:
        """The memory of a tag of at least ``size`` bytes: the basic block, then the rest. Raises ``ValueError``."""
        basic_size = SHORT if size == SHORT else WHOLE
        content = self.content
        country, _, institution = content.owner.partition("-")
        checked(content.number, content.parts, content.part)
        number = content.number.encode()
        if len(number) > 16 or (content.owner and len(country) != 2) or len(institution.encode()) > basic_size - 23:
            raise ValueError("the number has at most 16 bytes, the owner's country 2, its institution 9 or 11")
        head = bytes((_VERSION << 4 | _CODE[content.usage], content.parts, content.part)) + number.ljust(16, b"\0")
        tail = (country.encode().ljust(2, b"\0") + institution.encode()).ljust(basic_size - 21, b"\0")
        check = crc(head + b"\0\0" + tail).to_bytes(2, "little")
        memory = (head + check + tail + self.rest).ljust(size, b"\0")
        return _turned(memory) if self.backwards else memory


def crc(basic: bytes) -> int:
    """The check of a basic block of 32 or 34 bytes, whatever stands where the check itself goes."""
    return binascii.crc_hqx(basic[:19] + basic[21:WHOLE].ljust(WHOLE - 21, b"\0"), 0xFFFF)


def _content(basic: bytes) -> Content:
    if basic[0] >> 4 != _VERSION:
        raise Unreadable("another version of ISO 28560-3")
    number, country, institution = (_text(part) for part in (basic[3:19], basic[21:23], basic[23:]))
    checked(number, basic[1], basic[2])
    owner = f"{country}-{institution}" if country and institution else country or institution
    return Content(number, basic[1], basic[2], NIBBLE.get(basic[0] & 0xF, Usage.UNSAID), owner)


def _text(padded: bytes) -> str:
    raw = padded.rstrip(b"\0")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _turned(memory: bytes) -> bytes:
    return b"".join(memory[at : at + BLOCK][::-1] for at in range(0, len(memory), BLOCK))
