"""The screen of a reader who borrows what they have brought to the machine; data, as those of screens.py."""

from dataclasses import dataclass

from kiosk.core.counter_stories import LineState, TagState
from kiosk.core.notices import CounterNotice


@dataclass(frozen=True, slots=True)
class CounterRow:
    """One item, as in ``counter_stories.CounterLine``. ``due`` in Unix seconds, 0: not said."""

    title: str
    state: LineState
    tag: TagState
    due: float = 0.0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    """What is borrowed. Touches: borrow and undo (when there are any rows), cancel; once it is ``going``: finish.

    ``lying``: so many of the rows lie on a pad; None: there is no pad here, or none that answers. ``asking``: about one
    more item.
    """

    rows: tuple[CounterRow, ...]
    lying: int | None
    scanner: bool
    going: bool = False
    busy: bool = False
    notice: CounterNotice = ""
    lacks: tuple[int, int] = (0, 0)
    offline: bool = False
