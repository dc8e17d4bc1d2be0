"""What was somebody's and is not any more opens for them no longer, whatever they still hold in their hands."""

from dataclasses import replace
from typing import Any

import pytest

from hardware.readings import Door, DoorSeen, Pulse, UnlockEnded
from kiosk.core.screens import Collect, DoorStuck, Goodbye, Opening, Sorry
from sync.asked import Allowed
from sync.messages import ParcelCollected, ParcelRecalled, ParcelSent, PatronChanged, PointTrouble
from sync.things import SentParcel
from tests.kiosk.core.machine import CODE, DAY_S, KEYRING, NOW, PAIR, PARCEL, PEOPLE, Machine, item, qr, stocked

STOCK = SentParcel("s-1", "", (item("i-9"),), "S", NOW + 30 * DAY_S)
NEWS: dict[str, tuple[Any, str]] = {
    "called back": (ParcelRecalled("p-1"), "parcel_recalled"),
    "another's": (ParcelSent(replace(PARCEL, patron="bob", code="", pass_id="")), "not_here_now"),
    "blocked": (PatronChanged(replace(PEOPLE[0], standing="blocked", reason="a fee is open")), "patron_blocked"),
    "expired": (PatronChanged(replace(PEOPLE[0], standing="expired")), "patron_expired"),
}
WAYS: dict[str, Any] = {
    "card": lambda machine: machine.tap("ann"),
    "code": lambda machine: machine.code(CODE),
    "pass": lambda machine: machine.show(qr()),
}


def stuck(machine: Machine) -> Machine:
    machine.wait(5)
    assert isinstance(machine.screen, DoorStuck)
    return machine


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("news", NEWS)
def test_a_stuck_door_is_not_tried_again_for_what_is_not_theirs_any_more(news: str, way: str) -> None:
    told, why = NEWS[news]
    machine = stuck(WAYS[way](stocked(PARCEL))).hear(told).touch("again")
    assert not machine.unlocked
    assert machine.screen == Sorry(why, "a fee is open" if news == "blocked" else "", ("return",))  # type: ignore[arg-type]
    assert machine.point.compartments["A1"].order is None
    assert machine.told(PointTrouble) == [PointTrouble("door_stuck", "A1", "p-1")]
    machine.do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT))
    assert not machine.told(ParcelCollected)


@pytest.mark.parametrize("news", NEWS)
def test_nor_after_its_lock_has_rested(news: str) -> None:
    machine = stocked(PARCEL).tap("ann")
    machine.do(UnlockEnded("A1", machine.order.id, 1, Pulse.REFUSED, 40.0)).wait(41).hear(NEWS[news][0]).touch("again")
    assert not machine.unlocked
    assert machine.out("A1") == ""  # nothing is wrong with it


@pytest.mark.parametrize("news", NEWS)
def test_a_helper_is_not_told_why(news: str) -> None:
    machine = stocked(PARCEL)
    machine.point = machine.point.put(
        replace(machine.parcel(), helper=KEYRING.code("55555555"), helper_until=NOW + DAY_S)
    )
    machine = stuck(machine.code("55555555")).hear(NEWS[news][0]).touch("again")
    assert (machine.unlocked, machine.screen) == ([], Sorry("helper_not_now", then=("return",)))


@pytest.mark.parametrize("news", ["called back", "another's"])
def test_what_is_still_theirs_opens_next(news: str) -> None:
    machine = stuck(stocked(PARCEL, PAIR).tap("ann").touch("take")).hear(NEWS[news][0]).touch("again")
    assert (machine.unlocked, machine.screen) == (["B1"], Opening("pickup", "B1", 2, 2))
    machine.open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert (machine.screen.left, machine.screen.over) == (0, 1)
    assert [told.parcel for told in machine.told(ParcelCollected)] == ["p-2"]


def test_who_was_blocked_between_two_doors_keeps_what_they_took() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("take")
    assert machine.unlocked == ["A1"]
    stuck(machine.open().shut()).hear(NEWS["blocked"][0]).touch("again")
    assert not machine.unlocked
    assert isinstance(machine.screen, Goodbye)
    assert machine.screen.titles == ("Title i-1",)


@pytest.mark.parametrize("news", ["blocked", "expired"])
def test_nor_does_a_next_door_open_for_who_may_borrow_nothing_any_more(news: str) -> None:
    told, why = NEWS[news]
    listed = stocked(PARCEL, PAIR).tap("ann").hear(told).touch("take")
    assert (listed.unlocked, listed.screen.reason) == ([], why)  # type: ignore[union-attr]
    first = stuck(stocked(PARCEL, PAIR).tap("ann").touch("take")).hear(told)
    for action in ("again", "next"):
        machine = first.copy().touch(action)
        assert (machine.unlocked, machine.screen.reason) == ([], why)  # type: ignore[union-attr]
    shut = stocked(PARCEL, PAIR).tap("ann").touch("take").open().shut(done=False).hear(told).touch("next")
    assert not shut.unlocked
    assert isinstance(shut.screen, Goodbye)
    assert (shut.screen.titles, shut.screen.left) == (("Title i-1",), 1)


def test_what_was_for_anybody_and_is_wanted_by_now_is_not_lent() -> None:
    machine = stocked(STOCK).touch("browse").touch("title", "s-1").touch("borrow").tap("ann").answer(Allowed(True))
    assert machine.unlocked == ["A1"]
    stuck(machine).hear(ParcelSent(replace(STOCK, patron="bob"))).touch("again")
    assert (machine.unlocked, machine.screen) == ([], Sorry("not_here_now", then=("return",)))


def test_who_still_may_has_it_tried_again() -> None:
    machine = stuck(stocked(PARCEL).tap("ann")).hear(ParcelSent(replace(PARCEL, expires=NOW + 1.0))).touch("again")
    assert machine.unlocked == ["A1"]
    machine = stocked(STOCK).touch("browse").touch("title", "s-1").touch("borrow").tap("ann").answer(Allowed(True))
    assert stuck(machine).touch("again").unlocked == ["A1"]


@pytest.mark.parametrize("proof", ["code", "pass"])
@pytest.mark.parametrize("before", [False, True], ids=["heard now", "on disk from before"])
def test_the_code_of_what_lies_here_for_anybody_by_now_opens_nothing(proof: str, before: bool) -> None:
    machine = stocked(PARCEL).hear(ParcelSent(replace(PARCEL, patron="")))
    assert (machine.parcel().stock, machine.parcel().code, machine.parcel().pass_id) == (True, "", "")
    if before:
        machine.point = machine.point.put(replace(machine.parcel(), code=PARCEL.code, pass_id=PARCEL.pass_id))
    machine = WAYS[proof](machine)
    assert not machine.unlocked
    expected = Collect("", True, wrong=True, tries_left=9, cards=False) if proof == "code" else Sorry("nothing_ready")
    assert machine.screen == expected
