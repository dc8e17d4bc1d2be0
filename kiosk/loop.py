"""The deciding loop: event -> step -> COMMIT -> act. The only thread that touches the store.

``Loop`` has no thread and no queue of its own: ``handle`` takes one event and returns when it is decided, on disk
and handed out. workers.py brings the events, app.py runs it, and the simulation drives it a step at a time.
"""

import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kiosk.core.commands import Command, Refresh
from kiosk.core.events import ClockJumped, Event, Forgotten, Heard, Online, Receipted, Restored, Started, Touched
from kiosk.core.model import PickupPoint
from kiosk.core.night import rested
from kiosk.core.offline import left
from kiosk.core.screens import Display, Goodbye, Sorry
from kiosk.core.session import NOBODY, Session, Step
from kiosk.core.show import display
from kiosk.core.step import step
from kiosk.core.stories import AtDoor, AtHome
from kiosk.incoming import PASSES, Incoming, Polled, Upload, Uploaded, UploadFailed, waiting
from kiosk.retelling import heard, is_stand_in, no_answer
from kiosk.store import Store, StoreTrouble
from kiosk.tellings import forgotten
from sync.backoff import Uniform, spread_s
from sync.errors import ServiceBusy, ServiceDenied, ServiceError, ServiceGap, ServiceUnreachable
from sync.messages import Receipt, Telling
from sync.outbox import BATCH_MAX, Outbox
from sync.service import Known

CLOCK_JUMP_S = 1.0  # the wall clock against the one that only runs
SORRY_S = 5.0  # how long the screen says that nothing can be written
REST_EVERY_S = 86400.0
TRUST_AFTER_S = 600.0  # since the start, or since the clock was set: by then the library has said what time it is
_LOG = logging.getLogger(__name__)


Outgoing = Command | Upload


@dataclass(frozen=True, slots=True)
class Clock:
    """``wall``: Unix seconds, may be set by anybody. ``running``: seconds that only run, for waits between machines."""

    wall: Callable[[], float]
    running: Callable[[], float]


