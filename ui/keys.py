"""Four keys and digits: what a key of a keypad beside the screen means, and which are down. Pure."""

from collections.abc import Mapping
from typing import Literal

Move = Literal["next", "previous", "choose", "back"]

# By Kivy's names. A numeric keypad, a keyboard and the arrow keys of assistive keypads all work as they come.
USUAL: dict[Move, tuple[str, ...]] = {
    "next": ("down", "right", "tab", "numpadadd"),
    "previous": ("up", "left", "numpadsubstract"),
    "choose": ("enter", "numpadenter", "spacebar"),
    "back": ("escape", "backspace", "numpaddecimal", "f1"),
}


HELD_S = 3.0  # a key that is down repeats many times a second; one that has not for so long was let go unheard


class Held:
    """The keys that are down. One that stays down repeats itself, which no person does: a bag may lie on it."""

    def __init__(self) -> None:
        self._heard_s: dict[int, float] = {}  # by key, the last time it said that it is down

    def pressed(self, code: int, now: float) -> bool:
        """A key says that it is down. Whether it has come down now, and is not still down."""
        before, self._heard_s[code] = self._heard_s.get(code), now
        return before is None or now - before > HELD_S

    def let_go(self, code: int) -> None:
        """A key has come up."""
        self._heard_s.pop(code, None)


def meaning(name: str, shift: bool, own: Mapping[Move, tuple[str, ...]]) -> Move | str | None:
    """A move, the character of a digit or letter, or None. ``own``: the keys of this machine's keypad, before the
    usual ones."""
    for table in (own, USUAL):
        for move, names in table.items():
            if name in names:
                return "previous" if name == "tab" and shift else move
    if name.startswith("numpad") and name[6:].isdigit():
        return name[6:]
    return name if len(name) == 1 and name.isalnum() else None
