"""What reports by itself, lived through again at the pace of the recording: serial readers, scanners, keyboards, pads
on a line, cameras."""

import json
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hardware import registry
from hardware.errors import DeviceError, DeviceGone
from hardware.scanner.barcode import Meanings
from hardware.source import Source
from simulators.replay_calls import Script
from simulators.replay_line import GAP_MAX_S, QUIET_S, Line, NotATrace, Verdict, as_recorded, compare, driver, openings
from simulators.serve import Mute, Wire, serve_pty

PLACES = ("port", "path")
"""The settings that may name a line of bytes."""


def replay_source(name: str, device: Line, codes: Line, lines: list[Line], verdict: Verdict) -> None:
    """A card reader, pad or scanner, each time that it was connected to."""
    group = f"kiosk.{device['kind']}"
    try:
        known = registry.find(group, device["driver"]).Settings.model_fields
    except (registry.UnknownDriver, ImportError) as error:
        raise NotATrace(f"{name}: {error}") from None
    place = next((one for one in PLACES if one in known), "")
    if not place and device["driver"] != "camera":
        verdict.left_out.append(f"{name} ({device['driver']}: the way to it is not known here)")
        return
    for part in openings(lines):
        if device["kind"] == "pad":
            _asked(name, device, place, codes, part, verdict)
        elif place:
            _spoken(name, device, place, codes, part, verdict)
        else:
            _seen(name, device, codes, part, verdict)


def unmasked(name: str, device: Line, lines: list[Line], verdict: Verdict) -> list[Line]:
    """As far as nobody's card was there: of a tag that is made up, no driver makes out whose it is."""
    first = next((n for n, line in enumerate(lines) if line.get("masked")), None)
    if first is None:
        return lines
    since = lines[first]["t"]
    verdict.left_out.append(f"{name} ({device['driver']}: from {since:.3f} s on, for somebody's card was on it)")
    return [line for line in lines[:first] if line["t"] < since]


def _spoken(name: str, device: Line, place: str, codes: Line, lines: list[Line], verdict: Verdict) -> None:
    """One that only speaks, or whose answers do not depend on when it is asked."""
    with tempfile.TemporaryDirectory() as folder, serve_pty(Mute(), Path(folder) / "tty") as wire:
        module, settings = driver(f"kiosk.{device['kind']}", name, device, **{place: wire.port})
        source = module.connect(name, settings, Meanings.model_validate(codes))
        player = threading.Thread(target=_play, args=(lines, wire), daemon=True)
        player.start()
        said = _readings(source, player.is_alive)
    compare(name, said, [line for line in lines if "reading" in line], verdict)


def _asked(name: str, device: Line, place: str, codes: Line, lines: list[Line], verdict: Verdict) -> None:
    """One that is asked, round after round."""
    lines = _only_read(name, device, unmasked(name, device, lines, verdict), verdict)
    script = Script(paced=True, open_end=True)
    script.begin([line for line in lines if "way" in line])
    with tempfile.TemporaryDirectory() as folder, serve_pty(script, Path(folder) / "tty") as wire:
        module, settings = driver(f"kiosk.{device['kind']}", name, device, **{place: wire.port})
        try:
            source = module.connect(name, settings, Meanings.model_validate(codes))
        except DeviceError as error:
            verdict.differs.append(f"{name}: {script.differs or error}")
            return
        said = _readings(source, lambda: not script.done)
    if script.differs:
        verdict.differs.append(f"{name}: {script.differs}")
    compare(name, said, [line for line in lines if "reading" in line], verdict)


def _only_read(name: str, device: Line, lines: list[Line], verdict: Verdict) -> list[Line]:
    """As far as no tag was written there: the order to do so does not come from the pad."""
    calls = [line for line in lines if "call" in line]
    if not calls:
        return lines
    since = calls[0]["t"]
    verdict.left_out.append(f"{name} ({device['driver']}: from {since:.3f} s on, for it was told to do something)")
    return [line for line in lines if line["t"] < since]


def _seen(name: str, device: Line, codes: Line, lines: list[Line], verdict: Verdict) -> None:
    """A camera: what its process said, said again; there were never pictures to keep."""
    module, settings = driver("kiosk.scanner", name, device, source=0)
    sayings = [(line["t"], bytes.fromhex(line["hex"])) for line in lines if line.get("way") == "<"]
    eyes = _Eyes(sayings)
    source = module.Camera(name, settings, Meanings.model_validate(codes), eyes)
    compare(name, _readings(source, lambda: eyes.left), [line for line in lines if "reading" in line], verdict)


class _Eyes:
    """In the place of the process that looks (``hardware.scanner.confined``)."""

    number = 0

    def __init__(self, sayings: Sequence[tuple[float, bytes]]) -> None:
        self._due = [(t, json.loads(line)) for t, data in sayings for line in data.splitlines()]
        self._late_s = time.monotonic() - self._due[0][0] if self._due else 0.0

    @property
    def left(self) -> bool:
        """Whether there is more to say."""
        return bool(self._due)

    def line(self, timeout_s: float) -> dict[str, Any] | None:
        """See ``Confined.line``."""
        now = time.monotonic()
        if not self._due or (self._late_s + self._due[0][0]) - now > timeout_s:
            time.sleep(timeout_s)
            return None
        said: dict[str, Any]
        t, said = self._due.pop(0)
        wait_s = self._late_s + t - now
        self._late_s -= max(0.0, wait_s - GAP_MAX_S)
        time.sleep(max(0.0, min(wait_s, GAP_MAX_S)))
        return {"at": time.monotonic()} | said

    def close(self) -> None:
        """Nothing to let go of."""


def _readings(source: Source, going_on: Callable[[], bool]) -> list[Line]:
    """All that is reported while it goes on, and a moment after."""
    said: list[Line] = []
    quiet_at = time.monotonic() + QUIET_S
    try:
        while going_on() or time.monotonic() < quiet_at:
            quiet_at = time.monotonic() + QUIET_S if going_on() else quiet_at
            said += [as_recorded(reading) for reading in source.wait(0.5)]
    except DeviceGone:
        pass
    finally:
        source.close()
    return said


def _play(lines: Sequence[Line], wire: Wire) -> None:
    before: float = next(line["t"] for line in lines if "open" in line)  # what is said at once lay there before
    for line in lines:
        if line.get("way") != "<":
            continue
        time.sleep(min(max(line["t"] - before, 0.0), GAP_MAX_S))
        wire.send(bytes.fromhex(line["hex"]))
        before = line["t"]
