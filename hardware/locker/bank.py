"""Compartment names over the boards of one bus: what the worker of a bus drives."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from hardware.errors import DeviceError, DeviceGone, DeviceRefused, DeviceSilent, WireError
from hardware.locker.board import Board
from hardware.readings import Door, Pulse

Clock = Callable[[], float]

BACK_OFF_S = 1.0
BACK_OFF_MAX_S = 5.0
REOPEN_AFTER_S = 30.0


@dataclass(frozen=True)
class Duty:
    """How often a lock may be pulsed; solenoids burn. Remembers the pulses, so keep it when the port is reopened.

    At most ``pulses_max`` pulses of one lock within ``window_s``, and at least ``rest_s`` between two. Eight pulses of
    half a second are a fifteenth of a minute; and they are a courier's, three tries of a reader whose door is jammed,
    and three more when that reader comes back at once.
    """

    pulses_max: int = 8
    window_s: float = 60.0
    rest_s: float = 2.0
    _pulses: dict[str, deque[float]] = field(default_factory=dict, repr=False)

    def rests_s(self, compartment: str, now: float) -> float:
        """How long, from ``now``, until the lock may be pulsed; 0.0 where it may at once."""
        pulses = self._pulses.get(compartment)
        if not pulses:
            return 0.0
        used_up = len(pulses) == self.pulses_max
        return max(0.0, pulses[-1] + self.rest_s - now, pulses[0] + self.window_s - now if used_up else 0.0)

    def count(self, compartment: str, now: float) -> None:
        """The lock was pulsed at ``now``, or may have been."""
        self._pulses.setdefault(compartment, deque(maxlen=self.pulses_max)).append(now)


@dataclass
class _Watched:
    """A board, its channels by compartment, and when to ask it again if it does not answer."""

    board: Board
    channels: dict[str, int] = field(default_factory=dict)
    ask_after: float = -math.inf
    back_off_s: float = BACK_OFF_S


class Bank:
    """The compartments of one bus. Plain and blocking, without threads; one thread owns the bus and all on it.

    When the port is lost, make a new Bank over freshly connected boards, and give it the same ``duty``.
    """

    def __init__(
        self, wiring: Mapping[str, tuple[Board, int]], duty: Duty | None = None, clock: Clock = time.monotonic
    ) -> None:
        """``wiring`` names board and channel of each compartment; ``clock`` tells seconds and never goes back."""
        self._duty = duty or Duty()
        self._clock = clock
        self._lost = False
        self._answered = False  # any board in this round
        self._silent_since = math.inf
        self._watched: dict[int, _Watched] = {}
        self._home: dict[str, _Watched] = {}
        for compartment, (board, channel) in wiring.items():
            watched = self._watched.setdefault(id(board), _Watched(board))
            watched.channels[compartment] = channel
            self._home[compartment] = watched

    @property
    def lost(self) -> bool:
        """Whether the port is lost: close it, open it again with back-off, and make a new Bank."""
        return self._lost

    def rests_s(self, compartment: str) -> float:
        """How long until its lock has rested; before that ``unlock`` refuses."""
        return self._duty.rests_s(compartment, self._clock())

    def unlock(self, compartment: str) -> Pulse:
        """One pulse on the lock of ``compartment``. Blocks at most a second; ``KeyError`` for a name not wired.

        Never raises a ``DeviceError``: see ``Pulse`` for the outcomes, and ``lost`` for what became of the port.
        A board that was silent is asked all the same: somebody stands at the door.
        """
        watched = self._home[compartment]
        if self._lost:
            return Pulse.NOT_SENT
        now = self._clock()
        if self._duty.rests_s(compartment, now) > 0:
            return Pulse.REFUSED
        try:
            watched.board.unlock(watched.channels[compartment])
        except DeviceRefused:
            return Pulse.REFUSED
        except (DeviceSilent, WireError):
            self._duty.count(compartment, now)
            return Pulse.UNKNOWN
        except DeviceGone:
            self._duty.count(compartment, now)
            self._lost = True
            return Pulse.UNKNOWN
        self._duty.count(compartment, now)
        self._heard(watched)
        return Pulse.ACCEPTED

    def doors(self) -> dict[str, Door]:
        """Every compartment's door; one exchange for each board, which may block for two seconds a board.

        A board that twice does not answer leaves its doors UNKNOWN and is then asked less and less often, down to
        every 5 s, so that it does not slow down the others. Raises ``DeviceGone``: all are unknown, see ``lost``;
        also when no board has answered in any round of 30 s, for an adapter that froze only wakes when its port is
        reopened. A while in which nobody asked counts for nothing.
        """
        return {compartment: door for some in self.doors_by_board() for compartment, door in some.items()}

    def doors_by_board(self) -> Iterator[dict[str, Door]]:
        """The same, one board at a time, so that an unlock need not wait until all boards were asked."""
        self._answered = False
        for watched in self._watched.values():
            yield self._look(watched)
        if not self._answered:
            now = self._clock()
            self._silent_since = min(self._silent_since, now)
            if now - self._silent_since > REOPEN_AFTER_S:
                self._lost = True
                raise DeviceGone(f"no board has answered for {REOPEN_AFTER_S:.0f} s")

    def _look(self, watched: _Watched) -> dict[str, Door]:
        unknown = dict.fromkeys(watched.channels, Door.UNKNOWN)
        if self._clock() < watched.ask_after:
            return unknown
        try:
            doors = self._ask(watched)
        except DeviceGone:
            self._lost = True
            raise
        except DeviceError:
            watched.ask_after = self._clock() + watched.back_off_s
            watched.back_off_s = min(2 * watched.back_off_s, BACK_OFF_MAX_S)
            return unknown
        self._heard(watched)
        return {compartment: doors[channel] for compartment, channel in watched.channels.items()}

    def _heard(self, watched: _Watched) -> None:
        self._answered, self._silent_since = True, math.inf
        watched.ask_after, watched.back_off_s = -math.inf, BACK_OFF_S

    @staticmethod
    def _ask(watched: _Watched) -> dict[int, Door]:
        """Ask a board; once more if it answered before, for looking is harmless and one disturbance is no fault."""
        try:
            return watched.board.doors()
        except (DeviceSilent, WireError):
            if watched.ask_after > -math.inf:
                raise
            return watched.board.doors()
