"""A device of the point, as it stands."""

from dataclasses import dataclass

from kiosk.core.notices import PaperState


@dataclass(frozen=True, slots=True)
class Device:
    """A device by its configured name: does it answer, and if not, why (for technicians). ``paper``: of a printer, as
    it was last seen. ``down_since``: when it was lost, 0 while it is there or not looked for yet; ``told``: the library
    heard that."""

    name: str
    up: bool
    why: str = ""
    paper: PaperState = ""
    down_since: float = 0.0
    told: bool = False
