"""The contract of a front end: it draws the latest Display and reports touches. Found by name, as drivers are.

A front end is a function ``run(shown, touch, about, settings)`` registered under the entry point group
``kiosk.screen``. It runs in the main thread and returns when ``shown`` is stopped (or the person at a developer's
desk closes the window). It decides nothing and reads no files of the point.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from kiosk.core.events import Touched
from kiosk.core.screens import Display


class NoScreen(Exception):
    """The front end cannot show anything (no display, no font). The message says what is missing and what helps."""


class ScreenSettings(BaseModel):
    """The ``[screen]`` section of the configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    front: str = "kivy"
    width: int = Field(1080, ge=320, le=8192)  # of the panel, pixels; wider than high: landscape
    height: int = Field(1920, ge=320, le=8192)
    fullscreen: bool = True
    language: Literal["zh", "en"] = "zh"  # the one to return to after each story
    font: Path | None = None  # a CJK font file; None: look in the usual places
    simple: bool = False  # simple mode for everybody: fewer choices, larger words, slower clocks, nothing moves
    low: bool = False  # all controls in the lowest third for everybody: where the panel hangs high


@dataclass(frozen=True, slots=True)
class About:
    """What a front end may say of the point itself. ``names`` by language."""

    point: str
    names: dict[str, str]
    phone: str


class Shown:
    """The one place where the deciding thread leaves the newest Display and the front end finds it.

    Displays are replaced, not queued: a slow window skips, it never lags behind.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()  # ``stop`` may come as a signal while this very thread holds it
        self._display: Display | None = None
        self._listener: Callable[[], None] | None = None
        self._stopped = False

    def put(self, display: Display) -> None:
        """Replace the display and wake the front end. Any thread."""
        with self._lock:
            self._display = display
            listener = self._listener
        if listener:
            listener()

    def latest(self) -> Display | None:
        """The newest display; None before the first."""
        with self._lock:
            return self._display

    def stop(self) -> None:
        """Ask the front end to return from ``run``. Any thread."""
        with self._lock:
            self._stopped = True
            listener = self._listener
        if listener:
            listener()

    @property
    def stopped(self) -> bool:
        """Whether the front end should return."""
        with self._lock:
            return self._stopped

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` (from another thread, quickly) after each change, and once now."""
        with self._lock:
            self._listener = listener
        listener()


class FrontEnd(Protocol):
    """The type of ``run``. Raises ``NoScreen`` before it shows anything."""

    def __call__(
        self, shown: Shown, touch: Callable[[Touched], None], about: About, settings: ScreenSettings
    ) -> None: ...
