"""A camera that reads codes held before it: any picture source OpenCV opens.

``source`` is a device number or path (``0``, ``/dev/video0``), an address (``http://.../stream.mjpg``, ``rtsp://...``),
or a video file, which is played once, as fast as it can be read.
Pictures are looked at and forgotten; none is kept, written or sent.
"""

import itertools
import os
import time
from collections import deque
from typing import Annotated, Final

import cv2
from pydantic import BaseModel, ConfigDict, Field

from hardware.errors import DeviceGone
from hardware.readings import CodeUnknown, Scan
from hardware.scanner.barcode import KINDS, Kind, Meanings, meaning
from hardware.scanner.decode import FORMATS, Eyes, Format, Grey
from hardware.source import Source

OPEN_WAIT_S: Final = 5
READ_WAIT_S: Final = 2
READS_FAILED_MAX: Final = 5
SLEPT_S: Final = 0.008
CATCH_UP_S: Final = 1.0
HARD_EVERY_S: Final = 0.3
"""So often, while no known code is in view, the dearer looks are taken too ..."""
HARD_SHARE: Final = 0.25
"""... but never for more than this share of the time: a slow machine looks hard less often."""
STILL_S: Final = 3.0
"""After so long without movement in view the dearer looks rest: an empty desk is not worth a quarter of a core."""
UNKNOWN_AFTER_S: Final = 0.7
"""So long only unknown codes must have been in view before one is reported: a cover has more codes than its number."""

# Both libraries write every refused connection and damaged frame to standard error, some with the camera's address;
# what matters is raised.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)


