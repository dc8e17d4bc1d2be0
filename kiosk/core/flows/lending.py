"""Lending at the counter, one item after another: booked at the library, then past the gate.

intent on disk -> the library is told (an act) -> booked -> its tag is cleared, where it lies on a pad

Away or without a word from the library, what is known here decides whether it may be lent (core/offline.py), and then
it is told surely (``ItemLent``): a library that has booked it already books it once. Only a loan that is booked, or
told, clears a tag. A tag that could not be cleared is said on the screen, and told to staff if the reader leaves.
"""

from dataclasses import replace
from typing import Literal

from hardware.readings import SecureEnded, Written
from kiosk.core import offline, tags
from kiosk.core.counter_item import CounterItem
from kiosk.core.counter_stories import AtCounter, CounterLine
from kiosk.core.events import Acted
from kiosk.core.flows.common import act, goodbye, leave, stay
from kiosk.core.limits import DAY_S
from kiosk.core.model import Parcel
from kiosk.core.screens import Goodbye, Slip
from kiosk.core.session import Step
from kiosk.core.taken import LOCAL
from sync.acts import Checkout, Ruling
from sync.messages import ItemLent, PointTrouble


def busy(story: AtCounter) -> bool:
    """Whether the library or a pad has yet to say something."""
    return bool(story.key) or any(line.tag == "writing" for line in story.lines)


def next_one(step: Step, story: AtCounter, now: float) -> Step:
    """Book the next item that is listed; after the last, see to the tags."""
    line = next((line for line in story.lines if line.state == "listed"), None)
    if line is None:
        return clear_tags(step, story, now)
    said = step.point.counter_items.get(line.item.barcode)
    if said and said.patron == story.patron:  # they had stopped before its word came: it is not said twice
        if said.booked:
            return next_one(*_booked(step, story, line, said.act, now), now)
        return step.to(replace(story, key=said.act), now + step.point.plan.limits.act_wait_s)
    step = tags.told(step, said.id) if said else step  # another's, which is under way
    if not step.point.counters.online:
        return next_one(*_without_its_word(step, story, line, "", "away", now), now)
    step = act(step, Checkout(story.patron, line.item.barcode), lambda key: replace(story, key=key), now, story.pin)
    key = getattr(step.session.story, "key", "")
    return step.put(CounterItem(line.item.barcode, story.patron, key, now))


def acted(step: Step, story: AtCounter, outcome: Ruling | Literal["away", "unknown"], now: float) -> Step:
    """What became of the act for the first item that is still listed."""
    key, story = story.key, replace(story, key="")
    line = next(line for line in story.lines if line.state == "listed")
    match outcome:
        case Ruling(done=True, until=until):
            return next_one(*_booked(step, story, replace(line, due=until), key, now), now)
        case Ruling(words=words):
            step = step.drop(step.point.counter_items[line.item.barcode])
            return next_one(step, _put(story, replace(line, state="refused", words=words)), now)
    return next_one(*_without_its_word(step, story, line, key, outcome, now), now)


def unwatched(step: Step, event: Acted) -> Step:
    """What became of an act whose reader has gone, or was told something else meanwhile."""
    row = next((row for row in step.point.counter_items.values() if row.act == event.key and not row.booked), None)
    if row is None:
        return step
    match event.outcome:
        case Ruling(done=True):
            return step.put(replace(row, booked=True)) if step.point.plan.writing else step.drop(row)
        case Ruling() | "away":
            return step.drop(row)
    return tags.told(step, row.id)


