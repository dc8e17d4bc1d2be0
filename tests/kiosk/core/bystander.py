"""What somebody who stands beside, or comes next, may read on a screen."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache

from kiosk.core.screens import Display, Goodbye
from kiosk.core.search_screens import TitlePage
from kiosk.core.stories import Dropping, Returning, StaffStory
from tests.kiosk.core.machine import PEOPLE, Machine

INITIALS = {"sue": "S.", **{patron.id: patron.initials for patron in PEOPLE}}


def discreet(machine: Machine, drawn: Display, of_accounts: frozenset[str]) -> None:
    """No patron's number stands on what is drawn, initials only of who is served, and titles (of parcels, and
    ``of_accounts``) only once who they belong to was the last to prove who they are. Staff see what they handle, and
    whoever holds a book its title."""
    point, story = machine.point, machine.session.story
    said = _said(drawn)
    assert not [word for text in said for word in re.findall(r"\w+", text) if word in point.patrons], drawn
    known = {machine.proved, machine.session.reader, *(getattr(story, name, "") for name in ("patron", "courier"))}
    account = getattr(story, "account", None) if machine.proved else None  # what the library says of whoever asked
    served = {INITIALS[getattr(one, "id", one)] for one in known if one} | ({account.initials} if account else set())
    assert drawn.initials in {"", *served}, drawn
    if isinstance(story, StaffStory):
        return
    held = {line.title for line in (*account.loans, *account.holds)} if account else set()
    held |= {one.item.title for one in story.accepted} if isinstance(story, Returning | Dropping) else set()
    if isinstance(drawn.screen, Goodbye) and drawn.screen.purpose == "dropoff":
        held |= {*drawn.screen.titles}
    if isinstance(drawn.screen, TitlePage):  # the catalogue says so to anybody, and does not say whose it is
        held.add(drawn.screen.line.title)
    mine = {
        title for parcel in point.parcels.values() if parcel.patron in ("", machine.proved) for title in parcel.titles
    }
    all_of_them = of_accounts.union(*(parcel.titles for parcel in point.parcels.values()))
    shown = {title for title in all_of_them - mine - held if any(title in text for text in said)}
    assert not shown, (shown, machine.proved, drawn)


@cache
def _said(drawn: Display) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_texts(drawn)))


def _texts(thing: object) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple):
        for one in thing:
            yield from _texts(one)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from _texts(getattr(thing, field.name))
