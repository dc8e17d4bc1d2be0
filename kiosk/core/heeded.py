"""Instructions of the library that were seen, and what a door may be opened for, also by them."""

from dataclasses import dataclass
from typing import Literal

OrderPurpose = Literal["pickup", "dropoff", "stocking", "clearing", "check", "remote", "move"]
"""``pickup``: also what was borrowed of the stock. ``remote``: by the library, for nobody who stands here."""


@dataclass(frozen=True, slots=True)
class Heeded:
    """An instruction of the library that has been seen, so that it counts once. ``at``: when it was signed.
    ``order``: that of the door being opened for it, until the library is told how it ended."""

    id: str
    at: float
    order: str = ""
