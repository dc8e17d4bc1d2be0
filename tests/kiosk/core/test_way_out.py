"""From wherever misfortune has led, there is a way back to normal use that the screens offer, without a new start.

Doors, locks, the power, the library and people do anything for a while. Then the world is kind: doors are pushed shut,
locks open, couriers do what their screen says, and readers come. After that everything must be in use again.
"""

import random
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from hardware.readings import CardShown, Door, DoorSeen, ItemScanned, Pulse, UnlockEnded
from kiosk.core import doors, downtime
from kiosk.core.doors import Outcome
from kiosk.core.events import Online, Restored, Tick, Touched
from kiosk.core.model import HERE, Compartment, PickupPoint
from kiosk.core.order import Order
from kiosk.core.reader_screens import DoorShut
from kiosk.core.session import Step
from kiosk.core.staff_screens import Courier
from kiosk.core.stories import AtDoor, AtHome, Checking, Choosing, Clearing, Fetching, HandingOver, Sealing, Stowing
from sync.messages import ParcelMissing, ParcelSent, PatronChanged, PointTrouble
from sync.things import Patron
from tests.kiosk.core.machine import BOBS, CARDS, DAY_S, KEYRING, PAIR, PARCEL, Machine, stocked

STAFF = Patron("sue", "S.", role="staff", cards=(KEYRING.card(CARDS["sue"]),))
PULSES = (Pulse.ACCEPTED, Pulse.ACCEPTED, Pulse.REFUSED, Pulse.NOT_SENT, Pulse.UNKNOWN)
SAID = (
    *("again", "cancel", "finish", "help", "next", "other_door", "yes", "no", "leave_it", "not_here", "reopen", "undo"),
    *("does_not_fit", "pause", "take", "clear", "open", "bag", "enter", "nothing_in"),
)
TURNS = 8  # of a courier and the readers, a day each after the first


# ---- misfortune ---------------------------------------------------------------------------------------------------


def befalls(machine: Machine, dice: random.Random) -> None:
    """Something happens: most of it at a door where something is under way."""
    rows = list(machine.point.compartments.values())
    busy = [row for row in rows if row.order] or rows[:1]
    row = dice.choice(busy if dice.random() < 0.8 else rows)
    after = dice.choice((0.2, 0.5, 2.0, 5.0, 30.0, 100.0))
    odds = dice.random()
    if odds < 0.3:
        machine.do(DoorSeen(row.name, dice.choices(tuple(Door), (1, 3, 3))[0]), after=after)
    elif odds < 0.45 and row.order:
        pulse = dice.choice(PULSES)
        rests_s = 40.0 if pulse is Pulse.REFUSED and dice.random() < 0.4 else 0.0
        machine.do(UnlockEnded(row.name, row.order.id, row.order.attempt, pulse, rests_s), after=after)
    elif odds < 0.7:
        machine.do(Touched(dice.choice(SAID), ""), after=after)
    elif odds < 0.8:
        machine.do(Touched("check", row.name), after=after)
    elif odds < 0.9:
        machine.do(CardShown("card", SecretStr(CARDS[dice.choice(("ann", "bob", "max", "max", "sue"))])), after=after)
    else:
        _from_afar(machine, dice, row)
    machine.do(Tick(), after=0.25)


def _from_afar(machine: Machine, dice: random.Random, row: Compartment) -> None:
    match dice.choice(("power", "power", "day", "library", "recall", "announce", "image", "afar", "aside", "scan")):
        case "power":
            machine.restart()
        case "day":
            machine.now += DAY_S
        case "library":
            machine.do(Online(dice.random() < 0.5))
        case "recall":
            machine.recall(dice.choice(("p-1", "p-2", "p-3")))
        case "announce":
            machine.hear(ParcelSent(dice.choice((PARCEL, PAIR, BOBS))))
        case "image":
            machine.do(Restored(dice.randint(1, 99)))
        case "afar":
            inside = (p.id for p in machine.point.at(row.name))
            things = (*inside, *(drop.item.barcode for drop in machine.point.drops_at(row.name)))
            machine.instruct("open", compartment=row.name, contents=things)
        case "aside":
            machine.instruct("set_aside", compartment=row.name)
        case "scan":
            machine.do(ItemScanned("scanner", dice.choice(("i-1", "i-2", "i-3", "i-4", "x-1"))))


