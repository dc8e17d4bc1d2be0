"""Searching: titles by what fingers can do, at this point and at the library; no card is needed to look.

letters or digits -> what lies here, at once; what the library has, when the fingers rest -> the list -> one title
what lies here, without a word typed -> some of it
-> a card: it is lent from here (borrowing.py), or sent for (wishing.py)

The library is asked about what stands there, one question at a time; an answer about anything else is not shown.
"""

from dataclasses import replace

from hardware.readings import CodeUnknown, IsbnScanned, ItemScanned
from kiosk.core import stock, titles
from kiosk.core.account_stories import AtMore
from kiosk.core.events import Touched
from kiosk.core.flows import borrowing
from kiosk.core.flows.common import ask, leave, stay
from kiosk.core.model import PickupPoint
from kiosk.core.search_stories import Basket, Searching
from kiosk.core.session import Step
from sync.asked import Answer, ItemIs, WhatIs
from sync.titles import TYPED_MAX, Title, TitlesAre, TitlesLike

REST_S = 0.4  # fingers that rest so long have typed a word, or wait
MINUTE_S = 60.0
TYPED_MIN = 2
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")


def offered(point: PickupPoint) -> bool:
    """Whether there is anything to search, or a copy to be asked for."""
    library = point.plan.library
    return library.titles or "place_hold" in library.acts or titles.any_here(point)


def begin(step: Step, now: float) -> Step:
    """Nothing is typed yet."""
    return stay(step, Searching(), now)


def browse(step: Step, now: float) -> Step:
    """What lies here for anybody, all of it; nothing where there is none."""
    return stay(step, Searching(browsing=True), now) if stock.any_on_offer(step.point, now) else step


def may_hold(point: PickupPoint, title: Title) -> bool:
    """Whether this title can be sent for now: not what lies or lay here, nor while the library is out of reach."""
    if titles.parcel_of(title):
        return False
    return point.counters.online and "place_hold" in point.plan.library.acts


def wanted(point: PickupPoint, story: Searching, now: float) -> Title | Basket | None:
    """What who shows a card now may have: what was chosen of what lies here, or a title that is sent; None: neither."""
    chosen = chosen_here(point, story, now)
    if story.title and not titles.lies_here(point, titles.parcel_of(story.title), now):
        return story.title if may_hold(point, story.title) else None
    return Basket(chosen) if chosen and (story.browsing or story.title) else None


def chosen_here(point: PickupPoint, story: Searching, now: float) -> tuple[str, ...]:
    """The parcels that were chosen and still lie here, with the title that is looked at."""
    chosen = (*story.chosen, titles.parcel_of(story.title))
    return tuple(one for one in dict.fromkeys(chosen) if titles.lies_here(point, one, now))


def _items(point: PickupPoint, parcels: tuple[str, ...]) -> int:
    return sum(len(point.parcels[one].items) for one in parcels)


# ---- touches ------------------------------------------------------------------------------------------------------


def touch(step: Step, story: Searching, touched: Touched, now: float) -> Step:
    """A touch at the pad, the list or a title."""
    story = replace(story, notice="")
    match touched.action:
        case "finish":
            return leave(step)
        case "cancel":
            back = _back(story)
            return leave(step) if back is None else stay(step, back, now)
        case "browse" if not (story.listing or story.title or story.browsing or story.typed):
            return browse(step, now)
        case "search" if story.browsing and story.title is None and offered(step.point):
            return begin(step, now)
        case "hold" if story.title and not story.proving and isinstance(wanted(step.point, story, now), Title):
            return stay(step, replace(story, proving=True), now)
        case "borrow" if not story.proving and isinstance(basket := wanted(step.point, story, now), Basket):
            return _borrow(step, story, basket, now)
        case "choose" if not story.proving and titles.lies_here(step.point, titles.parcel_of(story.title), now):
            return stay(step, Searching(browsing=True, chosen=chosen_here(step.point, story, now)), now)
        case "title" if story.browsing and story.title is None and not story.proving:
            return _choose(step, story, touched.value, now)
        case "title" if story.title is None and not story.browsing:
            title = titles.named(step.point, story, touched.value, now)
            return stay(step, replace(story, title=title), now) if title else step
        case "enter" if story.listing and story.silent and story.title is None:
            return _enter(step, story, now)
    return step if story.listing or story.title or story.browsing else _pad(step, story, touched, now)


def _choose(step: Step, story: Searching, parcel: str, now: float) -> Step:
    """Chosen, or not any more; several are fetched in one go, but not without end."""
    chosen = chosen_here(step.point, story, now)
    if parcel in chosen:
        return stay(step, replace(story, chosen=tuple(one for one in chosen if one != parcel)), now)
    if not titles.lies_here(step.point, parcel, now):
        return step
    more = (*chosen, parcel)
    if chosen and _items(step.point, more) > step.point.plan.limits.stock_items_max:
        return stay(step, replace(story, notice="full"), now)
    return stay(step, replace(story, chosen=more), now)


def _borrow(step: Step, story: Searching, basket: Basket, now: float) -> Step:
    """These are the ones: a card is to be shown for them, unless it is known who stands here."""
    if step.session.reader:
        return borrowing.begin(step, step.session.reader, basket.parcels, now)
    return stay(step, replace(story, proving=True), now)


def _back(story: Searching) -> Searching | AtMore | None:
    """One step back; None: home, from where what lies here was looked through."""
    if story.proving:
        return replace(story, proving=False)
    if story.title:
        return replace(story, title=None)
    if story.browsing:
        return None
    return replace(story, listing=False) if story.listing else AtMore()


