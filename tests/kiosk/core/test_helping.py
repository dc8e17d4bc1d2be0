"""Somebody else fetches a parcel: the reader gives a code, the helper types it, the loan is the reader's."""

from dataclasses import replace

from hardware.readings import Door
from kiosk.core.account_screens import Account, Holds, OneHold, Permission
from kiosk.core.events import Online
from kiosk.core.facts import PermissionGiven, PermissionTakenBack, Proved, WrongCode
from kiosk.core.limits import DAY_S
from kiosk.core.reader_screens import DoorShut
from kiosk.core.screens import Collect, DoorOpen, Goodbye, Sorry
from kiosk.core.show import display
from sync.account import AccountIs, Hold
from sync.messages import ParcelCollected, ParcelSent, PatronChanged, PointTrouble
from sync.service import Abilities
from tests.kiosk.core.machine import BOBS, KEYRING, LIMITS, NOW, PAIR, PARCEL, PEOPLE, Machine, expiring, stocked

MINE = AccountIs(True, "A.", holds=(Hold("H1", "Title i-1", "ready", "p1", True, NOW + DAY_S, "p-1"),))


def at_hold(machine: Machine) -> Machine:
    machine.touch("more").touch("account").tap("ann").answer(MINE)
    return machine.touch("holds").touch("hold", "H1")


def may(machine: Machine) -> tuple[str, ...]:
    assert isinstance(machine.screen, OneHold)
    return machine.screen.may


def permitted(machine: Machine) -> str:
    """The reader makes a code and goes."""
    at_hold(machine).touch("permit")
    assert isinstance(machine.screen, Permission)
    code = machine.screen.code
    machine.touch("finish")
    return code


def wrong(machine: Machine, code: str) -> bool:
    before = len(machine.told(WrongCode))
    machine.code(code)
    return len(machine.told(WrongCode)) == before + 1 and not machine.unlocked


# ---- the reader ---------------------------------------------------------------------------------------------------


def test_the_code_is_shown_once_and_kept_only_as_a_keyed_hash() -> None:
    machine = at_hold(stocked(PARCEL))
    assert may(machine) == ("collect", "permit", "longer", "cancel_hold")
    screen = machine.touch("permit").screen
    assert isinstance(screen, Permission)
    assert (screen.title, len(screen.code), screen.until) == ("Title i-1", 8, NOW + 3 * DAY_S)
    assert machine.parcel().helper == KEYRING.code(screen.code)
    assert machine.facts == (PermissionGiven("p-1", "ann", NOW + 3 * DAY_S),)
    everything = repr((machine.point, machine.session, machine.all_facts, machine.commands, machine.screen))
    assert screen.code not in everything
    machine.touch("cancel")
    assert may(machine) == ("collect", "take_back", "longer", "cancel_hold")
    assert machine.screen.line.helper_until == NOW + 3 * DAY_S  # type: ignore[union-attr]
    assert screen.code not in str(machine.touch("take_back").touch("cancel").screen)


def test_nothing_but_back_can_be_touched_while_the_code_stands_there() -> None:
    machine = at_hold(stocked(PARCEL)).touch("permit")
    for action in ("collect", "permit", "take_back", "cancel_hold", "yes"):
        assert isinstance(machine.touch(action).screen, Permission), action
    assert machine.told(PermissionTakenBack) == []
    assert not machine.unlocked


def test_every_code_is_another() -> None:
    machine = stocked(PARCEL)
    codes = []
    for _ in range(20):
        codes.append(permitted(machine))
        at_hold(machine).touch("take_back").touch("finish")
    assert len(set(codes)) == 20


def test_a_code_that_is_alive_here_is_not_given_again() -> None:
    first = permitted(stocked(PARCEL))
    machine = stocked(PARCEL, replace(BOBS, code=KEYRING.code(first)))
    assert permitted(machine) != first


def test_a_permission_taken_back_opens_nothing() -> None:
    machine = stocked(PARCEL)
    code = permitted(machine)
    at_hold(machine).touch("take_back")
    assert machine.screen.notice == "taken_back"  # type: ignore[union-attr]
    assert machine.facts == (PermissionTakenBack("p-1", "ann"),)
    assert (machine.parcel().helper, machine.parcel().helper_until) == ("", 0.0)
    assert "permit" in may(machine)
    machine.touch("finish")
    assert wrong(machine, code)


def test_it_ends_with_the_parcel_at_the_latest() -> None:
    machine = stocked(expiring(PARCEL, 3600.0))
    code = permitted(machine)
    assert machine.parcel().helper_until == NOW + 3600.0
    machine.now = NOW + 3601.0
    assert wrong(machine, code)


def test_it_ends_after_its_own_time() -> None:
    machine = stocked(PARCEL, limits=LIMITS.model_copy(update={"helper_h": 1.0}))
    code = permitted(machine)
    machine.now += 3601.0
    assert wrong(machine, code)
    machine.touch("finish")
    assert "permit" in may(at_hold(machine))


def test_it_is_not_offered_where_it_would_be_of_no_use() -> None:
    no_codes = stocked(PARCEL, library=Abilities(codes=False))
    assert "permit" not in may(at_hold(no_codes))
    assert isinstance(no_codes.touch("permit").screen, OneHold)
    assert "permit" not in may(at_hold(stocked(PARCEL).recall("p-1")))
    blocked = stocked(PARCEL).hear(PatronChanged(replace(PEOPLE[0], standing="blocked")))
    assert "permit" not in may(at_hold(blocked))


