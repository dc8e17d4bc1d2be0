"""Accounts at the library that announces: what it says a reader has, and the acts it rules on, each once by its key."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sync.account import AccountIs, AccountOf, Hold, Loan
from sync.acts import Activate, CancelHold, Checkout, LoanRuling, MoreTime, PlaceHold, Renew, RenewAll, Ruling, Said
from sync.messages import ParcelSent
from sync.things import Patron

if TYPE_CHECKING:
    from tests.simulation.library import Library

DAY_S = 86400.0


def account(library: "Library", asked: AccountOf) -> AccountIs:
    """What a reader has."""
    if asked.patron not in library.patrons:
        return AccountIs(known=False)
    if flaw := library.pin_flaw(asked.patron, asked.pin):
        return AccountIs(pin=flaw)
    loans = tuple(Loan(b, library.items[b].title) for b, who in library.loans.items() if who == asked.patron)
    mine = (p for p in library.parcels.values() if p.sent.patron == asked.patron and not p.recalled)
    states = {"sent": "coming", "ready": "ready"}
    holds = tuple(
        Hold(p.sent.id, p.sent.id, states[p.status], "p1", True, p.sent.expires, p.sent.id)  # type: ignore[arg-type]
        for p in mine
        if p.status in states
    )
    wished = (title for who, title in library.wishes if who == asked.patron)
    waiting = tuple(Hold(f"W-{title}", library.items[title].title, "waiting", ahead=0) for title in wished)
    return AccountIs(True, asked.patron, loans, (*holds, *waiting)[:100])


def rule(library: "Library", said: Said, now: float) -> Ruling:
    """The library's word on an act; heard again, it is the same word."""
    known = library.acted.get(said.key)
    if known:
        if known[0] != said:
            library.twice.append(f"act {said.key} was said of two different things")
        return known[1]
    ruling = _ruled(library, said, now)
    library.acted[said.key] = (said, ruling)
    return ruling


def _ruled(library: "Library", said: Said, now: float) -> Ruling:
    if not isinstance(said.act, Activate) and library.pin_flaw(said.act.patron, said.pin):
        return Ruling(False, "not with this PIN")
    match said.act:
        case Activate(card=card):
            name = library.citizens.get(card, "")
            if name and name not in library.patrons:
                library.patrons[name] = Patron(name, name, cards=(card,))
            return Ruling(bool(name))
        case Checkout(patron, item):
            return _lent(library, patron, item, now)
        case Renew(patron, loan):
            return _renewed(library, patron, loan, now)
        case RenewAll(patron):
            loans = [b for b, who in library.loans.items() if who == patron]
            each = [(b, _renewed(library, patron, b, now)) for b in loans]
            rulings = tuple(LoanRuling(b, one.done, one.words, one.until) for b, one in each)
            return Ruling(all(one.done for _, one in each), each=rulings)
        case CancelHold(patron, hold):
            if not _theirs(library, patron, hold):
                return Ruling(False, "not yours")
            library.recall(hold)
            return Ruling(True)
        case MoreTime(patron, hold):
            if not _theirs(library, patron, hold):
                return Ruling(False, "not yours")
            packed = library.parcels[hold]
            packed.sent = replace(packed.sent, expires=packed.sent.expires + DAY_S)
            library.feed.append(ParcelSent(packed.sent))
            return Ruling(True, until=packed.sent.expires)
        case PlaceHold(patron, title):
            if title not in library.items:
                return Ruling(False, "no such title")
            if (patron, title) in library.wishes:
                return Ruling(False, "wanted already")
            library.wishes[patron, title] = said.key
            return Ruling(True, by=now + 2 * DAY_S, ahead=0)


def _lent(library: "Library", patron: str, item: str, now: float) -> Ruling:
    borrower = library.loan(item)
    if borrower and borrower != patron:
        return Ruling(False, "on loan to somebody else")
    if not borrower and (library.patrons[patron].standing != "fine" or library.rng.random() < 0.1):
        return Ruling(False, "not to you")
    library.loans[item] = patron
    return Ruling(True, until=now + 30 * DAY_S)


def _theirs(library: "Library", patron: str, hold: str) -> bool:
    packed = library.parcels.get(hold)
    return bool(packed and packed.sent.patron == patron and packed.status in ("sent", "ready") and not packed.recalled)


def _renewed(library: "Library", patron: str, loan: str, now: float) -> Ruling:
    if library.loans.get(loan) != patron:
        return Ruling(False, "not on loan")
    if library.rng.random() < 0.2:
        return Ruling(False, "somebody waits for it")
    library.renewals[loan] += 1
    return Ruling(True, until=now + 30 * DAY_S)
