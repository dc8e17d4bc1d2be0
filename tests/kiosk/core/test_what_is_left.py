"""What a reader is told of parcels that they do not get: only what will be handed out waits, and of what has gone
they hear why."""

from dataclasses import replace

import pytest

from hardware.readings import Door, DoorSeen
from kiosk.core.account_screens import Account
from kiosk.core.events import Online
from kiosk.core.model import Compartment
from kiosk.core.reader_screens import Choose
from kiosk.core.screens import Goodbye, Sorry
from sync.asked import AccountIs
from sync.messages import NeighboursAre, ParcelSent
from sync.service import Abilities
from sync.things import Neighbour
from tests.kiosk.core.machine import BOBS, CODE, DAY_S, PAIR, PARCEL, Machine, expiring, item, qr, stocked

THIRD = replace(PARCEL, id="p-5", items=(item("i-5"),))
PLACES = NeighboursAre((Neighbour("p7", "East Gate", 0, 0, 0), Neighbour("p8", "Lakeside", 0, 2, 0)))


def of_goodbye(machine: Machine) -> tuple[int, int, int]:
    screen = machine.screen
    assert isinstance(screen, Goodbye)
    return screen.left, screen.over, screen.doubt


def test_what_has_expired_waits_for_nobody() -> None:
    machine = stocked(PARCEL, expiring(PAIR, 600.0))
    machine.now += 3600.0
    assert of_goodbye(machine.tap("ann").open().shut()) == (0, 1, 0)


def test_the_list_counts_what_can_still_be_had_and_what_cannot() -> None:
    machine = stocked(PARCEL, THIRD, expiring(PAIR, 600.0))
    machine.now += 3600.0
    screen = machine.tap("ann").screen
    assert isinstance(screen, Choose)
    assert (len(screen.parcels), screen.others, screen.over) == (2, 0, 1)
    machine.touch("parcel", "p-1").touch("take").open().shut()
    assert of_goodbye(machine) == (1, 1, 0)


def test_what_is_looked_for_does_not_wait_and_a_door_that_does_not_answer_does() -> None:
    machine = (
        stocked(PARCEL, THIRD, PAIR).tap("ann").touch("parcel", "p-5").touch("take").open().touch("not_here").shut()
    )
    machine.touch("finish").do(DoorSeen(machine.parcel("p-2").compartment, Door.UNKNOWN))
    assert of_goodbye(machine.tap("ann").open().shut()) == (1, 0, 1)


def test_what_stays_by_its_readers_wish_and_expires_at_the_open_door_is_over() -> None:
    machine = stocked(expiring(PARCEL, 60.0)).tap("ann").open().touch("leave_it")
    machine.now += 61.0
    assert of_goodbye(machine.shut()) == (0, 1, 0)


def test_what_expires_before_its_door_is_over_whether_it_is_wanted_or_not() -> None:
    for touch in ("next", "finish"):
        machine = stocked(PARCEL, expiring(PAIR, 600.0)).tap("ann").touch("take").open().shut(done=False)
        machine.now += 601.0
        assert of_goodbye(machine.touch(touch)) == (0, 1, 0)


# ---- after a courier has taken it out -----------------------------------------------------------------------------


def gone(expired: bool) -> Machine:
    """The courier has taken it out: its time was over, or it was called back."""
    machine = stocked(expiring(PARCEL, 600.0) if expired else PARCEL, library=Abilities(account=False))
    machine.now += 3600.0
    machine = machine if expired else machine.recall("p-1")
    machine.tap("max").touch("clear").open().shut().wait(400)
    assert machine.parcel().state == "removed"
    return machine


@pytest.mark.parametrize(("expired", "why"), [(True, "parcel_expired"), (False, "parcel_recalled")])
def test_it_was_taken_out_and_its_reader_hears_why(expired: bool, why: str) -> None:
    machine = gone(expired)
    for way in (lambda m: m.code(CODE), lambda m: m.show(qr()), lambda m: m.tap("ann")):
        assert way(machine.copy()).screen.reason == why
    plan = replace(machine.point.plan, library=Abilities())
    machine.point = replace(machine.point, plan=plan)
    assert machine.tap("ann").answer(AccountIs()).screen == Account(True, notice=why)  # type: ignore[arg-type]


def test_the_last_that_happened_to_what_lay_here_counts() -> None:
    machine = gone(True)
    machine.hear(ParcelSent(replace(THIRD, expires=machine.now + DAY_S, code="", pass_id="")))
    assert machine.tap("ann").screen.reason == "parcel_expired"  # type: ignore[union-attr]
    machine.touch("finish").tap("max").scan("i-5").open().shut().touch("finish").touch("later")
    machine.tap("ann").open().shut()
    assert machine.touch("finish").tap("ann").screen.reason == "nothing_ready"  # type: ignore[union-attr]


def test_a_clock_that_is_not_believed_says_of_nothing_that_its_time_was_over() -> None:
    machine = gone(True)
    machine.point = machine.point.put(replace(machine.point.counters, clock_wrong=True))
    assert machine.tap("ann").screen.reason == "nothing_ready"  # type: ignore[union-attr]


def test_a_code_that_has_done_its_work_is_called_a_code() -> None:
    machine = stocked(PARCEL).code(CODE).open().shut().touch("finish")
    assert machine.code(CODE).screen == Sorry("code_used")


# ---- other places -------------------------------------------------------------------------------------------------


def test_a_full_cabinet_names_places_with_room() -> None:
    machine = stocked(PARCEL, spaces=[("A1", "S")]).hear(PLACES)
    assert machine.touch("return").screen == Sorry("cabinet_full", places=("Lakeside",))
    unseen = Machine(spaces=[("A1", "S")]).hear(PLACES).do(DoorSeen("A1", Door.UNKNOWN)).touch("return")
    assert unseen.screen == Sorry("door_unreachable", places=("Lakeside",))


def test_the_last_door_that_goes_before_it_is_opened_names_places_too() -> None:
    machine = Machine(BOBS, spaces=[("A1", "S")]).hear(PLACES).do(Online(False)).touch("return").scan("x-1")
    machine.point = machine.point.put(Compartment("A1", Door.SHUT, aside=True))
    assert machine.touch("open").screen == Sorry("cabinet_full", places=("Lakeside",))


def lying(machine: Machine, *in_reach: str) -> Machine:
    """The same cabinet, of which only these doors are in everybody's reach."""
    machine = machine.copy()
    spaces = {n: replace(s, bottom_cm=100 if n in in_reach else 0) for n, s in machine.point.plan.spaces.items()}
    machine.point = replace(machine.point, plan=replace(machine.point.plan, spaces=spaces))
    return machine


def test_a_door_in_reach_is_promised_only_where_one_is_free() -> None:
    far = lying(stocked(PARCEL, PAIR).hear(PLACES))
    assert far.copy().tap("ann").touch("cannot_reach").screen == Sorry(
        "no_door_in_reach", then=("return",), places=("Lakeside",)
    )
    near = lying(far, "C1")
    assert near.tap("ann").touch("cannot_reach").screen == Sorry("out_of_reach", "", ("return",))
