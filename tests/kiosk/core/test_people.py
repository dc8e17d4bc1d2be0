"""Whom the library names ahead of time, and wants forgotten again."""

from dataclasses import replace
from typing import Any

import pytest

from hardware.readings import Door
from kiosk.core.night import rested
from kiosk.core.session import Step
from sync.account import AccountIs
from sync.asked import AccountOf
from sync.messages import JournalStands, ParcelRecalled, PatronChanged, PatronForgotten, PointTrouble
from sync.things import Patron
from tests.kiosk.core.machine import KEYRING, LIMITS, PARCEL, PEOPLE, Machine, stocked


def collected(machine: Machine) -> Machine:
    return machine.tap("ann").open().shut()


def cleared(machine: Machine) -> Machine:
    machine.recall("p-1").tap("max").touch("clear").open().shut()
    return machine.touch("cancel").touch("later")


@pytest.mark.parametrize("gone", [collected, cleared])
@pytest.mark.parametrize("named", [True, False], ids=["named", "not named in a list of all"])
def test_who_has_something_here_is_forgotten_once_it_has_gone(gone: Any, named: bool) -> None:
    machine = stocked(PARCEL)
    if named:
        machine.hear(PatronForgotten("ann"))
    else:
        machine.hear(*(PatronChanged(one) for one in PEOPLE if one.id != "ann"), snapshot=True)
        machine.point = machine.point.put(replace(machine.parcel(), recalled=False))
    assert "ann" in machine.hear().restart().doors(Door.SHUT).point.patrons
    assert "ann" not in gone(machine).hear().point.patrons
    assert machine.point.counters.to_forget == ()


def test_the_night_forgets_them_too() -> None:
    machine = collected(stocked(PARCEL).hear(PatronForgotten("ann")))
    machine.take(rested(Step(machine.point, machine.session), JournalStands(1, "0" * 64, 1), machine.now))
    assert "ann" not in machine.point.patrons


def test_who_is_named_again_stays() -> None:
    machine = stocked(PARCEL).hear(PatronForgotten("ann")).hear(PatronChanged(PEOPLE[0]))
    assert "ann" in collected(machine).hear().point.patrons
    machine.hear(PatronForgotten("ann"), PatronForgotten("nobody"))
    assert "ann" not in machine.point.patrons
    assert machine.point.counters.to_forget == ()


def test_more_people_than_there_is_room_for_are_a_case_and_those_here_stay() -> None:
    machine = stocked(PARCEL, limits=LIMITS.model_copy(update={"patrons_max": len(PEOPLE)}))
    machine.hear(PatronChanged(Patron("zoe", "Z.")), PatronChanged(replace(PEOPLE[0], initials="A. B.")))
    assert [told.what for told in machine.told(PointTrouble)] == ["patrons_too_many"]
    assert "zoe" not in machine.point.patrons
    assert machine.point.patrons["ann"].initials == "A. B."


def test_a_card_given_to_somebody_else_is_theirs_alone() -> None:
    other = KEYRING.card("0499")
    ann, zoe = replace(PEOPLE[0], cards=(*PEOPLE[0].cards, other)), Patron("zoe", "Z.", cards=PEOPLE[0].cards)
    machine = stocked(PARCEL).hear(
        PatronChanged(ann), PatronForgotten("ann"), ParcelRecalled("p-1"), PatronChanged(zoe)
    )
    assert machine.point.patrons["ann"].cards == (other,)
    machine.touch("more").touch("account").tap("ann")
    assert machine.asks == [AccountOf("zoe")]
    machine.answer(AccountIs()).hear(PatronChanged(zoe))
    assert machine.point.patrons["zoe"] == zoe