def _pad(step: Step, story: Searching, touched: Touched, now: float) -> Step:
    match touched.action:
        case "letter" if touched.value in _LETTERS and len(story.typed) < TYPED_MAX:
            return stay(step, _typed(story, story.typed + touched.value, now), now)
        case "erase" if story.typed:
            return stay(step, _typed(story, story.typed[:-1], now), now)
        case "pad":
            return stay(step, replace(story, digits=not story.digits), now)
        case "enter" if ready(story):
            return _enter(step, story, now)
    return step


def _typed(story: Searching, typed: str, now: float) -> Searching:
    """Another word: what was found for the one before is not shown for it."""
    return replace(story, typed=typed.lstrip(), typed_at=now, found=None, silent=False)


def ready(story: Searching) -> bool:
    """Whether enough stands there to look for."""
    return len(story.typed.replace(" ", "")) >= TYPED_MIN


def _enter(step: Step, story: Searching, now: float) -> Step:
    library = step.point.plan.library
    if library.titles or titles.here(step.point, story.typed, now).titles:
        story = replace(story, listing=True, typed_at=0.0, silent=False)  # whoever touches it wants to know now
        return tick(stay(step, story, now), story, now)
    return _ask_number(step, story, story.typed.replace(" ", ""), now)


# ---- the library --------------------------------------------------------------------------------------------------


def tick(step: Step, story: Searching, now: float) -> Step:
    """Time has passed: is there something to ask, or no answer to wait for any more?"""
    limits = step.point.plan.limits
    if story.key and not 0 <= now - story.asked_at[-1] <= limits.ask_wait_s:
        return answered(step, story, None, now)
    if story.key or not waits(step.point, story) or 0 <= now - story.typed_at < REST_S:
        return step
    if len(_lately(story, now)) >= limits.searches_a_minute_max:
        return step
    return _ask(step, replace(story, about=story.typed), TitlesLike(story.typed), now)


def _lately(story: Searching, now: float) -> tuple[float, ...]:
    """When the library was asked within the last minute."""
    return tuple(at for at in story.asked_at if 0 <= now - at < MINUTE_S)


def waits(point: PickupPoint, story: Searching) -> bool:
    """Whether the library has yet to say what it has for what stands there."""
    may = point.plan.library.titles and point.counters.online
    return may and ready(story) and not (story.found or story.silent)


def _ask_number(step: Step, story: Searching, number: str, now: float) -> Step:
    """A copy by its number: it lies here, or what the library knows of it."""
    if title := titles.copy_here(step.point, number, now):
        return stay(step, replace(story, title=title, browsing=False, chosen=()), now)
    if "place_hold" not in step.point.plan.library.acts:  # what lies here is all there is to be found
        typed = story.typed if story.typed.replace(" ", "") == number else number[:TYPED_MAX]
        other = Searching(typed, digits=story.digits, key=story.key, about=story.about, asked_at=story.asked_at)
        same = replace(story, title=None, browsing=False, chosen=())  # a scanner says the same code again and again
        return stay(step, replace(same if story.typed == typed else other, listing=True), now)
    if not step.point.counters.online:
        return stay(step, replace(story, notice="away"), now)
    plan = step.point.plan
    asking = story.key and not story.about  # a scanner says the same code again and again
    often = len(_lately(story, now)) >= plan.limits.searches_a_minute_max
    if asking or often:
        return step
    return _ask(stay(step, story, now), replace(story, about="", browsing=False, chosen=()), WhatIs(number), now)


def _ask(step: Step, story: Searching, query: TitlesLike | WhatIs, now: float) -> Step:
    """While the person goes on typing: their time runs as it did."""
    asked_at, until = (*_lately(story, now), now), step.session.until
    step = ask(step, query, lambda key: replace(story, key=key, asked_at=asked_at), now)
    return step.to(step.session.story, until)


def answered(step: Step, story: Searching, answer: Answer | None, now: float) -> Step:
    """What the library has, or that it does not say. An answer about what is not there any more is not shown."""
    about, story, until = story.about, replace(story, key=""), step.session.until
    match answer:
        case TitlesAre() if about and about == story.typed:
            return step.to(replace(story, found=answer), until)
        case ItemIs(item=None) if not about:
            return step.to(replace(story, notice="unknown_number"), until)
        case ItemIs(item=item) if not about and item:
            return step.to(replace(story, title=Title(item.barcode, item.title, isbn=item.isbn), proving=False), until)
        case None if about and about == story.typed:
            return step.to(replace(story, silent=True), until)
        case None if not about:
            return step.to(replace(story, notice="away"), until)
    return step.to(story, until)


# ---- shown --------------------------------------------------------------------------------------------------------


def scanned(step: Step, story: Searching, scan: ItemScanned | IsbnScanned | CodeUnknown, now: float) -> Step:
    """The label of a book: which title is it?"""
    story = replace(story, notice="", proving=False)
    match scan:
        case ItemScanned(barcode=barcode):
            return _ask_number(step, story, barcode, now)
        case IsbnScanned(isbn=isbn):
            searched = _typed(
                Searching(digits=True, key=story.key, about=story.about, asked_at=story.asked_at), isbn, now
            )
            if step.point.plan.library.titles or titles.here(step.point, isbn, now).titles:
                return _enter(step, searched, now)
            return stay(step, replace(story, notice="isbn_unsearched"), now)
        case CodeUnknown():
            return stay(step, replace(story, notice="unreadable"), now)
