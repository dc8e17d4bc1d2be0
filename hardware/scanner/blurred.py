"""A book number read from bars so blurred that no edge is left: the blurred picture of every number is known
(hardware.scanner.drawn), so the one is looked for that explains the brightness across the bars best.

Brightness is paper less depth times ink. Smeared digits overlap only with their neighbours, so for given ends of the
bars the best of all 10^12 numbers is found exactly, digit by digit (Viterbi 1967). With that number drawn, how far the
ends, a bend and the smear are off follows from the slopes (Gauss-Newton). The two take turns, from many beginnings at
once, fewer each time. After O. Gallo and R. Manduchi, Reading 1D Barcodes with Mobile Phones Using Deformable Templates
(PAMI 33, 2011).

Nothing constrains the number while it is searched: that 978 or 979 stands at its beginning and the check digit fits is
then proof, one in 500 against chance, and counts only where little is left unexplained and bands at different heights
say the same.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import cv2.typing
import numpy as np
import numpy.typing as npt

from hardware.scanner.barcode import is_book_number
from hardware.scanner.drawn import AT, MODULES, SAMPLES, SEEN, SMEARS, Drawn, Floats, drawn
from hardware.scanner.places import crossed, profile, stripes

UNEXPLAINED_MAX: Final = 0.1
"""Most of the brightness' variation that a believed number leaves unexplained."""
CLEAR_MIN: Final = 0.3
"""How much more, of the difference it makes, another digit in any place must leave unexplained: 1 in a clean picture,
0 where a shadow or a finger lies on the digit."""
PROMISING: Final = (0.45, 0.4, 0.28, 0.2)
"""Most that is left unexplained after each step where it is worth going on."""
SMEAR_MAX: Final = 1.95
"""Widest smear that is believed: with still wider ones some number explains whatever rises and falls."""
BANDS, BAND = (0.0, 0.2, 0.4), 0.6
"""Where bands begin and how high they are, of the lines that the bars cross."""
ALIKE_MIN: Final = 2
LINES_MIN: Final = 6
STRIPES_MIN: Final = 6
ENDS_MAX: Final = 6

_FIRST: Final = 3
"""The smear that is tried first, of SMEARS."""
BEGUN_MAX: Final = 36
_KEPT: Final = (24, 12, 6, 3, 1)
"""So many beginnings are kept, each time."""
_SURE_STEPS: Final = 2
"""In the last steps paper and depth may vary more: with few beginnings left that no longer leads astray."""
_BAND_STEPS: Final = 2
_BEYOND: Final = 0.8
"""Modules that an end moves at most in one step."""
_CORNERS: Final = [(a * 0.008, b * 0.008) for a in (-1, 0, 1) for b in (-1, 0, 1)]

_T: Floats = (AT / MODULES).astype(np.float32)
_X: Floats = 2 * _T - 1
_WAVES: Floats = (np.stack([_X**0, _X, 1.5 * _X**2 - 0.5, 2.5 * _X**3 - 1.5 * _X]) * SEEN).astype(np.float32)
_SLOPES: Floats = np.stack([np.ones_like(_X), _X, 1 - _X * _X])
_COUNTS: Final = slice(int(np.argmax(SEEN > 0)), SAMPLES - int(np.argmax(SEEN[::-1] > 0)))
_INNER: Final = slice(int(np.argmax(AT > 0)), int(np.argmax(AT > MODULES)))


@dataclass(frozen=True, slots=True)
class Fits:
    """Ways to lay a number over profiles of brightness."""

    profile: npt.NDArray[np.intp]
    place: Floats  # each: where the bars begin (pixels), how wide they are, how far they bend in the middle (modules)
    smear: npt.NDArray[np.float64]
    paper: Floats  # brightness without ink, and how much ink takes away, at each sample
    depth: Floats

    def only(self, chosen: npt.NDArray[np.intp]) -> "Fits":
        """These of them."""
        paper, depth = self.paper[chosen], self.depth[chosen]
        return Fits(self.profile[chosen], self.place[chosen], self.smear[chosen], paper, depth)


