"""Slips: offered where they can be printed, begun at most once, and never in the way of what was done."""

from dataclasses import replace
from typing import Any

import pytest

from hardware.readings import DeviceDown, Paper, PaperSeen, Printed, PrintEnded
from kiosk.core.commands import Print
from kiosk.core.events import Online
from kiosk.core.facts import PaperChanged, SlipEnded, SlipOrdered
from kiosk.core.limits import Limits
from kiosk.core.screens import Goodbye, Home, Slip
from kiosk.core.staff_screens import Courier
from sync.asked import ItemIs
from sync.messages import ItemDropped, ParcelCollected, PointTrouble
from tests.kiosk.core.machine import DAY_S, PAIR, PARCEL, Machine, item, stocked


def collected(paper: Paper | None = Paper.OK, **how: Any) -> Machine:
    machine = stocked(PARCEL, PAIR, **how)
    if paper:
        machine.paper(paper)
    return machine.tap("ann").touch("take").open().shut().open().shut()


def goodbye(machine: Machine) -> Goodbye:
    assert isinstance(machine.screen, Goodbye)
    return machine.screen


def prints(machine: Machine) -> list[Print]:
    return [command for command in machine.commands if isinstance(command, Print)]


def test_the_slip_says_what_was_taken_and_not_by_whom() -> None:
    machine = collected()
    slip = goodbye(machine).slip
    titles = (("Title i-1", "i-1"), ("Title i-2", "i-2"), ("Title i-3", "i-3"))
    last = machine.point.counters.orders
    assert slip == Slip(str(last), machine.session.number, "pickup", machine.now, titles, machine.now + 30 * DAY_S)
    assert "ann" not in repr(slip)


def test_the_slip_of_a_return_is_a_receipt_for_what_went_in() -> None:
    machine = Machine().paper().scan("x-1").answer(ItemIs(item("x-1"), True)).do(Online(False)).scan("x-2")
    machine.touch("open").open().shut()
    slip = goodbye(machine).slip
    assert slip
    assert (slip.purpose, slip.items, slip.due) == ("dropoff", (("Title x-1", "x-1"), ("x-2", "x-2")), 0.0)
    assert slip.provisional
    assert len(machine.told(ItemDropped)) == 2


@pytest.mark.parametrize("paper", [None, *Paper])
def test_printing_is_offered_where_the_printer_can(paper: Paper | None) -> None:
    machine = collected(paper)
    can = paper in (Paper.OK, Paper.NEAR_END)
    assert goodbye(machine).slip
    assert goodbye(machine).printing == ("offered" if can else "")
    assert bool(prints(machine.touch("print", "en"))) is can
    assert len(machine.told(ParcelCollected)) == 2


def test_a_slip_is_on_disk_before_it_is_on_paper_and_is_ordered_once() -> None:
    machine = collected()
    slip = goodbye(machine).slip
    assert slip
    machine.touch("print", "en")
    assert prints(machine) == [Print("printer", slip, "en")]
    assert machine.facts == (SlipOrdered(slip.id, "printer"),)
    assert goodbye(machine).printing == "under_way"
    assert not prints(machine.touch("print"))
    machine.do(PrintEnded("printer", slip.id, Printed.DONE))
    assert machine.facts == (SlipEnded(slip.id, Printed.DONE),)
    assert goodbye(machine).printing == "done"
    assert not prints(machine.touch("print"))
    assert isinstance(machine.wait(21).screen, Home)


@pytest.mark.parametrize("printed", Printed)
def test_only_what_surely_was_not_printed_may_be_printed_again(printed: Printed) -> None:
    machine = collected().touch("print")
    slip = goodbye(machine).slip
    assert slip
    machine.do(PrintEnded("printer", slip.id, printed))
    assert goodbye(machine).printing == ("again" if printed is Printed.NOTHING else printed.value)
    assert bool(prints(machine.touch("print"))) is (printed is Printed.NOTHING)


def test_whoever_comes_next_sees_nothing_of_it_and_the_journal_does() -> None:
    machine = collected().touch("print")
    slip = goodbye(machine).slip
    assert slip
    machine.touch("finish")
    assert isinstance(machine.screen, Home)
    machine.tap("bob")
    before = machine.screen
    machine.do(PrintEnded("printer", slip.id, Printed.UNKNOWN))
    assert machine.screen == before
    assert machine.facts == (SlipEnded(slip.id, Printed.UNKNOWN),)


def test_a_printer_that_never_answers_holds_nobody() -> None:
    assert isinstance(collected().touch("print").wait(61).screen, Home)


def test_the_power_fails_and_nothing_is_printed_late() -> None:
    machine = collected().touch("print").restart()
    assert not prints(machine)
    assert not prints(machine.paper())
    assert machine.told(SlipOrdered)
    assert isinstance(machine.screen, Home)


def test_unasked_where_the_library_wants_it() -> None:
    machine = collected(limits=Limits(slips_unasked=True))
    assert [order.language for order in prints(machine)] == [""]
    assert goodbye(machine).printing == "under_way"
    assert collected(Paper.OUT, limits=Limits(slips_unasked=True)).commands == ()


def test_no_slip_for_nothing() -> None:
    machine = stocked(PARCEL).paper().tap("ann").open().touch("leave_it").shut()
    assert goodbye(machine).slip is None
    assert not prints(machine.touch("print"))


def test_staff_hear_of_the_paper_once() -> None:
    machine = Machine().paper().do(PaperSeen("printer", Paper.OUT), PaperSeen("printer", Paper.OUT))
    assert machine.told(PaperChanged)[-1] == PaperChanged("printer", Paper.OUT)
    assert machine.told(PointTrouble) == [PointTrouble("paper_out", detail="printer")]
    machine.restart().paper(Paper.OUT)
    assert len(machine.told(PointTrouble)) == 1
    machine.tap("max")
    assert isinstance(machine.screen, Courier)
    assert machine.screen.paper == "out"
    machine.do(DeviceDown("printer", "unplugged"))
    assert replace(machine.screen, paper="out") != machine.screen  # what does not answer says nothing of its paper
