"""What two people do at two doors, one after the other: a book in a hand, or behind another door, than the rows say."""

import pytest

from hardware.readings import Door, DoorSeen, Pulse, UnlockEnded
from kiosk.core.events import Receipted, Tick
from kiosk.core.screens import Opening
from kiosk.core.stories import Returning
from sync.account import AccountIs
from sync.account import Hold as HoldThere
from sync.acts import Ruling
from sync.asked import ItemIs, PatronIs
from sync.messages import ItemDropped, ParcelCollected, ParcelReady, ParcelRemoved, Receipt, Telling
from sync.rounds import HoldExtended
from sync.things import Item, SentParcel
from tests.kiosk.core.machine import BOBS, DAY_S, NOW, ONE, PARCEL, PEOPLE, SILENT, Machine, expiring, stocked
from tests.kiosk.core.test_unannounced import ANN, TAP, loaded, receipt

BOOKED = (ItemDropped, ParcelCollected, ParcelReady)


def booked(machine: Machine) -> list[type]:
    return [type(fact) for fact in machine.all_facts if isinstance(fact, BOOKED)]


def left_open() -> Machine:
    """Ann has her door opened, and goes; her book is returned at another door, by her or an honest passer-by."""
    machine = stocked(PARCEL).tap("ann").open().touch("finish").scan("i-1").answer(ItemIs(ONE, False)).touch("open")
    door = machine.door
    machine.open().do(DoorSeen(door, Door.SHUT), after=5)
    return machine


def test_what_comes_back_while_its_readers_door_stands_open_was_taken_out_before() -> None:
    machine = left_open()
    assert booked(machine) == [ParcelCollected, ItemDropped]
    machine.do(DoorSeen("A1", Door.SHUT), after=5)
    assert booked(machine) == [ParcelCollected, ItemDropped]
    assert (machine.parcel().state, machine.out("A1")) == ("collected", "check")


def test_and_nothing_is_booked_on_them_when_it_waits_for_somebody_else_by_then() -> None:
    machine = left_open()
    following = SentParcel("p-9", "bob", (ONE,), "S", NOW + 3 * DAY_S)
    receipt = Receipt("k", "applied", "", held_for=PEOPLE[1], set_aside=following)
    machine.do(Receipted(Telling("k", 1, machine.now, machine.told(ItemDropped)[0]), receipt)).wait(200)
    assert booked(machine) == [ParcelCollected, ItemDropped, ParcelReady]
    assert machine.parcel("p-9").patron == "bob"


def test_a_parcel_is_not_put_in_again_while_its_readers_door_stands_open() -> None:
    machine = stocked(PARCEL).do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))
    machine.tap("ann").open().touch("finish").tap("max").scan("i-1")
    assert machine.screen.notice == "already_here"  # type: ignore[union-attr]
    machine.do(DoorSeen("A1", Door.SHUT), after=3)
    assert machine.parcel().state == "collected"


def test_a_parcel_found_in_the_hand_says_nothing_of_what_lies_behind_its_door() -> None:
    machine = stocked(PARCEL, BOBS)  # swapped: Bob's book lies in A1, Ann's in A2
    machine.tap("ann").open().scan("i-4").shut()
    machine.touch("finish").tap("bob").open().touch("wrong_book").shut()
    machine.touch("finish").tap("max").touch("check", "A2").open().touch("no").shut().scan("i-1").open().shut()
    assert machine.screen.to_check == ("A1",)  # type: ignore[union-attr]
    assert "A1" not in [space.name for space in machine.point.free()]


@pytest.mark.parametrize("begin", ["return", "stock"])
def test_a_door_left_open_by_who_put_nothing_in_is_looked_behind(begin: str) -> None:
    if begin == "return":
        machine = Machine(online=False).scan("x-1").touch("open").open().touch("nothing_in")
    else:
        machine = Machine(PARCEL).tap("max").scan("i-1").open().touch("cancel")
    machine.wait(3600).doors(Door.SHUT)  # by somebody who may have put something in
    assert machine.out("A1") == "check"
    assert begin == "return" or machine.parcel().state == "sent"