def test_without_the_library_it_is_given_from_what_lies_here() -> None:
    machine = stocked(PARCEL, PAIR).do(Online(False))
    machine.touch("more").touch("account").tap("ann")
    assert isinstance(machine.screen, Account)
    machine.touch("holds")
    assert isinstance(machine.screen, Holds)
    assert [(line.id, line.state) for line in machine.screen.lines] == [("p-1", "here"), ("p-2", "here")]
    assert may(machine.touch("hold", "p-2")) == ("collect", "permit")
    code = machine.touch("permit").screen.code  # type: ignore[union-attr]
    machine.touch("finish").code(code)
    assert machine.unlocked == [machine.parcel("p-2").compartment]
    assert machine.screen.of == 1  # type: ignore[union-attr]


# ---- the helper ---------------------------------------------------------------------------------------------------


def test_the_helper_takes_it_and_the_loan_is_the_readers() -> None:
    machine = stocked(PARCEL, BOBS)
    code = permitted(machine)
    machine.code(code)
    assert machine.unlocked == ["A1"]
    assert machine.told(Proved)[-1] == Proved("helper", "ann")
    machine.open()
    assert isinstance(machine.screen, DoorOpen)
    assert machine.screen.titles == ("Title i-1",)
    assert shown_of(machine) == ("", False)
    machine.shut(done=False)
    assert isinstance(machine.screen, DoorShut)
    machine.touch("finish")
    assert isinstance(machine.screen, Goodbye)
    assert shown_of(machine) == ("", False)
    told = machine.told(ParcelCollected)[0]
    assert (told.patron, told.parcel, told.proof, told.items) == ("ann", "p-1", "code", ("i-1",))
    assert machine.parcel().helper == ""
    machine.touch("finish")
    assert wrong(machine, code)


def test_the_helper_has_no_way_into_the_account_of_who_stood_there_before() -> None:
    machine = stocked(PARCEL, BOBS)
    code = permitted(machine)
    machine.tap("bob").open().shut().touch("collect")
    machine.code(code).open().shut()
    assert isinstance(machine.screen, Goodbye)
    assert shown_of(machine) == ("", False)


def shown_of(machine: Machine) -> tuple[str, bool]:
    shown = display(machine.point, machine.session, machine.now)
    return shown.initials, shown.to_account


def test_returns_after_it_are_nobodys() -> None:
    machine = stocked(PARCEL)
    machine.code(permitted(machine)).open().shut().touch("return")
    assert machine.session.story.patron == ""  # type: ignore[union-attr]


def test_the_code_lasts_until_something_is_taken() -> None:
    machine = stocked(PAIR_OF_ANN)
    code = permitted(machine)
    machine.code(code).open().touch("leave_it").shut()
    assert machine.touch("finish").code(code).unlocked == [machine.door]
    machine.open().touch("some").touch("item", "i-3").touch("stay_here").shut().touch("finish")
    assert machine.told(ParcelCollected)[0].items == ("i-2",)
    assert machine.parcel("p-1").state == "ready"
    assert wrong(machine, code)


PAIR_OF_ANN = replace(PAIR, id="p-1")


def test_a_door_that_jams_says_nothing_of_the_reader() -> None:
    machine = stocked(PARCEL)
    code = permitted(machine)
    machine.code(code).wait(5).touch("cancel")
    assert isinstance(machine.screen, Sorry)
    assert shown_of(machine) == ("", False)
    assert machine.parcel().helper == KEYRING.code(code)


def test_why_it_cannot_be_had_is_not_said_to_the_helper() -> None:
    for what in ("blocked", "recalled"):
        machine = stocked(PARCEL)
        code = permitted(machine)
        if what == "blocked":
            machine.hear(PatronChanged(replace(PEOPLE[0], standing="blocked", reason="a fee is open")))
        else:
            machine.recall("p-1")
        machine.code(code)
        assert machine.screen == Sorry("helper_not_now", "", ("return",)), what
        assert shown_of(machine) == ("", False)


def test_the_code_opens_nothing_for_the_next_reader_of_the_parcel() -> None:
    machine = stocked(PARCEL)
    code = permitted(machine)
    machine.hear(ParcelSent(replace(PARCEL, patron="bob")))
    assert wrong(machine, code)


def test_wrong_codes_count_as_those_of_the_library() -> None:
    machine = stocked(PARCEL, limits=LIMITS.model_copy(update={"wrong_codes_max": 2}))
    code = permitted(machine)
    machine.code("00000000").code("00000001")
    assert machine.screen == Sorry("codes_closed")
    machine.touch("finish").code(code)
    assert not machine.unlocked
    assert isinstance(machine.touch("collect").screen, Collect)
    machine.touch("cancel")
    assert "permit" not in may(at_hold(machine))


def test_it_survives_a_power_cut() -> None:
    machine = stocked(PARCEL)
    code = permitted(machine)
    assert machine.restart().doors(Door.SHUT).code(code).unlocked == ["A1"]


def test_a_helper_who_cannot_reach_the_door_says_nothing_of_its_reader() -> None:
    machine = stocked(PARCEL)
    code = permitted(machine)
    machine.code(code).open().touch("cannot_reach").shut()
    assert machine.told(PointTrouble) == [PointTrouble("out_of_reach", "A1", "p-1")]
    assert machine.parcel().state == "ready"
    assert not machine.point.patrons["ann"].reach
    assert machine.touch("finish").tap("ann").open().touch("cannot_reach").shut().point.patrons["ann"].reach
