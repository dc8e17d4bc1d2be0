"""Things with tags, to lay on a simulated pad: what their memory says, and how they behave there."""

import random
import zlib
from dataclasses import dataclass, field, replace
from typing import Literal

from hardware.rfid import iso28560_2, iso28560_4
from hardware.rfid.book import Content, Usage
from hardware.rfid.iso28560_3 import Basic

IN_LIBRARY, ON_LOAN = 0x07, 0xC2
OWNER = "CN-440300"
DSFID_OBJECTS = 0x06
Layout = Literal["iso28560_3", "iso28560_2", "text"]


@dataclass
class Laid:
    """One tag. ``number``: of its item, or its patron's. ``usage`` "patron": a card.

    ``layout``: how its memory is written; ``raw`` instead of all that: the bytes as they are. ``misses``: of so many
    rounds (0 to 1) it stays silent. ``locked``: its AFI does not change any more.
    """

    number: str = ""
    parts: int = 1
    part: int = 1
    owner: str = OWNER
    usage: Usage = Usage.CIRCULATING
    layout: Layout = "iso28560_3"
    raw: bytes | None = None
    afi: int = IN_LIBRARY
    eas: bool = False
    misses: float = 0.0
    locked: bool = False
    bytes_of_memory: int = 112
    chance: random.Random = field(default_factory=lambda: random.Random(11), repr=False)

    @property
    def content(self) -> Content:
        """What it says."""
        return Content(self.number, self.parts, self.part, self.usage, self.owner)

    @property
    def uid(self) -> str:
        """Of an HF tag, made of what it says: E0, NXP's 04, and six bytes."""
        said = repr((self.number, self.part, self.owner, self.layout, self.raw)).encode()
        return f"E0040100{zlib.crc32(said):08X}"

    @property
    def says_in_uii(self) -> bool:
        """Whether its UII, if it is a UHF tag, is one of ISO/TS 28560-4."""
        return self.raw is None and self.layout == "iso28560_3"

    def memory(self) -> bytes:
        """Of an HF tag."""
        if self.raw is not None:
            return self.raw.ljust(self.bytes_of_memory, b"\0")
        if self.layout == "text":
            return self.number.encode().ljust(self.bytes_of_memory, b"\0")
        if self.layout == "iso28560_2":
            return iso28560_2.rewrite(bytes(self.bytes_of_memory), iso28560_2.objects(self.content))
        return Basic(self.content).to_bytes(self.bytes_of_memory)

    def uii(self) -> bytes:
        """Of a UHF tag; one whose layout is ISO 28560-2 says it in its user bank instead."""
        if self.raw is not None:
            return self.raw
        if self.layout == "iso28560_2":
            return bytes.fromhex(self.uid) + bytes(4)
        if self.layout == "text":
            number = self.number.encode()
            return number + bytes(len(number) % 2)  # of whole words
        return iso28560_4.write(replace(self.content, usage=Usage.UNSAID))

    def user_bank(self) -> bytes:
        """Of a UHF tag."""
        if self.layout != "iso28560_2" or self.raw is not None:
            return bytes(64)
        return bytes((DSFID_OBJECTS,)) + iso28560_2.rewrite(bytes(63), iso28560_2.objects(self.content))

    def answers(self) -> bool:
        """Whether it is heard in this round."""
        return self.chance.random() >= self.misses
