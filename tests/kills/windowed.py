"""A real kiosk behind its window: what stands on the glass, touched where it stands there."""

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from simulators.kiosk_process import KioskProcess, NotShown, Seen
from simulators.screen import Hand, NotOnScreen

GLANCE_S = 0.02
SETTLES_S = 2.0  # from the first screen on, until the window is where it says it is
PATIENCE_S = 15.0  # a busy machine draws late
GLASS = ("fields", "language", "out", "targets")  # told of a window, and not on a line of JSON
CALLED = {"more_time": "countdown"}  # what is touched for it


class WindowedProcess(KioskProcess):
    """A ``KioskProcess`` that is seen and touched through the X server that ``env`` names."""

    FRONT = ()

    def __init__(self, config: Path, env: Mapping[str, str]) -> None:
        self._targets = config.with_name("targets.json")
        super().__init__(config, {**env, "KIOSK_TARGETS": str(self._targets)})
        self.hand = Hand(self._env, self._targets)
        self._settled = False

    def start(self) -> None:
        """Start (again); what the window told in an earlier life is gone."""
        self._targets.unlink(missing_ok=True)
        self._settled = False
        super().start()

    def settle(self) -> None:
        """Wait until a window that was just opened can be touched."""
        if not self._settled:
            time.sleep(SETTLES_S)
            self._settled = True

    def touch(self, action: str, value: str = "", offered: bool = True) -> None:
        """Touch what does this, where it stands; who wants to finish when the machine has gone home by itself need not.
        Raises ``NotShown`` when it does not, though it should."""
        names = (f"key {value or action}", f"{CALLED.get(action, action)} {value}".strip())
        self.settle()
        if action == "letter" and names[0] not in (there := self.hand.sees()["targets"]) and "key pad" in there:
            self.hand.touch("key pad")  # a digit is one touch further
        until = time.monotonic() + (PATIENCE_S if offered else 0.0)
        while not (there := [name for name in names if name in self.hand.sees()["targets"]]):
            if time.monotonic() >= until:
                break
            if action == "finish" and self.hand.sees()["screen"] == "Home":
                return
            if offered and value and "later" in self.hand.sees()["targets"]:
                self.hand.touch("later")  # it may stand on another page
            time.sleep(GLANCE_S)
        if not there and not offered:
            return
        try:
            self.hand.touch(there[0] if there else names[-1], 1.0)
        except NotOnScreen as why:
            raise NotShown(f"{why}\nit said: {self._said()}") from None

    def _read(self, process: "subprocess.Popen[str]") -> None:
        lines, last = self._lines, Seen()
        while process.poll() is None:
            told = self.hand.sees()
            seen = {name: value for name, value in told.items() if name not in GLASS} | told.get("fields", {})
            if told["screen"] and seen != last:
                lines.put(seen)
                last = seen
            time.sleep(GLANCE_S)
