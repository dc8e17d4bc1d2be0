"""Where in a picture bars are, at any angle and however blurred, and what is there, cut out and made to stand.

Bars are where brightness changes much in one direction and hardly across it. So the picture is laid out in cells, some
sixty to its longer side, each with the sum of its gradients' squares (the structure tensor: J. Bigün and G. Granlund,
Optimal Orientation Detection of Linear Symmetry, ICCV 1987); neighbouring cells of one direction are a patch, patches
in line a place. Blur takes away gradients, not their direction.

Bars say the same at every height, so a place is cut out with no more lines than averaging needs.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import cv2.typing
import numpy as np
import numpy.typing as npt

Grey = cv2.typing.MatLike
Floats = npt.NDArray[np.float32]

PLACES_MAX: Final = 4
WIDTH_MIN, WIDTH_MAX = 400, 800
"""How wide a place is cut out."""
LINES_MAX: Final = 96

_SEEN: Final = 640
"""Longer sides than this are shortened for the search; what is cut out is cut from the whole picture."""
_CELLS: Final = 64
_ONE_WAY: Final = 0.6
"""How much of a cell's gradients must be in one direction."""
_CLEAR: Final = 0.08
"""How strong, against the strongest of the picture."""
_NOISE: Final = 100.0
_WIDE_MIN: Final = 70
"""Pixels: no code that a decoder could read is narrower."""
_LEAN_MAX: Final = 2.0
_PATCH_MIN, _PATCHES_MAX = 8, 12
_WAYS: Final = [(float(np.cos(a)), float(np.sin(a))) for a in np.pi / 3 * np.arange(6)]
"""Six directions, as doubled angles: a direction and its opposite are one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle with bars: its middle, the direction across the bars (radians), its size that way and along them,
    all in pixels of the picture."""

    x: float
    y: float
    angle: float
    wide: float
    high: float


@dataclass(frozen=True, slots=True)
class _Patch:
    """Cells of one direction."""

    x: Floats
    y: Floats
    angle: float


def find(grey: Grey) -> list[Place]:
    """At most four places with bars, the largest first. Takes 1 to 3 ms at 640x480."""
    power, cos, sin, cell = _gradients(grey)
    kept: list[Place] = []
    for _, place in sorted(_in_line(_patches(power, cos, sin), cell), key=lambda one: -one[0]):
        if not any(_within(place, other) for other in kept):
            kept.append(place)
    return kept[:PLACES_MAX]


