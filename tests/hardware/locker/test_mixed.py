"""Boards of different families on one pair of wires, and several buses in one point, on real ports."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hardware import registry
from hardware.locker import shuoming, waveshare, wkly
from hardware.locker.bank import Bank
from hardware.readings import Door, Pulse
from hardware.serialport import open_port
from simulators import shuoming as shuoming_twin
from simulators import waveshare as waveshare_twin
from simulators import wkly as wkly_twin
from simulators.cabinet import Cabinet
from simulators.line import Fault, Line
from simulators.serve import serve_pty, serve_tcp
from simulators.wired import Together

SETTINGS: dict[str, Any] = {
    "shuoming": shuoming.Settings(address=1, channels=2),
    "wkly": wkly.Settings(address=2, channels=2),
    "waveshare": waveshare.Settings(address=3, channels=2),
}
TWINS: dict[str, Any] = {"shuoming": shuoming_twin, "wkly": wkly_twin, "waveshare": waveshare_twin}
DOORS = {name: [f"{name} 1", f"{name} 2"] for name in SETTINGS}


class Shared:
    """One bus with a board of each family."""

    def __init__(self, stack: ExitStack, kind: str, folder: Path) -> None:
        self.cabinet = Cabinet([door for doors in DOORS.values() for door in doors])
        self.buses = {
            name: TWINS[name].bus([(one, dict(enumerate(DOORS[name], 1)))], self.cabinet, 0.1)
            for name, one in SETTINGS.items()
        }
        self.line = Line(Together(list(self.buses.values())))
        wire = serve_pty(self.line, folder / "bus", 9600) if kind == "pty" else serve_tcp(self.line, baud=9600)
        stack.enter_context(wire)
        transport = open_port(wire.port, 9600)
        stack.callback(transport.close)
        boards = {name: registry.find("kiosk.board", name).connect(one, transport) for name, one in SETTINGS.items()}
        self.bank = Bank({door: (boards[name], n) for name, doors in DOORS.items() for n, door in enumerate(doors, 1)})
        self.all_shut = dict.fromkeys(self.cabinet.names, Door.SHUT)


@pytest.fixture(params=["pty", "socket"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    with ExitStack() as stack:
        yield Shared(stack, request.param, tmp_path)


def test_each_family_opens_its_own_door_only(shared: Shared) -> None:
    assert shared.bank.doors() == shared.all_shut
    for name in SETTINGS:
        assert shared.bank.unlock(f"{name} 2") is Pulse.ACCEPTED
        assert shared.bank.doors() == shared.all_shut | {f"{name} 2": Door.OPEN}
        shared.cabinet.push(f"{name} 2")


@pytest.mark.parametrize("dead", SETTINGS)
def test_a_dead_board_leaves_those_of_other_families_working(shared: Shared, dead: str) -> None:
    shared.buses[dead].missing.add(SETTINGS[dead].address)
    assert shared.bank.doors() == shared.all_shut | dict.fromkeys(DOORS[dead], Door.UNKNOWN)
    for name in SETTINGS:
        if name != dead:
            assert shared.bank.unlock(f"{name} 1") is Pulse.ACCEPTED
            assert shared.cabinet.door(f"{name} 1") is Door.OPEN


def test_a_late_reply_of_one_family_answers_no_other(shared: Shared) -> None:
    assert shared.bank.doors() == shared.all_shut
    shared.line.disturb(Fault.LATE)
    shared.cabinet.pulse("wkly 1")
    for _ in range(3):
        for door, seen in shared.bank.doors().items():
            assert seen in (Door.UNKNOWN, shared.cabinet.door(door))


def test_a_door_opens_though_its_switch_lies(shared: Shared) -> None:
    for name in SETTINGS:
        shared.cabinet.stick(f"{name} 1", Door.SHUT)
        assert shared.bank.unlock(f"{name} 1") is Pulse.ACCEPTED
        assert shared.cabinet.door(f"{name} 1") is Door.OPEN
    assert shared.bank.doors() == shared.all_shut


def test_two_buses_of_one_point_know_nothing_of_each_other(tmp_path: Path) -> None:
    with ExitStack() as stack:
        (tmp_path / "a").mkdir()
        one, other = Shared(stack, "pty", tmp_path / "a"), Shared(stack, "socket", tmp_path)
        one.buses["wkly"].missing.add(2)
        assert one.bank.unlock("shuoming 1") is Pulse.ACCEPTED
        assert other.bank.unlock("wkly 1") is Pulse.ACCEPTED
        assert other.bank.doors() == other.all_shut | {"wkly 1": Door.OPEN}
        assert one.cabinet.door("wkly 1") is Door.SHUT
