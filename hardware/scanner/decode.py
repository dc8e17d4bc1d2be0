"""From a grey picture to the codes in it.

zxing-cpp reads almost all there is to read, quickly, but linear codes only upright or lying; OpenCV's detector finds
bars at any angle (it reads badly, so it only says where to cut and turn); zbar reads some blurred bars that zxing does
not. So a picture is looked at in several ways, each dearer than the one before, and the caller stops when content.
What no decoder reads for blur, hardware.scanner.blurred may still explain. benchmarks/decode.py measures all this.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

import cv2
import cv2.typing
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from hardware.readings import CodeUnknown
from hardware.scanner import blurred
from hardware.scanner.barcode import Meanings, meaning
from hardware.scanner.formats import FORMATS, Code, Format

Grey = cv2.typing.MatLike
"""A picture, height x width, one byte a pixel."""

CODES_MAX: Final = 8
"""Most codes taken from one look."""

ENOUGH: Final = 2
"""The look after which a picture with a price code in it is not searched any further: an ISBN beside it is as sharp."""

ALIKE_MAX: Final = 6
"""In so many of 13 digits two readings of the same bars may differ."""

_PLACES_MAX: Final = 4
_UPRIGHT_WIDTH_MIN: Final = 400
_SMALL: Final = 640 * 480
_LARGE: Final = 1600
"""Longer sides than this are shortened for the dearer looks; a code that is cut out is cut from the whole picture."""

cv2.setNumThreads(1)  # two cores serve screen, locks and library too; one picture needs no more than one


_ZBAR: Final = {
    Format.EAN13: pyzbar.ZBarSymbol.EAN13,
    Format.UPCA: pyzbar.ZBarSymbol.EAN13,
    Format.QR: pyzbar.ZBarSymbol.QRCODE,
    Format.CODE128: pyzbar.ZBarSymbol.CODE128,
    Format.CODE39: pyzbar.ZBarSymbol.CODE39,
    Format.CODABAR: pyzbar.ZBarSymbol.CODABAR,
}


_ZXING: Final = {getattr(zxingcpp.BarcodeFormat, one.value): one for one in Format}
_OF_ZBAR: Final = {symbol.name: one for one, symbol in _ZBAR.items() if one is not Format.UPCA}


class Eyes:
    """Reads the given formats. Keeps nothing of a picture; for one thread."""

    def __init__(self, formats: tuple[Format, ...] = FORMATS) -> None:
        self._zxing = zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, one.value) for one in formats])
        self._zbar = sorted({_ZBAR[one] for one in formats})
        self._contrast = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8))
        self._places = Places()
        self._books = Format.EAN13 in formats

    def warm(self) -> None:
        """Have everything loaded that is loaded late: afterwards no file need be opened (hardware.scanner.confined)."""
        bars = np.tile(np.repeat(np.arange(60, dtype=np.uint8) % 2 * 200, 8), (120, 1))
        smeared = cv2.GaussianBlur(
            cv2.copyMakeBorder(bars, 60, 60, 80, 80, cv2.BORDER_CONSTANT, value=(220,)), (0, 0), 2
        )
        blurred.warm()
        for _ in self.looks(smeared):
            self._read_upright(smeared)

    def looks(self, grey: Grey) -> Iterator[list[Code]]:
        """What each look finds (at most 8 codes, often none), the quick one first; take as many as needed.

        All together cost ten to thirty times the first, which takes 1 to 5 ms at 640x480 on a core of a small PC.
        """
        yield self._read_zxing(grey)
        less = _shortened(grey)
        clear = self._contrast.apply(less)
        yield self._read_zxing(clear)
        places = [upright(grey, place * (len(grey) / len(less))) for place in self._places.find(less)]
        places += [cv2.bitwise_not(bars) for bars in places if _white_on_black(bars)]
        yield [code for bars in places for code in self._read_upright(bars)][:CODES_MAX]
        yield self._read_zbar(clear)
        if self._books:
            yield [Code(number, Format.EAN13) for bars in places if (number := blurred.read(bars))]
        yield self._read_zxing(cv2.bitwise_not(less))  # linear codes in white on black, as on a screen at night
        if grey.size > _SMALL:
            return  # doubling helps where a bar is hardly a pixel wide, and costs more than all the rest
        double = _sharpened(cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
        yield self._read_zxing(double) or self._read_zbar(double)

    def read(self, grey: Grey, meanings: Meanings) -> list[Code]:
        """The codes in one picture: look by look until one is of use to the kiosk, else what the first one to find any
        found. What is of use stands first."""
        first: list[Code] = []
        for effort, codes in enumerate(self.looks(grey)):
            known = [one for one in codes if not isinstance(meaning("", one.aimed, meanings), CodeUnknown)]
            if known or any(one.sure for one in codes):
                return known + [one for one in codes if one not in known]
            first = first or codes
            if first and effort >= ENOUGH:
                break
        return first

    def _read_zxing(self, grey: Grey) -> list[Code]:
        # Plain text: the default spells control characters out, so that a code could pretend to be another.
        found = zxingcpp.read_barcodes(grey, formats=self._zxing, text_mode=zxingcpp.TextMode.Plain)
        known = [one for one in found if one.format in _ZXING and one.text]
        return [Code(one.text, _ZXING[one.format]) for one in known[:CODES_MAX] if not _misread(one, known[:CODES_MAX])]

    def _read_zbar(self, grey: Grey) -> list[Code]:
        # Of blurred bars zbar makes numbers whose check digit is right by chance; book numbers are one in 500 of them.
        return [code for code in self._zbar_codes(grey) if code.kind != "ean"]

    def _zbar_codes(self, grey: Grey) -> list[Code]:
        # zbar takes UTF-8 for Shift-JIS, so of its QR codes only ASCII is to be trusted.
        found = [
            one
            for one in pyzbar.decode(grey, symbols=self._zbar)
            if one.data and one.data.isascii() and one.type in _OF_ZBAR
        ]
        return [Code(one.data.decode("ascii"), _OF_ZBAR[one.type]) for one in found[:CODES_MAX]]

    def _read_upright(self, bars: Grey) -> list[Code]:
        """What is read alike in two of four ways. Turning blurs, and of blurred bars decoders now and then make a wrong
        number with a right check digit: by one way of looking, and again in every frame. Two ways of one decoder may
        err alike, which a book number's prefix all but rules out; a price code wants three ways and both decoders."""
        by_zbar = self._zbar_codes(bars)
        seen = Counter(set(by_zbar))
        ways: tuple[Callable[[Grey], Grey], ...] = (lambda bars: bars, self._contrast.apply, _sharpened)
        for way in ways:
            seen.update(set(self._read_zxing(way(bars))))
            sure = [code for code, times in seen.items() if times > (2 if code.kind == "ean" else 1)]
            if alike := [code for code in sure if code.kind != "ean" or code in by_zbar]:
                return alike
        return []


