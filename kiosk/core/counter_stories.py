"""Stories of a reader who borrows what they have brought to the machine; see stories.py."""

from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from kiosk.core.notices import CounterNotice
from sync.things import Item

LineState = Literal["listed", "booked", "refused", "away", "unknown"]
TagState = Literal["", "lay", "writing", "clear"]


@dataclass(frozen=True, slots=True)
class CounterLine:
    """One item. ``listed``: to be borrowed. ``refused`` with the library's ``words``. ``away``: not to be had while the
    library is. ``unknown``: it has not said what it did, and the item may not be lent without its word.

    ``tag``: ``lay`` it on the pad, that the gate may let it pass; "" where no tag is to be cleared.
    """

    item: Item
    state: LineState = "listed"
    due: float = 0.0
    provisional: bool = False
    words: str = ""
    tag: TagState = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class AtCounter:
    """A reader scans items, or lays them on the pad, and borrows them.

    ``lying``: what lies on pads. ``key``: a question about the item ``about`` or, once they are ``going``, an act.
    ``queue``: seen meanwhile. ``lacks``: a part that is missing on the pad, of how many. ``vouched``: somebody has said
    that nothing stands against them.
    """

    patron: str
    lines: tuple[CounterLine, ...] = ()
    lying: tuple[tuple[str, str], ...] = ()
    going: bool = False
    key: str = ""
    about: str = ""
    queue: tuple[str, ...] = ()
    notice: CounterNotice = ""
    lacks: tuple[int, int] = (0, 0)
    pin: SecretStr | None = None
    vouched: bool = True
