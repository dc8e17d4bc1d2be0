"""A book number read from bars so blurred that no edge is left: the blurred picture of every number is known, so the
one is looked for that explains the brightness across the bars best.

Across the bars, in modules u from the first to the last (95 of them), brightness is white less contrast times the bars
of the number, smeared by a Gauss curve. A book number begins with 9, so each digit is drawn in one way only; smeared
digits overlap only with their neighbours, so the best of all 10^12 numbers is found exactly, digit by digit
(Viterbi 1967). Between two such searches the two ends, a bend and the width of the smear are fitted anew. After
O. Gallo and R. Manduchi, Reading 1D Barcodes with Mobile Phones Using Deformable Templates (PAMI 33, 2011).

Nothing constrains the number while it is searched: that 978 or 979 stands at its beginning and the check digit fits is
then proof, one in 500 against chance, and counts only where little is left unexplained and bands at different heights
say the same.
"""

from dataclasses import dataclass, replace
from functools import cache
from math import erf, sqrt
from typing import Final

import cv2
import cv2.typing
import numpy as np
import numpy.typing as npt

from hardware.scanner.barcode import is_book_number

Floats = npt.NDArray[np.float32]

UNEXPLAINED_MAX: Final = 0.08
"""Most of the brightness' variation that a believed number leaves unexplained; a wrong one leaves 0.1 to 0.6."""
SMEAR_MIN, SMEAR_MAX, SMEAR_STEP = 0.35, 2.4, 0.05
PROMISING: Final = 0.5
"""Most that is left unexplained at first where it is worth fitting."""
SMEAR_FIRST: Final = 1.0
BANDS: Final = 3
PLACES_MAX: Final = 6

_LEFT: Final = (0x0D, 0x19, 0x13, 0x3D, 0x23, 0x31, 0x2F, 0x3B, 0x37, 0x0B)  # the digits' seven modules, 1 is a bar
_PARITY: Final = "LGGLGL"  # how the six left digits are drawn after a 9
_A_MODULE, _QUIET = 2, 5  # samples a module; modules looked at beside the bars
_N = (95 + 2 * _QUIET) * _A_MODULE
_U = ((np.arange(_N) + 0.5) / _A_MODULE - _QUIET).astype(np.float32)
_SEEN = ((_U > -3) & (_U < 98)).astype(np.float32)
_LIGHT: Floats = np.linalg.qr(np.stack([_SEEN, _SEEN * (_U / 95 - 0.5)], 1))[0].astype(np.float32)  # even, and slanting


_CORNERS: Final = [(a * 0.008, b * 0.008) for a in (-1, 0, 1) for b in (-1, 0, 1)]
_MOVES: Final = [(a, b, c) for a in (-1, 0, 1) for b in (-1, 0, 1) for c in (-1, 0, 1)]


