"""What is said aloud, and which sound is heard, when one view follows another. Pure: no player, no clock.

Nothing is said of whose books they are: titles, codes, sums and the library's reasons are read only to who moves to
them by keys.
"""

from typing import Literal

from ui.view import View
from ui.words import Words

Cue = Literal["done", "please", "trouble"]  # three notes, two notes, one low note


def sentences(before: View | None, now: View) -> tuple[str, ...]:
    """The sentences a new view is spoken with; empty when it says nothing new. Each is said once."""
    if now.warning:
        return () if before and before.warning else (now.warning.title, now.warning.line)
    if now.aid:
        return () if before and before.aid else (now.aid.title, *_unhushed(now.aid.line.split("\n"), now))
    told = _told(now)
    if before is None or before.screen != now.screen or before.switch != now.switch:
        return told
    known = set(_told(before))
    fresh = tuple(sentence for sentence in told if sentence not in known)
    return fresh if not (before.warning or before.aid) else told


def _told(view: View) -> tuple[str, ...]:
    parts = [part for part in (view.title, *(view.heard or view.line).split("\n"), view.note) if part]
    said = _unhushed(parts, view)
    return (*said, view.unsaid) if len(said) < len(parts) else tuple(said)


def _unhushed(parts: list[str], view: View) -> list[str]:
    return [part for part in parts if not any(hushed in part for hushed in view.hushed)]


def cue(before: View | None, now: View) -> Cue | None:
    """The sound of an outcome; None when nothing came about. The same outcome shown again is silent."""
    if now.warning:
        return None if before and before.warning else "please"
    if before is None or now.screen == "Home":
        return None
    if now.screen == before.screen and now.switch != before.switch:  # the same, in another language
        return None
    if now.screen != before.screen:
        return _arrived(now)
    if now.tone != before.tone or (now.title != before.title and now.tone != "calm"):
        return _arrived(now)
    ticked = sum(row.done is True for row in now.rows) + _counted(now)
    known = sum(row.done is True for row in before.rows) + _counted(before)
    if ticked > known:
        return "done"
    if ticked < known and len(now.rows) == len(before.rows):  # one is not ticked any more
        return "please"
    return "please" if now.note and now.note != before.note else None


def _arrived(view: View) -> Cue | None:
    if view.tone == "trouble":
        return "trouble"
    if view.screen == "Goodbye":
        return "done" if view.tone == "done" else "please"
    return "please" if view.screen != "Wait" and view.screen != "Opening" else None


def _counted(view: View) -> int:
    return max(view.count, len(view.rows))


def typed(view: View, key: str, _: Words) -> str:
    """What is said after a key of the keypad: the digit, except where nobody may hear it."""
    secret = view.keypad is not None and "•" in view.keypad.digits + (
        "•" if view.screen in ("Pin", "NewPin", "Phone", "HandOver") else ""
    )
    return _("One more character") if secret else key
