"""The battery of the clock is dead: after a power cut the machine believes in any day at all. Nothing expires by such a
clock, what was over stays over, and it comes right by itself as soon as anybody knows what time it is."""

from dataclasses import replace

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.events import ClockJumped, Heard, Online, Started
from kiosk.core.facts import WrongCode
from kiosk.core.flows.pickup import codes_open
from kiosk.core.screens import Collect, Home, Opening, Sorry
from kiosk.core.session import NOBODY, Step
from sync.asked import ItemIs
from sync.library_clock import Bounds
from sync.messages import ItemDropped, Page, ParcelCollected, PointTrouble
from sync.rounds import HoldExtended
from tests.kiosk.core.machine import DAY_S, NOW, PARCEL, Machine, expiring, item, qr, stocked
from tests.kiosk.core.test_helping import at_hold, may, permitted

YEAR_S = 365 * DAY_S
WRONG = (-25 * YEAR_S, -DAY_S, 40 * DAY_S, 9 * YEAR_S)


def booted(machine: Machine, by: float, shut: bool = True) -> Machine:
    """The power fails for an hour, and the clock comes back wrong by so much; the library is away."""
    if not machine.point.counters.seen_at:
        machine.wait(301)  # the time is noted
    machine.now += 3600.0 + by
    machine.session = NOBODY
    machine.do(Started())
    return machine.doors(Door.SHUT) if shut else machine


def heard(machine: Machine, library: float) -> Machine:
    """The library says what time it is there."""
    return machine.do(Online(True), Heard(Page((), "c", library), Bounds(library - 0.5, library + 0.5)))


def troubles(machine: Machine) -> list[str]:
    return [told.what for told in machine.told(PointTrouble)]


@pytest.mark.parametrize("by", WRONG)
def test_nothing_expires_by_it_and_its_reader_gets_it(by: float) -> None:
    machine = booted(stocked(expiring(PARCEL, DAY_S)), by)
    assert troubles(machine) == ["clock_wrong"]
    assert not machine.told(HoldExtended)  # nobody knows for how long the power was off
    courier = machine.copy()
    assert courier.tap("max").screen.to_clear == 0  # type: ignore[union-attr]
    assert isinstance(machine.tap("ann").screen, Opening)
    machine.open().shut()
    assert [told.parcel for told in machine.told(ParcelCollected)] == ["p-1"]


@pytest.mark.parametrize("by", WRONG)
def test_what_was_collected_is_not_forgotten_by_it(by: float) -> None:
    machine = booted(stocked(PARCEL).tap("ann").open().shut(), by)
    machine.wait(1).hear()
    assert machine.parcel().state == "collected"


@pytest.mark.parametrize("by", WRONG)
def test_waits_under_way_end_as_if_no_time_had_passed(by: float) -> None:
    machine = booted(stocked(PARCEL).wait(301).tap("ann").open(), by, shut=False).do(DoorSeen("A1", Door.OPEN))
    assert "door_left_open" not in troubles(machine)
    assert "door_left_open" in troubles(machine.wait(machine.point.plan.limits.shut_wait_s + 120))
    assert isinstance(machine.screen, Home)


def test_what_was_over_before_the_power_failed_stays_over() -> None:
    machine = stocked(PARCEL).do(Online(True))
    code = permitted(machine)
    machine.now += machine.point.plan.limits.helper_h * 3600.0 + 60.0  # and the pass of that night has ended too
    ended = qr(not_after=machine.now - 30.0)
    machine.wait(301)
    booted(machine, -2 * YEAR_S)
    assert machine.show(ended).screen == Sorry("pass_expired")
    machine.wait(20)
    machine.code(code)
    assert machine.told(WrongCode)
    assert not machine.unlocked
    assert machine.wait(60).show(qr(not_after=NOW + YEAR_S)).unlocked == ["A1"]


@pytest.mark.parametrize("by", [-2 * YEAR_S, -10 * DAY_S])
def test_a_helper_is_let_in_for_as_long_as_the_account_says(by: float) -> None:
    machine = booted(stocked(expiring(PARCEL, 9 * DAY_S)), by).do(Online(True))
    seen_at, helper_s = machine.point.counters.seen_at, machine.point.plan.limits.helper_h * 3600.0
    code = permitted(machine)
    assert machine.parcel().helper_until == seen_at + helper_s
    assert at_hold(machine.wait(60)).screen.line.helper_until == seen_at + helper_s  # type: ignore[union-attr]
    machine.touch("finish")
    late = machine.copy()
    assert machine.code(code).unlocked == ["A1"]
    assert not machine.point.counters.wrong_codes
    late.now = seen_at + helper_s + 1.0
    assert may(at_hold(late.do(ClockJumped(late.now - machine.now)))) == ("collect", "permit", "longer", "cancel_hold")
    assert not late.touch("finish").code(code).unlocked