def test_a_door_cleared_before_a_dark_screen_is_looked_behind() -> None:
    machine = stocked(PARCEL).recall("p-1").tap("max").touch("clear").open().restart().doors(Door.SHUT)
    assert machine.told(ParcelRemoved)
    assert machine.out("A1") == "check"


def test_a_parcel_called_back_while_nobody_knew_where_it_was_goes_into_the_bag() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("not_here").shut().touch("finish")
    machine.tap("max").touch("check", "A1").open().touch("no").shut().recall("p-1").scan("i-1")
    assert machine.screen.notice == "recalled"  # type: ignore[union-attr]
    assert (machine.screen.bag, machine.parcel().state) == (1, "removed")  # type: ignore[union-attr]


def test_what_the_library_promised_at_the_account_is_kept_where_it_announces_nothing() -> None:
    machine = loaded()
    kept = machine.point.parcels["h1"].expires
    hold = HoldThere("i-1", "Title i-1", "ready", "p1", True, kept)
    machine.touch("more").touch("account").tap(TAP).answer(PatronIs(ANN)).answer(AccountIs(True, "A.", (), (hold,)))
    machine.touch("holds").touch("hold", "i-1").touch("longer").act(Ruling(True, until=kept + 7 * DAY_S))
    machine.touch("finish")
    machine.now = kept + DAY_S
    assert isinstance(machine.do(Tick()).tap(TAP).answer(PatronIs(ANN)).screen, Opening)


def test_hours_behind_a_door_with_a_broken_sensor_count_against_nobody_behind_another() -> None:
    machine = stocked(expiring(PARCEL, DAY_S)).do(DoorSeen("A1", Door.OPEN))
    machine.now += 3 * DAY_S
    machine.do(Tick()).tap("max").touch("check", "A1")
    order = machine.order
    machine.do(UnlockEnded("A1", order.id, order.attempt, Pulse.ACCEPTED), after=1).touch("no").scan(
        "i-1"
    ).open().shut()
    assert machine.told(HoldExtended)
    machine.touch("finish").tap("ann")
    assert machine.door == "A2"


def test_nor_do_those_behind_a_door_that_was_away_while_it_was_in_somebodys_hand() -> None:
    machine = stocked(expiring(PARCEL, DAY_S)).do(DoorSeen("A1", Door.OPEN))
    machine.now += 3 * DAY_S
    machine.do(Tick()).tap("max").scan("i-1").open().shut()
    assert machine.told(HoldExtended)
    assert not machine.point.expired(machine.parcel(), machine.now)


def test_a_return_goes_on_beside_an_open_door() -> None:
    machine = stocked(PARCEL).tap("ann").open().touch("finish").scan("i-1")
    assert isinstance(machine.session.story, Returning)


def test_more_time_for_one_of_two_items_of_a_title_is_given_to_that_one() -> None:
    machine = Machine(library=SILENT)
    machine.point = machine.point.drop(*(p for p in machine.point.patrons.values() if p.role == "reader"))
    machine.tap("max")
    for code in ("i-1", "i-2"):
        machine.scan(code).answer(ItemIs(Item(code, "Monthly"))).open().shut()
    machine.touch("finish")
    for told in machine.told(ParcelReady):
        receipt(machine, told, ANN)
    before = {p.items[0].barcode: p.expires for p in machine.point.parcels.values()}
    holds = tuple(HoldThere(code, "Monthly", "ready", "p1", True, before[code]) for code in ("i-1", "i-2"))
    machine.touch("more").touch("account").tap(TAP).answer(PatronIs(ANN)).answer(AccountIs(True, "A.", (), holds))
    until = before["i-2"] + 7 * DAY_S
    machine.touch("holds").touch("hold", "i-2").touch("longer").act(Ruling(True, until=until))
    after = {p.items[0].barcode: p.expires for p in machine.point.parcels.values()}
    assert after == {"i-1": before["i-1"], "i-2": until}
