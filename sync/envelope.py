"""What travels around the messages in the REST contract (docs/openapi.json): used by both ends.

The digest lets the service tell "the same again" from "the same key for something else", whatever way it stores
tellings: SHA-256 over the telling's canonical JSON (RFC 8785), in hex.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

import rfc8785
from pydantic import Field, TypeAdapter

from sync.messages import Receipt, Telling
from sync.outbox import BATCH_MAX
from sync.plain import NUMBER_MAX, Digest, Moment

BODY_MAX = 4 << 20  # bytes, either way


@dataclass(frozen=True, slots=True)
class Sent:
    """A telling and the SHA-256 of its canonical JSON (RFC 8785)."""

    telling: Telling
    sha256: Digest


@dataclass(frozen=True, slots=True)
class Batch:
    """Tellings in order of seq, without gaps."""

    events: Annotated[tuple[Sent, ...], Field(min_length=1, max_length=BATCH_MAX)]


@dataclass(frozen=True, slots=True)
class Receipts:
    """One receipt for each telling, in the same order."""

    receipts: Annotated[tuple[Receipt, ...], Field(max_length=BATCH_MAX)]
    server_time: Moment


@dataclass(frozen=True, slots=True)
class Problem:
    """RFC 9457 problem details. ``expected`` (only with 409): the seq the service wants next."""

    title: Annotated[str, Field(max_length=200)]
    status: Annotated[int, Field(ge=100, le=599)]
    type: str = "about:blank"
    detail: Annotated[str, Field(max_length=2000)] = ""
    expected: Annotated[int, Field(ge=1, le=NUMBER_MAX)] | None = None


BATCH: TypeAdapter[Batch] = TypeAdapter(Batch)
RECEIPTS: TypeAdapter[Receipts] = TypeAdapter(Receipts)
PROBLEM: TypeAdapter[Problem] = TypeAdapter(Problem)
_TELLING: TypeAdapter[Telling] = TypeAdapter(Telling)


def digest(telling: Telling | dict[str, Any]) -> str:
    """The SHA-256 (hex) of a telling, given as a value or as the JSON object that was received.

    Raises ``ValueError`` for what JSON cannot say (a time that is not a number).
    """
    said = telling if isinstance(telling, dict) else _TELLING.dump_python(telling, mode="json")
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()
