"""A sensor that says open of a shut door: its reader hears that somebody must look first, and who works here can."""

import pytest

from hardware.readings import Door, DoorSeen, Pulse, UnlockEnded
from kiosk.core.facts import DoorOpened, StaffActed
from kiosk.core.screens import Home, Sorry
from kiosk.core.staff_screens import Courier, Inside
from sync.messages import ItemDropped, ParcelCollected, ParcelMissing, ParcelReady, PatronChanged, PointTrouble
from sync.rounds import HoldExtended
from sync.things import Patron
from tests.kiosk.core.machine import CARDS, CODE, DAY_S, KEYRING, PAIR, PARCEL, Machine, qr, stocked

TECHNICIAN = Patron("sue", "S.", role="technician", cards=(KEYRING.card(CARDS["sue"]),))


def lying(machine: Machine | None = None, name: str = "A1") -> Machine:
    """The wire of its sensor has broken."""
    return (machine or stocked(PARCEL)).do(DoorSeen(name, Door.OPEN), after=100.0)


def looks(machine: Machine, pulse: Pulse = Pulse.ACCEPTED) -> Machine:
    """A courier has the door opened."""
    machine.tap("max").touch("check", "A1")
    assert machine.unlocked == ["A1"]
    return machine.do(UnlockEnded("A1", machine.order.id, 1, pulse))


def troubles(machine: Machine) -> list[str]:
    return [one.what for one in machine.told(PointTrouble)]


def test_its_reader_hears_that_somebody_must_look_first() -> None:
    machine = lying()
    for way in (lambda m: m.code(CODE), lambda m: m.show(qr()), lambda m: m.tap("ann")):
        at = way(machine.copy())
        assert (at.screen.reason, at.unlocked) == ("parcel_in_doubt", [])
    assert isinstance(machine.screen, Home)
    assert machine.screen.open_doors == ("A1",)


def test_a_courier_opens_it_and_the_answer_settles_it() -> None:
    machine = looks(lying())
    assert machine.told(DoorOpened)
    assert isinstance(machine.screen, Inside)
    assert (machine.screen.unsensed, machine.screen.titles) == (True, ("Title i-1",))
    machine.touch("yes")
    assert isinstance(machine.screen, Courier)
    assert [told.parcel for told in machine.told(ParcelReady)] == ["p-1"]
    assert troubles(machine) == ["door_forced", "parcel_in_doubt", "sensor_open"]
    assert (machine.out("A1"), machine.point.compartments["A1"].order) == ("forced", None)
    machine.touch("finish").tap("ann")
    assert machine.screen == Sorry("parcel_in_doubt", "", ("return",))


def test_what_is_not_there_is_missing_and_nothing_is_left_to_look_at() -> None:
    machine = looks(lying()).touch("no")
    assert machine.told(ParcelMissing) == [ParcelMissing("p-1", "max")]
    assert machine.screen.to_check == ()  # type: ignore[union-attr]


def test_what_was_unticked_before_the_last_touch_is_not_there() -> None:
    machine = Machine(online=False).scan("x-1").scan("x-2").touch("open").open().shut().touch("finish")
    machine = looks(lying(machine)).touch("absent", "x-1").touch("yes")
    assert isinstance(machine.screen, Courier)
    assert [told.detail for told in machine.told(PointTrouble) if told.what == "drop_missing"] == ["x-1"]
    assert [drop.item.barcode for drop in machine.point.drops_at("A1")] == ["x-2"]


def test_a_mended_sensor_is_looked_behind_once_more_and_the_days_are_given_back() -> None:
    machine = looks(lying()).touch("yes").touch("finish")
    machine.now += 5 * DAY_S
    assert machine.tap("ann").screen.reason == "parcel_in_doubt"  # type: ignore[union-attr]
    machine.touch("finish").do(DoorSeen("A1", Door.SHUT))
    assert machine.out("A1") == "check"
    (told,) = machine.told(HoldExtended)
    assert told.expires - PARCEL.expires >= 5 * DAY_S
    machine.tap("max").touch("check", "A1").open().touch("yes").shut().touch("finish").tap("ann").open().shut()
    assert machine.told(ParcelCollected)