def test_a_helpers_code_that_was_over_before_the_power_failed_is_not_shown_as_good() -> None:
    machine = stocked(PARCEL)
    code = permitted(machine)
    machine.point = machine.point.put(replace(machine.parcel(), helper_until=NOW + 60.0))
    booted(machine, -2 * YEAR_S).do(Online(True))
    assert "permit" in may(at_hold(machine))
    assert machine.screen.line.helper_until == 0.0  # type: ignore[union-attr]
    assert not machine.touch("finish").code(code).unlocked


def test_no_helper_for_what_had_expired_before_the_power_failed() -> None:
    machine = booted(stocked(expiring(PARCEL, 60.0)), -2 * YEAR_S).do(Online(True))
    assert "permit" not in may(at_hold(machine))


@pytest.mark.parametrize("by", WRONG)
def test_set_by_hand_it_counts_again_and_what_has_expired_is_expired(by: float) -> None:
    machine = booted(stocked(expiring(PARCEL, 60.0)), by)
    assert machine.tap("max").screen.to_clear == 0  # type: ignore[union-attr]
    machine.wait(120)
    machine.now -= by
    machine.do(ClockJumped(-by))
    assert not machine.point.counters.clock_wrong
    assert machine.tap("max").screen.to_clear == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("by", WRONG)
def test_the_library_says_so_too_and_once(by: float) -> None:
    machine = booted(stocked(PARCEL), by)
    heard(machine, machine.now - by)
    assert machine.point.counters.clock_wrong
    assert troubles(machine) == ["clock_wrong"]
    machine.now -= by
    heard(machine.do(ClockJumped(-by)), machine.now)
    assert not machine.point.counters.clock_wrong


@pytest.mark.parametrize("by", [9 * YEAR_S, 20 * DAY_S])
@pytest.mark.parametrize("first", ["clock", "library"])
def test_one_wrong_code_while_it_is_ahead_does_not_count_for_all_days_until_then(by: float, first: str) -> None:
    machine = booted(stocked(PARCEL), by).code("99999999").wait(60)
    if first == "library":
        heard(machine, machine.now - by)
    machine.now -= by
    machine.do(ClockJumped(-by))
    if first == "clock":
        heard(machine, machine.now)
    assert machine.point.counters.wrong_day == int(machine.now // DAY_S)
    machine.code("99999999").wait(60)
    assert machine.point.counters.wrong_codes == 2  # what was typed while it was ahead counts for today
    for _ in range(12):
        machine.now += DAY_S
        assert isinstance(machine.code("99999999").screen, Collect)
        machine.wait(60)
    assert machine.point.counters.wrong_codes == 1


def test_set_right_by_hand_it_is_the_day_of_the_codes_too() -> None:
    machine = booted(stocked(PARCEL), 9 * YEAR_S).code("99999999").wait(60)
    machine.now -= 9 * YEAR_S
    machine.do(ClockJumped(-9 * YEAR_S))
    assert machine.point.counters.wrong_day == int(machine.now // DAY_S)


def test_the_library_gives_no_codes_while_it_is_ahead() -> None:
    machine = booted(stocked(PARCEL), 9 * YEAR_S)
    for _ in range(machine.point.plan.limits.wrong_codes_max):
        heard(machine.code("99999999").wait(60), machine.now - 9 * YEAR_S)
    assert isinstance(machine.code("99999999").screen, Home | Collect)
    assert not codes_open(Step(machine.point, machine.session), machine.now)


def test_set_back_by_somebody_it_is_not_believed_until_the_library_says_so() -> None:
    machine = stocked(PARCEL).do(Online(False)).wait(301)
    ended = qr(not_after=machine.now - 120.0)
    machine.now -= DAY_S
    machine.do(ClockJumped(-DAY_S))
    assert troubles(machine) == ["clock_jumped", "clock_wrong"]
    assert machine.show(ended).screen == Sorry("pass_expired")
    heard(machine.wait(20), machine.now)  # it had been a day ahead before, and nobody knew
    assert not machine.point.counters.clock_wrong
    assert machine.show(ended).unlocked == ["A1"]


def test_a_month_in_a_cellar_is_no_wrong_clock() -> None:
    machine = booted(stocked(PARCEL), 29 * DAY_S)
    assert troubles(machine) == []
    assert machine.told(HoldExtended)


def test_a_return_whose_door_was_shut_in_the_dark_is_in_doubt_where_the_time_is_lost() -> None:
    """It may have stood open for a minute or for an hour, and whoever shut it need not have put anything in."""
    machine = Machine().scan("x-1").answer(ItemIs(item("x-1"), True)).touch("open").open()
    machine.now, machine.session = machine.now - 30 * DAY_S, NOBODY
    machine.do(Started()).doors(Door.SHUT)
    assert not machine.told(ItemDropped)
    assert machine.out("A1") == "check"
