"""A display and a hand: an Xvfb of our own where there is none, touches by xdotool, pictures of what stands there.

The kiosk tells where its touchable things are in the file that ``KIOSK_TARGETS`` names; the hand looks there as a
person looks at the glass, and touches through the X server as a touchscreen does.
"""

import contextlib
import json
import math
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from simulators.children import begin, ending

NEAR, TREMBLE_S = 120, 1.3  # a second touch so near (pixels) and so soon would pass for a trembling hand


class NoDisplay(Exception):
    """Xvfb or xdotool is missing. The message names the Debian package."""


class NotOnScreen(Exception):
    """What was waited for or to be touched is not on the screen; the message says what is."""


class Xvfb:
    """A display in memory, on a free number. A context manager. ``env``: how programs meet it."""

    def __init__(self, width: int, height: int) -> None:
        for program in ("Xvfb", "xdotool"):
            if not shutil.which(program):
                raise NoDisplay(f"{program} is not installed; apt-get install {program.lower()}")
        self._folder = Path(tempfile.mkdtemp(prefix="xvfb-"))
        size, folder = f"{width}x{height}x24", str(self._folder)
        reading, writing = os.pipe()
        self._process = begin(
            ending(["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-fbdir", folder, "-nolisten", "tcp"]),
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as said:
            number = said.readline().strip()
        if not number:
            raise NoDisplay("Xvfb did not start")
        self.env = {"DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1"}

    def picture(self) -> np.ndarray[Any, Any]:
        """What the display shows now: height x width x 3, blue green red."""
        return read_xwd((self._folder / "Xvfb_screen0").read_bytes())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def read_xwd(dump: bytes) -> np.ndarray[Any, Any]:
    """An X window dump, 32 bits a pixel (X11/XWDFile.h: header size, then 24 more words, colours, pixels)."""
    head = struct.unpack(">25I", dump[:100])
    size, width, height, line, colours = head[0], head[4], head[5], head[12], head[19]
    start = size + colours * 12
    pixels = np.frombuffer(dump, np.uint8, line * height, start).reshape(height, line // 4, 4)
    return np.ascontiguousarray(pixels[:, :width, :3])


class Hand:
    """Touches the kiosk's window and looks at it."""

    def __init__(self, env: Mapping[str, str], targets: Path) -> None:
        self._env = dict(env)
        self._targets = targets
        self._last, self._lifted_s = (-NEAR, -NEAR), 0.0

    def sees(self) -> dict[str, Any]:
        """What the screen says of itself: ``screen``, ``language``, ``targets`` (name to x, y, width, height)."""
        with contextlib.suppress(OSError, ValueError):
            seen: dict[str, Any] = json.loads(self._targets.read_text(encoding="utf-8"))
            return seen
        return {"screen": "", "targets": {}}

    def wait_for(self, *screens: str, timeout_s: float = 20.0) -> str:
        """Wait until one of these screens stands there; which. Raises ``NotOnScreen``."""
        until = time.monotonic() + timeout_s
        while (seen := self.sees()["screen"]) not in screens:
            if time.monotonic() > until:
                shown = f"{seen or 'nothing'} {self.sees().get('fields', '')}"
                raise NotOnScreen(f"waited for {' or '.join(screens)}, but the screen shows {shown}")
            time.sleep(0.03)
        return str(seen)

    def touch(self, target: str, timeout_s: float = 5.0) -> None:
        """Touch the middle of something, by its name, as soon as it is there."""
        until = time.monotonic() + timeout_s
        while target not in self.sees()["targets"]:
            if time.monotonic() > until:
                seen = self.sees()
                raise NotOnScreen(f"no {target!r} on {seen['screen']}; there are {', '.join(seen['targets'])}")
            time.sleep(0.03)
        x, y, width, height = self.sees()["targets"][target]
        x, y = x + width // 2, y + height // 2
        if math.dist((x, y), self._last) < NEAR:
            time.sleep(max(0.0, self._lifted_s + TREMBLE_S - time.monotonic()))
        # A finger rests for a moment: a click without a pause can fall between two frames.
        hand = ["mousemove", str(x), str(y), "mousedown", "1", "sleep", "0.05", "mouseup", "1", "mousemove", "2", "2"]
        subprocess.run(["xdotool", *hand], env=self._env, check=True)
        self._last, self._lifted_s = (x, y), time.monotonic()


def save(picture: np.ndarray[Any, Any], path: Path) -> None:
    """Write a picture as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture)
