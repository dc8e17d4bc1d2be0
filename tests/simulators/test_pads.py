"""What lies on pads: what no tag can say is refused, and each thing is known by its own name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.laid import Laid
from simulators.pads import SerialPad
from simulators.pcsc_pad import PcscPad
from simulators.twins import Unfit


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[SerialPad]:
    pad = SerialPad("tags", {}, tmp_path / "ttyPAD", 0)
    yield pad
    pad.close()


@pytest.mark.parametrize("tag", ["😀", "", " ", "x" * 60])
def test_what_no_tag_can_say_is_not_laid(pad: SerialPad, tag: str) -> None:
    with pytest.raises(Unfit, match="no tag can say that"):
        pad.lay(tag)
    assert (pad.lies, pad.pad.laid, pad.shows) == ([], [], None)


def test_a_tag_of_the_other_kind_neither() -> None:
    pad = PcscPad(1)
    with pytest.raises(ValueError, match="at most 16 bytes"):
        pad.lay(Laid("x" * 40))
    assert pad.laid == []


def test_each_thing_is_taken_away_by_its_own_name(pad: SerialPad) -> None:
    for tag in ("A, B", "A", "A B"):
        pad.lay(tag)
    pad.lay("S", parts=2)
    pad.lay("S", parts=2, part=2)
    assert pad.lies == ["A, B", "A", "A B", "S 1/2", "S 2/2"]
    pad.remove("A")
    pad.remove("S")
    assert pad.lies == ["A, B", "A B"]
    with pytest.raises(Unfit, match="NOPE does not lie on tags"):
        pad.remove("NOPE")
