"""What a reader has taken here and has come back since is not theirs to return again by the number of its title."""

from typing import Any

from hardware.readings import IsbnScanned
from kiosk.core.events import Online
from sync.asked import ItemIs
from sync.messages import ItemDropped, ParcelSent, PointTrouble
from sync.things import SentParcel
from tests.kiosk.core.machine import DAY_S, ISBN, NOW, ONE, PARCEL, Machine, stocked

AGAIN = SentParcel("p-9", "bob", (ONE,), "S", NOW + 5 * DAY_S)


def taken() -> Machine:
    return stocked(PARCEL).tap("ann").open().shut().touch("finish")


def by_number(machine: Machine) -> Any:
    """The library is away, and Ann has another copy of the title in hand, from elsewhere."""
    return machine.do(Online(False)).touch("return").tap("ann").do(IsbnScanned("scanner", ISBN)).screen


def test_what_they_still_have_is() -> None:
    assert by_number(taken()).titles == (ONE.title,)


def test_not_what_they_returned_and_a_courier_took_out() -> None:
    machine = taken().touch("return").scan("i-1").answer(ItemIs(ONE, True)).touch("open").open().shut().touch("finish")
    machine.tap("max").touch("clear").open().shut().touch("finish").touch("later")
    assert len(machine.told(ItemDropped)) == 1
    screen = by_number(machine)
    assert (screen.titles, screen.notice) == ((), "isbn_offline")


def test_nor_what_lies_here_for_the_next_reader() -> None:
    machine = taken().hear(ParcelSent(AGAIN)).tap("max").scan("i-1").open().shut().touch("finish")
    assert by_number(machine).titles == ()
    machine.touch("open")
    assert machine.parcel("p-9").state == "ready"
    assert not machine.told(PointTrouble)
