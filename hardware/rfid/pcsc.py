"""Contactless cards through PC/SC: any reader that pcscd knows, see ``hardware.rfid.pcsc_reader``.

One exchange for each card that arrives (PC/SC part 3, "get data")::

    > FF CA 00 00 00            the UID, please
    < uid 90 00                 4, 7, 8 or 10 bytes
    < 63 00                     the card no longer answers (ACS readers)
    < 6A 81, or anything else   it has none to give
"""

import time
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from hardware.errors import DeviceGone
from hardware.readings import CardGone, CardShown, CardUnread, Reading
from hardware.rfid import card
from hardware.rfid.pcsc_reader import DONE, CardLost, Place, Reader, open_reader

MUTE_WAIT_S = 0.6
"""pcscd looks for cards every 0.4 s: one without power that is still there after this was not just lifted."""

_READS = 3  # a card at the edge of the field often answers a moment later
_READ_AGAIN_S = 0.08
_GET_UID = b"\xff\xca\x00\x00\x00"
_NO_ANSWER = b"\x63\x00"
_NOTHING = Place(card=False, mute=False, arrivals=0)


class Settings(BaseModel):
    """``reader``: part of its PC/SC name, in any case. Empty takes the first contactless one, then the first of all.

    Two readers in one point: two devices, each naming its own. Names end in numbers that change from port to port, and
    a reader with a slot for security modules (SAM) shows that as a reader too; it is never taken.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    reader: str = ""


class PcscSource:
    """A ``Source`` over one reader. Make one with ``connect``."""

    def __init__(self, device: str, reader: Reader) -> None:
        self._device = device
        self._reader = reader
        self._place = _NOTHING
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
            place = self._reader.changed(until)
            readings = self._seen(place) if place is not None else self._stayed_mute()
            if readings or time.monotonic() >= deadline:
                return readings

    def look(self) -> None:
        """Note what is there now without reading it. Raises ``DeviceGone``."""
        self._place = self._reader.changed(time.monotonic()) or self._place

    def close(self) -> None:
        """Let go of the reader. Never raises; may be called twice."""
        self._reader.close()

    def _seen(self, now: Place) -> list[Reading]:
        was, self._place = self._place, now
        swapped = was.card and now.card and was.arrivals != now.arrivals
        readings: list[Reading] = []
        if was.card and (swapped or not now.card):
            if self._mute_until is not None:
                readings.append(CardUnread(self._device, "lifted"))
            self._mute_until = None
            readings.append(CardGone(self._device))
        if now.card and now.mute and (swapped or not was.card):
            self._mute_until = time.monotonic() + MUTE_WAIT_S
        elif now.card and not now.mute and (swapped or not was.card or self._mute_until is not None):
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
            try:
                with self._reader.connected() as there:
                    answer = there.transmit(_GET_UID)
            except CardLost:
                continue
            if answer[-2:] == _NO_ANSWER:
                continue
            number = card.number(answer[:-2]) if answer[-2:] == DONE else None
            return CardShown(self._device, number) if number else CardUnread(self._device, "unfit")
        return CardUnread(self._device, "lifted")


def connect(device: str, settings: Settings) -> PcscSource:
    """The reader that ``settings`` name, reporting as ``device``. Raises what ``open_reader`` raises."""
    reader = open_reader(settings.reader)
    source = PcscSource(device, reader)
    try:
        source.look()
    except DeviceGone:
        source.close()
        raise
    return source
