"""Drivers are found by name: the name in the configuration is the entry point's, and in this tree the file's.

Groups: ``kiosk.board`` (a module with ``Settings``, ``BAUD`` and ``connect(settings, transport) -> Board``),
``kiosk.card`` and ``kiosk.scanner`` (``Settings``, ``connect(device, settings, meanings) -> Source``; ``meanings`` are
the library's numbers, hardware.scanner.barcode), ``kiosk.pad`` (the same, with a ``PadSettings`` and a
``PadSource``, hardware.rfid.pad), ``kiosk.printer`` (``Settings``, ``connect(settings) -> Printer``).
The same look-up serves ``kiosk.service`` and ``kiosk.screen``.
"""

import difflib
from functools import cache
from importlib.metadata import entry_points
from typing import Any


class UnknownDriver(Exception):
    """No installed driver has this name. The message names the group, the wrong name and the nearest right one."""


def names(group: str) -> list[str]:
    """The driver names installed under an entry point group, sorted."""
    return sorted({point.name for point in _installed().select(group=group)})


def find(group: str, name: str) -> Any:
    """The module (or function) registered as ``name``; raises ``UnknownDriver``, or ``ImportError`` if it is broken."""
    for point in _installed().select(group=group):
        if point.name == name:
            return point.load()
    known = names(group)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise UnknownDriver(f"no driver {name!r} in {group}; {hint}")


@cache
def _installed() -> Any:  # EntryPoints, which Python 3.11 calls something else
    """Read once: every package there is has to be asked, and nothing is installed under a machine that runs."""
    return entry_points()
