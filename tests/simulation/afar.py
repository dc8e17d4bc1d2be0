"""Orders from afar: what people at the library have the point do, in time, late, twice, forged; and what must hold.

No door opens for an order twice, nor for one that is not the library's, nor after its time. Each ends once, as told.
"""

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.core.commands import Unlock
from kiosk.core.flows.remote import FRESH_S, contents
from kiosk.core.order import Order
from sync.instructions import Instructed, Instruction, InstructionEnded, signed_bytes
from tests.simulation.library import POINT, SIGNING, Library
from tests.simulation.rules import must

if TYPE_CHECKING:
    from tests.simulation.world import Script, World

OFTEN = 0.12  # of all visits, with an order beside them
STRANGER = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
ACTIONS = ("open", "open", "open", "open", "set_aside", "put_back", "put_back", "cancel_hold")


def _signed(wanted: Instruction, key: Ed25519PrivateKey = SIGNING) -> Instructed:
    return Instructed(wanted, key.sign(signed_bytes(wanted)).hex())


class FromAfar:
    """``given``: what the library signed for this point, by id; ``opened``: the ids for which a lock was pulsed."""

    def __init__(self, world: "World") -> None:
        self.world, self.rng = world, random.Random(world.seed + 5)
        self.given: dict[str, Instruction] = {}
        self.opened: set[str] = set()
        self.doors: set[str] = set()  # that stand open for it, so that nobody takes them for theirs

    # ---- at the library

    def perhaps(self) -> None:
        """Now and then somebody at the library orders something; it is signed as the point asks for news."""
        library = self.world.library
        if isinstance(library, Library) and self.world.loop and self.rng.random() < OFTEN:
            library.to_sign.append(self._ordered)

    def _ordered(self, now: float) -> list[Instructed]:
        if self.world.loop is None:
            return []
        wanted = self._wanted(now)
        kind = self.rng.choice(("", "", "", "", "late", "early", "twice", "again", "forged", "altered", "elsewhere"))
        if kind and not self.world.dice.happens(f"order_{kind}"):
            kind = ""
        self.world.say(
            f"the library orders: {wanted.action} {wanted.compartment or wanted.parcel} ({wanted.id} {kind})"
        )
        if kind == "forged":
            return [_signed(wanted, STRANGER)]
        if kind == "altered":
            others = [name for name in self.world.cabinet.names if name != wanted.compartment]
            return [replace(_signed(wanted), instruction=replace(wanted, compartment=self.rng.choice(others)))]
        if kind == "elsewhere":
            return [_signed(replace(wanted, point="p2"))]
        wanted = replace(wanted, at=wanted.at + {"late": -FRESH_S - 1.0, "early": 30.0}.get(kind, 0.0))
        said = _signed(wanted)
        self.given[wanted.id] = wanted
        if kind == "again":
            self.world.later(self.rng.uniform(60.0, 9000.0), self._say_again, said)
        return [said, said] if kind == "twice" else [said]

    def _say_again(self, said: Instructed) -> None:
        assert isinstance(self.world.library, Library)
        self.world.library.feed.append(said)

    def _wanted(self, now: float) -> Instruction:
        loop = self.world.loop
        assert loop is not None
        name, action = self._door(), self.rng.choice(ACTIONS)
        id, at = f"o{len(self.given)}-{self.rng.getrandbits(32):08x}", now - self.rng.uniform(0.0, 80.0)
        if action == "cancel_hold":
            parcel = self.rng.choice([*sorted(loop.point.parcels), "P999"])
            return Instruction(id, POINT, at, "cancel_hold", parcel=parcel)
        lies = tuple(sorted(contents(loop.point, name))) if self.rng.random() < 0.8 else ("P001",)
        return Instruction(id, POINT, at, action, name, contents=lies if action == "open" else ())  # type: ignore[arg-type]

    def _door(self) -> str:
        return self.rng.choice(self.world.cabinet.names)

    # ---- at the door

    def unlocks(self, command: Unlock, order: Order) -> None:
        """A lock is about to move for an order."""
        wanted = self.given.get(order.about)
        must(
            wanted, f"{command.compartment} is opened for {order.about}, which the library never signed for this point"
        )
        assert wanted is not None
        theirs = (wanted.action, wanted.compartment) == ("open", command.compartment)
        must(theirs, f"{command.compartment} is opened for {wanted}")
        must(wanted.id not in self.opened, f"{command.compartment} is opened twice for {wanted.id}")
        late = self.world.true() - wanted.at
        must(late <= FRESH_S + 0.001, f"{command.compartment} is opened {late:.0f} s after {wanted.id} was signed")
        self.opened.add(wanted.id)
        self.world.say(f"{command.compartment} is opened from afar, for {wanted.id}")
        self.doors.add(command.compartment)
        self.world.follow(self._somebody_shuts(command.compartment))

    def _somebody_shuts(self, name: str) -> "Script":
        """Whoever had asked for it pushes it shut, or nobody does for long; not where it opened only for somebody else,
        who stands there."""
        yield self.rng.uniform(5.0, 90.0)
        order = self.world.loop.point.compartments[name].order if self.world.loop else None
        if self.rng.random() < 0.8 and not (order and order.purpose != "remote"):
            self.world.cabinet.shut(name)
        yield 400.0
        self.doors.discard(name)

    # ---- in the end

    def all_ended(self) -> None:
        """What was told of each: once, and no refusal of what was done."""
        if not isinstance(self.world.library, Library):
            return
        told = [t.told for t, _ in self.world.library.received.values() if isinstance(t.told, InstructionEnded)]
        often = Counter(one.instruction for one in told if one.instruction in self.given)
        must(all(n == 1 for n in often.values()), f"orders that ended more than once: {often}")
        for one in told:
            wanted = self.given.get(one.instruction)
            opened = one.instruction in self.opened
            must(wanted or one.outcome == "refused", f"{one} though the library never signed it for this point")
            must(not (one.outcome == "refused" and opened), f"{one}, and its door was opened")
            done = one.outcome == "done" and wanted is not None and wanted.action == "open"
            must(opened or not done, f"{one}, and no lock was moved")
        must(self.opened <= often.keys(), f"doors opened from afar of which nobody heard: {self.opened - often.keys()}")
