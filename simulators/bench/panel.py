"""The kiosk of a bench: the real ``kiosk run`` as its own process, before a display in memory where this machine has
one, else with the JSON-lines front end. What it shows and what can be touched are the same words in both.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulators.children import begin, ending
from simulators.screen import Hand, NoDisplay, Xvfb
from simulators.twins import Unfit

Seen = dict[str, Any]
WORDS_MAX = 500
NOTHING: Seen = {"screen": "", "fields": {}, "out": []}


# libfaketime would move the clock of the whole process, but makes sleeps fail in a process with a window.
CLOCK = """\
import time

true, true_ns = time.time, time.time_ns
time.time = lambda: true() + {ahead_s}
time.time_ns = lambda: true_ns() + {ahead_s} * 10**9
"""


class Panel:
    """A kiosk that can be started, lose its power and be touched. Any thread may ask; one at a time may start it."""

    def __init__(self, config: Path, env: Mapping[str, str], width: int, height: int, window: bool = True) -> None:
        """``window`` False: without a display in any case, which is faster."""
        self.display: Xvfb | None = None
        self.no_display = "" if window else "not asked for"
        if window:
            try:
                self.display = Xvfb(width, height)
            except NoDisplay as why:
                self.no_display = str(why)
        self._targets = config.with_name("targets.json")
        self._log = config.with_suffix(".log")
        shown = {**self.display.env, "KIOSK_TARGETS": str(self._targets)} if self.display else {}
        self._env = {**env, **shown}
        front = [] if self.display else ["--screen", "json"]
        self._command = [sys.executable, "-m", "kiosk", "run", str(config), *front]
        self._process: subprocess.Popen[str] | None = None
        self._said: Seen = NOTHING

    def start(self, ahead_s: int = 0) -> None:
        """Power on; over the same store as before. ``ahead_s``: its time of day is wrong by so much."""
        env = dict(self._env)
        if ahead_s:  # Python imports a sitecustomize before anything of ours
            clock = self._log.with_name("clock")
            clock.mkdir(exist_ok=True)
            (clock / "sitecustomize.py").write_text(CLOCK.format(ahead_s=ahead_s), encoding="utf-8")
            env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(clock), env.get("PYTHONPATH"))))
        self._targets.unlink(missing_ok=True)
        self._said = NOTHING
        pipe = None if self.display else subprocess.PIPE
        with self._log.open("a") as log:
            self._process = begin(ending(self._command), stdin=pipe, stdout=pipe or log, stderr=log, env=env, text=True)
        if not self.display:
            threading.Thread(target=self._read, args=(self._process,), name="screen", daemon=True).start()

    def kill(self) -> None:
        """The power fails: no goodbye."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._targets.unlink(missing_ok=True)

    def close(self) -> None:
        """End it politely, and its display."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
        self.kill()
        if self.display:
            self.display.__exit__(None, None, None)

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def status(self) -> str | None:
        """How it ended by itself, with its last words; None while it runs or is without power."""
        if self._process is None or (code := self._process.poll()) is None:
            return None
        words = self._log.read_text(errors="replace").strip()[-WORDS_MAX:]
        return f"it ended with status {code}: {words or 'it said nothing'}"

    def seen(self) -> Seen:
        """What stands on the screen: ``screen``, its ``fields``, doors that are ``out``; with a display ``targets``."""
        if not self.running:
            return NOTHING
        if self.display:
            return Hand(self._env, self._targets).sees()
        return self._said

    def touch(self, x: int, y: int) -> None:
        """A finger on a pixel of the screen. Raises ``Unfit`` without a display."""
        self._hand("mousemove", x, y, "mousedown", 1, "sleep", 0.05, "mouseup", 1, "mousemove", 2, 2)

    def key(self, name: str) -> None:
        """A key, as X calls it, of a keyboard beside the screen. Raises ``Unfit`` without a display."""
        self._hand("key", "--delay", 40, name)

    def touch_named(self, target: str) -> None:
        """A finger on something by its name: ``collect``, ``key 3``, ``check 5``. Raises ``Unfit``."""
        self._alive()
        if not self.display:
            self._tell(target)
            return
        targets = self.seen().get("targets", {})
        if target not in targets:
            raise Unfit(f"no {target!r} on the screen; there are {', '.join(sorted(targets)) or 'none'}")
        x, y, width, height = targets[target]
        self.touch(x + width // 2, y + height // 2)

    def _hand(self, *words: object) -> None:
        """One xdotool command."""
        if not self.display:
            raise Unfit(f"there is no screen to touch here ({self.no_display}); touch things by name")
        self._alive()
        subprocess.run(["xdotool", *map(str, words)], env=self._env, check=True)

    def _alive(self) -> None:
        if not self.running:
            raise Unfit("the kiosk is not running")

    def _tell(self, target: str) -> None:
        if target in ("language", "size", "contrast"):
            return  # these concern eyes, and nobody looks
        if digit := re.fullmatch(r"key (\d)", target):
            action, value = "digit", digit[1]
        else:
            action, _, value = target.removeprefix("key ").partition(" ")
        action = {"stay": "more_time"}.get(action, action)
        assert self._process
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"action": action, "value": value}) + "\n")
            self._process.stdin.flush()

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout
        beside = ("screen", "doors", "now", "until", "warning", "initials", "online")
        for line in process.stdout:
            said = json.loads(line)
            if "screen" in said:
                fields = {name: value for name, value in said.items() if name not in beside}
                out = [door["name"] for door in said.get("doors", ()) if door["out"]]
                self._said = {"screen": said["screen"], "fields": fields, "out": out}
