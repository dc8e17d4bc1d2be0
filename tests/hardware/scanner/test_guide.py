"""Words for the hand that holds a code before the camera, from pictures drawn here."""

import cv2
import numpy as np
import pytest

from hardware.readings import Hint
from hardware.scanner.decode import Eyes, Grey
from hardware.scanner.guide import EVERY_S, Guide
from simulators.camera import label

BOOK = label("isbn", "9787020002207")


def held(width: int, blur: float = 0.0, x: int = 640, y: int = 360) -> Grey:
    """The label in a frame of 1280 x 720, so wide, out of focus by so many pixels."""
    height = round(width * BOOK.shape[0] / BOOK.shape[1])
    small = cv2.resize(BOOK, (width, height), interpolation=cv2.INTER_AREA)
    frame = np.full((1400, 2600), 90, np.uint8)
    top, left = 340 + y - height // 2, 660 + x - width // 2
    frame[top : top + height, left : left + width] = small
    frame = frame[340 : 340 + 720, 660 : 660 + 1280]
    return cv2.GaussianBlur(frame, (0, 0), blur) if blur else frame


def words(frames: list[Grey]) -> list[str]:
    guide = Guide()
    said: list[str] = []
    for number, frame in enumerate(frames):
        guide.look(frame)
        said += guide.words(100.0 + number * 0.3)
    return said


@pytest.mark.parametrize(
    ("frame", "hint"),
    [
        (held(115), Hint.NEARER),
        (held(90), Hint.NEARER),
        (held(1700), Hint.FARTHER),
        (held(700, blur=9), Hint.FARTHER),
        (held(220, blur=3), Hint.NEARER),
    ],
    ids=["small", "tiny", "filling", "near and blurred", "far and blurred"],
)
def test_what_would_help_is_said_after_two_looks(frame: Grey, hint: Hint) -> None:
    assert words([frame]) == []
    assert words([frame, frame]) == [hint]


def test_a_moving_code_is_to_be_held_still() -> None:
    frames = [held(400, x=300 + 120 * n) for n in range(5)]
    assert words(frames)[:1] == [Hint.STILL]


def test_a_sharp_code_that_cannot_be_read_is_to_be_turned() -> None:
    frame = held(500).copy()
    frame[340:380, 500:560] = 255  # a light on the bars
    assert words([frame, frame]) == [Hint.TURN]


def test_nothing_in_view_says_nothing_and_a_word_comes_seldom() -> None:
    assert words([np.full((720, 1280), 90, np.uint8)] * 5) == []
    many = words([held(115)] * 20)
    assert 2 <= len(many) <= 1 + round(20 * 0.3 / EVERY_S)


def test_what_is_said_to_be_too_small_is_not_what_can_be_read() -> None:
    """Guidance is for what the eyes cannot do: the widths at which they read get no such word."""
    for width in (160, 200, 300, 500, 800, 1200):
        assert any(code.text for codes in Eyes().looks(held(width)) for code in codes)
