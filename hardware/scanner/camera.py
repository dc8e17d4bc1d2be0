"""A camera that reads codes held before it: any picture source OpenCV opens.

``source`` is a device number or path (``0``, ``/dev/video0``), an address (``http://.../stream.mjpg``, ``rtsp://...``),
or a video file, which is played once, as fast as it can be read.

Looking and decoding happen in a process of their own, which may do nothing else (hardware.scanner.watcher and
confined): a hostile picture ends that process at worst, and a new one is started. Only codes leave it, and a word of
guidance where bars are in view that cannot be read. What it reports as a code is tried here once more.
"""

import json
import time
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from hardware.errors import DeviceGone
from hardware.readings import CodeUnknown, Guide, Hint, Reading
from hardware.scanner.barcode import KINDS, LENGTH_MAX, Kind, Meanings, meaning
from hardware.scanner.confined import Confined
from hardware.scanner.formats import FORMATS, Format
from hardware.source import Source
from hardware.wiretap import Way, overheard, unsaid

OPEN_WAIT_S: Final = 5
READ_WAIT_S: Final = 2
START_WAIT_S: Final = 15
"""For a process to start on a busy machine, beyond the time the camera may take to open."""
HUNG_S: Final = 8.0
"""It is awake at least twice a second; a decoder that hangs on a picture is ended after this."""
STALE_S: Final = 0.7
"""What was seen longer ago, while nobody asked, is no longer held there."""
_TOLD: Final = ("code", "unknown", "guide")


class Settings(BaseModel):
    """``width``, ``height``, ``fps``: asked of a local camera, which may do otherwise; an address sends what it sends.
    ``kinds``: what may be reported, in order of trial. ``again_after_s``: how long a code must be out of view before
    it counts again, see hardware.scanner.in_view."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[int, Field(ge=0)] | Annotated[str, Field(min_length=1)]
    width: Annotated[int, Field(ge=160, le=3840)] = 1280
    height: Annotated[int, Field(ge=120, le=2160)] = 720
    fps: Annotated[int, Field(ge=1, le=60)] = 15
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = KINDS
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = FORMATS
    again_after_s: Annotated[float, Field(ge=0.5, le=30)] = 1.5

    @property
    def live(self) -> bool:
        """Do frames come in their own time? Those of a file wait for us."""
        return isinstance(self.source, int) or self.source.startswith("/dev/") or "://" in self.source


class Camera:
    """A ``Source`` over the process that looks. Make one with ``connect``."""

    def __init__(self, device: str, settings: Settings, meanings: Meanings, eyes: Confined) -> None:
        self._device = device
        self._settings = settings
        self._meanings = meanings
        self._eyes = eyes
        self._awake_at = time.monotonic()

    @property
    def process(self) -> int:
        """The number of the process that looks."""
        return self._eyes.number

    def wait(self, timeout_s: float) -> list[Reading]:
        """The codes newly in view, or a ``Guide`` towards reading one, waiting up to ``timeout_s``.

        Raises ``DeviceGone`` when the camera gives no frames any more, or the process that looks has ended or hangs.
        """
        until = time.monotonic() + timeout_s
        while True:
            left_s = until - time.monotonic()
            said = self._eyes.line(max(left_s, 0.0))
            now = time.monotonic()
            if said is not None:
                self._awake_at = now
                if reading := self._heard(said, now):
                    return [reading]
            elif now - self._awake_at > HUNG_S:
                raise DeviceGone("the process that looks at pictures hangs")
            if left_s <= 0:  # however much more it says
                return []

    def close(self) -> None:
        """Let go of the camera. Never raises; may be called twice."""
        self._eyes.close()

    def _heard(self, said: dict[str, Any], now: float) -> Reading | None:
        if "gone" in said:
            raise DeviceGone(_words(said["gone"]))
        at = said.get("at")
        if told := {key: said[key] for key in _TOLD if key in said}:
            overheard(Way.IN, json.dumps(told).encode() + b"\n")  # of a picture, this is all there is to hear
        fresh = isinstance(at, int | float) and (not self._settings.live or at > now - STALE_S)
        if told and not fresh:
            unsaid()
        return self._reading(said) if fresh else None

    def _reading(self, said: dict[str, Any]) -> Reading | None:
        match said:
            case {"code": str(text)}:
                return meaning(self._device, text[: LENGTH_MAX + 1], self._meanings, self._settings.kinds)
            case {"unknown": int(length)}:
                return CodeUnknown(self._device, length)
            case {"guide": str(word)} if word in set(Hint):
                return Guide(self._device, Hint(word))
        return None


def _words(said: object) -> str:
    """Why, in its words: few enough for a row, and half a character (a surrogate, which no row can hold) as ``?``."""
    return str(said)[:200].encode("utf-8", "replace").decode()


def connect(device: str, settings: Settings, meanings: Meanings) -> Source:
    """Open the camera (at most 5 s, and the start of a process). Raises ``DeviceGone`` when nothing is there."""
    told = {"settings": settings.model_dump(mode="json"), "meanings": meanings.model_dump(mode="json")}
    eyes = Confined("hardware.scanner.watcher", told)
    try:
        said = eyes.line(OPEN_WAIT_S + START_WAIT_S)
        if said is None or "open" not in said:
            why = "no answer from the process that looks" if said is None else _words(said.get("failed"))
            raise DeviceGone(why)
    except DeviceGone:
        eyes.close()
        raise
    return Camera(device, settings, meanings, eyes)
