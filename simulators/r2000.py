"""A UHF pad with an R2000, and what lies on it; the frames are those of ``hardware.rfid.r2000``.

with R2000Pad(folder / "ttyPAD0") as pad:      # pad.port goes into the kiosk's config
    pad.lay(Laid("SZ0000123"))
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from hardware.rfid.iso28560_4 import NOT_EPC
from hardware.rfid.r2000 import (
    ANTENNA,
    ANYBODY,
    BAUD,
    DONE,
    FIRMWARE,
    LOOK,
    MEANT,
    NO_PASSWORD,
    PC_WORD,
    READ,
    UII_BANK,
    USER_BANK,
    WRITE,
    Decoder,
    Frame,
)
from simulators.laid import Laid
from simulators.line import Line
from simulators.serve import serve_pty

ADDRESS = 1
NO_TAG, WRITE_FAILED, NO_ANTENNA, PASSWORD, PARAMETER = 0x36, 0x33, 0x22, 0x40, 0x41
_CRC = b"\x12\x34"  # the tag's own; nobody looks


class R2000:
    """The reader, a ``Peer``. ``antennas``: how many are connected. ``address``: its own."""

    version = b"\x08\x02"

    def __init__(self, antennas: int = 1, address: int = ADDRESS) -> None:
        self._address = address
        self.laid: list[Laid] = []
        self._antennas = antennas
        self._antenna = 0
        self._meant: bytes | None = None
        self._decoder = Decoder()

    def received(self, data: bytes) -> Iterator[bytes]:
        """Commands in, replies out; what is no command, or for another address, meets silence."""
        for frame in self._decoder.feed(data):
            if frame.address in (self._address, ANYBODY):
                for reply in self._answered(frame.command, frame.data):
                    yield Frame(self._address, frame.command, reply).to_bytes()

    def _answered(self, command: int, data: bytes) -> Iterator[bytes]:
        if command == FIRMWARE:
            yield self.version
        elif command == ANTENNA and len(data) == 1:
            self._antenna = data[0]
            yield bytes((DONE,))
        elif command == LOOK:
            yield from self._round()
        elif command == MEANT and data:
            self._meant = data[2:] if data[0] == 0 else None
            yield bytes((DONE,))
        elif command == READ and len(data) == 7:
            yield self._read(data[0], data[1], data[2])
        elif command == WRITE and len(data) >= 9:
            yield self._written(data)
        else:
            yield bytes((PARAMETER,))

    def _round(self) -> Iterator[bytes]:
        if self._antenna >= self._antennas:
            yield bytes((NO_ANTENNA,))
            return
        heard = [one for one in list(self.laid) if one.answers()]
        for one in heard:
            yield bytes((0x04 | self._antenna,)) + _pc(one) + one.uii() + b"\x45"
        yield bytes((self._antenna,)) + b"\x00\x1b" + len(heard).to_bytes(4, "big")

    def _one(self) -> Laid | None:
        """The tag that is meant, if it answers just now."""
        return next((one for one in self.laid if one.uii() == self._meant and one.answers()), None)

    def _read(self, bank: int, word: int, words: int) -> bytes:
        one = self._one()
        if one is None:
            return bytes((NO_TAG,))
        if bank != USER_BANK:
            return bytes((PARAMETER,))
        memory = one.user_bank()[2 * word : 2 * (word + words)]
        body = _pc(one) + one.uii() + _CRC + memory
        return b"\x00\x01" + bytes((len(body),)) + body + bytes((len(memory), 0x04, 0x01))

    def _written(self, data: bytes) -> bytes:
        one = self._one()
        if one is None:
            return bytes((NO_TAG,))
        if data[:4] != NO_PASSWORD:
            return bytes((PASSWORD,))
        if tuple(data[4:7]) != (UII_BANK, PC_WORD, 1) or data[7:8] != _pc(one)[:1]:
            return bytes((PARAMETER,))
        code = WRITE_FAILED if one.locked else DONE
        if not one.locked:
            one.afi = data[8]
        body = _pc(one) + one.uii() + _CRC
        return b"\x00\x01" + bytes((len(body),)) + body + bytes((code, 0x04, 0x01))


def _pc(one: Laid) -> bytes:
    """A tag that does not say its number there is one of GS1's."""
    words = len(one.uii()) // 2 << 11
    return (words | (NOT_EPC | one.afi if one.says_in_uii else 0)).to_bytes(2, "big")


class R2000Pad:
    """It and its cable. ``baud`` 0: no wire time."""

    def __init__(self, link: Path, *, baud: int = BAUD, antennas: int = 1, address: int = ADDRESS) -> None:
        self.reader = R2000(antennas, address)
        self.line = Line(self.reader)
        """What can go wrong with what it says."""
        self._wire = serve_pty(self.line, link, baud)
        self.port = self._wire.port

    @property
    def laid(self) -> list[Laid]:
        """What lies there."""
        return self.reader.laid

    def lay(self, tag: Laid) -> None:
        """Lay one more thing there. Raises ``ValueError`` for what no UII can say."""
        tag.uii()
        self.reader.laid.append(tag)

    def remove(self, tag: Laid) -> None:
        """Take it away, if it lies there."""
        self.reader.laid[:] = [one for one in self.reader.laid if one is not tag]

    def unplug(self) -> None:
        """Pull the cable."""
        self._wire.unplug()

    def plug(self) -> None:
        """Put it back, under the same name."""
        self._wire.plug()

    def close(self) -> None:
        """Pull the cable for good."""
        self.unplug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
