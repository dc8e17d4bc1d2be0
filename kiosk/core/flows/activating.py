"""A card becomes a reader's, where the library offers it.

its rules, page by page -> telephone number -> PIN -> once more -> told -> whose card is it now? -> ready, or why not

The number and the PIN are said to the library and kept nowhere here. Whether it was done is asked for where it is not
known; it is never told under two keys.
"""

from dataclasses import replace

from pydantic import SecretStr

from kiosk.core import tries
from kiosk.core.activation import NOTHING, Activated, Activating, NewPin, Phone, Rules
from kiosk.core.events import Acted, Touched
from kiosk.core.flows.common import act, ask, leave, refuse, stay
from kiosk.core.flows.keypad import typed
from kiosk.core.model import PickupPoint
from kiosk.core.screens import Screen, Wait
from kiosk.core.session import Step
from kiosk.core.stories import Want
from sync.activation import Offer
from sync.acts import Activate, Ruling
from sync.asked import Answer, PatronIs, WhoIs

PHONE_LEAST, PHONE_MOST = 5, 15  # ITU-T E.164; whether it is one, the library says


def begin(step: Step, digest: str, offer: Offer, want: Want, now: float) -> Step:
    """A card was shown that may become a reader's."""
    if tries.over(step.point, digest, now):
        return refuse(step, "activation_over", now, then=("return",))
    return stay(step, Activating(digest, offer, want), now)


# ---- touches ------------------------------------------------------------------------------------------------------


def touch(step: Step, story: Activating, touched: Touched, now: float) -> Step:
    """While the library is told or asked one can only leave; what is under way goes on."""
    if touched.action == "finish" or (touched.action == "cancel" and story.key):
        return leave(step)
    if story.key or story.stage == "done":
        return step
    if touched.action == "cancel":
        back = _back(story)
        return leave(step) if back is None else stay(step, back, now)
    if story.stage == "rules":
        return _read(step, story, touched.action, now)
    digits = typed(_typed(story).get_secret_value(), touched, _most(story))
    if digits is not None:
        return stay(step, _with(replace(story, notice="", words=""), SecretStr(digits)), now)
    return _entered(step, story, now) if touched.action == "enter" and ready(story) else step


def _read(step: Step, story: Activating, action: str, now: float) -> Step:
    last = story.page == len(story.offer.rules) - 1
    if action == "next" and not last:
        return stay(step, replace(story, page=story.page + 1), now)
    return stay(step, replace(story, stage="phone"), now) if action == "agree" and last else step


def _typed(story: Activating) -> SecretStr:
    return story.phone if story.stage == "phone" else story.pin if story.stage == "pin" else story.more


def _with(story: Activating, digits: SecretStr) -> Activating:
    if story.stage == "phone":
        return replace(story, phone=digits)
    return replace(story, pin=digits) if story.stage == "pin" else replace(story, more=digits)


def _most(story: Activating) -> int:
    return PHONE_MOST if story.stage == "phone" else story.offer.pin_digits


def ready(story: Activating) -> bool:
    """Whether enough is typed."""
    return len(_typed(story).get_secret_value()) >= (PHONE_LEAST if story.stage == "phone" else _most(story))


def _back(story: Activating) -> Activating | None:
    """One step back, forgetting what was typed after it; None: there is none."""
    story = replace(story, notice="", words="", more=NOTHING)
    match story.stage:
        case "again":
            return replace(story, stage="pin", pin=NOTHING)
        case "pin":
            return replace(story, stage="phone", pin=NOTHING)
        case "phone":
            return replace(story, stage="rules", phone=NOTHING)
    return replace(story, page=story.page - 1) if story.page else None


def _entered(step: Step, story: Activating, now: float) -> Step:
    match story.stage:
        case "phone":
            return stay(step, replace(story, stage="pin", pin=NOTHING, notice="", words=""), now)
        case "pin":
            return stay(step, replace(story, stage="again", more=NOTHING, notice=""), now)
    if story.pin != story.more:
        return stay(step, replace(story, stage="pin", pin=NOTHING, more=NOTHING, notice="differ"), now)
    if not step.point.counters.online:
        return refuse(step, "activation_away", now, then=("return",))
    wanted = Activate(story.digest, story.phone, story.pin)
    bare = replace(story, stage="doing", pin=NOTHING, more=NOTHING, another=False)
    step = tries.used(step, story.digest, now)  # also where nobody waits for the ruling, or the power fails
    return act(step, wanted, lambda key: replace(bare, key=key), now)


# ---- the library --------------------------------------------------------------------------------------------------


def acted(step: Step, story: Activating, event: Acted, now: float) -> Step:
    """The library's ruling. Of a refusal it says what else may be tried; each one counts for this card and day."""
    story = replace(story, key="")
    match event.outcome:
        case "away":
            return refuse(tries.unused(step, story.digest), "activation_away", now, then=("return",))
        case "unknown":
            return _whose(step, replace(story, doubt=True), now)
        case Ruling(done=True):
            return _whose(tries.right(step, story.digest), story, now)
        case Ruling() as no:
            if not no.again:
                return refuse(step, "activation_refused", now, no.words, ("return",))
            if tries.over(step.point, story.digest, now):
                return refuse(step, "activation_over", now, no.words, ("return",))
            return stay(step, replace(story, stage=no.again, notice="refused", words=no.words), now)


def overdue(step: Step, story: Activating, now: float) -> Step:
    """No word in time."""
    if story.stage == "doing":
        return acted(step, story, Acted(story.key, "unknown"), now)
    return answered(step, story, None, now)


def _whose(step: Step, story: Activating, now: float) -> Step:
    return ask(step, WhoIs(story.digest), lambda key: replace(story, stage="asking", phone=NOTHING, key=key), now)


def answered(step: Step, story: Activating, answer: Answer | None, now: float) -> Step:
    """Whose card it is now; None: the library did not answer."""
    patron = answer.patron if isinstance(answer, PatronIs) else None
    if story.doubt and patron is None:
        return refuse(step, "activation_unknown", now, then=("return",))
    step = tries.right(step, story.digest)
    if story.another:  # perhaps who stands there now
        patron = None
    step = step.shown_by(patron) if patron else step
    return stay(step, replace(story, stage="done", key="", doubt=False, patron=patron), now)


# ---- what is shown ------------------------------------------------------------------------------------------------


def screen(point: PickupPoint, story: Activating) -> Screen:
    """The screen of each stage."""
    match story.stage:
        case "rules":
            page, of = story.offer.rules[story.page], len(story.offer.rules)
            return Rules(page.zh, page.en or page.zh, story.page + 1, of)
        case "phone":
            return Phone(story.phone.get_secret_value(), ready(story), story.notice, story.words)
        case "pin" | "again":
            length = len(_typed(story).get_secret_value())
            return NewPin(length, story.offer.pin_digits, story.stage == "again", story.notice, story.words)
        case "doing":
            return Wait("activate")
        case "asking":
            return Wait("card")
    return Activated(story.patron is not None and (story.want != "" or point.plan.library.account))
