"""Words of the library that come amid something, and who is known here without having been announced."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, Door, IsbnScanned
from kiosk.core.events import Receipted
from kiosk.core.screens import Sorry
from sync.asked import PatronIs
from sync.messages import ParcelRemoved, ParcelSent, PatronChanged, Receipt, Telling
from sync.rounds import HoldExtended
from sync.things import Patron
from tests.kiosk.core.machine import (
    DAY_S,
    ISBN,
    KEYRING,
    NOW,
    PAIR,
    PARCEL,
    PEOPLE,
    SILENT,
    Machine,
    expiring,
    item,
    stocked,
)

BLOCKED = replace(PEOPLE[0], standing="blocked", reason="fee")
OTHER = replace(PARCEL, items=(item("i-9"),), expires=NOW + 3600.0)


def screen(machine: Machine) -> Any:
    return machine.screen


def without_ann() -> Machine:
    """Her parcel lies here, and she was never announced."""
    machine = stocked(PARCEL)
    machine.point = machine.point.drop(machine.point.patrons["ann"])
    return machine


def held_for_longer(parcel: Any = PARCEL, by: float = 3600.0) -> tuple[Machine, HoldExtended]:
    """After two days without power; the library has not heard so yet."""
    machine = stocked(expiring(parcel, by)).wait(1)
    machine.now += 2 * DAY_S
    (told,) = machine.restart().doors(Door.SHUT).told(HoldExtended)
    return machine, told


def applied(machine: Machine, told: Any) -> Machine:
    return machine.do(Receipted(Telling("k", 1, machine.now, told), Receipt("k", "applied")))


def moving(role: Any, machine: Machine) -> Machine:
    machine.hear(PatronChanged(Patron("sue", "S.", role=role, cards=(KEYRING.card("04D4"),)))).tap("sue")
    return machine.touch("desk").touch("doors").touch("door", "A1").touch("move").open()


# ---- who was not announced


def test_who_was_blocked_and_never_announced_is_asked_about_each_time() -> None:
    machine = without_ann().tap("ann").answer(PatronIs(BLOCKED))
    assert isinstance(machine.screen, Sorry)
    for _ in range(2):
        assert machine.wait(60).tap("ann").asks
        machine.answer(PatronIs(BLOCKED))
    machine.wait(60).tap("ann")
    assert machine.answer(PatronIs(PEOPLE[0])).unlocked  # the fee is paid


def test_and_is_forgotten_once_nothing_of_theirs_lies_here() -> None:
    machine = without_ann().tap("ann").answer(PatronIs(PEOPLE[0])).open().shut().touch("finish").hear()
    assert "ann" not in machine.point.patrons


@pytest.mark.parametrize("change", [{"standing": "blocked"}, {"role": "reader"}])
def test_a_courier_let_in_unannounced_who_is_blocked_opens_no_further_door(change: Any) -> None:
    tec = Patron("tec", "T.", role="courier", cards=(KEYRING.card("0888"),))
    machine = stocked(PARCEL).recall("p-1").do(CardShown("card", SecretStr("0888"))).answer(PatronIs(tec))
    machine.hear(PatronChanged(replace(tec, **change)))
    assert not machine.touch("clear").unlocked


@pytest.mark.parametrize("how", ["touch", "scan"])
def test_a_return_is_nobodys_whose_initials_nobody_sees(how: str) -> None:
    machine = Machine(library=SILENT).tap("ann").answer(PatronIs(BLOCKED))
    assert isinstance(machine.screen, Sorry)
    machine = machine.touch("return") if how == "touch" else machine
    machine.do(IsbnScanned("scanner", ISBN))
    assert machine.asks == []
    assert screen(machine).notice == "isbn_needs_card"


# ---- held for longer, and other items


def test_that_it_is_held_for_longer_was_heard_while_a_courier_was_to_look() -> None:
    machine, told = held_for_longer()
    applied(machine.hear(ParcelSent(OTHER)), told)
    machine.tap("max").touch("check", "A1").open().touch("yes").shut().touch("finish")
    sooner = replace(OTHER, expires=machine.now + 60.0)
    assert machine.hear(ParcelSent(sooner)).parcel().expires == sooner.expires


def test_before_it_was_heard_its_reader_loses_no_time_by_another_door() -> None:
    machine, told = held_for_longer()
    machine.hear(ParcelSent(OTHER)).tap("max").scan("i-9").open().shut().touch("finish")
    assert machine.hear(ParcelSent(OTHER)).parcel().expires == told.expires


def test_what_was_taken_out_to_be_moved_before_it_was_heard_can_come_again() -> None:
    machine, told = held_for_longer(by=9 * DAY_S)
    applied(moving("staff", machine).wait(62).shut(), told)
    assert machine.parcel().compartment == ""
    assert machine.hear(ParcelSent(expiring(PARCEL, 12 * DAY_S))).parcel().state == "sent"


# ---- called back, or no longer expected


def test_what_staff_take_out_to_move_and_is_called_back_is_in_their_bag() -> None:
    machine = moving("staff", stocked(PARCEL)).recall("p-1").shut()
    assert (screen(machine).notice, screen(machine).bag) == ("recalled", 1)
    assert machine.told(ParcelRemoved) == [ParcelRemoved("p-1", "sue")]


def test_what_went_into_the_bag_is_not_said_to_lie_behind_its_door() -> None:
    machine = stocked(PARCEL).forced().tap("max").recall("p-1").scan("i-1")
    assert machine.told(ParcelRemoved)
    assert (screen(machine).notice, screen(machine).where) == ("recalled", "")


def test_after_half_a_parcel_that_is_expected_no_more_the_next_one_is_known() -> None:
    machine = Machine(PAIR, PARCEL).tap("max").scan("i-2")
    machine.hear(*(PatronChanged(one) for one in PEOPLE), ParcelSent(PARCEL), snapshot=True)
    assert machine.scan("i-1").unlocked


def test_nor_by_a_cut_before_a_courier_has_looked() -> None:
    machine = stocked(expiring(PARCEL, 3600.0)).hear(ParcelSent(OTHER)).wait(1)
    machine.now += 2 * DAY_S
    machine.restart().doors(Door.SHUT).tap("max").touch("check", "A1").open().touch("yes").shut().touch("finish")
    assert machine.tap("ann").unlocked
