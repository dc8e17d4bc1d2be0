"""``kiosk koc CONFIG FILE``: what the library has not heard yet, as a Koha offline circulation file.

An emergency way out, for a point whose library cannot be reached for long: somebody carries the file to a staff
computer and uploads it there ("Upload offline circulation file"). One line a book, tab between fields (Koha,
process_koc.pl)::

    Version=1.0<TAB>Generator=shuxiang-kiosk<TAB>GeneratorVersion=0.1.0
    2026-11-24 09-15-30 000<TAB>issue<TAB>CARDNUMBER<TAB>BARCODE
    2026-11-24 09-20-02 000<TAB>return<TAB>BARCODE

What stands there still waits to be told. Over SIP2 that does no harm: a loan is asked for before it is booked.
Koha itself knows no second upload of a file: it renews what is lent already.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from hardware.secret_file import write_new
from kiosk.config import Config
from kiosk.reading import read_waiting
from sync.messages import ItemDropped, ItemLent, ParcelCollected, Telling
from sync.seal import NotSealed, Seal


class Written(NamedTuple):
    """How many loans and returns stand in the file, and how many could not be written: their readers' numbers are not
    known here (only a SIP2 library tells them to the point)."""

    loans: int
    returns: int
    left_out: int


def export(config: Config, path: Path) -> Written:
    """Write a new file, readable by its owner only: it names people. Raises ``StoreError``, ``OSError`` (also when
    there is one already); then nothing of it is left."""
    tellings = read_waiting(config.store, config.plan())
    seal = Seal(config.keyring.hashing, config.keyring.card, config.keyring.before)
    lines = list(_lines(tellings, seal))
    kept = [line for line in lines if line is not None]
    head = f"Version=1.0\tGenerator=shuxiang-kiosk\tGeneratorVersion={version('shuxiang-kiosk')}"
    write_new(path, "".join(f"{line}\r\n" for line in (head, *kept)))
    loans = sum("\tissue\t" in line for line in kept)
    return Written(loans, len(kept) - loans, len(lines) - len(kept))


def _lines(tellings: Iterable[Telling], seal: Seal) -> Iterator[str | None]:
    for telling in tellings:
        at = datetime.fromtimestamp(telling.at)
        when = f"{at:%Y-%m-%d %H-%M-%S} {at.microsecond // 1000:03}"
        match telling.told:
            case ParcelCollected(patron=patron, items=items):
                yield from (_issue(when, patron, item, seal) for item in items)
            case ItemLent(patron=patron, item=item):
                yield _issue(when, patron, item, seal)
            case ItemDropped(item=item):
                yield f"{when}\treturn\t{item}"


def _issue(when: str, patron: str, item: str, seal: Seal) -> str | None:
    """None: the number is not known here, or would break out of its line."""
    try:
        number = seal.show(patron).get_secret_value()
    except NotSealed:
        return None
    return f"{when}\tissue\t{number}\t{item}" if number.isprintable() else None
