"""Moving through a screen by keys: what can be reached, in reading order, and what each thing is called aloud. Pure."""

from collections.abc import Container
from dataclasses import dataclass

from ui.view import Button, Row, View


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing the keys come to: the name of its box, what is said of it, and what choosing it does (None: nothing,
    it is only read)."""

    name: str
    words: str
    does: Button | None = None


def stops(view: View, shown: Container[str]) -> tuple[Stop, ...]:
    """All of a screen in the order one reads it; of a dialog only its own. ``shown``: the boxes that are drawn.

    Digits are left out: they have keys of their own.
    """
    if view.warning:
        ask = view.warning
        found = [_stop("stay", ask.stay), *([_stop("go", ask.go)] if ask.go else [])]
    elif view.aid:
        found = [_stop(f"aid {n}", what) for n, what in enumerate(view.aid.buttons)]
    else:
        found = [Stop("title", "\n".join((view.title, view.line, view.note)).strip())] if view.hushed else []
        found += [Stop("code words", view.code_words)] if view.code_words else []
        found += [_row(n, row) for n, row in enumerate(view.rows)]
        found += [_stop(one.action, one) for one in view.pager or ()]
        keys = view.keypad.keys if view.keypad else ()
        found += [_stop(f"key {key.value or key.action}", key) for key in keys if key.action != "digit"]
        found += [_stop(f"button {n}", button) for n, button in enumerate(view.buttons)]
        found += [_stop("cancel", view.cancel)] if view.cancel else []
        found += [Stop("countdown", view.more, Button("more_time", view.more))] if view.more else []
        found += [_stop("simple", view.simple)] if view.simple else []
        found += [_stop(one.action, one) for one in view.strip]
    return tuple(stop for stop in found if stop.name in shown)


def way_out(view: View, all_of_them: tuple[Stop, ...]) -> Stop | None:
    """Where the back key goes: cancel, or what finishes; None where there is neither (then it is the help key)."""
    wanted = ("go", "cancel") if view.warning or view.cancel else ()
    for stop in all_of_them:
        if stop.name in wanted or (stop.does and stop.does.action in ("finish", "close")):
            return stop
    return None


def digit(view: View, typed: str) -> Button | None:
    """The key of the screen's own keypad that a typed character means; under a dialog none. A field of words takes
    letters and digits, whichever of them the screen has keys for just now."""
    if view.warning or view.aid or not view.keypad:
        return None
    shown = next((key for key in view.keypad.keys if key.value == typed), None)
    if shown is None and not view.keypad.slots and typed.isascii() and typed.isalnum():
        return Button("letter", typed.upper(), typed.upper())
    return shown


def eraser(view: View) -> Button | None:
    """The key that takes back the last character, while there is one."""
    if view.warning or view.aid or not view.keypad or not view.keypad.digits:
        return None
    return next((key for key in view.keypad.keys if key.action == "erase"), None)


def _stop(name: str, what: Button) -> Stop:
    return Stop(name, what.aloud or what.words, what)


def _row(n: int, row: Row) -> Stop:
    words = f"{row.words}, {row.aside}" if row.aside else row.words
    return Stop(f"row {n}", row.aloud or words, Button(row.action, row.words, row.value) if row.action else None)
