"""The visit to one door that a story is about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visit:
    """One door of the story, ``n`` of ``of``. Whether it is open or stuck stands in the compartment's row."""

    compartment: str
    order: str
    n: int = 1
    of: int = 1
