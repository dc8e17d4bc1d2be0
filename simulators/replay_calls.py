"""Boards and printers lived through again: each call in the order of the recording, and what crossed the wire then."""

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hardware.errors import DeviceError
from hardware.printer import Code, Cut, Rule, Sheet
from hardware.printer import Line as Words
from simulators.replay_line import GAP_MAX_S, Line, Verdict, driver, openings
from simulators.serve import Memory, serve_pty


class Script:
    """A ``Peer`` that answers as recorded, as long as it is asked as recorded; then it is silent.

    ``paced``: as late as it answered then; else on the spot, for whether a reply came in time was decided then.
    ``open_end``: who is asked round after round goes on as it did last: a recording may end just before its time is up.
    """

    def __init__(self, paced: bool = False, open_end: bool = False) -> None:
        self._paced = paced
        self._open_end = open_end
        self._lines: list[Line] = []
        self._known: dict[bytes, list[bytes]] = {}
        self._asked = b""
        self._late_s: float | None = None
        self.differs = ""

    def begin(self, lines: Sequence[Line]) -> None:
        """What crossed the wire during what comes now."""
        self._lines, self._asked, self.differs, self._late_s = list(lines), b"", "", None

    @property
    def done(self) -> bool:
        """Whether all of it has been played."""
        return not self._lines

    def received(self, data: bytes) -> Iterator[bytes]:
        """Bytes in; the recorded answer out."""
        self._asked += data
        if self._open_end and self.done:
            yield from self._known.get(self._asked, ())
            self._asked = b"" if self._asked in self._known else self._asked
            return
        while self._asked:
            due: Line = self._lines[0] if self._lines and self._lines[0]["way"] == ">" else {"hex": ""}
            wanted = bytes.fromhex(due["hex"]) if "hex" in due else self._asked[: due["count"]]
            if len(wanted) < due.get("count", 0) or (wanted.startswith(self._asked) and wanted != self._asked):
                return  # the rest is still on its way
            if not wanted or not self._asked.startswith(wanted):
                self.differs = f"sent {self._asked.hex(' ')}, recorded is {wanted.hex(' ') or 'nothing'}"
                self._lines, self._asked = [], b""
                return
            self._asked = self._asked[len(wanted) :]
            self._known[wanted] = []
            self._wait(self._lines.pop(0)["t"])
            while self._lines and self._lines[0]["way"] == "<":
                line = self._lines.pop(0)
                self._wait(line["t"])
                self._known[wanted].append(bytes.fromhex(line["hex"]))
                yield bytes.fromhex(line["hex"])

    def _wait(self, t: float) -> None:
        """Until it is as late as it was then."""
        if self._late_s is None:
            self._late_s = time.monotonic() - t
        if self._paced:
            time.sleep(min(max(0.0, self._late_s + t - time.monotonic()), GAP_MAX_S))


def replay_bus(boards: dict[str, Line], lines: Iterable[Line], verdict: Verdict) -> None:
    """The boards on one port."""
    script = Script()
    connected = {}
    heard: dict[str, list[Line]] = {name: [] for name in boards}
    for line in lines:
        name = line["device"]
        if name not in boards:
            continue
        if "way" in line:
            heard[name].append(line)
        elif "call" in line:
            if name not in connected:
                module, settings = driver("kiosk.board", name, boards[name])
                connected[name] = module.connect(settings, Memory(script))
            script.begin(heard[name])
            heard[name] = []
            _compare(name, line, _called(connected[name], line), script, verdict)
        elif "lost" in line:
            connected.clear()  # the port was opened anew, and every driver with it


def replay_printer(name: str, device: Line, lines: list[Line], verdict: Verdict) -> None:
    """A printer, with slips of the same shape: as many bytes, and answered when it was."""
    script = Script(paced=True)
    for part in openings(lines):
        with tempfile.TemporaryDirectory() as folder, serve_pty(script, Path(folder) / "tty") as wire:
            more = {"joined": "serial"} if "joined" in device["settings"] else {}
            module, settings = driver("kiosk.printer", name, device, port=wire.port, **more)
            printer = module.connect(settings)
            heard: list[Line] = []
            for line in part:
                if "way" in line:
                    heard.append(line)
                elif "call" in line:
                    script.begin(heard)
                    heard = []
                    _compare(name, line, _called(printer, line), script, verdict)
            printer.close()


def _compare(name: str, line: Line, gave: Any, script: Script, verdict: Verdict) -> None:
    verdict.calls += 1
    if script.differs or gave != line["gave"]:
        what = script.differs or f"gave {gave}, recorded is {line['gave']}"
        verdict.differs.append(f"{line['t']:.3f} s, {name}, {line['call']}: {what}")


def _called(device: Any, line: Line) -> Any:
    try:
        match line["call"]:
            case "unlock":
                device.unlock(line["channel"])
            case "print_out":
                device.print_out(_sheet(line["sheet"]))
            case "paper":
                return str(device.paper())
            case _:
                return {str(channel): str(door) for channel, door in device.doors().items()}
    except (DeviceError, ValueError) as error:  # ValueError: a channel that this board does not have
        return type(error).__name__
    return "done"


def _sheet(parts: Iterable[Line]) -> Sheet:
    return [_part(one) for one in parts]


def _part(one: Line) -> Words | Code | Rule | Cut:
    if "rule" in one or "cut" in one:
        return Rule() if "rule" in one else Cut()
    return Code(one["code"]) if "code" in one else Words(**one)