def read(bars: cv2.typing.MatLike) -> str:
    """The book number in a picture of upright bars with some margin (hardware.scanner.places.upright), "" if none is
    sure. Takes 5 to 15 ms of one core."""
    if bars.shape[0] < LINES_MIN or bars.shape[1] < MODULES:
        return ""
    lines = crossed(bars)
    if len(lines) < LINES_MIN:
        return ""
    across = profile(lines)
    found = _search(across, _ends(across))
    if found is None:
        return ""
    left, number, fit = found
    if left > UNEXPLAINED_MAX or fit.smear[0] > SMEAR_MAX or not is_book_number(number):
        return ""
    if _clearness(np.stack([across, across[::-1]]), fit, number) < CLEAR_MIN:
        return ""
    bands = [profile(lines[int(top * len(lines)) : int((top + BAND) * len(lines))]) for top in BANDS]
    turned = -1 if fit.profile[0] else 1
    alike = [_text(one) for one in _settled(np.stack(bands)[:, ::turned], fit)].count(number)
    return number if alike >= ALIKE_MIN else ""


def warm() -> None:
    """Go every way once, so that nothing is left to be loaded."""
    draw = [drawn(smear) for smear in range(len(SMEARS))][_FIRST]
    digits = (7, 8, 7, 0, 2, 0, 0, 0, 2, 2, 0, 7)
    ink = draw.guards[0] + sum(draw.ink[10 * place + digit] for place, digit in enumerate(digits))
    across = np.repeat(np.pad(200 - 120 * ink, 20, constant_values=200), 2)
    if read(np.tile(across, (40, 1)).astype(np.uint8)) != "9787020002207":
        raise AssertionError("a number drawn by the model is not read by it")


def _ends(across: Floats) -> list[tuple[float, float]]:
    """Where bars may begin and end: where it is light beside them for longer than anywhere between."""
    width = len(across)
    begins, ends = stripes(across)
    between = begins[1:] - ends[:-1]
    before, after = np.append(begins[:1] + 0.03 * width, between), np.append(between, 1.03 * width - ends[-1:])
    found: list[tuple[float, float, float]] = []
    for n in range(len(begins) - STRIPES_MIN + 1):
        widest = np.maximum.accumulate(between[n:])
        for m in range(n + STRIPES_MIN - 1, len(begins)):
            module = (ends[m] - begins[n]) / MODULES
            light = min(before[n], after[m], 8 * module)
            if 0.22 * width < module * MODULES < 0.97 * width and light > 1.5 * module:
                found.append((light / max(widest[m - n - 1], 1.5 * module), float(begins[n]), float(ends[m])))
    found.sort(key=lambda one: (-one[0], one[1] - one[2]))
    return [(begin, end) for score, begin, end in found[:ENDS_MAX] if score > 0.6]


def _search(across: Floats, ends: list[tuple[float, float]]) -> tuple[float, str, Fits] | None:
    """What explains most: what it leaves unexplained, the number, the fit; None where nothing does at all. The second
    profile is the first on its head."""
    if not ends:
        return None
    last = len(across) - 1
    both = [(0, begin, end) for begin, end in ends] + [(1, last - end, last - begin) for begin, end in ends]
    corners = [
        (begin + a * (end - begin), (end - begin) * (1 + b - a), 0) for _, begin, end in both for a, b in _CORNERS
    ]
    which = np.repeat([turned for turned, _, _ in both], len(_CORNERS))
    profiles, place = np.stack([across, across[::-1]]), np.array(corners, np.float32)
    fits = _begun(profiles, which, place)
    for n, kept in enumerate(_KEPT):
        numbers, left, fits = _step(profiles, fits, sure=n >= len(_KEPT) - _SURE_STEPS)
        best = np.argsort(left)[:kept]
        if left[best[0]] > (*PROMISING, 1)[n]:
            return None
        fits = fits.only(best)
    return float(left[best[0]]), _text(numbers[best[0]]), fits


