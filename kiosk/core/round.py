"""What is remembered of a courier's round; what is done with it is in flows/rounds.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Round:
    """One courier's round, kept until it is done, so that it goes on where it was whatever came between.

    ``loaded`` parcels so far. ``parcels`` and ``items``: taken out and in the bag; ``seal``: its number once sealed.
    """

    courier: str
    began_at: float
    loaded: int = 0
    parcels: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    seal: str = ""

    @property
    def bag(self) -> int:
        """How many things are in the bag."""
        return len(self.parcels) + len(self.items)
