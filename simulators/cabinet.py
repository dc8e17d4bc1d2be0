"""The cabinet as it stands in the room: doors, locks, switches, and what lies inside. Knows of no wire and no kiosk.

People act through ``push``, ``pull``, ``put_in`` and ``take_out``; boards through ``pulse`` and ``switch``; whoever
plays fate through ``jam``, ``slow``, ``stick``, ``cut``, ``bounce`` and ``mend``. Any thread may call anything.
What fate does stays until it is mended, or wears off after so many ``times``.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hardware.readings import Door

MOVES_KEPT = 10_000
BOUNCE_S = 0.5  # how long a bouncing door's switch chatters after the door has moved
CHATTER_S = 0.07  # from one false word to the next
WELL: dict[str, Any] = {"jammed": False, "slow_s": 0.0, "stuck": None, "cut": False, "bounces": 0}


class DoorIsShut(Exception):
    """Nobody reaches into a compartment through a shut door."""


class NothingThere(Exception):
    """The compartment does not hold what was to be taken out."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A door opened or shut at ``at`` (seconds of the cabinet's clock)."""

    at: float
    compartment: str
    door: Door


@dataclass
class _Compartment:
    door: Door = Door.SHUT
    opens_at: float | None = None
    jammed: bool = False
    slow_s: float = 0.0
    stuck: Door | None = None
    cut: bool = False
    bounces: int = 0
    pulses: int = 0
    left: dict[str, int] = field(default_factory=dict)  # how often a fault still happens; what is not here stays
    chatters_from: float | None = None
    inside: list[str] = field(default_factory=list)


