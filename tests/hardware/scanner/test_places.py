"""Where bars are, at any angle and blurred; and how they stand when cut out."""

import cv2
import numpy as np
import pytest

from hardware.scanner import places
from hardware.scanner.places import Grey
from simulators.camera import label


def on_desk(degrees: float, blur: float = 0.0) -> Grey:
    """A label 420 wide on a grey ground, turned."""
    printed = label("isbn", "9787020002207")
    height, width = printed.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += np.array([400 - width / 2, 300 - height / 2])
    page = cv2.warpAffine(printed, turn, (800, 600), flags=cv2.INTER_AREA, borderValue=(150,))
    return cv2.GaussianBlur(page, (0, 0), blur) if blur else page


@pytest.mark.parametrize("blur", [0.0, 3.0, 6.0])
@pytest.mark.parametrize("degrees", range(0, 180, 20))
def test_bars_are_found_at_any_angle(degrees: int, blur: float) -> None:
    first = places.find(on_desk(degrees, blur))[0]
    off = (np.degrees(first.angle) + degrees + 90) % 180 - 90  # a picture's angles go the other way round
    assert abs(off) < 3
    assert abs(first.x - 400) < 40
    assert abs(first.y - 300) < 60
    assert 300 < first.wide < 500


@pytest.mark.parametrize("degrees", [0, 30, 90, 135])
def test_cut_out_they_stand(degrees: int) -> None:
    page = on_desk(degrees)
    lean = np.array([[1, 0.15, -45], [0, 1, 0]], np.float32)
    for grey in (page, cv2.warpAffine(page, lean, (800, 600), borderValue=(150,))):
        lines = places.crossed(places.upright(grey, places.find(grey)[0]))
        third = len(lines) // 3
        above, below = places.profile(lines[:third]), places.profile(lines[-third:])
        assert np.corrcoef(above, below)[0, 1] > 0.8
        assert len(places.stripes(places.profile(lines))[0]) >= 28


@pytest.mark.parametrize("size", [(1, 1), (2, 700), (700, 2), (16, 16), (480, 640)])
def test_where_nothing_is_nothing_is_found(size: tuple[int, int]) -> None:
    chance = np.random.default_rng(5)
    for grey in (np.zeros(size, np.uint8), np.full(size, 255, np.uint8), chance.integers(0, 256, size, dtype=np.uint8)):
        assert places.find(grey) == []


def test_a_door_frame_is_no_bars() -> None:
    page = np.full((480, 640), 200, np.uint8)
    page[:, 300:] = 40
    assert places.find(page) == []