def _begun(profiles: Floats, which: npt.NDArray[np.intp], place: Floats) -> Fits:
    """The most promising of these places, with paper and depth as they look at a glance."""
    bright = _samples(profiles, which, place)
    paper, depth = _guessed(bright)
    seen, draw = np.asarray((paper - bright) / depth * SEEN, np.float32), drawn(_FIRST)
    rest = seen - draw.guards[0] - draw.changes[np.arange(12), _number(seen, draw), 0].sum(1)
    best = np.argsort(np.einsum("nx,nx->n", rest, rest) / np.einsum("nx,nx->n", seen, seen))[:BEGUN_MAX]
    return Fits(which[best], place[best], np.full(len(best), SMEARS[_FIRST]), paper[best], depth[best])


def _settled(bands: Floats, fit: Fits) -> npt.NDArray[np.intp]:
    """The numbers in several profiles where the fit is nearly right."""
    fits = replace(fit.only(np.zeros(len(bands), np.intp)), profile=np.arange(len(bands)))
    for _ in range(_BAND_STEPS):
        numbers, _, fits = _step(bands, fits, sure=True)
    return numbers


def _clearness(profiles: Floats, fit: Fits, number: str) -> float:
    """How much worse the next best digit is, in the place where that is least (see CLEAR_MIN)."""
    draw = drawn(int(np.abs(SMEARS - fit.smear[0]).argmin()))
    digits, chosen = draw.changes[:, :, 0], np.array([int(digit) for digit in number[1:]])
    unexplained = ((fit.paper - _samples(profiles, fit.profile, fit.place)) / fit.depth)[0] * SEEN - draw.guards[0]
    unexplained -= digits[np.arange(12), chosen].sum(0)
    other = digits - digits[np.arange(12), chosen][:, None]
    differs = (other * other).sum(2)
    clear = 1 - 2 * (other @ unexplained) / np.maximum(differs, 1e-9)
    return float(clear[differs > 0].min())


def _text(number: npt.NDArray[np.intp]) -> str:
    return "9" + "".join(map(str, number))


# ---- one step -------------------------------------------------------------------------------------------------------


def _step(profiles: Floats, fits: Fits, sure: bool = False) -> tuple[npt.NDArray[np.intp], Floats, Fits]:
    """For each fit the twelve digits after the 9 that explain most, the share that they leave unexplained, and a better
    fit."""
    bright = _samples(profiles, fits.profile, fits.place)
    nearest = np.abs(np.log(fits.smear)[:, None] - np.log(SMEARS)).argmin(1)
    seen = (fits.paper - bright) / fits.depth
    numbers = np.empty((len(bright), 12), np.intp)
    ink = np.empty((len(bright), 3, SAMPLES), np.float32)
    for smear in set(nearest.tolist()):
        of, draw = nearest == smear, drawn(smear)
        numbers[of] = _number(seen[of], draw)
        ink[of] = draw.guards + draw.changes[np.arange(12), numbers[of]].sum(1)
    papers, depths = (4, 2) if sure else (2, 1)
    shapes = np.concatenate(
        [
            np.broadcast_to(_WAVES[:papers], (len(bright), papers, SAMPLES)),
            ink[:, :1] * _WAVES[:depths],
            ink[:, 1:2] * _SLOPES,
            ink[:, 2:],
        ],
        1,
    )
    mean = bright[:, _COUNTS].mean(1, keepdims=True)
    wanted = (bright - mean) * SEEN
    products = (shapes @ shapes.transpose(0, 2, 1)).astype(float)
    shared = (shapes @ wanted[:, :, None]).astype(float)
    every, count = np.arange(products.shape[1]), papers + depths
    varied = np.einsum("nx,nx->n", wanted, wanted) - shared[:, 1, 0] ** 2 / products[:, 1, 1]
    products[:, every, every] *= 1 + 1e-4  # or what looks alike could not be told apart
    weights = np.linalg.solve(products[:, :count, :count], shared[:, :count])[:, :, 0]
    moves = np.linalg.solve(products, shared)[:, :, 0]
    rest = varied + (shared[:, 1, 0] ** 2 / products[:, 1, 1]) - (weights * shared[:, :count, 0]).sum(1)
    depth = -(weights[:, papers:count] @ _WAVES[:depths]).astype(np.float32)
    deep = depth[:, _INNER].mean(1, keepdims=True)
    left = np.where(deep[:, 0] > 0, rest / np.maximum(varied, 1e-3), 1.0).astype(np.float32)
    paper = (mean + weights[:, :papers] @ _WAVES[:papers]).astype(np.float32)
    better = _moved(fits, moves[:, count:] / np.minimum(moves[:, papers : papers + 1], -1e-2), SMEARS[nearest])
    return numbers, left, Fits(fits.profile, *better, paper, np.maximum(depth, np.maximum(0.15 * deep, 1e-2)))


