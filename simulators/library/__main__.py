"""``python -m simulators.library``: the reference lending service as a process of its own."""

import json
import signal
import sys
import time
from contextlib import closing, nullcontext
from pathlib import Path

import click

from simulators.library.app import lending
from simulators.library.instructing import ACTIONS, instruct
from simulators.library.ledger import Ledger
from simulators.library.packing import send_stock
from simulators.library.seed import POINTS, signing_key
from simulators.library.server import Library
from simulators.library.sip2.quirks import PROFILES
from simulators.library.sip2.server import Sip2Server


@click.group(invoke_without_command=True)
@click.option("--port", default=0, help="0: a free one.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Where the ledger and files live.")
@click.option("--sip2", type=int, help="Speak SIP2 as well, on this port; 0: a free one.")
@click.option("--quirks", type=click.Choice(list(PROFILES)), default="plain", help="Speak it as this system does.")
@click.pass_context
def main(context: click.Context, port: int, data: Path | None, sip2: int | None, quirks: str) -> None:
    """Serve the library on 127.0.0.1 until stopped. The first line printed is JSON: url, port, points, sip2."""
    if context.invoked_subcommand:
        return
    if data is None:
        raise click.UsageError("--data is needed")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Library(data, port) as library:
        spoken = Sip2Server(library.ledger, PROFILES[quirks], sip2) if sip2 is not None else None
        points = {point: str(library.files_of(point).resolve()) for point, _ in POINTS}
        said = {"url": library.url, "port": library.port, "points": points}
        with spoken or nullcontext():
            if spoken:
                said["sip2"] = {"port": spoken.port, "user": spoken.user, "password": spoken.password}
            print(json.dumps(said), flush=True)
            signal.pause()


@main.command()
def openapi() -> None:
    """Print the contract as it is kept in docs/openapi.json."""
    print(json.dumps(lending().openapi(), indent=1, ensure_ascii=False))


@main.command("instruct")
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("point")
@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("about")
@click.option("--wait", default=60.0, help="Seconds for the answer.")
def have_done(data: Path, point: str, action: str, about: str, wait: float) -> None:
    """Have something done at a POINT of the library served from DATA: ABOUT is a compartment, or a parcel whose hold
    is cancelled. Prints the answer."""
    with closing(Ledger(data / "library.sqlite", signing_key())) as ledger:
        parcel = action == "cancel_hold"
        id = instruct(ledger, point, action, "" if parcel else about, about if parcel else "")
        until = time.monotonic() + wait
        while time.monotonic() < until:
            row = ledger.row("select outcome, reason from instructions where id = ?", id)
            if row and row["outcome"]:
                print(row["outcome"], row["reason"])
                sys.exit(0 if row["outcome"] == "done" else 1)
            time.sleep(0.2)
    sys.exit("the point has not answered")


@main.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("point")
@click.option("--count", default=3, help="So many books.")
def stock(data: Path, point: str, count: int) -> None:
    """Send books to a POINT of the library served from DATA, for anybody to borrow there; prints their barcodes."""
    with closing(Ledger(data / "library.sqlite", signing_key())) as ledger:
        for barcode in send_stock(ledger, point, count):
            print(barcode)


if __name__ == "__main__":
    main()
