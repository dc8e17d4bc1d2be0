"""What a scanned code means, decided by the library's patterns and by what a source may report, never by its length.

A code comes as the scanner sends it; around the number may stand
  - an AIM identifier, ``]`` and two characters naming the symbology (ISO/IEC 15424): ``]E0`` EAN-13, ``]F0`` Codabar;
  - the start and stop letters A..D of Codabar, or the ``*`` of Code 39, where a scanner is set to send them;
  - the 2 or 5 digits of an EAN add-on (price, issue), glued on or after a space.
The code of a slip may be many lines, in any language; the line that counts is its receipt or its number.
A book number is 978 or 979 and a right check digit (ISO 2108); 977 is a serial (ISSN), anything else a price code.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, StringConstraints, TypeAdapter
from pydantic_core import SchemaError
from stdnum import isbn, luhn

from hardware.readings import (
    CodeUnknown,
    IsbnScanned,
    ItemScanned,
    PassScanned,
    PatronScanned,
    ReceiptScanned,
    Scan,
    SealScanned,
)

LENGTH_MAX: Final = 4096
"""Longest code looked at, in characters: a slip stays below 3,800 (kiosk/core/receipts.py). Longer ones are unknown,
untried."""
PASS_MAX: Final = 1024
"""Longest pass; one stays below 300."""

_PASS = "L1:"
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_EAN13 = re.compile(r"([0-9]{13})(?: ?(?:[0-9]{2}|[0-9]{5}))?")
_ISBN10 = re.compile(r"[0-9]{9}[0-9Xx]")
_NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,64}")  # what a number may be made of anywhere in this product
_RECEIPT = re.compile(r"R1;[A-Za-z0-9._:,;/-]{60,}")  # kiosk/core/receipts.py knows what it is worth
_SLIP = re.compile(r"(?:^|\s)([A-Za-z0-9._:-]{1,64}-[0-9]{1,12}/[A-Za-z0-9-]{1,20})\s*$", re.MULTILINE)
_FRAMED = re.compile(r"[A-Da-d]([0-9$:/.+-]+)[A-Da-d]|\*([^*]+)\*")


class Kind(StrEnum):
    """The meanings a source can be allowed to report."""

    PASS = "pass"
    ISBN = "isbn"
    ITEM = "item"
    PATRON = "patron"
    SEAL = "seal"
    RECEIPT = "receipt"


KINDS: Final = (Kind.PASS, Kind.ISBN, Kind.ITEM, Kind.PATRON, Kind.SEAL, Kind.RECEIPT)


@lru_cache(maxsize=32)
def _matcher(pattern: str) -> Callable[[str], bool]:
    """Does a whole text match? By pydantic's engine: linear time, whatever a technician writes or a code brings."""
    whole = Annotated[str, StringConstraints(pattern=rf"\A(?:{pattern})\z")]
    return TypeAdapter(whole).validator.isinstance_python


def _checked(pattern: str) -> str:
    try:
        matches = _matcher(pattern)
    except SchemaError as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise ValueError(f"not a usable regular expression ({lines[-1]}); look-around is not known here") from None
    if matches(""):
        raise ValueError("this regular expression matches an empty code")
    return pattern


Pattern = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_checked)]


class Meanings(BaseModel):
    """How this library's numbers look. Regular expressions (Rust syntax, no look-around) over the whole number.

    The defaults know Codabar library labels (14 digits, 3.. an item, 2.. a patron) and, for items, what is usual in
    China: a branch prefix and a running number, or 7 to 11 digits. 12 and 13 digits alone are left to price codes.
    With ``item_luhn`` or ``patron_luhn`` a number of digits only must also pass the Luhn check of Codabar labels.
    Whatever they allow, a number is 1 to 64 of letters, digits and ``._:-``: nothing else can be remembered or told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: Pattern = r"[A-Z]{1,4}[0-9]{5,12}|[0-9]{7,11}|3[0-9]{13}"
    patron: Pattern = r"2[0-9]{13}"
    seal: Pattern | None = None  # of the bags couriers take away; none: it is typed
    item_luhn: bool = False
    patron_luhn: bool = False

    def is_item(self, number: str) -> bool:
        """Is this the number of one of the library's items?"""
        return _fits(self.item, number) and not (self.item_luhn and _breaks_luhn(number))

    def is_patron(self, number: str) -> bool:
        """Is this the number on a patron's card?"""
        return _fits(self.patron, number) and not (self.patron_luhn and _breaks_luhn(number))

    def is_seal(self, number: str) -> bool:
        """Is this the number on the seal of a bag?"""
        return self.seal is not None and _fits(self.seal, number)


