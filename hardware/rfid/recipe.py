"""Where on a card its number stands: which application, which file or MIFARE sector, which bytes, how they are written.

A recipe is read with the commands of ISO 7816-4, or with those of PC/SC part 3 for MIFARE Classic::

    > 00 A4 04 00 Lc AID        select an application by its identifier or name
    > 00 A4 00 00 02 EF 05      select a file in it by its identifier (02 00 on some cards)
    > 00 B0 80+sfi at Le        read from a file by its short identifier; 00 B0 0at Le: from the selected one
    > 00 B2 rec p2 Le           read a record; p2 04 + (sfi << 3): by number, 00: by its identifier
    > FF 82 00 00 06 key        MIFARE: a key for the reader (FF 82 20 where the reader wants to keep it)
    > FF 86 00 00 05 01 00 bb 60 00     authenticate block bb and with it its sector; 60 key A, 61 key B
    > FF B0 00 bb 10            16 bytes of a block
    < data 90 00                any other status word: not on this card

Nothing is ever written, no PIN is sent, and the only keys are those that a technician put into a file.

The number that is handed up is what the library has in its records: ``prefix``, then what the pattern takes from the
text. It is never of the form of a UID, and of a recipe of one's own never of the form of the library's item numbers:
where a card's number is, a ``prefix`` must tell them apart, and the library hashes it with that prefix.

Shipped: ``t-union`` (JT/T 978; as in tkerby/flipperzero-firmware-wPlugins and HOCC2011/Universal-Card-Reader) and
``social-security`` (as in a7082633/HDOS_VC6). Of a social-security card only the card's own number is ever read: the
resident ID number and the name, in EF06, are no business of a lock.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from hardware.rfid.card import like_uid
from hardware.secret_file import UnfitFile, read_secret

FIELD_MAX: Final = 64
_NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,64}")  # what the number of a patron may be made of anywhere in this product
_DONE, _END_REACHED = b"\x90\x00", b"\x62\x82"
_SOCIAL_SECURITY = "sx1.sh.社会保障"

Transmit = Callable[[bytes], bytes]
"""A command to the card, its whole answer with the status word last."""


class Refused(Exception):
    """The card, or the reader for it, answered a command with another status word than "done"."""

    def __init__(self, status: bytes) -> None:
        super().__init__(status.hex(" "))
        self.status = status


def _hex(text: str) -> str:
    try:
        return bytes.fromhex(text).hex()
    except ValueError:
        raise ValueError("must be hex, two digits a byte") from None


def _readable(path: Path) -> Path:
    read_key(path)
    return path


def _known(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


def read_key(path: Path) -> bytes:
    """The six bytes of a MIFARE key, kept as 12 hex digits in a secret file. Raises ``ValueError``, content unsaid."""
    try:
        key = bytes.fromhex(read_secret(path))
    except UnfitFile as error:
        raise ValueError(str(error)) from None
    except ValueError:
        key = b""
    if len(key) != 6:
        raise ValueError(f"{path} must hold a MIFARE key: 12 hex digits")
    return key


class Recipe(BaseModel):
    """One ``[[card.recipe]]``. Either a file of an application, or a ``sector`` of a MIFARE Classic card.

    ``application``: its identifier in hex, or ``application_name``, sent in GBK. ``file`` (hex) or ``short_file``; a
    ``record`` of it, else its bytes from ``start``; ``read_length`` of them, else no more than the field needs.
    ``record_by`` "identifier" where the records of a file are told apart by their first byte.

    ``sector`` 0 to 39, its data blocks counted as one piece, with the key in ``key_file`` (12 hex digits, chmod 600).
    ``key_kept``: for readers that only take a key to keep it (HID); such memory wears out, so not without need.

    The field: ``length`` bytes from ``offset``; behind ``tag``, if given, it counts from the value of a record that
    must begin with that tag and a length of one byte. ``bcd``: two digits a byte, ``F`` at the end means none;
    ``text``: ASCII, blanks and zeros around it removed; ``hex``: as it is. The text must match ``pattern`` as a whole;
    where that has a group ``number``, only this counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}$")]
    application: Annotated[str, Field(max_length=60), AfterValidator(_hex)] = ""
    application_name: Annotated[str, Field(max_length=16)] = ""
    file: Annotated[str, StringConstraints(pattern=r"^([0-9A-Fa-f]{4})?$")] = ""
    short_file: int | None = Field(None, ge=1, le=30)
    record: int | None = Field(None, ge=1, le=254)
    record_by: Literal["number", "identifier"] = "number"
    start: int = Field(0, ge=0, le=0x7FFF)
    read_length: int | None = Field(None, ge=1, le=256)
    sector: int | None = Field(None, ge=0, le=39)
    # Not among what a trace keeps of the settings.
    key_file: Annotated[Path, AfterValidator(_readable)] | None = Field(None, exclude=True)
    key_type: Literal["A", "B"] = "A"
    key_kept: bool = False
    tag: int | None = Field(None, ge=0, le=255)
    offset: int = Field(0, ge=0, le=255)
    length: int = Field(ge=1, le=FIELD_MAX)
    decode: Literal["bcd", "text", "hex"]
    pattern: Annotated[str, Field(max_length=200), AfterValidator(_known)] = ".+"
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{0,16}$")] = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.application and self.application_name:
            raise ValueError("give application or application_name, not both")
        if self.file and self.short_file:
            raise ValueError("give file or short_file, not both")
        if self.sector is None:
            if not (self.file or self.short_file):
                raise ValueError("say where it stands: file or short_file, or sector and key_file")
            if self.short_file and self.record is None and self.start > 255:
                raise ValueError("start is at most 255 with a short_file")
            self._spares_the_person()
        elif self.application or self.application_name or self.file or self.short_file or self.record:
            raise ValueError("a sector stands in no application and no file")
        elif self.key_file is None:
            raise ValueError("a sector needs a key_file")
        elif self.offset + self.length > 16 * len(data_blocks(self.sector)):
            raise ValueError(f"sector {self.sector} has only {16 * len(data_blocks(self.sector))} bytes of data")
        return self

    def _spares_the_person(self) -> None:
        social = _SOCIAL_SECURITY.encode("gbk").hex()
        chosen = self.application or self.application_name.encode("gbk", "replace").hex()
        allowed = (self.file.upper() == "EF05" or self.short_file == 5) and self.record == 7
        if chosen.startswith(social[: 2 * len("sx1.sh.")]) and not allowed:
            raise ValueError("of a social-security card only EF05 (short_file 5), record 7, may be read")


