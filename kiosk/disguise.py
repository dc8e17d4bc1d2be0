"""What may name a person, made unrecognisable and still of use: same length, same shape, another number.

Shapes are kept so that a recording can be lived through again: frames get their check again, keys go up that went
down, a card says the same number twice when it is asked twice, a slip breaks its lines where it broke them.
"""

import random
import re
import string
import unicodedata
from collections.abc import Callable

KEPT = 2  # characters at the start of each line: enough to tell 2... from L1..., too few to tell whose
_RUN = re.compile(rb"[0-9A-Za-z]+")
_LINE = re.compile(rb"[^\r\n]+")
_UID_LENGTHS = (4, 7, 10)
_CLASSES = [letters.encode() for letters in (string.digits, "ABCDEF", "abcdef", string.ascii_uppercase[6:])]
_CLASSES.append(string.ascii_lowercase[6:].encode())


def runs(data: bytes) -> list[bytes]:
    """The numbers and words in it."""
    return _RUN.findall(data)


def disguise(data: bytes, chance: random.Random, known: dict[bytes, bytes] | None = None) -> bytes:
    """Each digit another digit, each letter another of its kind (hex stays hex); ends, blanks and signs stay.

    Bytes that are no ASCII become other such bytes. Two runs of the same number come out different, so a recording
    cannot be searched for a known card; except where ``known`` remembers what they became before.
    """

    def worn(run: bytes, kept: int) -> bytes:
        new = run[:kept] + bytes(_other(byte, chance) for byte in run[kept:])
        return new if known is None else known.setdefault(run, new)

    shaped = _run_by_run(data, worn)
    return bytes(byte if byte < 0x80 else chance.randrange(0x80, 0x100) for byte in shaped)


def disguise_uid(data: bytes, chance: random.Random) -> bytes:
    """A line of a card reader: each hex digit another hex digit, so that not even their kinds tell whose it is."""
    return _run_by_run(data, lambda run, kept: run[:kept] + bytes(chance.choice(_HEX) for _ in run[kept:]))


def disguise_answer(data: bytes, chance: random.Random) -> bytes:
    """The answer of a card to a command: its status word (the last two bytes) stays, and where it is made of data
    objects (ISO 7816-4) their tags, lengths and the application's identifier; of each value only the first byte. What
    is as long as a card's own number (ISO 14443-3) is taken for one, whatever it looks like."""
    said, status = data[:-2], data[-2:]
    if not said:
        return data
    return (_value(said, chance) if len(said) in _UID_LENGTHS else _objects(said, chance)) + status


def _run_by_run(data: bytes, worn: Callable[[bytes, int], bytes]) -> bytes:
    """Each run as ``worn`` makes it, told how many of its characters are of the first ``KEPT`` of its line: a number
    may be written in groups of two."""

    def line(found: re.Match[bytes]) -> bytes:
        left = KEPT

        def run(found: re.Match[bytes]) -> bytes:
            nonlocal left
            kept = min(left, len(found[0]))
            left -= kept
            return worn(found[0], kept)

        return _RUN.sub(run, found[0])

    return _LINE.sub(line, data)


_HEX = b"0123456789ABCDEF"
_DECIMAL = [tens << 4 | ones for tens in range(10) for ones in range(10)]  # what a number packed as BCD may hold
_BINARY = [byte for byte in range(1, 255) if byte not in _DECIMAL]
_CONSTRUCTED, _APPLICATION = 0x20, b"\x84"
_FILLING = (0x00, 0xFF)


def _other(byte: int, chance: random.Random) -> int:
    return next((chance.choice(letters) for letters in _CLASSES if byte in letters), byte)


def _objects(data: bytes, chance: random.Random) -> bytes:
    """Data objects one after another, or a plain value."""
    said, rest = b"", data
    while rest:
        head = 3 if rest[0] & 0x1F == 0x1F else 2
        length = rest[head - 1] if len(rest) >= head else 256
        if length > 0x7F or len(rest) < head + length:
            return _value(data, chance)
        value = rest[head : head + length]
        if rest[0] & _CONSTRUCTED:
            value = _objects(value, chance)
        elif rest[:1] != _APPLICATION:
            value = _value(value, chance)
        said, rest = said + rest[:head] + value, rest[head + length :]
    return said


def _value(data: bytes, chance: random.Random) -> bytes:
    if len(data) > 1 and data.isascii() and data.decode().isprintable():
        return disguise(data, chance)
    return data[:1] + bytes(_packed(byte, chance) for byte in data[1:])


def _packed(byte: int, chance: random.Random) -> int:
    """A byte of the same kind; a leading zero of a packed number stays one."""
    if byte in _FILLING:
        return byte
    if byte < 10:
        return chance.randrange(10)
    return chance.choice(_DECIMAL if byte in _DECIMAL else _BINARY)


def disguise_text(text: str, chance: random.Random) -> str:
    """Words on a slip: each sign another one as wide, so that lines break where they broke. Marks and blanks stay."""
    return "".join(_sign(sign, chance) for sign in text)


_IDEOGRAPHS = "天地人文山水日月书林春秋风云花草石木"


def _sign(sign: str, chance: random.Random) -> str:
    if sign.isascii():
        return chr(_other(ord(sign), chance))
    return chance.choice(_IDEOGRAPHS) if unicodedata.category(sign)[0] == "L" else sign
