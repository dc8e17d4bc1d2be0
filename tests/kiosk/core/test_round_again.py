"""A courier's round where something is done twice, or comes amid it: put in again, called back, let in unannounced; and
doors of it over a long cut."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, Door, DoorSeen, Pulse, SealScanned, UnlockEnded
from kiosk.core.events import Online, Receipted, Tick
from kiosk.core.screens import Wait
from kiosk.core.staff_screens import Courier, HandOver
from sync.asked import PatronIs
from sync.messages import (
    ParcelCollected,
    ParcelReady,
    ParcelRemoved,
    ParcelSent,
    PatronChanged,
    PointTrouble,
    Receipt,
    Telling,
)
from sync.rounds import BagHandedOver, BagSealed, ParcelDidNotFit, RoomLeft
from sync.things import Patron
from tests.kiosk.core.machine import DAY_S, KEYRING, NOW, PAIR, PARCEL, SILENT, Machine, item, stocked

SEAL = SealScanned("scanner", "4711")


def screen(machine: Machine) -> Any:
    return machine.screen


def cleared(*items: str) -> Machine:
    """What came back while the library was away is in the courier's bag; one of it was wanted here."""
    machine = Machine(PARCEL, online=False).scan(*items).touch("open").open().shut().touch("finish")
    return machine.do(Online(True)).tap("max").touch("clear").open().shut()


# ---- put in again


def test_what_is_put_in_again_is_in_the_bag_no_more() -> None:
    machine = cleared("i-1", "x-2").touch("cancel").scan("i-1").open().shut()
    machine.touch("bag").do(SEAL)
    assert [told.items for told in machine.told(BagSealed)] == [("x-2",)]


def test_nor_is_the_bag_that_held_nothing_else_to_be_sealed() -> None:
    machine = cleared("i-1").do(SEAL).touch("cancel").scan("i-1").open().shut()
    assert (screen(machine).bag, screen(machine).seal) == (0, "")
    assert machine.touch("finish").told(RoomLeft)


def test_nor_a_parcel_where_the_library_announces_nothing() -> None:
    machine = Machine(library=SILENT, online=False).tap("max").scan("i-1").open().shut()
    told = machine.told(ParcelReady)[0]
    machine.do(Receipted(Telling("k", 1, NOW, told), Receipt("k", "applied")))
    machine.touch("clear").open().shut().touch("cancel").scan("i-1").open().shut()
    assert screen(machine).bag == 0


# ---- called back


def test_what_is_called_back_while_it_is_scanned_is_in_the_bag() -> None:
    machine = Machine(PAIR).tap("max").scan("i-2").recall("p-2").scan("i-3")
    assert (machine.told(ParcelRemoved), screen(machine).bag) == ([ParcelRemoved("p-2", "max")], 1)


@pytest.mark.parametrize("how", ["cancel", "does_not_fit"])
def test_so_it_is_at_its_door(how: str) -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().recall("p-1").touch(how).shut()
    assert screen(machine).notice == "recalled"
    assert (machine.told(ParcelRemoved), screen(machine).bag) == ([ParcelRemoved("p-1", "max")], 1)


def test_and_at_one_that_did_not_open() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").do(DoorSeen("A1", Door.SHUT))
    machine.do(UnlockEnded("A1", machine.order.id, 1, Pulse.REFUSED)).recall("p-1").wait(6).touch("other_door")
    assert (machine.told(ParcelRemoved), screen(machine).bag) == ([ParcelRemoved("p-1", "max")], 1)


# ---- the bag


def unannounced() -> Machine:
    """A courier of whom only the library knew has a sealed bag in hand."""
    machine = stocked(PARCEL).recall("p-1").do(CardShown("card", SecretStr("0888")))
    machine.answer(PatronIs(Patron("tec", "T.", role="courier", cards=(KEYRING.card("0888"),))))
    return machine.touch("clear").open().shut().do(SEAL)


def test_a_courier_let_in_unannounced_takes_their_bag() -> None:
    assert unannounced().do(CardShown("card", SecretStr("0888"))).told(BagHandedOver)


def test_their_code_begins_no_round_without_the_library_also_where_something_waits_for_them() -> None:
    tec = Patron("tec", "T.", role="courier", cards=(KEYRING.card("0888"),), code=KEYRING.code("11112222"))
    machine = stocked(replace(PARCEL, patron="tec")).do(CardShown("card", SecretStr("0888"))).answer(PatronIs(tec))
    assert isinstance(machine.screen, Courier)
    assert not isinstance(machine.touch("finish").code("11112222").screen, Courier)


