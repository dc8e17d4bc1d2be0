"""When a device counts as up: a pad on a real port, whose antenna is loose; or whose plug is pulled, and put back."""

import queue
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hardware.readings import DeviceDown, DeviceUp, PileSeen
from hardware.rfid import r2000
from hardware.scanner.barcode import Meanings
from hardware.source import WritingSource
from kiosk import workers
from kiosk.pads import PadWorker
from kiosk.workers import Worker, watch_source
from simulators.laid import Laid
from simulators.r2000 import R2000Pad

WAIT_S = 60.0
STEADY_S = 4.0


class Watched:
    """A pad and the thread that owns it."""

    def __init__(self, folder: Path, writes: bool) -> None:
        self.pad = R2000Pad(folder / "ttyPAD0")
        self.told: queue.Queue[tuple[float, Any]] = queue.Queue()
        self.bugs: list[BaseException] = []
        work = PadWorker("pad", self._opened, self._post).work
        reads = watch_source("pad", self._opened, self._post)
        self.worker = Worker("pad", work if writes else reads, self.bugs.append)
        self.worker.start()

    def _opened(self) -> WritingSource:
        return r2000.connect("pad", r2000.Settings(port=self.pad.port, reply_wait_s=0.2), Meanings())

    def _post(self, one: Any) -> None:
        self.told.put((time.monotonic(), one))

    def next(self, *kinds: type) -> tuple[float, Any]:
        """The next of these, and when it was said."""
        while not isinstance((said := self.told.get(timeout=WAIT_S))[1], kinds or (DeviceUp, DeviceDown)):
            pass
        return said

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
    assert watched.next()[1] == DeviceUp("pad")
    for _ in range(4):
        last, down = watched.next()
        assert isinstance(down, DeviceDown)
        assert "antenna" in down.why
    watched.antennas(1)
    at, said = watched.next()
    while isinstance(said, DeviceDown):  # one may have been under way
        last, (at, said) = at, watched.next()
    assert at - last >= workers.REOPEN_S[-1] + STEADY_S


def test_one_that_worked_and_whose_plug_is_put_back_is_up_at_once(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be up in half an hour."""
    ahead = [0.0]
    monkeypatch.setattr(workers, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + ahead[0]))
    monkeypatch.setattr(workers, "STEADY_S", 1800.0)
    assert watched.next()[1] == DeviceUp("pad")
    ahead[0] = 3600.0
    for book in (Laid("SIP0001001"), Laid("SIP0001002")):  # between the two it was asked, and was there
        watched.pad.lay(book)
        while book.number not in str(watched.next(PileSeen)[1]):
            pass
    watched.pad.unplug()
    assert isinstance(watched.next()[1], DeviceDown)
    watched.pad.plug()
    while isinstance(watched.next()[1], DeviceDown):
        pass