class Cabinet:
    """Compartments with spring-loaded doors: a pulse frees the bolt and the spring pushes the door open.

    ``kept``: a file for what lies inside, so that it is there again the next time; the doors begin shut.
    """

    def __init__(
        self, compartments: Iterable[str], clock: Callable[[], float] = time.monotonic, kept: Path | None = None
    ) -> None:
        self._clock = clock
        self._kept = kept
        lies = json.loads(kept.read_text("utf-8")) if kept and kept.exists() else {}
        self._compartments = {name: _Compartment(inside=lies.get(name, [])) for name in compartments}
        self._changed = threading.Condition(threading.RLock())
        self._moves: deque[Moved] = deque(maxlen=MOVES_KEPT)

    @property
    def names(self) -> tuple[str, ...]:
        """The compartments, in order."""
        return tuple(self._compartments)

    @property
    def moves(self) -> tuple[Moved, ...]:
        """Every opening and shutting so far; of very many, the last ones."""
        with self._changed:
            for name in self._compartments:
                self._settle(name)
            return tuple(self._moves)

    # What people do and see.

    def door(self, name: str) -> Door:
        """How the door really stands, whatever its switch says."""
        with self._changed:
            return self._settle(name).door

    def push(self, name: str) -> None:
        """Push the door shut; the bolt catches. A shut door stays shut."""
        with self._changed:
            if self._settle(name).door is Door.OPEN:
                self._move(name, Door.SHUT, self._clock())

    def pull(self, name: str) -> None:
        """Pull the door open, bolt or no bolt: with a key, or by force. An open door stays open."""
        with self._changed:
            if self._settle(name).door is Door.SHUT:
                self._move(name, Door.OPEN, self._clock())

    def put_in(self, name: str, item: str) -> None:
        """Lay an item into the compartment; raises ``DoorIsShut``."""
        with self._changed:
            self._reach_into(name).inside.append(item)
            self._keep()

    def take_out(self, name: str, item: str | None = None) -> str:
        """Take out that item, or the one put in last; raises ``DoorIsShut`` or ``NothingThere``."""
        with self._changed:
            inside = self._reach_into(name).inside
            if not inside or (item is not None and item not in inside):
                raise NothingThere(name)
            taken = inside.pop(len(inside) - 1 if item is None else inside.index(item))
            self._keep()
            return taken

    def pulses(self, name: str) -> int:
        """How often there was current through the lock's coil."""
        return self._compartments[name].pulses

    def inside(self, name: str) -> tuple[str, ...]:
        """What lies in the compartment, whether or not anybody can see it."""
        with self._changed:
            return tuple(self._compartments[name].inside)

    def wait_until(self, name: str, door: Door, timeout_s: float) -> bool:
        """Wait for a door to stand so; False when it did not in time. Needs a cabinet on the real clock."""
        until = time.monotonic() + timeout_s
        with self._changed:
            while self._settle(name).door is not door:
                left_s = until - time.monotonic()
                if left_s <= 0:
                    return False
                opens_at = self._compartments[name].opens_at
                self._changed.wait(left_s if opens_at is None else min(left_s, max(opens_at - self._clock(), 0.001)))
            return True

    # What fate does.

    def jam(self, name: str, times: int = 0) -> None:
        """The bolt does not move, pulse or not; only the next ``times`` pulses, if that is not 0."""
        self._befall(name, "jammed", True, times)

    def slow(self, name: str, seconds: float, times: int = 0) -> None:
        """The door opens only ``seconds`` after the pulse: a weak spring, something leaning on it; only for the next
        ``times`` pulses, if that is not 0."""
        self._befall(name, "slow_s", seconds, times)

    def stick(self, name: str, door: Door, times: int = 0) -> None:
        """The switch says ``door``, however it stands; ``times``, if not 0: so many moves go unseen."""
        self._befall(name, "stuck", door, times)

    def cut(self, name: str, times: int = 0) -> None:
        """The wire of the switch breaks: its contact does not close; ``times`` as for ``stick``."""
        self._befall(name, "cut", True, times)

    def bounce(self, name: str, times: int = 1) -> None:
        """The next ``times`` the door moves, its switch says open and shut in turn for half a second."""
        self._compartments[name].bounces = times

    def faults(self, name: str) -> dict[str, Any]:
        """What is wrong with the compartment: jammed, slow_s, stuck (a door or None), cut, bounces; and of those that
        wear off how often they still happen, by name (``left``)."""
        with self._changed:
            one = self._compartments[name]
            told = {kind: getattr(one, kind) for kind in ("jammed", "slow_s", "stuck", "cut", "bounces")}
            return told | {"left": dict(one.left)}

    def mend(self, name: str) -> None:
        """Everything that was wrong with the compartment is repaired; its door and what is inside stay as they are."""
        with self._changed:
            for kind in WELL:
                self._mend(self._compartments[name], kind)

    def _befall(self, name: str, kind: str, how: Any, times: int) -> None:
        with self._changed:
            compartment = self._compartments[name]
            self._mend(compartment, kind)
            setattr(compartment, kind, how)
            if times:
                compartment.left[kind] = times

    def _mend(self, compartment: _Compartment, kind: str) -> None:
        setattr(compartment, kind, WELL[kind])
        compartment.left.pop(kind, None)

    def _happens(self, compartment: _Compartment, kind: str) -> bool:
        """Whether this fault of the lock happens now; the last time it wears off."""
        happens = bool(getattr(compartment, kind))
        if compartment.left.get(kind):
            compartment.left[kind] -= 1
            if not compartment.left[kind]:
                self._mend(compartment, kind)
        return happens

    def _outlasts(self, compartment: _Compartment, kind: str) -> None:
        """A fault of the switch, at one more move: it lasts until the one after its last."""
        if (left := compartment.left.get(kind)) == 0:
            self._mend(compartment, kind)
        elif left:
            compartment.left[kind] = left - 1

    # What a board does.

    def pulse(self, name: str) -> None:
        """Current through the lock's coil."""
        with self._changed:
            compartment = self._settle(name)
            compartment.pulses += 1
            if compartment.door is Door.OPEN or compartment.opens_at is not None:
                return
            if self._happens(compartment, "jammed"):
                return
            compartment.opens_at = self._clock() + compartment.slow_s
            self._happens(compartment, "slow_s")
            self._settle(name)
            self._changed.notify_all()

    def switch(self, name: str, closes_when: Door) -> bool:
        """Whether the contact of a micro-switch that closes when the door stands so is closed."""
        with self._changed:
            compartment = self._settle(name)
            seen = compartment.stuck or self._chatter(compartment)
            return not compartment.cut and seen is closes_when

    def _keep(self) -> None:
        if self._kept:
            fresh = self._kept.with_suffix(".new")
            fresh.write_text(json.dumps({name: one.inside for name, one in self._compartments.items()}), "utf-8")
            fresh.replace(self._kept)

    def _reach_into(self, name: str) -> _Compartment:
        compartment = self._settle(name)
        if compartment.door is not Door.OPEN:
            raise DoorIsShut(name)
        return compartment

    def _settle(self, name: str) -> _Compartment:
        """Let the time that has passed act on the door."""
        compartment = self._compartments[name]
        if compartment.opens_at is not None and self._clock() >= compartment.opens_at:
            at, compartment.opens_at = compartment.opens_at, None
            self._move(name, Door.OPEN, at)
        return compartment

    def _chatter(self, compartment: _Compartment) -> Door:
        if compartment.chatters_from is None:
            return compartment.door
        passed_s = self._clock() - compartment.chatters_from
        if passed_s >= BOUNCE_S or int(passed_s / CHATTER_S) % 2 == 0:
            return compartment.door
        return Door.SHUT if compartment.door is Door.OPEN else Door.OPEN

    def _move(self, name: str, door: Door, at: float) -> None:
        compartment = self._compartments[name]
        compartment.door = door
        for kind in ("stuck", "cut"):
            self._outlasts(compartment, kind)
        compartment.chatters_from = at if compartment.bounces else None
        compartment.bounces = max(0, compartment.bounces - 1)
        self._moves.append(Moved(at, name, door))
        self._changed.notify_all()
