"""Screens of who looks for a title and asks for it; data, as those of screens.py."""

from dataclasses import dataclass, field
from typing import Literal

from kiosk.core.notices import SearchNotice

Library = Literal["asked", "asking", "away", "silent", "no_search"]
"""What has been heard of the library's titles: its answer is in, is awaited, it is out of reach, it did not answer; or
it cannot be searched from here."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One title: behind ``door`` here, or at the library; the rest as in ``Title``."""

    id: str
    title: str
    author: str = ""
    door: str = ""
    free: int | None = None
    waiting: int | None = None
    by: float = 0.0


@dataclass(frozen=True, slots=True)
class Search:
    """Type what is looked for. Touches: letter (value A-Z, 0-9 or a space), erase, pad (to the other one), enter (when
    ``ready``), browse (where there is ``stock``), cancel: back. A scanned book is looked up.

    ``pad``: which keys are shown. ``count``: titles found so far, ``first`` of them, touched as in ``Found``.
    ``numbers``: instead of titles the number of a copy is looked up (where the library cannot be searched).
    """

    typed: str
    pad: Literal["letters", "digits"]
    ready: bool
    library: Library
    count: int = 0
    first: tuple[FoundLine, ...] = ()
    more: bool = False
    near: bool = False
    numbers: bool = False
    notice: SearchNotice = ""
    stock: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, what lies here first. Touches: title (value: id), enter: ask once more (where the library was
    ``silent``), cancel: back to typing. ``near``: nothing fits exactly, these nearly do."""

    lines: tuple[FoundLine, ...]
    library: Library
    more: bool = False
    near: bool = False
    typed: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Stock:
    """What lies here for anybody. Touches: title (value: id; chooses it or not), borrow (what is ``chosen``), or a
    card, search (where they can), cancel: back. ``notice`` full: no more of them in one go. ``cards``, ``known``: as of
    ``TitlePage``.
    """

    lines: tuple[FoundLine, ...]
    search: bool = False
    chosen: tuple[str, ...] = ()
    cards: bool = True
    known: bool = False
    notice: SearchNotice = ""


@dataclass(frozen=True, slots=True)
class TitlePage:
    """One title. Touches: borrow, or a card, when it lies here behind a door; choose (where ``others`` lie here): it,
    and more of them; hold, or a card, when ``hold``: it may be sent here; cancel: back. ``away``: the library is out of
    reach, so that nothing can be sent for. ``gone``: it lay here, and cannot be had now. ``cards``: a card reader
    answers, or it is ``known`` who stands here."""

    line: FoundLine
    hold: bool
    away: bool = False
    cards: bool = True
    notice: SearchNotice = ""
    gone: bool = False
    known: bool = False
    others: bool = False


@dataclass(frozen=True, slots=True)
class Wished:
    """What became of it. Touches: finish, search (look for something else), account (what they have, where it can be
    said), again (when ``away``: nothing was said)."""

    title: str
    outcome: Literal["placed", "refused", "away", "unknown"]
    words: str = ""
    by: float = 0.0
    ahead: int | None = None
    account: bool = False
