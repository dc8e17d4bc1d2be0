"""Whether a check-in at this point sets an item aside for whoever waits for it, and who says so.

The test patron is made to wait for a test item that nobody has, and it is checked in; then the hold is cancelled, and
the item checked in once more.
"""

import time
from collections.abc import Callable

from sync.sip2.items import AVAILABLE, ON_HOLD_SHELF, TO_BE_RESHELVED
from sync.sip2.message import Message
from sync.sip2.probe_line import Found, Guard, Line
from sync.sip2.words import Words

Note = Callable[[str], None]


def capture(
    line: Line, words: Words, guard: Guard, pin: str, here: frozenset[str], found: dict[str, Found], note: Note
) -> None:
    """``here``: the names of this point. Finds ``captures``, ``held_here`` and ``shows_holds``."""
    barcode = guard.items[0]
    before = line.say(words.item(barcode))
    if before is None or before.fixed["circulation"] not in (AVAILABLE, TO_BE_RESHELVED):
        note(f"captures: not found out, {barcode} is not available (an 18 says another circulation status than 03)")
        return
    placed = line.say(words.hold("+", guard.patron, barcode, "", pin))
    if placed is None or not placed.yes("ok"):
        said = placed.first("AF") if placed else "no answer"
        note(
            f"captures: not found out, a hold of the test patron is refused ({said}); place one by hand, then check in"
        )
        return
    try:
        back, item = line.say(words.checkin(barcode, time.time())), line.say(words.item(barcode))
        if back and item:
            _caught(back, item, here, found, note)
        else:
            note("captures: not found out, no answer to a check-in with a hold waiting")
    finally:
        cancelled = line.say(words.hold("-", guard.patron, barcode, "", pin))
        line.say(words.checkin(barcode, time.time()))
        after = line.say(words.item(barcode))
        still = after is None or after.fixed["circulation"] == ON_HOLD_SHELF
        if still or cancelled is None or not cancelled.yes("ok"):
            note(f"the hold is NOT cancelled, or {barcode} still lies on the hold shelf: see to both")


def _caught(back: Message, item: Message, here: frozenset[str], found: dict[str, Found], note: Note) -> None:
    kind, to, shelf = back.first("CV").strip(), back.first("CT").strip(), item.fixed["circulation"]
    seen = f"checked in while the test patron waits: CV {kind!r}, CT {to!r}; then an 18 says {shelf}"
    found["captures"] = Found(bool(kind or back.first("CY").strip()), seen)
    if kind and (not to or to in here):
        found["held_here"] = Found([kind], seen)
    elif to and to not in here:
        note(f"it is sent to {to!r}: if that is this point, put it into also_called; else see to its location (AP)")
    if shelf == ON_HOLD_SHELF:
        found["shows_holds"] = Found(True, seen)
    named = [code for code, answer in (("10", back), ("18", item)) if answer.first("CY").strip()]
    note(
        "for whom it is set aside (CY): "
        + (f"said by {' and '.join(named)}" if named else "NOT said, so nobody gets it")
    )
