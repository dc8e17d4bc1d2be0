"""A recorded trace lived through again: the drivers as they are now, before wires that play what came.

The file is one of ``kiosk trace`` or ``kiosk run --trace``: JSON, an object a line, the first of them the heading.
A board's driver gets its calls in the order of the recording; what it sends must be what it sent then, and is answered
with what was answered then. Card readers and scanners get their bytes at the pace of the recording, over a
pseudo-terminal. Pads, and readers without a serial line (PC/SC, cameras, keyboards), are named as not replayed.
"""

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import click
from pydantic import BaseModel, SecretStr, StringConstraints, ValidationError, model_validator

from hardware import registry
from hardware.errors import DeviceError
from hardware.scanner.barcode import Meanings
from simulators.serve import Memory, Mute, serve_pty

GAP_MAX_S = 3.0  # a longer pause of a card reader or scanner is shortened to this
QUIET_S = 1.5  # after the last byte, what its driver may still have to say
LINE_MAX = 1 << 20
NUMBERS = ("PatronScanned", "PassScanned", "CodeUnknown")
"""What a code whose digits were made up may come to be: its check digit is gone."""

Line = dict[str, Any]


class NotATrace(Exception):
    """The file cannot be replayed; the message says why."""


class _Device(BaseModel):
    kind: Literal["board", "card", "pad", "scanner"]
    driver: str
    settings: dict[str, Any]
    bus: int | None = None

    @model_validator(mode="after")
    def _wired(self) -> Self:
        if self.kind == "board" and self.bus is None:
            raise ValueError("a board on no bus")
        return self


class _Head(BaseModel):
    trace: Literal[1]
    codes: Meanings
    devices: dict[str, _Device]


class _Line(BaseModel):
    t: float
    device: str
    way: Literal["<", ">"] | None = None
    hex: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2} ?)*$")] | None = None
    call: Literal["doors", "unlock"] | None = None
    channel: int | None = None
    gave: str | dict[str, str] | None = None
    reading: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.way and self.hex is None) or (self.call and self.gave is None):
            raise ValueError("a line with something missing")
        if self.call == "unlock" and self.channel is None:
            raise ValueError("an unlock without a channel")
        return self


@dataclass
class Verdict:
    """``differs``: where today's drivers do otherwise than recorded. ``left_out``: devices not replayed."""

    differs: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    calls: int = 0
    readings: int = 0


def replay(path: Path) -> Verdict:
    """Live through a trace. Takes about as long as it took, without the long pauses. Raises ``NotATrace``."""
    head, lines = _read(path)
    verdict = Verdict()
    devices: dict[str, Line] = head["devices"]
    boards = {name: device for name, device in devices.items() if device["kind"] == "board"}
    for _, on_bus in groupby(sorted(boards, key=lambda name: boards[name]["bus"]), key=lambda n: boards[n]["bus"]):
        _replay_bus({name: boards[name] for name in on_bus}, lines, verdict)
    for name, device in devices.items():
        if device["kind"] != "board":
            _replay_source(name, device, head["codes"], [line for line in lines if line["device"] == name], verdict)
    return verdict


def _read(path: Path) -> tuple[Line, list[Line]]:
    try:
        with path.open(encoding="utf-8") as file:
            head, *lines = [json.loads(text) for text in iter(lambda: file.readline(LINE_MAX), "")]
    except (OSError, ValueError, RecursionError) as error:  # ValueError: empty, or not JSON
        raise NotATrace(f"{path}: {error}") from None
    try:
        _Head.model_validate(head)
    except ValidationError:
        raise NotATrace(f"{path}: does not begin as a trace of this version does") from None
    for number, line in enumerate(lines, 2):
        try:
            _Line.model_validate(line)
        except ValidationError as error:
            raise NotATrace(f"{path}: line {number} is no line of a trace ({error.errors()[0]['msg']})") from None
    return head, lines


def _driver(group: str, name: str, device: Line, **more: Any) -> tuple[Any, Any]:
    """The driver's module, and its settings as recorded."""
    try:
        module = registry.find(group, device["driver"])
        return module, module.Settings.model_validate_json(json.dumps(device["settings"] | more))
    except (registry.UnknownDriver, ImportError, ValueError) as error:  # ValueError: settings that do not fit
        raise NotATrace(f"{name}: {error}") from None


# ---- boards -------------------------------------------------------------------------------------------------------


