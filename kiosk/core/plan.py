"""What the configuration says of a point, as the decisions need it; no step changes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.core.identity import Keyring
from kiosk.core.limits import Limits
from sync.service import Abilities
from sync.things import Size

SIZES: Mapping[str, int] = MappingProxyType({"S": 0, "M": 1, "L": 2})


@dataclass(frozen=True, slots=True)
class Space:
    """One compartment as built: its size and its place in the front of the cabinet (rows and columns from 0).

    ``bottom_cm``: the lower edge of its opening above the floor. ``inner_cm``: width, height and depth inside.
    """

    name: str
    size: Size
    row: int
    column: int
    height: int = 1
    width: int = 1
    bottom_cm: int = 80
    inner_cm: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """A pickup point as configured. ``cards``, ``scanners``, ``printers``: their names, to know whether one answers.
    ``library``: what its lending service can do. ``pads``: their names; ``writing``: those that can change a tag's
    security. ``counter``: readers may borrow here what they bring to it. ``receipts``: keys that check its slips.
    ``boards``: their names; a door says something of itself only while they answer."""

    point: str
    spaces: Mapping[str, Space]
    keyring: Keyring
    limits: Limits = field(default_factory=Limits)
    cards: frozenset[str] = frozenset()
    scanners: frozenset[str] = frozenset()
    printers: tuple[str, ...] = ()
    library: Abilities = field(default_factory=Abilities)
    pads: frozenset[str] = frozenset()
    writing: frozenset[str] = frozenset()
    counter: bool = False
    receipts: tuple[Ed25519PublicKey, ...] = field(default=(), repr=False)
    boards: frozenset[str] = frozenset()

    @property
    def devices(self) -> frozenset[str]:
        """The names of all its devices."""
        return self.cards | self.scanners | self.pads | self.boards | set(self.printers)
