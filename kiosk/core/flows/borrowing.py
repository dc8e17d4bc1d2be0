"""Borrowing what lies here for anybody: a reader has chosen it and shown their card.

may they? the library is asked, where it can be reached -> its door opens, and all goes on as a pickup (fetching.py)

It is stock until it has left: nobody else can choose it while its door is under way, and what was not taken, whatever
came between, lies here for anybody as before.
"""

from kiosk.core import offline, stock
from kiosk.core.events import Touched
from kiosk.core.facts import Proved
from kiosk.core.flows import fetching
from kiosk.core.flows.common import ask, leave, not_fine, refuse
from kiosk.core.flows.fetching import Gone
from kiosk.core.search_stories import Borrowing
from kiosk.core.session import Step
from sync.asked import Allowed, Answer, MayBorrow
from sync.things import Patron


def begin(step: Step, patron: str, parcel: str, now: float, known: Patron | None = None) -> Step:
    """This reader wants it. ``known``: what the library has just said of them."""
    step = step.fact(Proved("card", patron))
    known = known or step.point.patrons.get(patron)
    if known is not None and known.standing != "fine":
        return not_fine(step, known, now)
    row = step.point.parcels.get(parcel)
    if row is None or not stock.is_offered(step.point, row, now):
        return _not_here(step, patron, now)
    if not step.point.counters.online:
        return _unasked(step, patron, parcel, now)
    question = MayBorrow(patron, tuple(item.barcode for item in row.items))
    return ask(step, question, lambda key: Borrowing(patron, parcel, key), now)


def answered(step: Step, story: Borrowing, answer: Answer | None, now: float) -> Step:
    """The library's word; None: it did not answer."""
    if not isinstance(answer, Allowed):
        return _unasked(step, story.patron, story.parcel, now)
    if not answer.may:
        return refuse(step, "not_lent", now, answer.words, ("browse", "return"), story.patron)
    return _open(step, story.patron, story.parcel, now)


def touch(step: Step, touched: Touched) -> Step:
    """While the library is asked one can only leave."""
    return leave(step) if touched.action in ("cancel", "finish") else step


def _unasked(step: Step, person: str, parcel: str, now: float) -> Step:
    """Without its word: what is known of them here decides, and the limits of what may be handed out so."""
    patron = step.point.patrons.get(person)
    if patron is None:
        return refuse(step, "library_away", now, then=("return",))
    if patron.standing != "fine":
        return not_fine(step, patron, now)
    if why := offline.enough(step.point, person, now):
        return refuse(step, why, now, then=("return",), person=person)
    return _open(step, person, parcel, now)


def _open(step: Step, patron: str, parcel: str, now: float) -> Step:
    row = step.point.parcels.get(parcel)
    if row is None or not stock.is_offered(step.point, row, now):
        return _not_here(step, patron, now)
    return fetching.open_next(step, patron, "card", [parcel], Gone(), now)


def _not_here(step: Step, patron: str, now: float) -> Step:
    """Called back meanwhile, or set aside for somebody; or its door cannot be opened."""
    return refuse(step, "not_here_now", now, then=("browse", "return"), person=patron)