class _Script:
    """A ``Peer`` that answers as recorded, as long as it is asked as recorded; then it is silent."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._asked = b""
        self.differs = ""

    def begin(self, lines: Sequence[Line]) -> None:
        """What crossed the wire during the call that comes now."""
        self._lines, self._asked, self.differs = list(lines), b"", ""

    def received(self, data: bytes) -> Iterator[bytes]:
        """Played on the spot: whether a reply came in time was decided when it was recorded."""
        self._asked += data
        due = bytes.fromhex(self._lines[0]["hex"]) if self._lines and self._lines[0]["way"] == ">" else b""
        if not due.startswith(self._asked):
            self.differs = f"sent {self._asked.hex(' ')}, recorded is {due.hex(' ') or 'nothing'}"
            self._lines = []
        elif self._asked == due:
            self._asked = b""
            del self._lines[0]
            while self._lines and self._lines[0]["way"] == "<":
                yield bytes.fromhex(self._lines.pop(0)["hex"])


def _replay_bus(boards: dict[str, Line], lines: Iterable[Line], verdict: Verdict) -> None:
    script = _Script()
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
                module, settings = _driver("kiosk.board", name, boards[name])
                connected[name] = module.connect(settings, Memory(script))
            script.begin(heard[name])
            heard[name] = []
            gave = _call(connected[name], line)
            verdict.calls += 1
            if script.differs or gave != line["gave"]:
                what = script.differs or f"gave {gave}, recorded is {line['gave']}"
                verdict.differs.append(f"{line['t']:.3f} s, {name}, {line['call']}: {what}")
        elif "lost" in line:
            connected.clear()  # the port was opened anew, and every driver with it


def _call(board: Any, line: Line) -> Any:
    try:
        if line["call"] == "unlock":
            board.unlock(line["channel"])
            return "done"
        return {str(channel): str(door) for channel, door in board.doors().items()}
    except (DeviceError, ValueError) as error:  # ValueError: a channel that this board does not have
        return type(error).__name__


# ---- card readers, scanners ---------------------------------------------------------------------------------------


def _replay_source(name: str, device: Line, codes: Line, lines: list[Line], verdict: Verdict) -> None:
    group = f"kiosk.{device['kind']}"
    if device["kind"] == "pad" or not _on_a_line(group, name, device):
        verdict.left_out.append(f"{name} ({device['driver']})")
        return
    with tempfile.TemporaryDirectory() as folder, serve_pty(Mute(), Path(folder) / "tty") as wire:
        module, settings = _driver(group, name, device, port=wire.port)
        source = module.connect(name, settings, Meanings.model_validate(codes))
        bytes_in = [line for line in lines if line.get("way") == "<"]
        player = threading.Thread(target=_play, args=(bytes_in, wire.send), daemon=True)
        player.start()
        said: list[Line] = []
        quiet_at = time.monotonic() + QUIET_S
        while player.is_alive() or time.monotonic() < quiet_at:
            quiet_at = time.monotonic() + QUIET_S if player.is_alive() else quiet_at
            said += [_line(reading) for reading in source.wait(0.1)]
        source.close()
    recorded = [line for line in lines if "reading" in line]
    verdict.readings += len(recorded)
    for now, then in zip(said, recorded, strict=False):
        if not _alike(now, then):
            verdict.differs.append(f"{then['t']:.3f} s, {name}: {now}, recorded is {then}")
    if len(said) != len(recorded):
        verdict.differs.append(f"{name}: {len(said)} readings, recorded are {len(recorded)}")


def _on_a_line(group: str, name: str, device: Line) -> bool:
    try:
        return "port" in registry.find(group, device["driver"]).Settings.model_fields
    except (registry.UnknownDriver, ImportError) as error:
        raise NotATrace(f"{name}: {error}") from None


def _play(lines: list[Line], send: Any) -> None:
    before = lines[0]["t"] if lines else 0.0
    for line in lines:
        time.sleep(min(max(line["t"] - before, 0.0), GAP_MAX_S))
        send(bytes.fromhex(line["hex"]))
        before = line["t"]


def _line(reading: Any) -> Line:
    """As the recording has it, numbers of people covered."""
    said: Line = {"reading": type(reading).__name__}
    for one in fields(reading):
        value = getattr(reading, one.name)
        if one.name != "device":
            said[one.name] = f"({len(value.get_secret_value())} characters)" if isinstance(value, SecretStr) else value
    return said


def _alike(now: Line, then: Line) -> bool:
    if then["reading"] in NUMBERS and now["reading"] in NUMBERS:
        return True
    return now == {key: value for key, value in then.items() if key not in ("t", "device", "masked")}


@click.command("replay")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def command(files: tuple[Path, ...]) -> None:
    """Let today's drivers live through recorded traces again; exit 1 when they do otherwise than recorded."""
    failed = False
    for path in files:
        try:
            verdict = replay(path)
        except NotATrace as error:
            raise click.ClickException(str(error)) from None
        for difference in verdict.differs:
            click.echo(f"{path}: {difference}")
        done = f"{verdict.calls} calls and {verdict.readings} readings"
        click.echo(f"{path}: {done}, {'NOT ' if verdict.differs else ''}as recorded")
        if verdict.left_out:
            click.echo(f"{path}: not replayed: {', '.join(verdict.left_out)}")
        failed = failed or bool(verdict.differs)
    sys.exit(failed)
