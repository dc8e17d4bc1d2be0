"""One reader of pcscd: what lies there, and APDUs to it. The only file that imports pyscard.

Waiting is done here, with ``SCardGetStatusChange`` and a context of our own for each reader: pyscard's ``CardMonitor``
dies unseen when pcscd restarts. pyscard lets other Python threads run meanwhile, so readers in several threads do not
hold each other up.

How long it may block: PC/SC has no way to stop an exchange (``SCardCancel`` ends only the wait for a change), so a
card that hangs holds its thread as long as its reader lets it. USB readers give up by themselves after some seconds.
"""

import contextlib
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from smartcard import scard

from hardware.errors import DeviceGone
from hardware.wiretap import Way, overheard

DONE: Final = b"\x90\x00"
STORAGE: Final = bytes.fromhex("80 4F 0C A0 00 00 03 06")
"""In the ATR of cards without applications (PC/SC part 3); the standard of the card comes next."""
_MORE, _WRONG_LE = 0x61, 0x6C  # ISO 7816-4: the answer goes on; this is how much there is, ask again
_PIECES_MAX = 16
_LOAD_KEY = b"\xff\x82"
_PROTOCOLS = {scard.SCARD_PROTOCOL_T0: scard.SCARD_PCI_T0, scard.SCARD_PROTOCOL_T1: scard.SCARD_PCI_T1}
_ANY_PROTOCOL = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
_OF_THE_CARD = (
    scard.SCARD_E_NO_SMARTCARD,
    scard.SCARD_E_NOT_TRANSACTED,
    scard.SCARD_E_PROTO_MISMATCH,
    scard.SCARD_W_REMOVED_CARD,
    scard.SCARD_W_RESET_CARD,
    scard.SCARD_W_UNPOWERED_CARD,
    scard.SCARD_W_UNRESPONSIVE_CARD,
)
"""What goes wrong with a card; all else is the reader's trouble, or the daemon's."""


class CardLost(Exception):
    """The card does not answer: it was lifted, or has no power. The reader is well."""


class Place(NamedTuple):
    """What is at a reader. ``arrivals`` changes with each card, so that a swap nobody saw shows; ``mute``: it cannot
    be powered, or not yet."""

    card: bool
    mute: bool
    arrivals: int


class Connection:
    """The card that lies there, powered. Made by ``Reader.connected``."""

    def __init__(self, reader: "Reader", handle: int, protocol: int, atr: bytes) -> None:
        self._reader = reader
        self._handle = handle
        self._protocol = protocol
        self.atr = atr
        """How it introduced itself (ISO 7816-3, PC/SC part 3)."""

    def transmit(self, apdu: bytes) -> bytes:
        """The whole answer to one command, its status word last.

        Fetches what the card says is left (``61 xx``) and asks again for the length it names (``6C xx``). A command
        that wants data ends with its Le. Raises ``CardLost``; ``DeviceGone`` when the reader is lost.
        """
        answer = self._exchange(apdu)
        if answer[-2] == _WRONG_LE:
            answer = self._exchange((apdu if len(apdu) == 4 else apdu[:-1]) + answer[-1:])
        data = answer[:-2]
        for _ in range(_PIECES_MAX):
            if answer[-2] != _MORE:
                break
            answer = self._exchange(b"\x00\xc0\x00\x00" + answer[-1:])
            data += answer[:-2]
        return data + answer[-2:]

    def reactivate(self) -> None:
        """Take the card's power and give it back: after a failed authentication a MIFARE card hears nothing else.

        Raises ``CardLost``, ``DeviceGone``.
        """
        result, self._protocol = scard.SCardReconnect(
            self._handle, scard.SCARD_SHARE_SHARED, _ANY_PROTOCOL, scard.SCARD_RESET_CARD
        )
        self._reader.check(result)

    def _exchange(self, apdu: bytes) -> bytes:
        secret = apdu.startswith(_LOAD_KEY)
        overheard(Way.OUT, apdu[:5] + bytes(len(apdu) - 5) if secret else apdu)
        result, answer = scard.SCardTransmit(self._handle, _PROTOCOLS[self._protocol], list(apdu))
        self._reader.check(result)
        if len(answer) < 2:
            raise CardLost
        overheard(Way.IN, bytes(answer))
        return bytes(answer)


