"""The production SIP2 client in the world's own time, over wires in memory on which every message may go wrong.

What goes over a wire is what would go over a socket, byte for byte; the other end is the reference library's. The
power may fail before and after each message.
"""

from collections import deque
from typing import TYPE_CHECKING

from kiosk.core.commands import Ask, Do
from kiosk.core.events import Acted, Answered, Online
from kiosk.incoming import Polled, Upload, Uploaded
from kiosk.library import outcome
from simulators.library.sip2.talk import PASSWORD, Fault, Talk
from sync.errors import ServiceError
from sync.library_clock import LibraryClock
from sync.sip2 import account, acting, booking, client, people, service, words
from sync.sip2.frame import Frame, Reader
from sync.sip2.service import Sip2
from tests.simulation.sip2_library import SEAL, Sip2Library
from tests.simulation.waiting import Clock, in_the_time_of

if TYPE_CHECKING:
    from tests.simulation.world import Script, World

FAULTS: tuple[Fault, ...] = (
    "request_lost",
    "closes",
    "answer_lost",
    "silent",
    "cut",
    "wrong_sequence",
    "twice",
    "bad_check",
    "garbage",
    "nonsense",
)
MODULES = (account, acting, booking, client, people, service, words)


class MemoryWire:
    """A ``sync.sip2.wire.Wire``, without a socket."""

    def __init__(self, link: "Sip2Link") -> None:
        self._link, self._world = link, link.world
        if not self._world.net_up:
            link.clock.spent += self._world.rng.uniform(0.0, 1.0)
            raise ConnectionRefusedError("away")
        self._talk = Talk(link.library.host)
        self._hears, self._reader = Reader(), Reader()
        self._coming: deque[tuple[float, bytes]] = deque()
        self._frames: list[Frame] = []

    def say(self, data: bytes, until: float) -> None:
        if self._talk.ended or not self._world.net_up:
            raise BrokenPipeError("gone")
        link, code = self._link, data[:2].decode()
        self._world.boundary(f"before a {code} is said")
        fault = link.fault(code)
        if fault:
            self._world.say(f"{code} meets: {fault}")
            link.library.host.fault(fault)
        pieces = [piece for frame in self._hears.feed(data) for piece in self._talk.hear(frame)]
        link.library.host.mend()
        at = link.clock.monotonic() + self._world.rng.uniform(0.01, 0.4)
        if self._world.odd(0.01, "sip2_slow"):
            self._world.say(f"the answer to a {code} is slow")
            at += self._world.rng.uniform(1.0, 12.0)
        self._coming.extend((at, piece) for piece in pieces)
        self._world.boundary(f"after a {code} was said")

    def hear(self, until: float) -> Frame:
        clock = self._link.clock
        while not self._frames:
            if self._coming:
                at, piece = self._coming[0]
                if at > until:
                    break
                clock.spent += max(0.0, at - clock.monotonic())
                self._coming.popleft()
                self._frames = self._reader.feed(piece)
                continue
            self._frames = self._reader.silence()
            if not self._frames and self._talk.ended:
                raise ConnectionResetError("the library closed the connection")
            if not self._frames:
                break
        if not self._frames:
            clock.spent += max(0.0, until - clock.monotonic())
            raise TimeoutError("the library did not answer in time")
        return self._frames.pop(0)

    def quiet(self, wait_s: float) -> bool:
        return not (self._frames or self._coming or self._talk.ended) and self._world.net_up

    def close(self) -> None:
        self._talk.ended = True


class Sip2Link:
    """The three connections of each life, as kiosk.library makes them."""

    def __init__(self, world: "World", library: Sip2Library) -> None:
        self.world, self.library = world, library
        self.clock = Clock(world)
        self._patches = in_the_time_of(self.clock, *MODULES)
        library.host.in_the_end = lambda does: world.later(world.rng.uniform(1.0, 40.0), does)
        self.nonsense = False  # every answer is none, for a while

    def fault(self, code: str) -> Fault | None:
        """What goes wrong with this message."""
        if code == "11" and self.world.odd(0.02, "sip2_under_way"):
            return "under_way"
        if self.nonsense and code not in ("93", "99") and self.world.dice.happens("sip2_nonsense_spell"):
            return "nonsense"
        fault: Fault = "refused_login" if code == "93" else self.world.rng.choice(FAULTS)
        return fault if self.world.odd(0.06, f"sip2_{fault}") else None

    def begin(self, life: int, cursor: str) -> None:
        """A life begins."""
        self.asks, self.tells, self.listens = (self._service() for _ in range(3))
        self.cursor = cursor
        self.world.follow(self._listen(life))

    def refresh(self) -> None:
        """The next page is a snapshot."""
        self.cursor = ""

    def _service(self) -> Sip2:
        return Sip2(self.library.settings, PASSWORD, SEAL, lambda *_: MemoryWire(self))  # type: ignore[arg-type,return-value]

    def _listen(self, life: int) -> "Script":
        world, clock = self.world, LibraryClock()
        while life == world.life:
            with world.powered():
                page, spent = self.clock.call(lambda: self.listens.changes(self.cursor, 0.0))
                if isinstance(page, ServiceError):
                    world.later(spent, world.arrive, life, Online(False))
                else:
                    world.later(spent, world.arrive, life, Online(True))
                    clock = clock.heard(page.server_time, world.now, world.now + spent)
                    self.cursor = page.cursor
                    world.later(spent, world.arrive, life, Polled(page, clock))
            yield world.rng.uniform(30.0, 400.0) * world.seldom

    def ask(self, ask: Ask) -> None:
        """A question; its answer comes when it comes."""
        self.world.later(0.01, self._ask, self.world.life, ask)

    def _ask(self, life: int, ask: Ask) -> None:
        if life != self.world.life:
            return
        with self.world.powered():
            answer, spent = self.clock.call(lambda: self.asks.ask(ask.query))
            heard = Answered(ask.key, None if isinstance(answer, ServiceError) else answer)
            self.world.later(spent, self.world.arrive, life, heard)

    def do(self, command: Do) -> None:
        """An act; what became of it comes when it comes."""
        self.world.later(0.01, self._do, self.world.life, command)

    def _do(self, life: int, command: Do) -> None:
        if life != self.world.life:
            return
        self.library.wants(command.said.act)
        with self.world.powered():
            became, spent = self.clock.call(lambda: outcome(self.asks, command.said))
            self.world.later(spent, self.world.arrive, life, Acted(command.said.key, became))

    def tell(self, upload: Upload) -> None:
        """A batch goes out."""
        self.world.later(0.01, self._tell, self.world.life, upload)

    def _tell(self, life: int, upload: Upload) -> None:
        if life != self.world.life:
            return
        with self.world.powered():
            receipts, spent = self.clock.call(lambda: self.tells.tell(upload.batch, upload.known))
            if isinstance(receipts, ServiceError):
                self.world.later(spent, self.world.tell_failed, life, receipts)
            else:
                self.library.receipted(upload.batch, receipts)
                self.world.later(spent, self.world.arrive, life, Uploaded(upload.batch, receipts))

    def close(self) -> None:
        self._patches.close()
        self.library.close()