def data_blocks(sector: int) -> range:
    """The blocks of a MIFARE Classic sector, without the last, which holds its keys. Sectors from 32 have 16."""
    return range(4 * sector, 4 * sector + 3) if sector < 32 else range(16 * sector - 384, 16 * sector - 369)


def read_number(recipe: Recipe, transmit: Transmit) -> str | None:
    """The number on the card that lies there; None when it is not as the recipe says, or could pass for a UID.

    Raises ``Refused`` when the card does not have what is asked for, and whatever ``transmit`` raises: then nothing
    is known, whatever was read before. Bounded: at most 20 commands.
    """
    data = _from_file(recipe, transmit) if recipe.sector is None else _from_sector(recipe, transmit)
    if recipe.tag is not None:
        if len(data) < 2 or data[0] != recipe.tag or len(data) < 2 + data[1]:
            return None
        data = data[2 : 2 + data[1]]
    field = data[recipe.offset : recipe.offset + recipe.length]
    text = _decoded(field, recipe.decode) if len(field) == recipe.length else None
    match = re.fullmatch(recipe.pattern, text) if text else None
    if not match:
        return None
    number = recipe.prefix + (match.groupdict().get("number", match[0]) or "")
    return number if _NUMBER.fullmatch(number) and number != recipe.prefix and not like_uid(number) else None


