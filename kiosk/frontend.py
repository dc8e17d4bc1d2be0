"""The contract of a front end: it draws the latest Display and reports touches. Found by name, as drivers are.

A front end is a function ``run(shown, touch, about, settings)`` registered under the entry point group
``kiosk.screen``. It runs in the main thread and returns when ``shown`` is stopped (or the person at a developer's
desk closes the window). It decides nothing and reads no files of the point.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from kiosk.core.events import Touched
from kiosk.core.screens import Display, Slip


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
    voice: Literal["off", "asked", "always"] = "asked"  # asked: once somebody uses keys, or touches "Read aloud"
    sounds: bool = True
    volume: int = Field(2, ge=0, le=4)  # to return to after each story
    voice_files: Path | None = None  # a folder of recorded sentences, used instead of espeak-ng where there is one
    audio_device: str = ""  # of the player; "": the machine's own
    keys: dict[Literal["next", "previous", "choose", "back"], tuple[str, ...]] = Field(default_factory=dict)
    touch_panel: Path | None = None  # its input device: the watchdog then sees touches that do not reach the window
    renew_h: float = Field(24.0, ge=0, le=24 * 365)  # hours; then the program begins anew when it is quiet; 0: never
    rest_s: float = Field(45.0, ge=5, le=3600)  # untouched at Home, until the resting picture
    dim_s: float = Field(600.0, ge=10, le=86400)  # and until it dims
    low: bool = False  # all controls in the lowest third for everybody: where the panel hangs high


@dataclass(frozen=True, slots=True)
class About:
    """What a front end may say of the point itself. ``names`` by language. ``sign`` makes the receipt on a slip.
    ``doors``: whether there are any. ``codes``: whether the library hands out pickup codes and QRs."""

    point: str
    names: dict[str, str]
    phone: str
    sign: Callable[[Slip], str] | None = field(default=None, repr=False, compare=False)
    doors: bool = True
    codes: bool = True


class Shown:
    """The one place where the deciding thread leaves the newest Display and the front end finds it.

    Displays are replaced, not queued: a slow window skips, it never lags behind.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.RLock()  # ``stop`` may come as a signal while this very thread holds it
        self._display: Display | None = None
        self._listener: Callable[[], None] | None = None
        self._stopped = False
        self._beat_s: float | None = None
        self.felt_s = 0.0  # of the last touch or key that came to the front end

    def beat(self) -> None:
        """The front end is alive: it calls this many times a second while it draws and listens."""
        self._beat_s = self._clock()

    def felt(self) -> None:
        """A touch or a key came to the front end, whatever it meant."""
        self.felt_s = self._clock()

    @property
    def beats(self) -> bool:
        """Whether this front end gives beats: it has a window."""
        return self._beat_s is not None

    @property
    def silent_s(self) -> float:
        """Seconds since the last beat; 0 for a front end that has never given one."""
        return 0.0 if self._beat_s is None else self._clock() - self._beat_s

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
