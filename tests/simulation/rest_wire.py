"""The production HTTP client in the world's own time, as kiosk.library uses it, and a library that announces.

What goes over the wires (``http_wire``) is what would go over sockets, byte for byte. Every request and every answer
may be lost, late, cut off, garbled, or heard twice.
"""

import random
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from unittest import mock

from kiosk.core.commands import Ask, Do
from kiosk.core.events import Acted, Answered, Online
from kiosk.incoming import Polled, Upload, Uploaded
from kiosk.library import CHANGES_WAIT_S, LISTEN_CAP_S, outcome
from sync import deadline, envelope, rest
from sync.backoff import delay_s
from sync.errors import ServiceError, ServiceUnreachable
from sync.library_clock import LibraryClock
from sync.service import Service
from tests.simulation.http_wire import AFTER, BEFORE, as_http, in_memory, instead, spoiled
from tests.simulation.library import POINT, Library
from tests.simulation.rest_desk import TOKEN, Request, answered
from tests.simulation.waiting import Clock, in_the_time_of

if TYPE_CHECKING:
    from tests.simulation.world import Script, World

FAULTS = BEFORE | AFTER
CHANCE = 0.08  # of each exchange; more where a life is unlucky


class RestLink:
    """The three clients of each life, as kiosk.library makes them, and the other end of their wires."""

    def __init__(self, world: "World", library: Library) -> None:
        self.world, self.library = world, library
        self.rng = random.Random(f"wire {world.seed}")  # for how it goes wrong, and when what comes
        self.clock = Clock(world)
        self.settings = rest.Settings(url="http://127.0.0.1:8000", ask_wait_s=self.rng.choice((3.0, 3.0, 12.0)))
        self._patches = in_the_time_of(self.clock, rest, deadline)
        once = lru_cache(1000)(envelope.digest)  # a batch is said again and again while the library is away
        self._patches.enter_context(mock.patch.object(rest, "digest", once))
        self._services: tuple[Service, ...] = ()

    def begin(self, life: int, cursor: str) -> None:
        """A life begins."""
        self._let_go()
        self._services = self.asks, self.tells, self.listens = self._service(), self._service(), self._service()
        self.cursor = cursor
        self.world.follow(self._listen(life))

    def _service(self) -> Service:
        service = rest.Rest(self.settings, TOKEN, POINT)
        service._session.get_adapter(self.settings.url).poolmanager.pool_classes_by_scheme = in_memory(self)  # type: ignore[attr-defined]
        return service

    # ---- the point's side

    def _call(self, does: Callable[[], Any]) -> tuple[Any, float]:
        """What comes of it, and after how long. While the library is away for days nearly all that is tried is in vain,
        and the client need not show each time how it finds that out."""
        if not self.world.net_up and self.rng.random() < 0.9:
            return ServiceUnreachable("away"), self.rng.uniform(0.1, 6.0)
        return self.clock.call(does)

    def _listen(self, life: int) -> "Script":
        world, clock, failures = self.world, LibraryClock(), 0
        while life == world.life:
            page, spent = self._call(lambda: self.listens.changes(self.cursor, CHANGES_WAIT_S))
            if isinstance(page, ServiceError):
                failures += 1
                world.later(spent, world.arrive, life, Online(False))
                asked = getattr(page, "retry_after_s", None)
                yield spent + delay_s(failures, world.rng.uniform, asked, LISTEN_CAP_S)
                while life == world.life and not world.net_up:  # what would come of it is known
                    yield world.rng.uniform(30.0, 400.0)
                continue
            failures = 0
            world.later(spent, world.arrive, life, Online(True))
            clock = clock.heard(page.server_time, world.now, world.now + spent)
            self.cursor = page.cursor
            world.later(spent, world.arrive, life, Polled(page, clock))
            yield from self._until_news(spent)

    def _until_news(self, spent: float) -> "Script":
        """As a long poll: soon where there is news, and now and then where there is none."""
        rest_s = spent + self.world.rng.uniform(30.0, 400.0)
        yield rest_s
        for _ in range(round(self.world.seldom) - 1):
            if not self.world.net_up or self.library.has_news(self.cursor):
                return
            yield rest_s

    def ask(self, ask: Ask) -> None:
        """A question; its answer comes when it comes."""
        self.world.later(0.01, self._ask, self.world.life, ask)

    def _ask(self, life: int, ask: Ask) -> None:
        if life != self.world.life:
            return
        answer, spent = self._call(lambda: self.asks.ask(ask.query))
        heard = Answered(ask.key, None if isinstance(answer, ServiceError) else answer)
        self.world.later(spent, self.world.arrive, life, heard)

    def do(self, command: Do) -> None:
        """An act; what became of it comes when it comes."""
        self.world.later(0.01, self._do, self.world.life, command)

    def _do(self, life: int, command: Do) -> None:
        if life != self.world.life:
            return
        became, spent = self._call(lambda: outcome(self.asks, command.said))
        became = "away" if isinstance(became, ServiceUnreachable) else became  # not even begun
        self.world.later(spent, self.world.arrive, life, Acted(command.said.key, became))

    def refresh(self) -> None:
        """The next page is a snapshot."""
        self.cursor = ""

    def tell(self, upload: Upload) -> None:
        """A batch goes out."""
        self.world.later(0.01, self._tell, self.world.life, upload)

    def _tell(self, life: int, upload: Upload) -> None:
        if life != self.world.life:
            return
        receipts, spent = self._call(lambda: self.tells.tell(upload.batch, upload.known))
        if isinstance(receipts, ServiceError):
            self.world.later(spent, self.world.tell_failed, life, receipts)
        else:
            self.world.later(spent, self.world.arrive, life, Uploaded(upload.batch, receipts))

    # ---- the other end

    def answer(self, request: Request) -> tuple[bytes, bool]:
        """What comes of a request, as bytes, and whether the connection ends then."""
        world = self.world
        (kind,) = self.rng.choices(list(FAULTS), list(FAULTS.values()))
        fault = kind if world.odd(CHANCE, f"rest_{kind}") else ""
        if fault:
            world.say(f"{request.method} {request.path} meets: {fault}")
        if fault in BEFORE:
            return instead(fault, self)
        reply = self._heard(request)
        if request.method == "POST" and world.odd(0.03, "rest_heard_again"):  # held up by a proxy, and delivered again
            world.later(world.rng.uniform(1.0, 4000.0), self._heard, request)
        if fault:
            return spoiled(fault, reply, request, self)
        return as_http(reply, chunked=self.rng.random() < 0.2), False

    def _heard(self, request: Request) -> Any:
        return answered(self.library, request, self.world.true() + self.clock.spent)

    def on_the_way(self, answer: bytes) -> Iterator[tuple[float, bytes]]:
        """The pieces in which it comes, each so long after the one before."""
        if not answer:
            return
        if not self.world.odd(0.05, "rest_slow"):
            yield self.rng.uniform(0.01, 0.5), answer
            return
        middle = self.rng.randrange(len(answer))
        for piece in (answer[:middle], answer[middle:]):
            if piece:
                yield self.rng.uniform(0.5, 6.0), piece

    def _let_go(self) -> None:
        for service in self._services:
            service.close()

    def close(self) -> None:
        self._let_go()
        self._patches.close()
