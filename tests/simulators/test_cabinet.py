"""The cabinet behaves as one in a room does."""

import threading
import time

import pytest

from hardware.readings import Door
from simulators.cabinet import Cabinet, DoorIsShut, Moved, NothingThere


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cabinet(clock):
    return Cabinet(["A1", "A2"], clock)


def test_nobody_reaches_through_a_shut_door(cabinet):
    with pytest.raises(DoorIsShut):
        cabinet.put_in("A1", "item")
    with pytest.raises(DoorIsShut):
        cabinet.take_out("A1")
    cabinet.pulse("A1")
    cabinet.put_in("A1", "item")
    cabinet.push("A1")
    with pytest.raises(DoorIsShut):
        cabinet.take_out("A1", "item")
    assert cabinet.inside("A1") == ("item",)


def test_what_is_put_in_can_be_taken_out_once(cabinet):
    cabinet.pulse("A1")
    for item in ("one", "two", "three"):
        cabinet.put_in("A1", item)
    assert cabinet.take_out("A1", "two") == "two"
    assert cabinet.take_out("A1") == "three"
    with pytest.raises(NothingThere):
        cabinet.take_out("A1", "two")
    assert cabinet.take_out("A1") == "one"
    with pytest.raises(NothingThere):
        cabinet.take_out("A1")
    assert cabinet.inside("A2") == ()


def test_every_move_is_noted_with_its_time(cabinet, clock):
    cabinet.pulse("A1")
    cabinet.pulse("A1")  # it is open already
    clock.now = 3
    cabinet.push("A1")
    cabinet.push("A1")
    assert cabinet.moves == (Moved(0, "A1", Door.OPEN), Moved(3, "A1", Door.SHUT))


def test_a_jammed_door_stays_shut_until_it_is_mended(cabinet):
    cabinet.jam("A1")
    cabinet.pulse("A1")
    assert cabinet.door("A1") is Door.SHUT
    cabinet.mend("A1")
    assert cabinet.door("A1") is Door.SHUT
    cabinet.pulse("A1")
    assert cabinet.door("A1") is Door.OPEN


def test_a_slow_door_opens_later(cabinet, clock):
    cabinet.slow("A1", 5)
    cabinet.pulse("A1")
    clock.now = 4.9
    assert cabinet.door("A1") is Door.SHUT
    clock.now = 9
    assert cabinet.door("A1") is Door.OPEN
    assert cabinet.moves == (Moved(5, "A1", Door.OPEN),)


@pytest.mark.parametrize("closes_when", [Door.SHUT, Door.OPEN])
def test_the_switch_follows_the_door_unless_it_is_broken(cabinet, closes_when):
    def contact():
        return cabinet.switch("A1", closes_when)

    assert contact() is (closes_when is Door.SHUT)
    cabinet.pulse("A1")
    assert contact() is (closes_when is Door.OPEN)
    cabinet.stick("A1", Door.SHUT)
    assert contact() is (closes_when is Door.SHUT)
    assert cabinet.door("A1") is Door.OPEN
    cabinet.cut("A1")
    assert contact() is False
    cabinet.mend("A1")
    assert contact() is (closes_when is Door.OPEN)


def test_a_lock_and_its_sensor_recover_after_so_many_times(cabinet, clock):
    cabinet.jam("A1", 2)
    assert cabinet.faults("A1")["left"] == {"jammed": 2}
    for door in (Door.SHUT, Door.SHUT, Door.OPEN):
        cabinet.pulse("A1")
        assert cabinet.door("A1") is door
    assert not cabinet.faults("A1")["jammed"]
    cabinet.push("A1")
    cabinet.slow("A1", 5, 1)
    cabinet.pulse("A1")
    assert cabinet.door("A1") is Door.SHUT
    clock.now += 5
    assert cabinet.door("A1") is Door.OPEN
    assert cabinet.faults("A1")["slow_s"] == 0
    cabinet.push("A1")
    cabinet.stick("A1", Door.SHUT, 2)
    seen = []
    for move in (cabinet.pulse, cabinet.push, cabinet.pulse):
        move("A1")
        seen.append(cabinet.switch("A1", Door.SHUT))
    assert seen == [True, True, False]  # open, shut, and the next opening is seen
    assert cabinet.faults("A1") == {**cabinet.faults("A2"), "left": {}}


def test_a_bouncing_switch_chatters_only_so_often_and_only_for_a_while(cabinet, clock):
    cabinet.bounce("A1", 1)
    cabinet.pulse("A1")
    heard = []
    for _ in range(20):
        heard.append(cabinet.switch("A1", Door.OPEN))
        clock.now += 0.035
    assert {*heard[:14]} == {True, False}
    assert heard[15:] == [True] * 5
    cabinet.push("A1")
    assert [cabinet.switch("A1", Door.SHUT) for _ in range(10)] == [True] * 10


def test_somebody_waits_for_a_door():
    cabinet = Cabinet(["A1"])
    assert not cabinet.wait_until("A1", Door.OPEN, 0.02)
    cabinet.slow("A1", 0.05)
    threading.Timer(0.05, cabinet.pulse, ["A1"]).start()
    assert cabinet.wait_until("A1", Door.OPEN, 5)
    threading.Timer(0.05, cabinet.push, ["A1"]).start()
    assert cabinet.wait_until("A1", Door.SHUT, 5)


def test_many_hands_lose_nothing():
    cabinet = Cabinet(["A1"])
    cabinet.pulse("A1")

    def hand(n):
        for i in range(200):
            cabinet.put_in("A1", f"{n}-{i}")
            if i % 2:
                cabinet.take_out("A1", f"{n}-{i}")
            time.sleep(0)

    hands = [threading.Thread(target=hand, args=(n,)) for n in range(4)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert sorted(cabinet.inside("A1")) == sorted(f"{n}-{i}" for n in range(4) for i in range(0, 200, 2))
