"""What every pad owes, shown against its twin: a serial one over memory, byte by byte, a pseudo-terminal and a socket;
one of PC/SC over a real pcscd. A new driver joins with one rig in ``RIGS``.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from readers import OMNIKEY

from hardware import registry
from hardware.errors import DeviceGone, DeviceRefused
from hardware.rfid.book import BookTag, PatronTag, Usage
from hardware.rfid.pad import Pad
from hardware.rfid.pcsc_pad import PcscPad
from hardware.rfid.pcsc_pad import Settings as PcscSettings
from hardware.rfid.pcsc_reader import open_reader
from hardware.rfid.r2000 import R2000
from hardware.rfid.r2000 import Settings as R2000Settings
from hardware.serialport import open_port
from simulators.laid import IN_LIBRARY, ON_LOAN, Laid
from simulators.pcsc_pad import PcscPad as PcscTwin
from simulators.pcscd import Pcscd
from simulators.r2000 import R2000 as R2000Twin
from simulators.serve import Memory, serve_pty, serve_tcp

SEEN_S = 20.0  # pcscd looks for a card every 0.4 s


@dataclass
class Rig:
    """A driver, and hands for its twin. ``piles``: several things are seen at once. ``lost``: closed, it is gone."""

    pad: Pad
    lay: Callable[[Laid], None]
    remove: Callable[[Laid], None]
    piles: bool
    lost: bool = True

    def seen(self, count: int) -> list[Any]:
        """So many tags, once they are seen; where nothing lies, at once."""
        until = time.monotonic() + SEEN_S
        while len(tags := list(self.pad.tags())) != count and time.monotonic() < until:
            time.sleep(0.05)
        assert len(tags) == count
        return tags


def r2000(way: str, folder: Path, undo: ExitStack) -> Rig:
    twin = R2000Twin()
    settings = R2000Settings(port="here", reply_wait_s=0.3)
    if way in ("memory", "shredded"):
        transport: Any = Memory(twin, piece=1) if way == "shredded" else Memory(twin)
    else:
        wire = serve_pty(twin, folder / "ttyPAD0") if way == "pty" else serve_tcp(twin)
        undo.enter_context(wire)
        transport = open_port(wire.port, settings.baud)
    pad = R2000(settings, transport)
    undo.callback(pad.close)
    return Rig(pad, twin.laid.append, twin.laid.remove, piles=True, lost=way in ("pty", "socket"))


def pcsc_pad(daemon: Pcscd, undo: ExitStack) -> Rig:
    twin = PcscTwin(daemon.port(OMNIKEY))
    undo.callback(time.sleep, 0.45)  # until pcscd has seen it go
    undo.callback(twin.close)
    pad = PcscPad(PcscSettings(reader=OMNIKEY), open_reader(OMNIKEY))
    undo.callback(pad.close)
    return Rig(pad, twin.lay, twin.remove, piles=False)


ON_WIRES = ["r2000 memory", "r2000 shredded", "r2000 pty", "r2000 socket", "pcsc_pad pcscd"]


@pytest.fixture(params=ON_WIRES)
def rig(request: pytest.FixtureRequest, tmp_path: Path, pcscd: Pcscd) -> Iterator[Rig]:
    driver, way = request.param.split()
    with ExitStack() as undo:
        yield pcsc_pad(pcscd, undo) if driver == "pcsc_pad" else r2000(way, tmp_path, undo)


def test_every_pad_is_held_to_this() -> None:
    assert set(registry.names("kiosk.pad")) == {one.split()[0] for one in ON_WIRES}


def test_nothing_lies_there(rig: Rig) -> None:
    assert rig.pad.tags() == []


def test_a_book_comes_and_goes(rig: Rig) -> None:
    book = Laid("SZ0000001")
    rig.lay(book)
    [tag] = rig.seen(1)
    assert (tag.item, tag.secured) == ("SZ0000001", True)
    rig.remove(book)
    assert rig.seen(0) == []


def test_what_its_tag_says_of_a_set(rig: Rig) -> None:
    rig.lay(Laid("SZ0000002", 3, 2))
    [tag] = rig.seen(1)
    assert (tag.item, tag.parts, tag.part) == ("SZ0000002", 3, 2)


def test_a_tag_that_says_nothing_is_still_a_tag(rig: Rig) -> None:
    rig.lay(Laid(raw=b"\xe2\x00" * 6))
    [tag] = rig.seen(1)
    assert isinstance(tag, BookTag)
    assert tag.item == ""


def test_security_is_written_read_back_and_told(rig: Rig) -> None:
    book = Laid("SZ0000001")
    rig.lay(book)
    [tag] = rig.seen(1)
    for secured, afi in ((False, ON_LOAN), (False, ON_LOAN), (True, IN_LIBRARY)):
        rig.pad.secure(tag.uid, secured)
        assert book.afi == afi
        [now] = rig.seen(1)
        assert now.secured is secured


def test_what_cannot_be_secured_is_refused_and_stays(rig: Rig) -> None:
    locked = Laid("SZ0000001", locked=True)
    rig.lay(locked)
    [tag] = rig.seen(1)
    with pytest.raises(DeviceRefused):
        rig.pad.secure(tag.uid, False)
    with pytest.raises(DeviceRefused):
        rig.pad.secure("E004010000000000", False)
    assert locked.afi == IN_LIBRARY


def test_of_what_lies_there_together_only_what_is_meant_is_secured(rig: Rig) -> None:
    books = [Laid("SZ0000001"), Laid("SZ0000002")]
    for book in books:
        rig.lay(book)
    shown = rig.seen(2 if rig.piles else 1)[0]
    rig.pad.secure(shown.uid, False)
    assert {book.number: book.afi for book in books} == {
        book.number: ON_LOAN if book.number == shown.item else IN_LIBRARY for book in books
    }


def test_a_pile_is_read_whole_where_it_can_be(rig: Rig) -> None:
    for n in range(5):
        rig.lay(Laid(f"SZ000000{n}"))
    assert len(rig.seen(5 if rig.piles else 1)) == (5 if rig.piles else 1)


def test_it_says_what_it_is_and_may_be_closed_twice(rig: Rig) -> None:
    assert rig.pad.firmware()
    rig.pad.close()
    rig.pad.close()
    if rig.lost:
        with pytest.raises(DeviceGone):
            rig.pad.tags()


def test_a_patrons_card_is_kept_apart(pcscd: Pcscd) -> None:
    with ExitStack() as undo:
        rig = pcsc_pad(pcscd, undo)
        rig.lay(Laid("0123456789", usage=Usage.PATRON))
        [tag] = rig.seen(1)
        assert isinstance(tag, PatronTag)
        assert "0123456789" not in repr(tag)
