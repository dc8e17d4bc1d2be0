"""What is shown of a search and of what somebody wants sent here."""

from typing import Literal

from kiosk.core import titles
from kiosk.core.account_screens import Prove
from kiosk.core.flows import searching
from kiosk.core.model import PickupPoint
from kiosk.core.screens import Screen, Wait
from kiosk.core.search_screens import Found, Library, Search, Stock, TitlePage, Wished
from kiosk.core.search_stories import Borrowing, Searching, Wishing
from kiosk.core.stock import any_on_offer, on_offer
from sync.titles import Title

FIRST = 3  # named while somebody types


def screen(point: PickupPoint, story: Searching | Borrowing | Wishing, reader: str, now: float) -> Screen:
    """The screen of each of these stories. ``reader``: who has shown their card already."""
    if isinstance(story, Borrowing):
        return _asking(story)
    if isinstance(story, Wishing):
        return _wished(point, story)
    if story.title is not None:
        return _title(point, story, story.title, reader, now)
    if story.key and not story.about:
        return Wait("item")
    if story.browsing:
        return _stock(point, story, reader, now)
    lines, more, near = titles.found(point, story, now)
    library = _library(point, story)
    if story.listing:
        return Found(lines, library, more, near, story.typed)
    return Search(
        story.typed,
        "digits" if story.digits else "letters",
        searching.ready(story),
        library,
        len(lines),
        lines[:FIRST],
        more,
        near,
        library == "no_search" and "place_hold" in point.plan.library.acts,
        story.notice,
        not story.typed and any_on_offer(point, now),
    )


def _asking(story: Borrowing) -> Screen:
    asked = len(story.allowed) + len(story.not_lent)
    return Wait("may_borrow", asked + 1, asked + len(story.parcels)) if story.each else Wait("may_borrow")


def _stock(point: PickupPoint, story: Searching, reader: str, now: float) -> Screen:
    cards, chosen = point.answers(point.plan.cards), searching.chosen_here(point, story, now)
    lines = titles.all_here(point, now)
    if story.proving and chosen:
        first = next(line.title for line in lines if line.id == chosen[0])
        return Prove("stock", cards, first, _unread(story), len(chosen))
    return Stock(lines, searching.offered(point), chosen, cards, reader != "", story.notice)


def _unread(story: Searching) -> Literal["", "card_unread"]:
    return "card_unread" if story.notice == "card_unread" else ""


def _library(point: PickupPoint, story: Searching) -> Library:
    if not point.plan.library.titles:
        return "no_search"
    if not point.counters.online:
        return "away"
    if story.silent:
        return "silent"
    return "asking" if searching.waits(point, story) else "asked"


def _title(point: PickupPoint, story: Searching, title: Title, reader: str, now: float) -> Screen:
    cards = point.answers(point.plan.cards)
    parcel = titles.parcel_of(title)
    here, can = titles.lies_here(point, parcel, now), searching.may_hold(point, title)
    if story.proving and (here or can):
        return Prove("stock" if here else "hold", cards, title.title, _unread(story))
    line = titles.line_of(title, point.parcels[parcel].compartment if here else "")
    away = not parcel and not point.counters.online
    gone = parcel != "" and not here
    others = here and len(on_offer(point, now)) > 1
    return TitlePage(line, can, away, cards, story.notice, gone, here and reader != "", others)


def _wished(point: PickupPoint, story: Wishing) -> Screen:
    if story.outcome:
        title, account = story.title.title, point.plan.library.account
        return Wished(title, story.outcome, story.words, story.by, story.ahead, account)
    if story.stage == "account":
        return Wait("account")
    return Wait("hold_unknown" if story.stage == "checking" else "place_hold")
