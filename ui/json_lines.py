"""The second front end: displays as JSON lines on standard output, touches as JSON lines from standard input.

Out, one line for each new display: ``{"screen": "Home", "free_doors": 12, ..., "doors": [...], "now": ...,
"until": null, "warning": false, "initials": "", "online": true}``. The fields of the screen stand beside ``screen``;
one that is called as something else there has ``screen_`` before its name (``screen_until`` of ``Permission``).
In, one line for each touch: ``{"action": "digit", "value": "3", "on": "Collect"}``. ``value`` may be left out, and so
may ``on``; with the name of the screen that it was made on, a touch counts only while that one stands. A line that is
no touch is answered by ``{"trouble": "..."}``; those before and after it count. Ends at the end of input or when
``shown`` is stopped.
"""

import contextlib
import json
import os
import selectors
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, BinaryIO, TextIO

from kiosk.core.events import Touched
from kiosk.core.screens import Display
from kiosk.frontend import About, ScreenSettings, Shown

LINE_MAX = 4096  # bytes; a longer line is dropped whole
FIELD_MAX = 64  # characters of an action, a value or a screen


class NoTouch(Exception):
    """A line that says no touch. The message says what is wrong with it and holds nothing of it."""


def run(shown: Shown, touch: Callable[[Touched], None], about: About, settings: ScreenSettings) -> None:
    """Print each new display and report touches until end of input or ``shown.stop()``. Blocks until then."""
    talk(shown, touch, sys.stdin.buffer, sys.stdout)


def talk(shown: Shown, touch: Callable[[Touched], None], come: BinaryIO, go: TextIO) -> None:
    """``run`` over any two streams; ``come`` must have a file descriptor. Returns soon after either end."""
    printer, lines = Printer(shown, go), Lines()
    bell, ring = socket.socketpair()

    def wake() -> None:
        with contextlib.suppress(OSError):  # full: it rings already; closed: nobody listens any more
            ring.send(b"!", socket.MSG_DONTWAIT)

    # poll and not epoll, which refuses files and /dev/null
    with bell, ring, selectors.PollSelector() as waiting, contextlib.suppress(BrokenPipeError):
        waiting.register(come, selectors.EVENT_READ)
        waiting.register(bell, selectors.EVENT_READ)
        shown.listen(wake)
        while not shown.stopped:
            ready = {key.fileobj for key, _ in waiting.select()}
            if bell in ready:
                bell.recv(4096)
                printer.display()
            if come in ready:
                data = os.read(come.fileno(), 65536)
                if not data:
                    break
                for line in lines.feed(data):
                    take(line, touch, printer)
        printer.display()
    shown.listen(lambda: None)


def take(line: bytes | None, touch: Callable[[Touched], None], printer: "Printer") -> None:
    """Report the touch of a line, or say what is wrong with the line."""
    try:
        touched = parse(line)
    except NoTouch as trouble:
        printer.line({"trouble": str(trouble)})
    else:
        if touched:
            touch(touched)


def parse(line: bytes | None) -> Touched | None:
    """The touch a line says; None for an empty line. Raises ``NoTouch``."""
    if line is None:
        raise NoTouch(f"a line holds at most {LINE_MAX} bytes")
    if not line.strip():
        return None
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise NoTouch('a line is one JSON object: {"action": "...", "value": "..."}') from None
    if not isinstance(said, dict) or not set(said) <= {"action", "value", "on"} or "action" not in said:
        raise NoTouch('a touch has an "action", may have a "value" and an "on", and nothing else')
    action, value, on = said["action"], said.get("value", ""), said.get("on", "")
    if not all(isinstance(text, str) and len(text) <= FIELD_MAX for text in (action, value, on)) or not action:
        raise NoTouch(f"action, value and on are texts of at most {FIELD_MAX} characters")
    return Touched(action, value, on)


def as_data(display: Display) -> dict[str, Any]:
    """A display as plain data, ready for JSON."""
    rest = asdict(display)
    screen = {name if name not in rest else f"screen_{name}": value for name, value in rest.pop("screen").items()}
    return {"screen": type(display.screen).__name__, **screen, **rest}


class Printer:
    """Writes lines, a display only when it is a new one."""

    def __init__(self, shown: Shown, go: TextIO) -> None:
        self._shown, self._go = shown, go
        self._printed: Display | None = None

    def display(self) -> None:
        """Print the latest display unless it was printed already."""
        latest = self._shown.latest()
        if latest is not None and latest is not self._printed:
            self._printed = latest
            self.line(as_data(latest))

    def line(self, data: dict[str, Any]) -> None:
        """One JSON line, flushed."""
        self._go.write(json.dumps(data, ensure_ascii=False) + "\n")
        self._go.flush()


class Lines:
    """Cuts a stream of bytes into lines, holding at most ``LINE_MAX`` bytes. An overlong line comes out as None."""

    def __init__(self) -> None:
        self._held = b""
        self._over = False

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """The lines that ``data`` completes."""
        *ends, rest = data.split(b"\n")
        for end in ends:
            line, over = self._held + end, self._over
            self._held, self._over = b"", False
            yield None if over or len(line) > LINE_MAX else line
        self._held += rest
        if len(self._held) > LINE_MAX:
            self._held, self._over = b"", True
