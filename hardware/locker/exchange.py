"""One request and its reply on a half-duplex bus: what the board drivers share. What answers what is theirs to say."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from hardware.errors import DeviceSilent, WireError
from hardware.transport import Transport

QUIET_S = 0.01  # silence kept on the bus after each exchange; drivers in the field keep 5 to 20 ms

FrameT = TypeVar("FrameT")
FrameT_co = TypeVar("FrameT_co", covariant=True)


class Decoder(Protocol[FrameT_co]):
    """Finds the frames of one family; a fresh one for each exchange."""

    @property
    def spoilt(self) -> bool:
        """Whether there was anything that is no frame: noise, or a frame damaged or cut."""

    def feed(self, data: bytes) -> Sequence[FrameT_co]:
        """The frames that ``data`` completes. Never raises."""


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
    transport.discard_input()
    transport.write(request)
    until = time.monotonic() + wait_s
    while (left_s := until - time.monotonic()) > 0:
        for frame in decoder.feed(transport.read(left_s)):
            if answers(frame):
                time.sleep(QUIET_S)
                return frame
    said = f"board {board}, {request.hex(' ')}"
    if decoder.spoilt:
        raise WireError(f"{said}: the reply breaks the protocol (noise, wrong address switch or channel count?)")
    raise DeviceSilent(f"{said}: no reply in {wait_s:.2f} s")
