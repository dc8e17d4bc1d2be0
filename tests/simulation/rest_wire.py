"""The wire to a library that announces: answers late, twice or never, batches heard and not receipted, heard twice."""

from typing import TYPE_CHECKING

from kiosk.core.commands import Ask, Do
from kiosk.core.events import Acted, Answered, Online
from kiosk.incoming import Polled, Upload, Uploaded
from sync.errors import ServiceBroken, ServiceGap, ServiceSilent, ServiceUnreachable
from sync.library_clock import LibraryClock
from sync.messages import Telling
from tests.simulation.accounts import rule
from tests.simulation.library import Library

if TYPE_CHECKING:
    from tests.simulation.world import Script, World


class RestLink:
    """What kiosk.library does with a library over REST."""

    def __init__(self, world: "World", library: Library) -> None:
        self.world, self.library = world, library

    def begin(self, life: int, cursor: str) -> None:
        """A life begins."""
        self.cursor = cursor
        self.world.follow(self._listen(life))

    def _listen(self, life: int) -> "Script":
        world, clock = self.world, LibraryClock()
        while life == world.life:
            if world.net_up:
                page = self.library.page(self.cursor, world.true())
                world.post(Online(True))
                clock = clock.heard(page.server_time, world.now, world.now + world.rng.uniform(0.01, 2.0))
                self.cursor = page.cursor
                world.post(Polled(page, clock))
            else:
                world.post(Online(False))
            yield from self._until_news()

    def _until_news(self) -> "Script":
        """As a long poll: soon where there is news, and now and then where there is none."""
        rest = self.world.rng.uniform(30.0, 400.0)
        yield rest
        for _ in range(round(self.world.seldom) - 1):
            if self.world.net_up and self.library.has_news(self.cursor):
                return
            yield rest

    def ask(self, ask: Ask) -> None:
        """A question; its answer may come late, twice or never."""
        world = self.world
        if not world.net_up or world.odd(0.05, "question_lost"):
            world.later(world.rng.uniform(0.1, 6.0), world.post, Answered(ask.key, None))
            return
        answer = Answered(ask.key, self.library.answer(ask.query))
        world.later(world.rng.uniform(0.05, 1.0) if not world.odd(0.05, "answer_late") else 9.0, world.post, answer)
        if world.odd(0.03, "answered_twice"):
            world.later(world.rng.uniform(0.05, 20.0), world.post, answer)

    def do(self, command: Do) -> None:
        """An act; it may not get there, be heard twice, or its ruling may be lost."""
        world, said = self.world, command.said
        if not world.net_up or world.odd(0.05, "act_lost"):
            world.later(world.rng.uniform(0.1, 6.0), world.arrive, world.life, Acted(said.key, "away"))
            return
        ruling = rule(self.library, said, world.true())
        unheard = world.odd(0.06, "ruling_lost")
        world.later(
            world.rng.uniform(0.05, 4.0), world.arrive, world.life, Acted(said.key, "unknown" if unheard else ruling)
        )
        if world.odd(0.03, "act_heard_twice"):
            world.later(world.rng.uniform(0.05, 20.0), rule, self.library, said, world.true())

    def refresh(self) -> None:
        """The next page is a snapshot."""
        self.cursor = ""

    def tell(self, upload: Upload) -> None:
        """A batch goes out."""
        world, batch = self.world, upload.batch
        delay = world.rng.uniform(0.05, 2.0)
        if not world.net_up or world.odd(0.05, "upload_lost"):
            world.later(delay, world.tell_failed, world.life, ServiceUnreachable("away"))
            return
        world.later(delay, self._heard, world.life, batch)
        if world.odd(0.03, "upload_again"):  # held up by a proxy, and delivered again much later
            world.later(world.rng.uniform(1.0, 4000.0), self._heard, -1, batch)

    def _heard(self, life: int, batch: tuple[Telling, ...]) -> None:
        world = self.world
        try:
            receipts = self.library.hear(batch)
        except ServiceGap as gap:
            world.tell_failed(life, gap)
            return
        if world.odd(0.06, "receipts_lost"):
            broken = world.rng.choice((ServiceSilent("no reply"), ServiceBroken("nonsense")))
            world.later(world.rng.uniform(0.1, 10.0), world.tell_failed, life, broken)
        else:
            world.arrive(life, Uploaded(batch, receipts))

    def close(self) -> None:
        """Nothing is held open."""
