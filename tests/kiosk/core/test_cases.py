"""What machine and library disagree on, before somebody of the staff."""

import pytest

from hardware.readings import DeviceDown, DeviceUp
from kiosk.core.case_facts import CaseSettled, Disagreed
from kiosk.core.events import Receipted, Tick
from kiosk.core.screens import Sorry
from kiosk.core.staff_screens import Courier, Settle
from sync.messages import ItemDropped, PatronChanged, PointTrouble, Receipt, Telling
from sync.things import Patron
from tests.kiosk.core.machine import CARDS, KEYRING, LIMITS, NOW, PARCEL, Machine, stocked

SUE = Patron("sue", "S.", role="staff", cards=(KEYRING.card(CARDS["sue"]),))


def disagreed(count: int = 2) -> Machine:
    machine = stocked(PARCEL).hear(PatronChanged(SUE))
    for n in range(count):
        told = Telling(f"p1-7-{n}", n + 1, NOW, ItemDropped(f"x-{n}", "A1", True))
        machine.do(Receipted(told, Receipt(told.key, "conflict", f"words {n}")), after=1.0)
    return machine


def test_staff_see_them_one_after_another_oldest_first() -> None:
    machine = disagreed().tap("sue")
    assert isinstance(machine.screen, Courier)
    assert machine.screen.cases == 2
    machine.touch("cases")
    first = machine.screen
    assert isinstance(first, Settle)
    assert (first.n, first.of, first.kind) == (1, 2, "item_dropped")
    assert (first.things, first.words) == (("x-0", "A1"), "words 0")
    assert machine.touch("later").screen.n == 2  # type: ignore[union-attr]
    assert isinstance(machine.touch("later").screen, Courier)
    assert len(machine.point.cases) == 2


def test_what_is_settled_is_off_the_list_in_the_journal_and_told() -> None:
    machine = disagreed().tap("sue").touch("cases").touch("by_hand", "p1-7-0")
    assert machine.told(CaseSettled) == [CaseSettled("p1-7-0", "by_hand", "sue")]
    assert PointTrouble("case_settled", detail="p1-7-0 by_hand") in machine.told(PointTrouble)
    assert machine.screen.words == "words 1"  # type: ignore[union-attr]
    machine.touch("nothing", "p1-7-1")
    assert not machine.point.cases
    assert isinstance(machine.screen, Courier)


@pytest.mark.parametrize("action", ["by_hand", "nothing"])
def test_touched_twice_while_nothing_moved_it_settles_what_was_seen_and_no_other(action: str) -> None:
    machine = disagreed().tap("sue").touch("cases").touch(action, "p1-7-0").touch(action, "p1-7-0")
    assert list(machine.point.cases) == ["p1-7-1"]
    assert machine.screen.id == "p1-7-1"  # type: ignore[union-attr]


def test_of_too_many_the_oldest_go_and_one_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.core.open_cases.CASES_MAX", 3)
    machine = disagreed(3)
    assert list(machine.point.cases) == ["p1-7-0", "p1-7-1", "p1-7-2"]
    machine = disagreed(5).tap("sue").touch("cases")
    first = machine.screen
    assert isinstance(first, Settle)
    assert (first.n, first.of, first.kind, first.status, first.words) == (1, 4, "left_out", "left_out", "2")
    assert sorted(machine.point.cases) == ["left-out", "p1-7-2", "p1-7-3", "p1-7-4"]
    assert len(machine.told(Disagreed)) == 5  # all of them, for whoever reads the journal
    machine.touch("nothing", "left-out")
    assert CaseSettled("left-out", "nothing", "sue") in machine.told(CaseSettled)
    assert (machine.screen.of, machine.screen.words) == (3, "words 2")  # type: ignore[union-attr]


def test_couriers_and_readers_do_not() -> None:
    machine = disagreed().tap("max")
    assert machine.screen.cases == 0  # type: ignore[union-attr]
    assert isinstance(machine.touch("cases").screen, Courier)
    assert not isinstance(disagreed().tap("eve").touch("cases").screen, Settle)
    assert isinstance(disagreed().tap("eve").screen, Sorry)


@pytest.mark.parametrize("others", [0, 1])
def test_from_one_that_comes_right_meanwhile_it_goes_on(others: int) -> None:
    machine = stocked(PARCEL).hear(PatronChanged(SUE)).do(DeviceUp("scanner"), DeviceDown("scanner", "gone"))
    machine.do(Tick(), after=LIMITS.down_min_s + 1)
    lost = PointTrouble("device_lost", detail="scanner")
    assert lost in machine.told(PointTrouble)
    for n, told in enumerate((lost, *[ItemDropped("x-1", "A1", True)] * others), 1):
        machine.do(Receipted(Telling(f"p1-7-{n}", n, NOW, told), Receipt(f"p1-7-{n}", "conflict")), after=1.0)
    machine.tap("sue").touch("cases")
    assert machine.screen.id == "p1-7-1"  # type: ignore[union-attr]
    machine.do(DeviceUp("scanner"))
    if others:
        assert (machine.screen.id, machine.screen.n, machine.screen.of) == ("p1-7-2", 1, 1)  # type: ignore[union-attr]
    else:
        assert isinstance(machine.screen, Courier)
