"""A library that announces nothing, and what comes late, twice, or after something else."""

from dataclasses import replace
from typing import Any

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.commands import Ask
from kiosk.core.events import Acted, Answered, Online, Receipted
from kiosk.core.screens import Sorry
from kiosk.core.staff_screens import Courier
from sync.account import AccountIs, Hold
from sync.acts import Ruling
from sync.asked import ItemIs, PatronIs
from sync.messages import ItemDropped, ParcelReady, PatronChanged, PointTrouble, Receipt, Telling
from sync.rounds import HoldExtended
from sync.things import Patron
from tests.kiosk.core.machine import CARDS, DAY_S, KEYRING, ONE, SILENT, Machine, item

ANN = Patron("s.ann", "A. N.", cards=(KEYRING.card(CARDS["eve"]),))
TAP = "eve"


def receipt(machine: Machine, told: Any, patron: Patron | None = None, stock: bool = False) -> Machine:
    return machine.do(Receipted(Telling("k", 1, machine.now, told), Receipt("k", "applied", "", patron, stock=stock)))


def point(acts: frozenset[Any] = frozenset()) -> Machine:
    machine = Machine(library=replace(SILENT, account=True, acts=acts))
    machine.point = machine.point.drop(*(p for p in machine.point.patrons.values() if p.role == "reader"))
    return machine


def put_in(machine: Machine, barcode: str = "i-1") -> Any:
    machine.tap("max").scan(barcode).answer(ItemIs(item(barcode))).open().shut().touch("finish")
    return machine.told(ParcelReady)[-1]


def loaded(**kwargs: Any) -> Machine:
    machine = point(**kwargs)
    return receipt(machine, put_in(machine), ANN)


def only(machine: Machine) -> Any:
    (parcel,) = machine.point.parcels.values()
    return parcel


def test_what_was_held_no_longer_and_is_held_for_the_same_reader_again_is_theirs() -> None:
    machine = loaded()
    machine.now += 7 * 3600.0
    (asked,) = (c for c in machine.wait(0.5).commands if isinstance(c, Ask))
    assert only(machine.do(Answered(asked.key, ItemIs(ONE, False, "no")))).recalled
    machine.forced().tap("max").touch("check", "A1").open().touch("yes").shut().touch("finish")
    receipt(machine, machine.told(ParcelReady)[-1], ANN)
    assert not only(machine).recalled
    assert machine.tap(TAP).answer(PatronIs(ANN)).unlocked == ["A1"]


def extended(machine: Machine) -> Any:
    """The power was off for two days; the library has not heard yet for how long it is held."""
    machine.wait(1).now += 2 * DAY_S
    (told,) = machine.restart().doors(Door.SHUT).told(HoldExtended)
    return told


@pytest.mark.parametrize("whose", [ANN, None])
def test_held_longer_before_the_library_said_for_whom_it_is_heard_of_all_the_same(whose: Patron | None) -> None:
    machine = point()
    ready = put_in(machine)
    told = extended(machine)
    machine.now += 3600.0
    receipt(receipt(machine, ready, whose, stock=whose is None), told)
    assert not only(machine).unheard


def test_held_longer_and_given_more_time_it_is_heard_of_all_the_same() -> None:
    machine = loaded(acts=frozenset({"more_time"}))
    told = extended(machine)
    hold = Hold("i-1", "Title i-1", "ready", here=True, parcel=only(machine).id)
    machine.touch("more").touch("account").tap(TAP).answer(PatronIs(ANN)).answer(AccountIs(holds=(hold,)))
    machine.touch("holds").touch("hold", "i-1").touch("longer")
    machine.do(Acted(machine.asked, Ruling(True, "", machine.now + 30 * DAY_S)))
    assert only(machine).expires == machine.now + 30 * DAY_S
    assert not only(receipt(machine, told)).unheard


def test_taken_along_again_after_it_was_held_longer_it_is_forgotten() -> None:
    machine = loaded()
    told = extended(machine)
    machine.forced().tap("max").scan("i-1").open().touch("cancel").shut().touch("finish")
    receipt(machine, told).now += 8 * DAY_S
    machine.hear()
    assert not machine.point.parcels


def test_a_return_in_doubt_that_was_put_in_elsewhere_is_not_looked_for() -> None:
    machine = point().scan("i-1").answer(ItemIs(ONE, True)).touch("open")
    machine.do(DoorSeen("A1", Door.UNKNOWN)).wait(5).touch("cancel").touch("finish")
    put_in(machine.do(DoorSeen("A1", Door.SHUT)))
    assert not machine.point.drops
    machine.tap("max").touch("check", "A1").open().touch("no").shut()
    assert "drop_missing" not in [trouble.what for trouble in machine.told(PointTrouble)]
    assert machine.out("A1") == ""


def test_a_return_that_is_in_the_couriers_hand_is_looked_for_behind_its_door() -> None:
    machine = point().scan("i-1").answer(ItemIs(ONE, True)).touch("open").open().shut().touch("finish")
    receipt(machine, *machine.told(ItemDropped)).forced().tap("max").scan("i-1")
    assert isinstance(machine.screen, Courier)
    assert (machine.screen.notice, machine.screen.where) == ("already_here", "A1")
    machine.touch("check", "A1").open().touch("no").shut().scan("i-1").answer(ItemIs(ONE))
    assert machine.unlocked == ["A1"]


def test_who_was_blocked_is_so_until_the_library_says_otherwise_of_them() -> None:
    blocked = replace(ANN, standing="blocked", reason="a fee is open")
    machine = loaded().tap(TAP).answer(PatronIs(blocked)).touch("finish")
    receipt(machine, put_in(machine, "i-2"), ANN)  # the answer to a check-in names them, and no more
    assert machine.copy().do(Online(False)).tap(TAP).screen == Sorry("patron_blocked", "a fee is open", ("return",))
    machine.tap(TAP).answer(PatronIs(ANN)).touch("take").open().shut()
    assert machine.do(Online(False)).point.patrons["s.ann"].standing == "fine"


def test_a_hold_of_who_works_here_does_not_take_their_round_from_them() -> None:
    machine = loaded()
    machine.hear(PatronChanged(Patron("courier-1", "", role="courier", cards=ANN.cards)), snapshot=True)
    machine.hear(PatronChanged(Patron("max", "M.", role="courier", cards=(KEYRING.card(CARDS["max"]),))))
    receipt(machine, put_in(machine, "i-2"), ANN)
    assert isinstance(machine.tap(TAP).screen, Courier)
