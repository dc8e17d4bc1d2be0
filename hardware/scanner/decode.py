"""From a grey picture to the codes in it.

zxing-cpp reads almost all there is to read, quickly, but linear codes only upright or lying; so what looks like bars is
cut out and turned (hardware.scanner.places). zbar reads some blurred bars that zxing does not, and what no decoder
reads for blur, hardware.scanner.blurred may still explain. So a picture is looked at in several ways, and the caller
stops when content. benchmarks/decode.py measures all this.
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
from hardware.scanner import blurred, places
from hardware.scanner.barcode import Meanings, meaning
from hardware.scanner.formats import FORMATS, Code, Format

Grey = cv2.typing.MatLike
"""A picture, height x width, one byte a pixel."""

CODES_MAX: Final = 8
"""Most codes taken from one look."""

ENOUGH: Final = 1
"""The look after which a picture with a price code in it is not searched any further: an ISBN beside it is as sharp."""

ALIKE_MAX: Final = 6
"""In so many of 13 digits two readings of the same bars may differ."""

_STRIPES_MIN: Final = 14
"""Fewer than these no decoder can read; a book number has 30."""
_BY_ZBAR: Final = (2, 3)
"""Which of the ways to look at bars are zbar's."""
_LINES: Final = 32
_SMALL: Final = 640 * 480
_LARGE: Final = 1600
"""Longer sides than this are shortened for the later looks; a code that is cut out is cut from the whole picture."""

cv2.setNumThreads(1)  # two cores serve screen, locks and library too; one picture needs no more than one


_ZBAR: Final = {
    Format.EAN13: pyzbar.ZBarSymbol.EAN13,
    Format.UPCA: pyzbar.ZBarSymbol.EAN13,
    Format.CODE128: pyzbar.ZBarSymbol.CODE128,
    Format.CODE39: pyzbar.ZBarSymbol.CODE39,
    Format.CODABAR: pyzbar.ZBarSymbol.CODABAR,
}


def _of_zxing(formats: tuple[Format, ...]) -> zxingcpp.BarcodeFormats:
    return zxingcpp.BarcodeFormats([getattr(zxingcpp.BarcodeFormat, one.value) for one in formats])


_ZXING: Final = {getattr(zxingcpp.BarcodeFormat, one.value): one for one in Format}
_OF_ZBAR: Final = {symbol.name: one for one, symbol in _ZBAR.items() if one is not Format.UPCA}