class Loop:
    """One pickup point at work."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        act: Callable[[Outgoing], None],
        show: Callable[[Display], None],
        uniform: Uniform = random.uniform,
    ) -> None:
        """``act`` hands a command to the thread it belongs to, ``show`` the newest screen to the front end; neither
        may block. ``uniform``: the dice of the back-off."""
        self._store = store
        self._clock = clock
        self._act = act
        self._show = show
        self._uniform = uniform
        self.point: PickupPoint = store.load()
        self.session: Session = NOBODY
        self._outbox = Outbox(first=store.first_waiting(), keys=self.point.plan.library.keys)
        self._said = store.said()  # up to this one before this start
        self._forgotten_before = 0  # the library asked for tellings up to this one, which are not kept here
        self._told_all = False  # nothing waits: no need to look until a fact is told
        self._unwritten: deque[Incoming] = deque()
        self._anew = False  # a snapshot was asked for: until it is here no other page counts
        self._shown: Display | None = None
        self._sorry_until = 0.0
        self._unheard = False  # something that a person wanted was not remembered
        self._offset = clock.wall() - clock.running()
        self._away_since = clock.running()
        self._rested_at = store.rested_at() or clock.wall()
        self._forgetting = False
        self._trusted_from = clock.running() + TRUST_AFTER_S

    def start(self) -> None:
        """Recover from the rows and show the first screen. Raises ``StoreTrouble`` if the store cannot be written."""
        self._decide(Started(), self._clock.wall())
        self._draw(self._clock.wall())

    def handle(self, incoming: Incoming) -> None:
        """Decide one event, remember it, act on it, draw. When the store cannot be written nothing is acted on:
        the person is told, and lending stops until it can."""
        now = self._clock.wall()
        self._mind_the_clock(now)
        waited = bool(self._unwritten)
        self._unwritten.append(incoming)
        try:
            while len(self._unwritten) > 1:
                self._take_first(now)
            if waited:  # a touch may have been made on a screen that is gone, now that what waited is written
                self._draw(now)
            before = self.session.story
            self._take_first(now)
            self._unheard = self._unheard and isinstance(incoming, PASSES)
            if self.session.story != before and not isinstance(incoming, PASSES):
                self._sorry_until = 0.0  # somebody was heard again: what comes of it is shown, so that they stay for it
            self._upload()
            self._rest(now)
        except StoreTrouble as trouble:
            if now >= self._sorry_until:  # said once, however long it lasts
                self._unheard = False
                _LOG.error("%s; until it can be written, no door is opened", trouble)
            self._keep_what_happened()
            self._sorry_until = now + SORRY_S
        self._draw(now)

    def stale(self, incoming: Incoming) -> bool:
        """Whether this is a touch on a screen that has gone since (a slow disk held it up, or a finger came twice), or
        on "the machine must rest", where nothing is offered and another screen may lie beneath."""
        made_on = incoming.on if isinstance(incoming, Touched) else ""
        if not made_on or self._shown is None:
            return False
        return made_on != type(self._shown.screen).__name__ or self._shown.screen == Sorry("store_trouble")

    def _take_first(self, now: float) -> None:
        if not self.stale(self._unwritten[0]):
            self._take(self._unwritten[0], now)
        self._unwritten.popleft()

    def _take(self, incoming: Incoming, now: float) -> None:
        match incoming:
            case Uploaded():
                self._uploaded(incoming, now)
            case UploadFailed(error=error):
                self._upload_failed(error, now)
            case Polled(page=page) if self._anew and not page.snapshot:
                pass  # asked for before; with its cursor on disk, what was let go would be lost at a power cut
            case Polled(page=page, clock=clock):
                self._decide(Heard(page, clock.bounds(self._clock.running())), now)
                self._anew = False
            case Online(up=up) if up is not self.point.counters.online:
                self._decide(incoming, now)
                self._changed_sides(up)
            case _:
                self._decide(incoming, now)

    def _changed_sides(self, up: bool) -> None:
        """The library went away or came back."""
        running = self._clock.running()
        if not up:
            self._away_since = running
            return
        away_s = running - self._away_since
        self._outbox = self._outbox.back(running + spread_s(self.point.plan.point, away_s, self._uniform))

    def _keep_what_happened(self) -> None:
        """What a person asked for did not happen and may be asked again. What happened in the world did happen: it
        waits here until it can be written."""
        self._unheard = self._unheard or not all(isinstance(e, PASSES) for e in self._unwritten)
        self._unwritten, missed = waiting(self._unwritten)
        if missed:
            self._anew = True
            self._act(Refresh())

    def _decide(self, event: Event, now: float, done: Sequence[Receipt] = ()) -> None:
        self._commit(step(self.point, self.session, event, now), now, done)

    def _commit(
        self, taken: Step, now: float, done: Sequence[Receipt] = (), expected: int = 0, unsaid: int = 0
    ) -> None:
        """On disk first; only then is it so, and only then does anything move."""
        self._store.commit(self.point, taken, now, done, self.session.number, expected, unsaid)
        self.point, self.session = taken.point, taken.session
        if taken.facts:
            self._told_all = False
        for command in taken.commands:
            self._anew = self._anew or isinstance(command, Refresh)
            self._act(command)

    def _mind_the_clock(self, now: float) -> None:
        offset = now - self._clock.running()
        by = offset - self._offset
        if abs(by) >= CLOCK_JUMP_S:
            self._offset = offset
            self._unwritten.appendleft(ClockJumped(by))  # all that waits is decided at the time as it is now
            self._sorry_until += by
            self._trusted_from = self._clock.running() + TRUST_AFTER_S

    def _uploaded(self, uploaded: Uploaded, now: float) -> None:
        """All receipts of a batch in one transaction."""
        taken = step(self.point, self.session, Online(True), now)
        receipts = [heard(*pair) for pair in zip(uploaded.batch, uploaded.receipts, strict=True)]
        for telling, receipt in zip(uploaded.batch, receipts, strict=True):
            more = step(taken.point, taken.session, Receipted(telling, receipt), now)
            taken = replace(more, facts=taken.facts + more.facts, commands=taken.commands + more.commands)
        expected = max((r.expected for r in receipts if r.status == "reused"), default=0)
        if expected:
            more = step(taken.point, taken.session, Restored(expected), now)
            taken = replace(more, facts=taken.facts + more.facts, commands=taken.commands + more.commands)
        self._commit(taken, now, receipts, expected)
        if expected:
            self._outbox = self._outbox.numbered_anew(self._clock.running(), self._uniform)
        else:
            self._outbox = self._outbox.answered()

    def _upload_failed(self, error: ServiceError, now: float) -> None:
        """Only where nothing could be said the library is away; what else it does, it answers other things, and they
        are not to suffer for it. A credential that it refuses, it refuses the polls too."""
        online = self.point.counters.online
        if isinstance(error, ServiceUnreachable) and not isinstance(error, ServiceBusy | ServiceDenied):
            self._take(Online(False), now)
        if isinstance(error, ServiceGap):
            self._look_back(error.expected, now)
        outbox = self._outbox.failed(self._clock.running(), error, self._uniform, online)
        if outbox.hopeless(self._clock.running()):
            self._give_up(error, now)
        self._outbox = outbox
        self._told_all = False

    def _give_up(self, error: ServiceError, now: float) -> None:
        """The library breaks down at the telling that comes next: a case, and it is said that it could not be told.
        Where it breaks down at that too, the trouble is its own, and nothing more is given up."""
        telling = self._tellings()[0]
        if is_stand_in(telling.told):
            return
        taken = step(self.point, self.session, Receipted(telling, no_answer(telling, error)), now)
        self._commit(taken, now, unsaid=telling.seq)

    def _rest(self, now: float) -> None:
        """Once a day, while nobody is there and the clock can be trusted: say where the journal stands, then forget
        what is old, a part at a time."""
        counters = self.point.counters
        trusted = counters.online and not counters.clock_wrong and self._clock.running() >= self._trusted_from
        if not trusted or not isinstance(self.session.story, AtHome):
            return
        if self._forgetting:
            self._forgetting = self._store.forget(now) > 0
        elif abs(now - self._rested_at) >= REST_EVERY_S:  # also where the clock was ahead as it rested
            self._commit(rested(Step(self.point, self.session), self._store.stands(now), now), now)
            self._rested_at, self._forgetting = now, True

    def _look_back(self, expected: int, now: float) -> None:
        """The library wants to hear again from this number on. What is not kept here, for its age or because another
        life of the point said it, is named, a number at a time, so that it can go on after that; and it is a case for
        staff. Behind what is kept may be the next hole: then it asks again, there."""
        kept = self._store.first_kept(expected)
        if expected < kept:
            self._decide(Forgotten(expected, kept - 1), now)
        self._forgotten_before = kept

    def _tellings(self) -> list[Telling]:
        """What to say next, in order: in the place of what was forgotten and asked for, that it was."""
        first = self._outbox.first
        gone = range(first, min(self._forgotten_before, first + BATCH_MAX))
        named = [forgotten(self.point.plan.point, seq) for seq in gone]
        return [*named, *self._store.tellings(first + len(named), BATCH_MAX)]

    def _upload(self) -> None:
        running = self._clock.running()
        if self._told_all or not self._outbox.due(running):
            return
        batch = self._outbox.batch(self._tellings(), running)
        if batch:
            if not self.point.plan.library.keys:
                self._store.saying(batch[-1].seq)
            self._outbox = self._outbox.sent(batch)
            newest = self._store.next_seq() - 1
            self._act(Upload(batch, Known(left(self.point, batch), self._said, self.point.counters.epoch, newest)))
        else:
            self._told_all = True

    def _draw(self, now: float) -> None:
        # That the clock was set may wait to be written: until it is, all times of the session are of the clock before.
        then = now - sum(event.by for event in self._unwritten if isinstance(event, ClockJumped))
        new = display(self.point, self.session, then)
        if now < self._sorry_until:
            new = self._in_trouble(new, then)
        if new != self._shown:
            self._shown = new
            self._show(new)

    def _in_trouble(self, new: Display, now: float) -> Display:
        """``new`` while nothing can be written. "It opens no door" is not said beside one that opens, or still may, to
        who stands there; and what was booked stays in sight for its time. Whoever else is told to come back later is
        waited for no more: no door opens behind them, and nobody finds their screen there."""
        in_time = new.until is None or now < new.until
        if in_time and bool(getattr(new.screen, "compartment", "")):
            return replace(new, note="unheard" if self._unheard else new.note)
        if in_time and isinstance(new.screen, Goodbye) and not self._unheard:
            return new
        if not isinstance(self.session.story, AtDoor):  # which ends by itself, with its door
            self.session = Step(self.point, self.session).home().session
        return replace(new, screen=Sorry("store_trouble"), until=self._sorry_until, warning=False)
