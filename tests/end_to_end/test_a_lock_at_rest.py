"""A lock that is pulsed too often at a real point: it is left alone, the reader waits, tries again, has it."""

from pathlib import Path

from simulators.machine import Machine
from tests.end_to_end.conftest import Run
from tests.end_to_end.people import Point

WINDOW_S = 25.0


def test_a_lock_that_was_pulsed_too_often_rests_and_then_opens(folder: Path, kiosk_of: Run) -> None:
    machine = Machine(folder, pace=0.0, camera=False)
    machine.raw["duty"] = {"pulses_max": 1, "window_s": WINDOW_S, "rest_s": 1.0}
    with machine, kiosk_of(machine) as kiosk:
        point = Point(machine, kiosk).ready()
        point.stock("R1001")
        door = next(name for name in machine.cabinet.names if machine.cabinet.inside(name))
        point.tap("R1001")
        resting = kiosk.wait_for("LockRests", ready=False)
        assert 0 < resting["until"] - resting["now"] <= WINDOW_S
        kiosk.touch("again", offered=False)
        kiosk.wait_for("LockRests", 2 * WINDOW_S, ready=True)
        assert machine.cabinet.pulses(door) == 1
        kiosk.touch("again")
        point.take(point.open_door())
        kiosk.wait_for("Goodbye")
        point.agreed()
