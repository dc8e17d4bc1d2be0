"""What was found out about a library, written as a dialect of its own: line by line what it means, what was seen, and
the value; all else is the base's."""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

from sync.sip2.probe_line import Found

NOT_PROBED = {
    "more_time": "to find out, a hold's end would have to be changed; ask whether 15 with mode * and BW may do that",
    "ends_sessions": "nobody but the library knows whether it wants to hear it; a note says how a 35 is answered",
}
"""Lines that no harmless message finds out. The file says so."""


NOT_ASKED = {
    "no_block": "with --may-lend: a test item is lent to the test patron and checked in again",
    "captures": "with --may-hold: the test patron is made to wait for a test item, and it is checked in",
}
"""Lines that are found out only with leave."""


def dialect_file(found: dict[str, Found], notes: Sequence[str], base: str = "plain") -> str:
    """A site's own dialect: line by line what it means, what was seen, and the value; all else is the base's."""
    meant = _explained()
    lines = [f"# Found by kiosk probe on {datetime.now():%Y-%m-%d}. What is not here was not found out: as in base."]
    lines += [f"# {_shown(note)}" for note in notes]
    lines += ["", f'base = "{base}"']
    for name, one in found.items():
        lines += ["", f"# {name}: {meant[name]}", f"# seen: {_shown(one.seen)}", f"{name} = {_toml(one.value)}"]
    for name, why in (NOT_PROBED | {name: why for name, why in NOT_ASKED.items() if name not in found}).items():
        lines += ["", f"# {name}: {meant[name]}", f"# not probed: {why}"]
    return "\n".join(lines) + "\n"


def _explained() -> dict[str, str]:
    """What each line of a dialect means, as ``plain.toml`` says beside it, or above it where it has no room there."""
    said: dict[str, str] = {}
    above = ""
    for line in files("sync.sip2").joinpath("dialects/plain.toml").read_text(encoding="utf-8").splitlines():
        name, equals, rest = line.partition(" = ")
        if line.startswith("#"):
            above = line.removeprefix("# ")
        elif equals:
            said[name] = rest.partition("# ")[2].strip() or above
    return said


def _shown(text: str) -> str:
    """One line, whatever a library has said in it."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "[" + ", ".join(map(_toml, value)) + "]" if isinstance(value, list) else f'"{value}"'
