"""Book numbers out of bars without edges; and nothing out of what holds none."""

import cv2
import numpy as np
import pytest
import zxingcpp

from hardware.scanner import places
from hardware.scanner.barcode import Meanings
from hardware.scanner.blurred import read
from hardware.scanner.decode import Eyes, Grey
from simulators.camera import label

BOOKS = ("9787020002207", "9791090636071", "9780306406157", "9787111213826")


def seen(text: str, smear: float, seed: int = 1) -> Grey:
    """A label as a lens out of focus shows it: 2.6 pixels a module, ``smear`` pixels, dim, with noise."""
    drawn = label("isbn", text) if text.startswith("97") else label("ean13", text)
    page = np.pad(drawn, ((30, 30), (60, 60)), constant_values=235).astype(np.float32) * 0.5 + 40
    noise = np.random.default_rng(seed).normal(0, 1.5, page.shape)
    return np.clip(cv2.GaussianBlur(page, (0, 0), smear) + noise, 0, 255).astype(np.uint8)


def numbers(grey: Grey) -> set[str]:
    """What is read where such a picture has bars."""
    return {read(places.upright(grey, place)) for place in places.find(grey)} - {""}


@pytest.mark.parametrize("text", BOOKS)
@pytest.mark.parametrize("smear", [3.0, 4.0, 5.0])
def test_it_is_read_where_no_decoder_reads(text: str, smear: float) -> None:
    grey = seen(text, smear)
    assert [one.text for one in zxingcpp.read_barcodes(grey)] == []
    assert numbers(grey) == {text}


@pytest.mark.parametrize("smear", [3.0, 4.5])
def test_upside_down_and_leaning(smear: float) -> None:
    grey = seen(BOOKS[0], smear)
    assert numbers(np.ascontiguousarray(grey[::-1, ::-1])) == {BOOKS[0]}
    height, width = grey.shape
    lean = np.array([[1, 0.12, -0.06 * height], [0, 1, 0]], np.float32)
    assert numbers(cv2.warpAffine(grey, lean, (width, height), borderMode=cv2.BORDER_REPLICATE)) == {BOOKS[0]}


@pytest.mark.parametrize("text", ["6901234567892", "0012345678905", "4006381333931", "1920095012001"])
@pytest.mark.parametrize("smear", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
def test_a_price_code_is_never_a_book(text: str, smear: float) -> None:
    assert not any(numbers(seen(text, smear, seed)) for seed in range(3))


@pytest.mark.parametrize("size", [(1, 1), (2, 400), (400, 2), (12, 30), (200, 400)])
def test_blank_noise_and_stripes_hold_nothing(size: tuple[int, int]) -> None:
    chance = np.random.default_rng(3)
    stripes = np.tile(((np.arange(size[1]) // 3) % 2 * 255).astype(np.uint8), (size[0], 1))
    for grey in (np.zeros(size, np.uint8), chance.integers(0, 256, size, dtype=np.uint8), stripes):
        assert read(grey) == ""


def test_beyond_what_can_be_known_it_says_nothing_wrong() -> None:
    for smear in (6.0, 7.0, 8.0, 10.0):
        for seed in range(4):
            assert numbers(seen(BOOKS[1], smear, seed)) <= {BOOKS[1]}


def test_the_eyes_use_it() -> None:
    grey = seen(BOOKS[2], 2.5)
    assert [one.text for one in Eyes().read(grey, Meanings())] == [BOOKS[2]]
