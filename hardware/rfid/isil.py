"""How ISO 28560-2 writes the ISIL of an owner: letters in five bits, digits in four, with shifts and latches between.

    upper   - A-Z :   28 latch lower, 29 shift lower, 30 latch digits, 31 shift digits     five bits; begins here
    lower   - a-z /   28 latch upper, 29 shift upper, 30 latch digits, 31 shift digits     five bits
    digits  0-9 - :   12 latch upper, 13 shift upper, 14 latch lower, 15 shift lower       four bits

A latch lasts, a shift is for one character. Ones fill up the last byte. Source: DigitalPlatform/dp2 (Compact).
"""

from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final

from hardware.rfid.book import Unreadable
from hardware.rfid.iso15962 import pack

LENGTH_MAX: Final = 16
_CHARACTERS = {"upper": f"-{ascii_uppercase}:", "lower": f"-{ascii_lowercase}/", "digits": f"{digits}-:"}
_WIDTH = {"upper": 5, "lower": 5, "digits": 4}
_LATCH = {
    "upper": {"lower": 28, "digits": 30},
    "lower": {"upper": 28, "digits": 30},
    "digits": {"upper": 12, "lower": 14},
}  # a shift is one more


def compact(isil: str) -> bytes:
    """An ISIL in as few bits as can be. Raises ``ValueError``: longer than 16, or made of other characters."""
    if not 0 < len(isil) <= LENGTH_MAX:
        raise ValueError(f"an ISIL has 1 to {LENGTH_MAX} characters")
    best = {"upper": ""}  # the shortest bits that lead into each set
    for char in isil:
        best = _next(best, char)
        if not best:
            raise ValueError("an ISIL has letters, digits, - / : and nothing else")
    return pack(min(best.values(), key=len), "1")


def _next(best: dict[str, str], char: str) -> dict[str, str]:
    """One character more: for each set to stand in, the shortest way there. Of two the one found first."""
    found: dict[str, str] = {}

    def offer(name: str, bits: str) -> None:
        if name not in found or len(bits) < len(found[name]):
            found[name] = bits

    for here, bits in best.items():
        if char in _CHARACTERS[here]:
            offer(here, bits + _code(here, _CHARACTERS[here].index(char)))
        for there, latch in _LATCH[here].items():
            if char in _CHARACTERS[there]:
                code = _code(there, _CHARACTERS[there].index(char))
                offer(here, bits + _code(here, latch + 1) + code)
                offer(there, bits + _code(here, latch) + code)
    return found


def _code(name: str, value: int) -> str:
    return f"{value:0{_WIDTH[name]}b}"


def expand(data: bytes) -> str:
    """The ISIL again. Raises ``Unreadable``."""
    bits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}" if data else ""
    latched = here = "upper"
    text, at = "", 0
    while at + _WIDTH[here] <= len(bits):
        value = int(bits[at : at + _WIDTH[here]], 2)
        at += _WIDTH[here]
        if value < len(_CHARACTERS[here]):
            text += _CHARACTERS[here][value]
            here = latched
            continue
        if here != latched:
            raise Unreadable("a shift from a shift")
        there = next(name for name, latch in _LATCH[here].items() if value - latch in (0, 1))
        if value == _LATCH[here][there]:
            latched = there
        here = there
    if not 0 < len(text) <= LENGTH_MAX:
        raise Unreadable("no ISIL")
    return text
