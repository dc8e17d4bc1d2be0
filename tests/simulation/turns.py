"""Whose turn it is: what somebody shows beside an open door makes the story of who stands at it nobody else's."""

from typing import TYPE_CHECKING

from hardware.readings import CardShown, PassScanned, PatronScanned
from kiosk.core.stories import AtDoor, whose
from kiosk.incoming import Incoming
from tests.simulation.rules import must

if TYPE_CHECKING:
    from kiosk.core.commands import Unlock
    from tests.simulation.world import World

SHOWS_WHO = CardShown | PassScanned | PatronScanned


class Turns:
    """Looks at each event from both sides."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.at_door: tuple[str, str, str] | None = None  # order, door, whose, while it stands open before somebody

    def hears(self, incoming: Incoming) -> None:
        """Just before an event."""
        self.at_door = self._at_an_open_door() if isinstance(incoming, SHOWS_WHO) else None

    def handled(self) -> None:
        """Just after it; where it, or the time of day before it, could not be written yet, nothing has ended."""
        if self.at_door is not None and not (self.world.loop and self.world.loop._unwritten):
            must(self._at_an_open_door() == self.at_door, f"{self.at_door} ends as another shows a card")

    def unlocks(self, command: "Unlock") -> None:
        """A reader's door opens in a story of theirs."""
        loop = self.world.loop
        assert loop is not None
        story, order = loop.session.story, loop.point.compartments[command.compartment].order
        if order is None or order.purpose != "pickup":
            return
        who = "" if order.proof == "helper" else order.person  # a helper is nobody here
        theirs = isinstance(story, AtDoor) and story.visit.order == order.id and whose(story) == who
        must(theirs, f"{command.compartment} is opened for {order.person} in the story of {whose(story) or 'nobody'}")

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
