"""What is inside a contactless card: its UID, applications with their files, the sectors of a MIFARE Classic card.

Answers commands as cards and readers do (ISO 7816-4; PC/SC part 3 for ``FF ..``); the wire is in ``simulators.pcsc``::

    t_union("3105170010170907984")          the card of a city, any UID
    social_security("A12345678")
    classic("04A1B2C3", 4, key, data)       a MIFARE Classic card with one sector of interest
"""

import random
from dataclasses import dataclass, field
from typing import Protocol

STORAGE_ATR = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
"""ISO 14443 A part 3, MIFARE Classic 1K (PC/SC part 3)."""
PROCESSOR_ATR = bytes.fromhex("3B80800101")
"""ISO 14443 A part 4 without historical bytes: a card with applications."""

_DONE, _NO_FUNCTION, _NO_INSTRUCTION = b"\x90\x00", b"\x6a\x81", b"\x6d\x00"
_NOT_FOUND, _NO_RECORD, _FAILED, _PAST_END = b"\x6a\x82", b"\x6a\x83", b"\x63\x00", b"\x6b\x00"
Records = dict[int, bytes]


class Answering(Protocol):
    """Anything that can lie on a reader."""

    atr: bytes

    def power_on(self) -> None:
        """It comes to life, and knows nothing of before."""

    def answer(self, apdu: bytes) -> bytes:
        """The answer to one command, status word last."""


@dataclass
class Application:
    """``files`` by identifier: bytes, or records by number. A file's short identifier is the end of its own one."""

    aid: bytes
    files: dict[int, bytes | Records] = field(default_factory=dict)
    by_identifier: bool = False
    """Records are asked for with p2 00 and by nothing else, as on some cards."""


@dataclass
class Sector:
    """Of a MIFARE Classic card: the key to it, and its data blocks as one piece."""

    key: bytes
    data: bytes
    kind: int = 0x60


