"""A library that announces nothing (SIP2): holds are learnt when items are put in, people asked for when they come."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, Door, DoorSeen
from kiosk.core.account_screens import Account
from kiosk.core.commands import Ask
from kiosk.core.events import Answered, ClockJumped, Online, Receipted
from kiosk.core.facts import HoldLearnt, ParcelCalledBack
from kiosk.core.screens import Collect, DoorOpen, Goodbye, Opening, Pin, Return, Sorry, Wait
from kiosk.core.staff_screens import Courier
from sync.account import AccountIs
from sync.asked import ItemIs, PatronIs, Shown, WhatIs, WhoIs
from sync.messages import ItemDropped, ParcelCollected, ParcelReady, PointTrouble, Receipt, Telling
from sync.things import Patron
from tests.kiosk.core.machine import CARDS, DAY_S, KEYRING, LIMITS, NOW, ONE, SILENT, Machine, item
from tests.kiosk.core.test_dead_battery import booted

ANN = Patron("s.ann", "A. N.", cards=(KEYRING.card(CARDS["eve"]),))  # the card is not one that was announced
TAP = "eve"


def receipt(machine: Machine, told: object, patron: Patron | None = None, status: str = "applied") -> Machine:
    telling = Telling("p1-1-1", 1, NOW, told)  # type: ignore[arg-type]
    return machine.do(Receipted(telling, Receipt("p1-1-1", status, "words", patron)))  # type: ignore[arg-type]


def put_in(**kwargs: bool) -> Machine:
    machine = Machine(library=SILENT, **kwargs)  # type: ignore[arg-type]
    machine.point = machine.point.drop(*(p for p in machine.point.patrons.values() if p.role == "reader"))
    return machine.tap("max").scan("i-1")


def loaded(patron: Patron | None = ANN) -> Machine:
    machine = put_in().answer(ItemIs(ONE)).open().shut().touch("finish")
    return receipt(machine, *machine.told(ParcelReady), patron)


def test_an_item_the_library_knows_goes_behind_the_smallest_door_and_its_reader_is_learnt_after() -> None:
    machine = put_in()
    assert machine.asks == [WhatIs("i-1")]
    assert machine.screen == Wait("item")
    assert machine.answer(ItemIs(ONE)).screen == Opening("stocking", "A1")
    machine.open().shut()
    (ready,) = machine.told(ParcelReady)
    assert (ready.items, ready.compartment) == (("i-1",), "A1")
    assert machine.point.parcels[ready.parcel].patron == ""
    receipt(machine, ready, ANN)
    assert machine.point.parcels[ready.parcel].patron == "s.ann"
    assert machine.told(HoldLearnt) == [HoldLearnt(ready.parcel, "s.ann", "A1")]


@pytest.mark.parametrize("by", [-25 * 365 * DAY_S, -10 * DAY_S, 9 * 365 * DAY_S])
@pytest.mark.parametrize("held", [True, False])
def test_what_is_put_in_by_a_clock_known_to_be_wrong_is_held_as_long_as_any_other(by: float, held: bool) -> None:
    machine = put_in().touch("finish").touch("finish").wait(301)
    machine = booted(machine, by).do(Online(True)).tap("max").scan("i-1").answer(ItemIs(ONE)).open().shut()
    (ready,) = machine.touch("finish").told(ParcelReady)
    machine = receipt(machine, ready, ANN) if held else machine
    machine.now -= by
    machine.do(ClockJumped(-by))
    assert not machine.point.counters.clock_wrong
    days = (machine.point.parcels[ready.parcel].expires - machine.now) / DAY_S
    assert LIMITS.hold_days - 1 < days <= LIMITS.hold_days


def test_what_does_not_fit_the_smallest_tries_a_larger_door() -> None:
    machine = put_in().answer(ItemIs(ONE)).open().touch("does_not_fit").shut()
    assert machine.unlocked == ["B1"]


def test_an_unknown_item_stays_in_the_couriers_hands() -> None:
    screen = put_in().answer(ItemIs(None)).screen
    assert isinstance(screen, Courier)
    assert screen.notice == "unknown_item"


@pytest.mark.parametrize("online", [True, False])
def test_while_the_library_is_away_anything_goes_in_and_is_looked_at_later(online: bool) -> None:
    machine = put_in(online=online)
    machine = machine.wait(5) if online else machine
    assert machine.screen == Opening("stocking", "A1")
    assert machine.open().screen == DoorOpen("stocking", "A1", titles=("i-1",))


def test_what_lies_here_already_is_not_put_in_twice() -> None:
    machine = loaded().tap("max").scan("i-1")
    assert machine.screen.notice == "already_here"  # type: ignore[union-attr]


def test_what_is_perhaps_behind_a_silent_door_goes_in_from_the_hand_that_holds_it() -> None:
    machine = Machine(library=SILENT).scan("i-1").answer(ItemIs(ONE, True)).touch("open")
    machine.do(DoorSeen("A1", Door.UNKNOWN)).wait(5).touch("cancel").touch("finish")
    assert machine.tap("max").scan("i-1").answer(ItemIs(ONE)).unlocked == ["A2"]


@pytest.mark.parametrize("whose", [ANN, Patron("s.bob", "B."), None])
def test_whose_it_is_once_it_was_gone_and_is_put_in_again_the_library_says_anew(whose: Patron | None) -> None:
    machine = loaded()
    machine.now += 8 * DAY_S
    machine.wait(1).tap("max").touch("clear").open().touch("no").shut().touch("finish")
    (lost,) = machine.point.parcels.values()
    assert (lost.state, lost.patron) == ("missing", "s.ann")
    machine.do(Online(False)).tap("max").scan("i-1").open().shut().touch("finish")
    assert not machine.copy().tap(TAP).unlocked, "nobody knows yet whether it is still theirs"
    receipt(machine, machine.told(ParcelReady)[-1], whose)
    (parcel,) = machine.point.parcels.values()
    assert (parcel.patron, parcel.recalled) == (whose.id, False) if whose else parcel.recalled
    assert not machine.point.expired(parcel, machine.now)


def test_what_is_held_for_nobody_here_is_for_the_courier() -> None:
    machine = loaded(None)
    assert machine.told(ParcelCalledBack)
    assert machine.tap("max").screen.to_clear == 1  # type: ignore[union-attr]


def test_its_reader_is_asked_for_and_gets_it() -> None:
    machine = loaded().tap(TAP)
    assert machine.asks == [Shown(SecretStr(CARDS[TAP]))]
    machine.answer(PatronIs(ANN)).open().shut()
    assert machine.told(ParcelCollected)[0].items == ("i-1",)
    assert isinstance(machine.screen, Goodbye)


def test_who_was_blocked_since_is_told_so() -> None:
    blocked = Patron("s.ann", "A. N.", "blocked", reason="a fee is open")
    machine = loaded().tap(TAP).answer(PatronIs(blocked))
    assert machine.screen == Sorry("patron_blocked", "a fee is open", ("return",))


@pytest.mark.parametrize("silent", [True, False])
def test_while_the_library_is_away_the_reader_known_from_the_hold_gets_it(silent: bool) -> None:
    machine = loaded()
    machine = machine.tap(TAP).answer(None) if silent else machine.do(Online(False)).tap(TAP)
    assert machine.unlocked == ["A1"]


def test_nobody_else_does() -> None:
    machine = loaded().do(Online(False)).tap("bob")
    assert machine.screen == Sorry("library_away", then=("return",))
    machine = loaded().tap("bob").answer(PatronIs(Patron("s.bob", "B."))).answer(AccountIs())
    assert machine.screen == Account(True, notice="nothing_ready")
    assert not machine.unlocked


def test_a_parcel_that_is_nobodys_yet_opens_for_nobody() -> None:
    machine = put_in().answer(ItemIs(ONE)).open().shut().touch("finish")
    machine.tap(TAP).answer(PatronIs(ANN)).answer(AccountIs())
    assert machine.screen == Account(True, notice="nothing_ready")


def test_a_pin_is_asked_for_and_never_shown() -> None:
    machine = loaded().tap(TAP).answer(PatronIs(None, pin="needed"))
    assert machine.screen == Pin(0)
    machine.touch("digit", "4").touch("digit", "7").touch("erase").touch("digit", "2")
    assert machine.screen == Pin(2)
    assert "'42'" not in repr(machine.session)
    machine.touch("enter")
    assert machine.asks == [Shown(SecretStr(CARDS[TAP]), SecretStr("42"))]
    machine.answer(PatronIs(None, pin="wrong"))
    assert machine.screen == Pin(0, wrong=True, tries_left=2)
    machine.touch("digit", "1").touch("enter").answer(PatronIs(ANN))
    assert machine.unlocked == ["A1"]


def test_too_many_wrong_pins_end_it() -> None:
    machine = loaded().tap(TAP).answer(PatronIs(None, pin="needed"))
    for _ in range(3):
        machine.touch("digit", "1").touch("enter").answer(PatronIs(None, pin="wrong"))
    assert machine.screen == Sorry("pin_wrong", then=("return",))


def test_too_many_wrong_pins_lose_no_list_of_returns() -> None:
    machine = loaded().touch("return").scan("x-1").answer(ItemIs(item("x-1"), True))
    machine.tap(TAP).answer(PatronIs(None, pin="needed")).scan("x-2")
    for _ in range(3):
        machine.touch("digit", "1").touch("enter").answer(PatronIs(None, pin="wrong"))
    machine.answer(ItemIs(item("x-2"), True))
    assert machine.screen == Return(("Title x-1", "Title x-2"))
    machine.tap(TAP).answer(PatronIs(None, pin="needed"))
    for _ in range(3):
        machine.touch("digit", "1").touch("enter").answer(PatronIs(None, pin="wrong"))
    assert machine.screen == Return(("Title x-1", "Title x-2"), "pin_wrong")
    assert machine.touch("open").open().shut().told(ItemDropped)[0].patron == ""


def test_after_a_wrong_pin_silence_opens_nothing() -> None:
    machine = loaded().tap(TAP).answer(PatronIs(None, pin="needed"))
    machine.touch("digit", "1").touch("enter").answer(PatronIs(None, pin="wrong"))
    assert machine.touch("digit", "1").touch("enter").answer(None).screen == Sorry("library_away", then=("return",))


def test_without_codes_the_keypad_is_not_offered() -> None:
    machine = loaded().touch("collect")
    assert isinstance(machine.screen, Collect)
    assert machine.screen.cards_only
    assert machine.code("12345678").screen == machine.screen


def test_a_card_while_returning_says_whose_returns_they_are() -> None:
    machine = loaded().touch("return").tap(TAP).answer(PatronIs(ANN))
    assert isinstance(machine.screen, Return)
    assert machine.screen.notice == "card_taken"


def returned() -> Machine:
    machine = Machine(library=SILENT).scan("x-1").answer(ItemIs(item("x-1"), True))
    return machine.touch("open").open().shut().touch("finish")


def test_a_return_held_for_the_next_reader_becomes_their_pickup_at_once() -> None:
    machine = returned()
    receipt(machine, *machine.told(ItemDropped), ANN)
    assert not machine.point.drops
    assert machine.tap(TAP).answer(PatronIs(ANN)).unlocked == ["A1"]


def test_behind_a_door_that_was_taken_out_of_the_configuration_it_waits_for_the_courier() -> None:
    machine = returned()
    (dropped,) = machine.told(ItemDropped)
    plan = machine.point.plan
    spaces = {name: space for name, space in plan.spaces.items() if name != dropped.compartment}
    machine.point = replace(machine.point, plan=replace(plan, spaces=spaces))
    receipt(machine, dropped, ANN)
    (drop,) = machine.point.drops.values()
    assert drop.held
    assert not machine.point.parcels


def test_in_a_pile_it_waits_for_the_courier() -> None:
    machine = Machine(library=SILENT).scan("x-1").answer(ItemIs(item("x-1"))).scan("x-2").answer(ItemIs(item("x-2")))
    machine.touch("open").open().shut().touch("finish")
    receipt(machine, machine.told(ItemDropped)[0], ANN)
    assert len(machine.point.drops) == 2
    assert not machine.point.parcels


def recheck(held: str, on_loan: bool = False) -> Machine:
    machine = loaded().do(after=7 * 3600.0)
    machine.now += 7 * 3600.0
    machine.wait(0.5)
    (asked,) = (c for c in machine.commands if isinstance(c, Ask))
    assert asked.query == WhatIs("i-1")
    return machine.do(Answered(asked.key, ItemIs(ONE, on_loan, held)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("held", "recalled"), [("no", True), ("yes", False), ("", False)])
def test_whether_it_is_still_held_is_asked_now_and_then(held: str, recalled: bool) -> None:
    machine = recheck(held)
    assert [p.recalled for p in machine.point.parcels.values()] == [recalled]
    assert not machine.wait(20).asks


def test_a_clock_that_was_ahead_keeps_nobody_from_being_asked() -> None:
    machine = recheck("yes")
    machine.now -= 20 * DAY_S
    machine.do(ClockJumped(-20 * DAY_S)).wait(0.5)
    assert [c.query for c in machine.commands if isinstance(c, Ask)] == [WhatIs("i-1")]
    assert not machine.wait(20).asks


def test_what_is_on_loan_cannot_lie_here_and_is_looked_for() -> None:
    machine = recheck("", on_loan=True)
    assert [p.state for p in machine.point.parcels.values()] == ["doubt"]
    assert machine.out("A1") == "check"
    assert [trouble.what for trouble in machine.told(PointTrouble)] == ["parcel_in_doubt"]


def test_our_own_service_is_never_shown_a_number() -> None:
    machine = Machine().do(after=1.0)
    assert [type(q) for q in machine.do(CardShown("card", SecretStr("FF"))).asks] == [WhoIs]
