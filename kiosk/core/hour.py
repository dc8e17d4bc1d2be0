"""What happened at the point in one hour, counted; what counts it is in use.py."""

from dataclasses import dataclass

WAITED_DAYS = 8  # the last of them: a week or more


@dataclass(frozen=True, slots=True)
class HourUse:
    """``hour``: Unix hours. ``waited``: parcels taken, by the days they had lain here (the last: a week or more)."""

    hour: str
    loaded: int = 0
    taken: int = 0
    returned: int = 0
    stuck: int = 0
    waited: tuple[int, ...] = (0,) * WAITED_DAYS
