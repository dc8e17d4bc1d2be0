"""A card that is nobody's yet and may become a reader's here: what the library offers. Asked for with ``WhoIs``."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

Page = Annotated[str, Field(min_length=1, max_length=300)]
PIN_LEAST, PIN_MOST = 4, 8


@dataclass(frozen=True, slots=True)
class Rules:
    """One page of the library's rules, in its words: what fits a screen. ``en`` empty: the Chinese is shown."""

    zh: Page
    en: Annotated[str, Field(max_length=300)] = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """The holder may become a reader at the point, now: who agrees to these pages types a telephone number and chooses
    a PIN of so many digits (``sync.acts.Activate``)."""

    rules: Annotated[tuple[Rules, ...], Field(min_length=1, max_length=12)]
    pin_digits: Annotated[int, Field(ge=PIN_LEAST, le=PIN_MOST)] = 6
