"""Ten thousand offline loans and returns told to the library, each batch twice: ``python -m benchmarks.replay``.

A real store is filled, then told over both wires of the reference library through the real loop and clients
(tests/kiosk/replay.py): each batch is booked, the power fails before a receipt is kept, and it is said again. The books
must be the same after that; over REST all of it is then told a third time from an image older than the upload. The
server's own limit is its ledger booking the same tellings in the same run, with no wire, client or store.
"""

import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from simulators.library.booking import hear
from simulators.library.ledger import Ledger
from simulators.library.seed import signing_key
from simulators.library.sip2.lending import Lending
from simulators.library.sip2.quirks import PROFILES
from sync.envelope import Sent, digest
from sync.messages import ItemDropped, ParcelCollected, Telling
from sync.outbox import BATCH_MAX
from tests.kiosk.replay import (
    DAY_S,
    POINT,
    SEAL,
    Tally,
    Waiting,
    books,
    fill,
    left_alone,
    once_more,
    outage,
    stock,
    tellings,
    twice,
    wire,
)


def limit_rest(folder: Path, told: Sequence[Telling]) -> float:
    """Seconds that the ledger takes for them in batches."""
    batches = [told[n : n + BATCH_MAX] for n in range(0, len(told), BATCH_MAX)]
    sent = [[Sent(one, digest(one)) for one in batch] for batch in batches]
    with closing(Ledger(folder / "library.sqlite", signing_key())) as ledger:
        began = time.perf_counter()
        for batch in sent:
            hear(ledger, POINT, batch)
        return time.perf_counter() - began


def limit_sip2(folder: Path, told: Sequence[Telling]) -> float:
    """Seconds that the ledger takes for the loans and returns among them, each a transaction as at its SIP2 desk."""
    with closing(Ledger(folder / "library.sqlite", signing_key())) as ledger:
        desk = Lending(ledger, PROFILES["koha"])
        began = time.perf_counter()
        for telling in told:
            match telling.told:
                case ParcelCollected(patron=patron, items=items):
                    desk.lend(SEAL.show(patron).get_secret_value(), items[0], False, False, telling.at)
                case ItemDropped(item=item):
                    desk.take_back(item, POINT, telling.at)
        return time.perf_counter() - began


def shown(tally: Tally) -> None:
    click.echo(f"\r{len(tally.receipts):6,} told twice", nl=False, err=True)


def measured(service: str, folder: Path, waiting: Sequence[Waiting], days: float = 0.0) -> None:
    """One service: fill, book without a wire, tell twice, compare; a breach ends the benchmark."""
    path, image = folder / f"{service}.sqlite", folder / f"{service}-image.sqlite"
    began = time.perf_counter()
    story = outage(waiting, sealed=service == "sip2")
    fill(path, story, apart_s=days * DAY_S / len(story) or 1.0)
    filled = time.perf_counter() - began
    shutil.copy(path, image)
    told = tellings(path)
    for copy in ("told", "limit"):
        shutil.copytree(folder / "library", folder / f"{service}-{copy}")
    limit = (limit_rest if service == "rest" else limit_sip2)(folder / f"{service}-limit", told)
    with wire(service, folder / f"{service}-told") as library:
        tally = twice(path, library, shown)
        click.echo("\r", nl=False, err=True)
        _once(tally, told, library.ledger, waiting)
        n, (first, second) = len(told), tally.took_s
        click.echo(f"{service:4}    {n:,} tellings kept in {filled:.0f} s, told in {tally.batches} batches, each twice")
        click.echo(f"  first   {n / first:6,.0f} a second, {limit / first:.2f} of the ledger's own {n / limit:,.0f}")
        click.echo(f"  again   {n / second:6,.0f} a second; books unchanged, in order, no loan twice, no renewal")
        if cases := sum(receipt.status == "conflict" for receipt in tally.receipts):
            click.echo(f"  cases   {cases:6,}, of them {left_alone(tally)} returns left alone: perhaps a later loan")
        if service == "rest":
            before = books(library.ledger)
            receipts, third = once_more(image, path, library)
            _must({receipt.status for receipt in receipts} == {"duplicate"}, "an old image was booked")
            _must(len(receipts) == n and books(library.ledger) == before, "an old image changed the books")
            click.echo(f"  image   {n / third:6,.0f} a second; all known already, books unchanged")


def _once(tally: Tally, told: Sequence[Telling], ledger: Ledger, waiting: Sequence[Waiting]) -> None:
    _must(not tally.changed, f"said twice, {', '.join(sorted(set(tally.changed)))} changed")
    _must([receipt.key for receipt in tally.receipts] == [telling.key for telling in told], "told out of order")
    loans = ledger.rows("select barcode, patron, ended from loans where barcode like 'REP%' order by id")
    lent = [(row["barcode"], row["patron"]) for row in loans]
    _must(lent == [(one.barcode, one.patron) for one in waiting], "a loan is missing, double or out of order")
    _must(sum(not row["ended"] for row in loans) == left_alone(tally), "a return was not booked")
    _must(not ledger.rows("select 1 from renewals"), "a loan was renewed")


def _must(true: bool, words: str) -> None:
    if not true:
        raise click.ClickException(words)


@click.command()
@click.option("--count", default=10_000, show_default=True, help="Tellings, three for each item.")
@click.option("--days", default=0.0, help="Over so many days; 30 with --count 15000 are 500 a day.")
def main(count: int, days: float) -> None:
    """Print rates, the ratio to the ledger's own limit, and that nothing was doubled."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        waiting = stock(folder / "library", -(-count // 3))
        for service in ("rest", "sip2"):
            measured(service, folder, waiting, days)


if __name__ == "__main__":
    main()
