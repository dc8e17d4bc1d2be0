"""Instructions: what somebody at the library wants done at a point. They come with the change feed (sync/messages.py),
each signed with the library's Ed25519 key: a fixed word, then its canonical JSON (RFC 8785).

The word keeps a signature made for an instruction from passing as one for a pickup pass, and the other way round.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import rfc8785
from pydantic import Field, TypeAdapter

from sync.plain import Id, Moment

SIGNED_AS = b"shuxiang-instruction-1"


@dataclass(frozen=True, slots=True)
class Instruction:
    """What somebody at the library wants done at a point, once. ``action``:

    ``open`` the compartment's door now; ``contents`` names the parcels and the items of returns that the library
    believes to lie behind it. ``set_aside``: put nothing new into the compartment. ``put_back``: it is in use again.
    ``cancel_hold``: do not hand out ``parcel`` any more. ``at``: when it was signed, by the library's clock.
    """

    id: Id
    point: Annotated[str, Field(min_length=1, max_length=64)]
    at: Moment
    action: Literal["open", "set_aside", "put_back", "cancel_hold"]
    compartment: Annotated[str, Field(max_length=64)] = ""
    parcel: Annotated[str, Field(max_length=64)] = ""
    contents: Annotated[tuple[Id, ...], Field(max_length=100)] = ()


@dataclass(frozen=True, slots=True)
class Instructed:
    """An instruction and the library's Ed25519 signature of it (hex), see sync/instructions.py. Never in a snapshot."""

    instruction: Instruction
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
    kind: Literal["instructed"] = "instructed"


@dataclass(frozen=True, slots=True)
class InstructionEnded:
    """What became of an instruction: ``done``; ``refused`` before anything was done; ``failed``: tried, in vain.
    ``reason`` is a word of docs/integrator.md. Of ``open``, done means that the door was seen open."""

    instruction: Id
    outcome: Literal["done", "refused", "failed"]
    reason: Annotated[str, Field(max_length=64)] = ""
    kind: Literal["instruction_ended"] = "instruction_ended"


_INSTRUCTION: TypeAdapter[Instruction] = TypeAdapter(Instruction)


def signed_bytes(instruction: Instruction) -> bytes:
    """The bytes under the signature. Raises ``ValueError`` for a time that JSON cannot say."""
    return SIGNED_AS + rfc8785.dumps(_INSTRUCTION.dump_python(instruction, mode="json"))
