"""The contract of a lending service client: REST today, SIP2 beside it. Plain and blocking, without threads.

A driver's ``Settings`` may have ``secrets``, files by the setting that names each: nobody else may read them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, get_args

from sync.acts import ActKind, Ruling, Said
from sync.asked import Answer, Question
from sync.messages import Page, Receipt, Telling


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a library can do; each driver's function ``abilities(settings)`` says it.

    ``announces``: parcels, patrons and cancelled holds come down ahead of time (``changes``). Where not, an item's
    hold is learnt when it has been put in (``Receipt.held_for``), and people are asked for (``Shown``) when they
    come.
    ``keys``: it knows a telling that it has heard before by its key. Where not, the point asks before it says again
    what it may have said.
    ``codes``: it hands out pickup codes and QRs. ``account``: it says what a patron has (``AccountOf``). ``titles``:
    it can be searched (``TitlesLike``). ``acts``: what a reader may change there from here.
    """

    announces: bool = True
    keys: bool = True
    codes: bool = True
    account: bool = True
    titles: bool = True
    acts: frozenset[ActKind] = frozenset(get_args(ActKind))


@dataclass(frozen=True, slots=True)
class Known:
    """What the point knows of tellings, for a library without keys.

    ``left``: items that came in and are not at the point any more, as it knows now. Anybody may have borrowed them
    since; the library is asked before their return is said to it.
    ``said``: those up to this ``seq`` may have been said before the point was started.
    ``image``: those with a lower ``seq`` stood in an image of the point that was put back; the library is only asked
    whether they are booked, and told nothing.
    ``newest``: the ``seq`` of the newest telling that there is, in this batch or not yet.
    """

    left: frozenset[str] = frozenset()
    said: int = 0
    image: int = 0
    newest: int = 0


NOTHING = Known()


class Service(Protocol):
    """One library. Never retries on its own account; every call raises ``ServiceError`` when it fails."""

    def ask(self, query: Question) -> Answer:
        """One online question. Changes nothing at the library. Blocks at most the configured ``ask_wait_s``."""

    def act(self, said: Said) -> Ruling:
        """What a reader wants changed, said while they wait. A no is a ``Ruling``, not an error. Blocks at most the
        configured ``ask_wait_s``.

        After ``ServiceUnreachable`` nothing was changed. After ``ServiceSilent`` or ``ServiceBroken`` it may have been:
        say the same again, with the same key, once. Then a service that knows keys says what it did, and a client of
        one that knows none asks what became of it instead of saying it twice; where that cannot be told either,
        ``ServiceSilent`` comes once more.
        """

    def tell(self, tellings: Sequence[Telling], known: Known = NOTHING) -> tuple[Receipt, ...]:
        """Upload up to 100 tellings in order; one receipt for each, same order. Blocks at most ``tell_wait_s``.

        After ``ServiceSilent`` or ``ServiceBroken`` any of them may have taken effect: say the same ones again,
        with the same keys, first. So also after ``ServicePostponed``, which is no failure, at the time that it says.
        """

    def changes(self, cursor: str, wait_s: float) -> Page:
        """What changed for this point after ``cursor`` (empty: from the start, answered with a snapshot).

        Waits up to ``wait_s`` for something to happen (long poll); an empty page then. A cursor the library no
        longer knows is answered with a snapshot.
        """

    def close(self) -> None:
        """Let go of the connection. Never raises."""
