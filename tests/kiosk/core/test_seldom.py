"""What seldom happens: limits reached, the library forgetting or repeating itself, touches on a screen just gone."""

from dataclasses import replace

import pytest

from hardware.readings import CardUnread, CodeUnknown, DeviceUp, Door, Guide, Hint, Paper, PileSeen, Pulse, UnlockEnded
from kiosk.core.commands import Refresh
from kiosk.core.desk_screens import DoorList
from kiosk.core.events import ClockJumped, Heard, Online, Receipted, Tick
from kiosk.core.facts import DeviceChanged
from kiosk.core.flows.remote import HEEDED_MAX, KEEP_S
from kiosk.core.heeded import Heeded
from kiosk.core.model import changed
from kiosk.core.offline import left
from kiosk.core.places import cannot_reach
from kiosk.core.recovery import begun_anew
from kiosk.core.screens import DoorStuck, Home, Return, Sorry
from kiosk.core.session import NOBODY, Session, Step
from kiosk.core.staff_screens import Courier
from kiosk.core.step import step
from sync.account import AccountIs
from sync.asked import PatronIs
from sync.instructions import Instructed, Instruction, InstructionEnded
from sync.library_clock import Bounds
from sync.messages import (
    ItemDropped,
    Page,
    ParcelReady,
    ParcelSent,
    PatronChanged,
    PointTrouble,
    Receipt,
    Telling,
)
from sync.things import Patron
from tests.kiosk.core.machine import (
    BOBS,
    KEYRING,
    LIMITS,
    NOW,
    PAIR,
    PARCEL,
    PEOPLE,
    SILENT,
    Machine,
    qr,
    stocked,
)


def troubles(machine: Machine) -> list[str]:
    return [told.what for told in machine.told(PointTrouble)]


# ---- the library --------------------------------------------------------------------------------------------------


def test_more_parcels_than_are_kept() -> None:
    machine = Machine(PARCEL, limits=LIMITS.model_copy(update={"parcels_max": 1})).hear(ParcelSent(BOBS))
    assert machine.told(PointTrouble) == [PointTrouble("parcels_too_many", parcel="p-3")]
    assert "p-3" not in machine.point.parcels


def test_a_parcel_that_is_said_to_lie_here_and_nothing_is_known_of_it() -> None:
    machine = Machine().hear(ParcelSent(replace(PARCEL, lies_in="A2")), ParcelSent(replace(BOBS, lies_in="A2")))
    assert (machine.parcel().state, machine.parcel().compartment, machine.out("A2")) == ("doubt", "A2", "check")
    assert (machine.parcel("p-3").state, machine.parcel("p-3").compartment) == ("sent", "")  # one door, one parcel
    assert troubles(machine) == ["parcel_in_doubt"]
    assert machine.tap("ann").unlocked == ["A2"]
    machine.open().shut()
    machine.hear(ParcelSent(replace(PARCEL, lies_in="A2")))  # the library has not heard of that yet
    assert machine.parcel().state == "collected"


def test_a_parcel_said_to_lie_behind_a_door_that_is_not_there_is_still_to_come() -> None:
    assert Machine().hear(ParcelSent(replace(PARCEL, lies_in="Z9"))).parcel().state == "sent"


def test_a_store_begun_anew_has_every_door_looked_behind() -> None:
    machine = Machine(PARCEL)
    taken = begun_anew(Step(machine.point, NOBODY))
    assert {row.out for row in taken.point.compartments.values()} == {"check"}
    assert taken.facts == (PointTrouble("store_lost"),)


def test_who_no_longer_works_here_is_forgotten_by_a_library_that_announces_nothing() -> None:
    machine = Machine(library=SILENT)
    machine.hear(PatronChanged(Patron("tom", "T.", role="courier", cards=(KEYRING.card("04F6"),))), snapshot=True)
    assert {p.id for p in machine.point.patrons.values() if p.role != "reader"} == {"tom"}


def test_a_receipt_for_a_parcel_that_has_gone_since_changes_nothing() -> None:
    machine = Machine(library=SILENT)
    telling = Telling("k", 1, NOW, ParcelReady("p-9", "A1", "max", ("i-9",)))
    before = machine.point
    machine.do(Receipted(telling, Receipt("k", "applied", held_for=PEOPLE[0])))
    assert machine.point == before


