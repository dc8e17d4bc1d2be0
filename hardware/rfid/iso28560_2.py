"""ISO 28560-2 (GB/T 35660.2): book tags as objects of ISO/IEC 15962, in any order, as many as are wanted.

    OID  1  number of the item (or of the patron)       5  type of usage, one byte, the high half (``NIBBLE``)
         2  which others are there: a bit each from 3   6  shelf; and more up to 26
         3  owner, ISIL (hardware.rfid.isil, or text)
         4  set: parts, then this part, in digits of the same count each: 1203 is part 3 of 12

Blocks can be locked for ever; ``rewrite`` leaves them, and every object that reaches into one, as they are, and fits
the others in between. Sources: DigitalPlatform/dp2 (Element, ChipMemory, unit tests from GB/T 35660.2).
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from hardware.rfid import isil
from hardware.rfid.book import NIBBLE, Content, Unreadable, Usage, checked
from hardware.rfid.iso15962 import Element, Way, parse, shorten

NUMBER, CONTENTS, OWNER, SET, USAGE = 1, 2, 3, 4, 5
PADS_MAX: Final = 255
_CODE = {usage: nibble << 4 for nibble, usage in NIBBLE.items()}


class NoRoom(ValueError):
    """It does not fit, or what is locked says something else."""


def read(memory: bytes) -> Content:
    """What a tag's memory, from its first block, says. Raises ``Unreadable``."""
    found: dict[int, Element] = {}
    for element in parse(memory):
        if element.oid in found:
            raise Unreadable("an object stands there twice")
        found[element.oid] = element
    if NUMBER not in found:
        raise Unreadable("no number of an item")
    number = found[NUMBER].text()
    parts, part = _set(found[SET].text()) if SET in found else (1, 1)
    checked(number, parts, part)
    usage = Usage.UNSAID
    if USAGE in found:
        code = found[USAGE].data
        usage = NIBBLE.get(code[0] >> 4, Usage.UNSAID) if len(code) == 1 else Usage.UNSAID
    owner = found.get(OWNER)
    return Content(number, parts, part, usage, _owner(owner) if owner else "")


def objects(content: Content, others: Mapping[int, str] | None = None) -> list[Element]:
    """The objects that say this; ``others``: text for further OIDs (6 shelf, 17 title ...). Raises ``ValueError``."""
    checked(content.number, content.parts, content.part)
    made = {NUMBER: Element(NUMBER, *shorten(content.number))}
    if content.owner:
        made[OWNER] = Element(OWNER, Way.OWN, isil.compact(content.owner))
    if (content.parts, content.part) != (1, 1):
        width = max(len(str(content.parts)), 1)
        made[SET] = Element(SET, *shorten(f"{content.parts}{content.part:0{width}d}"))
    if content.usage is not Usage.UNSAID:
        made[USAGE] = Element(USAGE, Way.OWN, bytes((_CODE[content.usage],)))
    for oid, text in (others or {}).items():
        if oid <= USAGE:
            raise ValueError(f"OID {oid} is not for text of one's own")
        made[oid] = Element(oid, *shorten(text))
    further = [oid for oid in made if oid > CONTENTS]
    if further:
        made[CONTENTS] = Element(CONTENTS, Way.OWN, _index(further))
    return [made[oid] for oid in sorted(made)]


def rewrite(memory: bytes, wanted: Iterable[Element], locked: Collection[int] = (), block: int = 4) -> bytes:
    """The memory with these objects, locked blocks untouched. ``memory`` is as long as the tag.

    An object that reaches into a locked block stays; if another is wanted in its place, or there is no room,
    ``NoRoom``. The list of contents (OID 2), where it is locked, stays even if it no longer tells all. Raises
    ``Unreadable`` when the chain that leads to locked objects is broken.
    """
    walls = {at for number in locked for at in range(number * block, (number + 1) * block)}
    kept = [one for one in parse(memory) if walls & set(range(one.start, one.start + one.size))] if walls else []
    stay = {one.oid: (one.way, one.data) for one in kept}
    free = []
    for element in wanted:
        if element.oid not in stay:
            free.append(element)
        elif element.oid != CONTENTS and stay[element.oid] != (element.way, element.data):
            raise NoRoom(f"OID {element.oid} is locked and says something else")
    after = kept[-1].start + kept[-1].size if kept else 0
    end = min((at for at in walls if at >= after), default=len(memory))
    bounds = [0, *(edge for one in kept for edge in (one.start, one.start + one.size)), end]
    *between, last = zip(bounds[::2], bounds[1::2], strict=True)
    written = bytearray(memory)
    for n, (start, stop) in enumerate(between):
        needed = sum(high > low for low, high in between[n + 1 :])  # each later gap needs an object of its own
        written[start:stop] = _filled(_chosen(free, stop - start, needed), stop - start)
    tail = b"".join(one.to_bytes() for one in _chosen(free, last[1] - last[0], 0)).ljust(last[1] - last[0], b"\0")
    if free or (end < len(memory) and written[end] and tail[-1:] != b"\0"):
        raise NoRoom("the objects do not fit between what is locked")
    written[slice(*last)] = tail
    return bytes(written)


def _chosen(free: list[Element], room: int, needed: int) -> list[Element]:
    """As many of the objects as go into a gap; they are taken out of ``free``, in which ``needed`` stay."""
    chosen: list[Element] = []
    for element in list(free):
        size = len(element.to_bytes())
        if size <= room and len(free) > needed:
            chosen.append(element)
            free.remove(element)
            room -= size
    return chosen


def _filled(chosen: list[Element], room: int) -> bytes:
    """A gap between two locked objects, filled to its last byte so that the chain does not break."""
    if not room:
        return b""
    if not chosen:
        raise NoRoom("nothing fits between two locked objects")
    *before, end = chosen
    head = b"".join(one.to_bytes() for one in before)
    if room - len(head) - len(end.to_bytes()) > PADS_MAX:
        raise NoRoom("a gap between two locked objects is too wide for one padding")
    return head + end.to_bytes(room - len(head))


def _set(text: str) -> tuple[int, int]:
    half = len(text) // 2
    if not half or len(text) % 2 or not (text.isascii() and text.isdigit()):
        raise Unreadable("no information about a set")
    return int(text[:half]), int(text[half:])


def _owner(element: Element) -> str:
    return isil.expand(element.data) if element.way is Way.OWN else element.text()


def _index(oids: list[int]) -> bytes:
    """A bit for each OID, from 3, the highest bit first."""
    length = (max(oids) - 3) // 8 + 1
    return sum(1 << 8 * length - 1 - (oid - 3) for oid in oids).to_bytes(length, "big")
