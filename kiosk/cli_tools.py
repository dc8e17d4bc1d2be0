"""The technician's commands: look at each device, try its doors, walk along the wires, hear and record what is said."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from hardware.errors import DeviceError
from hardware.secret_file import UnfitFile
from kiosk.cli_parts import EXIT_CONFIG, EXIT_STORE, EXIT_UNFIT, ConfigFile, config_argument, end, unwritten
from kiosk.config import Config
from kiosk.store import StoreError
from kiosk.trace import Put
from kiosk.trace_file import TraceFile

devices_argument = click.argument("devices", nargs=-1)
seconds_option = click.option("--seconds", type=click.FloatRange(0.1, 10**6), help="End by itself after so long.")


@click.command()
@config_argument
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--doors", "doors", is_flag=True, help="Open the doors (or those named), asking before each.")
@click.argument("names", nargs=-1)
def check(config: Config, as_json: bool, doors: bool, names: tuple[str, ...]) -> None:
    """Look whether this point is fit: configuration, store, each device, library, screen. Exit 1 when it is not.

    For a new cabinet: kiosk walk finds the addresses of boards and wires that are swapped.
    """
    from kiosk import report

    if doors:
        _by_hand(lambda: report.doors(config, names))
    if names:
        raise click.UsageError("names of doors need --doors")
    sys.exit(0 if report.check(config, as_json) else EXIT_UNFIT)


@click.command()
@config_argument
@click.argument("boards", nargs=-1)
def walk(config: Config, boards: tuple[str, ...]) -> None:
    """Find boards by their addresses, then open channel by channel and note which door it was; stand before it.

    Ends with the lines of the configuration that do not fit what was seen. Every compartment must be empty.
    """
    from kiosk import report

    _by_hand(lambda: report.walk(config, boards))


def _by_hand(opening: Callable[[], bool]) -> NoReturn:
    """Locks move with a person before them; ``opening`` says whether all was well."""
    from kiosk.door_book import CannotOpen

    try:
        sys.exit(0 if opening() else EXIT_UNFIT)
    except CannotOpen as error:
        end(EXIT_CONFIG, error)
    except StoreError as error:
        end(EXIT_STORE, error)
    except DeviceError as error:
        end(EXIT_UNFIT, error)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: file, codes (text and kind), ms.")
@click.option("--config", type=ConfigFile(), help="Take for items and cards what [codes] says there.")
def decode(files: tuple[Path, ...], as_json: bool, config: Config | None) -> None:
    """Read the codes in picture FILES exactly as the camera would. Exit 1 when one of them is no picture.

    Kinds: isbn, issn, ean (a price code, goods), qr, code128, code39, codabar.
    """
    from hardware.scanner.barcode import Meanings
    from kiosk.decode import decode as decoded

    fit = decoded(files, config.codes if config else Meanings(), as_json)
    sys.exit(0 if fit else EXIT_UNFIT)


@click.command()
@config_argument
@devices_argument
@seconds_option
@click.option("--show-numbers", is_flag=True, help="Show numbers of people as they are; think who can see the screen.")
def listen(config: Config, devices: tuple[str, ...], seconds: float | None, show_numbers: bool) -> None:
    """Show live what each device (or those named) says, in bytes and in meaning, until Ctrl-C. No lock moves."""
    from kiosk.listen import Spoken

    _listen(config, Spoken(config, click.echo).put, devices, seconds, masked=not show_numbers)


@click.command()
@config_argument
@click.argument("file", type=click.Path(path_type=Path))
@devices_argument
@seconds_option
def trace(config: Config, file: Path, devices: tuple[str, ...], seconds: float | None) -> None:
    """Record what each device says in a new FILE, numbers of people made up, until Ctrl-C. No lock moves.

    With the kiosk at work: kiosk run CONFIG --trace FILE. The simulators replay such a file.
    """
    try:
        opened = TraceFile(file, config)
    except OSError as error:
        unwritten(file, error)
    try:
        with opened:
            _listen(config, opened.put, devices, seconds, masked=True)
    except SystemExit:  # nothing was recorded
        file.unlink()
        raise
    click.echo(f"{file}: {file.stat().st_size} bytes")


def _listen(config: Config, put: Put, devices: tuple[str, ...], seconds: float | None, masked: bool) -> None:
    from kiosk.listen import UnknownDevice, listen

    try:
        listen(config, put, seconds, devices, masked)
    except StoreError as error:
        end(EXIT_STORE, error)
    except (UnknownDevice, UnfitFile) as error:
        end(EXIT_CONFIG, error)
