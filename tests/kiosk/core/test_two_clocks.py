"""The clocks of point and library differ: by minutes, which changes nothing but that people hear of it, or by more."""

from dataclasses import replace

import pytest

from kiosk.core.events import Receipted, Tick
from kiosk.core.feed import forget_old
from kiosk.core.session import Step
from kiosk.core.watch import CLOCK_WRONG_S
from sync.messages import PointTrouble, Receipt, Telling
from tests.kiosk.core.machine import DAY_S, PARCEL, Machine, expiring, stocked
from tests.kiosk.core.test_dead_battery import heard, troubles


@pytest.mark.parametrize("ahead", [-450.0, -90.0, 61.0, 450.0])
def test_by_minutes_it_is_told_once_and_all_goes_on(ahead: float) -> None:
    """Library servers are often minutes off: with that nothing ever expired, and nothing was forgotten."""
    machine = stocked(expiring(PARCEL, DAY_S))
    for _ in range(3):
        heard(later(machine, 3600), machine.now - ahead)
    assert troubles(machine) == ["clock_wrong"]
    assert machine.point.counters.clock_off
    later(machine, DAY_S)
    heard(machine, machine.now - ahead)
    assert machine.tap("max").screen.to_clear == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("ahead", [-450.0, 450.0])
def test_by_minutes_what_has_gone_is_forgotten(ahead: float) -> None:
    machine = stocked(PARCEL).tap("ann").open().shut()
    machine.point = machine.point.put(replace(machine.parcel(), unheard=False))  # the library has heard of it
    heard(later(machine, 100 * DAY_S), machine.now - ahead)
    assert not forget_old(Step(machine.point, machine.session), machine.now).point.parcels


def later(machine: Machine, seconds: float) -> Machine:
    """So long after, in one step."""
    return machine.do(Tick(), after=seconds)


def receipted(machine: Machine, told: PointTrouble) -> Machine:
    telling = Telling("k-1", 1, machine.now, told)
    return machine.do(Receipted(telling, Receipt("k-1", "conflict", "set the one that is wrong")))


def test_set_right_it_is_told_anew_the_next_time() -> None:
    machine = stocked(PARCEL)
    assert troubles(heard(machine, machine.now - 100.0)) == ["clock_wrong"]
    assert not heard(machine, machine.now).point.counters.clock_off
    assert troubles(heard(machine, machine.now - 100.0)) == ["clock_wrong"] * 2


@pytest.mark.parametrize("ways", [(700.0, 200.0), (200.0, 700.0), (-700.0, -200.0, -700.0)])
def test_from_much_to_minutes_and_back_it_is_one_thing_for_people_to_do(ways: tuple[float, ...]) -> None:
    machine = stocked(PARCEL)
    for ahead in ways:
        heard(later(machine, 3600), machine.now - ahead)
        assert machine.point.counters.clock_off
        assert machine.point.counters.clock_wrong == (abs(ahead) >= CLOCK_WRONG_S)
    assert troubles(machine) == ["clock_wrong"]


@pytest.mark.parametrize("ahead", [-DAY_S, -2 * CLOCK_WRONG_S, 2 * CLOCK_WRONG_S, DAY_S])
def test_by_more_the_time_that_is_sure_goes_on_all_the_same(ahead: float) -> None:
    """It stood still, so what was put in weeks later was over on the day on which somebody set the clock."""
    machine = stocked(PARCEL)
    for _ in range(20):
        heard(later(machine, DAY_S), machine.now - ahead)
    assert machine.point.counters.clock_wrong
    assert abs(machine.point.dated(machine.now) - (machine.now - ahead)) < 1.0


def test_the_case_about_it_goes_when_the_clocks_agree() -> None:
    """Over SIP2 the library cannot hear of it: it is for staff at the machine."""
    machine = stocked(PARCEL)
    told = heard(machine, machine.now - 100.0).told(PointTrouble)[0]
    receipted(machine, told)
    assert [case.about for case in machine.point.cases.values()] == ["clock_wrong"]
    assert not heard(machine, machine.now).point.cases


def test_a_receipt_that_comes_when_the_clocks_agree_again_makes_no_case() -> None:
    machine = stocked(PARCEL)
    told = heard(machine, machine.now - 100.0).told(PointTrouble)[0]
    assert not receipted(heard(machine, machine.now), told).point.cases
