"""Stock: what lies in the cabinet for anybody with a card."""

from dataclasses import replace

from kiosk.core.stock import on_offer
from sync.messages import ParcelSent
from sync.things import SentParcel
from tests.kiosk.core.machine import DAY_S, NOW, PARCEL, Machine, item, stocked

TALE = SentParcel("s-1", "", (replace(item("t-1"), author="曹雪芹"),), "S", NOW + 60 * DAY_S)
TRIP = SentParcel("s-2", "", (item("t-2"),), "S", NOW + 60 * DAY_S)


def offered(machine: Machine) -> list[str]:
    return [parcel.id for parcel in on_offer(machine.point, machine.now)]


def test_a_parcel_without_a_patron_is_stock_and_loaded_as_any_other() -> None:
    machine = stocked(TALE, TRIP, PARCEL)
    assert offered(machine) == ["s-1", "s-2"]
    assert not Machine(TALE).tap("max").parcel("s-1").compartment
    machine.recall("s-2")
    assert offered(machine) == ["s-1"]


def test_what_somebody_asks_for_is_stock_no_more() -> None:
    machine = stocked(TALE)
    machine.hear(ParcelSent(replace(TALE, patron="ann")))
    assert offered(machine) == []
    machine.tap("ann").open().shut()
    assert machine.parcel("s-1").state == "collected"


def test_what_is_in_doubt_or_behind_a_door_that_cannot_be_opened_is_not_offered() -> None:
    for what in ("stuck", "silent", "check", "forced"):
        machine = stocked(TALE)
        name = machine.parcel("s-1").compartment
        machine.point = machine.point.put(replace(machine.point.compartments[name], out=what))  # type: ignore[arg-type]
        assert offered(machine) == []
    machine = stocked(replace(TALE, expires=NOW + 60))
    machine.wait(120)
    assert offered(machine) == []
