"""The file of a trace, read and looked at before anything is done with it: a damaged one is one message."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from hardware.scanner.barcode import Meanings
from simulators.replay_line import Line, NotATrace

LINE_MAX = 1 << 20


class _Device(BaseModel):
    kind: Literal["board", "card", "pad", "scanner", "printer"]
    driver: str
    settings: dict[str, Any]
    bus: int | None = None

    @model_validator(mode="after")
    def _wired(self) -> Self:
        if self.kind == "board" and self.bus is None:
            raise ValueError("a board on no bus")
        return self


class _Head(BaseModel):
    trace: Literal[1]
    codes: Meanings
    devices: dict[str, _Device]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: str | None = None
    bold: bool = False
    large: bool = False
    centred: bool = False
    code: str | None = None
    rule: bool = False
    cut: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.words is not None) + (self.code is not None) + self.rule + self.cut != 1:
            raise ValueError("a part of a slip that is none")
        return self


class _Line(BaseModel):
    t: float
    device: str
    way: Literal["<", ">", "="] | None = None
    hex: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2} ?)*$")] | None = None
    count: int | None = None
    call: Literal["doors", "unlock", "paper", "print_out", "secure", "say_again"] | None = None
    channel: int | None = None
    sheet: list[_Part] | None = None
    gave: str | dict[str, str] | None = None
    reading: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        bytes_out = self.way == ">" and self.count is not None and self.count > 0
        if (self.way and self.hex is None and not bytes_out) or (self.call and self.gave is None):
            raise ValueError("a line with something missing")
        if (self.call == "unlock" and self.channel is None) or (self.call == "print_out" and self.sheet is None):
            raise ValueError("a call without what it was about")
        return self


def read(path: Path) -> tuple[Line, list[Line]]:
    """The heading and the lines; a last one that broke off amid (the power, a disk, a copy cut short) is left out.
    Raises ``NotATrace``."""
    try:
        with path.open(encoding="utf-8") as file:
            *texts, last = iter(lambda: file.readline(LINE_MAX), "")
        lines = [json.loads(text) for text in texts]
        try:
            lines.append(json.loads(last))
        except ValueError:
            if not lines or last.endswith("\n"):
                raise
        head, *lines = lines
    except OSError as error:
        raise NotATrace(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):  # empty, or not JSON
        raise NotATrace(
            f"{path}: not a trace: a file that kiosk trace has written begins with a line of JSON"
        ) from None
    try:
        _Head.model_validate(head)
    except ValidationError:
        raise NotATrace(f"{path}: does not begin as a trace of this version does") from None
    for number, line in enumerate(lines, 2):
        try:
            _Line.model_validate(line)
        except ValidationError as error:
            raise NotATrace(f"{path}: line {number} is no line of a trace ({error.errors()[0]['msg']})") from None
    return head, lines