# ---- what holds meanwhile -----------------------------------------------------------------------------------------


def shown_and_fair(before: PickupPoint, machine: Machine) -> None:
    """A door that goes out of use is told; where it is in use, time runs; where somebody else has left it open, not."""
    for name, row in machine.point.compartments.items():
        there = {parcel.id for parcel in (*before.at(name), *machine.point.at(name))}
        if row.out and not before.compartments[name].out:
            told = [f.compartment for f in machine.told(PointTrouble)] + [f.parcel for f in machine.told(ParcelMissing)]
            assert {name, *there} & {*told}, f"{name} is out of use, and nobody was told"
        if row.door is Door.SHUT and not (row.order or row.out):
            assert not row.down_since, f"{name} is in use, and its time stands still"
        if row.order and row.order.late and row.order.purpose != "pickup":
            assert row.down_since, f"{name} was left open, and its time runs"


# ---- the kind world -----------------------------------------------------------------------------------------------


def all_is_well(machine: Machine) -> None:
    """The world is kind from now on, and all is in use again."""
    _gone_home(machine.do(Online(True)))
    machine.doors(Door.SHUT).do(Tick(), after=30.0).do(Tick(), after=30.0)
    machine.hear(PatronChanged(STAFF))
    for turn in range(TURNS):
        for who in ("ann", "bob"):
            _fetches(machine, who)
        _works(machine, "sue")
        _works(machine, "max")
        machine.now += DAY_S if turn else 0.0
    point = machine.point
    for row in point.compartments.values():
        assert (row.door, row.order, row.out, row.aside, row.down_since) == (Door.SHUT, None, "", False, 0.0), row
    assert len(point.free()) == len(point.plan.spaces)
    assert not [parcel for parcel in point.parcels.values() if parcel.state in HERE and parcel.compartment]
    assert not point.drops
    assert not [row for row in point.rounds.values() if row.bag]
    assert not [row for row in point.heeded.values() if row.order]


def _gone_home(machine: Machine) -> None:
    for _ in range(40):
        if isinstance(machine.session.story, AtHome):
            return
        machine.do(Tick(), after=30.0)
    raise AssertionError(f"this never ends: {machine.session.story}")


def _opens(machine: Machine, kind: type) -> bool:
    """The door of such a story opens, something is said where that is needed, and it is shut."""
    story = machine.session.story
    if not isinstance(story, AtDoor) or not isinstance(story, kind):
        return False
    machine.open()
    if kind is Checking:
        machine.touch("yes")
    machine.do(DoorSeen(story.visit.compartment, Door.SHUT), after=5.0).do(Tick(), after=1.0)
    return True


def _fetches(machine: Machine, who: str) -> None:
    """A reader comes; whoever has something here that can be had gets it."""
    point, now = machine.point, machine.now
    mine = [p for p in point.parcels.values() if p.patron == who and p.state in ("ready", "doubt") and not p.recalled]
    machine.tap(who)
    got = isinstance(machine.session.story, Fetching | Choosing)
    assert got or not [p for p in mine if not point.expired(p, now)], f"{who} is sent away: {machine.screen}"
    machine.touch("take") if isinstance(machine.session.story, Choosing) else None
    while _opens(machine, Fetching):
        if isinstance(machine.screen, DoorShut):
            machine.touch("next" if machine.screen.next_door else "finish")
    _gone_home(machine.touch("finish"))


