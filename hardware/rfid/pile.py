"""What lies on a pad, made out of round after round of tags: steady ones only, sets put together, strangers counted.

A tag counts once it was seen in ``rounds`` rounds, and is gone once it was not seen for ``gone_s`` in at least two
rounds; so one at the edge of the field neither flickers in nor out. While a tag is on its way in nothing is said, for
``gone_s`` at most: glimpses of strays, seen now and then, would else keep a pad silent for minutes.
What lies there at first is said as well, and so is that nothing does: books may have gone while the pad was away. Not a
patron's card: as with any reader of cards, one forgotten there opens nothing until it is lifted and laid there again.
Rounds that failed are not rounds: nothing can be learnt from them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hardware.readings import Incomplete, PatronScanned, PileSeen, Reading
from hardware.rfid.book import BookTag, PatronTag, Tag
from hardware.rfid.tags import PadSettings
from hardware.scanner.barcode import Meanings

TAGS_MAX = 64  # tags minded at once; those beyond count as strangers while they lie there
_MISSES = 2


@dataclass(slots=True)
class _Lying:
    tag: Tag
    seen_at: float
    rounds: int = 1
    missed: int = 0
    told: bool = False
    before: bool = False  # it lay there at first
    expected: bool = False  # to be laid down once more


class Pile:
    """Pure but for what it remembers: rounds in, readings out."""

    def __init__(self, device: str, settings: PadSettings, meanings: Meanings) -> None:
        self._device = device
        self._settings = settings
        self._meanings = meanings
        self._lying: dict[str, _Lying] = {}
        self._said: PileSeen | None = None
        self._held_since: float | None = None  # for a tag on its way in
        self._first = settings.rounds  # rounds until anything can have settled

    def seen(self, tags: Iterable[Tag], now: float) -> list[Reading]:
        """One whole round, at this time in seconds: ``PileSeen`` when the settled pile is another than the one said
        before, ``PatronScanned`` once for each patron's card that arrives."""
        at_first, self._first = self._first > 0, max(0, self._first - 1)
        here = {_key(tag): tag for tag in tags}
        crowd = 0
        for key, tag in here.items():
            if key in self._lying:
                known = self._lying[key]
                if known.expected and known.missed >= _MISSES:
                    known.expected, self._said = False, None
                known.tag, known.seen_at, known.rounds, known.missed = tag, now, known.rounds + 1, 0
            elif len(self._lying) < TAGS_MAX:
                self._lying[key] = _Lying(tag, now, before=at_first)
            else:
                crowd += 1
        for key in [key for key in self._lying if key not in here]:
            left = self._lying[key]
            left.missed += 1
            if left.missed >= _MISSES and now - left.seen_at >= self._settings.gone_s:
                del self._lying[key]
        arriving = any(not self._settled(one) and not one.missed for one in self._lying.values())
        self._held_since = (now if self._held_since is None else self._held_since) if arriving else None
        if self._first or (self._held_since is not None and now - self._held_since < self._settings.gone_s):
            return []
        return [*self._patrons(), *self._pile(crowd)]

    @property
    def unsaid(self) -> bool:
        """Whether a patron's card lies there of which nothing is said, since it lay there before."""
        return any(one.before and isinstance(one.tag, PatronTag) for one in self._lying.values())

    def say_again(self) -> None:
        """The settled pile is said once more, though it is the one said before."""
        self._said = None

    def expect(self, uids: Iterable[str]) -> None:
        """These are to be laid down once more, which is then said, however soon it is done."""
        for uid in uids:
            self._lying[uid].expected = True

    def uids(self, item: str) -> list[str]:
        """The tags of an item that lie there now, all parts of it."""
        tags = (one.tag for one in self._lying.values())
        return [tag.uid for tag in tags if isinstance(tag, BookTag) and tag.item == item and self._ours(tag)]

    def _patrons(self) -> Iterable[Reading]:
        for one in filter(self._settled, self._lying.values()):
            if isinstance(one.tag, PatronTag) and not (one.told or one.before):
                one.told = True
                if self._patron(one.tag):
                    yield PatronScanned(self._device, one.tag.number)

    def _pile(self, foreign: int) -> Iterable[Reading]:
        parts: dict[str, list[BookTag]] = {}
        for one in filter(self._settled, self._lying.values()):
            if isinstance(one.tag, BookTag) and self._ours(one.tag):
                parts.setdefault(one.tag.item, []).append(one.tag)
            elif isinstance(one.tag, BookTag) or not self._patron(one.tag):
                foreign += 1
        missing = {item: _missing(tags) for item, tags in parts.items()}
        items = tuple(item for item, numbers in missing.items() if not numbers)
        incomplete = tuple(
            Incomplete(item, numbers, max(tag.parts for tag in parts[item]))
            for item, numbers in missing.items()
            if numbers
        )
        pile = PileSeen(self._device, items, incomplete, foreign)
        if self._said is not None and _same(pile, self._said):
            return
        self._said = pile
        yield pile

    def _settled(self, one: _Lying) -> bool:
        return one.rounds >= self._settings.rounds

    def _ours(self, tag: BookTag) -> bool:
        return self._owned(tag.owner) and self._meanings.is_item(tag.item)

    def _patron(self, tag: PatronTag) -> bool:
        return self._owned(tag.owner) and self._meanings.is_patron(tag.number.get_secret_value())

    def _owned(self, owner: str) -> bool:
        return not owner or not self._settings.owners or owner in self._settings.owners


def _key(tag: Tag) -> str:
    return tag.uid if isinstance(tag, BookTag) else tag.uid.get_secret_value()


def _missing(tags: list[BookTag]) -> tuple[int, ...]:
    """The parts that do not lie there. A tag for the whole item stands for all of them."""
    if any(tag.part == 0 for tag in tags):
        return ()
    return tuple(sorted(set(range(1, max(tag.parts for tag in tags) + 1)) - {tag.part for tag in tags}))


def _same(one: PileSeen, other: PileSeen) -> bool:
    """The order in which things were laid down is no difference."""
    sets = [(set(pile.items), set(pile.incomplete), pile.foreign) for pile in (one, other)]
    return sets[0] == sets[1]
