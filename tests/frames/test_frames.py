"""A few hundred faulty frames for each family; ``make frames`` disturbs a million. Worse drivers are caught."""

from pathlib import Path

import pytest

from tests.conformance.test_board import RIGS, Rig
from tests.frames import planted
from tests.frames.planted import AnswersForTheOther, AsksAgain, AsksTheOther, SilenceIsShut, Worse
from tests.frames.rig import Breach, World

FAULTS = 2000
PLANTED = {
    AsksAgain: r"asked 2 times to open .* for one order|was pulsed \d times for one order",
    AsksTheOther: "is pulsed and no order for it stands committed",
    AnswersForTheOther: "is said to be .*, and it was not",
    SilenceIsShut: "is said to be shut, and it was not",
}
of_every_family = pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.driver)


@of_every_family
def test_no_wrong_door_and_none_unrecorded(rig: Rig, tmp_path: Path) -> None:
    world = World(rig, 7, tmp_path)
    world.live(200, lambda: None)
    assert sum(world.faults.values()) >= 200
    assert world.outcomes["accepted"] > 0
    assert world.asked.total() >= world.outcomes["accepted"]
    assert world.copied.total() > 0


def test_a_pulse_without_a_committed_order_is_a_breach(tmp_path: Path) -> None:
    world = World(RIGS[0], 1, tmp_path)
    with pytest.raises(Breach, match="no order for it stands committed"):
        world.cabinet.pulse("A1")


@of_every_family
@pytest.mark.parametrize("worse", PLANTED, ids=lambda kind: kind.__name__)
def test_a_worse_driver_is_caught(rig: Rig, worse: type[Worse], tmp_path: Path) -> None:
    with pytest.raises(Breach, match=PLANTED[worse]):
        World(rig, 7, tmp_path, planted.both(worse)).live(FAULTS, lambda: None)


@of_every_family
def test_a_driver_that_hears_any_board_is_caught(rig: Rig, tmp_path: Path) -> None:
    with planted.hearing_anybody(), pytest.raises(Breach, match="and it was not"):
        World(rig, 7, tmp_path).live(FAULTS, lambda: None)


@of_every_family
def test_a_lock_that_moves_twice_for_one_request_is_caught(rig: Rig, tmp_path: Path) -> None:
    """Whatever else the cable has doubled meanwhile."""
    world = World(rig, 7, tmp_path)
    once = world.cabinet.pulse

    def twice(name: str) -> None:
        once(name)
        once(name)

    world.cabinet.pulse = twice  # type: ignore[method-assign]
    with pytest.raises(Breach, match=r"was pulsed (2 times for one order, 0|4 times for one order, 1) copies"):
        world.live(FAULTS, lambda: None)