def _fits(pattern: str, number: str) -> bool:
    return _NUMBER.fullmatch(number) is not None and _matcher(pattern)(number)


def is_book_number(text: str) -> bool:
    """Is this a book number of 13 digits: 978 or 979, and a right check digit (ISO 2108)? An add-on does no harm."""
    return _isbn13(text) is not None


def meaning(device: str, text: str | bytes, meanings: Meanings, kinds: tuple[Kind, ...] = KINDS) -> Scan:
    """What ``text``, scanned by ``device``, says; ``CodeUnknown`` when it says nothing that ``kinds`` allows.

    ``kinds`` is also the order of trial: where one number fits items and patrons, the source's setting decides.
    Total and quick: any text or bytes, also hostile ones, give an answer and never an exception.
    """
    unknown = CodeUnknown(device, len(text))
    if len(text) > LENGTH_MAX:
        return unknown
    if Kind.RECEIPT in kinds and (line := _slip(text)):
        return ReceiptScanned(device, line)
    try:
        plain = (text if isinstance(text, bytes) else text.encode("ascii")).decode("ascii").strip("\r\n\t")
    except UnicodeError:
        return unknown
    if aim := _AIM.match(plain):
        plain = plain[aim.end() :]
        unknown = CodeUnknown(device, len(plain))
        if aim[0][1] == "E":  # an EAN is a book number or a price, never a number of the library's own
            kinds = (Kind.ISBN,) if Kind.ISBN in kinds else ()
    if not plain.isprintable():
        return unknown
    if plain.startswith(_PASS):
        # Base45 knows the space: nothing may be stripped from the end of a pass.
        return PassScanned(device, SecretStr(plain)) if Kind.PASS in kinds and len(plain) <= PASS_MAX else unknown
    numbers = _numbers(plain.strip(" "))
    for kind in kinds:
        for number in numbers:
            if scan := _scan(device, kind, number, meanings):
                return scan
    # Ten digits are a book number only when the library does not number its items or cards so.
    if Kind.ISBN in kinds and (number10 := _isbn10(numbers[0])):
        return IsbnScanned(device, number10)
    return unknown


def _slip(text: str | bytes) -> str:
    """The receipt that stands in it, or the number of a slip, or nothing. Base45 has all the signs of a slip's number:
    in a pass none is looked for."""
    said = _AIM.sub("", text if isinstance(text, str) else text.decode("utf-8", "ignore"), count=1)
    if said.lstrip("\r\n\t").startswith(_PASS):
        return ""
    receipt, slip = _RECEIPT.search(said), _SLIP.search(said)
    return receipt[0] if receipt else slip[1] if slip else ""


def _scan(device: str, kind: Kind, number: str, meanings: Meanings) -> Scan | None:
    if kind is Kind.ISBN and (book := _isbn13(number)):
        return IsbnScanned(device, book)
    if kind is Kind.ITEM and meanings.is_item(number):
        return ItemScanned(device, number)
    if kind is Kind.PATRON and meanings.is_patron(number):
        return PatronScanned(device, SecretStr(number))
    if kind is Kind.SEAL and meanings.is_seal(number):
        return SealScanned(device, number)
    return None


def _numbers(plain: str) -> tuple[str, ...]:
    """The text as it is and, where it stands between start and stop characters, what they enclose."""
    framed = _FRAMED.fullmatch(plain)
    return (plain, framed[1] or framed[2]) if framed else (plain,)


def _isbn13(number: str) -> str | None:
    ean = _EAN13.fullmatch(number) or _EAN13.fullmatch(number.replace("-", ""))
    return ean[1] if ean and isbn.is_valid(ean[1]) else None


def _isbn10(number: str) -> str | None:
    digits = number.replace("-", "")
    return isbn.to_isbn13(digits) if _ISBN10.fullmatch(digits) and isbn.is_valid(digits) else None


def _breaks_luhn(number: str) -> bool:
    return number.isdigit() and not luhn.is_valid(number)
