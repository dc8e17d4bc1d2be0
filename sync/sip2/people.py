"""What a library says of a person, as the point needs to know them: a 64 or 24, and who an item is held for."""

import re
import time

from sync.asked import PatronIs
from sync.seal import Seal
from sync.sip2.dialect import STATUS, Dialect
from sync.sip2.message import Message, number_in, shown
from sync.things import Patron, Standing

TEXT_MAX = 200
INITIALS_MAX = 6
_NAMING = ("AA", "AE", "CY", "DA", "BD", "BE", "BF")
"""Fields that name a person: numbers, names, address, mail, telephone."""


class Unnamed(ValueError):
    """The library's number for this person cannot be kept here: none, or longer than any card's."""


def words(message: Message) -> str:
    """What the library wants said: AF, then AG; shortened to fit a screen. Some name there whom they speak of, and it
    is kept, printed and shown: so nothing of it that names a person."""
    said = dict.fromkeys(shown(text).strip() for text in (*message.all("AF"), *message.all("AG")))
    whole = "; ".join(text for text in said if text)
    for name in sorted({shown(text).strip() for field in _NAMING for text in message.all(field)}, key=len)[::-1]:
        if len(name) > 1:
            whole = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", "…", whole)
    return whole[:TEXT_MAX]


def initials(name: str) -> str:
    """Of a person's name, all that is kept: the first letter of each part; of a Chinese name its first sign."""
    parts = shown(name).replace(",", " ").split()
    return "".join(f"{part[0]}." for part in parts)[:INITIALS_MAX]


def patron_is(answer: Message, number: str, pinned: bool, dialect: Dialect, seal: Seal) -> PatronIs:
    """``pinned``: a PIN was said with the question. Only a clear CQ Y proves one. Raises ``Unnamed``."""
    valid = answer.first("BL", "Y" if answer.first("AE").strip() else "N") == "Y"
    proven = answer.first("CQ") == "Y"
    if pinned and not proven and (valid or (dialect.wrong_pin_is_unknown and answer.has("CQ"))):
        return PatronIs(None, pin="wrong")
    if not valid:
        return PatronIs(None)
    standing = _standing(answer, dialect)
    reason = words(answer) if standing != "fine" else ""
    return PatronIs(_patron(answer.first("AA").strip() or number, answer.first("AE"), number, seal, standing, reason))


def room(answer: Message) -> int | None:
    """How many more items this person may have on loan, by CB (charged items limit) of a 64 and its count; None where
    it does not say. A limit of 0 is taken for none said: who may have nothing at all is blocked."""
    most, charged = number_in(answer.first("CB")), answer.number("charged")
    return None if charged is None or not most else max(0, most - charged)


def holder(answer: Message, seal: Seal) -> Patron | None:
    """Whom an item is held for, from CY and DA of a 10 or 18; None where it does not say. Raises ``Unnamed``."""
    number = answer.first("CY").strip()
    return _patron(number, answer.first("DA"), number, seal) if number else None


def _patron(number: str, name: str, card: str, seal: Seal, standing: Standing = "fine", reason: str = "") -> Patron:
    try:
        return Patron(seal.hide(number), initials(name), standing, cards=(seal.card(card),), reason=reason)
    except ValueError:
        raise Unnamed("the library's number for this person is longer than a card's") from None


def _standing(answer: Message, dialect: Dialect) -> Standing:
    if dialect.expiry:
        ends = dialect.day(answer.first(dialect.expiry)[:8])
        if ends is not None and ends + 86400 < time.time():
            return "expired"
    flags = answer.fixed["status"]
    denied = {name for name, flag in zip(STATUS, flags, strict=True) if flag == "Y"}
    return "blocked" if denied & set(dialect.blocks) else "fine"
