"""``python -m simulators.library``: the reference lending service as a process of its own."""

import json
import signal
import sys
from pathlib import Path

import click

from simulators.library.app import make_app
from simulators.library.seed import POINTS
from simulators.library.server import Library


@click.group(invoke_without_command=True)
@click.option("--port", default=0, help="0: a free one.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Where the ledger and files live.")
@click.pass_context
def main(context: click.Context, port: int, data: Path | None) -> None:
    """Serve the library on 127.0.0.1 until stopped. The first line printed is JSON: url, port, points."""
    if context.invoked_subcommand:
        return
    if data is None:
        raise click.UsageError("--data is needed")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Library(data, port) as library:
        points = {point: str(library.files_of(point).resolve()) for point, _ in POINTS}
        print(json.dumps({"url": library.url, "port": library.port, "points": points}), flush=True)
        signal.pause()


@main.command()
def openapi() -> None:
    """Print the contract as it is kept in docs/openapi.json."""
    print(json.dumps(make_app(None).openapi(), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
