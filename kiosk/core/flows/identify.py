"""Who is it? A card is looked up among those who matter here, then asked for; then it starts the right story."""

from dataclasses import replace

from kiosk.core.flows import dropoff, pickup, stocking
from kiosk.core.flows.common import ask, refuse, stay
from kiosk.core.session import AskingCard, Returning, Step
from sync.messages import Answer, Patron, PatronIs, WhoIs


def card(step: Step, number: str, now: float) -> Step:
    """A card was shown, or a card number scanned."""
    digest = step.point.plan.keyring.card(number)
    patron = step.point.by_card(digest)
    story = step.session.story
    if isinstance(story, Returning):
        # A reader's card while returning says whose loans to look at; their parcels can wait.
        return dropoff.card(step, story, patron.id, now) if patron else _ask_for_return(step, story, digest, now)
    if patron:
        return known(step, patron, now)
    if not step.point.counters.online:
        return refuse(step, "library_away", now, then=("return",))
    return ask(step, WhoIs(digest), lambda key: AskingCard(key, digest), now)


def _ask_for_return(step: Step, story: Returning, digest: str, now: float) -> Step:
    if story.key:  # one question at a time
        return step
    if not step.point.counters.online:
        return stay(step, replace(story, notice="card_offline"), now)
    return ask(step, WhoIs(digest), lambda key: AskingCard(key, digest, story), now)


def answered(step: Step, story: AskingCard, answer: Answer | None, now: float) -> Step:
    """The library's word on the card; None: it did not answer."""
    patron = answer.patron if isinstance(answer, PatronIs) else None
    if story.back is not None:
        if patron:
            return dropoff.card(step, story.back, patron.id, now)
        known_not = isinstance(answer, PatronIs)
        return stay(step, replace(story.back, notice="card_unknown" if known_not else "card_offline"), now)
    if not isinstance(answer, PatronIs):
        return refuse(step, "library_away", now, then=("return",))
    if patron is None:
        return refuse(step, "card_unknown", now, then=("return",))
    return known(step, patron, now, "、".join(answer.ready_elsewhere))


def known(step: Step, patron: Patron, now: float, elsewhere: str = "") -> Step:
    """The story of this patron: a courier's round, or a reader's parcels."""
    if patron.role in ("courier", "staff") and patron.standing == "fine":
        return stocking.begin(step, patron.id, now)
    parcels = [p for p in step.point.parcels.values() if p.patron == patron.id]
    return pickup.begin(step, patron, "card", parcels, now, elsewhere)
