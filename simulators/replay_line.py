"""What the replays of every kind of device share: the lines of a trace, drivers made as recorded, a verdict."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from pydantic import SecretStr

from hardware import registry

GAP_MAX_S = 3.0  # a longer pause is shortened to this
QUIET_S = 1.5  # after the last byte, what a driver may still have to say
NUMBERS = ("PatronScanned", "PassScanned", "CodeUnknown")
"""What a code whose digits were made up may come to be: its check digit is gone."""

Line = dict[str, Any]


class NotATrace(Exception):
    """The file cannot be replayed; the message says why."""


@dataclass
class Verdict:
    """``differs``: where today's drivers do otherwise than recorded. ``left_out``: devices not replayed, or not to
    their end, and why."""

    differs: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    calls: int = 0
    readings: int = 0


def driver(group: str, name: str, device: Line, **more: Any) -> tuple[Any, Any]:
    """The driver's module, and its settings as recorded. Raises ``NotATrace``."""
    try:
        module = registry.find(group, device["driver"])
        return module, module.Settings.model_validate_json(json.dumps(device["settings"] | more))
    except (registry.UnknownDriver, ImportError, ValueError) as error:  # ValueError: settings that do not fit
        raise NotATrace(f"{name}: {error}") from None


def openings(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines of a device from each time it was connected to until it was lost; attempts that failed are left out."""
    part: list[Line] = []
    for line in lines:
        part.append(line)
        if "lost" in line:
            if any("open" in one for one in part):
                yield part
            part = []
    if any("open" in one for one in part):
        yield part


def as_recorded(reading: Any) -> Line:
    """A reading as a trace has it, numbers of people covered."""
    said: Line = {"reading": type(reading).__name__}
    for one in fields(reading):
        if one.name != "device":
            said[one.name] = _plain(getattr(reading, one.name))
    return said


def compare(name: str, said: Sequence[Line], recorded: Sequence[Line], verdict: Verdict) -> None:
    """What a device reports now, against what it reported then."""
    verdict.readings += len(recorded)
    for now, then in zip(said, recorded, strict=False):
        if not _alike(now, then):
            verdict.differs.append(f"{then['t']:.3f} s, {name}: {now}, recorded is {then}")
    if len(said) != len(recorded):
        verdict.differs.append(f"{name}: {len(said)} readings, recorded are {len(recorded)}")


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return f"({len(value.get_secret_value())} characters)"
    if isinstance(value, str | int | float | bool | None):
        return str(value) if isinstance(value, str) else value
    return [_plain(one) for one in value] if isinstance(value, tuple | list | frozenset) else str(value)


def _alike(now: Line, then: Line) -> bool:
    if then["reading"] in NUMBERS and now["reading"] in NUMBERS:
        return True
    return now == {key: value for key, value in then.items() if key not in ("t", "device", "masked")}