def _moved(
    fits: Fits, off: npt.NDArray[np.float64], smears: npt.NDArray[np.float64]
) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Place and smear, by what the slopes say: off by so many modules everywhere, along, and in the middle; and the
    smear's square by twice the last."""
    module = fits.place[:, 1] / MODULES
    off = np.nan_to_num(off)
    ends = np.stack([off[:, 0] - off[:, 1], off[:, 0] + off[:, 1], off[:, 2]])
    begin, end, bend = np.maximum(np.minimum(ends, _BEYOND), -_BEYOND)
    bend = np.maximum(np.minimum(fits.place[:, 2] - bend, 6), -6)
    place = np.stack([fits.place[:, 0] - begin * module, fits.place[:, 1] + (begin - end) * module, bend], 1)
    square = smears**2 + 2 * np.maximum(np.minimum(off[:, 3], 1), -1)
    return place.astype(np.float32), np.sqrt(np.maximum(np.minimum(square, SMEARS[-1] ** 2), SMEARS[0] ** 2))


def _samples(profiles: Floats, which: npt.NDArray[np.intp], place: Floats) -> Floats:
    """The brightness where each fit has its samples."""
    begin, wide, bend = (place[:, n : n + 1] for n in range(3))
    length = profiles.shape[1]
    at = np.clip(begin + wide * (_T + bend / MODULES * 4 * _T * (1 - _T)), 0, length - 1.01)
    whole = at.astype(np.intp)
    index, part, flat = whole + which[:, None] * length, at - whole, profiles.ravel()
    return np.asarray(flat[index] * (1 - part) + flat[index + 1] * part, np.float32)


def _guessed(bright: Floats) -> tuple[Floats, Floats]:
    """Paper and depth before anything was read: the lightest nearby, and how much darker the darkest is."""
    near = np.ones((1, 28), np.uint8)
    edge = cv2.BORDER_REPLICATE
    lightest, darkest = (
        np.asarray(cv2.blur(of(bright, near, borderType=edge), (28, 1), borderType=edge), np.float32)
        for of in (cv2.dilate, cv2.erode)
    )
    return lightest, np.maximum(lightest - darkest, 1e-2)


def _number(seen: Floats, draw: Drawn) -> npt.NDArray[np.intp]:
    """The twelve digits that are most like each of these."""
    return _cheapest(draw.alone - 2 * (seen @ draw.ink.T).reshape(-1, 12, 10), draw.beside)


def _cheapest(costs: Floats, beside: Floats) -> npt.NDArray[np.intp]:
    """For each of many: one of ten in each of twelve places, so that the sum of all costs is least."""
    each = np.ascontiguousarray(costs.transpose(1, 2, 0))
    totals = [each[0]]
    for place in range(11):
        totals.append((totals[-1] + beside[place]).min(1) + each[place + 1])
    numbers = [totals[11].argmin(0)]
    for place in range(10, -1, -1):
        numbers.append((totals[place] + beside[place, numbers[-1], :, 0].T).argmin(0))
    return np.stack(numbers[::-1], 1)
