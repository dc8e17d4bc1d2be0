"""The commands: ``kiosk run``, ``kiosk check``, ``kiosk journal`` and what staff ask of a point.

Exit status: 0 all is well; 1 unfit, or the journal's chain is broken; 2 the configuration or the command line is
wrong; 3 the store cannot be used; 4 there is no screen to show anything on. Other numbers are those of
``kiosk.app.run``.
"""

import contextlib
import json
import os
import sys
import time
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from hardware.registry import UnknownDriver
from hardware.secret_file import write_new
from kiosk import cli_receipts, cli_recovery, cli_tools
from kiosk.cli_parts import (
    EXIT_CONFIG,
    EXIT_SCREEN,
    EXIT_STORE,
    EXIT_UNFIT,
    Hash,
    Moment,
    Named,
    config_argument,
    end,
    unwritten,
)
from kiosk.config import Config
from kiosk.frontend import NoScreen
from kiosk.journal_words import WORDS, json_line
from kiosk.reading import open_journal
from kiosk.store import StoreError, StoreTaken
from kiosk.trace import Recorder
from kiosk.trace_file import next_file


@click.group()
@click.version_option(package_name="shuxiang-kiosk", prog_name="kiosk")
def main() -> None:
    """A self-service kiosk and book-locker controller for libraries."""


@main.command()
@config_argument
@click.option("--screen", default="", metavar="NAME", help="Another front end than [screen] names, such as json.")
@click.option("--trace", "trace_to", type=click.Path(path_type=Path), metavar="FILE", help="Record all wires there.")
def run(config: Config, screen: str, trace_to: Path | None) -> None:
    """Open this pickup point to its patrons. Where its store cannot be used, the screen says so for a minute.

    --trace never keeps it from opening: where FILE is there, the next start records in FILE.2, and so on.
    """
    from kiosk import app  # the other commands need none of the machine

    try:
        with contextlib.ExitStack() as undo:
            recorder = None
            if trace_to and (file := next_file(trace_to, config)):
                recorder = Recorder(undo.enter_context(file).put)
                click.echo(f"kiosk: all wires are recorded in {file.path}", err=True)
            sys.exit(app.run(config, screen, recorder))
    except StoreTaken as error:
        end(EXIT_STORE, error)
    except StoreError as error:
        click.echo(f"kiosk: {error}", err=True)
        with contextlib.suppress(NoScreen):  # one trouble at a time
            app.closed(config, screen)
        sys.exit(EXIT_STORE)
    except NoScreen as error:
        end(EXIT_SCREEN, error)
    except UnknownDriver as error:
        end(EXIT_CONFIG, error)


