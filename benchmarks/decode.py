"""How many codes in photographs are read, how many wrongly, and at what cost: ours beside single decoders.

    python -m benchmarks.decode FOLDER [--turn DEGREES]... [--json]

FOLDER holds pictures and ``truth.csv``: a row for each with the file, a kind (``ean``, ``qr``, or ``neg`` where there
is nothing to read) and the text in it; two rows for a picture with two codes. Columns may be called otherwise (name,
image, text, code, isbn ...), stand in any order and be parted by commas, semicolons or tabs. Files that are not there
or no pictures are named and left out. Ours is what the camera does with a frame it takes pains over, and what
``kiosk decode`` does with a picture file.

Of zxing's own test set two pictures remain unread upright: ean13-4/22, where a lamp's shine lies over several digits so
that what is left fits more than one number, and qrcode-4/05, printed on a shirt that is in folds.

  read         pictures whose expected text is among the codes found
  wrong        pictures in which a code was found that is not an expected one (rightly read second codes count too)
  wrong books  of these, how many the kiosk would take for a book: 978/979 with a right check digit
  ms, times    median and 95th percentile for one picture on one core; median as a multiple of zxing's in the same run
"""

import csv
import io
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import click

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the process that looks at pictures

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from hardware.readings import IsbnScanned
from hardware.scanner.barcode import Meanings, meaning
from hardware.scanner.decode import Eyes, Grey
from hardware.scanner.picture import pictures as of_file

MEANINGS = Meanings()
EYES = Eyes()
BARS = cv2.barcode.BarcodeDetector()
QR = cv2.QRCodeDetector()
FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.EAN13, zxingcpp.BarcodeFormat.QRCode])
SYMBOLS = [pyzbar.ZBarSymbol.EAN13, pyzbar.ZBarSymbol.QRCODE]


def ours(grey: Grey) -> list[str]:
    """As ``kiosk decode``: what the camera would report if this picture were held before it."""
    return [code.text for code in EYES.read(grey, MEANINGS)]


def zxing(grey: Grey) -> list[str]:
    """zxing-cpp with its defaults, EAN-13 and QR."""
    return [code.text for code in zxingcpp.read_barcodes(grey, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain)]


def zbar(grey: Grey) -> list[str]:
    """pyzbar with its defaults, EAN-13 and QR."""
    return [code.data.decode("utf-8", "replace") for code in pyzbar.decode(grey, symbols=SYMBOLS)]


def opencv(grey: Grey) -> list[str]:
    """OpenCV's two detectors."""
    _, linear, _, _ = BARS.detectAndDecodeWithType(grey)
    try:
        square = QR.detectAndDecode(grey)[0]
    except (UnicodeDecodeError, cv2.error):
        square = ""
    return [text for text in (*linear, square) if text]


DECODERS: dict[str, Callable[[Grey], list[str]]] = {"zxing": zxing, "zbar": zbar, "opencv": opencv, "ours": ours}


def turned(grey: Grey, degrees: float) -> Grey:
    """The whole picture turned, on a ground that continues its edge."""
    height, width = grey.shape
    cos, sin = abs(np.cos(np.radians(degrees))), abs(np.sin(np.radians(degrees)))
    size = (int(width * cos + height * sin), int(width * sin + height * cos))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += np.array(((size[0] - width) / 2, (size[1] - height) / 2))
    return cv2.warpAffine(grey, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def plain(text: str) -> str:
    """Line ends and outer blanks as the truth file happens to have them."""
    return "\n".join(text.split("\r\n")).strip()


@dataclass
class Picture:
    """One file, and what is in it."""

    file: str
    kind: str
    expected: set[str]


NAMES = {
    "file": ("file", "filename", "name", "image", "picture", "path"),
    "kind": ("kind", "type", "format", "symbology"),
    "expected": ("expected", "text", "truth", "code", "content", "value", "isbn"),
}


def pictures(folder: Path) -> list[Picture]:
    """What ``truth.csv`` says, in its order."""
    try:
        told = (folder / "truth.csv").read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise click.ClickException(f"{folder / 'truth.csv'}: {error.strerror}") from None
    head = told.partition("\n")[0]
    part = max(",;\t", key=head.count)
    rows = list(csv.reader(io.StringIO(told, newline=""), delimiter=part))
    columns = [name.strip().lower() for name in rows[0]] if rows else []
    at = {one: next((columns.index(name) for name in names if name in columns), None) for one, names in NAMES.items()}
    if at["file"] is None or at["expected"] is None:
        raise click.ClickException(f"truth.csv needs columns file, kind and expected; it has {', '.join(columns)}")
    found: dict[str, Picture] = {}
    for row in rows[1:]:
        file, kind, expected = (row[n].strip() if n is not None and n < len(row) else "" for n in at.values())
        if file:
            one = found.setdefault(file, Picture(file, kind_of(kind, expected), set()))
            one.expected |= {plain(expected)} - {""}
    return list(found.values())


def kind_of(kind: str, expected: str) -> str:
    """One of ours, from what a file may call it."""
    if not expected:
        return "neg"
    if "qr" in kind.lower():
        return "qr"
    return "ean" if not kind or kind.lower()[:3] in ("ean", "isb", "upc") else kind.lower()


def measure(folder: Path, degrees: float) -> list[dict[str, object]]:
    """One row for each decoder and kind of picture."""
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    spent: dict[tuple[str, str], list[float]] = defaultdict(list)
    for picture in pictures(folder):
        try:
            grey = next(of_file((folder / picture.file).read_bytes()), None)
        except OSError:
            grey = None
        if grey is None:
            click.echo(f"{picture.file}: no picture, left out", err=True)
            continue
        grey = turned(grey, degrees) if degrees else grey
        for name, decoder in DECODERS.items():
            began = time.perf_counter()
            texts = decoder(grey)
            spent[name, picture.kind].append((time.perf_counter() - began) * 1000)
            others = [text for text in texts if plain(text) not in picture.expected]
            count = counts[name, picture.kind]
            count["pictures"] += 1
            count["read"] += len(texts) > len(others)
            count["wrong"] += bool(others)
            count["wrong_books"] += any(isinstance(meaning("", text, MEANINGS), IsbnScanned) for text in others)
    return [
        {
            "decoder": name,
            "kind": kind,
            "degrees": degrees,
            "pictures": counts[name, kind]["pictures"],
            "read": counts[name, kind]["read"],
            "wrong": counts[name, kind]["wrong"],
            "wrong_books": counts[name, kind]["wrong_books"],
            "ms_median": median(ms),
            "ms_p95": quantiles([*ms, *ms], n=20)[-1],
            "times_zxing": median(ms) / median(spent["zxing", kind]),
        }
        for (name, kind), ms in sorted(spent.items(), key=lambda entry: entry[0][1])
    ]


LINE = (
    "{kind:4} {degrees:5.0f}° {decoder:8} {read:4} of {pictures:<4}  {wrong:6} {wrong_books:12}"
    "  {ms_median:9.1f} {ms_p95:6.1f} {times_zxing:9.1f}"
)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--turn", multiple=True, type=float, default=(0.0,), help="Degrees to turn the pictures; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row.")
def main(folder: Path, turn: tuple[float, ...], as_json: bool) -> None:
    """Read the photographs in FOLDER with each decoder."""
    if not as_json:
        click.echo("kind turned decoder   read          wrong  wrong books  ms median    p95  times zxing")
    for degrees in turn:
        for row in measure(folder, degrees):
            click.echo(json.dumps(row) if as_json else LINE.format_map(row))


if __name__ == "__main__":
    main()
