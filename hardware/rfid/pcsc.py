"""Contactless cards through PC/SC: any reader that pcscd knows, see ``hardware.rfid.pcsc_reader``.

For each card that arrives, its UID (PC/SC part 3, "get data"), and a number from inside it where one is configured
(``hardware.rfid.recipe``)::

    > FF CA 00 00 00            the UID, please
    < uid 90 00                 4, 7, 8 or 10 bytes
    < 63 00                     the card no longer answers (ACS readers)
    < 6A 81, or anything else   it has none to give

What cannot be read because the card no longer answers is tried again from the start, and never with the next way to
read it: a card held at the edge of the field would be somebody by its number in one moment and by its UID in the next.
"""

import time
from collections.abc import Sequence
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from hardware.errors import DeviceGone
from hardware.readings import CardGone, CardShown, CardUnread, Reading
from hardware.rfid import card
from hardware.rfid.pcsc_reader import DONE, STORAGE, CardLost, Connection, Place, Reader, open_reader
from hardware.rfid.recipe import SHIPPED, Recipe, Refused, read_number
from hardware.scanner.barcode import Meanings

MUTE_WAIT_S = 0.6
"""pcscd looks for cards every 0.4 s: one without power that is still there after this was not just lifted."""

_READS = 3  # a card at the edge of the field often answers a moment later
_READ_AGAIN_S = 0.08
_GET_UID = b"\xff\xca\x00\x00\x00"
_NO_ANSWER = b"\x63\x00"
_NOTHING = Place(card=False, mute=False, arrivals=0)
_RECIPES_MAX = 8
UID: Final = "uid"


class Settings(BaseModel):
    """``reader``: part of its PC/SC name, in any case. Empty takes the first contactless one, then the first of all.

    Two readers in one point: two devices, each naming its own. Names end in numbers that change from port to port, and
    a reader with a slot for security modules (SAM) shows that as a reader too; it is never taken, and a virtual reader
    (``Virtual PCD`` of vsmartcard, where anybody who reaches its port lays a card) only where it is named.

    ``read``: what is a card's number here, the first that a card has: ``uid``, a recipe that is shipped (``t-union``,
    ``social-security``), or one of ``recipe``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    reader: str = ""
    read: Annotated[tuple[str, ...], Field(min_length=1, max_length=_RECIPES_MAX)] = (UID,)
    recipe: Annotated[tuple[Recipe, ...], Field(max_length=_RECIPES_MAX)] = ()

    @model_validator(mode="after")
    def _named(self) -> Self:
        own = [recipe.name for recipe in self.recipe]
        for name in own:
            if name in SHIPPED or name == UID or own.count(name) > 1:
                raise ValueError(f"two recipes are called {name!r}")
            if name not in self.read:
                raise ValueError(f"the recipe {name!r} is not in read, so it would never be used")
        for name in self.read:
            if name not in (UID, *SHIPPED, *own):
                raise ValueError(f"no recipe {name!r}; known: {', '.join((UID, *SHIPPED, *own))}")
        return self


class PcscSource:
    """A ``Source`` over one reader. Make one with ``connect``."""

    def __init__(self, device: str, settings: Settings, meanings: Meanings, reader: Reader) -> None:
        self._device = device
        self._reader = reader
        self._meanings = meanings
        self._ways = settings.read
        self._recipes = SHIPPED | {recipe.name: (recipe,) for recipe in settings.recipe}
        self._place = _NOTHING
        self._mute_until: float | None = None

    def wait(self, timeout_s: float) -> Sequence[Reading]:
        """``CardShown`` or ``CardUnread`` once for each arrival, ``CardGone`` when it ends; empty if nothing happened.

        A card that lay there when the reader was connected was forgotten, or held on through a restart: it opens
        nothing until it is lifted and laid there again. Unread is ``lifted`` (it stopped answering), ``unfit`` (no
        number, a random one, or it cannot be powered) or ``two`` (amid the reading another answered in its place;
        otherwise PC/SC cannot tell that there are two).

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

    def firmware(self) -> str:
        """See ``Reader.firmware``."""
        return self._reader.firmware()

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
                    return self._identify(there)
            except CardLost:
                continue
        return CardUnread(self._device, "lifted")

    def _identify(self, there: Connection) -> CardShown | CardUnread:
        uid = _uid(there)
        for way in self._ways:
            if way == UID and uid:
                return CardShown(self._device, uid)
            for recipe in self._recipes.get(way, ()):
                number = _tried(there, recipe)
                # Where a technician says what to read, it may be the tag in a book; of an application's own it is not.
                if not number or (way not in SHIPPED and self._meanings.is_item(number)):
                    continue
                if _uid(there) != uid:
                    return CardUnread(self._device, "two")
                return CardShown(self._device, SecretStr(number))
        return CardUnread(self._device, "unfit")


def _uid(there: Connection) -> SecretStr | None:
    answer = there.transmit(_GET_UID)
    if answer[-2:] == _NO_ANSWER:
        raise CardLost
    return card.number(answer[:-2]) if answer[-2:] == DONE else None


def _tried(there: Connection, recipe: Recipe) -> str | None:
    """The number by one recipe; None when the card surely has none, not when it no longer answers."""
    if recipe.sector is None and STORAGE in there.atr:
        return None
    for _ in range(2):
        try:
            return read_number(recipe, there.transmit)
        except Refused as no:
            if recipe.sector is None and no.status != _NO_ANSWER:
                return None
            there.reactivate()  # a MIFARE card needs it; and of another, 63 00 may only mean that it was lifted
    return None


def connect(device: str, settings: Settings, meanings: Meanings) -> PcscSource:
    """The reader that ``settings`` name, reporting as ``device``; what ``meanings`` call an item is no card's number.

    Raises what ``open_reader`` raises.
    """
    source = PcscSource(device, settings, meanings, open_reader(settings.reader))
    try:
        source.look()
    except DeviceGone:
        source.close()
        raise
    return source
