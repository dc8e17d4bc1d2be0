"""The desk: what staff and technicians may do, and what the journal and the library hear of it."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, Door, DoorSeen, Paper, Printed, PrintEnded
from kiosk.core.commands import Print
from kiosk.core.desk_screens import DaySlip, Desk, DoorList, DoorSheet, MachineSheet, Report, Use
from kiosk.core.events import Online
from kiosk.core.facts import SlipOrdered, StaffActed
from kiosk.core.places import cannot_reach
from kiosk.core.screens import DoorOpen, Home, Opening, Sorry, Wait
from kiosk.core.session import Step
from kiosk.core.staff_screens import Courier, Inside, Seal
from sync.asked import PatronIs, WhoIs
from sync.messages import ItemDropped, ItemsCleared, ParcelMissing, ParcelReady, PatronChanged, PointTrouble
from sync.things import Patron
from tests.kiosk.core.machine import BOBS, KEYRING, LIMITS, PARCEL, Machine, stocked


def with_one(role: str, *parcels: Any) -> Machine:
    machine = stocked(*parcels)
    return machine.hear(PatronChanged(Patron("sue", "S.", role=role, cards=(KEYRING.card("04D4"),))))  # type: ignore[arg-type]


def staff(*parcels: Any) -> Machine:
    machine = with_one("staff", *parcels).tap("sue")
    assert isinstance(machine.screen, Courier)
    return machine.touch("desk")


def screen(machine: Machine) -> Any:
    return machine.screen


def test_each_role_has_its_rights_and_no_other() -> None:
    assert screen(staff()).may == ("round", "audit", "doors", "report", "use", "cases")
    technician = with_one("technician").tap("sue")
    assert screen(technician) == Desk(("doors", "use", "machine"))
    for forbidden in ("audit", "report", "cases"):
        assert screen(technician.touch(forbidden)) == Desk(("doors", "use", "machine"))
    assert isinstance(technician.touch("cancel").screen, Home)
    courier = stocked(PARCEL).tap("max")
    assert not screen(courier).desk
    assert isinstance(courier.touch("desk").screen, Courier)
    assert isinstance(with_one("technician", PARCEL).tap("sue").scan("i-1").screen, Desk)


def sent(role: str, machine: Machine) -> Machine:
    """Somebody comes who was not announced, and the library says who it is."""
    machine.do(CardShown("card", SecretStr("0888")))
    assert machine.asks == [WhoIs(KEYRING.card("0888"))]
    return machine.answer(PatronIs(Patron("tec", "T.", role=role, cards=(KEYRING.card("0888"),))))  # type: ignore[arg-type]


def test_who_was_not_announced_has_the_desk_when_the_library_says_who_it_is() -> None:
    machine = sent("technician", Machine())
    assert screen(machine) == Desk(("doors", "use", "machine"))
    assert isinstance(screen(machine.touch("doors").touch("door", "C1")), DoorSheet)
    assert screen(sent("staff", Machine(spaces=(), counter=True))) == Desk(("report", "use", "cases"))
    courier = sent("courier", Machine())
    assert isinstance(screen(courier), Courier)
    assert "tec" not in courier.point.patrons


def test_the_library_is_asked_each_time_and_what_it_says_then_counts() -> None:
    machine = sent("technician", sent("technician", Machine()).wait(200))
    assert isinstance(screen(machine), Desk)
    assert screen(sent("reader", machine.copy().wait(200))) == Wait("account")
    machine.wait(200).do(Online(False), CardShown("card", SecretStr("0888")))
    assert screen(machine) == Sorry("library_away", then=("return",))


def test_where_too_many_are_known_the_desk_says_that_it_does_not_know_them() -> None:
    machine = sent("technician", Machine(limits=LIMITS.model_copy(update={"patrons_max": 5})))
    assert screen(machine) == Sorry("card_unknown", then=("return",))
    assert "tec" not in machine.point.patrons


def test_the_audit_goes_behind_every_door_with_something() -> None:
    machine = staff(PARCEL, BOBS).touch("audit")
    assert machine.screen == Opening("check", "A1", 1, 2)
    machine.open().touch("yes").shut()
    assert machine.screen == Opening("check", "A2", 2, 2)
    machine.open().touch("no").shut()
    assert machine.told(ParcelMissing) == [ParcelMissing("p-3", "sue")]
    assert (machine.parcel().state, machine.parcel("p-3").state) == ("ready", "missing")
    assert machine.told(StaffActed) == [StaffActed("sue", "audit")]
    assert not machine.told(ParcelReady)


def test_a_door_is_opened_with_a_reason_and_somebody_says_what_is_inside() -> None:
    machine = staff(PARCEL).touch("doors")
    assert isinstance(machine.screen, DoorList)
    machine.touch("door", "A1")
    assert isinstance(machine.screen, DoorSheet)
    machine.touch("open")
    assert screen(machine).why == ("reader", "repair", "clean", "other")
    assert not machine.touch("reason", "because").unlocked
    assert machine.touch("reason", "reader").unlocked == ["A1"]
    assert StaffActed("sue", "open", "A1", "reader") in machine.told(StaffActed)
    assert PointTrouble("opened_by_staff", "A1", detail="reader") in machine.told(PointTrouble)
    said = machine.copy().open().touch("yes").shut()
    assert (said.parcel().state, said.out("A1")) == ("ready", "")
    silent = machine.open().shut()
    assert (silent.parcel().state, silent.out("A1")) == ("doubt", "check")


def test_an_empty_door_tried_by_a_technician_is_as_before() -> None:
    machine = with_one("technician").tap("sue").touch("doors").touch("door", "C1").touch("open")
    machine.touch("reason", "repair").open()
    assert machine.screen == Inside("C1", "", ())
    machine.shut()
    assert machine.out("C1") == ""
    assert isinstance(machine.screen, Desk)


@pytest.mark.parametrize("said", ["", "yes", "no"])
def test_a_book_that_a_technician_finds_has_come_back_and_stays_for_a_courier(said: str) -> None:
    machine = with_one("technician").tap("sue").touch("doors").touch("door", "C1").touch("open")
    machine.touch("reason", "repair").open().touch("no" if said == "no" else "").scan("x-9").touch(said)
    assert screen(machine).found == 0  # no word of a bag
    machine.shut()
    assert machine.told(ItemDropped) == [ItemDropped("x-9", "C1", False)]
    assert not machine.told(ItemsCleared)
    assert not machine.point.rounds
    assert "C1" not in [space.name for space in machine.point.free()]
    machine.touch("cancel").touch("cancel").tap("max").touch("clear")
    assert machine.unlocked == ["C1"]
    machine.open().shut()
    assert machine.told(ItemsCleared) == [ItemsCleared(("x-9",), "C1", "max")]
    assert screen(machine) == Seal(0, 1, "")


def test_who_goes_rounds_unannounced_has_what_they_find_in_the_bag() -> None:
    machine = sent("courier", stocked(PARCEL).do(DoorSeen("A1", Door.OPEN), DoorSeen("A1", Door.SHUT)))
    machine.touch("check", "A1").open().scan("x-9").touch("yes").shut()
    assert machine.told(ItemsCleared) == [ItemsCleared(("x-9",), "A1", "tec")]
    assert machine.point.rounds["tec"].items == ("x-9",)


def test_a_door_is_taken_out_of_use_and_back() -> None:
    machine = staff().touch("doors").touch("door", "A1").touch("aside")
    assert "A1" not in [space.name for space in machine.point.free()]
    assert screen(machine).aside
    machine.touch("aside").restart().doors(Door.SHUT).tap("sue").touch("desk").touch("doors").touch("door", "A1")
    machine.touch("back")
    assert "A1" in [space.name for space in machine.point.free()]
    words = [trouble.what for trouble in machine.told(PointTrouble)]
    assert words == ["door_out_of_use", "door_in_use"]


def test_a_parcel_is_moved_and_stays_its_readers() -> None:
    machine = staff(PARCEL).touch("doors").touch("door", "A1")
    assert machine.touch("move").unlocked == ["A1"]
    machine.open()
    assert isinstance(machine.screen, DoorOpen)
    machine.shut()
    assert machine.unlocked == ["A2"]
    machine.open().shut()
    assert machine.told(ParcelReady) == [ParcelReady("p-1", "A2", "sue", ("i-1",))]
    assert machine.touch("finish").tap("ann").unlocked == ["A2"]


def at_desk(machine: Machine) -> str:
    """What is said at the desk."""
    assert isinstance(machine.screen, Desk)
    return machine.screen.notice


def test_whoever_moves_a_parcel_comes_back_to_where_they_may_be() -> None:
    technician = with_one("technician", PARCEL).tap("sue").touch("doors").touch("door", "A1").touch("move")
    stays = technician.copy().open().touch("cancel").shut()
    assert at_desk(stays) == ""
    after_all = technician.copy().open().touch("cancel").touch("undo").shut()
    jammed = technician.copy().wait(5)
    for away in ("cancel", "help"):
        assert at_desk(jammed.copy().touch(away)) == "not_opened"
    stowing = technician.open().shut()
    assert after_all.screen == stowing.screen, "slipped, and took it out all the same"
    assert at_desk(stowing.copy().open().shut()) == ""
    assert at_desk(stowing.copy().open().touch("cancel").shut()) == "not_put_in"
    stuck = stowing.wait(5).touch("cancel")
    assert at_desk(stuck) == "stuck"
    assert isinstance(stuck.touch("doors").screen, DoorList)
    assert at_desk(stuck.touch("cancel")) == ""
    staffs = staff(PARCEL).touch("doors").touch("door", "A1").touch("move").wait(5).touch("cancel")
    assert screen(staffs).notice == "not_opened"
    assert isinstance(staffs.screen, Courier)


def test_where_nothing_lies_nothing_is_moved() -> None:
    machine = staff(PARCEL).touch("doors").touch("door", "A2").touch("move")
    assert machine.unlocked == []
    assert isinstance(machine.screen, DoorSheet)


def test_a_move_that_breaks_off_leaves_the_parcel_in_a_hand_that_can_load_it() -> None:
    machine = staff(PARCEL).touch("doors").touch("door", "A1").touch("move").open().shut().restart().doors(Door.SHUT)
    assert PointTrouble("parcel_taken_to_move", "A1", "p-1") in machine.told(PointTrouble)
    machine.doors(Door.SHUT).wait(60)
    machine.tap("max")
    if machine.out("A2") == "check":
        machine.touch("check", "A2").open().touch("no").shut()
    machine.scan("i-1").open().shut()
    assert machine.parcel().state == "ready"


def test_a_parcel_out_of_reach_is_moved_lower() -> None:
    machine = with_one("staff", PARCEL)
    heights = {"A1": 150, "A2": 90, "B1": 10, "C1": 100}
    spaces = {n: replace(s, bottom_cm=heights[n]) for n, s in machine.point.plan.spaces.items()}
    machine.point = replace(machine.point, plan=replace(machine.point.plan, spaces=spaces))
    machine.take(cannot_reach(Step(machine.point, machine.session), "p-1", "ann"))
    assert machine.told(PointTrouble) == [PointTrouble("out_of_reach", "A1", "p-1")]
    assert screen(machine.tap("sue")).to_move == ("A1",)
    assert screen(machine.copy().do(DoorSeen("A1", Door.UNKNOWN))).to_move == ()  # it could not be opened now
    machine.touch("move", "A1").open().shut()
    assert machine.unlocked == ["A2"]
    assert screen(machine.open().shut()).to_move == ()


def test_report_charts_and_machine() -> None:
    machine = with_one("staff", PARCEL, BOBS)
    machine.now += 2 * 86400.0
    machine.tap("ann").open().shut().touch("finish").tap("sue").touch("desk")
    report = screen(machine.touch("report"))
    assert isinstance(report, Report)
    assert (report.taken, report.lying, report.free) == (1, 1, 3)
    use = screen(machine.touch("cancel").touch("use"))
    assert isinstance(use, Use)
    assert sum(count for _, count in use.points) == 1
    assert dict(screen(machine.touch("chart", "waits")).points)["2"] == 1
    assert dict(screen(machine.touch("chart", "doors")).points)["A1"] == 2
    assert screen(machine.touch("chart", "stuck")).points == ()
    technician = with_one("technician").tap("sue").touch("machine")
    assert isinstance(technician.screen, MachineSheet)
    assert technician.screen.doors == 4


def report(machine: Machine) -> Report:
    assert isinstance(machine.screen, Report)
    return machine.screen


def test_the_report_is_printed_once_however_often_it_is_touched() -> None:
    machine = staff(PARCEL).paper().touch("report")
    assert report(machine).printing == "offered"
    (order,) = machine.touch("print", "en").commands
    assert isinstance(order, Print)
    assert isinstance(order.slip, DaySlip)
    assert (order.device, order.language, order.slip.report.lying) == ("printer", "en", 1)
    assert [type(fact) for fact in machine.facts] == [StaffActed, SlipOrdered]
    assert not machine.touch("print").touch("print").commands
    assert report(machine).printing == "under_way"
    assert report(machine.do(PrintEnded("printer", order.slip.id, Printed.DONE))).printing == "done"
    assert not machine.touch("print").commands
    assert report(machine.touch("cancel").touch("report")).printing == "offered"
    (again,) = machine.touch("print").commands
    assert isinstance(again, Print)
    assert again.slip.id != order.slip.id


def test_what_did_not_come_out_may_be_printed_again_what_may_have_may_not() -> None:
    for printed, offered in ((Printed.NOTHING, True), (Printed.UNKNOWN, False)):
        machine = staff(PARCEL).paper().touch("report").touch("print")
        (order,) = machine.commands
        assert isinstance(order, Print)
        machine.do(PrintEnded("printer", order.slip.id, printed))
        assert (report(machine).printing == "again") is offered
        assert bool(machine.touch("print").commands) is offered


def test_the_report_says_how_the_paper_stands() -> None:
    assert report(staff(PARCEL).touch("report")).printing == ""
    machine = staff(PARCEL).paper(Paper.OUT).touch("report")
    assert (report(machine).printing, report(machine).paper) == ("", "out")
    assert not machine.touch("print").commands


def test_no_second_door_opens_behind_whoever_was_to_move_a_parcel_and_has_gone() -> None:
    machine = staff(PARCEL).touch("doors").touch("door", "A1").touch("move").open().wait(LIMITS.shut_wait_s + 1).shut()
    assert not machine.unlocked
    assert (machine.parcel().state, machine.parcel().compartment) == ("missing", "")
    assert screen(machine).notice == "not_put_in"
    machine.scan("i-1").open().shut()
    assert machine.parcel().state == "ready"


def test_who_is_asked_why_comes_back_to_a_door_that_cannot_be_opened_any_more() -> None:
    machine = staff(PARCEL).touch("doors").touch("door", "A1").touch("open")
    assert screen(machine).why
    machine.do(DoorSeen("A1", Door.UNKNOWN)).touch("reason", "repair")
    assert (screen(machine).why, screen(machine).state) == ((), "unseen")
    assert not machine.unlocked
