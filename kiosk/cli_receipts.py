"""``kiosk verify`` and ``kiosk receipt-key``: what a receipt is worth, and the key by which anybody can tell."""

import contextlib
import sys
from datetime import datetime
from pathlib import Path

import click
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware.secret_file import UnfitFile
from kiosk.cli_parts import EXIT_CONFIG, EXIT_UNFIT, config_argument, end
from kiosk.config import Config
from kiosk.core.receipts import Verdict, name_of, verify
from kiosk.receipt import key_beside, read_key
from kiosk.secrets_file import read_public_key

NAMED_MAX = 60  # characters of what was typed, to be known by


@click.command("verify")
@config_argument
@click.argument("slips", nargs=-1, required=True)
@click.option(
    "--key",
    "others",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A public key of before, or of another point.",
)
def verify_slips(config: Config, slips: tuple[str, ...], others: tuple[Path, ...]) -> None:
    """Say what each receipt is worth: SLIP is the text of its code, a file with it, or - for standard input.

    Exit 0 when all are genuine, 1 when one is not, 2 when one is neither a receipt nor a file.
    """
    try:
        keys = [read_public_key(path) for path in others]
        keys += [read_key(key_beside(config.store)).public_key()] if key_beside(config.store).exists() else []
        verdicts = [verify(_text(slip), keys) for slip in slips]
    except (UnfitFile, OSError, UnicodeDecodeError) as error:
        end(EXIT_CONFIG, error)
    for verdict in verdicts:
        click.echo(words(verdict))
    sys.exit(0 if all(verdict.status == "genuine" for verdict in verdicts) else EXIT_UNFIT)


def words(verdict: Verdict) -> str:
    """A verdict in a line."""
    if verdict.status == "unknown":
        whose = f"; it names point {verdict.point}, give its public key with --key" if verdict.point else ""
        return f"unknown: no receipt of a key that is known here{whose}"
    if verdict.status == "changed":
        return f"changed: this is not what point {verdict.point} signed"
    at = datetime.fromtimestamp(verdict.at).astimezone().isoformat(sep=" ", timespec="minutes")
    state = "checked" if verdict.checked else "received, to be looked at"
    number = f"{verdict.point}-{verdict.visit}"
    return f"genuine: {number}  returned {at}, {state}: {' '.join(verdict.items)}"


@click.command("receipt-key")
@config_argument
def receipt_key(config: Config) -> None:
    """The public key that checks this point's receipts, as PEM; give it to the library."""
    try:
        key = read_key(key_beside(config.store)).public_key()
    except UnfitFile as error:
        end(EXIT_CONFIG, error)
    click.echo(f"# receipts of {config.point.id}, key {name_of(key)}", err=True)
    click.echo(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(), nl=False)


def _text(slip: str) -> str:
    if slip == "-":
        return sys.stdin.read()
    path, named = Path(slip), False
    with contextlib.suppress(OSError):  # what is too long for a file's name is none
        named = path.is_file()
    if not named and "R1;" not in "".join(slip.split()):
        raise FileNotFoundError(f"{slip[:NAMED_MAX]!r}: no such file, and no receipt (R1;...)")
    return path.read_text(encoding="utf-8") if named else slip
