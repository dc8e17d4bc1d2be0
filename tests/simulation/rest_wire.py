"""The wire to a library that announces: answers late, twice or never, batches heard and not receipted, heard twice."""

from typing import TYPE_CHECKING

from kiosk.core.commands import Ask
from kiosk.core.events import Answered, Heard, Online
from kiosk.loop import Upload, Uploaded
from sync.errors import ServiceBroken, ServiceGap, ServiceSilent, ServiceUnreachable
from sync.messages import Telling
from tests.simulation.library import Library

if TYPE_CHECKING:
    from tests.simulation.world import Script, World


class RestLink:
    """What kiosk.library does with a library over REST."""

    def __init__(self, world: "World", library: Library) -> None:
        self.world, self.library = world, library

    def begin(self, life: int, cursor: str) -> None:
        """A life begins."""
        self.world.follow(self._listen(life, cursor))

    def _listen(self, life: int, cursor: str) -> "Script":
        world = self.world
        while life == world.life:
            if world.net_up:
                page = self.library.page(cursor, world.wall())
                world.post(Online(True))
                if page.cursor != cursor or page.snapshot:
                    cursor = page.cursor
                    world.post(Heard(page))
            else:
                world.post(Online(False))
            yield world.rng.uniform(30.0, 400.0)

    def ask(self, ask: Ask) -> None:
        """A question; its answer may come late, twice or never."""
        world = self.world
        if not world.net_up or world.odd(0.05):
            world.later(world.rng.uniform(0.1, 6.0), world.post, Answered(ask.key, None))
            return
        answer = Answered(ask.key, self.library.answer(ask.query))
        world.later(world.rng.uniform(0.05, 1.0) if not world.odd(0.05) else 9.0, world.post, answer)
        if world.odd(0.03):
            world.later(world.rng.uniform(0.05, 20.0), world.post, answer)

    def tell(self, upload: Upload) -> None:
        """A batch goes out."""
        world, batch = self.world, upload.batch
        delay = world.rng.uniform(0.05, 2.0)
        if not world.net_up or world.odd(0.05):
            world.later(delay, world.tell_failed, world.life, ServiceUnreachable("away"))
            return
        world.later(delay, self._heard, world.life, batch)
        if world.odd(0.03):  # held up by a proxy, and delivered again much later
            world.later(world.rng.uniform(1.0, 4000.0), self._heard, -1, batch)

    def _heard(self, life: int, batch: tuple[Telling, ...]) -> None:
        world = self.world
        try:
            receipts = self.library.hear(batch)
        except ServiceGap as gap:
            world.tell_failed(life, gap)
            return
        if world.odd(0.06):
            broken = world.rng.choice((ServiceSilent("no reply"), ServiceBroken("nonsense")))
            world.later(world.rng.uniform(0.1, 10.0), world.tell_failed, life, broken)
        else:
            world.arrive(life, Uploaded(batch, receipts))

    def close(self) -> None:
        """Nothing is held open."""
