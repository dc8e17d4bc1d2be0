"""The first screens are told what this machine can do now, so that they promise nothing else."""

import pytest

from hardware.readings import DeviceDown, DeviceUp
from kiosk.core.events import Online
from kiosk.core.limits import Limits
from kiosk.core.screens import Collect, Home, Screen
from sync.service import Abilities
from tests.kiosk.core.machine import PARCEL, SILENT, Machine, stocked


def home(machine: Machine) -> Home:
    assert isinstance(machine.screen, Home)
    return machine.screen


@pytest.mark.parametrize(("library", "codes"), [(Abilities(), True), (SILENT, False)])
def test_they_know_whether_there_are_codes_and_whether_a_card_can_be_read(library: Abilities, codes: bool) -> None:
    machine = Machine(library=library).do(DeviceUp("card"))
    assert (home(machine).cards, home(machine).codes) == (True, codes)
    machine.do(DeviceDown("card", "gone"))
    assert (home(machine).cards, home(machine).codes) == (False, codes)
    said: Screen = machine.touch("collect").screen
    assert isinstance(said, Collect)
    assert (said.cards, said.cards_only) == (False, not codes)


def test_they_know_when_lending_while_the_library_is_away_is_used_up() -> None:
    machine = stocked(PARCEL, limits=Limits(away_lending_h=2)).do(Online(False))
    assert home(machine).lends
    machine.now += 2 * 3600
    assert not home(machine).lends
    assert home(machine.do(Online(True))).lends