def test_what_came_in_and_went_out_again_is_known_when_it_is_told() -> None:
    machine = stocked(PARCEL)
    came = [
        Telling("a", 1, NOW, ItemDropped("i-7", "A2", True)),
        Telling("b", 2, NOW, ParcelReady("p-1", "A1", "max", ("i-1",))),
        Telling("c", 3, NOW, PointTrouble("door_forced", "A1")),
    ]
    assert left(machine.point, came) == {"i-7"}
    assert left(machine.point, came[2:]) == frozenset()


def test_a_library_clock_that_is_known_too_loosely_says_nothing() -> None:
    machine = Machine()
    machine.take(step(machine.point, machine.session, ClockJumped(0.5), machine.now))
    assert not troubles(machine)
    assert not machine.told(Refresh)


# ---- at the doors -------------------------------------------------------------------------------------------------


def test_a_late_word_on_a_pulse_of_an_order_that_is_over_changes_nothing() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut()
    before = machine.point
    machine.do(UnlockEnded("A1", "1", 1, Pulse.REFUSED), UnlockEnded("Z9", "1", 1, Pulse.REFUSED))
    assert machine.point == before


def moving(machine: Machine) -> Machine:
    sue = Patron("sue", "S.", role="staff", cards=(KEYRING.card("04D4"),))
    return machine.hear(PatronChanged(sue)).tap("sue").touch("desk").touch("doors").touch("door", "A1").touch("move")


def test_a_door_that_does_not_open_for_the_move_is_given_up() -> None:
    machine = moving(stocked(PARCEL)).wait(5)
    assert isinstance(machine.screen, DoorStuck)
    assert machine.touch("again").unlocked == ["A1"]
    machine.wait(5).touch("help")
    assert isinstance(machine.screen, Courier)
    assert machine.screen.notice == "not_opened"
    assert (machine.parcel().state, machine.out("A1")) == ("ready", "stuck")


def test_who_opens_the_door_for_the_move_and_leaves_it_there() -> None:
    machine = moving(stocked(PARCEL)).open().touch("cancel").shut()
    assert isinstance(machine.screen, Courier)
    assert (machine.parcel().state, machine.parcel().compartment) == ("ready", "A1")


def test_a_door_that_is_gone_from_the_plan_is_not_opened_at_the_desk() -> None:
    sue = Patron("sue", "S.", role="staff", cards=(KEYRING.card("04D4"),))
    machine = stocked(PARCEL).hear(PatronChanged(sue)).tap("sue").touch("desk").touch("doors").touch("door", "A2")
    machine.point = machine.point.drop(machine.point.compartments["A2"])
    assert not machine.touch("open").unlocked
    assert not machine.touch("move").unlocked


def test_a_courier_before_a_stuck_door_goes_away() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").wait(5).touch("cancel")
    assert isinstance(machine.screen, Courier)
    assert machine.screen.notice == "stuck"
    machine = Machine(PARCEL).tap("max").scan("i-1").open().touch("finish")
    assert isinstance(machine.screen, Home)
    assert machine.shut().parcel().state == "ready"  # it was open and is shut: it lies there


def test_half_scanned_and_put_away() -> None:
    machine = Machine(PAIR).tap("max").scan("i-2").touch("cancel")
    assert isinstance(machine.screen, Courier)
    assert not machine.told(ParcelReady)


def test_parcels_not_ticked_that_cannot_be_reached_are_told() -> None:
    machine = stocked(PARCEL, PAIR).tap("ann").touch("parcel", "p-1").touch("cannot_reach")
    assert troubles(machine) == ["out_of_reach"]
    assert machine.unlocked == ["A1"]


def test_a_code_while_its_parcel_has_no_known_patron_still_opens() -> None:
    machine = stocked(PARCEL)
    machine.point = machine.point.drop(machine.point.patrons["ann"])
    assert machine.show(qr()).unlocked == ["A1"]


def test_a_full_list_takes_no_more() -> None:
    machine = Machine(online=False, limits=LIMITS.model_copy(update={"drop_items_max": 2})).scan("x-1", "x-2", "x-3")
    assert isinstance(machine.screen, Return)
    assert machine.screen.notice == "full"
    assert len(machine.screen.titles) == 2
    machine.touch("unreadable")
    assert len(machine.screen.titles) == 2


def test_a_book_on_the_pad_begins_a_return_from_the_last_screen() -> None:
    machine = stocked(PARCEL).tap("ann").open().shut()
    machine.do(Online(False), PileSeen("pad", ("x-1",)))
    assert isinstance(machine.screen, Return)
    assert machine.screen.titles == ("x-1",)


