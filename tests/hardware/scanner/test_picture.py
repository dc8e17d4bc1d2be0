"""Files as phones, cameras, scanners and screens write them, and what nobody should write: read, or refused calmly."""

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from hardware.scanner.barcode import Meanings
from hardware.scanner.decode import Eyes
from hardware.scanner.picture import FRAMES_MAX, pictures
from simulators.camera import label

ISBN = "9787020002207"
EYES = Eyes()


def book() -> Image.Image:
    """A label on a white page."""
    return Image.fromarray(np.pad(label("isbn", ISBN), 40, constant_values=255))


def blank() -> Image.Image:
    return Image.new("L", book().size, 255)


def saved(picture: Image.Image, kind: str, **more: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def read(data: bytes) -> list[str]:
    """What ``kiosk decode`` would say of a file."""
    for grey in pictures(data):
        if codes := EYES.read(grey, Meanings()):
            return [code.text for code in codes]
    return []


def transparent() -> Image.Image:
    """Black on nothing: all of its colours are black."""
    clear = Image.new("LA", book().size, (0, 0))
    clear.putalpha(book().point(lambda level: 255 - level))
    return clear


def dim16() -> Image.Image:
    """Twelve bits in sixteen, as sensors say them."""
    return Image.fromarray(np.asarray(book()).astype(np.uint16) * 8 + 300)


def held(orientation: int) -> dict[str, Any]:
    note = Image.Exif()
    note[0x0112] = orientation
    return {"exif": note}


FILES = {
    "grey png": lambda: saved(book(), "PNG"),
    "bits": lambda: saved(book().convert("1"), "PNG"),
    "palette": lambda: saved(book().convert("P"), "PNG"),
    "transparent png": lambda: saved(transparent(), "PNG"),
    "transparent webp": lambda: saved(transparent().convert("RGBA"), "WEBP", lossless=True),
    "16 bit": lambda: saved(dim16(), "PNG"),
    "16 bit tiff": lambda: saved(dim16(), "TIFF"),
    "float": lambda: saved(Image.fromarray(np.asarray(book()).astype(np.float32) / 255), "TIFF"),
    "jpeg": lambda: saved(book().convert("RGB"), "JPEG", quality=40),
    "cmyk": lambda: saved(book().convert("CMYK"), "JPEG"),
    "progressive": lambda: saved(book(), "JPEG", progressive=True),
    "bmp": lambda: saved(book(), "BMP"),
    **{f"held {n}": lambda n=n: saved(book(), "JPEG", **held(n)) for n in range(1, 9)},
    "mirrored": lambda: saved(book().transpose(Image.Transpose.FLIP_LEFT_RIGHT), "PNG"),
    "dark mode": lambda: saved(book().point(lambda level: 255 - level), "PNG"),
    "gif": lambda: saved(book(), "GIF"),
    "second frame": lambda: saved(blank(), "GIF", save_all=True, append_images=[book()]),
    "second of webp": lambda: saved(blank(), "WEBP", save_all=True, append_images=[book()], lossless=True),
    "second of apng": lambda: saved(blank(), "PNG", save_all=True, append_images=[book()]),
    "second page": lambda: saved(blank(), "TIFF", save_all=True, append_images=[book()]),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_read(name: str) -> None:
    assert read(FILES[name]()) == [ISBN]


def test_of_many_frames_only_the_first_are_looked_at() -> None:
    frames = [blank().rotate(n, fillcolor=n) for n in range(30)]
    for kind in ("GIF", "TIFF"):
        assert len(list(pictures(saved(frames[0], kind, save_all=True, append_images=frames[1:])))) == FRAMES_MAX


def claiming(width: int, height: int) -> bytes:
    """A PNG of nothing that says it is so large."""
    head = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    parts = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("end", range(0, 400, 7))
def test_what_is_cut_is_a_picture_or_none(end: int) -> None:
    for name in ("grey png", "jpeg", "second frame", "second of webp", "second page", "transparent png"):
        data = FILES[name]()
        list(pictures(data[: len(data) * end // 400]))


@pytest.mark.parametrize("data", [b"", b"RIFF", b"GIF89a", b"II*\0", b"\xff\xd8\xff", claiming(2**31 - 1, 2**31 - 1)])
def test_what_is_no_picture_is_none(data: bytes) -> None:
    assert list(pictures(data)) == []


def test_nothing_but_numbers_that_are_none() -> None:
    odd = np.full((40, 40), np.nan, np.float32)
    odd[0, 0] = np.inf
    _, data = cv2.imencode(".tiff", odd)
    assert [grey.dtype for grey in pictures(data.tobytes())] == [np.uint8]
