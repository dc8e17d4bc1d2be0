"""What the number of a contactless card is, and what only looks like one.

The number is the UID of the chip: what a reader says of any card without keys. It names a card, not a person, and can
be copied; where a wrong person would be harmed the library asks for a second thing.

A card left lying on the reader is one arrival, however long it lies: readers of cards say ``CardShown`` once and
nothing more until it is lifted. So a card forgotten there does not begin another session when its own has ended.
"""

from pydantic import SecretStr

LENGTHS = (4, 7, 8, 10)
"""Bytes of a UID: ISO 14443-3 single, double and triple size; ISO 15693."""

_RANDOM = 0x08  # ISO 14443-3: a single-size UID that begins so is made up anew at each arrival (phones, passports)
_CASCADE = 0x88  # ISO 14443-3: not a first byte of any UID, but the mark that its first three bytes follow, and more
_VENDOR_15693 = 0xE0  # ISO 15693: the most significant byte of every UID


def number(uid: bytes) -> SecretStr | None:
    """The card's number, upper-case hex, from the bytes of its UID; None if they do not name one card for good.

    None: a length that no standard knows, nothing but 00 or FF (a reader's way of failing), a random UID, or the
    first part of a longer one. ISO 15693 readers disagree on the order of bytes; here E0 comes first.
    """
    if len(uid) not in LENGTHS or set(uid) <= {0x00} or set(uid) <= {0xFF}:
        return None
    if len(uid) == 4 and uid[0] in (_RANDOM, _CASCADE):
        return None
    if len(uid) == 8 and uid[0] != _VENDOR_15693 and uid[-1] == _VENDOR_15693:
        uid = uid[::-1]
    return SecretStr(uid.hex().upper())


def like_uid(number: str) -> bool:
    """Could this be the number of some card by its UID?"""
    return len(number) in [2 * length for length in LENGTHS] and not set(number.upper()) - set("0123456789ABCDEF")
