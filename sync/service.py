"""The contract of a lending service client: REST today, SIP2 beside it. Plain and blocking, without threads."""

from collections.abc import Sequence
from typing import Protocol

from sync.messages import Answer, Page, Query, Receipt, Telling


class Service(Protocol):
    """One library. Never retries on its own account; every call raises ``ServiceError`` when it fails."""

    def ask(self, query: Query) -> Answer:
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
