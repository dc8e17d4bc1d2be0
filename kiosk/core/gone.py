"""How a visit to several doors went: what was taken, and what they do not get now."""

from dataclasses import dataclass, replace
from typing import Self

from kiosk.core.notices import NotLent, Reason


@dataclass(frozen=True, slots=True)
class Stays:
    """How many of a reader's parcels they do not get now. ``later``: they can be had. ``over``: their time is, or the
    library has called them back. ``doubt``: somebody must look first."""

    later: int = 0
    over: int = 0
    doubt: int = 0

    def one_more(self, why: Reason | None) -> Self:
        """One more, for this reason; None: nothing but its reader keeps it here."""
        match why:
            case "parcel_expired" | "parcel_recalled" | "not_here_now":  # the last: it is somebody else's by now
                return replace(self, over=self.over + 1)
            case "parcel_in_doubt":
                return replace(self, doubt=self.doubt + 1)
        return replace(self, later=self.later + 1)


NONE_STAYS = Stays()


@dataclass(frozen=True, slots=True)
class Gone:
    """How it went so far: ``done``, rows of what was taken; what was ``left``; whether anything was ``missing``, or
    lies behind a door too ``far`` for this reader. ``n`` doors were opened. ``not_lent``: what they wanted of the stock
    and do not get."""

    done: tuple[str, ...] = ()
    left: Stays = NONE_STAYS
    missing: bool = False
    far: bool = False
    n: int = 0
    not_lent: tuple[NotLent, ...] = ()
