"""How one library's SIP2 differs from the standard, as data: TOML files, shipped ones (dialects/) and a site's own.

A site's own file may begin with ``base = "koha"`` and say only what is different.
"""

import difflib
import re
import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from sync.plain import TIME_MAX
from sync.sip2.exchange import Manners
from sync.sip2.message import Charset

STATUS = (
    "charge_denied",
    "renewal_denied",
    "recall_denied",
    "hold_denied",
    "card_lost",
    "too_many_charged",
    "too_many_overdue",
    "too_many_renewals",
    "too_many_claims",
    "too_many_lost",
    "excess_fines",
    "excess_fees",
    "recall_overdue",
    "too_many_billed",
)
"""The fourteen places of a patron's status, in order (3M SIP 2.00)."""

Code = Annotated[str, Field(pattern=r"^[0-9]{2}$")]
ENDS = {"CR": b"\r", "LF": b"\n", "CRLF": b"\r\n"}
_SIZE_MAX = 1 << 16


STANDARD_UTC = "%Y%m%d   %z%H%M%S"
"""A date that the standard marks as UTC, by a Z."""


def _fits_dates(pattern: str) -> str:
    if "Z" in pattern:  # a letter as any other, or any zone's name, and in both cases the day would be a local one
        raise ValueError("a Z would be passed over: %z is what reads it, as UTC")
    try:
        datetime.strptime(datetime(2026, 11, 24, tzinfo=UTC).strftime(pattern), pattern)
    except (ValueError, re.error) as error:
        raise ValueError(f"not a pattern of dates: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_fits_dates)]


class UnfitDialect(ValueError):
    """This dialect cannot be used. Names the file and the line, and what it might have meant."""


class Dialect(BaseModel):
    """One library's ways. ``plain.toml`` explains each line; its values are these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    charset: Charset = "utf-8"
    end: Literal["CR", "LF", "CRLF"] = "CR"
    checked: bool = True
    trusted: bool = True
    utc: bool = False
    login: bool = True
    without: tuple[Code, ...] = ()
    keep_alive_s: float = Field(default=240.0, ge=5, le=3600)
    patron_by: Literal["63", "23"] = "63"
    blocks: tuple[str, ...] = tuple(name for name in STATUS if name not in STATUS[1:4] and "renewals" not in name)
    expiry: Literal["", "PA"] = ""
    wrong_pin_is_unknown: bool = False
    loans: Literal["barcode", "title"] = "barcode"
    waiting: Literal["barcode", "title"] = "barcode"
    more_time: bool = False
    ends_sessions: bool = False
    dates: tuple[Pattern, ...] = ("%Y%m%d    %H%M%S",)
    no_block: bool = False
    captures: bool = True
    held_here: tuple[Code, ...] = ("01",)
    held_elsewhere: tuple[Code, ...] = ("02",)
    sent_on: tuple[Code, ...] = ("04",)
    shows_holds: bool = False

    @property
    def manners(self) -> Manners:
        """What an exchange needs to know of it."""
        return Manners(self.charset, ENDS[self.end], self.checked, self.trusted)

    def day(self, text: str) -> float | None:
        """Unix seconds of a date as this library writes it, or as the standard does in UTC; None for what fits none of
        these, and for what no screen can show ("never", as the year 9999). Whatever was before 1970 is over."""
        for pattern in (*self.dates, STANDARD_UTC, "%Y%m%d", "%Y-%m-%d"):
            try:
                at = datetime.strptime(text.strip(), pattern).timestamp()
            except (ValueError, OverflowError):
                continue
            return max(0.0, at) if at <= TIME_MAX else None
        return None


def names() -> list[str]:
    """The dialects shipped."""
    found = files(__package__).joinpath("dialects").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in found if file.name.endswith(".toml"))


def load(name: Path) -> Dialect:
    """A shipped dialect (a name without an ending) or a site's own file. Raises ``UnfitDialect``."""
    return _dialect(_lines(name), name)


def _lines(name: Path) -> dict[str, Any]:
    lines = _own(name) if name.suffix else _shipped(name.name)
    base = lines.get("base")
    if base is None:
        return lines
    if not isinstance(base, str):
        raise UnfitDialect(f"{name}: base must be the name of a dialect, one of {', '.join(names())}")
    return _shipped(base) | {line: value for line, value in lines.items() if line != "base"}


@cache
def _shipped(name: str) -> dict[str, Any]:
    if name not in names():
        raise UnfitDialect(f"no dialect {name!r}; {_near(name, names())} (a file of your own ends in .toml)")
    text = files(__package__).joinpath("dialects", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _own(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.loads(file.read(_SIZE_MAX).decode("utf-8-sig"))
    except OSError as error:
        raise UnfitDialect(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UnfitDialect(f"{path} is not TOML: {error}") from None


def _dialect(lines: dict[str, Any], name: Path) -> Dialect:
    for line in lines:
        if line not in Dialect.model_fields:
            raise UnfitDialect(f"{name.name}: no such line {line!r}; {_near(line, Dialect.model_fields)}")
    try:
        dialect = Dialect.model_validate(lines)
    except ValidationError as error:
        flaw = error.errors(include_input=False, include_url=False)[0]
        raise UnfitDialect(f"{name.name}: {'.'.join(map(str, flaw['loc']))}: {flaw['msg']}") from None
    for block in dialect.blocks:
        if block not in STATUS:
            raise UnfitDialect(f"{name.name}: blocks: no such word {block!r}; {_near(block, STATUS)}")
    return dialect


def _near(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"
