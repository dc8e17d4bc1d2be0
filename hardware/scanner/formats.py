"""Symbologies, and a code as it was read: its text, and of what kind it is."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from hardware.scanner.barcode import is_book_number


class Format(StrEnum):
    """The symbologies that can be looked for. UPC-A is read as the EAN-13 it is (a 0 before it)."""

    EAN13 = "EAN13"
    UPCA = "UPCA"
    QR = "QRCode"
    CODE128 = "Code128"
    CODE39 = "Code39"
    CODABAR = "Codabar"


FORMATS: Final = (Format.EAN13, Format.QR, Format.CODE128, Format.CODE39, Format.CODABAR)

AIM: Final = {
    Format.EAN13: "]E0",
    Format.UPCA: "]E0",
    Format.QR: "]Q1",
    Format.CODE128: "]C0",
    Format.CODE39: "]A0",
    Format.CODABAR: "]F0",
}
"""The identifiers of ISO/IEC 15424, by which a scanner says what it has read."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code as read. ``sure``: error-corrected (QR), so one look is proof; a linear code may be misread."""

    text: str = field(repr=False)
    format: Format

    @property
    def sure(self) -> bool:
        """Whether one look is proof."""
        return self.format is Format.QR

    @property
    def aimed(self) -> str:
        """The text with its AIM identifier, as a scanner would say it."""
        return AIM[self.format] + self.text

    @property
    def kind(self) -> str:
        """``isbn``; ``issn`` (977, a serial) or ``ean`` (any other EAN-13: a price code, goods); else the symbology:
        ``qr``, ``code128``, ``code39``, ``codabar``. Of an ISBN and a price code on one cover only one is the book's.
        """
        if self.format not in (Format.EAN13, Format.UPCA):
            return "qr" if self.format is Format.QR else self.format.lower()
        if is_book_number(self.text):
            return "isbn"
        return "issn" if self.text.startswith("977") else "ean"