def _without_its_word(
    step: Step, story: AtCounter, line: CounterLine, key: str, outcome: Literal["away", "unknown"], now: float
) -> tuple[Step, AtCounter]:
    """The library was not reached, or has not said what it did: may it be lent all the same?"""
    known = step.point.patrons.get(story.patron)
    blocked = known is not None and known.standing != "fine"
    barred = blocked or not story.vouched or offline.promised(step.point, story.patron, line.item.barcode)
    if barred or offline.enough(step.point, story.patron, now):
        row = step.point.counter_items.get(line.item.barcode)
        step = step.drop(row) if row else step
        if outcome == "unknown":
            step = step.fact(PointTrouble("checkout_unknown", detail=line.item.barcode))
        return step, _put(story, replace(line, state=outcome))
    due = now + step.point.plan.limits.loan_days * DAY_S
    step, number = step.numbered()
    lent = Parcel(f"{LOCAL}{number}", story.patron, (line.item,), "S", due, state="collected", unheard=True)
    step = step.put(replace(lent, changed_at=now)).fact(ItemLent(line.item.barcode, story.patron, due))
    return _booked(step, story, replace(line, due=due, provisional=True), key, now)


def _booked(step: Step, story: AtCounter, line: CounterLine, key: str, now: float) -> tuple[Step, AtCounter]:
    """From here on its tag may be cleared, which is on disk before a pad hears of it."""
    row = CounterItem(line.item.barcode, story.patron, key, now, booked=True)
    if not step.point.plan.writing:
        return step.drop(row), _put(story, replace(line, state="booked"))
    return step.put(row), _put(story, replace(line, state="booked", tag="lay"))


def _put(story: AtCounter, line: CounterLine) -> AtCounter:
    lines = (line if one.item.barcode == line.item.barcode else one for one in story.lines)
    return replace(story, lines=tuple(lines))


# ---- the gate -----------------------------------------------------------------------------------------------------


def clear_tags(step: Step, story: AtCounter, now: float) -> Step:
    """Clear the tags of what is booked and lies on a pad; then wait for what is left to say, or say goodbye."""
    pads = tags.writable(step, story.lying)
    for line in story.lines:
        row, pad = step.point.counter_items.get(line.item.barcode), pads.get(line.item.barcode)
        if line.tag == "lay" and row and row.booked and pad:
            step, order = tags.order(step, pad, line.item.barcode, False)
            step = step.put(replace(row, writing=order))
            story = _put(story, replace(line, tag="writing", order=order))
    if story.key:
        return step.to(story, step.session.until)
    if all(line.state == "booked" and line.tag in ("", "clear") for line in story.lines):
        return goodbye_to(step, story, now)
    return stay(step, story, now)


def tag_ended(step: Step, event: SecureEnded, now: float) -> Step:
    """A pad's word on a tag, for the reader who waits for it. One that was not cleared is to be laid down again."""
    story = step.session.story
    if not isinstance(story, AtCounter):
        return step
    line = next((one for one in story.lines if one.order == event.order), None)
    if line is None:
        return step
    if event.written is Written.DONE:
        return clear_tags(step, _put(story, replace(line, tag="clear", order="")), now)
    lying = tuple(one for one in story.lying if one[0] != event.item)  # until it is laid down anew
    return clear_tags(step, replace(_put(story, replace(line, tag="lay", order="")), lying=lying), now)


def goodbye_to(step: Step, story: AtCounter, now: float) -> Step:
    """What was borrowed, in writing. Tags that were not cleared are told by ``tags.let_go``."""
    lent = [line for line in story.lines if line.state == "booked"]
    if not lent:
        return leave(step)
    items = tuple((line.item.title, line.item.barcode) for line in lent)
    due = min((line.due for line in lent if line.due), default=0.0)
    provisional = any(line.provisional for line in lent)
    step, number = step.numbered()  # a session may end in more than one
    slip = Slip(f"c{step.session.number}-{number}", step.session.number, "checkout", now, items, due, provisional)
    titles = tuple(title for title, _ in items)
    gate = any(line.tag in ("lay", "writing") for line in lent)  # of the latter nobody knows yet
    return goodbye(step, Goodbye("checkout", titles, due, provisional, slip=slip, gate=gate), now, story.patron)