def _from_file(recipe: Recipe, transmit: Transmit) -> bytes:
    chosen = bytes.fromhex(recipe.application) or recipe.application_name.encode("gbk", "replace")
    if chosen:
        _ask(transmit, b"\x00\xa4\x04\x00" + bytes((len(chosen),)) + chosen)
    if recipe.file:
        chosen = b"\x02" + bytes.fromhex(recipe.file)
        try:
            _ask(transmit, b"\x00\xa4\x00\x00" + chosen)
        except Refused:
            _ask(transmit, b"\x00\xa4\x02\x00" + chosen)
    needed = recipe.offset + recipe.length + (0 if recipe.tag is None else 2)
    le = (recipe.read_length or min(needed, 256)) % 256
    short = recipe.short_file or 0
    if recipe.record is not None:
        how = 4 if recipe.record_by == "number" else 0
        return _ask(transmit, bytes((0x00, 0xB2, recipe.record, short << 3 | how, le)))
    at = (0x80 | short, recipe.start) if short else divmod(recipe.start, 256)
    return _ask(transmit, bytes((0x00, 0xB0, *at, le)))


def _from_sector(recipe: Recipe, transmit: Transmit) -> bytes:
    """The sector's data as far as the field goes."""
    assert recipe.sector is not None
    assert recipe.key_file is not None
    blocks = data_blocks(recipe.sector)
    key_type = 0x60 if recipe.key_type == "A" else 0x61
    try:
        key = read_key(recipe.key_file)
    except ValueError:
        return b""  # somebody took it away since the start: this card cannot be told, and others can
    _ask(transmit, bytes((0xFF, 0x82, 0x20 if recipe.key_kept else 0x00, 0x00, 0x06)) + key)
    _ask(transmit, bytes((0xFF, 0x86, 0x00, 0x00, 0x05, 0x01, 0x00, blocks[0], key_type, 0x00)))
    last = (recipe.offset + recipe.length - 1) // 16
    return b"".join(_ask(transmit, bytes((0xFF, 0xB0, 0x00, block, 16))) for block in blocks[: last + 1])


def _ask(transmit: Transmit, apdu: bytes) -> bytes:
    answer = transmit(apdu)
    if answer[-2:] not in (_DONE, _END_REACHED):
        raise Refused(answer[-2:])
    return answer[:-2]


def _decoded(field: bytes, how: str) -> str | None:
    if how == "text":
        text = field.strip(b"\x00\xff ")
        return text.decode("ascii") if text.isascii() else None
    digits = field.hex().upper()
    if how == "bcd":
        digits = digits.rstrip("F")
        return digits if digits.isdecimal() else None
    return digits


T_UNION = Recipe(
    name="t-union",
    application="A000000632010105",
    short_file=0x15,
    read_length=30,
    offset=10,
    length=10,
    decode="bcd",
    pattern="0(?P<number>[0-9]{19})",
)
"""The card number in print: 19 digits. No key is needed, and a telephone shows the same under any UID."""

_SOCIAL = Recipe(
    name="social-security",
    application_name=_SOCIAL_SECURITY,
    file="EF05",
    record=7,
    record_by="identifier",
    read_length=11,
    tag=7,
    length=9,
    decode="text",
    pattern="[A-Z0-9]{9}",
)

SHIPPED: Final[dict[str, tuple[Recipe, ...]]] = {
    "t-union": (T_UNION,),
    # One record, asked for in the two ways seen in the field (p2 00, p2 2C by short identifier); p2 04 is the third.
    "social-security": (
        _SOCIAL,
        _SOCIAL.model_copy(update={"record_by": "number"}),
        _SOCIAL.model_copy(update={"record_by": "number", "file": "", "short_file": 5}),
    ),
}
"""By name; several where sources disagree on how to ask, tried in order."""
