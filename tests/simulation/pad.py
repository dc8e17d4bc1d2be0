"""A pad on which things with tags are laid: what lies there, and tags that are written, or not, or nobody knows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hardware.readings import Incomplete, PileSeen, SecureEnded, Written
from kiosk.core.commands import Secure

if TYPE_CHECKING:
    from tests.simulation.world import World


class SimPad:
    """The only pad of the point. ``rings``: for which items a gate would ring."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.lies: tuple[str, ...] = ()
        self.rings: dict[str, bool] = {}

    def lay(self, barcodes: Sequence[str]) -> None:
        """Another pile. Now and then it cannot be read whole at first."""
        world, self.lies = self.world, tuple(barcodes)
        foreign = int(bool(barcodes) and world.odd(0.05, "foreign_tag"))
        torn = self.lies[:1] if world.odd(0.05, "tag_missing") else ()
        whole = tuple(barcode for barcode in self.lies if barcode not in torn)
        world.post(PileSeen("pad", whole, tuple(Incomplete(barcode, (2,), 2) for barcode in torn), foreign))
        if foreign or torn:
            world.later(world.rng.uniform(0.5, 3.0), self.say_again, world.life)

    def say_again(self, life: int) -> None:
        """What lies there now."""
        self.world.arrive(life, PileSeen("pad", self.lies))

    def secure(self, command: Secure) -> None:
        """A tag is to be written."""
        world = self.world
        world.watch.writes(command)
        written = Written.DONE if command.item in self.lies else Written.NOTHING
        if "pad" in world.unplugged or world.odd(0.08, "tag_not_written"):
            written = Written.NOTHING
        elif written is Written.DONE:
            self.rings[command.item] = command.secured
            written = Written.UNKNOWN if world.odd(0.05, "tag_unknown") else written
        world.say(f"the tag of {command.item}: rings {command.secured}, {written}")
        ended = SecureEnded("pad", command.order, command.item, command.secured, written)
        world.later(world.rng.uniform(0.1, 3.0), world.arrive, world.life, ended)