@dataclass
class Chip:
    """``uid`` in hex, "" when it has none to give, "random" for another at each power-on (telephones, passports)."""

    uid: str = "random"
    applications: tuple[Application, ...] = ()
    sectors: dict[int, Sector] = field(default_factory=dict)
    atr: bytes = PROCESSOR_ATR
    pieces: int = 0
    """Answers above so many bytes have to be fetched (61 xx); 0: never."""
    exact: bool = False
    """A length that is too great is corrected (6C xx) rather than met with what there is."""
    read: list[str] = field(default_factory=list)
    """What was read so far: files as hex, ``sector 4``; for tests of what is not."""

    def __post_init__(self) -> None:
        self._chance = random.Random(7)
        self.power_on()

    def power_on(self) -> None:
        """Nothing is selected, nothing authenticated."""
        self._shown = b"\x08" + self._chance.randbytes(3) if self.uid == "random" else bytes.fromhex(self.uid)
        self._application: Application | None = None
        self._file: bytes | Records | None = None
        self._rest = b""
        self._key = b""
        self._open: int | None = None
        self._halted = False

    def answer(self, apdu: bytes) -> bytes:
        """As a reader hands it on."""
        if len(apdu) < 4:
            return b"\x67\x00"
        if apdu[0] == 0xFF:
            return self._storage(apdu)
        if self.atr == STORAGE_ATR:
            return _FAILED  # the reader gets no word out of it
        if apdu[1] == 0xC0:
            return self._piece(self._rest, apdu[4] if len(apdu) > 4 else 0)
        self._rest = b""
        if apdu[1] == 0xA4:
            return self._select(apdu)
        if apdu[1] in (0xB0, 0xB2):
            return self._read(apdu)
        return _NO_INSTRUCTION

    # ---- applications -------------------------------------------------------------------------------------------

    def _select(self, apdu: bytes) -> bytes:
        name = apdu[5 : 5 + apdu[4]] if len(apdu) > 4 else b""
        if apdu[2] == 0x04:
            self._application = next((one for one in self.applications if name and one.aid.startswith(name)), None)
            self._file = None
            if not self._application:
                return _NOT_FOUND
            name = self._application.aid
            return bytes((0x6F, len(name) + 2, 0x84, len(name))) + name + _DONE
        files = self._application.files if self._application else {}
        self._file = files.get(int.from_bytes(name, "big"))
        return _NOT_FOUND if self._file is None else _DONE

    def _read(self, apdu: bytes) -> bytes:
        record, le = apdu[1] == 0xB2, apdu[4] if len(apdu) > 4 else 0
        short = apdu[3] >> 3 if record else apdu[2] & 0x1F if apdu[2] & 0x80 else 0
        file = self._short(short) if short else self._file
        if file is None:
            return _NOT_FOUND
        if record != isinstance(file, dict):
            return _NO_FUNCTION
        if isinstance(file, dict):
            if self._application and self._application.by_identifier != (apdu[3] & 7 == 0):
                return b"\x6a\x86"
            content = file.get(apdu[2], b"")
            self.read.append(f"record {apdu[2]}")
            return self._cut(content, le) if content else _NO_RECORD
        start = apdu[3] if apdu[2] & 0x80 else apdu[2] << 8 | apdu[3]
        self.read.append("binary")
        return self._cut(file[start:], le) if start < len(file) else _PAST_END

    def _short(self, short: int) -> bytes | Records | None:
        files = self._application.files if self._application else {}
        return next((content for name, content in files.items() if name & 0x1F == short), None)

    def _cut(self, content: bytes, le: int) -> bytes:
        if self.exact and (le or 256) > len(content):
            return bytes((0x6C, len(content)))
        content = content[: le or 256]
        if self.pieces and len(content) > self.pieces:
            self._rest = content
            return bytes((0x61, min(len(content), self.pieces)))
        return content + _DONE

    def _piece(self, rest: bytes, le: int) -> bytes:
        if not rest:
            return b"\x69\x85"
        piece, self._rest = rest[: le or 256], rest[le or 256 :]
        return piece + (bytes((0x61, min(len(self._rest), self.pieces))) if self._rest else _DONE)

    # ---- what the reader does itself, and MIFARE ----------------------------------------------------------------

    def _storage(self, apdu: bytes) -> bytes:
        match apdu[1]:
            case 0xCA:
                return self._shown + _DONE if self._shown else _NO_FUNCTION
            case 0x82 if len(apdu) == 11 and apdu[2] == 0:
                self._key = apdu[5:]
                return _DONE
            case 0x86 if len(apdu) == 10 and self.sectors:
                return self._authenticate(block=apdu[7], kind=apdu[8])
            case 0xB0 if self.sectors:
                return self._block(apdu[3])
        return _FAILED if apdu[1] == 0x82 else _NO_INSTRUCTION

    def _authenticate(self, block: int, kind: int) -> bytes:
        number = _sector_of(block)
        sector = self.sectors.get(number)
        if self._halted or not sector or (sector.key, sector.kind) != (self._key, kind):
            self._halted, self._open = True, None  # until it is powered up anew
            return _FAILED
        self._open = number
        return _DONE

    def _block(self, block: int) -> bytes:
        number = _sector_of(block)
        if self._halted or number != self._open:
            return b"\x69\x82"
        self.read.append(f"block {block}")
        at = 16 * (block - (4 * number if number < 32 else 16 * number - 384))
        return self.sectors[number].data.ljust(16 * 15, b"\x00")[at : at + 16] + _DONE


def _sector_of(block: int) -> int:
    return block // 4 if block < 128 else 32 + (block - 128) // 16


def t_union(number: str, uid: str = "random") -> Chip:
    """A transport card (JT/T 978) with this card number of 19 digits."""
    issuer = "01011000FFFFFFFF0201"
    file = bytes.fromhex(issuer + "0" + number + "20190806204012310000")
    return Chip(uid, (Application(bytes.fromhex("A000000632010105"), {0x0015: file}),))


def social_security(number: str, uid: str = "random", by_identifier: bool = True) -> Chip:
    """A social-security card with this card number, and the personal data that are not to be read."""
    tlv = {7: number.encode(), 1: bytes.fromhex("330300D15600000599110145FFFFFFFF")}
    card = {tag: bytes((tag, len(value))) + value for tag, value in tlv.items()}
    person = {8: b"\x08\x12110101190001011237", 9: b"\x09\x1e" + "某某".encode("gbk").ljust(30)}
    files: dict[int, bytes | Records] = {0xEF05: card, 0xEF06: person}
    return Chip(uid, (Application("sx1.sh.社会保障".encode("gbk"), files, by_identifier),))


def classic(uid: str, sector: int, key: bytes, data: bytes, kind: int = 0x60) -> Chip:
    """A MIFARE Classic card with one sector that somebody wrote to."""
    return Chip(uid, sectors={sector: Sector(key, data, kind)}, atr=STORAGE_ATR)
