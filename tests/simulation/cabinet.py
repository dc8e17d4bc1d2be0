"""The physical cabinet: locks that are prompt, late or jammed, doors, sensors that bounce, and what really lies inside.

The bus tells the machine what a real bus worker would: a door's state when it changes, the wire's word on a pulse.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from hardware.locker.bank import Duty
from hardware.readings import DeviceDown, DeviceUp, Door, DoorSeen, Pulse, Reading, UnlockEnded
from kiosk.core.commands import Unlock
from kiosk.workers import HELD_MAX_S
from tests.simulation.faults import Faults

PULSES_MAX = 4  # fewer than at a real lock, so that it happens
Later = Callable[..., None]  # (seconds, function, *arguments)


@dataclass
class Box:
    """One compartment as it is. ``inside``: barcodes. ``torn``: the wire of its sensor, which then always says open;
    ``mute``: its switch sticks and always says shut. ``driven``: when its coil was last, as often as it may be within a
    minute, and once more."""

    name: str
    open: bool = False
    torn: bool = False
    mute: bool = False
    inside: set[str] = field(default_factory=set)
    jammed_until: float = 0.0
    turned_at: float = 0.0
    sprung_at: float = -1.0  # when its lock last let go
    driven: deque[float] = field(default_factory=lambda: deque(maxlen=PULSES_MAX + 1))


@dataclass
class Cabinet:
    """``post`` hands a reading to the machine, ``later`` does something in so many seconds, ``dice``: what
    goes wrong."""

    names: tuple[str, ...]
    rng: random.Random
    later: Later
    post: Callable[[Reading], None]
    say: Callable[[str], None]
    clock: Callable[[], float]
    dice: Faults
    bus_up: bool = True
    powered: bool = False
    boxes: dict[str, Box] = field(default_factory=dict)
    reported: dict[str, Door] = field(default_factory=dict)
    duty: Duty = field(default_factory=lambda: Duty(pulses_max=PULSES_MAX))

    def __post_init__(self) -> None:
        self.boxes = {name: Box(name) for name in self.names}

    # ---- power and wire

    def power(self, on: bool) -> None:
        """The machine's process begins or ends: its bus worker knows nothing at first."""
        self.powered = on
        self.reported = dict.fromkeys(self.names, Door.UNKNOWN)
        if on and self.bus_up:
            self.later(self.rng.uniform(0.1, 0.6), self.scan)
            self.post(DeviceUp("bus"))

    def cut_wire(self, seconds: float) -> None:
        """Nobody can ask the board for a while."""
        if not self.bus_up:
            return
        self.say(f"the bus of the boards is away for {seconds:.0f} s")
        self.bus_up = False
        self.later(seconds, self._mend)
        if self.powered:
            self.post(DeviceDown("bus", "no board answers"))
            for name in self.names:
                self._report(name, Door.UNKNOWN)

    def _mend(self) -> None:
        self.bus_up = True
        if self.powered:
            self.post(DeviceUp("bus"))
            self.scan()

    def scan(self) -> None:
        """One poll of all doors."""
        if self.powered and self.bus_up:
            for name in self.boxes:
                self._look(name)

    def _look(self, name: str) -> None:
        if self.powered and self.bus_up:
            box = self.boxes[name]
            self._report(name, Door.OPEN if (box.open or box.torn) and not box.mute else Door.SHUT)

    def tear(self, name: str, torn: bool) -> None:
        """The wire of a sensor breaks, or is mended."""
        self.say(f"the sensor of {name} is {'torn' if torn else 'mended'}")
        self.boxes[name].torn = torn
        self._look(name)

    def stick(self, name: str, mute: bool) -> None:
        """The switch of a door sticks where it is when that is shut, or is freed."""
        if self.boxes[name].mute is not mute:
            self.say(f"the switch of {name} {'sticks: it says shut' if mute else 'is freed'}")
            self.boxes[name].mute = mute
            self._look(name)

    def _report(self, name: str, door: Door) -> None:
        if self.reported[name] is not door:
            self.reported[name] = door
            self.post(DoorSeen(name, door))

    def _flap(self, name: str, door: Door) -> None:
        if self.powered and self.bus_up and not (self.boxes[name].torn or self.boxes[name].mute):
            self._report(name, door)

    # ---- locks and doors

    def unlock(self, command: Unlock) -> None:
        """What a bus worker does with an order to pulse a lock."""
        pulse, delay = Pulse.ACCEPTED, self.rng.uniform(0.1, 0.9)
        moves = True
        rests_s = self.duty.rests_s(command.compartment, self.clock())
        rests_s = rests_s if self.bus_up and rests_s > HELD_MAX_S else 0.0
        if not self.bus_up:
            pulse, moves = Pulse.NOT_SENT, False
        elif rests_s:
            self.say(f"the lock of {command.compartment} rests for {rests_s:.0f} s")
            self.dice.counts["lock_rests"] += 1
            pulse, moves = Pulse.REFUSED, False
        elif self.dice.odd(0.02, "pulse_refused"):
            pulse, moves = Pulse.REFUSED, False
        elif self.dice.odd(0.03, "pulse_unanswered"):
            pulse, moves = Pulse.UNKNOWN, self.rng.random() < 0.6
        if pulse in (Pulse.ACCEPTED, Pulse.UNKNOWN):
            self.duty.count(command.compartment, self.clock())
        if moves:
            self.boxes[command.compartment].driven.append(self.clock())
            late = self.rng.uniform(1.0, 10.0) if self.dice.odd(0.05, "late_door") else self.rng.uniform(0.05, 0.6)
            if self.dice.odd(0.03, "jam"):
                self.boxes[command.compartment].jammed_until = self.clock() + self.rng.uniform(5, 400)
            self.later(late, self._let_go, command.compartment)
        if self.dice.odd(0.02, "bus_cut"):
            self.later(self.rng.uniform(0.1, 3.0), self.cut_wire, self.rng.uniform(1.0, 30.0))
        ended = UnlockEnded(command.compartment, command.order, command.attempt, pulse, rests_s)
        self.later(delay, self._answer, ended)
        if self.dice.odd(0.01, "pulse_answered_twice"):
            self.later(delay + self.rng.uniform(0, 5), self._answer, ended)

    def _answer(self, ended: UnlockEnded) -> None:
        if self.powered:
            self.post(ended)

    def _let_go(self, name: str) -> None:
        box = self.boxes[name]
        if box.jammed_until > self.clock():
            self.say(f"the lock of {name} is jammed")
            return
        if not box.open:
            self.say(f"the door of {name} springs open")
            box.sprung_at = self.clock()
            self._turn(box, True)

    def force(self, name: str) -> None:
        """Somebody breaks a door open."""
        self.say(f"the door of {name} is forced")
        self._turn(self.boxes[name], True)

    def shut(self, name: str) -> None:
        """Somebody pushes a door shut."""
        if self.boxes[name].open:
            self.say(f"the door of {name} is pushed shut")
            self._turn(self.boxes[name], False)

    def _turn(self, box: Box, open: bool) -> None:
        box.open, box.turned_at = open, self.clock()
        self.later(self.rng.uniform(0.05, 0.5), self._look, box.name)
        if self.dice.odd(0.02, "bounce"):
            self.say(f"the switch of {box.name} bounces")
            old = Door.SHUT if open else Door.OPEN
            self.later(0.6, self._flap, box.name, old)
            self.later(self.rng.uniform(0.7, 1.0), self._look, box.name)
