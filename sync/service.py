"""The contract of a lending service client: REST today, SIP2 beside it. Plain and blocking, without threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sync.asked import Answer, Question
from sync.messages import Page, Receipt, Telling


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a kind of library can do; each driver says it as ``ABILITIES``.

    ``announces``: parcels, patrons and cancelled holds come down ahead of time (``changes``). Where not, an item's
    hold is learnt when it has been put in (``Receipt.held_for``), and people are asked for (``Shown``) when they
    come.
    ``codes``: it hands out pickup codes and QRs.
    """

    announces: bool = True
    codes: bool = True


class Service(Protocol):
    """One library. Never retries on its own account; every call raises ``ServiceError`` when it fails."""

    def ask(self, query: Question) -> Answer:
        """One online question. Changes nothing at the library. Blocks at most the configured ``ask_wait_s``."""

    def tell(self, tellings: Sequence[Telling]) -> tuple[Receipt, ...]:
        """Upload up to 100 tellings in order; one receipt for each, same order. Blocks at most ``tell_wait_s``.

        After ``ServiceSilent`` or ``ServiceBroken`` any of them may have taken effect: say the same ones again,
        with the same keys, first.
        """

    def changes(self, cursor: str, wait_s: float) -> Page:
        """What changed for this point after ``cursor`` (empty: from the start, answered with a snapshot).

        Waits up to ``wait_s`` for something to happen (long poll); an empty page then. A cursor the library no
        longer knows is answered with a snapshot.
        """

    def close(self) -> None:
        """Let go of the connection. Never raises."""
