"""An X display of its own with one player window in it: show displays, look at pixels, touch for real."""

import base64
import json
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageGrab

from kiosk.core.screens import Display

PATIENCE_S = 90


@contextmanager
def xvfb(width: int, height: int) -> Iterator[dict[str, str]]:
    """An X server on a free display; the environment for programs that draw there with software OpenGL."""
    read, write = os.pipe()
    screen = f"{width}x{height}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        yield os.environ | {"DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1", "SDL_VIDEODRIVER": "x11"}
    finally:
        end(server)


def end(process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> None:
    """Ask it to end; make it end."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def touchable(drawn: dict[str, Any]) -> set[str]:
    """All that can be touched but the digits, which have keys of their own."""
    return {part for part in drawn["targets"] if not (part.startswith("key ") and part[4:].isdigit())}


class Stage:
    """Starts Xvfb on a free display and the player in it. Close it, or use it as a context."""

    def __init__(
        self,
        width: int = 540,
        height: int = 960,
        room: tuple[int, int] = (1920, 1920),
        env: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self._server = xvfb(*room)
        self.env = self._server.__enter__() | (env or {})
        self.display = self.env["DISPLAY"]
        self.player = subprocess.Popen(
            [sys.executable, "-m", "tests.screens.player", str(width), str(height), json.dumps(settings or {})],
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self.said: queue.Queue[dict[str, Any]] = queue.Queue()
        self.touched: queue.Queue[tuple[str, str]] = queue.Queue()
        self.made_on = ""  # the screen of the last
        threading.Thread(target=self._hear, daemon=True).start()
        self._count = 0

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hear(self) -> None:
        assert self.player.stdout
        for line in self.player.stdout:
            said = json.loads(line)
            if "touched" in said:
                self.made_on = said["on"]
                self.touched.put(tuple(said["touched"]))
            else:
                self.said.put(said)

    def tell(self, **order: Any) -> None:
        assert self.player.stdin
        self.player.stdin.write(json.dumps(order) + "\n")
        self.player.stdin.flush()

    def put(self, display: Display) -> None:
        """Show a display; does not wait."""
        self.tell(show=base64.b64encode(pickle.dumps(display)).decode())

    def settle(self) -> dict[str, Any]:
        """Wait until all is drawn and at rest; what is drawn."""
        self._count += 1
        self.tell(settle=self._count)
        said = self.said.get(timeout=PATIENCE_S)
        assert said.get("settled") == self._count, said
        return said

    def show(self, display: Display) -> dict[str, Any]:
        self.put(display)
        return self.settle()

    def size(self, width: int, height: int) -> None:
        self.tell(size=[width, height])

    def picture(self, drawn: dict[str, Any]) -> Image.Image:
        """The window as the X server holds it."""
        width, height = drawn["window"]
        return ImageGrab.grab(xdisplay=self.display).convert("RGB").crop((0, 0, width, height))

    def pointer(self, *words: object) -> None:
        """One xdotool command."""
        subprocess.run(["xdotool", *map(str, words)], env=self.env, check=True, timeout=PATIENCE_S)

    def press(self, drawn: dict[str, Any], target: str) -> None:
        x, y, w, h = drawn["targets"][target]
        self.pointer("mousemove", round(x + w / 2), round(y + h / 2), "mousedown", 1)

    def tap(self, drawn: dict[str, Any], target: str) -> None:
        self.press(drawn, target)
        self.pointer("mouseup", 1)

    def key(self, *names: str) -> None:
        """Press keys, one after another, as X calls them."""
        for name in names:
            self.pointer("key", "--delay", 40, name)

    def next_touch(self) -> tuple[str, str]:
        return self.touched.get(timeout=PATIENCE_S)

    def close(self) -> None:
        end(self.player)
        self._server.__exit__(None, None, None)
        for stream in (self.player.stdin, self.player.stdout):
            if stream:
                stream.close()
