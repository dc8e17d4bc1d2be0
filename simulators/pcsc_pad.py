"""A PC/SC reader for ISO 15693 tags, and what lies on it; the bytes are those of ``hardware.rfid.transparent`` and
``hardware.rfid.iso15693``, on the wire of ``simulators.pcsc``. It shows one tag, and all that lie there hear it.

pad = PcscPad(daemon.port(reader))
pad.lay(Laid("SZ0000123"))
"""

from collections.abc import Sequence

from simulators.laid import Laid
from simulators.pcsc import Card

ATR = bytes.fromhex("3B8F8001804F0CA0000003060B00140000000077")
"""An ICODE tag (PC/SC part 3)."""
BLOCK = 4
_DONE, _UNKNOWN = b"\x90\x00", b"\x6d\x00"
_FINE, _MUTE = b"\xc0\x03\x00\x90\x00", b"\xc0\x03\x01\x64\x01"
_ADDRESSED, _MAKERS_OWN, _NXP = 0x20, 0xA0, b"\x04"
_NOT_SUPPORTED, _NOT_THERE, _LOCKED = 0x01, 0x10, 0x12


class Tag:
    """A tag as readers hand it on: what can lie on a ``Card``'s place. ``transparent``: the reader lets one speak to it
    directly; ``storage``: it knows the commands for storage cards. ``beside``: what else lies there; it hears and obeys
    all that is not for another, and is heard where those before it are silent."""

    atr = ATR

    def __init__(
        self, laid: Laid, transparent: bool = True, storage: bool = False, beside: Sequence[Laid] = ()
    ) -> None:
        self._laid = laid
        self._beside = beside
        self._transparent = transparent
        self._storage = storage
        self._session = False

    def power_on(self) -> None:
        """No session."""
        self._session = False

    def answer(self, apdu: bytes) -> bytes:
        """As the reader answers."""
        if apdu[:2] == b"\xff\xc2" and self._transparent:
            return self._passed(apdu[3], apdu[5 : 5 + apdu[4]])
        if apdu[:2] == b"\xff\xca" and self._storage:
            return bytes.fromhex(self._laid.uid)[::-1] + _DONE
        if apdu[:2] == b"\xff\xb0" and self._storage:
            memory = self._laid.memory()[BLOCK * apdu[3] :][:16]
            return memory + _DONE if memory else b"\x6a\x82"
        return _UNKNOWN

    def _passed(self, function: int, said: bytes) -> bytes:
        if function == 0x00:
            self._session = said[:1] == b"\x81"
            return _FINE + _DONE
        if not self._session:
            return b"\x69\x85"
        if function == 0x02:
            return _FINE + b"\x8f\x01\x00" + _DONE
        if said[:3] == b"\x5f\x46\x04":
            said = said[7:]
        request = said[2 : 2 + said[1]]
        there = [self._laid, *(one for one in self._beside if one is not self._laid)]
        heard = [answer for one in there if one.answers() and (answer := self._heard(one, request)) is not None]
        if not heard:
            return _MUTE + _DONE
        return _FINE + b"\x92\x01\x00\x96\x02\x00\x00\x97" + bytes((len(heard[0]),)) + heard[0] + _DONE

    def _heard(self, laid: Laid, request: bytes) -> bytes | None:
        """What one of the tags itself answers; None: nothing."""
        memory, uid = laid.memory(), bytes.fromhex(laid.uid)[::-1]
        flags, command, said = request[0], request[1], request[2:]
        if command >= _MAKERS_OWN:
            if said[:1] != _NXP:
                return None
            said = said[1:]
        if flags & _ADDRESSED:
            if said[:8] != uid:
                return None
            said = said[8:]
        match command:
            case 0x2B:
                size = bytes((len(memory) // BLOCK - 1, BLOCK - 1))
                return b"\x00\x0f" + uid + b"\x00" + bytes((laid.afi,)) + size + b"\x01"
            case 0x20 | 0x23:
                first, count = said[0], said[1] + 1 if command == 0x23 else 1
                data = memory[BLOCK * first : BLOCK * (first + count)]
                return b"\x00" + data if len(data) == BLOCK * count else bytes((1, _NOT_THERE))
            case 0x27 | 0xA2 | 0xA3 if laid.locked:
                return bytes((1, _LOCKED))
            case 0x27:
                laid.afi = said[0]
            case 0xA2 | 0xA3:
                laid.eas = command == 0xA2
            case 0xA5:
                return b"\x00" + bytes(32) if laid.eas else None
            case _:
                return bytes((1, _NOT_SUPPORTED))
        return b"\x00"


class PcscPad:
    """The reader. It shows one tag, the first of those that were laid there; the others hear what is said to it."""

    def __init__(self, port: int, *, transparent: bool = True, storage: bool = False) -> None:
        self.laid: list[Laid] = []
        """What lies there."""
        self._place = Card(port)
        self._ways = (transparent, storage)

    def lay(self, tag: Laid) -> None:
        """Lay one more thing there. Raises ``ValueError`` for what its memory cannot say."""
        tag.memory()
        self.laid.append(tag)
        self._show()

    def remove(self, tag: Laid) -> None:
        """Take it away, if it lies there."""
        shown = self.laid[:1]
        self.laid[:] = [one for one in self.laid if one is not tag]
        if self.laid[:1] != shown or not self.laid:
            self._place.lift()
            self._show()

    def _show(self) -> None:
        if self.laid and not self._place.lies:
            self._place.tap(Tag(self.laid[0], *self._ways, self.laid))

    def close(self) -> None:
        """Take everything away."""
        self.laid.clear()
        self._place.close()