def _works(machine: Machine, who: str) -> None:
    """A courier does what the screen offers, until it offers nothing more."""
    machine.tap(who)
    for _ in range(12):
        screen = machine.screen
        assert isinstance(screen, Courier), screen
        if screen.to_check:
            machine.touch("check", screen.to_check[0])
            assert _opens(machine, Checking)
        elif screen.to_clear:
            machine.touch("clear")
            while _opens(machine, Clearing):
                pass
        elif screen.bag:
            machine.touch("bag")
        elif screen.parcels and (load := machine.point.parcels[screen.parcels[0][0]]).expires > machine.now:
            machine.scan(*(item.barcode for item in load.items))
            assert _opens(machine, Stowing)
        else:
            break
        _hands_over(machine)
    for row in machine.point.compartments.values():
        if row.aside and who == "sue":
            for action in (("desk", ""), ("doors", ""), ("door", row.name), ("back", ""), *[("cancel", "")] * 3):
                machine.touch(*action)
    _hands_over(machine.touch("finish"))
    _gone_home(machine)


def _hands_over(machine: Machine) -> None:
    if isinstance(machine.session.story, Sealing):
        for digit in "1234":
            machine.touch("digit", digit)
        machine.touch("enter")
    if isinstance(machine.session.story, HandingOver):
        machine.tap("max")


# ---- the search ---------------------------------------------------------------------------------------------------


def begun() -> dict[str, Machine]:
    """Where walks begin."""
    full = stocked(PARCEL, PAIR, BOBS).hear(PatronChanged(STAFF))
    forced = full.copy().do(DoorSeen("A1", Door.OPEN), after=5.0)
    jammed = stocked(PARCEL).tap("ann").wait(5).touch("cancel").touch("finish")
    return {
        "full": full,
        "fetching": full.copy().tap("ann"),
        "forced": forced,
        "looked behind": forced.copy().tap("max").touch("check", "A1"),
        "left open": full.copy().recall("p-1").tap("max").touch("clear").open().touch("cancel").wait(200),
        "jammed": jammed.tap("ann").open().touch("leave_it"),
        "stowing": Machine(PARCEL, PAIR).tap("max").scan("i-1"),
        "returning": stocked(PARCEL).do(Online(False)).scan("x-1").touch("open"),
        "called back": full.copy().recall("p-1"),
    }


STARTS = begun()


def search(seed: int, walks: int, *starts: str) -> None:
    """So many walks; what is found says how things stood."""
    for walk in range(walks):
        dice = random.Random(f"{seed}.{walk}")
        machine = STARTS[dice.choice(starts or tuple(STARTS))].copy()
        for _ in range(dice.randint(1, 14)):
            before = machine.point
            machine.all_facts.clear()
            befalls(machine, dice)
            shown_and_fair(before, machine)
        if dice.random() < 0.2:
            machine.restart()
        all_is_well(machine)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_befalls_it_all_is_in_use_again_once_the_world_is_kind(seed: int) -> None:
    search(seed, 200)


# ---- would it find anything? --------------------------------------------------------------------------------------


def _waits_for_it(seen: Callable[..., tuple[Step, Outcome | None]]) -> Callable[..., tuple[Step, Outcome | None]]:
    def planted(step: Step, row: Compartment, order: Order, now: float) -> tuple[Step, Outcome | None]:
        return (step, None) if not (order.opened_at or order.cut) else seen(step, row, order, now)

    return planted


def _still_jammed(row: Compartment) -> bool:
    return row.out == "stuck"


PLANTED = {
    "looked behind": (doors, "_shut", _waits_for_it(doors._shut), "parcel_in_doubt"),
    "jammed": (downtime, "_jammed", _still_jammed, "its time stands still"),
}
"""By where the walks begin: a door pushed shut while its lock did not move; a jammed door that has opened."""


@pytest.mark.parametrize("start", PLANTED)
def test_a_dead_end_would_be_found(start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, planted, words = PLANTED[start]
    monkeypatch.setattr(module, name, planted)
    with pytest.raises(AssertionError, match=words):
        search(0, 2000, start)
