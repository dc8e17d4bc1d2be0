"""Relay boards on Modbus RTU as locker boards: one relay a lock, one input a door switch. What the families share.

Relays and inputs may sit on one board, or on two with addresses of their own. Before the relays are used first, and
after each exchange that went wrong, all are switched off: a program that died between "on" and "off" may have left a
coil under current, which burns it. That, and a read whose reply is unlike its echo, is also the *fence*: whatever
comes before its reply is late, and an adapter that hears itself is no board. Inputs that sit apart are read twice after
trouble, so that what counts is never older than the first of the two.
"""

from collections.abc import Callable, Sequence

from hardware.errors import DeviceRefused, DeviceSilent, WireError
from hardware.locker import modbus
from hardware.locker.modbus import Frame
from hardware.readings import Door
from hardware.transport import Transport

Answers = Callable[[Frame], bool]


class _Slave:
    """One address on the bus, and whether what it says answers what it was asked."""

    def __init__(self, transport: Transport, wait_s: float, fence: Sequence[tuple[Frame, Answers]]) -> None:
        self._transport = transport
        self._wait_s = wait_s
        self._fence = fence
        self._in_step = False

    def get_in_step(self) -> None:
        if not self._in_step:
            for request, answers in self._fence:
                modbus.ask(self._transport, request, answers, self._wait_s)
            self._in_step = True

    def ask(self, request: Frame, answers: Answers) -> Frame:
        self.get_in_step()
        self._in_step = False
        try:
            reply = modbus.ask(self._transport, request, answers, self._wait_s)
        except DeviceRefused:
            self._in_step = True  # a "no" is an answer
            raise
        self._in_step = True
        return reply


class RelayBoard:
    """A ``Board``. See that contract for what is raised; nothing is said to the board before it is used."""

    def __init__(
        self,
        transport: Transport,
        channels: int,
        opening: Callable[[int], Frame],
        all_off: Frame,
        probe: Frame,
        inputs_address: int,
        shut_when_closed: bool,
        reply_wait_s: float,
    ) -> None:
        """``opening``: the write that makes the board itself time one pulse; its echo, and that of ``all_off``, is the
        reply. ``probe``: a read that the relay board answers. ``shut_when_closed``: whether the contact at an input is
        closed when its door is shut."""
        self._channels = channels
        self._opening = opening
        self._probe = probe
        self._shut_when_closed = shut_when_closed
        self._read = modbus.frame(inputs_address, modbus.READ_INPUTS, 0, channels)
        fence = ((all_off, _echo_of(all_off)), (probe, _is_data))
        self._relays = _Slave(transport, reply_wait_s, fence)
        self._apart = inputs_address != all_off.address
        self._inputs = _Slave(transport, reply_wait_s, ((self._read, _is_data),)) if self._apart else self._relays

    @property
    def channels(self) -> int:
        """How many channels the board has."""
        return self._channels

    def unlock(self, channel: int) -> None:
        """One pulse. The echo says that the board heard, never that the door moved.

        When the board does not answer "all off" before, no pulse is asked for: ``DeviceRefused``.
        """
        if not 1 <= channel <= self._channels:
            raise ValueError(f"channel {channel} is not one of 1..{self._channels}")
        try:
            self._relays.get_in_step()
        except (DeviceSilent, WireError) as error:
            raise DeviceRefused(f"no pulse was asked for: {error}") from error
        opening = self._opening(channel)
        self._relays.ask(opening, _echo_of(opening))

    def doors(self) -> dict[int, Door]:
        """Every door, from one read of the inputs; where these sit apart, the relay board must answer as well.

        A board that refuses to be read has no inputs: ``WireError``.
        """
        count = (self._channels + 7) // 8
        try:
            if self._apart:
                self._relays.ask(self._probe, _is_data)
            reply = self._inputs.ask(self._read, lambda reply: _is_data(reply) and len(reply.data) == 1 + count)
        except DeviceRefused as error:
            raise WireError(f"{error}: has it inputs? Else name the board that has, with inputs_address") from error
        closed = int.from_bytes(reply.data[1:], "little")
        return {n: self._door(bool(closed >> (n - 1) & 1)) for n in range(1, self._channels + 1)}

    def _door(self, closed: bool) -> Door:
        return Door.SHUT if closed is self._shut_when_closed else Door.OPEN


def _echo_of(write: Frame) -> Answers:
    return lambda reply: reply == write


def _is_data(reply: Frame) -> bool:
    return len(reply.data) == 1 + reply.data[0]
