"""Facts about cases; see facts.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disagreed:
    """The library kept or refused a telling in words of its own."""

    key: str
    status: str
    detail: str


@dataclass(frozen=True, slots=True)
class CaseSettled:
    """Somebody of the staff has settled a case: ``by_hand`` at the library, or ``nothing`` was to be done."""

    case: str
    how: str
    person: str


@dataclass(frozen=True, slots=True)
class CaseOver:
    """What a case was about has come right by itself: the device answers again, the door is seen."""

    case: str
