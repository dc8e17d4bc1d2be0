"""A word about a parcel that is older than what its reader did here."""

from dataclasses import replace

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.events import Heard, Online, Receipted
from kiosk.core.limits import DAY_S
from sync.messages import (
    Page,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRecalled,
    ParcelRemoved,
    ParcelSent,
    PatronChanged,
    Receipt,
    Telling,
)
from sync.rounds import HoldExtended
from tests.kiosk.core.machine import BOBS, NOW, PAIR, PARCEL, PEOPLE, Machine, expiring, stocked


def test_what_was_taken_of_a_parcel_is_not_put_back_by_a_library_that_has_not_heard_of_it() -> None:
    machine = stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-3").touch("stay_here").shut()
    assert machine.told(ParcelCollected)[0].items == ("i-2",)
    machine.do(Heard(Page((ParcelSent(PAIR),), "later", machine.now)))
    assert [item.barcode for item in machine.parcel("p-2").items] == ["i-3"]


@pytest.mark.parametrize("how", ["removed", "missing"])
def test_what_has_gone_is_not_brought_back_by_a_list_that_is_older(how: str) -> None:
    """Weeks without the library: its next list was written before it heard that a courier took the parcel out."""
    machine = stocked(PARCEL).hear(ParcelRecalled("p-1")).do(Online(False)).tap("max").touch("clear").open()
    (machine.touch("no") if how == "missing" else machine).shut()
    assert machine.parcel().state == how
    machine.now += 40 * DAY_S
    machine.do(Online(True)).hear(ParcelSent(PARCEL), *(PatronChanged(one) for one in PEOPLE), snapshot=True)
    assert machine.parcel().state == how
    (told,) = machine.told(ParcelRemoved) or machine.told(ParcelMissing)
    machine.do(Receipted(Telling("k", 1, machine.now, told), Receipt("k", "applied")))
    assert ("p-1" in machine.hear().point.parcels) == (how == "removed")  # what it said before may come after that
    machine.now += 8 * DAY_S
    assert "p-1" not in machine.hear().point.parcels


@pytest.mark.parametrize("snapshot", [True, False])
def test_time_given_back_is_not_taken_again_by_a_library_that_has_not_heard_of_it(snapshot: bool) -> None:
    sent = expiring(PARCEL, 3600.0)
    machine = stocked(sent).wait(1)
    machine.now += 2 * DAY_S
    machine.restart().doors(Door.SHUT)
    (told,) = machine.told(HoldExtended)
    machine.hear(ParcelSent(sent), *(PatronChanged(one) for one in PEOPLE), snapshot=snapshot)
    assert machine.parcel().expires == told.expires
    assert machine.copy().hear(ParcelSent(expiring(PARCEL, 9 * DAY_S))).parcel().expires == NOW + 9 * DAY_S
    anothers = machine.copy().hear(ParcelSent(replace(sent, patron="bob")))
    assert anothers.parcel().expires == sent.expires
    machine.do(Receipted(Telling("k", 1, machine.now, told), Receipt("k", "applied")))
    assert machine.hear(ParcelSent(sent)).parcel().expires == sent.expires  # now the library knows, and says so


def test_of_two_parcels_that_name_a_book_it_goes_into_the_one_announced_last() -> None:
    machine = Machine(PARCEL)
    machine.now += 3600
    machine.hear(ParcelSent(replace(BOBS, items=PARCEL.items))).tap("max").scan("i-1")
    assert [row.order.about for row in machine.point.compartments.values() if row.order] == ["p-3"]


def missing(*, heard: bool) -> Machine:
    """Its reader's parcel was not behind its door when a courier looked."""
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))
    machine.tap("max").touch("check", "A1").open().touch("no").shut().touch("finish")
    assert (machine.parcel().state, machine.parcel().compartment) == ("missing", "")
    (told,) = machine.told(ParcelMissing)
    return machine.do(Receipted(Telling("k", 1, machine.now, told), Receipt("k", "applied"))) if heard else machine


def test_what_was_missing_and_is_announced_again_is_expected_again() -> None:
    machine = missing(heard=True).hear(ParcelRecalled("p-1"))
    machine.now += 6 * DAY_S
    machine.hear(ParcelSent(replace(PARCEL, expires=machine.now + 7 * DAY_S)))
    row = machine.parcel()
    assert (row.state, row.recalled, row.changed_at) == ("sent", False, machine.now)
    machine.now += 1.2 * DAY_S  # a week after it was not found
    machine.hear().tap("max").scan("i-1").open().shut()
    assert [told.parcel for told in machine.told(ParcelReady)] == ["p-1"]
    assert machine.parcel().state == "ready"


def test_not_before_the_library_has_heard_that_it_was() -> None:
    assert missing(heard=False).hear(ParcelSent(PARCEL)).parcel().state == "missing"


def test_nor_while_nobody_has_looked_behind_its_door() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("not_here").shut().touch("finish")
    (told,) = machine.told(ParcelMissing)
    machine.do(Receipted(Telling("k", 1, machine.now, told), Receipt("k", "applied"))).hear(ParcelSent(PARCEL))
    assert (machine.parcel().state, machine.parcel().compartment) == ("missing", "A1")