class Reader:
    """A reader, and a context of our own at pcscd. Make one with ``open_reader``; one thread owns it."""

    def __init__(self, name: str, context: int) -> None:
        self.name = name
        self._context: int | None = context
        self._state: int = scard.SCARD_STATE_UNAWARE

    def changed(self, until: float) -> Place | None:
        """What is there once it differs from what was said last; None if it is still the same at ``until``
        (``time.monotonic``). The first call answers at once. Raises ``DeviceGone``.
        """
        if self._context is None:
            raise DeviceGone(f"{self.name}: closed")
        left_ms = max(1, round((until - time.monotonic()) * 1000))
        result, states = scard.SCardGetStatusChange(self._context, left_ms, [(self.name, self._state)])
        if result == scard.SCARD_E_TIMEOUT:
            return None
        self.check(result)
        state = int(states[0][1])
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            raise DeviceGone(f"{self.name}: unplugged")
        self._state = state & ~scard.SCARD_STATE_CHANGED
        # pcsc-lite counts arrivals and removals in the upper half of a state.
        return Place(bool(state & scard.SCARD_STATE_PRESENT), bool(state & scard.SCARD_STATE_MUTE), state >> 16)

    @contextlib.contextmanager
    def connected(self) -> Iterator[Connection]:
        """The card that lies there, for a few commands; shared with other programs, left powered for speed.

        Raises ``CardLost`` when there is none; ``DeviceGone`` also when another program keeps the reader to itself.
        """
        if self._context is None:
            raise DeviceGone(f"{self.name}: closed")
        result, handle, protocol = scard.SCardConnect(self._context, self.name, scard.SCARD_SHARE_SHARED, _ANY_PROTOCOL)
        self.check(result)
        try:
            result, _, _, _, atr = scard.SCardStatus(handle)
            self.check(result)
            overheard(Way.CARD, bytes(atr))
            yield Connection(self, handle, protocol, bytes(atr))
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)

    def firmware(self) -> str:
        """Its name, and the version it tells of itself, where its driver passes that on.

        PC/SC part 3: the attribute "vendor-supplied interface device version" is four bytes, MM mm bbbb; libccid gives
        the device's own release there (``bcdDevice`` of its plug, two decimal digits a byte), virtual readers nothing.
        Looks past the card, if there is one. Raises ``DeviceGone``.
        """
        if self._context is None:
            raise DeviceGone(f"{self.name}: closed")
        result, handle, _ = scard.SCardConnect(self._context, self.name, scard.SCARD_SHARE_DIRECT, 0)
        if result != scard.SCARD_S_SUCCESS:  # another program keeps it to itself: then only its name is known
            return self.name
        try:
            result, version = scard.SCardGetAttrib(handle, scard.SCARD_ATTR_VENDOR_IFD_VERSION)
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
        known = result == scard.SCARD_S_SUCCESS and len(version) == 4 and any(version)
        return f"{self.name} {version_told(bytes(version))}" if known else self.name

    def check(self, result: int) -> None:
        """Raises ``CardLost`` or ``DeviceGone`` for a result that is neither success nor our own mistake."""
        if result in _OF_THE_CARD:
            raise CardLost
        if result != scard.SCARD_S_SUCCESS:
            raise DeviceGone(f"{self.name}: {scard.SCardGetErrorMessage(result)}")

    def close(self) -> None:
        """Let go of the reader. Never raises; may be called twice."""
        if self._context is not None:
            scard.SCardReleaseContext(self._context)
        self._context = None


def open_reader(part: str) -> Reader:
    """The reader that ``choose`` finds. Takes some milliseconds; does not wait for it.

    Raises ``DeviceGone`` when pcscd does not run or has no such reader; the message lists those it has.
    """
    # Otherwise libpcsclite waits without end for a program that keeps the reader to itself, and says nothing.
    os.environ.setdefault("PCSCLITE_NO_BLOCKING", "1")
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if result != scard.SCARD_S_SUCCESS:
        raise DeviceGone(f"pcscd: {scard.SCardGetErrorMessage(result)}")
    result, readers = scard.SCardListReaders(context, [])
    if result not in (scard.SCARD_S_SUCCESS, scard.SCARD_E_NO_READERS_AVAILABLE):
        scard.SCardReleaseContext(context)
        raise DeviceGone(f"pcscd: {scard.SCardGetErrorMessage(result)}")
    name = choose(readers, part)
    if name is None:
        scard.SCardReleaseContext(context)
        raise DeviceGone(f"no reader named like {part!r}; pcscd has: {', '.join(readers) or 'none'}")
    return Reader(name, context)


def version_told(attribute: bytes) -> str:
    """The version in a four-byte attribute, a number of this machine's own byte order: ``05 02 00 00`` is 5.02."""
    major, minor = int.from_bytes(attribute, sys.byteorder).to_bytes(4, "big")[:2]
    return f"{major:x}.{minor:02x}"


def choose(readers: Sequence[str], part: str) -> str | None:
    """The reader whose name has ``part`` in it, contactless ones first, never a slot for security modules; and none of
    vsmartcard's, "Virtual PCD ...", unless ``part`` says so: whoever reaches its TCP port lays a card there."""
    fit = [name for name in readers if part.lower() in name.lower() and not re.search(r"\bSAM\b", name)]
    if "virtual" not in part.lower():
        fit = [name for name in fit if not name.lower().startswith("virtual pcd")]
    return min(fit, key=lambda name: not re.search(r"\b(PICC|CL)\b", name), default=None)
