"""What the library packs anew: a parcel with the books of another, one that was taken in part, found, or called back
amid something; and receipts that come after newer words."""

from dataclasses import replace
from typing import Any

import pytest

from hardware.readings import Door
from kiosk.core.events import Receipted, Tick
from sync.asked import ItemIs
from sync.messages import (
    ItemDropped,
    ItemsCleared,
    ParcelCollected,
    ParcelMissing,
    ParcelReady,
    ParcelRemoved,
    ParcelSent,
    PatronChanged,
    Receipt,
    Telling,
)
from sync.rounds import HoldExtended
from sync.things import Patron, SentParcel
from tests.kiosk.core.machine import (
    BOBS,
    DAY_S,
    KEYRING,
    NOW,
    ONE,
    PAIR,
    PARCEL,
    THREE,
    TWO,
    Machine,
    expiring,
    item,
    stocked,
)

NINE = item("i-9")


def receipt(machine: Machine, told: Any, **says: Any) -> Machine:
    status = says.pop("status", "applied")
    return machine.do(Receipted(Telling("k", 1, machine.now, told), Receipt("k", status, "", **says)))


def in_doubt(parcel: SentParcel = PARCEL) -> Machine:
    """Its door was forced, and a courier has tapped their card."""
    return stocked(parcel).forced().tap("max")


def not_found() -> Machine:
    return in_doubt().touch("check", "A1").open().touch("no").shut()


def taken_in_part() -> Machine:
    return stocked(PAIR).tap("ann").open().touch("some").touch("item", "i-3").touch("stay_here").shut()


def test_a_book_found_goes_into_the_parcel_that_names_it_now() -> None:
    machine = not_found().touch("finish").hear(ParcelSent(BOBS))
    receipt(machine, machine.told(ParcelMissing)[0]).now += 3600.0
    machine.hear(ParcelSent(replace(BOBS, items=(*BOBS.items, ONE)))).tap("max").scan("i-1")
    assert not machine.unlocked
    machine.scan("i-4").open().shut()
    assert [told.parcel for told in machine.told(ParcelReady)] == ["p-3"]


def test_what_was_taken_is_lent_once_whatever_is_named_of_the_rest() -> None:
    machine = taken_in_part().hear(ParcelSent(replace(PAIR, items=(TWO,)))).touch("finish").tap("ann").open().shut()
    assert [told.items for told in machine.told(ParcelCollected)] == [("i-2",), ("i-3",)]


@pytest.mark.parametrize(("later", "items"), [(60.0, ["i-3"]), (DAY_S, ["i-2", "i-3"])])
def test_what_was_taken_comes_back_with_it(later: float, items: list[str]) -> None:
    """Unless that was written before the library heard of the loan."""
    machine = taken_in_part()
    receipt(machine, machine.told(ParcelCollected)[0]).now += later
    assert [one.barcode for one in machine.hear(ParcelSent(PAIR)).parcel("p-2").items] == items


def test_what_was_scanned_behind_its_door_and_is_named_now_has_not_come_back() -> None:
    machine = in_doubt().touch("check", "A1").open().scan("i-9")
    machine.hear(ParcelSent(replace(PARCEL, items=(ONE, NINE)))).touch("yes").shut()
    assert (machine.told(ItemDropped), machine.told(ItemsCleared)) == ([], [])
    assert [told.items for told in machine.told(ParcelReady)] == [("i-1", "i-9")]


def test_the_code_of_a_parcel_that_was_anothers_by_then_opens_their_own() -> None:
    machine = stocked(PARCEL, replace(BOBS, id="p-5", items=(item("i-5"),))).tap("ann").open()
    machine.hear(ParcelSent(replace(PARCEL, patron="bob", code=BOBS.code, pass_id=BOBS.pass_id))).recall("p-1")
    machine.shut().touch("finish").now += 60.0
    assert machine.do(Tick()).code("87654321").unlocked


def test_with_one_book_less_it_is_whole() -> None:
    machine = Machine(PAIR).tap("max").scan("i-2").hear(ParcelSent(replace(PAIR, items=(TWO,))))
    assert machine.scan("i-2").unlocked


def test_a_shorter_time_counts_after_a_longer_one() -> None:
    machine = stocked(expiring(PARCEL, 3600.0)).wait(1)
    machine.now += 2 * DAY_S
    (told,) = machine.restart().doors(Door.SHUT).told(HoldExtended)
    receipt(machine.hear(ParcelSent(expiring(PARCEL, 9 * DAY_S))), told)
    assert machine.hear(ParcelSent(expiring(PARCEL, 5 * DAY_S))).parcel().expires == NOW + 5 * DAY_S


def test_so_it_does_for_what_was_missing_and_put_in_before_the_receipt() -> None:
    machine = not_found()
    (told,) = machine.told(ParcelMissing)
    receipt(machine.scan("i-1").open().shut().touch("finish"), told)
    assert machine.hear(ParcelSent(expiring(PARCEL, 2 * DAY_S))).parcel().expires == NOW + 2 * DAY_S


@pytest.mark.parametrize("when", ["taken out", "put in"])
def test_who_moves_a_parcel_hears_that_it_was_called_back(when: str) -> None:
    sue = Patron("sue", "S.", role="technician", cards=(KEYRING.card("04D4"),))
    machine = (
        stocked(PARCEL).hear(PatronChanged(sue)).tap("sue").touch("doors").touch("door", "A1").touch("move").open()
    )
    if when == "put in":
        machine.shut().open()
    machine.recall("p-1").touch("cancel" if when == "put in" else "").shut()
    assert machine.screen.notice == "recalled"  # type: ignore[union-attr]
    assert not machine.told(ParcelRemoved)  # they have no bag for it


STAYS = SentParcel("P9", "", (ONE,), "S", NOW + 30 * DAY_S)


@pytest.mark.parametrize(
    ("since", "patron"),
    [
        (replace(STAYS, patron="bob", code=BOBS.code), "bob"),
        (replace(STAYS, patron="bob", code=BOBS.code, items=(THREE,)), None),
    ],
)
def test_a_receipt_said_again_undoes_no_newer_word(since: SentParcel, patron: str | None) -> None:
    machine = Machine().touch("return").scan("i-1").answer(ItemIs(ONE, True)).touch("open").open().shut()
    (told,) = machine.told(ItemDropped)
    machine.hear(ParcelSent(STAYS), ParcelSent(since))
    receipt(machine, told, status="duplicate", stock=True, set_aside=STAYS)
    parcel = machine.parcel("P9")
    assert (parcel.state, parcel.patron) == (("ready", "bob") if patron else ("sent", "bob"))


@pytest.mark.parametrize("gone", ["collected", "removed"])
def test_what_the_feed_says_late_brings_nothing_back(gone: str) -> None:
    """The library was away for weeks; it hears what happened first, and tells then what it had said before."""
    machine = stocked(PARCEL)
    if gone == "collected":
        (told,) = machine.tap("ann").open().shut().touch("finish").told(ParcelCollected)
    else:
        (told,) = machine.recall("p-1").tap("max").touch("clear").open().shut().told(ParcelRemoved)
    machine.wait(200).now += 60 * DAY_S
    receipt(machine.do(Tick()), told).hear()
    machine.hear(ParcelSent(expiring(PARCEL, 90 * DAY_S)))
    assert machine.parcel().state == gone
    machine.now += 8 * DAY_S
    machine.hear()
    assert "p-1" not in machine.point.parcels
