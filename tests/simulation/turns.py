"""Whose turn it is: what somebody shows beside an open door makes the story of who stands at it nobody else's, and
nobody is waited for who was told to come back later."""

from typing import TYPE_CHECKING

from hardware.readings import CardShown, PassScanned, PatronScanned
from kiosk.core.screens import Sorry
from kiosk.core.stories import AtDoor, AtHome, whose
from kiosk.incoming import PASSES, Incoming
from tests.simulation.rules import must

if TYPE_CHECKING:
    from kiosk.core.commands import Unlock
    from tests.simulation.world import World

SHOWS_WHO = CardShown | PassScanned | PatronScanned


class Turns:
    """Looks at each event from both sides."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.unasked = False  # nobody has done anything since the screen said that the machine must rest
        self.at_door: tuple[str, str, str] | None = None  # order, door, whose, while it stands open before somebody

    def hears(self, incoming: Incoming) -> None:
        """Just before an event."""
        self.unasked = self._rests() and isinstance(incoming, PASSES)
        self.at_door = self._at_an_open_door() if isinstance(incoming, SHOWS_WHO) else None

    def handled(self) -> None:
        """Just after it; where it, or the time of day before it, could not be written yet, nothing has ended."""
        if self.at_door is not None and not (self.world.loop and self.world.loop._unwritten):
            must(self._at_an_open_door() == self.at_door, f"{self.at_door} ends as another shows a card")
        if self._rests() and self.world.loop:
            story = self.world.loop.session.story
            must(isinstance(story, AtHome | AtDoor), f"{story} lies beneath words that no door opens")

    def unlocks(self, command: "Unlock") -> None:
        """A reader's door opens in a story of theirs."""
        loop = self.world.loop
        assert loop is not None
        story, order = loop.session.story, loop.point.compartments[command.compartment].order
        afar = order is not None and order.purpose == "remote"
        must(afar or not self.unasked, f"{command.compartment} is opened behind who was told that no door opens")
        if order is None or order.purpose != "pickup":
            return
        who = "" if order.proof == "helper" else order.person  # a helper is nobody here
        theirs = isinstance(story, AtDoor) and story.visit.order == order.id and whose(story) == who
        must(theirs, f"{command.compartment} is opened for {order.person} in the story of {whose(story) or 'nobody'}")

    def _rests(self) -> bool:
        display = self.world.display
        return display is not None and display.screen == Sorry("store_trouble")

    def _at_an_open_door(self) -> tuple[str, str, str] | None:
        loop = self.world.loop
        assert loop is not None
        story = loop.session.story
        if not isinstance(story, AtDoor) or loop._unwritten:  # what was not written yet may have been the door's end
            return None
        order = loop.point.compartments[story.visit.compartment].order
        if order is None or order.id != story.visit.order or not order.opened_at or order.shut_at:
            return None
        return order.id, story.visit.compartment, whose(story)
