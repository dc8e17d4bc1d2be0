"""What a receipt printer makes of its bytes: commands read one by one, marks on the paper, and the paper as a picture.

Written from Epson's ESC/POS reference and the Chinese extension (``1C 26``), apart from the driver and its library.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

DOTS = {58: 384, 80: 576}
LINE_DOTS, GAP_DOTS, MARGIN_DOTS = 24, 6, 24
FONTS = ("NotoSansMonoCJKsc-Regular.otf", "NotoSansCJK-Regular.ttc", "DejaVuSansMono.ttf")
FONT_PLACES = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/truetype/dejavu")
MONO_SC = 7  # the collection's face "Noto Sans Mono CJK SC"
CUT = "✂"

# Length of a command by its first two bytes; those of variable length are in ``_length``.
LENGTHS = {
    b"\x1b\x40": 2,
    b"\x1b\x45": 3,
    b"\x1b\x61": 3,
    b"\x1b\x64": 3,
    b"\x1b\x74": 3,
    b"\x1b\x21": 3,
    b"\x1d\x21": 3,
    b"\x1d\x49": 3,
    b"\x1d\x61": 3,
    b"\x1d\x72": 3,
    b"\x1c\x26": 2,
    b"\x1c\x2e": 2,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing on the paper. ``rows``: a raster image, a row of bits each."""

    text: str = ""
    bold: bool = False
    scale: int = 1
    align: int = 0
    qr: str = ""
    dots: int = 0
    rows: tuple[int, ...] = ()
    width: int = 0
    cut: bool = False

    @property
    def words(self) -> str:
        """The mark as a line of text."""
        if self.cut:
            return CUT
        if self.qr:
            return f"[QR {self.qr}]"
        return f"[image {self.width}x{len(self.rows)}]" if self.rows else self.text


