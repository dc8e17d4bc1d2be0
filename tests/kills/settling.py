"""After all the kills: a courier looks behind every door in doubt, and waits until the library has heard it all."""

import time

from hardware.readings import Door
from kiosk.config import load
from kiosk.reading import read_point, read_waiting
from simulators.cabinet import Cabinet
from simulators.kiosk_process import KioskProcess, NotShown, Seen
from simulators.machine import Machine


def settle(machine: Machine, kiosk: KioskProcess) -> None:
    """Push doors shut, look behind those in doubt, say what is there; then wait for the last telling. At most 6 min."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        for name in machine.cabinet.names:
            if machine.cabinet.door(name) is Door.OPEN:
                machine.cabinet.push(name)
        kiosk.wait_until(lambda s: s["screen"] == "Home" and not s["open_doors"], "Home, all shut", 60)
        machine.tap_and_lift("C2001")
        kiosk.wait_for("Courier", 60)
        try:  # which doors are in doubt stands there once the board has answered
            seen = kiosk.wait_until(lambda s: s["screen"] == "Courier" and s["to_check"], "a door in doubt", 10)
        except NotShown:
            kiosk.touch("finish")
            break
        _look_behind(machine, kiosk, seen["to_check"][0])
    _heard(machine)


def answer(cabinet: Cabinet, kiosk: KioskProcess, seen: Seen) -> None:
    """Say what lies behind the open door; what nobody expects there comes out into the courier's hands."""
    lies = cabinet.inside(seen["compartment"])
    if seen["titles"] or seen["things"]:
        heard(kiosk, "yes" if lies else "no")
        return
    for item in lies:
        cabinet.take_out(seen["compartment"], item)


def heard(kiosk: KioskProcess, action: str) -> bool:
    """Touch it, and wait until the screen shows that it was heard, or 3 s."""
    kiosk.touch(action)
    try:
        kiosk.wait_until(lambda seen: bool(seen.get("said")), "that it was heard", 3)
    except NotShown:
        return False
    return True


def _look_behind(machine: Machine, kiosk: KioskProcess, door: str) -> None:
    kiosk.touch("check", door)
    seen = kiosk.wait_until(lambda s: s["screen"] in ("Inside", "DoorStuck"), "a door to look behind", 60)
    if seen["screen"] == "DoorStuck":
        kiosk.touch("cancel")
        seen = kiosk.wait_until(lambda s: s["screen"] in ("Inside", "Courier"), "whether it opened after all", 60)
    if seen["screen"] == "Inside":
        answer(machine.cabinet, kiosk, seen)
        machine.cabinet.push(door)
        kiosk.wait_for("Courier", 60)
        kiosk.touch("finish")


def _heard(machine: Machine) -> None:
    config = load(machine.config)
    until = time.monotonic() + 120
    while left := len(read_waiting(config.store, config.plan())):
        assert time.monotonic() < until, f"{left} tellings have not been heard within two minutes"
        time.sleep(0.2)


def cases(machine: Machine) -> set[str]:
    """The items about which staff are asked: machine and library disagree, or somebody did not find them."""
    config = load(machine.config)
    point = read_point(config.store, config.plan())
    missing = (item.barcode for parcel in point.parcels.values() if parcel.state == "missing" for item in parcel.items)
    return {*(thing for case in point.cases.values() for thing in case.things), *missing}
