"""An item between the library's word and the gate; see flows/lending.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CounterItem:
    """An item that a patron borrows at the counter, from before the library is told until its tag lets it pass.

    ``id``: its barcode. ``act``: the key of what was said to the library. ``booked``: the loan is, or it is told
    surely; only then may the tag be cleared. ``writing``: the order to do so, while nobody knows what became of it.
    """

    id: str
    patron: str
    act: str
    at: float
    booked: bool = False
    writing: str = ""
