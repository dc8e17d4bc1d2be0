"""Who stands before the screen, and what one event leads to. Lost with the power, and rightly so.

Every story but ``AtHome`` ends by itself at ``Session.until``.
"""

import math
from dataclasses import dataclass, field, replace

from kiosk.core.commands import Command
from kiosk.core.facts import Fact
from kiosk.core.model import PickupPoint, Row
from kiosk.core.notices import SessionNote
from kiosk.core.search_stories import Searching
from kiosk.core.stories import AtHome, Story, whose
from sync.things import Patron


@dataclass(frozen=True, slots=True)
class Session:
    """``number`` is that of the counters when it began; ``asked`` counts its questions, to tell answers apart.
    ``slow``: this person wants more time for everything (simple mode).
    ``reader``: the patron who has shown their card in it, and the ``initials`` that say so; only while these are shown,
    or a screen of their own story. ``note``: about what was shown amid a story, until that goes on. ``lying``: what has
    lain on pads since somebody stood at the counter, as in tags.py; it outlasts the session. ``card``: the keyed hash
    of the one about which the library was asked.
    """

    number: int = 0
    story: Story = field(default_factory=AtHome)
    until: float = math.inf
    asked: int = 0
    slow: bool = False
    reader: str = ""
    initials: str = field(default="", repr=False)
    note: SessionNote = ""
    lying: tuple[tuple[str, str], ...] = ()
    card: str = field(default="", repr=False)


NOBODY = Session()


@dataclass(frozen=True, slots=True)
class Step:
    """What one event leads to: the new rows and session, what is remembered, what is ordered once that is on disk."""

    point: PickupPoint
    session: Session
    facts: tuple[Fact, ...] = ()
    commands: tuple[Command, ...] = ()

    def put(self, *rows: Row) -> "Step":
        """With these rows added or replaced."""
        return replace(self, point=self.point.put(*rows))

    def drop(self, *rows: Row) -> "Step":
        """Without these rows."""
        return replace(self, point=self.point.drop(*rows))

    def fact(self, *facts: Fact) -> "Step":
        """With these facts remembered."""
        return replace(self, facts=(*self.facts, *facts))

    def order(self, *commands: Command) -> "Step":
        """With these commands given, once all is on disk."""
        return replace(self, commands=(*self.commands, *commands))

    def to(self, story: Story, until: float) -> "Step":
        """With the session's story at a new place, ending by itself at ``until``. A place that shows nobody's initials
        knows nobody: somebody else may stand there by now."""
        session = replace(self.session, story=story, until=until, note="")
        seen = session.initials if isinstance(story, Searching) else session.reader == whose(story)
        return replace(self, session=session if seen else replace(session, reader="", initials=""))

    def noting(self, note: SessionNote) -> "Step":
        """With this said beside the screen, which stays as it is."""
        return replace(self, session=replace(self.session, note=note))

    def wait_s(self, seconds: float) -> float:
        """How long to wait for this person where others get so many seconds."""
        return seconds * self.point.plan.limits.slow_times if self.session.slow else seconds

    def shown_by(self, patron: Patron | None) -> "Step":
        """With a session whose reader has shown their card; None: nobody has."""
        reader, initials = (patron.id, patron.initials) if patron else ("", "")
        return replace(self, session=replace(self.session, reader=reader, initials=initials))

    def lain(self, lying: tuple[tuple[str, str], ...]) -> "Step":
        """With this lying on pads since somebody stood at the counter."""
        return replace(self, session=replace(self.session, lying=lying))

    def home(self) -> "Step":
        """With nobody before the screen."""
        return replace(self, session=replace(NOBODY, lying=self.session.lying))

    def numbered(self) -> tuple["Step", int]:
        """With one more order counted, on disk: a number never used before."""
        counters = replace(self.point.counters, orders=self.point.counters.orders + 1)
        return self.put(counters), counters.orders

    def asking(self) -> tuple["Step", int]:
        """With one more question of this session counted; sessions are counted on disk."""
        asked = self.session.asked + 1
        return replace(self, session=replace(self.session, asked=asked)), asked

    def begun(self) -> "Step":
        """With a session: the one there is, or a new one with a number never used before."""
        if self.session.number:
            return self
        counters = replace(self.point.counters, sessions=self.point.counters.sessions + 1)
        return replace(self.put(counters), session=replace(self.session, number=counters.sessions))