@dataclass(frozen=True, slots=True)
class Drawn:
    """All digits in all places, smeared: 120 x samples; the guards; and how much each overlaps with what."""

    digits: Floats
    guards: Floats
    alone: Floats  # 12 x 10: with itself and the guards
    beside: Floats  # 11 x 10 x 10: with the one before it


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the bars begin and end (pixels), how far they bend in the middle and how wide the smear is (modules)."""

    begin: float
    end: float
    bend: float
    smear: float


def read(bars: cv2.typing.MatLike) -> str:
    """The book number in a picture of upright bars with some margin (hardware.scanner.decode.upright), "" if none is
    sure. Takes 35 to 80 ms of one core, at most some 200."""
    if bars.shape[0] < 2 * BANDS or bars.shape[1] < 95:
        return ""
    straight = _straightened(bars.astype(np.float32))
    rows = _rows(straight)
    if len(rows) < 2 * BANDS:
        return ""
    across = straight[rows].mean(0)
    for fit, turned in _beginnings(across):
        left, number, fit = _settled(across[::-1] if turned else across, fit)
        if left > UNEXPLAINED_MAX or not is_book_number(number):
            continue
        bands = [part.mean(0) for part in np.array_split(straight[rows], BANDS)]
        alike = [_read_near(band[::-1] if turned else band, fit) for band in bands].count(number)
        return number if alike >= BANDS - 1 else ""
    return ""


def warm() -> None:
    """Go every way once, so that nothing is left to be loaded."""
    draw = drawn(round(SMEAR_FIRST / SMEAR_STEP))
    digits = (7, 8, 7, 0, 2, 0, 0, 0, 2, 2, 0, 7)
    ink = draw.guards + sum(draw.digits[10 * place + digit] for place, digit in enumerate(digits))
    across = np.repeat(np.pad(200 - 120 * ink, 20, constant_values=200), 2)
    if read(np.tile(across, (40, 1)).astype(np.uint8)) != "9787020002207":
        raise AssertionError("a number drawn by the model is not read by it")


# ---- what is looked at ----------------------------------------------------------------------------------------------


def _straightened(bars: Floats) -> Floats:
    """Bars that lean, more on one side than on the other, made to stand: by the direction of their edges."""
    height, width = bars.shape
    across = cv2.Sobel(bars, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(bars, cv2.CV_32F, 0, 1)
    lean = []
    for part in (slice(width // 6, width // 2), slice(width // 2, width - width // 6)):
        x, y = across[height // 5 : -(height // 5) or None, part], down[height // 5 : -(height // 5) or None, part]
        lean.append(np.tan(0.5 * np.arctan2(2 * float((x * y).sum()), float((x * x - y * y).sum()))))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    slope = (lean[0] + lean[1]) / 2 + (lean[1] - lean[0]) * 3 * (x / width - 0.5)
    moved = (x - slope * (y - height / 2)).astype(np.float32)
    return cv2.remap(bars, moved, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[return-value]


def _rows(bars: Floats) -> npt.NDArray[np.intp]:
    """Those that the bars cross."""
    width = bars.shape[1]
    edges = np.abs(np.diff(bars[:, width // 6 : width - width // 6], axis=1)).mean(1)
    return np.flatnonzero(edges > 0.6 * np.percentile(edges, 90))


def _ends(across: Floats) -> list[tuple[float, float]]:
    """Where bars may begin and end: at the rims of what is darker than the paper around it, as far apart as fits."""
    width = len(across)
    module = width / 130
    near = int(9 * module) | 1
    paper = cv2.blur(cv2.dilate(across[None], np.ones((1, near))), (near, 1))[0]
    ink = paper - across
    dark = (ink > 0.2 * np.percentile(ink, 95)).astype(np.uint8)
    gap = int(2 * module) | 1
    dark = cv2.morphologyEx(np.pad(dark, gap)[None], cv2.MORPH_CLOSE, np.ones((1, gap)))[0][gap:-gap]
    rims = np.flatnonzero(np.diff(np.pad(dark, 1).astype(int)))
    begins, ends = rims[::2], rims[1::2]
    paired = [(float(a) - 0.5, float(b) - 0.5) for a in begins for b in ends if 0.38 < (b - a) / width < 0.95]
    paired.sort(key=lambda pair: -_quiet(across, *pair))
    return paired[:PLACES_MAX]


def _quiet(across: Floats, begin: float, end: float) -> float:
    """How bright it is on both sides, against how dark and unquiet between."""
    module = (end - begin) / 95
    left = across[max(0, int(begin - 4 * module)) : max(1, int(begin - module))]
    right = across[int(end + module) : int(end + 4 * module)]
    if not len(left) or not len(right):
        return -1e9
    return float(min(left.min(), right.min()) - across[int(begin) : int(end)].mean())


# ---- what explains it -----------------------------------------------------------------------------------------------


def _beginnings(across: Floats) -> list[tuple[Fit, bool]]:
    """The two most promising places, and whether the number stands on its head there."""
    places, last = _ends(across), len(across) - 1
    trials: list[tuple[float, Fit, bool]] = []
    for turned in (False, True):
        fits = [
            Fit(begin + a * (end - begin), end + b * (end - begin), 0.0, SMEAR_FIRST)
            for begin, end in ([(last - b, last - a) for a, b in places] if turned else places)
            for a, b in _CORNERS
        ]
        if fits:
            _, left = _explained(across[::-1] if turned else across, fits)
            for n in range(0, len(fits), len(_CORNERS)):
                best = n + int(left[n : n + len(_CORNERS)].argmin())
                trials.append((float(left[best]), fits[best], turned))
    trials.sort(key=lambda trial: trial[0])
    return [(fit, turned) for left, fit, turned in trials[:2] if left < PROMISING]


def _settled(across: Floats, fit: Fit) -> tuple[float, str, Fit]:
    """Fitted anew around what was read, as long as that helps: what is left unexplained, the number, the fit."""
    step, least, number = 0.6, 2.0, ""
    while step > 0.1:
        around = [_moved(fit, step, *move) for move in _MOVES]
        around += [replace(fit, smear=fit.smear + by * step) for by in (-0.4, 0.4)]
        numbers, left = _explained(across, around)
        best = int(left.argmin())
        if left[best] < least - 1e-4:
            least, fit, number = float(left[best]), around[best], "9" + "".join(map(str, numbers[best]))
        else:
            step /= 2
    return least, number, fit


def _read_near(across: Floats, fit: Fit) -> str:
    """The number where the fit is nearly right."""
    around = [_moved(fit, 0.3, *move) for move in _MOVES]
    numbers, left = _explained(across, around)
    return "9" + "".join(map(str, numbers[int(left.argmin())]))


def _moved(fit: Fit, step: float, begin: int, end: int, bend: int) -> Fit:
    module = (fit.end - fit.begin) / 95
    return replace(
        fit, begin=fit.begin + begin * step * module, end=fit.end + end * step * module, bend=fit.bend + bend * step
    )


def _explained(across: Floats, fits: list[Fit]) -> tuple[npt.NDArray[np.intp], Floats]:
    """For each fit the twelve digits after the 9 that explain most, and the share that they leave unexplained."""
    numbers = np.zeros((len(fits), 12), np.intp)
    lefts = np.ones(len(fits), np.float32)
    smears = np.array([round(min(max(fit.smear, SMEAR_MIN), SMEAR_MAX) / SMEAR_STEP) for fit in fits])
    for smear in set(smears.tolist()):
        chosen = np.flatnonzero(smears == smear)
        numbers[chosen], lefts[chosen] = _with_one_smear(across, [fits[n] for n in chosen], drawn(smear))
    return numbers, lefts


def _with_one_smear(across: Floats, fits: list[Fit], draw: Drawn) -> tuple[npt.NDArray[np.intp], Floats]:
    place = np.array([(fit.begin, fit.end - fit.begin, fit.bend) for fit in fits], np.float32)
    t = (_U / 95)[None]
    at = place[:, :1] + place[:, 1:2] * (t + place[:, 2:] / 95 * 4 * t * (1 - t))
    bright = np.interp(at, np.arange(len(across)), across).astype(np.float32)
    white = np.stack([bright[:, (_U > -3) & (_U < -1.5)].mean(1), bright[:, (_U > 96.5) & (_U < 98)].mean(1)])
    ink = (white[0][:, None] + (white[1] - white[0])[:, None] * t - bright) * _SEEN
    contrast = np.maximum(2 * ink[:, (_U > 0) & (_U < 95)].mean(1, keepdims=True), 1e-3)
    for _ in range(2):  # what paper and ink look like is guessed first, and known once something was read
        numbers = _cheapest(draw.alone - 2 * (ink / contrast @ draw.digits.T).reshape(-1, 12, 10), draw.beside)
        model = (draw.guards + draw.digits.reshape(12, 10, -1)[np.arange(12), numbers].sum(1)) * _SEEN
        ink_light, model_light = ink @ _LIGHT, model @ _LIGHT
        whole = (ink * ink).sum(1) - (ink_light * ink_light).sum(1)
        drawn_ink = (model * model).sum(1) - (model_light * model_light).sum(1)
        shared = np.maximum((ink * model).sum(1) - (ink_light * model_light).sum(1), 1e-6)
        contrast = (shared / np.maximum(drawn_ink, 1e-6))[:, None]
        left = 1 - shared * contrast[:, 0] / np.maximum(whole, 1e-6)
        ink = ink - (ink_light - contrast * model_light) @ _LIGHT.T
        contrast = np.maximum(contrast, 1e-3)
    return numbers, left


def _cheapest(costs: Floats, beside: Floats) -> npt.NDArray[np.intp]:
    """For each of many: one of ten in each of twelve places, so that the sum of all costs is least."""
    each = np.arange(len(costs))
    total = costs[:, 0]
    came: list[npt.NDArray[np.intp]] = []
    for place in range(1, 12):
        ways = total[:, None, :] + beside[place - 1][None]
        came.append(ways.argmin(2))
        total = ways.min(2) + costs[:, place]
    numbers = [total.argmin(1)]
    for way in reversed(came):
        numbers.append(way[each, numbers[-1]])
    return np.stack(numbers[::-1], 1)


@cache
def drawn(smear: int) -> Drawn:
    """Everything that can stand there, with a smear of so many steps of 0.05 modules."""
    width = max(smear * SMEAR_STEP, 0.05) * sqrt(2)
    ramp = np.array([0.5 * (1 + erf(float(u) / width)) for u in np.arange(-_QUIET - 96, 96 + _QUIET, 1 / _A_MODULE)])
    modules = np.stack([_rise(ramp, m) - _rise(ramp, m + 1) for m in range(95)])
    left = np.array([[code >> bit & 1 for bit in range(6, -1, -1)] for code in _LEFT])
    right = 1 - left
    ways = [left if way == "L" else right[:, ::-1] for way in _PARITY] + [right] * 6
    starts = [3 + 7 * n for n in range(6)] + [50 + 7 * n for n in range(6)]
    digits = np.stack([way @ modules[start : start + 7] for way, start in zip(ways, starts, strict=True)])
    guards = modules[[0, 2, 46, 48, 92, 94]].sum(0)
    alone = (digits * digits).sum(2) + 2 * digits @ guards
    beside = np.stack([2 * digits[n + 1] @ digits[n].T for n in range(11)])
    kind = np.float32
    return Drawn(digits.reshape(120, -1).astype(kind), guards.astype(kind), alone.astype(kind), beside.astype(kind))


def _rise(ramp: npt.NDArray[np.float64], module: int) -> npt.NDArray[np.float64]:
    """A smeared edge at the beginning of a module, at every sample."""
    at = np.interp(_U - module, np.arange(-_QUIET - 96, 96 + _QUIET, 1 / _A_MODULE), ramp)
    return np.asarray(at)
