"""Bytes that may name a person, made unrecognisable and still of use: same length, same shape, another number."""

import random
import re
import string

KEPT = 2  # characters at the start of each run: enough to tell 2... from L1..., too few to tell whose
_RUN = re.compile(rb"[0-9A-Za-z]+")
_CLASSES = [letters.encode() for letters in (string.digits, "ABCDEF", "abcdef", string.ascii_uppercase[6:])]
_CLASSES.append(string.ascii_lowercase[6:].encode())


def disguise(data: bytes, chance: random.Random) -> bytes:
    """Each digit another digit, each letter another of its kind (hex stays hex); ends, blanks and signs stay.

    Bytes that are no ASCII become other such bytes. Two runs of the same number come out different, so a recording
    cannot be searched for a known card.
    """
    shaped = _RUN.sub(lambda run: run[0][:KEPT] + bytes(_other(byte, chance) for byte in run[0][KEPT:]), data)
    return bytes(byte if byte < 0x80 else chance.randrange(0x80, 0x100) for byte in shaped)


def disguise_uid(data: bytes, chance: random.Random) -> bytes:
    """A line of a card reader: each hex digit another hex digit, so that not even their kinds tell whose it is."""
    return _RUN.sub(lambda run: run[0][:KEPT] + bytes(chance.choice(_HEX) for _ in run[0][KEPT:]), data)


def disguise_answer(data: bytes, chance: random.Random) -> bytes:
    """The answer of a card to a command: all but its first byte and its status word (the last two) is made up."""
    return data[:1] + bytes(chance.choice(_DECIMAL) for _ in data[1:-2]) + data[-2:] if len(data) > 2 else data


_HEX = b"0123456789ABCDEF"
_DECIMAL = [tens << 4 | ones for tens in range(10) for ones in range(10)]  # what a number packed as BCD may hold


def _other(byte: int, chance: random.Random) -> int:
    return next((chance.choice(letters) for letters in _CLASSES if byte in letters), byte)