def test_days_are_not_given_back_while_it_only_seems_open_again() -> None:
    machine = lying()
    machine.now += DAY_S
    machine.do(DoorSeen("A1", Door.UNKNOWN), DoorSeen("A1", Door.OPEN)).restart().doors(Door.OPEN)
    assert not machine.told(HoldExtended)
    assert machine.point.compartments["A1"].down_since


def test_nor_while_it_is_and_one_of_its_books_comes_back_through_another_door() -> None:
    machine = lying(stocked(PAIR), "B1").scan("i-2").answer(None).touch("open").open()
    machine.do(DoorSeen(machine.door, Door.SHUT), after=5.0).touch("finish")
    assert [told.item for told in machine.told(ItemDropped)] == ["i-2"]
    machine.now += 5 * DAY_S
    machine.do(DoorSeen("B1", Door.UNKNOWN), DoorSeen("B1", Door.OPEN))
    assert (machine.out("B1"), machine.told(HoldExtended)) == ("forced", [])
    assert "compartment_in_doubt" not in troubles(machine)
    assert machine.do(DoorSeen("B1", Door.SHUT)).out("B1") == "check"
    assert len(machine.told(HoldExtended)) == 1


def test_a_door_that_did_stand_open_and_is_pushed_shut_without_a_word_stays_in_doubt() -> None:
    machine = looks(lying()).do(DoorSeen("A1", Door.SHUT), after=5.0)
    assert (machine.out("A1"), machine.parcel().state) == ("check", "doubt")
    assert machine.screen.to_check == ("A1",)  # type: ignore[union-attr]


@pytest.mark.parametrize("pulse", [Pulse.REFUSED, Pulse.NOT_SENT, Pulse.UNKNOWN])
def test_a_pulse_that_was_not_taken_opens_nothing_and_is_not_repeated(pulse: Pulse) -> None:
    machine = looks(lying(), pulse).wait(5)
    assert not machine.told(DoorOpened)
    assert machine.screen.tries_left == 0  # type: ignore[union-attr]
    assert not machine.touch("again").unlocked
    machine.touch("cancel")
    assert (machine.out("A1"), machine.point.compartments["A1"].order) == ("forced", None)
    assert machine.screen.to_check == ("A1",)  # type: ignore[union-attr]


def test_a_pulse_that_was_taken_and_a_door_that_did_not_open() -> None:
    machine = looks(lying()).touch("cancel")
    assert isinstance(machine.screen, Courier)
    assert troubles(machine)[-1] == "door_stuck"
    assert (machine.parcel().state, machine.out("A1")) == ("doubt", "forced")


@pytest.mark.parametrize("gives_up", [("cancel",), ("again", "cancel"), ()])
def test_one_pushed_shut_while_its_lock_does_not_move_is_looked_behind_later(gives_up: tuple[str, ...]) -> None:
    machine = looks(lying(), Pulse.REFUSED).do(DoorSeen("A1", Door.SHUT), after=3.0)
    for action in gives_up:
        machine.touch(action).wait(10)
    machine.wait(0 if gives_up else 200)  # who touches nothing has walked off
    assert (machine.out("A1"), machine.point.compartments["A1"].order) == ("check", None)
    machine.touch("finish").tap("max").touch("check", "A1").open().touch("yes").shut()
    assert (machine.out("A1"), machine.parcel().state) == ("", "ready")


def test_one_after_another_is_looked_behind() -> None:
    staff = Patron("max", "M.", role="staff", cards=(KEYRING.card(CARDS["max"]),))
    machine = lying(lying(stocked(PARCEL, PAIR)), "B1").hear(PatronChanged(staff)).tap("max")
    assert machine.screen.to_check == ("A1", "B1")  # type: ignore[union-attr]
    machine.touch("desk").touch("audit").do(UnlockEnded("A1", machine.order.id, 1, Pulse.ACCEPTED)).touch("yes")
    assert machine.unlocked == ["B1"]


# ---- the contact chatters -----------------------------------------------------------------------------------------


def chatters(machine: Machine) -> Machine:
    for _ in range(50):
        machine.do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.UNKNOWN), DoorSeen("A1", Door.SHUT))
    return machine


