"""What a library does that no single answer shows: requests said twice, line ends, long fields, several connections,
loans that have happened already. Each adds to what was found, or a note where it is no line of a dialect.
"""

import contextlib
import time
from collections.abc import Callable

from sync.sip2.dialect import ENDS, Dialect
from sync.sip2.message import VALUE_MAX, Message
from sync.sip2.probe_line import Found, Line
from sync.sip2.words import Words

CONNECTIONS = 4
"""So many are tried at once; a point needs three."""
PROMISED_S = 2 * 86400.0
"""A due date that no library would give by itself: in two days."""
LONG_FIELDS = 8
AGAIN, AGAIN_S = 10, 0.3
_DAY_S = 86400.0
_TICK_S = 1.1  # answers carry the time in seconds


def duplicates(line: Line, about: Message, note: Callable[[str], None]) -> None:
    """The same bytes again (same AY, same AZ): said again from memory, as the standard has it, or done once more?

    A question is said twice; the date in its answers tells.
    """
    if not line.checked:
        note("the same request again: without sequence numbers nothing could tell it from a new one")
        return
    first = line.frame(line.ask(about))
    time.sleep(_TICK_S)
    again = line.frame(line.again())
    if first is None or again is None:
        note("the same request again is not answered: a lost answer is lost")
    elif first == again:
        note("the same request again (same AY and AZ) is answered from memory, or its answers carry no time")
    else:
        note("the same request again (same AY and AZ) is done again: a lost checkout must be asked for, never repeated")


def line_ends(line: Line, status: Message, found: dict[str, Found], note: Callable[[str], None]) -> None:
    """Which ends of a line it takes. Each twice: what is left over of the first would spoil the second."""
    taken = ["CR"]
    for name in ("LF", "CRLF"):
        line.close()
        line.end = ENDS[name]
        if all(line.frame(line.ask(status)) is not None for _ in range(2)):
            taken.append(name)
    line.close()
    line.end = ENDS["CR"]
    note(f"requests may end with {', '.join(taken)}")
    if "end" in found and found["end"].value not in taken:
        found["end"] = Found("CR", f"its answers end with {found['end'].value}, which it does not take itself")


def lengths(line: Line, ask: Callable[[str], Message], note: Callable[[str], None]) -> None:
    """Fields as long as the standard allows, then a long message; in AC, a standard field that some leave unread."""
    plain = line.say(ask(""))
    if plain is None:
        return
    for count, what in ((1, f"a field of {VALUE_MAX} characters"), (LONG_FIELDS, f"{LONG_FIELDS} such fields")):
        message = ask("")
        filled = tuple(field for field in message.fields if field[0] != "AC") + (("AC", "x" * VALUE_MAX),) * count
        answer = line.say(Message(message.code, message.fixed, filled))
        if answer is None or answer.first("AB") != plain.first("AB"):
            note(f"{what} in a request: no right answer (it may have taken AC for a password)")
            line.close()
            return
    note(f"fields of {VALUE_MAX} characters and messages of {LONG_FIELDS * VALUE_MAX // 1000} kB are understood")


def connections(opened: Callable[[], Line], status: Message, note: Callable[[str], None]) -> None:
    """How many at once: each logs in and is asked how it is while the others stay."""
    lines: list[Line] = []
    try:
        for n in range(1, CONNECTIONS + 1):
            lines.append(opened())
            try:
                served = lines[-1].frame(lines[-1].ask(status)) is not None
            except OSError:
                served = False
            if not served:
                note(f"connections at once: {n - 1} (beside none of this probe's own); a point needs 3")
                return
        note(f"connections at once: {CONNECTIONS} or more; a point needs 3")
    finally:
        for line in lines:
            line.close()


def served_again(line: Line, about: Message) -> None:
    """Until the library has seen that those connections have gone it may turn away the next one; some seconds."""
    for _ in range(AGAIN):
        with contextlib.suppress(OSError):
            if line.frame(line.ask(about)) is not None:
                return
        line.close()
        time.sleep(AGAIN_S)


def no_block(line: Line, words: Words, patron: str, barcode: str, found: dict[str, Found], day: Dialect) -> bool:
    """A loan said to have happened already, with a due date promised then. Returns whether anything was lent."""
    now = time.time()
    promised = now + PROMISED_S
    trusting = words.checkout(patron, barcode, at=now, promised=promised)
    answer = line.say(trusting)
    if answer is None or not answer.yes("ok"):
        found["no_block"] = Found(False, "a checkout with no-block Y is refused to the test patron")
        return False
    due = day.day(answer.first("AH"))
    kept = due is not None and abs(due - promised) < _DAY_S
    seen = f"with no-block Y and a due date in two days, it is due {answer.first('AH')!r}"
    found["no_block"] = Found(kept, seen + (": kept" if kept else ": its own rule, so the flag is passed over"))
    return True
