"""Facts about tags; see facts.py."""

from dataclasses import dataclass

from hardware.readings import Written


@dataclass(frozen=True, slots=True)
class TagOrdered:
    """A tag's security may change: on disk before the pad hears of it. ``secured``: a gate is to ring for it."""

    order: str
    item: str
    secured: bool
    device: str


@dataclass(frozen=True, slots=True)
class TagEnded:
    """What became of it, as the pad read it back."""

    order: str
    item: str
    secured: bool
    written: Written