def test_a_contact_that_chatters_is_told_once_until_somebody_has_looked() -> None:
    machine = chatters(chatters(stocked(PARCEL)).restart().doors(Door.SHUT))
    assert troubles(machine) == ["door_forced", "parcel_in_doubt"]
    assert (machine.out("A1"), machine.parcel().state) == ("check", "doubt")
    machine.tap("max").touch("check", "A1").open().touch("yes").shut().touch("finish")
    assert (machine.out("A1"), machine.parcel().state) == ("", "ready")
    assert troubles(chatters(machine)) == ["door_forced", "parcel_in_doubt"] * 2


def test_a_door_that_is_to_be_looked_behind_for_another_reason_is_told_when_it_is_forced() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().restart().doors(Door.SHUT)
    assert (machine.out("A1"), troubles(machine)) == ("check", ["parcel_in_doubt"])
    machine.do(DoorSeen("A1", Door.OPEN))
    assert troubles(machine) == ["parcel_in_doubt", "door_forced"]


# ---- the sensor breaks while the door is in use -------------------------------------------------------------------


def test_what_was_put_in_while_the_sensor_broke_is_not_lost() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().wait(200)
    assert (machine.parcel().state, isinstance(machine.screen, Home)) == ("loading", True)
    looks(machine)
    assert machine.parcel().state == "doubt"
    machine.touch("yes")
    assert (machine.parcel().state, machine.told(ParcelReady)[-1].parcel) == ("ready", "p-1")


def test_a_return_at_which_the_sensor_broke_is_told_once_somebody_has_looked() -> None:
    machine = Machine().touch("return").scan("x-1").answer(None).touch("open").open().wait(200)
    assert not machine.told(ItemDropped)
    looks(machine).touch("yes")
    assert [told.item for told in machine.told(ItemDropped)] == ["x-1"]


def test_who_took_it_has_it_booked_before_somebody_looks() -> None:
    machine = stocked(PAIR).tap("ann").open().wait(61).touch("finish").tap("max")
    assert machine.screen.to_check == ("B1",)  # type: ignore[union-attr]
    assert not machine.told(ParcelCollected)
    machine.touch("check", "B1")
    assert [told.items for told in machine.told(ParcelCollected)] == [("i-2", "i-3")]
    assert machine.unlocked == ["B1"]


def test_a_door_that_was_just_left_open_is_not_looked_behind_yet() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("finish").tap("max")
    assert machine.screen.to_check == ()  # type: ignore[union-attr]
    assert not machine.touch("check", "A1").unlocked


# ---- nobody else --------------------------------------------------------------------------------------------------


def test_the_library_cannot_open_it_from_afar() -> None:
    machine = lying()
    machine.instruct("open", compartment="A1", contents=("p-1",))
    assert not machine.unlocked


def test_a_technician_opens_it_at_the_desk_also_where_nothing_lies() -> None:
    machine = lying(Machine()).hear(PatronChanged(TECHNICIAN)).tap("sue").touch("doors").touch("door", "A1")
    assert machine.screen.can_open  # type: ignore[union-attr]
    machine.touch("open").touch("reason", "repair")
    assert machine.unlocked == ["A1"]
    assert machine.told(StaffActed)[-1].act == "open"
    machine.do(UnlockEnded("A1", machine.order.id, 1, Pulse.ACCEPTED))
    assert (machine.screen.unsensed, machine.screen.titles) == (True, ())  # type: ignore[union-attr]
    machine.touch("yes")
    assert (machine.out("A1"), troubles(machine)[-1]) == ("forced", "sensor_open")


def test_a_door_seen_open_is_never_offered_for_anything_else() -> None:
    machine = lying(Machine(PARCEL, spaces=[("A1", "S")]))
    assert machine.copy().touch("return").screen == Sorry("cabinet_full")
    machine.tap("max").scan("i-1")
    assert not machine.unlocked


def test_power_cut_before_the_answer() -> None:
    machine = looks(lying()).restart().doors(Door.OPEN).wait(100)
    assert machine.tap("max").screen.to_check == ("A1",)  # type: ignore[union-attr]
    order = machine.touch("check", "A1").order
    machine.do(UnlockEnded("A1", order.id, 1, Pulse.ACCEPTED)).touch("yes")
    assert (machine.parcel().state, machine.out("A1")) == ("ready", "forced")
