"""What a book number's bars look like through a lens out of focus: the ink across them, smeared by a Gauss curve.

EAN-13 has 95 modules (ISO/IEC 15420): three guards, and twelve digits of seven modules each. The thirteenth says which
of two ways the left six are drawn in; a book number begins with 9, so each of its digits is drawn in one way only.
"""

from dataclasses import dataclass
from functools import cache
from math import erf, exp, pi, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

MODULES: Final = 95
SMEARS: Final = np.array((0.4, 0.55, 0.75, 1.0, 1.3, 1.65, 2.05))
"""How wide the curves are for which everything is drawn, in modules; what lies between is made of the next."""
QUIET: Final = 5
_A_MODULE: Final = 2
SAMPLES: Final = (MODULES + 2 * QUIET) * _A_MODULE
AT: Floats = ((np.arange(SAMPLES) + 0.5) / _A_MODULE - QUIET).astype(np.float32)
"""Where the samples lie, in modules from the first bar's edge."""
SEEN: Floats = ((AT > -3) & (AT < MODULES + 3)).astype(np.float32)
"""What counts: the bars and three modules beside them."""

_LEFT: Final = (0x0D, 0x19, 0x13, 0x3D, 0x23, 0x31, 0x2F, 0x3B, 0x37, 0x0B)  # the digits' seven modules, 1 is a bar
_PARITY: Final = "LGGLGL"  # how the six left digits are drawn after a 9
_STARTS: Final = [3 + 7 * n for n in range(6)] + [50 + 7 * n for n in range(6)]
_GUARDS: Final = [0, 2, 46, 48, 92, 94]


@dataclass(frozen=True, slots=True)
class Drawn:
    """All digits in all places with one smear, and how much each overlaps with what."""

    ink: Floats  # 120 x samples
    changes: Floats  # 12 x 10 x 3 x samples: the ink, its slope, and the slope of that
    guards: Floats  # 3 x samples
    alone: Floats  # 12 x 10: overlap with itself and the guards
    beside: Floats  # 11 x 10 x 10 x 1: with each digit in the place before


@cache
def drawn(smear: int) -> Drawn:
    """With the ``smear``-th of SMEARS."""
    left = np.array([[code >> bit & 1 for bit in range(6, -1, -1)] for code in _LEFT])
    right = 1 - left
    ways = [left if way == "L" else right[:, ::-1] for way in _PARITY] + [right] * 6
    digits, guards = [], []
    for edge in _edges(float(SMEARS[smear])):
        modules = (edge[:-1] - edge[1:]) * SEEN
        digits.append(np.stack([way @ modules[start : start + 7] for way, start in zip(ways, _STARTS, strict=True)]))
        guards.append(modules[_GUARDS].sum(0))
    ink, kind = digits[0], np.float32
    alone = (ink * ink).sum(2) + 2 * ink @ guards[0]
    beside = np.stack([2 * ink[n + 1] @ ink[n].T for n in range(11)])[..., None]
    changes = np.stack(digits, 2).astype(kind)
    return Drawn(
        ink.reshape(120, -1).astype(kind),
        changes,
        np.stack(guards).astype(kind),
        alone.astype(kind),
        np.ascontiguousarray(beside.astype(kind)),
    )


def _edges(smear: float) -> list[npt.NDArray[np.float64]]:
    """An edge from white to ink at each of the 96 module borders, smeared; its slope, and the slope of that."""
    far = MODULES + QUIET + 1
    from_edge = (np.arange(-far * _A_MODULE, far * _A_MODULE) + 0.5) / _A_MODULE
    rise = np.array([0.5 * (1 + erf(x / (smear * sqrt(2)))) for x in from_edge])
    slope = np.array([exp(-x * x / (2 * smear * smear)) / (smear * sqrt(2 * pi)) for x in from_edge])
    borders = np.arange(MODULES + 1)[:, None]
    at = np.arange(SAMPLES)[None] + (far - QUIET - borders) * _A_MODULE
    return [rise[at], slope[at], (-from_edge / (smear * smear) * slope)[at]]