class Settings(BaseModel):
    """``width``, ``height``, ``fps``: asked of a local camera, which may do otherwise; an address sends what it sends.
    ``kinds``: what may be reported, in order of trial. ``again_after_s``: how long a code must be out of view before
    it is reported again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Annotated[int, Field(ge=0)] | Annotated[str, Field(min_length=1)]
    width: Annotated[int, Field(ge=160, le=3840)] = 1280
    height: Annotated[int, Field(ge=120, le=2160)] = 720
    fps: Annotated[int, Field(ge=1, le=60)] = 15
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = KINDS
    formats: Annotated[tuple[Format, ...], Field(min_length=1)] = FORMATS
    again_after_s: Annotated[float, Field(ge=0.5, le=30)] = 1.5


class Sightings:
    """What is new among the codes seen from frame to frame.

    A linear code counts once it was seen in two of three consecutive frames, since one frame in a thousand misreads;
    an error-corrected one at once. What was reported is not reported again before it has left the view for a while.
    """

    def __init__(self, again_after_s: float) -> None:
        self._again_after_s = again_after_s
        self._frames: deque[frozenset[Scan]] = deque(maxlen=3)
        self._reported: dict[Scan, float] = {}
        self._only_unknown_since = 0.0

    def news(self, seen: dict[Scan, bool], now: float) -> list[Scan]:
        """What to report of one frame: each code in it, and whether one sight of it is proof."""
        self._frames.append(frozenset(seen))
        if any(not isinstance(scan, CodeUnknown) for scan in seen) or not any(self._frames):
            self._only_unknown_since = now
        self._reported = {scan: at for scan, at in self._reported.items() if now - at < self._again_after_s}
        fresh = [scan for scan, sure in seen.items() if scan not in self._reported and self._counts(scan, sure, now)]
        self._reported |= {scan: now for scan in seen if scan in self._reported or scan in fresh}
        return fresh

    def _counts(self, scan: Scan, sure: bool, now: float) -> bool:
        if isinstance(scan, CodeUnknown) and now - self._only_unknown_since < UNKNOWN_AFTER_S:
            return False
        return sure or sum(scan in frame for frame in self._frames) >= 2


class Camera:
    """A ``Source`` over an open capture; owns and releases it."""

    def __init__(self, device: str, settings: Settings, meanings: Meanings, capture: cv2.VideoCapture) -> None:
        self._device = device
        self._settings = settings
        self._meanings = meanings
        self._capture = capture
        self._live = _is_live(settings.source)
        self._eyes = Eyes(settings.formats)
        self._sightings = Sightings(settings.again_after_s)
        self._failed = 0
        self._hard_at = 0.0
        self._insist = 0
        self._scene: Grey | None = None
        self._moved_at = 0.0
        self._grabbed_at = time.monotonic()

    def wait(self, timeout_s: float) -> list[Scan]:
        """The codes newly in view, waiting up to ``timeout_s`` and the frame under way: 0.3 s, 2 s if the camera hangs.

        Raises ``DeviceGone`` after five frames in a row could not be read.
        """
        until = time.monotonic() + timeout_s
        while True:
            if (grey := self._newest()) is not None:
                now = time.monotonic()
                if scans := self._sightings.news(self._seen(grey, now), now):
                    return scans
            if time.monotonic() >= until:
                return []

    def close(self) -> None:
        """Let go of the camera. Never raises; may be called twice."""
        self._capture.release()

    def _newest(self) -> Grey | None:
        """The frame of this moment. Frames that waited in a buffer come at once; one that had to be slept for is new.

        So the driver needs no thread of its own to keep up, and never reports what was held up seconds ago.
        """
        began = time.monotonic()
        frame_s = 1 / self._settings.fps
        piled_up = (began - self._grabbed_at) / frame_s  # by the clock, since a busy machine makes any grab look slow
        for grabbed in itertools.count(1):
            asked, worked = time.monotonic(), time.thread_time()
            if not self._capture.grab():
                self._missed()
                return None
            self._grabbed_at = time.monotonic()
            # Unpacking a frame takes time too, but as work of this thread.
            slept_s = self._grabbed_at - asked - (time.thread_time() - worked)
            new = slept_s > frame_s / 2 or (slept_s > SLEPT_S and grabbed >= piled_up)
            if new or not self._live or self._grabbed_at - began > CATCH_UP_S:
                break
        read, frame = self._capture.retrieve()
        if not read or frame is None or frame.size == 0:
            self._missed()
            return None
        self._failed = 0
        return frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)

    def _missed(self) -> None:
        self._failed += 1
        if self._failed >= READS_FAILED_MAX:
            raise DeviceGone("the camera gives no frames")

    def _seen(self, grey: Grey, now: float) -> dict[Scan, bool]:
        """The codes in a frame and whether each is proven: the known ones or, if there are none, the unknown."""
        moving = self._moving(grey, now)
        hard = self._insist > 0 or (moving and now >= self._hard_at)
        self._insist = max(0, self._insist - 1)
        seen: dict[Scan, bool] = {}
        for effort, codes in enumerate(self._eyes.looks(grey)):
            for code in codes:
                scan = meaning(self._device, code.text, self._meanings, self._settings.kinds)
                seen[scan] = seen.get(scan, False) or code.sure
            known: dict[Scan, bool] = {scan: sure for scan, sure in seen.items() if not isinstance(scan, CodeUnknown)}
            if known:
                # What took effort once will take it again: without this, two of three frames would never agree.
                self._insist = 2 if effort and not self._insist else self._insist
                return known
            if not hard:
                return seen
        ended = time.monotonic()
        self._hard_at = ended + max(HARD_EVERY_S, (ended - now) * (1 / HARD_SHARE - 1))
        return seen

    def _moving(self, grey: Grey, now: float) -> bool:
        scene = cv2.resize(grey, (32, 24), interpolation=cv2.INTER_AREA)
        if self._scene is None or cv2.absdiff(scene, self._scene).max() > 8:
            self._moved_at = now
        self._scene = scene
        return now - self._moved_at < STILL_S


def _is_live(source: int | str) -> bool:
    """Do frames come in their own time? Those of a file wait for us."""
    return isinstance(source, int) or source.startswith("/dev/") or "://" in source


def connect(device: str, settings: Settings, meanings: Meanings) -> Source:
    """Open the camera (at most 5 s). Raises ``DeviceGone`` when nothing is there."""
    if isinstance(settings.source, str) and "://" in settings.source:
        waits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_WAIT_S * 1000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_WAIT_S * 1000]
        # One decoding thread: each further one holds a frame back.
        capture = cv2.VideoCapture(settings.source, cv2.CAP_FFMPEG, [*waits, cv2.CAP_PROP_N_THREADS, 1])
    else:
        capture = cv2.VideoCapture(settings.source)
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.height)
        capture.set(cv2.CAP_PROP_FPS, settings.fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    if not capture.isOpened():
        capture.release()
        raise DeviceGone("no camera opens at this source")
    return Camera(device, settings, meanings, capture)