def test_nobody_elses_card_does() -> None:
    machine = unannounced().do(CardShown("card", SecretStr("0999")))
    assert not machine.told(BagHandedOver)
    assert screen(machine).stranger


def test_where_codes_are_closed_for_the_day_none_is_asked_for() -> None:
    tom = Patron("tom", "T.", role="courier", code=KEYRING.code("11112222"))
    machine = stocked(PARCEL).hear(PatronChanged(tom)).recall("p-1").code("11112222")
    machine.touch("clear").open().shut().do(SEAL)
    assert isinstance(machine.screen, HandOver)
    assert machine.screen.code
    for digit in "99999999" * 10:
        machine.touch("digit", digit)
        if screen(machine).digits == 8:
            machine.touch("enter")
    assert not screen(machine).code


# ---- doors


def test_a_jammed_door_is_not_one_that_is_too_small() -> None:
    machine = Machine(replace(PARCEL, size="L")).tap("max").scan("i-1").wait(6).touch("other_door")
    assert (screen(machine).notice, machine.told(ParcelDidNotFit)) == ("no_room", [])


@pytest.mark.parametrize("back", ["shut", "open"])
def test_behind_another_door_with_what_waits_for_a_board_that_is_gone_since_a_cut(back: str) -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").restart()
    machine.do(*(DoorSeen(n, Door.SHUT) for n in machine.point.compartments if n != "A1")).wait(3600)
    assert machine.tap("max").scan("i-1").unlocked == ["A2"]
    machine.open().shut()
    machine.do(*[DoorSeen("A1", Door.OPEN)] * (back == "open"), DoorSeen("A1", Door.SHUT), after=5.0).wait(2)
    assert (machine.out("A1"), machine.point.compartments["A1"].order, machine.parcel().state) == (
        "check",
        None,
        "ready",
    )


def test_also_when_it_is_back_after_the_parcel_is_forgotten() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").restart()
    machine.do(*(DoorSeen(n, Door.SHUT) for n in machine.point.compartments if n != "A1")).wait(3600)
    machine.tap("max").scan("i-1").open().shut().touch("finish").tap("ann").open().shut().touch("finish")
    told = machine.told(ParcelCollected)[0]
    machine.do(Receipted(Telling("k", 1, NOW, told), Receipt("k", "applied"))).now += 30 * DAY_S
    machine.hear(ParcelSent(replace(PARCEL, id="p-9", items=(item("i-9"),))))
    assert "p-1" not in machine.point.parcels
    machine.do(DoorSeen("A1", Door.SHUT), after=5.0).wait(2)
    assert machine.out("A1") == "check"


def left_open(machine: Machine) -> list[str]:
    return [told.what for told in machine.told(PointTrouble)]


def test_a_door_left_open_over_a_long_cut_is_told() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open()
    machine.now += 600.0
    machine.restart()
    machine.do(*(DoorSeen(n, Door.OPEN if n == "A1" else Door.SHUT) for n in machine.point.compartments)).wait(300)
    assert "door_left_open" in left_open(machine)
    assert screen(machine.tap("max")).to_check == ("A1",)


def test_so_it_is_when_the_disk_held_up_the_time() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open().do(Tick(), after=120.0).wait(300)
    assert left_open(machine) == ["door_left_open"]


def test_a_readers_is_told_beside_the_loan() -> None:
    machine = stocked(PARCEL).tap("ann").open()
    machine.now += 600.0
    machine.restart().do(*(DoorSeen(n, Door.OPEN if n == "A1" else Door.SHUT) for n in machine.point.compartments))
    assert machine.wait(100).told(ParcelCollected)
    assert left_open(machine) == ["door_left_open"]


def test_one_whose_sensor_broke_meanwhile_can_be_opened_by_whoever_works_here() -> None:
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.OPEN), after=100.0).tap("max").touch("check", "A1")
    machine.do(UnlockEnded("A1", machine.order.id, 1, Pulse.ACCEPTED)).now += 600.0
    machine.restart().doors(Door.OPEN).wait(100)
    for _ in range(3):
        machine.now += DAY_S
        machine.wait(100)
    assert screen(machine.tap("max")).to_check == ("A1",)


def test_what_is_laid_down_while_an_item_is_asked_about_prolongs_no_wait() -> None:
    machine = Machine(library=SILENT, pads=frozenset({"pad"})).tap("max").lay("x-1")
    machine.do(Tick(), after=2.0).lay("x-1", "x-2", "x-3").wait(6)
    assert not isinstance(machine.screen, Wait)
