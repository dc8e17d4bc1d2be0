"""Patrons as the library names them ahead of time: who matters here, and who does so no longer."""

from collections.abc import Sequence
from dataclasses import replace

from kiosk.core.model import HERE
from kiosk.core.session import Step
from sync.messages import PointTrouble
from sync.things import Patron


def announced(step: Step, patron: Patron) -> Step:
    """This patron matters here, as they are now. See ``one_row_a_card`` for the cards."""
    old = step.point.patrons.get(patron.id)
    if old is None and len(step.point.patrons) >= step.point.plan.limits.patrons_max:
        return step.fact(PointTrouble("patrons_too_many"))
    return _to_forget(step, tuple(one for one in step.point.counters.to_forget if one != patron.id)).put(patron)


def one_row_a_card(step: Step, patrons: Sequence[Patron]) -> Step:
    """A card that another one had is theirs from now on who were announced with it, the last of them: asked once for
    all of a page, which may hold thousands."""
    whose = {card: one.id for one in patrons if one.id in step.point.patrons for card in one.cards}
    rows = ((row, tuple(c for c in row.cards if whose.get(c, row.id) == row.id)) for row in step.point.patrons.values())
    return step.put(*(replace(row, cards=cards) for row, cards in rows if cards != row.cards)) if whose else step


def forget(step: Step, *patrons: str) -> Step:
    """These do not matter here any more: they are forgotten, or will be once nothing of theirs lies here."""
    known = (one for one in patrons if one in step.point.patrons)
    return forget_gone(_to_forget(step, tuple(dict.fromkeys((*step.point.counters.to_forget, *known)))))


def forget_gone(step: Step) -> Step:
    """Forget those who do not matter any more and whose last parcel has gone."""
    here = {parcel.patron for parcel in step.point.parcels.values() if parcel.state in HERE}
    ids = step.point.counters.to_forget
    gone = [row for one in ids if one not in here and (row := step.point.patrons.get(one))]
    return _to_forget(step.drop(*gone), tuple(one for one in ids if one in here))


def _to_forget(step: Step, patrons: tuple[str, ...]) -> Step:
    counters = step.point.counters
    return step if patrons == counters.to_forget else step.put(replace(counters, to_forget=patrons))
