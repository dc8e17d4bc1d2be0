"""ISO/TS 28560-4: the number of an item in the UII of a UHF tag, so that one inventory tells it.

    PC word    | words, 5 bits | .. | 1: not EPC | AFI, 8 |      AFI 07 in the library, C2 on loan
    UII        three characters of A-Z - . : 0-9 in 16 bits: 1600 a + 40 b + c + 1; 00 where there are fewer
               FB nb bytes..  a number of n + 9 digits in b + 4 bytes      FC one ASCII, FD two, FE three bytes of UTF-8
    text       owner.number.set, or owner.number, or number alone; the set as in ISO 28560-2: 31 is part 1 of 3

Sources: DigitalPlatform/dp2 (UhfUtility and its tests from ISO/TS 28560-4:2014).
"""

import re
from typing import Final

from hardware.rfid.book import Content, Unreadable, checked

NOT_EPC: Final = 0x0100  # in the PC word: the UII is not GS1's
WORDS_MAX: Final = 31
_TABLE: Final = "\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789"
_LONG, _EXTRA = 0xFB, {0xFC: 1, 0xFD: 2, 0xFE: 3}
_RUNS = re.compile(r"([0-9]{9,24})|([A-Z0-9.:-])|(.)", re.DOTALL)
_SHAPE = re.compile(r"(?:(?P<owner>[A-Za-z0-9:/-]{1,16})\.)?(?P<number>[^.]+)(?:\.(?P<set>[0-9]{2,6}))?")


def read(uii: bytes) -> Content:
    """What a UII says. Raises ``Unreadable``."""
    shape = _SHAPE.fullmatch(text_of(uii))
    if not shape:
        raise Unreadable("no owner and number of an item")
    parts, part = 1, 1
    if digits := shape["set"]:
        if len(digits) % 2:
            raise Unreadable("no information about a set")
        parts, part = int(digits[: len(digits) // 2]), int(digits[len(digits) // 2 :])
    checked(shape["number"], parts, part)
    return Content(shape["number"], parts, part, owner=shape["owner"] or "")


def write(content: Content) -> bytes:
    """The UII that says this, whole words. Raises ``ValueError``: not to be said so, or too long."""
    checked(content.number, content.parts, content.part)
    width = len(str(content.parts))
    shape = [content.owner, content.number, f"{content.parts}{content.part:0{width}d}"]
    if (content.parts, content.part) == (1, 1):
        shape.pop()
    uii = bytes_of(".".join(filter(None, shape)))
    uii += bytes(len(uii) % 2)
    if read(uii) != Content(content.number, content.parts, content.part, owner=content.owner):
        raise ValueError("would be read as something else")
    if len(uii) > 2 * WORDS_MAX:
        raise ValueError("too long for a UII")
    return uii


def text_of(uii: bytes) -> str:
    """The text of a UII. Raises ``Unreadable``."""
    text, at = "", 0
    while at < len(uii):
        lead = uii[at]
        if lead < _LONG:
            piece, used = _three(uii[at : at + 2]), 2
        elif lead == _LONG:
            piece, used = _number(uii[at + 1 :])
        elif lead in _EXTRA:
            used = 1 + _EXTRA[lead]
            try:
                piece = uii[at + 1 : at + used].decode()
            except UnicodeDecodeError:
                raise Unreadable("no text in the UII") from None
        else:
            raise Unreadable("no text in the UII")
        at += used
        if at > len(uii) and uii[len(uii) - 1 :] != b"\0":
            raise Unreadable("the UII breaks off")
        text += piece
    return text


def _three(word: bytes) -> str:
    value = int.from_bytes(word, "big") - 1
    if not any(word):
        return ""  # padding
    if len(word) < 2 or value >= 1600 * len(_TABLE):
        raise Unreadable("no text in the UII")
    return "".join(_TABLE[code] for code in (value // 1600, value // 40 % 40, value % 40)).replace("\0", "")


def _number(after: bytes) -> tuple[str, int]:
    if not after:
        raise Unreadable("the UII breaks off")
    digits, count = (after[0] >> 4) + 9, (after[0] & 0x0F) + 4
    text = f"{int.from_bytes(after[1 : 1 + count], 'big'):0{digits}d}"
    if len(after) < 1 + count or len(text) > digits:
        raise Unreadable("no long number in the UII")
    return text, 2 + count


def bytes_of(text: str) -> bytes:
    """The bytes for a text. Raises ``ValueError`` for characters beyond three bytes of UTF-8."""
    uii, run = b"", ""
    for digits, listed, other in _RUNS.findall(text):
        if listed:
            run += listed
            continue
        uii, run = uii + _packed(run), ""
        uii += _long(digits) if digits else _extra(other)
    return uii + _packed(run)


def _packed(run: str) -> bytes:
    run = run.ljust(-(-len(run) // 3) * 3, "\0")
    codes = [_TABLE.index(char) for char in run]
    values = (1600 * a + 40 * b + c + 1 for a, b, c in zip(codes[::3], codes[1::3], codes[2::3], strict=True))
    return b"".join(value.to_bytes(2, "big") for value in values)


def _long(digits: str) -> bytes:
    number = int(digits)
    count = max(4, (number.bit_length() + 7) // 8)
    return bytes((_LONG, len(digits) - 9 << 4 | count - 4)) + number.to_bytes(count, "big")


def _extra(char: str) -> bytes:
    raw = char.encode()
    if len(raw) > 3:
        raise ValueError("a character that a UII cannot hold")
    return bytes((0xFB + len(raw),)) + raw
