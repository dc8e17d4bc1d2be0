"""``kiosk restore``: a point whose store was lost or damaged begins anew, out of what the library knows and what can
still be read of the old file; what lies behind the doors a courier then looks at, one after another.

First what the library has not heard is told to it; then a whole new store is made beside the old one; then they change
places, and the old one is kept. Whatever fails before that, nothing has changed.
"""

import contextlib
import hashlib
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hardware.secret_file import names_on_disk
from kiosk.config import Config
from kiosk.core.events import Heard, Receipted
from kiosk.core.offline import came_in
from kiosk.core.recovery import begun_anew
from kiosk.core.session import NOBODY
from kiosk.core.step import step
from kiosk.owner import Owner, lock_file
from kiosk.reading import read_point
from kiosk.retelling import heard, is_stand_in, no_answer, stand_in
from kiosk.salvage import unheard_in
from kiosk.schema import StoreDamaged, StoreError, StoreUnfit, half_made, kept_as
from kiosk.store import Store, unfit_for
from kiosk.tellings import forgotten
from sync.errors import ServiceBroken, ServiceDenied, ServiceError, ServiceGap, ServicePostponed, ServiceSilent
from sync.messages import Page, ParcelSent, Receipt, Telling
from sync.outbox import BATCH_MAX
from sync.service import Known, Service

AGAIN = "-restored-"
TRIES_MAX = 3  # of one telling; and the library may want other numbers, once for each older image there ever was
Tell = Callable[[str], None]


class NothingToDo(StoreError):
    """The store is sound."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What is left: ``why`` it cannot be used ("" when it is not there, or empty), ``unheard`` tellings that could be
    read, and how many rows ``unread`` could not (None: nothing says how many there were)."""

    why: str
    unheard: tuple[Telling, ...] = ()
    unread: int | None = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """``parcels`` of the library's that came down, ``here`` of them said to lie here; ``cases`` for staff; ``kept``:
    where the old file is, and its log."""

    parcels: int
    here: int
    told: int
    cases: int
    kept: tuple[Path, ...]


def look(config: Config) -> Loss:
    """What is left of the store; changes nothing. Raises ``NothingToDo`` when it is sound, ``StoreUnfit`` when it is
    not damaged but another's, newer, or in use."""
    path = config.store
    with unfit_for(path):
        if lock_file(path).exists():
            Owner.of(path).release()
    log = path.with_name(path.name + "-wal")
    if not any(file.exists() and file.stat().st_size for file in (path, log)):
        return Loss("")
    try:
        read_point(path, config.plan())
    except StoreDamaged as error:
        unheard, unread = unheard_in(path)
        return Loss(str(error), unheard, unread)
    raise NothingToDo(
        f"{path} is sound; nothing was done. If it was begun by mistake after a loss, stop the kiosk and type kiosk "
        "old-image CONFIG: every door is then looked behind"
    )


def restore(config: Config, loss: Loss, say: Tell, now: float) -> Restored:
    """Do it; some seconds, with a library that has no keys a minute and more. ``say`` hears how far it has come. Raises
    ``ServiceError`` (the library does not answer: try again when it does; what it has heard counts once) and
    ``StoreError``; then the old file is where it was."""
    path = config.store
    with contextlib.ExitStack() as undo, unfit_for(path):
        undo.callback(Owner.of(path).release)
        client = undo.enter_context(contextlib.closing(config.library()))
        say("asking the library what it knows of this point")
        page = client.changes("", 0)
        told = _told(client, config.point.id, config.plan().library.keys, loss.unheard, say)
        with contextlib.suppress(ServiceError):  # what it knows now; without it a courier finds out
            page = client.changes("", 0)
        new = _new_store(config, page, told, now)
        kept = _change_places(path, new, now)
    sent = [change.parcel for change in page.changes if isinstance(change, ParcelSent)]
    cases = sum(receipt.status in ("conflict", "rejected") for _, receipt in told)
    said = sum(not is_stand_in(telling.told) for telling, _ in told)
    return Restored(len(sent), sum(bool(parcel.lies_in) for parcel in sent), said, cases, kept)


