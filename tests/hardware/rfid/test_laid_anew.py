"""A book whose tag could not be written is laid down once more, as the screen asks: also by a quick hand."""

import time
from collections.abc import Sequence

import pytest

from hardware.errors import DeviceError, DeviceRefused, DeviceSilent
from hardware.readings import PileSeen, Reading
from hardware.rfid.book import BookTag, Tag
from hardware.rfid.pad import PadSource
from hardware.rfid.tags import PadSettings
from hardware.scanner.barcode import Meanings

A, B = BookTag("E0041", "SZ0000001"), BookTag("E0042", "SZ0000002")


class Pad:
    """One on which these lie, and which writes their tags or fails so."""

    lying: tuple[Tag, ...] = (A, B)
    error: DeviceError | None = None

    def tags(self) -> Sequence[Tag]:
        return self.lying

    def secure(self, uid: str, secured: bool) -> None:
        if self.error:
            raise self.error

    def firmware(self) -> str:
        return ""

    def close(self) -> None: ...


def said(source: PadSource, seconds: float) -> list[Reading]:
    until, readings = time.monotonic() + seconds, list[Reading]()
    while time.monotonic() < until:
        readings += source.wait(0.05)
    return readings


@pytest.mark.parametrize("error", [DeviceRefused("the AFI is still 07"), DeviceSilent("no answer"), None])
def test_it_is_said_again_though_it_was_away_for_a_moment_only(error: DeviceError | None) -> None:
    pad = Pad()
    source = PadSource("pad", pad, PadSettings(gone_s=5.0), Meanings())
    both = PileSeen("pad", (A.item, B.item))
    assert said(source, 1.0) == [both]
    pad.error = error
    if error:
        with pytest.raises(type(error)):
            source.secure(A.item, False)
    else:
        source.secure(A.item, False)
    assert said(source, 0.6) == []  # it lies there as before
    pad.lying = (A,)
    assert said(source, 0.8) == []
    pad.lying = (A, B)  # another one is lifted and laid down
    assert said(source, 0.6) == []
    pad.lying = (B,)
    assert said(source, 0.8) == []
    pad.lying = (A, B)
    assert said(source, 0.6) == ([both] if error else [])