class Places:
    """Finds bars, at any angle; it reads them badly, so it only says where to cut and turn."""

    def __init__(self) -> None:
        self._bars = cv2.barcode.BarcodeDetector()

    def find(self, grey: Grey) -> list[Grey]:
        """The corners of at most 4 places with bars: each 4 x 2."""
        found, corners = self._bars.detectMulti(grey)
        return list(corners[:_PLACES_MAX]) if found and corners is not None else []


def upright(grey: Grey, corners: cv2.typing.MatLike) -> Grey:
    """The place within ``corners``, turned so that its long side lies level, with some margin for the quiet zone: 400
    to 1600 wide."""
    (x, y), (width, height), degrees = cv2.minAreaRect(corners.astype(np.float32))
    if width < height:
        width, height, degrees = height, width, degrees + 90
    scale = min(max(1.0, _UPRIGHT_WIDTH_MIN / with_margins(width)), _LARGE / with_margins(width))
    size = (int(with_margins(width) * scale), max(int(height * 1.1 * scale), 8))
    turn = cv2.getRotationMatrix2D((x, y), degrees, scale)
    turn[:, 2] += np.array((size[0] / 2 - x, size[1] / 2 - y))
    return cv2.warpAffine(grey, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def with_margins(width: float) -> float:
    """How wide a place is cut out whose bars are so wide."""
    return width * 1.35 + 20


def _misread(one: zxingcpp.Barcode, all_found: list[zxingcpp.Barcode]) -> bool:
    """Is it another's damaged edge? Bars are read in stripes: what a narrow stripe of them says beside a wide one, much
    like it and as long, is a misreading. (Two codes one above the other, as on Japanese books, are nothing alike.)"""
    if _ZXING[one.format] is not Format.EAN13:
        return False
    return any(
        _ZXING[other.format] is Format.EAN13
        and 0 < sum(a != b for a, b in zip(one.text, other.text, strict=False)) <= ALIKE_MAX
        and _same_ends(one.position, other.position)
        and _stripe(one.position) * 2 < _stripe(other.position)
        for other in all_found
    )


def _same_ends(one: zxingcpp.Position, other: zxingcpp.Position) -> bool:
    """Do both begin and end at the same height of reading, to a tenth of their length?"""
    along = np.array((one.top_right.x - one.top_left.x, one.top_right.y - one.top_left.y), float)
    length = float(np.hypot(*along)) or 1.0
    begun, ended = (
        np.dot((a.x - b.x, a.y - b.y), along) / length
        for a, b in ((one.top_left, other.top_left), (one.top_right, other.top_right))
    )
    return bool(max(abs(begun), abs(ended)) < 0.1 * length)


def _stripe(place: zxingcpp.Position) -> float:
    """How wide the stripe was that was read: from the first line to the last."""
    return float(np.hypot(place.bottom_left.x - place.top_left.x, place.bottom_left.y - place.top_left.y))


def _white_on_black(bars: Grey) -> bool:
    """Are they darker beside than between? The decoders read linear codes in black only."""
    width = bars.shape[1]
    beside = np.hstack((bars[:, width // 16 : width // 8], bars[:, -width // 8 : -width // 16]))
    return bool(beside.mean() < bars[:, width // 4 : -width // 4].mean())


def _shortened(grey: Grey) -> Grey:
    most = max(grey.shape)
    if most <= _LARGE:
        return grey
    return cv2.resize(grey, None, fx=_LARGE / most, fy=_LARGE / most, interpolation=cv2.INTER_AREA)


def _sharpened(grey: Grey) -> Grey:
    return cv2.addWeighted(grey, 1.8, cv2.GaussianBlur(grey, (0, 0), 2), -0.8, 0)
