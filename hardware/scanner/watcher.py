"""The program that looks through a camera: started, confined, by hardware.scanner.camera, which it tells what it sees.

    {"open": true} or {"failed": "why"}     once, at the start
    {"at": 12.3, "code": "]E09787020002207"}     a code newly in view, at that monotonic time, its AIM identifier first
    {"at": 12.3, "unknown": 13}                  one that the library's patterns do not know, and its length
    {"at": 12.3, "guide": "nearer"}              bars are in view that cannot be read, and what would help
    {"at": 12.3}                                 nothing, but it is awake
    {"gone": "why"}                              and then it ends

Pictures are looked at and forgotten; none is kept, written or sent.
"""

import itertools
import time
from collections import deque
from typing import Final

import cv2
import numpy.ma  # noqa: F401  numpy fetches it when it first takes a percentile; once confined, no file opens

from hardware.readings import CodeUnknown, Scan
from hardware.scanner.barcode import Meanings, meaning
from hardware.scanner.camera import OPEN_WAIT_S, READ_WAIT_S, Settings
from hardware.scanner.confined import argument, confine, say
from hardware.scanner.decode import ENOUGH, Eyes, Grey
from hardware.scanner.formats import Code
from hardware.scanner.guide import Guide
from hardware.scanner.in_view import InView

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
AWAKE_EVERY_S: Final = 0.5
STALLED_S: Final = 1.0
"""From one frame to the next: a machine that took longer did not look meanwhile."""


class Lost(Exception):
    """No frames come any more."""


class Sightings:
    """What is new among the codes seen from frame to frame.

    A linear code counts once it was seen in two of three consecutive frames, since one frame in a thousand misreads;
    an error-corrected one at once. What lies there is one arrival: hardware.scanner.in_view has the rule.
    """

    def __init__(self, again_after_s: float, live: bool = True) -> None:
        """Not ``live``: a film, which begins when we begin."""
        self._in_view = InView(again_after_s)
        if not live:
            self._in_view.looked(again_after_s)
        self._frames: deque[frozenset[Scan]] = deque(maxlen=3)
        self._looked_at: float | None = None
        self._only_unknown_since = 0.0

    def news(self, seen: dict[Scan, bool], now: float) -> list[Scan]:
        """What to report of one frame: each code in it, and whether one sight of it is proof."""
        self._frames.append(frozenset(seen))
        if any(not isinstance(scan, CodeUnknown) for scan in seen) or not any(self._frames):
            self._only_unknown_since = now
        self._in_view.looked(min(now - (self._looked_at or now), STALLED_S))
        self._looked_at = now
        noted = seen if self._in_view.beginning else [scan for scan in seen if scan in self._in_view]
        counts = [scan for scan, sure in seen.items() if scan in noted or self._counts(scan, sure, now)]
        return [scan for scan in counts if self._in_view.arrives(scan)]

    def _counts(self, scan: Scan, sure: bool, now: float) -> bool:
        if isinstance(scan, CodeUnknown) and now - self._only_unknown_since < UNKNOWN_AFTER_S:
            return False
        return sure or sum(scan in frame for frame in self._frames) >= 2


class Watch:
    """Looks at one frame after another."""

    def __init__(self, settings: Settings, meanings: Meanings, capture: cv2.VideoCapture) -> None:
        self._settings = settings
        self._meanings = meanings
        self._capture = capture
        self._live = settings.live
        self._eyes = Eyes(settings.formats)
        self._eyes.warm()
        self._sightings = Sightings(settings.again_after_s, settings.live)
        self._texts: dict[Scan, Code] = {}
        self._guide = Guide()
        self._failed = 0
        self._hard_at = 0.0
        self._insist = 0
        self._scene: Grey | None = None
        self._moved_at = 0.0
        self._grabbed_at = time.monotonic()

    def look(self) -> list[Code | int | str]:
        """What is new in the next frame: codes, lengths of unknown ones, a word of guidance. Blocks for the frame, 2 s
        if the camera hangs. Raises ``Lost`` after five frames in a row could not be read."""
        grey = self._newest()
        if grey is None:
            return []
        now = time.monotonic()
        fresh = self._sightings.news(self._seen(grey, now), now)
        news = [scan.length if isinstance(scan, CodeUnknown) else self._texts[scan] for scan in fresh]
        return [*news, *self._guide.words(now)]

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
            raise Lost("the camera gives no frames")

    def _seen(self, grey: Grey, now: float) -> dict[Scan, bool]:
        """The codes in a frame and whether each is proven: the known ones or, if there are none, the unknown."""
        moving = self._moving(grey, now)
        hard = self._insist > 0 or (moving and now >= self._hard_at)
        self._insist = max(0, self._insist - 1)
        seen: dict[Scan, bool] = {}
        self._texts.clear()
        for effort, codes in enumerate(self._eyes.looks(grey)):
            for code in codes:
                scan = meaning("", code.aimed, self._meanings, self._settings.kinds)
                seen[scan] = seen.get(scan, False) or code.sure
                self._texts[scan] = code
            known: dict[Scan, bool] = {scan: sure for scan, sure in seen.items() if not isinstance(scan, CodeUnknown)}
            if known:
                # What took effort once will take it again: without this, two of three frames would never agree.
                self._insist = 2 if effort and not self._insist else self._insist
                self._guide.clear()
                return known
            if not hard:
                return seen
            if seen and effort >= ENOUGH:
                break
        if seen:
            self._guide.clear()
        else:
            self._guide.look(grey)
        ended = time.monotonic()
        self._hard_at = ended + max(HARD_EVERY_S, (ended - now) * (1 / HARD_SHARE - 1))
        return seen

    def _moving(self, grey: Grey, now: float) -> bool:
        scene = cv2.resize(grey, (32, 24), interpolation=cv2.INTER_AREA)
        if self._scene is None or cv2.absdiff(scene, self._scene).max() > 8:
            self._moved_at = now
        self._scene = scene
        return now - self._moved_at < STILL_S


def _opened(settings: Settings) -> cv2.VideoCapture | None:
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
    return capture if capture.isOpened() else None


def _said(one: Code | int | str, now: float) -> None:
    match one:
        case Code():
            say(at=now, code=one.aimed)
        case int():
            say(at=now, unknown=one)
        case str():
            say(at=now, guide=one)


def main() -> None:
    """Open, confine ourselves, and look until the camera is lost or nobody hears us any more."""
    told = argument()
    settings, meanings = Settings.model_validate(told["settings"]), Meanings.model_validate(told["meanings"])
    capture = _opened(settings)
    if capture is None:
        say(failed="no camera opens at this source")
        return
    watch = Watch(settings, meanings, capture)
    confine()
    say(open=True)
    awake_at = 0.0
    try:
        while True:
            news = watch.look()
            now = time.monotonic()
            for one in news:
                _said(one, now)
            if not news and now - awake_at > AWAKE_EVERY_S:
                say(at=now)
                awake_at = now
    except Lost as why:
        say(gone=str(why))


if __name__ == "__main__":
    main()
