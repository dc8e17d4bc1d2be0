"""The contract of a locker board driver. One file per board family implements it."""

from typing import Protocol

from hardware.readings import Door


class Board(Protocol):
    """One relay board on a bus: numbered channels, each a lock with a door switch. Channels count from 1.

    Plain and blocking; one thread owns the bus and all boards on it. Each call is one exchange on the wire.

    Where its protocol tells a version, a board may offer ``firmware() -> str`` besides, which blocks and raises as
    ``doors`` does, moves nothing, and raises ``DeviceRefused`` where this board does not tell. One with item sensors
    may offer ``items() -> dict[int, bool]``: by channel, whether one sees something; blocks and raises as ``doors``.
    """

    @property
    def channels(self) -> int:
        """How many channels the board has."""

    def unlock(self, channel: int) -> None:
        """Ask the board for one pulse (timed by the board itself) on ``channel``. Blocks for at most a second.

        Returns when the board acknowledged, which does not say that the door has opened: look with ``doors``.
        Raises ``DeviceRefused`` (it did not move), ``DeviceSilent`` or ``WireError`` (it may have moved; never
        repeat blindly), ``DeviceGone`` (port lost under way: unknown too), ``ValueError`` for a channel not there.
        """

    def doors(self) -> dict[int, Door]:
        """The state of every channel's door, polarity applied: OPEN, SHUT, or UNKNOWN where the board itself says
        that it cannot read it. Blocks for at most a second.

        Raises ``DeviceSilent``, ``WireError`` or ``DeviceGone``; the doors are then unknown.
        """
