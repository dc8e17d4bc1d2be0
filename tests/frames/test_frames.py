"""A few hundred faulty frames for each family; ``make frames`` disturbs a million."""

from pathlib import Path

import pytest

from tests.conformance.test_board import RIGS, Rig
from tests.frames.rig import Breach, World


@pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.driver)
def test_no_wrong_door_and_none_unrecorded(rig: Rig, tmp_path: Path) -> None:
    world = World(rig, 7, tmp_path)
    world.live(200, lambda: None)
    assert sum(world.faults.values()) >= 200
    assert world.outcomes["accepted"] > 0


def test_a_pulse_without_a_committed_order_is_a_breach(tmp_path: Path) -> None:
    world = World(RIGS[0], 1, tmp_path)
    with pytest.raises(Breach, match="no order for it stands committed"):
        world.cabinet.pulse("A1")
