"""The commands for bad days: begin anew after a loss, change a key, go back to an older version.

Each says what it found and what it will do, asks, shows how far it is, and keeps what was there before.
"""

import sys
import time
from collections.abc import Callable

import click

from kiosk.cli_parts import EXIT_STORE, EXIT_UNFIT, config_argument, end
from kiosk.config import Config
from kiosk.store import StoreError
from sync.errors import ServiceError

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def say(line: str) -> None:
    """How far it is, apart from what it found."""
    click.echo(f"  ... {line}", err=True)


def agreed(yes: bool, question: str) -> None:
    """Go on, or end with nothing done."""
    if not yes and not click.confirm(question):
        click.echo("kiosk: nothing was done", err=True)
        sys.exit(EXIT_UNFIT)


def stopped(does: Callable[[], None]) -> None:
    """Run this part of a command; its troubles in a line."""
    try:
        does()
    except StoreError as error:
        end(EXIT_STORE, error)
    except ServiceError as error:
        end(EXIT_UNFIT, Exception(f"the library: {error}. Nothing was changed; try again when it answers"))


@click.command()
@config_argument
@yes_option
def restore(config: Config, yes: bool) -> None:
    """Begin anew after the store was lost or damaged, with what the library knows; the kiosk must be stopped.

    What the library has not heard is read from the old file, as far as it can be, and told. The old file is kept.
    Afterwards a courier must look behind every door. Exit 3 when the store is sound: then nothing is done.
    """
    stopped(lambda: _restore(config, yes))


def _restore(config: Config, yes: bool) -> None:
    from kiosk import restore as restoring

    loss = restoring.look(config)
    click.echo(f"{config.store}: {'damaged' if loss.why else 'not there'}")
    if loss.why:
        click.echo(f"to be told to the library: {len(loss.unheard)}; rows that cannot be read: {loss.unread}")
    agreed(yes, "Begin anew with what the library knows? Everything behind the doors will have to be looked at.")
    done = restoring.restore(config, loss, say, time.time())
    click.echo(f"told to the library: {done.told}, of which {done.cases} are cases for staff")
    click.echo(f"parcels that came down: {done.parcels}, of which {done.here} should lie here")
    if done.kept:
        click.echo(f"the old file is kept as {done.kept.name}; to undo this, before the kiosk runs: mv it back")
    click.echo("Now start the kiosk, and let a courier look behind every door (on the screen: Check).")
