"""When the next tellings may go, and which. Pure: the rows are in the point's store.

``now`` is any clock of the caller's that runs on evenly, whatever is done to the wall clock.

One batch in flight; strict order; after a failure the very same batch goes again before anything newer, because
any of it may have taken effect. A loop uses it so::

    batch = outbox.batch(store.tellings(outbox.first, BATCH_MAX), now)     # rows with seq >= first, in order
    if batch:
        outbox = outbox.sent(batch)                                       # hand it to the library thread
    ...
    outbox = outbox.answered()                                            # receipts are committed
    outbox = outbox.failed(now, error, random.uniform)                    # ServiceError

A library that answers otherwise, and not this batch, hears its tellings one by one; at one of them it breaks down, and
that becomes ``hopeless``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sync.backoff import RETRY_AFTER_MAX_S, Uniform, delay_s
from sync.errors import (
    ServiceBroken,
    ServiceBusy,
    ServiceDenied,
    ServiceError,
    ServiceGap,
    ServicePostponed,
    ServiceSilent,
    ServiceUnreachable,
)
from sync.messages import Telling

BATCH_MAX = 100
GIVE_UP_S = 3600.0
GIVE_UP_TRIES = 8
"""A telling at which the library breaks down, which it refuses, or to which it answers nonsense, so long and so often
becomes a case, and no longer holds up the others. A library that cannot be reached at all counts for nothing here."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """``first``: seq of the first telling to say. ``last``: seq of the last one of a batch that was said and not
    receipted. ``attempts``: failures in a row. ``patience_until``: the library asked for quiet until then, or what it
    did not answer may be under way there. ``away``: it was away when the last try failed. ``failures``: how often
    in a row it answered other things and not this batch, since ``failing_since``. ``single_to``: up to this seq they
    are said one by one. ``keys``: the library knows a telling that it has heard before, so that it may be said in
    another batch. After a start, ``Outbox(first=<lowest seq without a receipt>)``."""

    first: int = 1
    last: int | None = None
    in_flight: bool = False
    attempts: int = 0
    next_at: float = 0.0
    patience_until: float = 0.0
    away: bool = False
    failures: int = 0
    failing_since: float = 0.0
    single_to: int = 0
    keys: bool = True

    def due(self, now: float) -> bool:
        """Whether a batch may go now, if anything waits."""
        return not self.in_flight and now >= self.next_at

    def batch(self, waiting: Sequence[Telling], now: float) -> tuple[Telling, ...]:
        """What to say now: at most ``BATCH_MAX``, in order, without a gap; empty when it is not the time.

        ``waiting``: tellings in order of seq; those before ``first`` are passed over.
        """
        if not self.due(now):
            return ()
        chosen: list[Telling] = []
        most = 1 if self.first <= self.single_to else BATCH_MAX
        for telling in waiting:
            if telling.seq < self.first:
                continue
            if self.last is not None and telling.seq > self.last:
                break
            if len(chosen) == most or (chosen and telling.seq != chosen[-1].seq + 1):
                break
            chosen.append(telling)
        return tuple(chosen)

    def sent(self, batch: Sequence[Telling]) -> "Outbox":
        """The batch is on its way."""
        assert batch
        assert not self.in_flight
        return replace(self, last=batch[-1].seq, in_flight=True)

    def answered(self) -> "Outbox":
        """Each telling of the batch has its receipt (whatever it says): go on with what comes after."""
        assert self.in_flight
        assert self.last is not None
        return Outbox(first=self.last + 1, single_to=self.single_to, keys=self.keys)

    def numbered_anew(self, now: float, uniform: Uniform) -> "Outbox":
        """The library had heard these numbers of another life of this point, and all that waits has new ones. At once
        the first time; where it says so again and again, less and less often."""
        wait_s = delay_s(self.attempts, uniform) if self.attempts else 0.0
        return replace(self.answered(), attempts=self.attempts + 1, next_at=now + wait_s)

    def failed(self, now: float, error: ServiceError, uniform: Uniform, answers: bool = False) -> "Outbox":
        """No receipts: the same batch again, later. After ``ServiceGap`` from where the library wants them, and after
        ``ServicePostponed`` at the time that it says: that is no failure. ``answers``: it answers other things."""
        if isinstance(error, ServicePostponed):
            at = now + error.after_s
            return replace(self, in_flight=False, next_at=at, patience_until=at)
        attempts = self.attempts + 1
        asked = error.retry_after_s if isinstance(error, ServiceUnreachable) else None
        next_at = now + delay_s(attempts, uniform, asked)
        patience_until = now + min(asked or 0.0, RETRY_AFTER_MAX_S)
        there = not isinstance(error, ServiceUnreachable) or isinstance(error, ServiceBusy | ServiceDenied)
        later = replace(self, in_flight=False, attempts=attempts, next_at=next_at, away=not (answers and there))
        later = replace(later, patience_until=patience_until)
        if isinstance(error, ServiceGap):
            return replace(later, first=error.expected, last=None, failures=0, single_to=0)
        if answers and isinstance(error, ServiceSilent | ServiceBroken | ServiceDenied):
            return later._failed_again(now)
        return later

    def _failed_again(self, now: float) -> "Outbox":
        assert self.last is not None
        since = self.failing_since if self.failures else now
        again = replace(self, failures=self.failures + 1, failing_since=since)
        if self.keys and self.first < self.last and again.failures >= GIVE_UP_TRIES:
            return replace(again, single_to=self.last, failures=0)
        return again

    def hopeless(self, now: float) -> bool:
        """Whether the library, there all the while, has failed at the first telling alone so often and so long that
        nothing else comes of it."""
        alone = self.keys and self.last == self.first
        return alone and self.failures >= GIVE_UP_TRIES and now - self.failing_since >= GIVE_UP_S

    def back(self, at: float) -> "Outbox":
        """The library is back: go on at ``at``, neither sooner, as everybody would, nor later; but keep the quiet that
        it asked for, and wait on for what it failed at while it was there."""
        return replace(self, next_at=max(at, self.patience_until if self.away else self.next_at))
