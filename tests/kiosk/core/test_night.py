"""What the night forgets, and what it keeps."""

from typing import Any

from kiosk.core.events import Receipted
from kiosk.core.limits import DAY_S
from kiosk.core.night import rested
from kiosk.core.session import NOBODY, Step
from kiosk.core.tries import Tries
from sync.messages import JournalStands, ParcelCollected, Receipt, Telling
from tests.kiosk.core.machine import PAIR, PARCEL, Machine, stocked

STANDS = JournalStands(7, "ab" * 32, 1)


def lived() -> Machine:
    """A day of loading and fetching, and a wrong PIN; the other parcel is still there."""
    machine = stocked(PARCEL, PAIR).tap("ann").touch("parcel", "p-1").touch("take").open().shut()
    machine.take(Step(machine.point, machine.session).put(Tries("ann", 1, int(machine.now // DAY_S))))
    return machine


def heard(machine: Machine) -> Machine:
    (told,) = machine.told(ParcelCollected)
    return machine.do(Receipted(Telling("k", 1, machine.now, told), Receipt("k", "applied")))


def night(machine: Machine, days: float) -> tuple[set[str], ...]:
    """What is left of parcels, tries and hours."""
    step = rested(Step(machine.point, NOBODY), STANDS, machine.now + days * DAY_S)
    assert (step.facts, step.commands) == ((STANDS,), ())
    tables: tuple[Any, ...] = (step.point.parcels, step.point.tries, step.point.hours)
    return tuple(set(table) for table in tables)


def test_what_is_of_today_is_kept() -> None:
    machine = heard(lived())
    parcels, tries, hours = night(machine, 0)
    assert (parcels, tries, hours) == ({"p-1", "p-2"}, {"ann"}, set(machine.point.hours))
    assert hours


def test_what_has_gone_is_forgotten_and_what_lies_here_never() -> None:
    assert night(heard(lived()), 100) == ({"p-2"}, set(), set())


def test_tries_go_the_day_after_and_hours_when_no_chart_shows_them() -> None:
    machine = heard(lived())
    assert night(machine, 1) == ({"p-1", "p-2"}, set(), set(machine.point.hours))


def test_what_the_library_has_not_heard_of_is_kept_however_old() -> None:
    assert night(lived(), 100)[0] == {"p-1", "p-2"}
