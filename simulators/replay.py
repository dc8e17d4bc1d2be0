"""A recorded trace lived through again: the drivers as they are now, before wires that play what came.

The file is one of ``kiosk trace`` or ``kiosk run --trace``: JSON, an object a line, the first of them the heading.
Boards and printers get their calls in the order of the recording (simulators.replay_calls), what reports by itself gets
its bytes at the pace of the recording (replay_sources), and cards are laid on a virtual reader of a real pcscd
(replay_cards). Only a driver whose way to its device is known to none of these is named as not replayed.
"""

import sys
from itertools import groupby
from pathlib import Path

import click

from simulators.replay_calls import replay_bus, replay_printer
from simulators.replay_cards import replay_cards
from simulators.replay_file import read
from simulators.replay_line import Line, NotATrace, Verdict
from simulators.replay_sources import replay_source

_ON_READERS = ("pcsc", "pcsc_pad")


def replay(path: Path) -> Verdict:
    """Live through a trace. Takes about as long as it took, without the long pauses. Raises ``NotATrace``."""
    head, lines = read(path)
    verdict = Verdict()
    devices: dict[str, Line] = head["devices"]
    boards = {name: device for name, device in devices.items() if device["kind"] == "board"}
    for _, on_bus in groupby(sorted(boards, key=lambda name: boards[name]["bus"]), key=lambda n: boards[n]["bus"]):
        replay_bus({name: boards[name] for name in on_bus}, lines, verdict)
    for name, device in devices.items():
        own = [line for line in lines if line["device"] == name]
        if device["kind"] == "printer":
            replay_printer(name, device, own, verdict)
        elif device["driver"] in _ON_READERS:
            replay_cards(name, device, head["codes"], own, verdict)
        elif device["kind"] != "board":
            replay_source(name, device, head["codes"], own, verdict)
    return verdict


@click.command("replay")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def command(files: tuple[Path, ...]) -> None:
    """Let today's drivers live through recorded traces again; exit 1 when they do otherwise than recorded."""
    failed = False
    for path in files:
        try:
            verdict = replay(path)
        except NotATrace as error:
            raise click.ClickException(str(error)) from None
        for difference in verdict.differs:
            click.echo(f"{path}: {difference}")
        done = f"{verdict.calls} calls and {verdict.readings} readings"
        click.echo(f"{path}: {done}, {'NOT ' if verdict.differs else ''}as recorded")
        if verdict.left_out:
            click.echo(f"{path}: not replayed: {', '.join(verdict.left_out)}")
        failed = failed or bool(verdict.differs)
    sys.exit(failed)
