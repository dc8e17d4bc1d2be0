"""Cards lived through again: laid on a virtual reader of a real pcscd, they answer what the recorded ones answered.

The driver runs in a process of its own, for libpcsclite reads once per process which daemon it is to meet.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hardware.scanner.barcode import Meanings
from simulators.pcsc import Card, Fault
from simulators.pcscd import Pcscd, PcscUnavailable
from simulators.replay_line import GAP_MAX_S, Line, Verdict, as_recorded, compare, driver
from simulators.replay_sources import unmasked

READER = "ACS ACR122U PICC Interface"
NO_ANSWER = b"\x63\x00"
LIFTED_S = 0.6  # a pad goes round more often than that while a tag lies there
READ_S = 8.0
QUIET_S = 3.0
_LOAD_KEY = b"\xff\x82"


@dataclass
class Stay:
    """A card on the reader, from ``came`` to ``left``; ``said``: command and answer, None where it gave none."""

    came: float
    atr: bytes
    left: float = 0.0
    said: list[tuple[bytes, bytes | None]] = field(default_factory=list)


class Recorded:
    """What lies there now (``simulators.chip.Answering``): each command gets the answers it got then, in turn, and the
    last of them again and again."""

    def __init__(self, stay: Stay) -> None:
        self.atr = stay.atr
        self.asked: list[bytes] = []
        self.unknown: list[bytes] = []
        self._answers: dict[bytes, deque[bytes]] = {}
        for apdu, answer in stay.said:
            self._answers.setdefault(_about(apdu), deque()).append(answer or NO_ANSWER)

    def power_on(self) -> None:
        """Nothing changes: a recording knows only one order of things."""

    def answer(self, apdu: bytes) -> bytes:
        """The recorded one."""
        self.asked.append(apdu)
        left = self._answers.get(_about(apdu))
        if left is None:
            self.unknown.append(apdu)
            return b"\x6d\x00"
        return left.popleft() if len(left) > 1 else left[0]


def replay_cards(name: str, device: Line, codes: Line, lines: list[Line], verdict: Verdict) -> None:
    """A PC/SC card reader, or a pad that is one."""
    pad = device["kind"] == "pad"
    lines = unmasked(name, device, lines, verdict) if pad else lines
    recorded = [line for line in lines if "reading" in line]
    driver(f"kiosk.{device['kind']}", name, device)  # whatever is wrong with it is said here, not there
    reader = device["settings"].get("reader") or READER
    try:
        with Pcscd([reader]) as daemon:
            opened = lines[0]["t"] if lines else 0.0
            said = _lived(name, device, codes, opened, list(_stays(lines, pad)), daemon, reader, verdict)
    except PcscUnavailable as why:
        verdict.left_out.append(f"{name} ({device['driver']}: {why})")
        return
    compare(name, said, recorded, verdict)


def _lived(
    name: str,
    device: Line,
    codes: Line,
    opened: float,
    stays: Sequence[Stay],
    daemon: Pcscd,
    reader: str,
    verdict: Verdict,
) -> list[Line]:
    said: list[Line] = []
    told = json.dumps({"name": name, "device": device, "codes": codes})
    line = [sys.executable, "-m", "simulators.replay_cards", told]
    with subprocess.Popen(line, env={**os.environ, **daemon.env}, text=True, stdin=-1, stdout=-1) as process:
        assert process.stdin
        assert process.stdout
        place = Card(daemon.port(reader))
        try:
            if process.stdout.readline().strip() != "{}":
                verdict.differs.append(f"{name}: its driver did not open the reader")
                return said
            out = process.stdout
            hearing = threading.Thread(target=lambda: said.extend(map(json.loads, out)), daemon=True)
            hearing.start()
            time.sleep(min(stays[0].came - opened, GAP_MAX_S) if stays else 0.0)  # a pad says that nothing lies there
            for n, stay in enumerate(stays):
                _lay(name, place, stay, verdict)
                gap_s = stays[n + 1].came - stay.left if n + 1 < len(stays) else QUIET_S
                time.sleep(min(max(gap_s, 1.0), GAP_MAX_S))
            process.stdin.close()
            hearing.join(5)
        finally:
            place.close()
            process.kill()
    return said


def _unasked(stay: Stay, chip: Recorded) -> set[bytes]:
    """What it was asked then and has not been now."""
    return {_about(apdu) for apdu, _ in stay.said} - {_about(apdu) for apdu in list(chip.asked)}


def _lay(name: str, place: Card, stay: Stay, verdict: Verdict) -> None:
    """A card comes, is read, and stays as long as it did, within bounds."""
    chip = Recorded(stay)
    amid = bool(stay.said) and stay.said[-1][1] is None
    place.tap(chip, Fault.LIFTED if amid else Fault.NONE, lifted_at=len(stay.said))
    until = time.monotonic() + READ_S
    while place.lies and (len(chip.asked) < len(stay.said) or _unasked(stay, chip)) and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(min(max(stay.left - stay.came, 1.0), GAP_MAX_S))
    place.lift()
    for apdu in dict.fromkeys(chip.unknown):
        verdict.differs.append(f"{stay.came:.3f} s, {name}: asked {apdu.hex(' ')}, which was not asked then")
    for apdu in sorted(_unasked(stay, chip)):
        verdict.differs.append(f"{stay.came:.3f} s, {name}: did not ask {apdu.hex(' ')}, which was asked then")


def _stays(lines: Sequence[Line], pad: bool) -> Iterator[Stay]:
    stay: Stay | None = None
    for line in lines:
        t, way = line["t"], line.get("way")
        over = (
            line.get("reading") == "CardGone" or "lost" in line or (pad and way and stay and t - stay.left > LIFTED_S)
        )
        if stay and over:
            stay.left = stay.left if pad else t
            yield stay
            stay = None
        if way == "=" and stay is None:
            stay = Stay(t, bytes.fromhex(line["hex"]), t)
        elif way == ">" and stay:
            stay.said.append((bytes.fromhex(line["hex"]), None))
        elif way == "<" and stay and stay.said:
            stay.said[-1] = (stay.said[-1][0], bytes.fromhex(line["hex"]))
        if stay and way:
            stay.left = t
    if stay:
        yield stay


def _about(apdu: bytes) -> bytes:
    """A key is in no recording: loading any is the same."""
    return apdu[:5] if apdu.startswith(_LOAD_KEY) else apdu


def main() -> None:
    """The driver: says ``{}`` once it is connected, then its readings, until nobody listens or its input ends."""
    told = json.loads(sys.argv[1])
    device, name = told["device"], told["name"]
    module, settings = driver(f"kiosk.{device['kind']}", name, device)
    source = module.connect(name, settings, Meanings.model_validate(told["codes"]))
    print("{}", flush=True)
    ended = threading.Event()

    def hang_up() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=hang_up, daemon=True).start()
    while not ended.is_set():
        for reading in source.wait(0.2):
            print(json.dumps(as_recorded(reading)), flush=True)
    source.close()


if __name__ == "__main__":
    main()
