"""Hours when a point is down are given back; what has expired blocks nothing."""

from hardware.readings import Door, DoorSeen
from kiosk.core.events import ClockJumped
from sync.messages import ParcelCollected, ParcelReady
from sync.rounds import HoldExtended
from tests.kiosk.core.machine import BOBS, DAY_S, NOW, PARCEL, expiring, stocked

HOUR_S = 3600.0


def test_hours_without_power_are_given_back_once() -> None:
    machine = stocked(PARCEL).wait(1)
    machine.now += 5 * HOUR_S
    machine.restart().doors(Door.SHUT)
    (told,) = machine.told(HoldExtended)
    assert told.parcel == "p-1"
    assert 5 * HOUR_S <= told.expires - PARCEL.expires < 5 * HOUR_S + 400
    assert machine.parcel().expires == told.expires
    machine.restart().doors(Door.SHUT).doors(Door.OPEN).doors(Door.SHUT)
    assert len(machine.told(HoldExtended)) == 1


def test_a_reader_whose_time_ran_out_in_the_dark_still_gets_it() -> None:
    machine = stocked(expiring(PARCEL, 2 * HOUR_S)).wait(1)
    machine.now += 10 * HOUR_S
    machine.restart().doors(Door.SHUT).tap("ann").open().shut()
    assert machine.told(ParcelCollected)


def test_a_dead_board_counts_and_a_short_break_does_not() -> None:
    machine = stocked(PARCEL, BOBS).do(DoorSeen("A1", Door.UNKNOWN), DoorSeen("A2", Door.UNKNOWN))
    machine.now += 600.0
    machine.do(DoorSeen("A2", Door.SHUT))
    machine.now += 600.0
    machine.do(DoorSeen("A1", Door.SHUT))
    assert machine.told(HoldExtended) == [HoldExtended("p-1", PARCEL.expires + 1200.0)]


def test_a_clock_that_is_set_is_no_time_without_power() -> None:
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.UNKNOWN))
    machine.now += DAY_S
    machine.do(ClockJumped(DAY_S), DoorSeen("A1", Door.SHUT))
    assert not machine.told(HoldExtended)


def test_what_expired_before_the_power_failed_stays_expired() -> None:
    machine = stocked(expiring(PARCEL, 100.0)).wait(1)
    machine.now = NOW + 200.0
    machine.wait(1)
    for _ in range(4):
        machine.now += 301.0
        machine.wait(1)
    machine.now += 5 * HOUR_S
    machine.restart().doors(Door.SHUT)
    assert not machine.told(HoldExtended)


def test_what_expired_or_was_called_back_blocks_no_other_door() -> None:
    machine = stocked(expiring(PARCEL, 100.0), BOBS)
    machine.now += 200.0
    assert machine.tap("bob").unlocked == ["A2"]
    machine.open().shut().touch("finish")
    assert machine.told(ParcelCollected)
    machine.tap("max").touch("clear").open().shut()
    assert "A1" in [space.name for space in machine.point.free()]
    assert not machine.told(ParcelReady)
