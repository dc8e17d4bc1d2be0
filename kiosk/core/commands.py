"""What a step orders once it is on disk."""

from dataclasses import dataclass

from sync.messages import Query


@dataclass(frozen=True, slots=True)
class Unlock:
    """Pulse this compartment's lock once. ``order`` stands in the compartment's row already."""

    compartment: str
    order: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the library; the answer comes back as ``Answered`` with the same ``key``."""

    key: str
    query: Query


Command = Unlock | Ask