class Paper:
    """The paper and the printer's modes. ``feed`` takes one command at a time."""

    def __init__(self, mm: int) -> None:
        self.width = DOTS[mm]
        self.marks: list[Mark] = []
        self.unknown: list[bytes] = []
        self._begin()

    def _begin(self) -> None:
        self._line = bytearray()
        self._chinese, self._bold, self._scale, self._align = False, False, 1, 0
        self._qr, self._qr_dots = b"", 3

    def forget_line(self) -> None:
        """The line that has begun is not printed."""
        self._line.clear()

    def lines(self) -> list[str]:
        """All marks as lines of text."""
        return [mark.words for mark in self.marks]

    def tear(self) -> list[str]:
        """Take the paper off."""
        lines = self.lines()
        self.marks.clear()
        return lines

    def feed(self, data: bytes) -> int:
        """Do the first command (or character) of ``data``; how many bytes it took, 0 when it is not all there."""
        if not data:
            return 0
        if data[0] not in (0x1B, 0x1C, 0x1D):
            return self._character(data)
        length = self._length(data)
        if len(data) < length or len(data) < 2:
            return 0
        self._command(data[:length])
        return length

    def _character(self, data: bytes) -> int:
        if data[0] == 0x0A:
            self._print_line()
            return 1
        if data[0] < 0x20:
            self.unknown.append(data[:1])
            return 1
        size = 1
        if self._chinese and data[0] >= 0x81:
            if len(data) < 2:
                return 0
            size = 4 if 0x30 <= data[1] <= 0x39 else 2
            if len(data) < size:
                return 0
        if len(self._line) and self._columns(bytes(self._line) + data[:size]) * self._scale > self.width // 12:
            self._print_line()  # no room: it goes on below by itself
        self._line += data[:size]
        return size

    def _columns(self, line: bytes) -> int:
        return sum(1 if char.isascii() else 2 for char in self._decoded(line))

    def _decoded(self, line: bytes) -> str:
        return line.decode("gb18030" if self._chinese else "cp437", "replace")

    def _print_line(self) -> None:
        self.marks.append(Mark(self._decoded(bytes(self._line)), self._bold, self._scale, self._align))
        self._line.clear()

    def _length(self, data: bytes) -> int:
        head = data[:2]
        if head == b"\x1d\x56":
            return 4 if data[2:3] in (b"\x41", b"\x42") else 3
        if head == b"\x1d\x28":
            return 5 + data[3] + 256 * data[4] if len(data) >= 5 else 5
        if head == b"\x1d\x76":
            return 8 + (data[4] + 256 * data[5]) * (data[6] + 256 * data[7]) if len(data) >= 8 else 8
        return LENGTHS.get(head, 2)

    def _command(self, data: bytes) -> None:
        match data[:2]:
            case b"\x1b\x40":
                self._begin()
            case b"\x1b\x45":
                self._bold = bool(data[2] & 1)
            case b"\x1b\x61":
                self._align = data[2] % 48
            case b"\x1b\x64":
                self.marks += [Mark()] * data[2]
            case b"\x1b\x21":
                self._bold, self._scale = bool(data[2] & 8), 2 if data[2] & 0x30 else 1
            case b"\x1d\x21":
                self._scale = (data[2] & 7) + 1
            case b"\x1d\x56":
                self.marks.append(Mark(cut=True))
            case b"\x1c\x26" | b"\x1c\x2e":
                self._chinese = data[1] == 0x26
            case b"\x1d\x28":
                self._code(data)
            case b"\x1d\x76":
                self._image(data)
            case b"\x1b\x74" | b"\x1d\x49" | b"\x1d\x61" | b"\x1d\x72":
                pass
            case _:
                self.unknown.append(data)

    def _code(self, data: bytes) -> None:
        match data[5:7], data[7:]:
            case b"1C", dots:
                self._qr_dots = dots[0]
            case b"1P", stored:
                self._qr = stored[1:]
            case b"1Q", _:
                self.marks.append(Mark(qr=self._qr.decode("utf-8", "replace"), dots=self._qr_dots, align=self._align))

    def _image(self, data: bytes) -> None:
        across = data[4] + 256 * data[5]
        rows = tuple(int.from_bytes(data[n : n + across], "big") for n in range(8, len(data), across))
        self.marks.append(Mark(rows=rows, width=across * 8, align=self._align))

    def picture(self) -> bytes:
        """The paper as PNG, a dot a pixel, its newest end below."""
        drawn = [self._drawn(mark) for mark in self.marks]
        high = sum(part.height for part in drawn) + 2 * MARGIN_DOTS
        paper = Image.new("L", (self.width + 2 * MARGIN_DOTS, high), 250)
        y = MARGIN_DOTS
        for part in drawn:
            paper.paste(part, (MARGIN_DOTS, y))
            y += part.height
        file = io.BytesIO()
        paper.save(file, "PNG")
        return file.getvalue()

    def _drawn(self, mark: Mark) -> Image.Image:
        if mark.qr:
            code = segno.make_qr(mark.qr, error="m").matrix_iter(scale=mark.dots, border=1)
            rows = [list(row) for row in code]
            return self._bits([sum(bit << len(row) - 1 - n for n, bit in enumerate(row)) for row in rows], len(rows[0]))
        if mark.rows:
            return self._bits(list(mark.rows), mark.width, mark.align)
        strip = Image.new("L", (self.width, (LINE_DOTS + GAP_DOTS) * mark.scale), 250)
        pen = ImageDraw.Draw(strip)
        if mark.cut:
            for x in range(0, self.width, 12):
                pen.line((x, strip.height // 2, x + 6, strip.height // 2), 120)
            return strip
        side = LINE_DOTS * mark.scale
        taken = sum(side // 2 if char.isascii() else side for char in mark.text)
        x = (0, (self.width - taken) // 2, self.width - taken)[mark.align]
        for char in mark.text:  # each in its own cell, as the print head does it
            pen.text((x, -4 * mark.scale), char, 20, _font(side * 11 // 12), stroke_width=int(mark.bold))
            x += side // 2 if char.isascii() else side
        return strip

    def _bits(self, rows: list[int], width: int, align: int = 1) -> Image.Image:
        strip = Image.new("L", (self.width, len(rows)), 250)
        left = (0, (self.width - width) // 2, self.width - width)[align]
        for y, row in enumerate(rows):
            for x in range(width):
                if row >> width - 1 - x & 1 and 0 <= left + x < self.width:
                    strip.putpixel((left + x, y), 20)
        return strip


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for name in FONTS:
        for place in FONT_PLACES:
            if (path := Path(place) / name).is_file():
                return ImageFont.truetype(str(path), size, index=MONO_SC if path.suffix == ".ttc" else 0)
    return ImageFont.load_default()
