"""SIP2 messages as values. Reading is tolerant, writing strict.

    Message("09", {"no_block": "N", "date": when, "returned": when}, (("AP", "Locker-01"), ("AB", "1565921879")))

Text is split only after it was decoded: in GB18030 the byte of ``|`` may be the second half of a character.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from sync.sip2.layout import LAYOUTS, Layout

VALUE_MAX = 255
"""Characters of one field; the standard's limit."""
FIELDS_MAX = 1000
"""Fields kept of one message."""
DIGITS_MAX = 9

Charset = Literal["utf-8", "gb18030", "cp850", "ascii", "latin-1"]
Fields = tuple[tuple[str, str], ...]

_SEPARATOR, _BAR = "|", b"|"
# GB18030, character by character: four bytes, half of a common one at which a title was cut to so many bytes (a field
# follows), or two. The half would swallow the separator, and with it the field.
_HALF = rb"[\xb0-\xf7](?=\|[A-Z]{2})"
_CHARACTERS = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]|" + _HALF + rb"|[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_UNSAYABLE = frozenset("|\r\n\0")


class NotAMessage(Exception):
    """These bytes are no message of SIP2, or not the one that was due. Says what is wrong, not what they said."""


class Unsayable(ValueError):
    """A value that cannot be said in SIP2: the message would become another one. Names the field, not the value."""


@dataclass(frozen=True, slots=True)
class Message:
    """``fixed``: by the names of ``layout``, padded as they are said. ``fields``: in order, repeated ones too."""

    code: str
    fixed: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Fields = field(default=(), repr=False)

    @property
    def layout(self) -> Layout:
        """What it is made of. ``KeyError`` for a code that the standard does not have."""
        return LAYOUTS[self.code]

    def first(self, name: str, default: str = "") -> str:
        """The value of a field; the first one where it is repeated."""
        return next((value for known, value in self.fields if known == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may stand more than once; empty ones are left out."""
        return tuple(value for known, value in self.fields if known == name and value)

    def has(self, name: str) -> bool:
        """Whether the field was said at all, be it empty."""
        return any(known == name for known, _ in self.fields)

    def number(self, name: str) -> int | None:
        """A fixed field that counts; None where the peer left it blank or wrote no number. Padding does no harm."""
        return number_in(self.fixed.get(name, ""))

    def yes(self, name: str) -> bool:
        """A fixed field that is Y or N (in 94, 12 and others: 1 or 0)."""
        return self.fixed.get(name, "") in ("Y", "y", "1")


def parse(body: bytes, charset: Charset) -> Message:
    """The message in a frame's body. Raises ``NotAMessage`` for another code than the standard's, or a fixed part
    that is not whole; anything else is taken as it comes. What cannot be decoded becomes U+FFFD."""
    if charset == "gb18030":
        body = _CHARACTERS.sub(lambda found: found[0] if len(found[0]) > 1 else b"?", body)
    text = body.decode(charset, "replace")
    layout = LAYOUTS.get(text[:2])
    if layout is None:
        raise NotAMessage(f"{len(body)} bytes that do not begin with the code of a message")
    if len(text) < layout.end:
        raise NotAMessage(f"{layout.code} ({layout.name}) breaks off in its fixed part")
    fixed = {name: text[place] for name, place in layout.places}
    parts = text[layout.end :].split(_SEPARATOR, FIELDS_MAX)
    return Message(layout.code, fixed, tuple([(part[:2], part[2:]) for part in parts if len(part) >= 2]))


def compose(message: Message, charset: Charset) -> bytes:
    """The body of a frame. Raises ``Unsayable`` when a value breaks out of its field, also where the other end splits
    bytes and not letters, is too long, cannot be written in this charset, or does not fit the fixed part; ``KeyError``
    for a code that the standard does not have."""
    layout = message.layout
    said = [layout.code]
    for name, width in layout.fixed:
        value = message.fixed.get(name, "")
        if len(value) != width or not value.isprintable() or not value.isascii():
            raise Unsayable(f"{layout.code} {name}: must be {width} characters")
        said.append(value)
    if unknown := set(message.fixed) - {name for name, _ in layout.fixed}:
        raise Unsayable(f"{layout.code} has no {', '.join(sorted(unknown))}")
    if lacking := set(layout.must) - {name for name, _ in message.fields}:
        raise Unsayable(f"{layout.code} lacks {', '.join(sorted(lacking))}")
    for name, value in message.fields:
        if len(name) != 2 or not (name.isascii() and name.isalnum()) or name in ("AY", "AZ"):
            raise Unsayable(f"{layout.code}: no field can have the name {name!r}")
        if len(value) > VALUE_MAX or not _UNSAYABLE.isdisjoint(value):
            raise Unsayable(
                f"{layout.code} {name}: longer than {VALUE_MAX}, or with a sign that ends a field or a line"
            )
        said += name, value, _SEPARATOR
    try:
        body = "".join(said).encode(charset)
    except UnicodeEncodeError:
        raise Unsayable(f"{layout.code}: has letters that {charset} does not") from None
    if body.count(_BAR) != len(message.fields):
        raise Unsayable(f"{layout.code}: in {charset} a letter would end its field, for whoever splits bytes")
    return body


def number_in(text: str) -> int | None:
    """The number that this is; None for anything else, and for one of more than nine digits, which counts nothing."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MAX else None


def shown(text: str) -> str:
    """A value fit for a screen: composed letters (some systems send them taken apart), no control characters."""
    return "".join(sign for sign in unicodedata.normalize("NFC", text) if sign.isprintable())


def stamp(at: float, utc: bool = False) -> str:
    """Unix seconds as the standard's date: local time with four blanks or, in UTC, ``   Z``."""
    when = datetime.fromtimestamp(at, UTC if utc else None)
    mark = "   Z" if utc else "    "
    return f"{when:%Y%m%d}{mark}{when:%H%M%S}"
