"""ISO/IEC 15962: objects one after another in a tag's memory, their text made short in one of eight ways.

    | precursor | pads? | more of the OID? | length | data ... | 00 pads |      then the next; precursor 00 ends it
      bit 7      pads follow the data, as many as the next byte says, so that the next object begins on its own block
      bits 6..4  how the text is made short (``Way``)
      bits 3..0  OID 1..14; 15: a byte follows, which is the OID less 15

Sources: DigitalPlatform/dp2 (Element, Compact and their tests from GB/T 35660.2). Lengths above 127 have another form
that none of them shows: unreadable here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from hardware.rfid.book import Unreadable

DATA_MAX: Final = 127
OID_MAX: Final = 15 + 255
_PADS_FOLLOW, _FAR = 0x80, 15
_INTEGERS: Final = range(10, 10**19)


class Way(IntEnum):
    """How text is made short."""

    OWN = 0  # as the application says
    INTEGER = 1
    NUMERIC = 2
    FIVE_BITS = 3  # A-Z [ \ ] ^ _
    SIX_BITS = 4  # space to _
    SEVEN_BITS = 5
    LATIN = 6
    UTF8 = 7


@dataclass(frozen=True, slots=True)
class Element:
    """One object as it stands in memory. ``size``: bytes it takes, all told. ``start``: where."""

    oid: int
    way: Way
    data: bytes = field(repr=False)
    start: int = 0
    size: int = 0

    def text(self) -> str:
        """Its text. Raises ``Unreadable``, also where the application has a way of its own."""
        return expand(self.way, self.data)

    def to_bytes(self, filling: int = 0) -> bytes:
        """As it goes to memory, padded to ``filling`` bytes if that is more. Raises ``ValueError``: it cannot be."""
        if not 1 <= self.oid <= OID_MAX or len(self.data) > DATA_MAX:
            raise ValueError(f"OID {self.oid} with {len(self.data)} bytes cannot be written")
        far = bytes((self.oid - _FAR,)) if self.oid >= _FAR else b""
        body = far + bytes((len(self.data),)) + self.data
        precursor = self.way << 4 | min(self.oid, _FAR)
        if 1 + len(body) >= filling:
            return bytes((precursor,)) + body
        pads = filling - 2 - len(body)
        return bytes((precursor | _PADS_FOLLOW, pads)) + body + bytes(pads)


def parse(memory: bytes) -> Iterator[Element]:
    """The objects in memory, in order. Raises ``Unreadable`` where the chain breaks; bounded by the memory."""
    at = 0
    while at < len(memory) and (precursor := memory[at]):
        start, at = at, at + 1
        try:
            pads = 0
            if precursor & _PADS_FOLLOW:
                pads, at = memory[at], at + 1
            oid = precursor & 0x0F
            if oid == _FAR:
                oid, at = _FAR + memory[at], at + 1
            length, at = memory[at], at + 1
        except IndexError:
            raise Unreadable("an object breaks off") from None
        end = at + length + pads
        if not oid or length > DATA_MAX or end > len(memory):
            raise Unreadable("no object, or it breaks off")
        yield Element(oid, Way(precursor >> 4 & 7), memory[at : at + length], start, end - start)
        at = end


def shorten(text: str) -> tuple[Way, bytes]:
    """The shortest way for a text, and its bytes; of two that are as short the simpler one."""
    tried = [(way, compact(way, text)) for way in Way if way is not Way.OWN and fits(way, text)]
    return min(tried, key=lambda one: len(one[1]))


def fits(way: Way, text: str) -> bool:
    """Can this text be written so, and read back the same?"""
    digits = text.isascii() and text.isdigit()
    match way:
        case Way.INTEGER:
            return digits and len(text) <= 19 and text[0] != "0" and int(text) in _INTEGERS
        case Way.NUMERIC:
            return digits
        case Way.FIVE_BITS:
            return bool(text) and all("A" <= char <= "_" for char in text)
        case Way.SIX_BITS:  # a space at the end may pass for padding
            return all(" " <= char <= "_" for char in text) and not text.endswith(" ")
        case Way.SEVEN_BITS:
            return all(char < "\x7f" for char in text)
        case Way.LATIN:
            return all(char <= "\xff" for char in text)
    return way is Way.UTF8


def compact(way: Way, text: str) -> bytes:
    """The text made short. ``fits`` must hold."""
    match way:
        case Way.INTEGER:
            return int(text).to_bytes((int(text).bit_length() + 7) // 8, "big")
        case Way.NUMERIC:
            return bytes.fromhex(text + "F" * (len(text) % 2))
        case Way.FIVE_BITS:
            return pack("".join(f"{ord(char) & 0x1F:05b}" for char in text), "0")
        case Way.SIX_BITS:
            return pack("".join(f"{ord(char) & 0x3F:06b}" for char in text), "100000")
        case Way.SEVEN_BITS:
            return pack("".join(f"{ord(char):07b}" for char in text), "1")
        case Way.LATIN:
            return text.encode("latin-1")
    return text.encode()


def expand(way: Way, data: bytes) -> str:
    """The text again. Raises ``Unreadable`` for what that way cannot be, and for a way of the application's own."""
    try:
        text = _expanded(way, data)
    except ValueError:
        text = None
    if text is None or not fits(way, text):
        raise Unreadable(f"not text of the kind {way.name.lower()}")
    return text


def _expanded(way: Way, data: bytes) -> str | None:
    match way:
        case Way.INTEGER:
            return str(int.from_bytes(data, "big"))
        case Way.NUMERIC:
            return data.hex().removesuffix("f")
        case Way.FIVE_BITS:
            codes = split(data, 5)
            return "".join(chr(0x40 | code) for code in (codes[:-1] if codes and not codes[-1] else codes))
        case Way.SIX_BITS:
            text = "".join(chr(code if code & 0x20 else code | 0x40) for code in split(data, 6))
            return text.removesuffix(" ")
        case Way.SEVEN_BITS:
            return "".join(map(chr, split(data, 7))).removesuffix("\x7f")
        case Way.LATIN:
            return data.decode("latin-1")
        case Way.UTF8:
            return data.decode()
    return None


def pack(bits: str, padding: str) -> bytes:
    """Bits as whole bytes, the last filled up with the beginning of ``padding``, again and again."""
    missing = -len(bits) % 8
    bits += (padding * missing)[:missing]
    return int(bits, 2).to_bytes(len(bits) // 8, "big") if bits else b""


def split(data: bytes, width: int) -> list[int]:
    """The groups of so many bits in it; bits that are too few for a group are left out."""
    bits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""
    return [int(bits[at : at + width], 2) for at in range(0, len(bits) - width + 1, width)]
