"""A printer of slips: paper that runs out, words that get lost, slips of which nothing, all or something is printed."""

from typing import TYPE_CHECKING

from hardware.readings import DeviceDown, DeviceUp, Paper, PaperSeen, Printed, PrintEnded
from kiosk.core.commands import Print

if TYPE_CHECKING:
    from tests.simulation.world import Script, World


class Printer:
    """The only printer of the point."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def begin(self) -> None:
        """The machine starts."""
        self.world.post(DeviceUp("printer"))
        self.world.post(PaperSeen("printer", Paper.OK))

    def prints(self, command: Print) -> None:
        """A slip is ordered."""
        world = self.world
        world.watch.prints(command)
        world.say(f"the printer is given slip {command.slip.id}")
        printed = Printed.DONE
        if world.odd(0.1, "print_nothing"):
            printed = Printed.NOTHING
            world.watch.slips.discard(command.slip.id)
        elif world.odd(0.1, "print_unknown"):
            printed = Printed.UNKNOWN
        if not world.odd(0.03, "print_unanswered"):
            ended = PrintEnded("printer", command.slip.id, printed)
            world.later(world.rng.uniform(0.3, 20.0), world.arrive, world.life, ended)
        if world.odd(0.05, "paper_out"):
            world.follow(self._refilled(world.life))
        if world.odd(0.03, "printer_away"):
            world.post(DeviceDown("printer", "unplugged"))
            world.later(world.rng.uniform(5.0, 900.0), world.arrive, world.life, DeviceUp("printer"))

    def _refilled(self, life: int) -> "Script":
        world = self.world
        world.arrive(life, PaperSeen("printer", world.rng.choice((Paper.OUT, Paper.NEAR_END, Paper.COVER_OPEN))))
        yield world.rng.uniform(10.0, 4000.0)
        world.arrive(life, PaperSeen("printer", Paper.OK))
