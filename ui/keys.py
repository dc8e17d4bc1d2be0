"""Four keys and digits: what a key of a keypad beside the screen means. Pure."""

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