@main.command()
@config_argument
@click.option("--since", type=Moment(), metavar="WHEN", help="Not before: -1d, -90m, or 2026-11-23T08:00.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(sorted(WORDS)), metavar="KIND", help="Only these.")
@click.option("--limit", type=click.IntRange(1, 10**6), default=1000, show_default=True, help="So many of the newest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--verify", "only_verify", is_flag=True, help="Only say whether the chain holds.")
@click.option(
    "--stands",
    type=(click.IntRange(0, 2**63 - 1), Hash()),  # as many rows as SQLite can count
    metavar="N HASH",
    help="And whether row N has the HASH the library was told.",
)
def journal(
    config: Config,
    since: float | None,
    kinds: tuple[str, ...],
    limit: int,
    as_json: bool,
    only_verify: bool,
    stands: tuple[int, str] | None,
) -> None:
    """What happened here, newest last. The hash chain is always verified; exit 1 when it is broken.

    Patrons stand there by marks, the same mark for the same patron.
    """
    from kiosk import report

    try:
        with open_journal(config.store, config.point.id) as book:
            verdict = book.verify()
            compared = book.stands(*stands) if stands else None
            entries = [] if only_verify or stands else book.entries(kinds=kinds, since=since, limit=limit + 1)
    except StoreError as error:
        end(EXIT_STORE, error)
    if len(entries) > limit:  # said first: the last line is the verdict
        click.echo(f"kiosk: these are the newest {limit}; there are older ones (--limit)", err=True)
    report.journal(config, entries[-limit:], verdict, as_json)
    if compared:
        report.stands(config, compared)
    sys.exit(0 if verdict.ok and (compared is None or compared.ok) else EXIT_UNFIT)


@main.command()
@config_argument
@click.option("--yes", is_flag=True, help="The clock is right; do not ask.")
def purge(config: Config, yes: bool) -> None:
    """Forget now what [limits] calls old: parcels that have gone, tellings that the library has heard, the journal's
    oldest rows, stores that were kept on a bad day.

    A running kiosk does so by itself each day; for this command it must be stopped.
    """
    from kiosk import purge as forgets

    now = time.time()
    at = datetime.fromtimestamp(now).astimezone().isoformat(sep=" ", timespec="minutes")
    if not yes and not click.confirm(f"This machine's clock says {at}. Is that right?"):
        click.echo("kiosk: nothing was forgotten; set the clock first", err=True)
        sys.exit(EXIT_UNFIT)
    try:
        done = forgets.purge(config, now)
    except StoreError as error:
        end(EXIT_STORE, error)
    click.echo(f"{done.rows} rows and files forgotten; the journal begins with {done.first}")


@main.command("old-image")
@config_argument
@click.option("--yes", is_flag=True, help="It was put back; do not ask.")
def old_image(config: Config, yes: bool) -> None:
    """Say that this machine was put back to an image or backup: doors are to be looked behind, and what waits is asked
    about before anything is said again. The kiosk must be stopped (docs/technician.md)."""
    from kiosk.old_image import put_back

    if not yes and not click.confirm("Was the disk or the store of this machine put back to an older state?"):
        sys.exit(EXIT_UNFIT)
    try:
        done = put_back(config, time.time())
    except StoreError as error:
        end(EXIT_STORE, error)
    click.echo(f"{done.doors} doors to be looked behind; {done.waiting} tellings will be asked about, not said again")


@main.command()
@config_argument
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def cases(config: Config, as_json: bool) -> None:
    """What this machine and the library disagree on, the oldest first. Staff settle them at the machine."""
    from kiosk import cases as open_cases

    try:
        found = open_cases.cases(config)
    except StoreError as error:
        end(EXIT_STORE, error)
    for case in found:
        click.echo(json_line(open_cases.as_json(case)) if as_json else open_cases.words(case))
    if not as_json:
        click.echo(f"{len(found)} to settle" if found else "library and machine agree")


@main.command()
@config_argument
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doors(config: Config, as_json: bool) -> None:
    """How each door ages: milliseconds from pulse to open, second pulses, left open; exit 1 when one gets worse."""
    from kiosk import report, wear_report

    try:
        found = wear_report.doors(config)
    except StoreError as error:
        end(EXIT_STORE, error)
    for wear in found:
        if as_json:
            click.echo(json.dumps(wear_report.as_json(wear), ensure_ascii=False))
        else:
            report.row(f"door {wear.name}", not wear.wearing, wear_report.words(wear))
    sys.exit(EXIT_UNFIT if any(wear.wearing for wear in found) else 0)


@main.command()
@config_argument
@click.argument("file", type=click.Path(path_type=Path))
def koc(config: Config, file: Path) -> None:
    """Write what the library has not heard yet to a new FILE in Koha's offline circulation format (docs/offline.md)."""
    from kiosk.koc import export

    try:
        written = export(config, file)
    except StoreError as error:
        end(EXIT_STORE, error)
    except OSError as error:
        unwritten(file, error)
    click.echo(f"{file}: {written.loans} loans, {written.returns} returns. It names people: delete it once uploaded.")
    if written.left_out:
        click.echo(f"{written.left_out} loans are not in it: the numbers of their readers are not known here", err=True)
    sys.exit(EXIT_UNFIT if written.left_out else 0)


@main.command()
@config_argument
@click.option("--number", prompt="Number of the card", hide_input=True, help="Better typed when asked for.")
def verifier(config: Config, number: str) -> None:
    """The keyed hash by which this point knows a card, for ``couriers``, ``staff`` and ``technicians`` of a SIP2
    library."""
    click.echo(config.keyring.card(number.strip()))


@main.command()
@config_argument
@click.option("--patron", required=True, type=Named(), help="Number of a test patron; nobody else is asked about.")
@click.option("--item", "items", required=True, multiple=True, type=Named(), help="Barcode of a test item; no other.")
@click.option("--pin-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file with their PIN.")
@click.option("--may-lend", is_flag=True, help="Lend the first test item to the test patron, and check it in again.")
@click.option(
    "--may-hold", is_flag=True, help="Let the test patron wait for it, check it in, and cancel the hold again."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the dialect to this new file.")
def probe(
    config: Config,
    patron: str,
    items: tuple[str, ...],
    pin_file: Path | None,
    may_lend: bool,
    may_hold: bool,
    out: Path | None,
) -> None:
    """Find out how a SIP2 library speaks, and write it down as a dialect. The kiosk need not be stopped."""
    from kiosk import probing

    if out and out.exists():
        end(EXIT_CONFIG, FileExistsError(f"{out} is there already, and nothing was asked: name a new file"))
    if out and not os.access(out.absolute().parent, os.W_OK):
        end(EXIT_CONFIG, OSError(f"{out}: its directory is not there, or not for this user; nothing was asked"))
    try:
        pin = Named().convert(pin_file.read_text(encoding="utf-8"), None, None) if pin_file else ""
    except (OSError, UnicodeDecodeError) as error:
        end(EXIT_CONFIG, OSError(f"{pin_file}: cannot be read as a PIN ({type(error).__name__})"))
    tell = partial(click.echo, err=True)
    try:
        text, whole = probing.probe(config, patron, items, pin, may_lend, may_hold, tell)
    except (probing.NotSip2, OSError) as error:
        end(EXIT_CONFIG, error)
    if not out:
        click.echo(text)
    else:
        try:
            write_new(out, text, 0o644)
        except OSError as error:
            click.echo(text)  # the library need not be asked all that again
            unwritten(out, error)
        click.echo(f"{out}: written")
    sys.exit(0 if whole else EXIT_UNFIT)


main.add_command(cli_receipts.verify_slips)
main.add_command(cli_receipts.receipt_key)
for command in (cli_recovery.restore, cli_recovery.rotate_key, cli_recovery.step_back):
    main.add_command(command)
for tool in (cli_tools.check, cli_tools.walk, cli_tools.decode, cli_tools.listen, cli_tools.trace):
    main.add_command(tool)
