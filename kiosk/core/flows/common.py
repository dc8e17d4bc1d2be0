"""What every story needs: to wait, to ask, to end, and to know how long a door is waited for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from kiosk.core import doors, tries
from kiosk.core.account_stories import AccountPin
from kiosk.core.commands import Ask, Do
from kiosk.core.events import Acted
from kiosk.core.facts import ActBegun, ActEnded, TurnedAway
from kiosk.core.flows import slips
from kiosk.core.model import Compartment
from kiosk.core.notices import Reason, Then
from kiosk.core.order import Order
from kiosk.core.screens import Goodbye, Sorry
from kiosk.core.session import Step
from kiosk.core.stories import AtDoor, Ended, ProvingPin, Story, Visit
from sync.account import AccountOf
from sync.acts import Act, Said
from sync.asked import Question
from sync.plain import Pin
from sync.things import Patron

_ABOUT = ("loan", "hold", "title", "item")


def stay(step: Step, story: Story, now: float) -> Step:
    """Go to ``story`` and wait there for the person."""
    return step.to(story, now + step.wait_s(step.point.plan.limits.idle_s))


def ask(step: Step, query: Question, story: Callable[[str], Story], now: float) -> Step:
    """Ask the library; ``story`` gets the key of the question. Without an answer the wait ends by itself: for an
    account, which may be dozens of messages over SIP2, as late as for what somebody wants changed."""
    step, asked = step.asking()
    key = f"{step.session.number}.{asked}"
    limits = step.point.plan.limits
    wait_s = limits.act_wait_s if isinstance(query, AccountOf) else limits.ask_wait_s
    return step.to(story(key), now + wait_s).order(Ask(key, query))


def act(step: Step, wanted: Act, story: Callable[[str], Story], now: float, pin: Pin | None = None) -> Step:
    """Have something changed at the library; ``story`` gets the key, and ``Acted`` with it tells what became of it.

    The intent is on disk before it is said. The key is never used twice: sessions are counted on disk. Without a word
    the wait ends by itself, and what became of it is then not known.
    """
    step, asked = step.asking()
    counters = step.point.counters
    mark = f"e{counters.epoch}-" if counters.epoch else ""
    key = f"{step.point.plan.point}-{mark}{step.session.number}-act-{asked}"
    about = next((getattr(wanted, n) for n in _ABOUT if hasattr(wanted, n)), "")
    step = step.fact(ActBegun(key, wanted.kind, getattr(wanted, "patron", ""), about)).order(Do(Said(key, wanted, pin)))
    return step.to(story(key), now + step.point.plan.limits.act_wait_s)


def acted(step: Step, event: Acted) -> Step:
    """The outcome of an act, for the journal, whoever stands there by now."""
    if isinstance(event.outcome, str):
        return step.fact(ActEnded(event.key, event.outcome))
    return step.fact(ActEnded(event.key, "done" if event.outcome.done else "refused", event.outcome.words))


def pin_wanted(step: Step, story: ProvingPin | AccountPin, why: Literal["", "needed", "wrong"], now: float) -> Step:
    """Ask for a PIN, unless too many were wrong in this visit or with this card today."""
    who = story.digest if isinstance(story, ProvingPin) else story.patron
    step = tries.count(step, who, now) if why == "wrong" else step
    if story.wrong >= step.point.plan.limits.pins_wrong_max or tries.over(step.point, who, now):
        return refuse(step, "pin_wrong", now, then=("return",))
    return stay(step, story, now)


def refuse(
    step: Step,
    reason: Reason,
    now: float,
    detail: str = "",
    then: tuple[Then, ...] = (),
    person: str = "",
    places: tuple[str, ...] = (),
) -> Step:
    """End the story on a screen that says why not, and what next, of that which can be done here."""
    screen = Sorry(reason, detail, then if step.point.plan.spaces else (), places)
    until = now + step.wait_s(step.point.plan.limits.sorry_s)
    return step.fact(TurnedAway(reason, person)).to(Ended(screen, person), until)


def not_fine(step: Step, patron: Patron, now: float) -> Step:
    """Refuse a patron to whom the library lends nothing just now, in its words."""
    why: Reason = "patron_expired" if patron.standing == "expired" else "patron_blocked"
    return refuse(step, why, now, patron.reason, ("return",), patron.id)


def goodbye(step: Step, screen: Goodbye, now: float, person: str = "") -> Step:
    """End the story well, with the slip if there is one."""
    limits, story = step.point.plan.limits, Ended(screen, person)
    if not screen.slip:
        return step.to(story, now + step.wait_s(limits.goodbye_s))
    step = step.to(story, now + step.wait_s(limits.slip_s))
    return slips.touch(step, story, "", now) if limits.slips_unasked else step


def leave(step: Step) -> Step:
    """Nobody stands there any more. A door that was not seen open is given up; an open one goes on without them."""
    story = step.session.story
    if isinstance(story, AtDoor) and order_at(step, story.visit):
        step = doors.give_up(step, story.visit.compartment)
    return step.home()


def order_at(step: Step, visit: Visit) -> Order | None:
    """The order of this visit, while it is under way."""
    order = step.point.compartments[visit.compartment].order
    return order if order is not None and order.id == visit.order else None


def visit(step: Step, compartment: str, n: int = 1, of: int = 1) -> Visit:
    """The visit to a compartment that was just ordered open."""
    row: Compartment = step.point.compartments[compartment]
    assert row.order is not None
    return Visit(compartment, row.order.id, n, of)


def door_until(step: Step, now: float) -> float:
    """When a story at a door ends by itself, however far the door has come; not while its lock rests."""
    limits, story = step.point.plan.limits, step.session.story
    order = order_at(step, story.visit) if isinstance(story, AtDoor) else None
    begins = max(now, order.rests_until if order else 0.0)
    return begins + max(limits.open_wait_s + step.wait_s(limits.idle_s), limits.shut_wait_s + limits.left_open_s)


def mark(step: Step, at: Visit, *, keep: bool = False, missing: bool = False, whole: bool = False) -> Step:
    """What the person says of the open door: things stay as they are, or are not there. ``whole``: all of them, also
    what was said before not to be there."""
    row = step.point.compartments[at.compartment]
    assert row.order is not None
    absent = () if whole else row.order.absent
    return step.put(replace(row, order=replace(row.order, keep=keep, missing=missing, absent=absent)))


def pulse_again(step: Step, story: AtDoor, now: float) -> Step:
    """'Try again' at a stuck door, as often as the limits allow, once its lock has rested."""
    order = order_at(step, story.visit)
    if order is None or not order.stuck or not doors.attempts_left(step.point, story.visit.compartment, now):
        return step
    return doors.again(step, story.visit.compartment, now).to(story, door_until(step, now))
