"""What lies before a device that says what it sees again and again, as a scanner in presentation mode does."""

import threading
from collections.abc import Callable


class Lying:
    """``say`` is called when something is laid there and then every ``every_s`` seconds, until it is taken away; 0: it
    is said once."""

    def __init__(self, say: Callable[[], None], every_s: float, name: str) -> None:
        self._taken = threading.Event()
        self._thread: threading.Thread | None = None
        say()
        if every_s:
            self._thread = threading.Thread(target=self._lie, args=(say, every_s), name=name, daemon=True)
            self._thread.start()

    def take_away(self) -> None:
        """Nothing is said of it after this. May be called twice."""
        self._taken.set()
        if self._thread:
            self._thread.join()

    def _lie(self, say: Callable[[], None], every_s: float) -> None:
        while not self._taken.wait(every_s):
            say()
