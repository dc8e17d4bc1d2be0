"""What a hand could do for bars that are in view and cannot be read: nearer, farther, hold still, turn.

From where OpenCV finds bars and what they look like there. Book covers carry EAN-13: 95 modules from edge to edge.
(hardware.scanner.places finds more, stripes and lines of print too, in which then nothing is read; a word is for bars.)
"""

from typing import Final

import cv2
import numpy as np

from hardware.readings import Hint
from hardware.scanner.places import PLACES_MAX, Grey, with_margins

MODULES: Final = 95
MODULE_MIN_PX: Final = 1.3
"""Narrower modules than this no decoder of ours reads."""
MODULE_NEAR_PX: Final = 3.5
"""As wide as this, blur comes from being too near for the lens, not from too few pixels."""
BLUR_MAX: Final = 1.6
"""Widest edge, in modules, at which single modules can still be told apart."""
FILLS: Final = 0.85
MOVED: Final = 0.05
AGREED: Final = 2
EVERY_S: Final = 1.5


class Guide:
    """Follows the frames that could not be read. A word needs two looks that agree, and comes at most every 1.5 s."""

    def __init__(self) -> None:
        self._places = Places()
        self._last = ""
        self._agreed = 0
        self._at: tuple[float, float] | None = None
        self._next_at = 0.0

    def clear(self) -> None:
        """Something was read, or nothing is there."""
        self._last, self._agreed, self._at = "", 0, None

    def look(self, grey: Grey) -> None:
        """A frame in which no code was read."""
        found = self._places.find(grey)
        if found:
            hint = self._hint(grey, max(found, key=cv2.contourArea))
        elif self._places.find(_middle_enlarged(grey)):
            hint = Hint.NEARER  # too small to be found as it is
        elif self._places.find(cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)):
            hint = Hint.FARTHER  # too large
        else:
            self.clear()
            return
        self._agreed = self._agreed + 1 if hint == self._last else 1
        self._last = hint

    def words(self, now: float) -> list[str]:
        """What to say now: one word, or nothing."""
        if self._agreed < AGREED or now < self._next_at:
            return []
        self._agreed = 0
        self._next_at = now + EVERY_S
        return [self._last]

    def _hint(self, grey: Grey, place: Grey) -> Hint:
        height, width = grey.shape[:2]
        (x, y), sides, _ = cv2.minAreaRect(place.astype(np.float32))
        before, self._at = self._at, (x, y)
        if before and np.hypot(x - before[0], y - before[1]) > MOVED * width:
            return Hint.STILL
        module_px = max(sides) / MODULES
        if module_px < MODULE_MIN_PX:
            return Hint.NEARER
        left, top, wide, high = cv2.boundingRect(place.astype(np.float32))
        if max(wide / width, high / height) > FILLS or left <= 1 or top <= 1 or left + wide >= width - 1:
            return Hint.FARTHER
        if _blur(upright(grey, place), max(sides)) > BLUR_MAX:
            return Hint.FARTHER if module_px > MODULE_NEAR_PX else Hint.NEARER
        return Hint.TURN


class Places:
    """OpenCV's detector finds bars that a decoder might read, at any angle, and closely."""

    def __init__(self) -> None:
        self._bars = cv2.barcode.BarcodeDetector()

    def find(self, grey: Grey) -> list[Grey]:
        """The corners of at most 4 places with bars: each 4 x 2."""
        found, corners = self._bars.detectMulti(grey)
        return list(corners[:PLACES_MAX]) if found and corners is not None else []


def upright(grey: Grey, corners: Grey) -> Grey:
    """The place within ``corners``, turned so that its long side lies level, with some margin, 400 to 1600 wide."""
    (x, y), (width, height), degrees = cv2.minAreaRect(corners.astype(np.float32))
    if width < height:
        width, height, degrees = height, width, degrees + 90
    scale = min(max(1.0, 400 / with_margins(width)), 1600 / with_margins(width))
    size = (int(with_margins(width) * scale), max(int(height * 1.1 * scale), 8))
    turn = cv2.getRotationMatrix2D((x, y), degrees, scale)
    turn[:, 2] += np.array((size[0] / 2 - x, size[1] / 2 - y))
    return cv2.warpAffine(grey, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _middle_enlarged(grey: Grey) -> Grey:
    """The middle of the frame, where hands hold things, at twice its size."""
    height, width = grey.shape[:2]
    middle = grey[height // 4 : height - height // 4, width // 4 : width - width // 4]
    return cv2.resize(middle, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


def _blur(bars: Grey, long_side: float) -> float:
    """How wide the sharpest edge across the bars is, in modules: well below 1 where they are in focus.

    ``bars``: as ``upright`` cuts them out, with margins it knows; ``long_side`` in the picture they were cut from.
    """
    middle = bars[bars.shape[0] // 3 : bars.shape[0] * 2 // 3 + 1].astype(np.float32)
    across = middle.mean(axis=0)
    steepest = float(np.abs(np.diff(across)).max(initial=0.0))
    if not steepest:
        return float("inf")
    module_px = bars.shape[1] * long_side / with_margins(long_side) / MODULES
    return float(np.ptp(across) / steepest / module_px)
