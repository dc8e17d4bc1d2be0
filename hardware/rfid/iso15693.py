"""ISO/IEC 15693 requests to a tag in the field, and what its answers say.

    request   02 | command | parameters                 flags 02: high data rate, every tag that hears it obeys
              22 | command | UID | parameters           flags 22: only the tag with this UID (LSB first) obeys
              22 | command | 04 | UID                   a maker's own command: the maker's code comes first
    answer    00 | data                                 01 | code: the tag refuses (10: no such block)
    2B  get system information   info flags, UID (LSB first), [DSFID], [AFI], [blocks - 1, block size - 1], [IC]
    23  read multiple blocks     first, count - 1
    20  read one block           block
    27  write AFI                AFI
    A2 A3 A5  NXP's EAS: set, reset, alarm, of the maker's own. A5 is answered only while it is set.

Flags 40 more: the option flag. What a reader decodes is the stronger tag, and what it sends every tag beside it hears:
so only the question which tag lies there goes without an address.

Sources: hardware.md 3.1 (pypn5180, libdanrfid); conversations with ICODE tags (vectors/pcsc_pad.toml). EAS as in NXP's
data sheet SL2S2002_SL2S2102 rev. 3.4, 9.4.3, in MichaelsPlayground/TalkToYourIcodeSlixCard and, that all three take an
address, in FEIG's manual H60301-3e, 8.3; untried on a real tag.
"""

from dataclasses import dataclass
from typing import Final

from hardware.errors import WireError

SYSTEM_INFORMATION, READ_SOME, READ_ONE, WRITE_AFI = 0x2B, 0x23, 0x20, 0x27
EAS_SET, EAS_RESET, EAS_ALARM = 0xA2, 0xA3, 0xA5
NO_BLOCK = 0x10
_OF_NXP, _NXP = (EAS_SET, EAS_RESET, EAS_ALARM), b"\x04"
_HIGH_RATE, _ADDRESS, _OPTION, _ERROR = 0x02, 0x20, 0x40, 0x01
_DSFID, _AFI, _MEMORY = 0x01, 0x02, 0x04
UID_LENGTH: Final = 8
UID_FIRST: Final = 0xE0


class TagRefused(Exception):
    """The tag answers with an error, ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the tag says error {code:02X}")
        self.code = code


@dataclass(frozen=True, slots=True)
class SystemInformation:
    """``uid``: 16 hex digits, E0 first. ``afi`` None: not told. ``blocks`` 0: its size is not told."""

    uid: str
    afi: int | None = None
    blocks: int = 0
    block: int = 4

    @classmethod
    def from_bytes(cls, data: bytes) -> "SystemInformation":
        """Of an answer without its flags. Raises ``WireError``."""
        if len(data) < 1 + UID_LENGTH:
            raise WireError("system information cut short")
        told, uid, rest = data[0], data[1 : 1 + UID_LENGTH], data[1 + UID_LENGTH :]
        afi, blocks, block = None, 0, 4
        if told & _DSFID:
            rest = rest[1:]
        if told & _AFI:
            afi, rest = (rest[0] if rest else None), rest[1:]
        if told & _MEMORY and len(rest) >= 2:
            blocks, block = rest[0] + 1, (rest[1] & 0x1F) + 1
        return cls(hexadecimal(uid), afi, blocks, block)


def hexadecimal(uid: bytes) -> str:
    """A UID as it is written down, from either byte order (readers differ). Raises ``WireError`` for what is none."""
    for one in (uid, uid[::-1]):
        if len(one) == UID_LENGTH and one[0] == UID_FIRST:
            return one.hex().upper()
    raise WireError("not the UID of an ISO 15693 tag")


def request(command: int, parameters: bytes = b"", uid: str = "", option: bool = False) -> bytes:
    """As it goes through the air, without its CRC. ``uid``: of the one tag it is for, as ``SystemInformation`` has it;
    without one every tag obeys. ``option``: some TI tags want the flag with every write."""
    flags = _HIGH_RATE | (_ADDRESS if uid else 0) | (_OPTION if option else 0)
    maker = _NXP if command in _OF_NXP else b""
    return bytes((flags, command)) + maker + bytes.fromhex(uid)[::-1] + parameters


def answer(data: bytes) -> bytes:
    """What a tag said, without its flags. Raises ``TagRefused``, ``WireError``."""
    if not data:
        raise WireError("an empty answer")
    if data[0] & _ERROR:
        raise TagRefused(data[1] if len(data) > 1 else 0)
    return data[1:]
