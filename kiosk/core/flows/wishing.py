"""Wishing: a reader has found a title and shown their card; the library is asked to send it here.

card (and PIN where wanted) -> the holds they have -> the hold is placed, once -> when it comes, why not, or: not known

A hold whose placing is not known to have been heard is never placed again from here: the account is looked at instead,
and where it does not show it either, that is what is said.
"""

from dataclasses import replace

from pydantic import SecretStr

from kiosk.core import tries
from kiosk.core.account_stories import AccountPin
from kiosk.core.events import Acted, Touched
from kiosk.core.facts import Proved
from kiosk.core.flows import searching
from kiosk.core.flows.common import act, ask, leave, pin_wanted, refuse
from kiosk.core.search_stories import Wishing, WishOutcome
from kiosk.core.session import Step
from sync.account import AccountIs, AccountOf
from sync.acts import PlaceHold, Ruling
from sync.asked import Answer
from sync.titles import Title


def begin(step: Step, patron: str, title: Title, now: float, pin: SecretStr | None = None) -> Step:
    """This patron has shown their card for this title."""
    return ask_first(step.fact(Proved("card", patron)), Wishing(patron, title, pin=pin), now)


def ask_first(step: Step, story: Wishing, now: float) -> Step:
    """What they have, before anything changes: by it one can tell later whether a hold is new; and the library says
    whether it wants a PIN."""
    if not step.point.counters.online:
        return _ended(step, story, "away", now)
    if not step.point.plan.library.account:
        return _place(step, story, now)
    return _look(step, replace(story, stage="account"), now)


def _look(step: Step, story: Wishing, now: float) -> Step:
    return ask(step, AccountOf(story.patron, story.pin), lambda key: replace(story, key=key), now)


def _place(step: Step, story: Wishing, now: float) -> Step:
    story = replace(story, stage="placing")
    return act(step, PlaceHold(story.patron, story.title.id), lambda key: replace(story, key=key), now, story.pin)


def answered(step: Step, story: Wishing, answer: Answer | None, now: float) -> Step:
    """The account, before the placing or after one whose outcome is not known; None: no answer."""
    story = replace(story, key="")
    if story.stage == "checking":
        holds = answer.holds if isinstance(answer, AccountIs) else ()
        new = next((one for one in holds if one.title == story.title.title and one.id not in story.before), None)
        return _ended(step, replace(story, ahead=new.ahead if new else None), "placed" if new else "unknown", now)
    if not isinstance(answer, AccountIs):
        return _ended(step, story, "away", now)
    if answer.pin:
        wrong = story.wrong + (answer.pin == "wrong")
        return pin_wanted(step, AccountPin(story.patron, wrong=wrong, wish=story.title), answer.pin, now)
    step = tries.right(step, story.patron) if story.pin else step
    if not answer.known:
        return refuse(step, "card_unknown", now, then=("return",))
    return _place(step, replace(story, before=frozenset(hold.id for hold in answer.holds)), now)


def acted(step: Step, story: Wishing, event: Acted, now: float) -> Step:
    """What became of the placing."""
    story = replace(story, key="")
    match event.outcome:
        case Ruling(done=True) as ruling:
            return _ended(step, replace(story, words=ruling.words, by=ruling.by, ahead=ruling.ahead), "placed", now)
        case Ruling(words=words):
            return _ended(step, replace(story, words=words), "refused", now)
        case "away":
            return _ended(step, story, "away", now)
    return _not_known(step, story, now)


def overdue(step: Step, story: Wishing, now: float) -> Step:
    """No word in time."""
    return _not_known(step, story, now) if story.stage == "placing" else answered(step, story, None, now)


def _not_known(step: Step, story: Wishing, now: float) -> Step:
    if not (step.point.plan.library.account and step.point.counters.online):
        return _ended(step, replace(story, key=""), "unknown", now)
    return _look(step, replace(story, stage="checking"), now)


def _ended(step: Step, story: Wishing, outcome: WishOutcome, now: float) -> Step:
    limits = step.point.plan.limits
    return step.to(replace(story, stage="", outcome=outcome), now + step.wait_s(limits.slip_s))


def touch(step: Step, story: Wishing, touched: Touched, now: float) -> Step:
    """A touch at what became of it; while something is under way one can only leave, and it goes on."""
    match touched.action:
        case "finish" | "cancel":
            return leave(step)
        case "search" if not story.key:
            return searching.begin(step, now)
        case "again" if story.outcome == "away":
            return ask_first(step, Wishing(story.patron, story.title, pin=story.pin, wrong=story.wrong), now)
    return step