def test_light_words_give_way_to_what_would_help() -> None:
    machine = Machine(online=False).touch("return").do(CodeUnknown("scanner", 5))
    assert machine.screen.notice == "unreadable"  # type: ignore[union-attr]
    for hint in Hint:
        machine.do(Guide("camera", hint))
        assert machine.screen.notice not in ("", "unreadable")  # type: ignore[union-attr]
    home = Machine()
    assert home.do(Guide("camera", Hint.STILL)).screen == Machine().screen


def test_an_unreadable_code_on_the_home_screen_is_said_once_however_long_it_lasts() -> None:
    machine = Machine().do(CodeUnknown("scanner", 5))
    assert machine.screen == Sorry("code_unreadable", then=machine.screen.then)  # type: ignore[union-attr]
    facts = len(machine.all_facts)
    machine.do(*(CodeUnknown("scanner", 5) for _ in range(20)))
    assert len(machine.all_facts) == facts


@pytest.mark.parametrize("who", ["ann", "nobody"])
def test_a_card_while_a_question_about_a_return_is_under_way_waits(who: str) -> None:
    machine = Machine().touch("return").scan("x-1")
    asked = machine.asked
    machine.tap("ann" if who == "ann" else "sue")
    assert machine.asked == asked
    assert not machine.do(Online(False), Tick()).unlocked


# ---- said again, and too late -------------------------------------------------------------------------------------


def test_a_device_that_says_again_that_it_is_there_is_no_news() -> None:
    machine = Machine().do(DeviceUp("card"))
    assert machine.told(DeviceChanged) == [DeviceChanged("card", True, "")]
    assert not machine.do(DeviceUp("card")).facts


def test_a_session_that_has_begun_keeps_its_number() -> None:
    begun = Step(Machine().point, Session(5)).begun()
    assert begun.session.number == 5
    point = Machine().point
    fresh = Step(point, NOBODY).begun()  # and no number is ever used twice: keys are made of it
    assert fresh.session.number == fresh.point.counters.sessions == point.counters.sessions + 1


def test_only_rows_that_differ_are_written() -> None:
    point = Machine().point
    row = replace(point.compartments["A2"], aside=True)
    assert list(changed(point, point.put(row))) == [("compartments", "A2", row)]


def test_a_card_while_an_item_is_looked_up_is_not_asked_about_over_sip2() -> None:
    machine = Machine(library=SILENT).touch("return").scan("x-1")
    assert not machine.tap("ann").asks


def test_a_parcel_that_waits_elsewhere() -> None:
    zed = Patron("zed", "Z.", cards=(KEYRING.card("04D4"),))
    machine = Machine(library=replace(SILENT, announces=True, account=False)).tap("sue")
    machine.answer(PatronIs(zed, ready_elsewhere=("North",)))
    assert machine.screen == Sorry("ready_elsewhere", then=("return",), places=("North",))


def test_who_changes_their_mind_before_the_list() -> None:
    assert isinstance(stocked(PARCEL, PAIR).tap("ann").touch("cancel").screen, Home)


def test_the_only_door_does_not_open_for_a_return() -> None:
    machine = Machine(spaces=[("A1", "S")], online=False).scan("x-1").touch("open").wait(5)
    assert machine.screen == DoorStuck("dropoff", "A1", 2)  # there is no other
    for way in ("other_door", "help", "cancel"):
        assert machine.copy().touch(way).screen == Sorry("return_stuck")
        assert not machine.told(ItemDropped)


def test_a_parcel_called_back_while_it_is_scanned() -> None:
    machine = Machine(PAIR).tap("max").scan("i-2").recall("p-2").scan("i-3")
    assert machine.screen.notice == "recalled"  # type: ignore[union-attr]
    assert not machine.unlocked


def test_a_parcel_forgotten_while_its_door_is_open() -> None:
    machine = Machine(PARCEL).tap("max").scan("i-1").open()
    machine.point = machine.point.drop(machine.parcel())
    machine.touch("does_not_fit").shut()
    assert isinstance(machine.screen, Courier)
    machine = Machine(PARCEL).tap("max").scan("i-1").wait(5)
    machine.point = machine.point.drop(machine.parcel())
    assert machine.touch("other_door").screen.notice == "stuck"  # type: ignore[union-attr]


