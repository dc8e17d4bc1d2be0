"""Searching the library's titles by what fingers can type. Asked for; nothing changes by it. See asked.py."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from sync.plain import Count, Id, Moment, Text

TYPED_MAX = 40
FOUND_MAX = 20


@dataclass(frozen=True, slots=True)
class TitlesLike:
    """Which titles are meant by this? ``typed``: letters and digits as they were touched, and spaces: initials of
    pinyin (``st`` for 三体), pinyin itself, Latin letters, or the beginning of an ISBN. Never written down."""

    typed: Annotated[str, Field(pattern=r"^[A-Z0-9 ]{2,40}$")] = field(repr=False)
    kind: Literal["titles_like"] = "titles_like"


@dataclass(frozen=True, slots=True)
class Title:
    """One work. ``id``: what a hold is placed on (``PlaceHold.title``). ``free``: copies that nobody has or wants,
    ``waiting``: people in line for it; None: the library does not say. ``by``: when a copy can be at this point if it
    is asked for now, in Unix seconds; 0: not said."""

    id: Id
    title: Text
    author: Text = ""
    isbn: Annotated[str, Field(pattern=r"^(97[89]\d{10})?$")] = ""
    free: Count | None = None
    waiting: Count | None = None
    by: Moment = 0.0


@dataclass(frozen=True, slots=True)
class TitlesAre:
    """Answer to ``TitlesLike``: the best first. ``more``: there are others that fit. ``near``: nothing fits exactly;
    these do but for one slip of the finger."""

    titles: Annotated[tuple[Title, ...], Field(max_length=FOUND_MAX)]
    more: bool = False
    near: bool = False
    kind: Literal["titles_are"] = "titles_are"
