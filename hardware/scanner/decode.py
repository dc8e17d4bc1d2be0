"""From a grey picture to the codes in it.

zxing-cpp reads almost all there is to read, quickly, but linear codes only upright or lying; OpenCV's detector finds
bars at any angle (it reads badly, so it only says where to cut and turn); zbar reads some blurred bars that zxing does
not. So a picture is looked at in several ways, each dearer than the one before, and the caller stops when content.
Of 66 sharp photographs of book covers and groceries together they read all upright and 63 at 45 degrees; zxing alone 55
and none (benchmarks/decode.py measures this for any photographs).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import cv2
import cv2.typing
import numpy as np
import zxingcpp
from pyzbar import pyzbar

Grey = cv2.typing.MatLike
"""A picture, height x width, one byte a pixel."""

CODES_MAX: Final = 8
"""Most codes taken from one look."""

_PLACES_MAX: Final = 4
_UPRIGHT_WIDTH_MIN: Final = 400
_SMALL: Final = 640 * 480

cv2.setNumThreads(1)  # two cores serve screen, locks and library too; one picture needs no more than one


class Format(StrEnum):
    """The symbologies that can be looked for. UPC-A is read as the EAN-13 it is (a 0 before it)."""

    EAN13 = "EAN13"
    UPCA = "UPCA"
    QR = "QRCode"
    CODE128 = "Code128"
    CODE39 = "Code39"
    CODABAR = "Codabar"


FORMATS: Final = (Format.EAN13, Format.QR, Format.CODE128, Format.CODE39, Format.CODABAR)

_ZBAR: Final = {
    Format.EAN13: pyzbar.ZBarSymbol.EAN13,
    Format.UPCA: pyzbar.ZBarSymbol.EAN13,
    Format.QR: pyzbar.ZBarSymbol.QRCODE,
    Format.CODE128: pyzbar.ZBarSymbol.CODE128,
    Format.CODE39: pyzbar.ZBarSymbol.CODE39,
    Format.CODABAR: pyzbar.ZBarSymbol.CODABAR,
}


@dataclass(frozen=True, slots=True)
class Code:
    """A code as read. ``sure``: error-corrected (QR), so one look is proof; a linear code may be misread."""

    text: str = field(repr=False)
    sure: bool


class Eyes:
    """Reads the given formats. Keeps nothing of a picture; for one thread."""

    def __init__(self, formats: tuple[Format, ...] = FORMATS) -> None:
        self._zxing = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, one.value) for one in formats])
        self._zbar = sorted({_ZBAR[one] for one in formats})
        self._contrast = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8))
        self._bars = cv2.barcode.BarcodeDetector()

    def looks(self, grey: Grey) -> Iterator[list[Code]]:
        """What each look finds (at most 8 codes, often none), the quick one first; take as many as needed.

        All together cost ten to thirty times the first, which takes 1 to 5 ms at 640x480 on a core of a small PC.
        """
        yield self._read_zxing(grey)
        clear = self._contrast.apply(grey)
        yield self._read_zxing(clear)
        yield self._read_places(grey)
        yield self._read_zbar(clear)
        if grey.size > _SMALL:
            return  # doubling helps where a bar is hardly a pixel wide, and costs more than all the rest
        double = _sharpened(cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
        yield self._read_zxing(double) or self._read_zbar(double)

    def _read_zxing(self, grey: Grey) -> list[Code]:
        # Plain text: the default spells control characters out, so that a code could pretend to be another.
        found = zxingcpp.read_barcodes(grey, formats=self._zxing, text_mode=zxingcpp.TextMode.Plain)
        return [Code(one.text, one.format == zxingcpp.BarcodeFormat.QRCode) for one in found[:CODES_MAX]]

    def _read_zbar(self, grey: Grey) -> list[Code]:
        # zbar takes UTF-8 for Shift-JIS, so of its QR codes only ASCII is to be trusted.
        found = [one for one in pyzbar.decode(grey, symbols=self._zbar) if one.data.isascii()]
        return [Code(one.data.decode("ascii"), one.type == "QRCODE") for one in found[:CODES_MAX]]

    def _read_places(self, grey: Grey) -> list[Code]:
        """Linear codes at any angle: cut out, turned upright, enlarged."""
        found, corners = self._bars.detectMulti(grey)
        if not found or corners is None:
            return []
        codes: list[Code] = []
        reads: tuple[Callable[[Grey], list[Code]], ...] = (
            self._read_zxing,
            self._read_zbar,
            lambda place: self._read_zxing(self._contrast.apply(place)),
        )
        for place in corners[:_PLACES_MAX]:
            upright = _upright(grey, place)
            codes += next(filter(None, (read(upright) for read in reads)), [])
        return codes[:CODES_MAX]


def _upright(grey: Grey, corners: cv2.typing.MatLike) -> Grey:
    """The place within ``corners``, turned so that its long side lies level, with some margin for the quiet zone."""
    (x, y), (width, height), degrees = cv2.minAreaRect(corners.astype(np.float32))
    if width < height:
        width, height, degrees = height, width, degrees + 90
    scale = max(1.0, _UPRIGHT_WIDTH_MIN / (width * 1.35 + 20))
    size = (int((width * 1.35 + 20) * scale), max(int(height * 1.1 * scale), 8))
    turn = cv2.getRotationMatrix2D((x, y), degrees, scale)
    turn[:, 2] += np.array((size[0] / 2 - x, size[1] / 2 - y))
    return cv2.warpAffine(grey, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _sharpened(grey: Grey) -> Grey:
    return cv2.addWeighted(grey, 1.8, cv2.GaussianBlur(grey, (0, 0), 2), -0.8, 0)