def test_a_parcel_forgotten_while_it_is_moved() -> None:
    machine = moving(stocked(PARCEL)).open()
    machine.point = machine.point.drop(machine.parcel())
    assert isinstance(machine.shut().screen, Courier)
    assert "parcel_taken_to_move" not in troubles(machine)


def test_an_audit_may_be_broken_off_at_an_open_door() -> None:
    sue = Patron("sue", "S.", role="staff", cards=(KEYRING.card("04D4"),))
    machine = stocked(PARCEL, BOBS).hear(PatronChanged(sue)).tap("sue").touch("desk").touch("audit").open()
    machine.touch("yes").touch("pause").shut()
    assert isinstance(machine.screen, Courier)
    assert not machine.unlocked


def test_out_of_reach_of_nobody_and_nowhere() -> None:
    machine = stocked(PARCEL)
    at = Step(machine.point, machine.session)
    assert cannot_reach(at, "p-9", "ann") == at
    nobody = Step(machine.point.drop(machine.point.patrons["ann"]), machine.session)
    assert cannot_reach(nobody, "p-1", "ann").facts == (PointTrouble("out_of_reach", "A1", "p-1"),)


# ---- instructions -------------------------------------------------------------------------------------------------


def test_more_instructions_than_are_kept() -> None:
    machine = stocked(PARCEL)
    machine.point = machine.point.put(*(Heeded(f"H{n}", machine.now) for n in range(HEEDED_MAX)))
    machine.instruct("set_aside", compartment="A2")
    assert [ended.reason for ended in machine.told(InstructionEnded)] == ["too_many"]


def test_a_signature_that_is_none() -> None:
    machine = stocked(PARCEL)
    order = Instruction("I1", "p1", machine.now, "set_aside", compartment="A2")
    machine.do(Heard(Page((Instructed(order, "no hex at all"),), "c", machine.now), Bounds(machine.now, machine.now)))
    assert [ended.reason for ended in machine.told(InstructionEnded)] == ["forged"]


def test_the_power_fails_while_the_library_opens_a_door() -> None:
    machine = stocked(PARCEL).instruct("open", compartment="A1", contents=("p-1",))
    assert machine.unlocked == ["A1"]
    machine.restart().doors(Door.SHUT)
    assert [(ended.outcome, ended.reason) for ended in machine.told(InstructionEnded)] == [("failed", "not_seen")]
    assert machine.out("A1") == "check"


# ---- words and marks that mutants had changed unnoticed -------------------------------------------------------------


def test_what_is_told_of_paper_and_of_cards_that_cannot_be_read() -> None:
    for paper, what in ((Paper.NEAR_END, "paper_low"), (Paper.OUT, "paper_out"), (Paper.FAULT, "printer_fault")):
        assert Machine().paper(paper).told(PointTrouble) == [PointTrouble(what, detail="printer")]
    for why in ("two", "unfit"):
        machine = Machine().do(CardUnread("card", why))  # type: ignore[arg-type]
        assert machine.screen.reason == f"card_{why}"  # type: ignore[union-attr]


def test_an_old_instruction_is_forgotten() -> None:
    machine = stocked(PARCEL).instruct("set_aside", compartment="A2", id="I-old")
    machine.now += KEEP_S + 60.0
    machine.instruct("put_back", compartment="A2", id="I-new")
    assert set(machine.point.heeded) == {"I-new"}


def test_an_account_that_the_library_does_not_know() -> None:
    machine = Machine().touch("more").touch("account").tap("ann").answer(AccountIs(known=False))
    assert machine.screen == Sorry("card_unknown", then=("return",))


def test_a_door_taken_out_of_use_stands_so_in_the_list() -> None:
    sue = Patron("sue", "S.", role="staff", cards=(KEYRING.card("04D4"),))
    machine = stocked(PARCEL).hear(PatronChanged(sue)).tap("sue").touch("desk").touch("doors").touch("door", "A2")
    machine.touch("aside").touch("cancel")
    assert isinstance(machine.screen, DoorList)
    states = {line.name: line.state for line in machine.screen.lines}
    assert (states["A1"], states["A2"]) == ("taken", "aside")
    machine = stocked(PARCEL, BOBS).hear(PatronChanged(sue)).tap("sue").touch("desk").touch("audit").open()
    machine.touch("yes").wait(LIMITS.shut_wait_s + 1).shut()  # whoever shuts it now may have come by
    assert not machine.unlocked
