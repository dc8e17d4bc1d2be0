"""Contactless cards through PC/SC: any reader that pcscd knows. The only file that imports pyscard.

One exchange for each card that arrives (PC/SC part 3, "get data")::

    > FF CA 00 00 00            the UID, please
    < uid 90 00                 4, 7, 8 or 10 bytes
    < 63 00                     the card no longer answers (ACS readers)
    < 6A 81, or anything else   it has none to give

Waiting is done here, with ``SCardGetStatusChange`` and a context of our own for each reader: pyscard's ``CardMonitor``
dies unseen when pcscd restarts. pyscard lets other Python threads run meanwhile, so sources in several threads do not
hold each other up.

How long it may block: PC/SC has no way to stop an exchange (``SCardCancel`` ends only the wait for a change), so a
card that hangs holds ``wait`` as long as its reader lets it. USB readers give up by themselves after some seconds.
"""

import os
import re
import time
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, SecretStr
from smartcard import scard

from hardware.errors import DeviceGone
from hardware.readings import CardGone, CardShown, CardUnread, Reading
from hardware.rfid import card

MUTE_WAIT_S = 0.6
"""pcscd looks for cards every 0.4 s: one without power that is still there after this was not just lifted."""

_READS = 3  # a card at the edge of the field often answers a moment later
_READ_AGAIN_S = 0.08
_GET_UID = [0xFF, 0xCA, 0x00, 0x00, 0x00]
_DONE = [0x90, 0x00]
_NO_ANSWER = [0x63, 0x00]
_PROTOCOLS = {scard.SCARD_PROTOCOL_T0: scard.SCARD_PCI_T0, scard.SCARD_PROTOCOL_T1: scard.SCARD_PCI_T1}
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


