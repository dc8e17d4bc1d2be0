"""Is it still held, or is what lies here for anybody held now? A library that announces nothing does not say so, and is
asked, one parcel at a time, while nobody stands at the screen. What it says is on loan cannot lie here: somebody must
look."""

from dataclasses import replace

from kiosk.core.commands import Ask
from kiosk.core.facts import ParcelCalledBack
from kiosk.core.model import Parcel
from kiosk.core.session import Step
from kiosk.core.settle import doubt
from kiosk.core.stories import AtHome
from sync.asked import Answer, ItemIs, WhatIs

GAP_S = 10.0  # between two questions
_KEY = "held:"


def due(step: Step, now: float) -> Step:
    """Ask about the parcel that was asked about longest ago, if it is time."""
    plan = step.point.plan
    if plan.library.announces or not step.point.counters.online or not isinstance(step.session.story, AtHome):
        return step
    known = (p for p in step.point.parcels.values() if p.patron or p.stock)
    held = [p for p in known if p.state == "ready" and not p.recalled]
    if not held or now - max(_asked_at(p, now) for p in held) < GAP_S:
        return step
    parcel = min(held, key=lambda p: _asked_at(p, now))
    if now - _asked_at(parcel, now) < plan.limits.recheck_s:
        return step
    asked = step.put(replace(parcel, asked_at=now))
    return asked.order(Ask(_KEY + parcel.id, WhatIs(parcel.items[0].barcode)))


def _asked_at(parcel: Parcel, now: float) -> float:
    """When it was asked about; nobody knows where it was by a clock that was ahead."""
    return parcel.asked_at if parcel.asked_at <= now else 0.0


def answered(step: Step, key: str, answer: Answer | None) -> Step:
    """The library's word on such a question. Only a clear no takes a parcel from its reader; a loan of what should lie
    here makes it doubtful, as when this point was put back to an older image of itself."""
    if not key.startswith(_KEY):
        return step
    parcel: Parcel | None = step.point.parcels.get(key.removeprefix(_KEY))
    if parcel is None or parcel.state != "ready" or parcel.recalled:
        return step
    row = step.point.compartments.get(parcel.compartment)
    if isinstance(answer, ItemIs) and answer.on_loan and row and row.order is None:
        return doubt(step, parcel.compartment)
    if isinstance(answer, ItemIs) and answer.held == ("yes" if parcel.stock else "no"):
        return step.put(replace(parcel, recalled=True)).fact(ParcelCalledBack(parcel.id))
    return step
