"""What the commands share: exit statuses, the configuration as an argument, the end with one message."""

import re
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import click

from kiosk.config import Config, ConfigError, load
from kiosk.journal import is_hash

EXIT_UNFIT = 1
EXIT_CONFIG = 2
EXIT_STORE = 3
EXIT_SCREEN = 4
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class ConfigFile(click.ParamType[Config]):
    """A configuration, loaded; else one message and exit 2, before anything starts."""

    name = "config"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Config:
        try:
            return load(Path(str(value)))
        except ConfigError as error:
            end(EXIT_CONFIG, error)


class Moment(click.ParamType[float]):
    """``-1d``, ``-90m`` or ISO 8601 (local time unless it says otherwise), as Unix seconds."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value)
        if ago := re.fullmatch(r"-(\d{1,6})([smhdw])", text):
            return time.time() - int(ago[1]) * _SECONDS[ago[2]]
        try:
            return datetime.fromisoformat(text).timestamp()
        except (ValueError, OverflowError):
            self.fail(f"{text!r} is neither like -1d (s, m, h, d, w) nor like 2026-11-23T08:00", param, ctx)


class Hash(click.ParamType[str]):
    """A hash of the journal, whole; capitals do not matter."""

    name = "hash"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).lower()
        if not is_hash(text):
            self.fail("the HASH must be all 64 hex digits that the library was told", param, ctx)
        return text


class Named(click.ParamType[str]):
    """A number or barcode as it may be said to a library: one word of a line."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if not 0 < len(text) <= 64 or not text.isprintable() or "|" in text:
            self.fail("must be 1 to 64 letters or digits, without a bar or a line's end", param, ctx)
        return text


config_argument = click.argument("config", type=ConfigFile())


def unwritten(file: Path, error: OSError) -> NoReturn:
    """This new file could not be made: say why and leave."""
    words = "is there already: name a new file" if isinstance(error, FileExistsError) else error.strerror
    end(EXIT_CONFIG, OSError(f"{file}: {words}"))


def end(status: int, error: Exception) -> NoReturn:
    """Say what went wrong and leave with this status."""
    click.echo(f"kiosk: {error}", err=True)
    sys.exit(status)
