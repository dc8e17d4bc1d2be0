"""Borrowing what lies here for anybody: a reader has chosen some of it and shown their card.

may they? the library is asked, where it can be reached: about all of it, and where it refuses that, one after another
-> the doors of what they may have open one by one, and all goes on as a pickup (fetching.py)

It is stock until it has left: nobody else can choose it while its door is under way, and what was not taken, whatever
came between, lies here for anybody as before.
"""

from dataclasses import replace

from kiosk.core import offline, stock
from kiosk.core.events import Touched
from kiosk.core.facts import Proved
from kiosk.core.flows import fetching
from kiosk.core.flows.common import ask, leave, not_fine, refuse
from kiosk.core.gone import Gone
from kiosk.core.model import PickupPoint
from kiosk.core.notices import Reason, WhyNot
from kiosk.core.search_stories import Borrowing
from kiosk.core.session import Step
from sync.asked import Allowed, Answer, MayBorrow
from sync.things import Patron


def begin(step: Step, patron: str, parcels: tuple[str, ...], now: float, known: Patron | None = None) -> Step:
    """This reader wants them. ``known``: what the library has just said of them."""
    step = step.fact(Proved("card", patron))
    known = known or step.point.patrons.get(patron)
    if known is not None and known.standing != "fine":
        return not_fine(step, known, now)
    story = _still_here(step.point, Borrowing(patron, parcels, ""), now)
    if not story.parcels:
        return _nothing(step, story, now)
    return _ask(step, story, now) if step.point.counters.online else _unasked(step, story, now)


def _still_here(point: PickupPoint, story: Borrowing, now: float) -> Borrowing:
    """Without what was called back meanwhile, or set aside for somebody; or its door cannot be opened."""
    rows = [(one, point.parcels.get(one)) for one in story.parcels]
    here = tuple(one for one, row in rows if row and stock.is_offered(point, row, now))
    gone = tuple(stock.not_lent(row, "gone") for one, row in rows if one not in here)
    return replace(story, parcels=here, not_lent=(*story.not_lent, *gone))


def _ask(step: Step, story: Borrowing, now: float) -> Step:
    """May they have all of it; or, each by itself: the first, beside those that they may have already?"""
    about = (*story.allowed, story.parcels[0]) if story.each else story.parcels
    rows = [row for row in map(step.point.parcels.get, about) if row]
    items = tuple(item.barcode for row in rows for item in row.items)
    return ask(step, MayBorrow(story.patron, items), lambda key: replace(story, key=key), now)


def answered(step: Step, story: Borrowing, answer: Answer | None, now: float) -> Step:
    """The library's word; None: it did not answer."""
    if not isinstance(answer, Allowed):
        return _unasked(step, story, now)
    if not story.each and answer.may:
        return _open(step, story, now)
    if not story.each and len(story.parcels) > 1:
        return _go_on(step, replace(story, each=True), now)
    first, rest = story.parcels[0], story.parcels[1:]
    if answer.may:
        story = replace(story, parcels=rest, allowed=(*story.allowed, first))
    else:
        no = stock.not_lent(step.point.parcels.get(first), "refused", answer.words)
        story = replace(story, parcels=rest, not_lent=(*story.not_lent, no))
    return _go_on(step, story, now)


def _go_on(step: Step, story: Borrowing, now: float) -> Step:
    """Ask about the next one, or open what they may have."""
    story = _still_here(step.point, story, now)
    return _ask(step, story, now) if story.parcels else _open(step, replace(story, parcels=story.allowed), now)


def touch(step: Step, touched: Touched) -> Step:
    """While the library is asked one can only leave."""
    return leave(step) if touched.action in ("cancel", "finish") else step


def _unasked(step: Step, story: Borrowing, now: float) -> Step:
    """Without its word: what is known of them here decides, and the limits of what may be handed out so. After it has
    refused all of it together, only what it has allowed since."""
    patron = step.point.patrons.get(story.patron)
    if story.each or patron is None:
        return _open(step, _without(step.point, replace(story, parcels=story.allowed), story.parcels, "away"), now)
    if patron.standing != "fine":
        return not_fine(step, patron, now)
    story = _still_here(step.point, story, now)
    items, may = 0, []
    for parcel in story.parcels:
        if offline.enough(step.point, story.patron, now, items):
            break
        may.append(parcel)
        items += len(step.point.parcels[parcel].items)
    rest = story.parcels[len(may) :]
    return _open(step, _without(step.point, replace(story, parcels=tuple(may)), rest, "enough"), now)


def _without(point: PickupPoint, story: Borrowing, parcels: tuple[str, ...], why: WhyNot) -> Borrowing:
    return replace(story, not_lent=(*story.not_lent, *(stock.not_lent(point.parcels.get(one), why) for one in parcels)))


def _open(step: Step, story: Borrowing, now: float) -> Step:
    story = _still_here(step.point, story, now)
    if not story.parcels:
        return _nothing(step, story, now)
    return fetching.open_next(step, story.patron, "card", story.parcels, Gone(not_lent=story.not_lent), now)


def _nothing(step: Step, story: Borrowing, now: float) -> Step:
    """They get none of it: what weighs most of the reasons is said."""
    why = {one.why for one in story.not_lent}
    reason: Reason = "not_here_now"
    if "refused" in why:
        words = "\n".join(dict.fromkeys(one.words for one in story.not_lent if one.words))
        return refuse(step, "not_lent", now, words, ("browse", "return"), story.patron)
    if "enough" in why:
        reason = offline.enough(step.point, story.patron, now) or "away_enough"
        return refuse(step, reason, now, then=("return",), person=story.patron)
    if "away" in why:
        return refuse(step, "library_away", now, then=("return",))
    return refuse(step, reason, now, then=("browse", "return"), person=story.patron)