def _told(
    client: Service, point: str, keys: bool, unheard: Sequence[Telling], say: Tell
) -> list[tuple[Telling, Receipt]]:
    """Tell the library what it has not heard, exactly as it would have heard it, so that what it did hear counts once.

    Where it wants other numbers (a row before these could not be read) it has surely heard none of these: they go out
    under new keys and the numbers that it wants. One that has no keys may have heard all of them before, and nobody
    knows what is still here of what came in: it is asked first. What it breaks down at goes out one by one, and one
    at which it always does, while it answers other things, is a case (see retelling.py).
    """
    done: list[tuple[Telling, Receipt]] = []
    left, alone, anew, failed = list(unheard), 0, 0, 0
    newest = unheard[-1].seq if unheard else 0
    known = Known(came_in(unheard), said=newest, newest=newest)
    while left:
        batch = left[: 1 if alone else BATCH_MAX]
        say(f"telling the library what it has not heard: {len(unheard) - len(left) + len(batch)} of {len(unheard)}")
        try:
            receipts = _patiently(client, batch, known, say)
        except ServiceGap as gap:
            if anew == TRIES_MAX:
                raise
            left, anew = _without_holes(point, left, gap.expected), anew + 1
        except (ServiceSilent, ServiceBroken, ServiceDenied) as error:
            if not keys:
                raise
            if len(batch) > 1:
                alone = len(batch)
            elif failed + 1 < TRIES_MAX:
                failed += 1
                time.sleep(failed)
            elif is_stand_in(batch[0].told):  # it breaks down at all that is told
                raise
            else:
                client.changes("", 0)  # where it answers nothing at all, nothing is given up
                say("the library breaks down at one of them, again and again: a case for staff")
                done.append((batch[0], no_answer(batch[0], error)))
                left[0], failed = stand_in(batch[0], f"{point}-restored-unsaid-{batch[0].seq}"), 0
        else:
            pairs = [(telling, heard(telling, receipt)) for telling, receipt in zip(batch, receipts, strict=True)]
            pairs = [(telling, _before(telling, receipt, batch[-1].seq)) for telling, receipt in pairs]
            done += [pair for pair in pairs if pair[1].status != "reused"]
            left, alone, failed = left[len(batch) :], max(0, alone - 1), 0
            if again := [telling for telling, receipt in pairs if receipt.status == "reused"]:
                if anew == TRIES_MAX:
                    raise ServiceBroken("each number is taken, also the one that it wants")
                expected = max(receipt.expected for _, receipt in pairs)
                left, anew = _numbered(point, again + left, expected), anew + 1
    return done


def _patiently(client: Service, batch: Sequence[Telling], known: Known, say: Tell) -> tuple[Receipt, ...]:
    """The receipts of one batch, in as many rounds as a slow library needs: each goes on where the last one ended."""
    while True:
        try:
            return client.tell(batch, known)
        except ServicePostponed as later:
            say(f"the library takes its time: on in {math.ceil(later.after_s)} s")
            time.sleep(later.after_s)


def _without_holes(point: str, tellings: Sequence[Telling], first: int) -> list[Telling]:
    """Each under its own number and key, as when it is said once more by another try of this; in the place of what
    cannot be read, or is asked for again, that it is forgotten."""
    known = {telling.seq: telling for telling in tellings}
    return [known.get(seq) or forgotten(point, seq) for seq in range(first, tellings[-1].seq + 1)]


def _numbered(point: str, tellings: Sequence[Telling], first: int) -> list[Telling]:
    """Under the numbers that the library wants, and keys that another try of this gives them again."""
    keys = [f"{point}{AGAIN}{hashlib.sha256(telling.key.encode()).hexdigest()[:16]}" for telling in tellings]
    pairs = enumerate(zip(tellings, keys, strict=True), first)
    return [replace(telling, seq=seq, key=key) for seq, (telling, key) in pairs]


def _before(telling: Telling, receipt: Receipt, last: int) -> Receipt:
    """The number was the one that the library wanted, so it is the key that it knows: from a try before this one."""
    known = receipt.status == "reused" and AGAIN in telling.key and receipt.expected == last + 1
    return replace(receipt, status="duplicate") if known else receipt


def _new_store(config: Config, page: Page, told: Sequence[tuple[Telling, Receipt]], now: float) -> Path:
    """A store beside the old one, whole and closed."""
    path, *_ = beside = half_made(config.store)
    for left in beside:
        left.unlink(missing_ok=True)
    with contextlib.closing(Store.open(path, config.plan())) as store:
        before = store.load()
        taken = step(before, NOBODY, Heard(page, None), now)
        for telling, receipt in told:
            more = step(taken.point, NOBODY, Receipted(telling, receipt), now)
            taken = replace(more, facts=taken.facts + more.facts)
        store.commit(before, begun_anew(taken), now)
    if beside[1].exists():  # no room in the file for what the log holds: SQLite does not say so as it closes
        raise StoreUnfit(f"{path}: the disk is full: make room, and type this once more; nothing was changed here")
    lock_file(path).unlink()
    return path


def _change_places(path: Path, new: Path, now: float) -> tuple[Path, ...]:
    """The new store where the old one was; where the old one and its log are kept. That log goes first: it
    belongs to no other file."""
    kept = kept_as(path, now)
    if kept.exists():
        raise StoreUnfit(f"{kept} is there already; try again in a second")
    kept_log = kept.with_name(kept.name + "-wal")
    if path.exists():
        os.link(path, kept)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)  # made anew from the log
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        log.rename(kept_log)
    log.unlink(missing_ok=True)
    new.replace(path)
    names_on_disk(path.parent)
    return tuple(file for file in (kept, kept_log) if file.exists())
