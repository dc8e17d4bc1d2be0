"""How much is read of pictures drawn at random, and whether anything is ever read wrongly: ours as the camera does it.

    python -m benchmarks.varied [--pictures 300] [--first 0]

Each number is a picture, the same on every machine: a label with a book number, often with an add-on and a price code
below, or a price code, a QR code or no code at all, on a cover with words and pictures; held at any angle and distance,
tilted, bent, out of focus, moved, badly lit, with a lamp's shine or a finger on it, on a screen's grid, with noise, as
JPEG. Up to three frames of each are looked at, as the camera looks when it takes pains; what two of them agree on is
read (a QR code at once).

  read          pictures of which the code meant was read, of those that hold one
  wrong         pictures of which something was read that is not in them
  wrong books   of these, how many the kiosk would take for a book: 978/979 with a right check digit
  once          frames in which a book number was seen that is not there, before two of three are asked for
  times         what ours takes a frame, as a multiple of zxing's first look, in this run
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import click

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the process that looks at pictures

import cv2
import numpy as np
import segno
import zxingcpp

from hardware.readings import CodeUnknown, IsbnScanned, Scan
from hardware.scanner.barcode import Meanings, meaning
from hardware.scanner.decode import ENOUGH, Eyes, Grey
from hardware.scanner.formats import Code
from hardware.scanner.watcher import Sightings

HEIGHT, WIDTH = 480, 640
FRAMES = 3
_Y, _X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
MEANINGS = Meanings()
FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.EAN13, zxingcpp.BarcodeFormat.QRCode])
PRICES = ("192", "690", "692", "693", "694", "695", "491", "977", "400", "950", "930", "938", "955", "977")
WORDS = ("ISBN", "Library", "2026", "CIP", "Printed in", "$ 28.00", "www.", "novel", "|||", "EAN", "Price")
_ADDON = (0x0D, 0x19, 0x13, 0x3D, 0x23, 0x31, 0x2F, 0x3B, 0x37, 0x0B)
_ADDON_PARITY = ("GGLLL", "GLGLL", "GLLGL", "GLLLG", "LGGLL", "LLGGL", "LLLGG", "LGLGL", "LGLLG", "LLGLG")


@dataclass(frozen=True, slots=True)
class Held:
    """What is held before the camera: a label, what of it is meant to be read, and all that may be."""

    label: Grey
    meant: str
    texts: frozenset[str] = field(default_factory=frozenset)


def checked(digits: str) -> str:
    """The twelve digits and the thirteenth that makes them right."""
    return digits + str(-sum(int(digit) * (1, 3)[n % 2] for n, digit in enumerate(digits)) % 10)


def held(chance: np.random.Generator) -> Held:
    """One label."""
    kind = chance.choice(("book", "book", "book", "book with price", "price", "qr", "none"))
    digits = "".join(map(str, chance.integers(0, 10, 9)))
    book, price = (
        checked(str(chance.choice(("978", "978", "979"))) + digits),
        checked(str(chance.choice(PRICES)) + digits),
    )
    match kind:
        case "book":
            return Held(_framed(_ean(book, chance), chance), book, frozenset({book}))
        case "book with price":
            both = _below(_ean(book, chance), _ean(price, chance))
            return Held(_framed(both, chance), book, frozenset({book, price}))
        case "price":
            return Held(_framed(_ean(price, chance), chance), "", frozenset({price}))
        case "qr":
            text = "L1:" + "".join(chance.choice(list("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ$%*+-./:"), 120))
            modules = np.array([list(row) for row in segno.make_qr(text).matrix_iter(border=3)], np.uint8)
            return Held(
                cv2.resize(255 - modules * 255, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST),
                text,
                frozenset({text}),
            )
    return Held(_framed(_scribble(chance), chance), "")


def frames(number: int) -> tuple[Held, Iterator[Grey]]:
    """Three frames of the ``number``-th picture: the same hand, a little farther on."""
    chance = np.random.default_rng(number)
    what = held(chance)
    scene = _Scene(what.label, chance)
    return what, (scene.seen(n) for n in range(FRAMES))


def _ean(text: str, chance: np.random.Generator) -> Grey:
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.EAN13).to_image(scale=4, add_hrt=True)
    bars = np.pad(np.array(drawn, np.uint8), ((8, 8), (36, 28)), constant_values=255)
    if chance.random() < 0.4:
        high = int(bars.shape[0] * 0.6)
        extra = np.full((bars.shape[0], 47 * 4 + 40), 255, np.uint8)
        extra[-high - 12 : -12, : 47 * 4] = np.repeat(_addon("".join(map(str, chance.integers(0, 10, 5)))), 4)[None]
        bars = np.hstack((bars, extra))
    return bars


def _addon(five: str) -> Grey:
    """EAN-5, as the price beside a book number (ISO/IEC 15420)."""
    parity = _ADDON_PARITY[(3 * sum(map(int, five[::2])) + 9 * sum(map(int, five[1::2]))) % 10]
    left = [f"{_ADDON[int(digit)]:07b}" for digit in five]
    right = ["".join("10"[int(bit)] for bit in code)[::-1] for code in left]
    bits = "1011" + "01".join(left[n] if way == "L" else right[n] for n, way in enumerate(parity))
    return np.array([0 if bit == "1" else 255 for bit in bits], np.uint8)


def _below(one: Grey, other: Grey) -> Grey:
    wide = max(one.shape[1], other.shape[1])
    return np.vstack([np.pad(part, ((0, 16), (0, wide - part.shape[1])), constant_values=255) for part in (one, other)])


def _scribble(chance: np.random.Generator) -> Grey:
    """Stripes, steps and noise that hold no code."""
    page = np.full((200, 420), 255, np.uint8)
    match chance.integers(0, 3):
        case 0:
            page[20:-20, 20:-20] = np.repeat(chance.integers(0, 2, 95).astype(np.uint8) * 255, 4)[None]
        case 1:
            page[20:-20, 20:-20] = np.cumsum(chance.normal(0, 20, 380)).astype(np.uint8)[None]
        case _:
            for row in range(30, 190, 24):
                cv2.putText(page, " ".join(chance.choice(WORDS, 6)), (12, row), 0, 0.6, (0,), 2)
    return page


def _framed(label: Grey, chance: np.random.Generator) -> Grey:
    """On its cover: words around it, lighter or darker than the label."""
    tone = int(chance.integers(0, 256))
    cover = np.pad(label, int(chance.integers(20, 90)), constant_values=tone)
    for _ in range(int(chance.integers(0, 5))):
        at = int(chance.integers(0, cover.shape[1])), int(chance.choice((18, cover.shape[0] - 8)))
        cv2.putText(cover, str(chance.choice(WORDS)), at, 0, 0.7, (255 - tone,), 2)
    return cover


class _Scene:
    """A label in a hand, in some light, before some lens."""

    def __init__(self, label: Grey, chance: np.random.Generator) -> None:
        self._chance = chance
        height, width = label.shape
        wide = chance.uniform(0.3, 0.95) * WIDTH
        angle, tilt = chance.choice((0.0, 0.0, chance.uniform(-np.pi, np.pi))), chance.normal(0, 0.12, (4, 2))
        turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
        box = (
            np.array(((-1, -height / width), (1, -height / width), (1, height / width), (-1, height / width)))
            * wide
            / 2
        )
        self._from = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
        self._to = (box * (1 + tilt * 0.5)) @ turn.T + (WIDTH / 2, HEIGHT / 2) + chance.normal(0, 25, 2)
        self._drift = chance.normal(0, chance.choice((0.5, 3.0)), 2)
        self._label = _bent(label, chance.choice((0.0, chance.uniform(0.1, 0.5))))
        self._ground = int(chance.integers(0, 256))
        module = wide / 130
        self._blur = chance.choice((chance.uniform(0.2, 0.8), chance.uniform(0.5, 2.2))) * module
        self._moved = int(chance.choice((0, 0, chance.integers(2, 8)))) | 1
        self._way = chance.uniform(0, np.pi)
        self._bright, self._contrast = chance.uniform(20, 110), chance.uniform(0.12, 0.7)
        self._slant, self._shine = chance.uniform(-0.6, 0.6, 2), chance.choice((0.0, 0.0, chance.uniform(0.3, 1.2)))
        self._shine_at = self._to.mean(0) + chance.normal(0, wide / 4, 2)
        self._finger = bool(chance.random() < 0.15)
        self._finger_at = self._to.mean(0) + chance.normal(0, wide / 3, 2)
        self._grid = float(chance.choice((0.0, 0.0, 0.0, chance.uniform(1.8, 4.0))))
        self._noise = chance.choice((1.0, 3.0, chance.uniform(3, 14)))
        self._quality = int(chance.choice((0, 90, 60, 30)))

    def seen(self, n: int) -> Grey:
        """The ``n``-th frame."""
        to = (self._to + self._drift * n).astype(np.float32)
        onto = cv2.getPerspectiveTransform(self._from, to)
        ground = (self._ground,)
        page = cv2.warpPerspective(
            self._label, onto, (WIDTH, HEIGHT), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=ground
        )
        light = page.astype(np.float32) * self._contrast + self._bright
        y, x = _Y, _X
        light *= 1 + self._slant[0] * (x / WIDTH - 0.5) + self._slant[1] * (y / HEIGHT - 0.5)
        if self._grid:
            light *= 1 + 0.25 * np.sign(np.sin(x * (2 * np.pi / self._grid))) * np.sign(
                np.sin(y * (2 * np.pi / self._grid))
            )
        if self._finger:
            cv2.ellipse(light, (*map(int, self._finger_at),), (28, 90), 30, 0, 360, (90.0,), -1)
        light = cv2.GaussianBlur(light, (0, 0), max(self._blur, 0.3))
        if self._moved > 1:
            smear = np.zeros((self._moved, self._moved), np.float32)
            middle, reach = self._moved // 2, np.array((np.cos(self._way), np.sin(self._way))) * (self._moved // 2)
            cv2.line(smear, (*map(int, middle - reach),), (*map(int, middle + reach),), (1.0,))
            light = cv2.filter2D(light, -1, smear / smear.sum())
        if self._shine:
            far = np.hypot(x - self._shine_at[0], y - self._shine_at[1])
            light += self._shine * 200 * np.exp(-((far / 90) ** 2))
        light += self._chance.standard_normal(light.shape, np.float32) * np.float32(self._noise)
        grey = np.clip(light, 0, 255).astype(np.uint8)
        if self._quality:
            grey = cv2.imdecode(
                cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, self._quality])[1], cv2.IMREAD_GRAYSCALE
            )
        return grey


def _bent(label: Grey, much: float) -> Grey:
    """As on a bent page or a can: towards the sides everything is narrower."""
    if not much:
        return label
    height, width = label.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u = 2 * x / width - 1
    return cv2.remap(
        label, ((np.arcsin(u * np.sin(much * 2)) / (much * 2) + 1) / 2 * width).astype(np.float32), y, cv2.INTER_LINEAR
    )


def looked(eyes: Eyes, grey: Grey) -> list[Code]:
    """What the camera sees in a frame over which it takes pains (hardware.scanner.watcher)."""
    first: list[Code] = []
    for effort, codes in enumerate(eyes.looks(grey)):
        if known := [one for one in codes if not isinstance(meaning("", one.aimed, MEANINGS), CodeUnknown)]:
            return known
        first = first or codes
        if first and effort >= ENOUGH:
            break
    return first


def reported(seen: list[list[Code]]) -> set[str]:
    """What of these frames the camera would report: known codes in two of three, a QR code at once."""
    sightings, said = Sightings(10.0, live=False), set[str]()
    for n, codes in enumerate(seen):
        scans: dict[Scan, bool] = {}
        texts: dict[Scan, str] = {}
        for code in codes:
            scan = meaning("", code.aimed, MEANINGS)
            scans[scan], texts[scan] = code.sure, code.text
        said |= {texts[scan] for scan in sightings.news(scans, n / 30) if not isinstance(scan, CodeUnknown)}
    return said


@click.command()
@click.option("--pictures", default=300, help="How many.")
@click.option("--first", default=0, help="The number of the first.")
def main(pictures: int, first: int) -> None:
    """Draw pictures and look at them."""
    eyes, counts, spent = Eyes(), Counter[str](), Counter[str]()
    eyes.warm()
    for number in range(first, first + pictures):
        what, greys = frames(number)
        seen: list[list[Code]] = []
        said = set[str]()
        for grey in greys:
            began = time.process_time()
            zxingcpp.read_barcodes(grey, formats=FORMATS)
            halfway = time.process_time()
            seen.append(looked(eyes, grey))
            spent["zxing"] += int((halfway - began) * 1e9)
            spent["ours"] += int((time.process_time() - halfway) * 1e9)
            if (said := reported(seen)) or seen == [[], []]:
                break  # what was reported stays so, and two of three can no longer agree
        kind = "qr" if what.meant.startswith("L1:") else "book" if what.meant else "nothing meant"
        counts[kind] += 1
        counts[kind, "read"] += what.meant in said
        strange = {code.text for codes in seen for code in codes if code.text[:13] not in what.texts} - what.texts
        books = {text for text in strange if isinstance(meaning("", text, MEANINGS), IsbnScanned)}
        counts["strange"] += bool(strange)
        counts["once"] += bool(books)
        counts["wrong"] += bool(said - what.texts)
        if books or said - what.texts:
            click.echo(f"picture {number}: {kind}; seen {sorted(books)}, reported {sorted(said - what.texts)}")
    for kind in ("book", "qr"):
        click.echo(f"{kind:4} read {counts[kind, 'read']} of {counts[kind]}")
    click.echo(
        f"of {pictures} pictures: wrongly reported {counts['wrong']}; a book number that is not there seen in a frame "
        f"of {counts['once']}, any code that is not there in a frame of {counts['strange']}; "
        f"ours takes {spent['ours'] / max(spent['zxing'], 1):.1f} times zxing's time"
    )


if __name__ == "__main__":
    main()
