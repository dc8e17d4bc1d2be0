"""While the library is away: what was known before decides, and the limits say how much and how long."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.events import ClockJumped, Online, Receipted, Started, Tick
from kiosk.core.limits import DAY_S, Limits
from kiosk.core.offline import left
from kiosk.core.reader_screens import Choose
from kiosk.core.screens import Goodbye, Opening, Return, Sorry
from sync.messages import ItemDropped, ParcelCollected, ParcelMissing, ParcelReady, Receipt, Telling
from tests.kiosk.core.machine import BOBS, CODE, NOW, PAIR, PARCEL, SILENT, Machine, qr


def stocked(**limits: int) -> Machine:
    """p-1 and p-2 of ann and p-3 of bob lie here; the library has just gone away."""
    machine = Machine(PARCEL, PAIR, BOBS, limits=Limits(**limits))  # type: ignore[arg-type]
    for parcel, door in ((PARCEL, "A1"), (PAIR, "B1"), (BOBS, "A2")):
        row = machine.point.parcels[parcel.id]
        machine.point = machine.point.put(replace(row, state="ready", compartment=door))
    return machine.do(Online(False))


def collect(machine: Machine, who: str) -> Machine:
    machine.tap(who)
    if isinstance(machine.screen, Choose):
        machine.touch("take")
    while isinstance(machine.screen, Opening):
        machine.open().shut()
    return machine


def receipt_all(machine: Machine, status: str = "applied") -> Machine:
    for n, told in enumerate(machine.told(ParcelCollected)):
        telling = Telling(f"k{n}", n + 1, machine.now, told)
        machine.do(Receipted(telling, Receipt(f"k{n}", status)))  # type: ignore[arg-type]
    return machine


@pytest.mark.parametrize("proves", [lambda m: m.tap("ann"), lambda m: m.code(CODE), lambda m: m.show(qr())])
def test_card_code_and_qr_open_and_the_due_date_is_provisional(proves: Callable[[Machine], Machine]) -> None:
    machine = proves(stocked()).touch("take")
    while isinstance(machine.screen, Opening):
        machine.open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.provisional
    assert machine.screen.due == pytest.approx(machine.now + 30 * DAY_S, abs=60)
    assert {told.parcel for told in machine.told(ParcelCollected)} == {"p-1", "p-2"}


def test_who_is_not_known_here_may_return_and_nothing_else() -> None:
    machine = stocked().tap("sue")
    assert machine.screen == Sorry("library_away", then=("return",))
    assert not machine.unlocked
    machine.touch("return").scan("i-9").touch("open").open().shut()
    assert [told.checked for told in machine.told(ItemDropped)] == [False]


def test_a_reader_gets_so_many_and_the_next_when_the_library_has_heard_of_them() -> None:
    machine = collect(stocked(away_reader_items_max=1), "ann")
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.left == 1
    machine.touch("finish").tap("ann")
    assert machine.screen == Sorry("away_enough", then=("return",))
    assert collect(machine.touch("finish"), "bob").told(ParcelCollected)[-1].patron == "bob"
    machine.touch("finish").do(Online(True)).do(Online(False)).tap("ann")
    assert machine.screen == Sorry("away_enough", then=("return",)), "it was back, and has not heard yet"
    receipt_all(machine.touch("finish"))
    assert collect(machine, "ann").told(ParcelCollected)[-1].parcel == "p-2"


@pytest.mark.parametrize("status", ["applied", "duplicate", "conflict", "rejected"])
def test_whatever_the_library_says_of_a_loan_it_has_heard_of_it(status: str) -> None:
    machine = collect(stocked(), "bob")
    assert machine.point.parcels["p-3"].unheard
    assert not receipt_all(machine, status).point.parcels["p-3"].unheard


def test_what_it_has_not_booked_it_has_not_heard() -> None:
    assert receipt_all(collect(stocked(), "bob"), "reused").point.parcels["p-3"].unheard


def test_the_point_hands_out_so_many() -> None:
    machine = collect(stocked(away_items_max=1), "bob").touch("finish").tap("ann")
    assert machine.screen == Sorry("away_for_long", then=("return",))
    assert isinstance(machine.touch("finish").touch("return").screen, Return)


def test_after_so_many_hours_nothing_is_handed_out_until_the_library_is_back() -> None:
    machine = stocked(away_lending_h=2)
    machine.now += 2 * 3600 - 1
    assert isinstance(machine.copy().tap("bob").screen, Opening)
    machine.now += 1
    machine.do(Online(False)).tap("bob")
    assert machine.screen == Sorry("away_for_long", then=("return",))
    assert isinstance(machine.touch("finish").do(Online(True)).tap("bob").screen, Opening)


@pytest.mark.parametrize("by", [-7200.0, 7200.0])
def test_setting_the_clock_makes_an_absence_neither_longer_nor_shorter(by: float) -> None:
    machine = stocked(away_lending_h=2)
    machine.now += by
    machine.do(ClockJumped(by))
    machine.now += 3600
    assert isinstance(machine.copy().tap("bob").screen, Opening)
    machine.now += 3600
    assert machine.tap("bob").screen == Sorry("away_for_long", then=("return",))


def test_a_restart_makes_nothing_less() -> None:
    machine = collect(stocked(away_reader_items_max=1, away_lending_h=2), "ann")
    machine.do(Started()).doors(Door.SHUT)
    assert machine.copy().tap("ann").screen == Sorry("away_enough", then=("return",))
    machine.now = NOW + 3 * 3600
    assert machine.tap("bob").screen == Sorry("away_for_long", then=("return",))


def test_a_loan_not_heard_of_is_not_forgotten() -> None:
    machine = collect(stocked(keep_days=1, away_lending_h=8760), "bob")
    machine.now += 9 * DAY_S
    assert "p-3" in machine.hear().point.parcels
    machine.now += 9 * DAY_S
    assert "p-3" in receipt_all(machine).hear().point.parcels  # nor at once: the feed may still tell of it
    machine.now += 2 * DAY_S
    assert "p-3" not in machine.hear().point.parcels


def test_what_has_gone_while_the_clock_was_years_ahead_is_forgotten_too() -> None:
    machine = receipt_all(collect(stocked(keep_days=1, away_lending_h=8760), "bob"))
    machine.point = machine.point.put(replace(machine.point.parcels["p-3"], changed_at=machine.now + 900 * DAY_S))
    assert "p-3" not in machine.hear().point.parcels


def test_what_was_put_in_and_was_not_there_any_more_may_be_on_loan_again_when_it_is_told() -> None:
    machine = Machine(library=SILENT, online=False).tap("max").scan("x-1").open().shut().touch("finish")
    (ready,) = machine.told(ParcelReady)
    put_in = [Telling("k1", 1, machine.now, ready)]
    assert left(machine.point, put_in) == frozenset()
    machine.do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))
    assert left(machine.point, put_in) == frozenset()  # in doubt: perhaps it lies there
    machine.tap("max").touch("check", "A1").open().touch("no").shut().touch("finish")
    assert [told.parcel for told in machine.told(ParcelMissing)] == [ready.parcel]
    assert left(machine.point, put_in) == {"x-1"}


def test_so_may_what_its_reader_did_not_find() -> None:
    machine = stocked().tap("bob").open().touch("not_here").shut().touch("finish")
    assert (machine.parcel("p-3").state, machine.parcel("p-3").compartment) == ("missing", "A2")
    assert left(machine.point, [Telling("k1", 1, NOW, ParcelReady("p-3", "A2", "max", ("i-4",)))]) == {"i-4"}


def test_hours_without_power_are_hours_without_the_library_too() -> None:
    machine = stocked(away_lending_h=2).do(Online(True)).do(Tick(), after=60.0)
    machine.now += 3 * 3600
    machine.do(Started(), Online(False)).doors(Door.SHUT).tap("bob")
    assert machine.screen == Sorry("away_for_long", then=("return",))
    machine.touch("finish").do(Online(True)).tap("bob")
    assert isinstance(machine.screen, Opening)
