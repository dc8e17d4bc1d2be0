"""What the commands print: the table of ``kiosk check``, doors tried, the journal; and whether all is well."""

import contextlib
import json
import textwrap
from collections.abc import Iterable

import click

from kiosk import walk as along
from kiosk.check import checks
from kiosk.config import Config
from kiosk.door_book import DoorBook
from kiosk.journal import Entry, Verdict
from kiosk.journal_words import json_line, line, without_patrons
from kiosk.try_doors import Tried, try_doors
from kiosk.walk import Address, Walked


def check(config: Config, as_json: bool) -> bool:
    """Each part as it is asked, or one JSON object at the end."""
    found = []
    for result in checks(config):
        found.append(result)
        if not as_json:
            row(result.name, result.ok, result.words)
    fit = all(result.ok for result in found)
    if as_json:
        said = {"point": config.point.id, "fit": fit, "checks": [result._asdict() for result in found]}
        click.echo(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        wrong = sum(not result.ok for result in found)
        click.echo(
            "\nThis point is fit." if fit else f"\nThis point is not fit: {wrong} of {len(found)} need attention."
        )
    return fit


def doors(config: Config, names: tuple[str, ...]) -> bool:
    """Opens them with a person before them; the table comes even when it ends early. Raises as ``try_doors``."""
    tried: list[Tried] = []
    try:
        tried.extend(try_doors(config, names, lambda question: str(click.prompt(question)).strip(), click.echo))
    finally:
        for one in tried:
            row(f"door {one.name}", one.ok, one.words)
    return all(one.ok for one in tried)


def walk(config: Config, boards: tuple[str, ...]) -> bool:
    """Addresses, then channel by channel, then what to paste; what was seen comes even when it ends early, by Ctrl-C
    too. Raises as ``kiosk.walk.walk``, and ``StoreError`` before anything is said on a wire."""
    with contextlib.closing(DoorBook(config)) as book:
        return _walk(config, book, boards)


def _walk(config: Config, book: DoorBook, boards: tuple[str, ...]) -> bool:
    found: list[Address] = []
    walked: list[Walked] = []
    try:
        for one in along.addresses(config, click.echo):
            found.append(one)
            where = f"address {one.number}" if one.number is not None else one.port.rsplit("/", 1)[-1]
            row(where, bool(one.board), f"answers: {one.board or 'a board that is not configured'}")
        walked.extend(along.walk(config, book, boards, _ask, click.echo))
    finally:
        for step in walked:
            row(f"{step.board}:{step.channel}", step.ok, step.words)
        if lines := along.to_paste(config, walked, found):
            click.echo(f"\nFor {config.path}, in place of what it says of these:\n\n{lines}")
    silent = {board.name for board in config.boards} - {one.board for one in found}
    for name in sorted(silent):
        row(f"board {name}", False, "does not answer where it is configured: kiosk check says why that may be")
    return not silent and all(one.board for one in found) and all(step.ok for step in walked)


def _ask(question: str) -> str:
    """One line; Enter alone is an answer."""
    return str(click.prompt(question, default="", show_default=False)).strip()


def journal(config: Config, entries: Iterable[Entry], verdict: Verdict, as_json: bool) -> None:
    """Patrons by marks; the verdict goes to stderr when entries are JSON."""
    for entry in entries:
        if as_json:
            said = entry._replace(facts=without_patrons(entry, config.keyring.hashing))
            click.echo(json_line(said._asdict()))
        else:
            click.echo(line(entry, config.keyring.hashing))
    click.echo(_verdict(verdict, config), err=as_json)


def stands(config: Config, compared: Verdict) -> None:
    """Whether a row is the one that the library was told of."""
    words = "is the one that the library was told of" if compared.ok else f"IS NOT WHAT WAS TOLD: {compared.reason}"
    click.echo(f"{config.store}: row {compared.n} {words}")


def row(name: str, ok: bool, words: str) -> None:
    """One line of a table, its words wrapped under themselves."""
    mark = click.style("ok   ", fg="green") if ok else click.style("UNFIT", fg="red", bold=True)
    first, *more = textwrap.wrap(words, 92, break_long_words=False, break_on_hyphens=False) or [""]
    click.echo(f"{mark}  {name:<20} {first}")
    for rest in more:
        click.echo(f"{'':<28}{rest}")


def _verdict(verdict: Verdict, config: Config) -> str:
    if verdict.ok:
        return f"{config.store}: the chain of {verdict.n} facts is unbroken"
    return f"{config.store}: THE CHAIN IS BROKEN at row {verdict.n}: {verdict.reason}"
