"""``kiosk run`` as its own process, seen as a person or an integrator sees it: screens as JSON lines, touches back.

with KioskProcess(config, env) as kiosk:
    kiosk.wait_for("Home")
    kiosk.touch("collect")
"""

import json
import os
import queue
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Seen = dict[str, Any]
KEPT_MAX = 1000
LOOKS_AROUND_S = 1.2
OUT_OF_VIEW_S = 0.8  # before the same code is shown once more


class NotShown(Exception):
    """The screen waited for did not come. The message says what was shown instead, and what the process said."""


class KioskProcess:
    """A running kiosk with the JSON-lines front end. A context manager; ``kill`` is a power cut."""

    FRONT = ("--screen", "json")

    def __init__(self, config: Path, env: Mapping[str, str] | None = None) -> None:
        self._command = [sys.executable, "-m", "kiosk", "run", str(config), *self.FRONT]
        self._env = dict(env or os.environ)
        self._log = config.with_suffix(".log")
        self._lines: queue.Queue[Seen] = queue.Queue()
        self.seen: list[Seen] = []
        self._looked_around = False
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start (again), over the same store."""
        assert self._process is None
        self._lines, self.seen = queue.Queue(), []  # what stood there in an earlier life is no answer in this one
        self._looked_around = False
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=self._env, text=True
            )
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()

    def kill(self) -> None:
        """The power fails: no goodbye."""
        assert self._process
        self._process.kill()
        self._process.wait()
        self._process = None

    def end(self) -> None:
        """Whatever still runs of it is killed."""
        if self._process:
            self.kill()

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._process = None
        return status

    @property
    def running(self) -> bool:
        """Whether it has been started and not ended."""
        return self._process is not None and self._process.poll() is None

    def disk(self, full: bool) -> None:
        """From now on it can write nothing more to any file, its log neither; or it can again."""
        assert self._process
        limit = 1 if full else resource.RLIM_INFINITY
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    @property
    def worked_s(self) -> float:
        """For how long a processor has worked for it since its start."""
        assert self._process
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def touch(self, action: str, value: str = "", offered: bool = True) -> None:
        """A touch, by its meaning. Not ``offered``: one that the screen may not have, and then must not heed."""
        assert self._process
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"action": action, "value": value}) + "\n")
        self._process.stdin.flush()

    def enter_code(self, digits: str, offered: bool = True) -> None:
        """Digits on the keypad, then enter."""
        for digit in digits:
            self.touch("digit", digit, offered)
        self.touch("enter", offered=offered)

    def wait_for(self, screen: str, timeout_s: float = 30.0, **fields: Any) -> Seen:
        """The next display (from now, or the one that stands) with this screen and these field values."""

        def fits(seen: Seen) -> bool:
            return seen.get("screen") == screen and all(seen.get(name) == value for name, value in fields.items())

        seen = self.wait_until(fits, f"{screen} {fields or ''}", timeout_s)
        if screen == "Home":
            self.look_around()
        return seen

    def look_around(self) -> None:
        """Let nobody come in the first moment after a start: what is shown then was lying there (``InView``)."""
        if not self._looked_around:
            time.sleep(LOOKS_AROUND_S)
        self._looked_around = True

    def wait_until(self, fits: Callable[[Seen], bool], what: str, timeout_s: float = 30.0) -> Seen:
        """The next display (from now, or the one that stands) that fits. Raises ``NotShown``."""
        until = time.monotonic() + timeout_s
        if self.seen and self._lines.empty() and fits(self.seen[-1]):
            return self.seen[-1]
        while True:
            try:
                seen = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise NotShown(f"waited for {what}; shown last:\n{self._last()}\nit said: {self._said()}") from None
            self.seen = [*self.seen[-KEPT_MAX:], seen]
            if fits(seen):
                return seen

    def _last(self) -> str:
        kept = ("doors", "now", "until", "warning")
        return "\n".join(
            json.dumps({k: v for k, v in seen.items() if k not in kept}, ensure_ascii=False) for seen in self.seen[-8:]
        )

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-2000:] if self._log.exists() else ""

    def _read(self, process: subprocess.Popen[str]) -> None:
        lines = self._lines
        assert process.stdout
        for line in process.stdout:
            lines.put(json.loads(line))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end()
