"""What is shown of a search and of what somebody wants sent here."""

from kiosk.core import titles
from kiosk.core.account_screens import Prove
from kiosk.core.flows import searching
from kiosk.core.model import PickupPoint
from kiosk.core.screens import Screen, Wait
from kiosk.core.search_screens import Found, Library, Search, TitlePage, Wished
from kiosk.core.search_stories import Searching, Wishing
from sync.titles import Title

FIRST = 3  # named while somebody types


def screen(point: PickupPoint, story: Searching | Wishing, now: float) -> Screen:
    """The screen of each of these stories."""
    if isinstance(story, Wishing):
        return _wished(point, story)
    if story.title is not None:
        return _title(point, story, story.title, now)
    if story.key and not story.about:
        return Wait("item")
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
    )


def _library(point: PickupPoint, story: Searching) -> Library:
    if not point.plan.library.titles:
        return "no_search"
    if not point.counters.online:
        return "away"
    if story.silent:
        return "silent"
    return "asking" if searching.waits(point, story) else "asked"


def _title(point: PickupPoint, story: Searching, title: Title, now: float) -> Screen:
    cards = point.answers(point.plan.cards)
    can = searching.may_hold(point, title)
    if story.proving and can:
        return Prove("hold", cards, title.title, "card_unread" if story.notice == "card_unread" else "")
    row = point.parcels.get(title.id)
    line = titles.line_of(title, row.compartment if row and titles.lies_here(point, title.id, now) else "")
    away = not line.door and not point.counters.online
    return TitlePage(line, can, away, cards, story.notice)


def _wished(point: PickupPoint, story: Wishing) -> Screen:
    if story.outcome:
        title, account = story.title.title, point.plan.library.account
        return Wished(title, story.outcome, story.words, story.by, story.ahead, account)
    if story.stage == "account":
        return Wait("account")
    return Wait("hold_unknown" if story.stage == "checking" else "place_hold")
