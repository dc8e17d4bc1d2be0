"""Permission for one door to move; it stands in the row of its compartment."""

import math
from dataclasses import dataclass
from typing import Literal

from hardware.readings import Pulse
from kiosk.core.heeded import OrderPurpose

Out = Literal["", "stuck", "silent", "check", "forced"]  # why a compartment is not to be used, see model.py


@dataclass(frozen=True, slots=True)
class Order:
    """Permission for one door to move, for one purpose and person: on disk before the lock hears of it.

    ``about``: the parcel, the instruction, or nothing for drops. ``opened_at``: when the door was first seen open, 0
    before that.
    ``attempt`` counts pulses and ``pulse`` is the wire's word on the last. ``stuck``: not seen open in time.
    ``rests_until``: the lock was pulsed so often that it must rest until then, so the last attempt did not reach it;
    ``spared`` counts such attempts.
    ``keep``: what lay there stays, what was to go in stays out (left it, did not fit, put nothing in).
    ``missing``: said not to be there. ``absent``: of several things these are not (parcel ids, barcodes); ``found``:
    barcodes that nobody expected there. ``blind``: the door could not be seen for a while before it was seen open, so
    it may have moved. ``cut``: the power failed while the order was under way. ``late``: left open too long.

    Of a pickup: ``shut_at``: when it was shut while its reader stood there, who may have it opened once more before it
    settles; 0 before that. ``left``: barcodes of the items that stay.
    ``wrong``: another book lay there, its barcode or "?". ``reach``: its reader cannot reach this door. ``booked``: the
    loan was told while the door still stood open. ``had``: barcodes taken before it was opened once more.
    Of a return: ``ringing``: barcodes of what is on loan and was ordered to ring at the gate, ``pads``: where it lies.
    """

    id: str
    purpose: OrderPurpose
    person: str
    about: str
    proof: str
    asked_at: float
    attempt: int = 1
    opened_at: float = 0.0
    pulse: str = ""
    stuck: bool = False
    keep: bool = False
    missing: bool = False
    blind: bool = False
    cut: bool = False
    late: bool = False
    absent: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    shut_at: float = 0.0
    left: tuple[str, ...] = ()
    wrong: str = ""
    reach: bool = False
    booked: bool = False
    had: tuple[str, ...] = ()
    ringing: tuple[str, ...] = ()
    pads: tuple[str, ...] = ()
    rests_until: float = 0.0
    spared: int = 0

    @property
    def reopening(self) -> bool:
        """Whether its reader has had it shut and wants it open again, and it has not been seen open since."""
        return self.asked_again and not self.stuck

    @property
    def asked_again(self) -> bool:
        """Whether its lock was pulsed since it was shut, and it has not been seen open since."""
        return self.shut_at > 0.0 and self.asked_at >= self.shut_at

    @property
    def unmoved(self) -> bool:
        """Whether no pulse of it can have reached the lock: each was refused, or not sent."""
        refused = self.pulse in (Pulse.REFUSED, Pulse.NOT_SENT) and not self.rests_until
        return self.attempt == self.spared + refused

    @property
    def rests_about_s(self) -> int:
        """About how long the lock rests, from when that was said."""
        return 5 * math.ceil((self.rests_until - self.asked_at) / 5)

    @property
    def resting(self) -> bool:
        """Whether it was shut and its reader may still want it opened again."""
        return self.shut_at > 0.0 and not self.reopening

    @property
    def said(self) -> bool:
        """Whether anything was said of it while it stood open."""
        return bool(self.keep or self.missing or self.left or self.absent or self.found or self.wrong)