class Settings(BaseModel):
    """``reader``: part of its PC/SC name, in any case. Empty takes the first contactless one, then the first of all.

    Two readers in one point: two devices, each naming its own. Names end in numbers that change from port to port, and
    a reader with a slot for security modules (SAM) shows that as a reader too; it is never taken.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    reader: str = ""


class PcscSource:
    """A ``Source`` over one reader. Make one with ``connect``."""

    def __init__(self, device: str, context: int, reader: str) -> None:
        self._device = device
        self._context: int | None = context
        self._reader = reader
        self._state: int = scard.SCARD_STATE_UNAWARE
        self._mute_until: float | None = None

    def wait(self, timeout_s: float) -> Sequence[Reading]:
        """``CardShown`` or ``CardUnread`` once for each arrival, ``CardGone`` when it ends; empty if nothing happened.

        A card that lay there when the reader was connected was forgotten, or held on through a restart: it opens
        nothing until it is lifted and laid there again. Unread is ``lifted`` (it stopped answering) or ``unfit`` (no
        number, a random one, or it cannot be powered); PC/SC cannot tell that there are two.

        Raises ``DeviceGone`` when pcscd stops, the reader is unplugged, or another program keeps it to itself. A card
        that was there then is not said to be gone. Blocks longer than ``timeout_s`` only for a card slow to answer.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            until = deadline if self._mute_until is None else min(deadline, self._mute_until)
            state = self._next_state(until)
            readings = self._seen(state) if state is not None else self._stayed_mute()
            if readings or time.monotonic() >= deadline:
                return readings

    def look(self) -> None:
        """Note what is there now without reading it. Raises ``DeviceGone``."""
        state = self._next_state(time.monotonic())
        if state is not None:
            self._state = state & ~scard.SCARD_STATE_CHANGED

    def close(self) -> None:
        """Let go of the reader. Never raises; may be called twice."""
        if self._context is not None:
            scard.SCardReleaseContext(self._context)
        self._context = None

    def _next_state(self, until: float) -> int | None:
        """The reader's state once it differs from the one we know; None if it still is the same at ``until``."""
        if self._context is None:
            raise DeviceGone(f"{self._reader}: closed")
        left_ms = max(1, round((until - time.monotonic()) * 1000))
        result, states = scard.SCardGetStatusChange(self._context, left_ms, [(self._reader, self._state)])
        if result == scard.SCARD_E_TIMEOUT:
            return None
        self._check(result)
        return int(states[0][1])

    def _seen(self, state: int) -> list[Reading]:
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            raise DeviceGone(f"{self._reader}: unplugged")
        known, self._state = self._state, state & ~scard.SCARD_STATE_CHANGED
        was, now = bool(known & scard.SCARD_STATE_PRESENT), bool(state & scard.SCARD_STATE_PRESENT)
        swapped = was and now and _arrivals(known) != _arrivals(self._state)
        readings: list[Reading] = []
        if was and (swapped or not now):
            if self._mute_until is not None:
                readings.append(CardUnread(self._device, "lifted"))
            self._mute_until = None
            readings.append(CardGone(self._device))
        mute = bool(state & scard.SCARD_STATE_MUTE)
        if now and mute and (swapped or not was):
            self._mute_until = time.monotonic() + MUTE_WAIT_S
        elif now and not mute and (swapped or not was or self._mute_until is not None):
            self._mute_until = None
            readings.append(self._read())
        return readings

    def _stayed_mute(self) -> list[Reading]:
        if self._mute_until is None or time.monotonic() < self._mute_until:
            return []
        self._mute_until = None
        return [CardUnread(self._device, "unfit")]

    def _read(self) -> CardShown | CardUnread:
        for attempt in range(_READS):
            if attempt:
                time.sleep(_READ_AGAIN_S)
            answer = self._exchange()
            if len(answer) < 2 or answer[-2:] == _NO_ANSWER:
                continue
            number = _number(answer)
            return CardShown(self._device, number) if number else CardUnread(self._device, "unfit")
        return CardUnread(self._device, "lifted")

    def _exchange(self) -> list[int]:
        """The card's answer, status word last; empty if it gave none. Leaves the card powered, for speed."""
        result, handle, protocol = scard.SCardConnect(
            self._context,
            self._reader,
            scard.SCARD_SHARE_SHARED,
            scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
        )
        if result in _OF_THE_CARD:
            return []
        self._check(result)
        try:
            result, answer = scard.SCardTransmit(handle, _PROTOCOLS[protocol], _GET_UID)
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
        if result in _OF_THE_CARD:
            return []
        self._check(result)
        return list(answer)

    def _check(self, result: int) -> None:
        if result != scard.SCARD_S_SUCCESS:
            raise DeviceGone(f"{self._reader}: {scard.SCardGetErrorMessage(result)}")


def connect(device: str, settings: Settings) -> PcscSource:
    """The reader that ``settings`` name, reporting as ``device``. Takes some milliseconds; does not wait for it.

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
    reader = choose(readers, settings.reader)
    if reader is None:
        scard.SCardReleaseContext(context)
        raise DeviceGone(f"no reader named like {settings.reader!r}; pcscd has: {', '.join(readers) or 'none'}")
    source = PcscSource(device, context, reader)
    try:
        source.look()
    except DeviceGone:
        source.close()
        raise
    return source


def choose(readers: Sequence[str], part: str) -> str | None:
    """The reader whose name has ``part`` in it, contactless ones first, never a slot for security modules."""
    fit = [name for name in readers if part.lower() in name.lower() and not re.search(r"\bSAM\b", name)]
    return min(fit, key=lambda name: not re.search(r"\b(PICC|CL)\b", name), default=None)


def _number(answer: list[int]) -> SecretStr | None:
    return card.number(bytes(answer[:-2])) if answer[-2:] == _DONE else None


def _arrivals(state: int) -> int:
    """pcsc-lite counts arrivals and removals in the upper half of a state: a swap it saw and we did not shows there."""
    return state >> 16
