"""One request and its reply on a half-duplex bus: what the board drivers share. What answers what is theirs to say."""

import time
import weakref
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from hardware.errors import DeviceSilent, WireError
from hardware.transport import Transport

QUIET_S = 0.005  # silence kept on the bus before each exchange: 3.5 characters at 9600 are 4 ms; others keep 5 to 20
SLOWEST_BYTE_S = 10 / 9600
_heard_at: weakref.WeakKeyDictionary[Transport, float] = weakref.WeakKeyDictionary()

FrameT = TypeVar("FrameT")
FrameT_co = TypeVar("FrameT_co", covariant=True)


class Decoder(Protocol[FrameT_co]):
    """Finds the frames of one family; a fresh one for each exchange."""

    @property
    def spoilt(self) -> bool:
        """Whether there was anything that is no frame: noise, or a frame damaged or cut."""

    def feed(self, data: bytes) -> Sequence[FrameT_co]:
        """The frames that ``data`` completes. Never raises."""


def say(transport: Transport, request: bytes) -> None:
    """Send what is not answered. The bus counts as busy until the board has taken it, where its speed is not known the
    slowest. Raises ``DeviceGone``."""
    _ask(transport, request)
    byte_s = getattr(transport, "byte_s", None) or SLOWEST_BYTE_S
    _heard_at[transport] = time.monotonic() + len(request) * byte_s


def _ask(transport: Transport, request: bytes) -> None:
    time.sleep(max(0.0, _heard_at.get(transport, 0.0) + QUIET_S - time.monotonic()))
    transport.discard_input()
    transport.write(request)


def exchange(
    transport: Transport,
    request: bytes,
    decoder: Decoder[FrameT],
    answers: Callable[[FrameT], bool],
    wait_s: float,
    board: int,
) -> FrameT:
    """Ask, and wait ``wait_s`` for the frame that answers; others (late, unasked, of other boards) are passed over.

    Raises ``DeviceSilent`` when none came, ``WireError`` when something broken came instead, ``DeviceGone``.
    """
    _ask(transport, request)
    until = time.monotonic() + wait_s
    while (left_s := until - time.monotonic()) > 0:
        for frame in decoder.feed(transport.read(left_s)):
            if answers(frame):
                _heard_at[transport] = time.monotonic()
                return frame
    said = f"board {board}, {request.hex(' ')}"
    if decoder.spoilt:
        raise WireError(f"{said}: the reply breaks the protocol (noise, wrong address switch or channel count?)")
    raise DeviceSilent(f"{said}: no reply in {wait_s:.2f} s")
