"""The commands for bad days: begin anew after a loss, change a key, go back to an older version.

Each says what it found and what it will do, asks, shows how far it is, and keeps what was there before.
"""

import sys
import time
from collections.abc import Callable

import click

from hardware.secret_file import UnfitFile
from kiosk.cli_parts import EXIT_CONFIG, EXIT_STORE, EXIT_UNFIT, config_argument, end
from kiosk.config import Config
from kiosk.schema import StoreError, StoreUnfit
from kiosk.secrets_file import before_of
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
    except UnfitFile as error:
        end(EXIT_CONFIG, error)
    except StoreError as error:
        end(EXIT_STORE, error)
    except ServiceError as error:
        end(EXIT_UNFIT, Exception(f"the library: {error}. Nothing was changed here; try again when it answers"))


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
    click.echo(f"{config.store}: {'damaged' if loss.why else 'not there, or empty'}")
    if loss.why:
        unread = "all there were" if loss.unread is None else loss.unread
        click.echo(f"to be told to the library: {len(loss.unheard)}; rows that cannot be read: {unread}")
        if loss.unread is None:
            click.echo("what the library has not heard is known to nobody now: what lies here shows it, door by door")
    agreed(yes, "Begin anew with what the library knows? Everything behind the doors will have to be looked at.")
    done = restoring.restore(config, loss, say, time.time())
    click.echo(f"told to the library: {done.told}, of which {done.cases} are cases for staff")
    click.echo(f"parcels that came down: {done.parcels}, of which {done.here} should lie here")
    if done.kept:
        click.echo(f"kept: {', '.join(path.name for path in done.kept)}; to undo this, before the kiosk runs:")
        if done.kept[0].name.endswith("-wal"):  # no file was there: its log belongs to no other
            click.echo(f"  rm {config.store}")
        for path in done.kept:
            click.echo(f"  mv {path} {config.store}{'-wal' if path.name.endswith('-wal') else ''}")
    click.echo("Now start the kiosk, and let a courier look behind every door (on the screen: Look into door ...).")


@click.command("rotate-key")
@config_argument
@click.argument("which", type=click.Choice(["hashing", "receipts"]))
@click.option("--done", "ended", is_flag=True, help="The library uses the new hashing key: forget the one before.")
@yes_option
def rotate_key(config: Config, which: str, ended: bool, yes: bool) -> None:
    """Make a new key for hashing cards and codes, or for receipts; the kiosk must be stopped. The old one is kept.

    The hashing key is the library's too: give it the new one. Until it has sent everybody anew both count here; then
    type the same with --done.
    """
    if ended and which != "hashing":
        raise click.UsageError("--done is for the hashing key")
    stopped(lambda: _receipts(config, yes) if which == "receipts" else _hashing(config, ended, yes))


def _receipts(config: Config, yes: bool) -> None:
    from kiosk import rotate

    agreed(yes, "Make a new key for receipts? Those of before are then checked with the public key that is left here.")
    done = rotate.receipts(config, time.time())
    click.echo(f"new key: {done.new}; give the library its public part (kiosk receipt-key)")
    click.echo(f"receipts of before: kiosk verify CONFIG --key {done.before} SLIP")


def _hashing(config: Config, ended: bool, yes: bool) -> None:
    from kiosk import rotate

    path = rotate.hashing_file(config)
    if ended:
        helped = rotate.codes_for_helpers(config, time.time())
        if helped:
            click.echo(f"codes that readers made for a helper before the change, and that end now: up to {helped}")
        agreed(yes, "Has the library sent everybody anew, with the new key? Cards and codes of the old one end now.")
        kept = rotate.done(config, path, time.time())
        click.echo("the old key counts no more; start the kiosk and tap a card")
        click.echo(f"if readers are strangers now, stop it, mv {kept} {before_of(path)}, and start it again;")
        click.echo(f"if not, delete that one: rm {kept}")
        return
    if not rotate.begun(config, path):
        agreed(yes, f"Make a new hashing key in {path}? The library must get it at once.")
    try:
        done = rotate.hashing(config, path)
    except StoreError as error:
        if before_of(path).exists() and before_of(path).read_bytes() != path.read_bytes():
            error = StoreUnfit(f"{error}. The key HAS changed, and the one of before counts too: type this once more")
        raise error from None
    if not done.made:
        click.echo(f"No new key was made: the change to the one in {done.new} has begun; the one before: {done.before}")
        click.echo(f"numbers sealed anew: {done.sealed}. For another new key, first end this change with --done.")
        return
    click.echo(f"new key: {done.new}; the one before: {done.before}; numbers sealed anew: {done.sealed}")
    click.echo(
        "Give the new one to the library. Cards it has sent with the old key count until you type the same with --done."
    )
    if not config.plan().library.announces:
        click.echo("Verifiers of couriers and staff in the configuration: make them anew (kiosk verifier) before that.")
    if not done.sealed:
        click.echo(f"To undo this while the library has not got it: mv {done.before} {done.new}")


@click.command("step-back")
@config_argument
@click.argument("since")
@yes_option
def step_back(config: Config, since: str, yes: bool) -> None:
    """Bring the store back to the tables of before step SINCE, so that an older version takes it; it says which.

    The kiosk must be stopped, and this version still be installed. A copy of the store as it was is kept.
    """
    stopped(lambda: _step_back(config, since, yes))


def _step_back(config: Config, since: str, yes: bool) -> None:
    from kiosk import step_back as stepping

    try:
        back = stepping.plan(config, since)
    except stepping.NoSuchStep as error:
        end(EXIT_CONFIG, error)
    click.echo(f"steps to undo: {', '.join(back.undone)}")
    for what, rows in back.lost:
        click.echo(f"the older version has no {what}: {rows} row{'s' if rows > 1 else ''} will lose it")
    if back.waiting:
        n = back.waiting
        click.echo(
            f"{n} telling{' waits' if n == 1 else 's wait'} for the library: better let the kiosk tell them first"
        )
    agreed(yes, "Step back? Then install the older version before the kiosk runs again.")
    kept = stepping.step_back(config, since, time.time())
    click.echo(f"done; a copy of the store as it was: {kept.name} (to undo this, before the kiosk runs: mv it back)")
