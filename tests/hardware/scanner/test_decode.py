"""Pictures to codes: real decoders on pictures drawn here."""

import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest

from hardware.scanner.decode import CODES_MAX, Eyes, Grey
from hardware.scanner.formats import AIM, FORMATS, Code, Format
from simulators.camera import Kind, label

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "camera.toml").read_text())
CODES: list[tuple[Kind, str, str, Format]] = [
    ("isbn", "9787020002207", "9787020002207", Format.EAN13),
    ("code128", "SX0001234", "SX0001234", Format.CODE128),
    ("code39", "SX0001234", "SX0001234", Format.CODE39),
    ("codabar", "A33191000105864B", "A33191000105864B", Format.CODABAR),
    ("qr", "L1:6BF+70790T9WJWG.FKY", "L1:6BF+70790T9WJWG.FKY", Format.QR),
]


def on_desk(printed: Grey, degrees: float = 0) -> Grey:
    """The label on a larger grey ground, turned."""
    height, width = printed.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += np.array([400 - width / 2, 300 - height / 2])
    return cv2.warpAffine(printed, turn, (800, 600), flags=cv2.INTER_CUBIC, borderValue=(128,))


def all_codes(eyes: Eyes, picture: Grey) -> set[str]:
    """What all looks together find."""
    return {code.text for codes in eyes.looks(picture) for code in codes}


@pytest.mark.parametrize(("kind", "content", "text", "form"), CODES, ids=[code[0] for code in CODES])
def test_the_first_look_reads_each_symbology_and_only_where_configured(
    kind: Kind, content: str, text: str, form: Format
) -> None:
    picture = on_desk(label(kind, content))
    assert next(Eyes().looks(picture)) == [Code(text, form)]
    others = tuple(other for other in FORMATS if other is not form)
    assert all_codes(Eyes(others), picture) == set()


@pytest.mark.parametrize("vector", VECTORS["bars"], ids=[vector["text"] for vector in VECTORS["bars"]])
def test_bars_drawn_from_the_standards_are_read(vector: dict[str, str]) -> None:
    modules = np.array([0 if module == "1" else 255 for module in vector["modules"]], np.uint8)
    bars = np.repeat(np.repeat(modules[np.newaxis, :], 160, axis=0), 3, axis=1)
    picture = cv2.copyMakeBorder(bars, 80, 80, 60, 60, cv2.BORDER_CONSTANT, value=(255,))
    assert next(Eyes().looks(picture)) == [Code(vector["text"], Format[vector["symbology"]])]


def test_a_code_is_said_with_the_identifier_of_its_symbology() -> None:
    assert {vector["symbology"]: vector["identifier"] for vector in VECTORS["aimed"]} == {
        form.name: AIM[form] for form in FORMATS
    }


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize(("kind", "content", "text"), [code[:3] for code in CODES], ids=[code[0] for code in CODES])
def test_lying_and_upside_down(kind: Kind, content: str, text: str, degrees: int) -> None:
    found = next(Eyes().looks(on_desk(label(kind, content), degrees)))
    # Codabar's start and stop letters may come in either order; its digits may not.
    assert [code.text.strip("ABCD") for code in found] == [text.strip("ABCD")]


@pytest.mark.parametrize("degrees", range(-75, 80, 15))
def test_a_book_number_at_any_angle(degrees: int) -> None:
    assert all_codes(Eyes(), on_desk(label("isbn", "9787020002207"), degrees)) == {"9787020002207"}


def test_low_contrast_and_shadow() -> None:
    picture = on_desk(label("isbn", "9787020002207")).astype(np.float32)
    shadow = np.linspace(0.15, 0.6, picture.shape[1])
    dim = (picture * shadow * 0.4 + 20).astype(np.uint8)
    assert "9787020002207" in all_codes(Eyes(), dim)


@pytest.mark.parametrize("size", [(480, 640), (1, 1), (1, 640), (3, 3), (17, 31)])
def test_blank_noisy_and_tiny_pictures_hold_nothing(size: tuple[int, int]) -> None:
    chance = np.random.default_rng(7)
    for picture in (
        np.zeros(size, np.uint8),
        np.full(size, 255, np.uint8),
        chance.integers(0, 256, size, dtype=np.uint8),
        np.tile(np.arange(size[1], dtype=np.uint8) * 16, (size[0], 1)),
    ):
        assert all_codes(Eyes(), picture) == set()


def test_control_characters_are_not_spelled_out() -> None:
    [code] = next(Eyes().looks(on_desk(label("qr", b"L1:A\x01\x1d"))))
    assert code.text == "L1:A\x01\x1d"


@pytest.mark.parametrize(
    "content", [b"\x00\xff\xfe\x80", "取书码".encode(), "取书码".encode("gb18030"), bytes(range(256))]
)
def test_binary_and_foreign_qr_codes_raise_nothing(content: bytes) -> None:
    for codes in Eyes().looks(on_desk(label("qr", content))):
        assert all(code.sure and isinstance(code.text, str) for code in codes)


def test_more_codes_than_anybody_holds_are_cut_off() -> None:
    small = cv2.resize(label("qr", "SX1"), (120, 120), interpolation=cv2.INTER_AREA)
    many = np.tile(np.pad(small, 20, constant_values=255), (4, 5))
    assert all(len(codes) <= CODES_MAX for codes in Eyes().looks(many))


def test_a_code_does_not_show_its_text() -> None:
    assert "33191" not in repr(Code("33191000105864", Format.CODABAR))