def upright(grey: Grey, place: Place) -> Grey:
    """The place with some margin for the quiet zone, its bars made to stand even where they lean, on one side more than
    on the other: 400 to 800 wide, at most 96 high."""
    broad = with_margins(place.wide)
    scale = min(max(1.0, WIDTH_MIN / broad), WIDTH_MAX / broad)
    width, height = int(broad * scale), int(min(max(place.high * 1.1 * scale, 8), LINES_MAX))
    across = np.array((np.cos(place.angle), np.sin(place.angle))) * (broad / width)
    down = np.array((-np.sin(place.angle), np.cos(place.angle))) * (place.high * 1.1 / height)
    corner = np.array((place.x, place.y)) - across * (width - 1) / 2 - down * (height - 1) / 2
    turn = np.stack([across, down, corner], 1)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    half = turn * np.array((2, 2, 1))
    flat = cv2.warpAffine(grey, half, (width // 2, height // 2), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    left, right = _leaning(flat, height / (place.high * 1.1 * scale))
    x, y = np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    slope = np.float32((left + right) / 2) + np.float32((right - left) * 3) * (x / width - 0.5)
    x = x - slope * (y - (height - 1) / 2)
    (xx, xy), (yx, yy) = across.astype(np.float32), down.astype(np.float32)
    at = x * xx + (y * yx + np.float32(corner[0])), x * xy + (y * yy + np.float32(corner[1]))
    return cv2.remap(grey, at[0], at[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def with_margins(width: float) -> float:
    """How wide a place is cut out whose bars are so wide."""
    return width * 1.35 + 20


def crossed(bars: Grey) -> Grey:
    """The lines of an upright place that the bars cross."""
    width = bars.shape[1]
    edges = cv2.absdiff(bars[:, width // 6 + 1 : width - width // 6], bars[:, width // 6 : width - width // 6 - 1])
    clear = cv2.reduce(edges, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
    return np.compress(clear >= 0.6 * np.sort(clear)[int(0.9 * (len(clear) - 1))], bars, axis=0)


def profile(bars: Grey) -> Floats:
    """The brightness across the bars, from all lines."""
    return np.asarray(cv2.reduce(bars, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[0], np.float32)


def stripes(across: Floats) -> tuple[Floats, Floats]:
    """Where what is darker than its surroundings begins and where it ends, in pixels of the profile."""
    near = np.ones((1, int(len(across) / 12) | 1), np.uint8)
    lightest, darkest = (cv2.blur(of(across[None], near), near.shape[::-1])[0] for of in (cv2.dilate, cv2.erode))
    dark = lightest - across > 0.25 * np.maximum(lightest - darkest, 0.3 * np.ptp(across))
    rims = np.flatnonzero(np.diff(np.pad(dark.astype(np.int8), 1))).astype(np.float32) - 0.5
    return rims[::2], rims[1::2]


def _gradients(grey: Grey) -> tuple[Floats, Floats, Floats, float]:
    """For each cell how strong its gradients are (0 where they have no common direction), the cosine and sine of twice
    that direction; and how many pixels a cell has."""
    shrunk = max(1.0, max(grey.shape) / _SEEN)
    if shrunk > 1:
        grey = cv2.resize(grey, None, fx=1 / shrunk, fy=1 / shrunk, interpolation=cv2.INTER_AREA)
    cell = max(2, round(max(grey.shape) / _CELLS))
    size = max(1, grey.shape[1] // cell), max(1, grey.shape[0] // cell)
    grey = grey[: size[1] * cell, : size[0] * cell]
    x, y = cv2.Sobel(grey, cv2.CV_16S, 1, 0), cv2.Sobel(grey, cv2.CV_16S, 0, 1)
    xx, yy, xy = (
        cv2.blur(
            cv2.resize(cv2.multiply(a, b, dtype=cv2.CV_32F), size, interpolation=cv2.INTER_AREA),
            (3, 3),
            borderType=cv2.BORDER_REPLICATE,
        )
        for a, b in ((x, x), (y, y), (x, y))
    )
    power, cos, sin = xx + yy, xx - yy, 2 * xy
    common = np.maximum(cv2.magnitude(cos, sin), 1e-6)
    most = float(np.sort(power, axis=None)[int(0.97 * (power.size - 1))])
    power[(common < _ONE_WAY * power) | (power < max(_CLEAR * most, _NOISE))] = 0
    return power, cos / common, sin / common, cell * shrunk  # type: ignore[return-value]


def _patches(power: Floats, cos: Floats, sin: Floats) -> list[_Patch]:
    """Neighbouring cells of one direction; the largest."""
    found: list[tuple[int, Grey, int]] = []
    for a, b in _WAYS:
        near = ((power > 0) & (cos * a + sin * b > 0.6)).astype(np.uint8)
        _, names, stats, _ = cv2.connectedComponentsWithStats(near, connectivity=4)
        areas = stats[:, cv2.CC_STAT_AREA].tolist()
        found += [(areas[name], names, name) for name in range(1, len(areas)) if areas[name] >= _PATCH_MIN]
    found.sort(key=lambda one: -one[0])
    patches = []
    for _, names, name in found[:_PATCHES_MAX]:
        y, x = np.divmod(np.flatnonzero(names == name), names.shape[1])
        angle = 0.5 * float(np.arctan2(sin[y, x].sum(), cos[y, x].sum()))
        patches.append(_Patch((x + 0.5).astype(np.float32), (y + 0.5).astype(np.float32), angle))
    return patches


def _in_line(patches: list[_Patch], cell: float) -> list[tuple[float, Place]]:
    """Places, and how much they look like bars: each patch with those that lie in line with it, bars between which
    blur left too little."""
    found: list[tuple[float, Place]] = []
    waiting = list(patches)
    while waiting:
        first = waiting.pop(0)
        cos, sin = float(np.cos(first.angle)), float(np.sin(first.angle))
        begin, end, top, bottom = _extent(first, cos, sin)
        cells = len(first.x)
        joined = True
        while joined:
            joined = False
            for other in [one for one in waiting if abs(np.sin(one.angle - first.angle)) < 0.3]:
                at = _extent(other, cos, sin)
                shared, heights = min(bottom, at[3]) - max(top, at[2]), (bottom - top, at[3] - at[2])
                if shared > 0.5 * max(heights) and max(at[0] - end, begin - at[1]) < 0.8 * min(heights) + 1:
                    begin, end, top, bottom = min(begin, at[0]), max(end, at[1]), min(top, at[2]), max(bottom, at[3])
                    cells += len(other.x)
                    waiting = [one for one in waiting if one is not other]
                    joined = True
        wide, high = end - begin, bottom - top
        full = cells / (wide * high)
        if wide >= 6 and wide * cell >= _WIDE_MIN and high >= 1.2 and full >= 0.35:
            along, down = (begin + end) / 2, (top + bottom) / 2
            x, y = along * cos - down * sin, along * sin + down * cos
            found.append((cells * full, Place(x * cell, y * cell, first.angle, wide * cell, high * cell)))
    return found


def _extent(patch: _Patch, cos: float, sin: float) -> tuple[float, float, float, float]:
    """From where to where it reaches across bars of this direction, and along them, but for a few cells."""
    along, down = patch.x * cos + patch.y * sin, np.sort(patch.y * cos - patch.x * sin)
    few = int(len(down) * 0.04)
    return float(along.min()) - 0.5, float(along.max()) + 0.5, float(down[few]) - 0.5, float(down[-1 - few]) + 0.5


def _within(place: Place, other: Place) -> bool:
    """Is its middle inside the other, whose bars stand as it does?"""
    x, y = place.x - other.x, place.y - other.y
    cos, sin = np.cos(other.angle), np.sin(other.angle)
    inside = abs(x * cos + y * sin) < other.wide / 2 and abs(y * cos - x * sin) < other.high / 2
    return bool(inside and abs(np.sin(place.angle - other.angle)) < 0.4)


def _leaning(bars: Grey, pressed: float) -> tuple[float, float]:
    """By how many pixels a line bars lean, in the left half and in the right: by the direction of their edges.
    ``pressed``: how high a pixel of the place has become."""
    height, width = bars.shape
    inner = slice(height // 5, -(height // 5) or None)
    across, down = cv2.Sobel(bars, cv2.CV_32F, 1, 0), cv2.Sobel(bars, cv2.CV_32F, 0, 1, scale=pressed)
    lean = []
    for part in (slice(width // 6, width // 2), slice(width // 2, width - width // 6)):
        x, y = across[inner, part].ravel(), down[inner, part].ravel()
        steep = float(np.tan(0.5 * np.arctan2(2 * float(x @ y), float(x @ x - y @ y))))
        lean.append(min(max(steep, -_LEAN_MAX), _LEAN_MAX) / pressed)
    return lean[0], lean[1]
