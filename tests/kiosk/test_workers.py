"""When a device counts as up: a pad on a real port, whose antenna is loose; or whose plug is pulled, and put back."""

import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hardware.readings import DeviceDown, DeviceUp
from hardware.rfid import r2000
from hardware.scanner.barcode import Meanings
from hardware.source import WritingSource
from kiosk import workers
from kiosk.pads import PadWorker
from kiosk.workers import Worker, watch_source
from simulators.r2000 import R2000Pad

WAIT_S = 60.0
STEADY_S = 4.0


class Watched:
    """A pad and the thread that owns it."""

    def __init__(self, folder: Path, writes: bool) -> None:
        self.pad = R2000Pad(folder / "ttyPAD0")
        self.told: queue.Queue[Any] = queue.Queue()
        self.bugs: list[BaseException] = []
        work = PadWorker("pad", self._opened, self.told.put).work
        reads = watch_source("pad", self._opened, self.told.put)
        self.worker = Worker("pad", work if writes else reads, self.bugs.append)
        self.worker.start()

    def _opened(self) -> WritingSource:
        return r2000.connect("pad", r2000.Settings(port=self.pad.port, reply_wait_s=0.2), Meanings())

    def next(self) -> DeviceUp | DeviceDown:
        while not isinstance(one := self.told.get(timeout=WAIT_S), DeviceUp | DeviceDown):
            pass
        return one

    def antennas(self, count: int) -> None:
        self.pad.reader._antennas = count


@pytest.fixture(params=[True, False])
def watched(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(workers, "STEADY_S", STEADY_S)
    watched = Watched(tmp_path, request.param)
    yield watched
    watched.worker.stop()
    watched.worker.join(10)
    watched.pad.close()
    assert not watched.bugs


def test_one_that_can_be_opened_and_never_works_is_down_until_it_works_for_a_while(watched: Watched) -> None:
    watched.antennas(0)
    assert watched.next() == DeviceUp("pad")
    for _ in range(4):
        down = watched.next()
        assert isinstance(down, DeviceDown)
        assert "antenna" in down.why
    watched.antennas(1)
    mended = time.monotonic()
    while isinstance(watched.next(), DeviceDown):  # one may have been under way
        mended = time.monotonic()
    assert time.monotonic() - mended >= STEADY_S * 0.9


def test_one_that_worked_and_whose_plug_is_put_back_is_up_at_once(watched: Watched) -> None:
    assert watched.next() == DeviceUp("pad")
    time.sleep(STEADY_S + 2 * workers.WAIT_S)
    watched.pad.unplug()
    assert isinstance(watched.next(), DeviceDown)
    watched.pad.plug()
    plugged = time.monotonic()
    while isinstance(watched.next(), DeviceDown):
        pass
    assert time.monotonic() - plugged < STEADY_S
