"""A story in words: who stood there, which door, what happened; of a long one, what has to do with the breach."""

import re
from collections.abc import Sequence

from kiosk.core.screens import Screen

LAST, ABOUT = 30, 40  # lines
NAMES = re.compile(r"\b(?:[AB]\d|[BPRC]\d{2,3})\b")
TOLD = ("purpose", "compartment", "reason", "notice", "said", "what", "titles", "parcel", "to_check", "to_clear")


def in_words(screen: Screen) -> str:
    """What stands on the screen, shortly."""
    said = ((name, getattr(screen, name, None)) for name in TOLD)
    words = (", ".join(map(str, value)) if isinstance(value, tuple) else str(value) for _, value in said if value)
    return " ".join((f"screen {type(screen).__name__}:", *words))


def about(story: Sequence[str], breach: str) -> list[str]:
    """The end of a story, and before it whatever names a door, a parcel or a book that the breach names."""
    names = set(NAMES.findall(breach))
    early = [line for line in story[:-LAST] if names & set(NAMES.findall(line)) or "THE POWER FAILS" in line]
    return [*early[-ABOUT:], "          ...", *story[-LAST:]]