class Eyes:
    """Reads the given formats. Keeps nothing of a picture; for one thread."""

    def __init__(self, formats: tuple[Format, ...] = FORMATS) -> None:
        self._zxing = _of_zxing(formats)
        self._lines = _of_zxing(tuple(one for one in formats if one is not Format.QR))
        self._squares = _of_zxing(tuple(one for one in formats if one is Format.QR))
        self._zbar = sorted({_ZBAR[one] for one in formats if one in _ZBAR})
        self._contrast = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8))
        self._books = Format.EAN13 in formats

    def warm(self) -> None:
        """Have everything loaded that is loaded late: afterwards no file need be opened (hardware.scanner.confined)."""
        bars = np.tile(np.repeat(np.arange(60, dtype=np.uint8) % 2 * 200, 8), (120, 1))
        smeared = cv2.GaussianBlur(
            cv2.copyMakeBorder(bars, 60, 60, 80, 80, cv2.BORDER_CONSTANT, value=(220,)), (0, 0), 2
        )
        blurred.warm()
        for _ in self.looks(smeared):
            self._voted(smeared)
        self._read_bars(_sharpened(smeared))  # a way that voting may not have come to

    def looks(self, grey: Grey) -> Iterator[list[Code]]:
        """What each look finds (at most 8 codes, often none), the quick one first; take as many as needed.

        All together cost ten to thirty times the first, which takes 1 to 5 ms at 640x480 on a core of a small PC.
        """
        codes = self._read_zxing(grey, self._zxing)
        yield codes
        unread: list[Grey] = []
        if self._lines:
            # If there is a price code, a book number beside it would be as sharp.
            blurry = self._books and all(code.sure for code in codes)
            codes = self._read_places(grey, unread, blurry)
            yield codes
            if blurry and not codes:
                yield from ([Code(number, Format.EAN13)] for bars in unread if (number := blurred.read(bars)))
        less = _shortened(grey)
        if self._squares:
            double = cv2.resize(less, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) if less.size <= _SMALL else less
            yield self._read_zxing(double, self._squares, zxingcpp.Binarizer.GlobalHistogram)
        clear = self._contrast.apply(less)
        yield self._read_zxing(clear, self._zxing)
        if unread:
            yield self._read_zbar(clear)

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

    def _read_zxing(
        self,
        grey: Grey,
        formats: zxingcpp.BarcodeFormats,
        binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage,
    ) -> list[Code]:
        # Plain text: the default spells control characters out, so that a code could pretend to be another.
        plain = zxingcpp.TextMode.Plain
        return _known(zxingcpp.read_barcodes(grey, formats=formats, text_mode=plain, binarizer=binarizer))

    def _read_bars(self, bars: Grey) -> list[Code]:
        # They stand upright, black on white.
        plain = zxingcpp.TextMode.Plain
        found = zxingcpp.read_barcodes(
            bars, formats=self._lines, text_mode=plain, try_rotate=False, try_downscale=False, try_invert=False
        )
        return _known(found)

    def _read_zbar(self, grey: Grey) -> list[Code]:
        # Of blurred bars zbar makes numbers whose check digit is right by chance; book numbers are one in 500 of them.
        return [code for code in self._zbar_codes(grey) if code.kind != "ean"]

    def _zbar_codes(self, grey: Grey) -> list[Code]:
        found = [
            one
            for one in pyzbar.decode(grey, symbols=self._zbar)
            if one.data and one.data.isascii() and one.type in _OF_ZBAR
        ]
        return [Code(one.data.decode("ascii"), _OF_ZBAR[one.type]) for one in found[:CODES_MAX]]

    def _read_places(self, grey: Grey, unread: list[Grey], blurry: bool) -> list[Code]:
        """What is read where bars are, until it is a book number; ``blurry``: also where no decoder could. What none
        has read, but might, is added to ``unread``."""
        codes: list[Code] = []
        for place in places.find(grey):
            bars, found = places.upright(grey, place), list[Code]()
            if len(places.stripes(places.profile(places.crossed(bars)))[0]) >= _STRIPES_MIN:
                found = self._voted(bars)
                if not found and _white_on_black(bars):
                    found = self._voted(cv2.bitwise_not(bars))
                unread += [] if found else [bars]
            elif blurry and not codes and (number := blurred.read(bars)):
                found = [Code(number, Format.EAN13)]
            codes += found
            if any(code.kind == "isbn" for code in found):
                break
        return codes[:CODES_MAX]

    def _voted(self, bars: Grey) -> list[Code]:
        """What several ways of looking at upright bars agree on, the cheap ones first."""
        clear, wide = self._contrast.apply(bars), _widened(bars)
        ways: tuple[Callable[[], list[Code]], ...] = (
            lambda: self._read_bars(wide),
            lambda: self._read_bars(clear),
            lambda: self._zbar_codes(_lowered(clear)),
            lambda: self._zbar_codes(_lowered(bars)),
            lambda: self._read_bars(_sharpened(wide)),
            lambda: self._read_bars(_widened(clear)),
        )
        votes = _Votes()
        for n, way in enumerate(ways):
            if agreed := votes.agreed(way(), by_zbar=n in _BY_ZBAR):
                return agreed
            if n >= _BY_ZBAR[0] and not votes.promising(zbar_ended=n >= _BY_ZBAR[-1]):
                break
        return []


class _Votes:
    """Of blurred bars decoders now and then make a wrong number with a right check digit: by one way of looking, and
    again in every frame. So two ways must agree. Several ways of one decoder may err alike, which a book number's
    prefix all but rules out; a price code wants three ways and both decoders."""

    def __init__(self) -> None:
        self._codes: Counter[Code] = Counter()
        self._by_zbar: set[Code] = set()

    def promising(self, zbar_ended: bool) -> bool:
        """May ways that follow still make an agreement? Where both decoders have looked and neither has found anything,
        they never did in any picture measured; and a price code needs zbar."""
        return any(code.kind != "ean" or code in self._by_zbar or not zbar_ended for code in self._codes)

    def agreed(self, found: list[Code], by_zbar: bool = False) -> list[Code]:
        """One more way has found these: what is now agreed on."""
        self._codes.update(set(found))
        self._by_zbar |= set(found) if by_zbar else set()
        return [
            code
            for code, votes in self._codes.items()
            if (votes > 2 and code in self._by_zbar if code.kind == "ean" else votes > 1)
        ]


def _known(found: list[zxingcpp.Barcode]) -> list[Code]:
    known = [one for one in found if one.format in _ZXING and one.text]
    return [Code(one.text, _ZXING[one.format]) for one in known[:CODES_MAX] if not _misread(one, known[:CODES_MAX])]


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


def _widened(bars: Grey) -> Grey:
    return cv2.resize(bars, None, fx=2, fy=1, interpolation=cv2.INTER_CUBIC)


def _lowered(bars: Grey) -> Grey:
    """With fewer lines: zbar reads each, and columns too."""
    height, width = bars.shape
    return cv2.resize(bars, (width, min(height, _LINES)), interpolation=cv2.INTER_AREA)


def _shortened(grey: Grey) -> Grey:
    most = max(grey.shape)
    if most <= _LARGE:
        return grey
    return cv2.resize(grey, None, fx=_LARGE / most, fy=_LARGE / most, interpolation=cv2.INTER_AREA)


def _sharpened(grey: Grey) -> Grey:
    return cv2.addWeighted(grey, 1.8, cv2.GaussianBlur(grey, (0, 0), 2), -0.8, 0)
