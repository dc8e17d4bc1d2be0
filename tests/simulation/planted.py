"""Bugs to plant, each a breach of a rule of the house: the simulation must catch every one, for the right reason.

``make simulate PLANTED=1`` prints the table of docs/reliability.md: which life caught which, and how soon.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

import kiosk.store
from hardware.locker.bank import Duty
from kiosk import forgetting
from kiosk.core import doors, library_word, offline, settle, shown
from kiosk.core.commands import Print, Unlock
from kiosk.core.flows import common, dropoff, fetching, identify, pickup, remote, slips
from kiosk.core.model import Drop, PickupPoint
from kiosk.core.stories import Fetching
from kiosk.loop import Loop
from kiosk.store import Store
from sync.errors import ServiceSilent
from sync.messages import Receipt
from sync.sip2.booking import Booking, Doubt
from sync.sip2.service import Sip2
from tests.simulation.life import live_a_day
from tests.simulation.rules import Violation

LIVES = 120  # at most, with each


@dataclass(frozen=True)
class Planted:
    """``words`` must stand in the rule that it breaks. ``first``: a life that found it, the last time somebody looked,
    to begin with where time is short."""

    rule: str
    words: str
    plant: Callable[[pytest.MonkeyPatch], None]
    sip2: bool = False
    days: int = 1
    first: int = 0

    @property
    def name(self) -> str:
        """What the bug does."""
        return self.plant.__name__.replace("_", " ")


@dataclass(frozen=True)
class Caught:
    """``seed``: the first that found it, after so many events of that life. ``rule``: what was broken; ``breach``: the
    whole story of it."""

    seed: int
    events: int
    rule: str
    breach: str


PLANTED: list[Planted] = []


def planted(rule: str, words: str, sip2: bool = False, days: int = 1, first: int = 0) -> Callable[[Any], Any]:
    """A bug to plant."""
    assert words, "any breach would do"

    def noted(plant: Any) -> Any:
        PLANTED.append(Planted(rule, words, plant, sip2, days, first))
        return plant

    return noted


def catch(bug: Planted, first: int = 0, lives: int = LIVES) -> Caught | None:
    """Live with the bug until it is caught for what it is, whatever else comes of it before; None: nobody noticed.

    A life that ends otherwise (the bug crashes, an assertion of the program fails, another rule is broken) proves
    nothing about the rule.
    """
    with pytest.MonkeyPatch.context() as monkeypatch:
        bug.plant(monkeypatch)
        for seed in range(first, first + lives):
            try:
                live_a_day(seed, sip2=bug.sip2, days=bug.days)
            except Violation as breach:
                rule = breach.__cause__  # whatever ended the life
                if isinstance(rule, Violation) and bug.words in str(rule):
                    return Caught(seed, breach.day.world.events, str(rule), str(breach))  # type: ignore[attr-defined]
    return None


@planted("commit before act", "is unlocked with no order on disk", first=1)
def acting_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def act_first(loop: Loop, taken: Any, *more: Any) -> None:
        for command in taken.commands:
            loop._act(command)
        commit(loop, replace(taken, commands=()), *more)

    commit = Loop._commit
    monkeypatch.setattr(Loop, "_commit", act_first)


@planted("no blind repeat", "is pulsed twice")
def repeating_an_unlock_blindly(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(loop: Loop, taken: Any, *more: Any) -> None:
        commit(loop, taken, *more)
        for command in taken.commands:
            if isinstance(command, Unlock):
                loop._act(command)

    commit = Loop._commit
    monkeypatch.setattr(Loop, "_commit", twice)


@planted("silence is unknown", "without having been seen shut", first=21)
def pulsing_again_without_looking_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_often_as_you_like(point: PickupPoint, compartment: str, now: float) -> int:
        return 3

    monkeypatch.setattr(doors, "attempts_left", as_often_as_you_like)


@planted("keyed dedupe", "with another key")
def telling_with_a_fresh_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(store: Store, first: int, limit: int) -> Any:
        return [replace(telling, key=f"{telling.key}-{next(fresh)}") for telling in tellings(store, first, limit)]

    fresh, tellings = count(), Store.tellings
    monkeypatch.setattr(Store, "tellings", renamed)


@planted("silence is unknown", "is on loan, and", first=12)
def booking_a_loan_though_the_door_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def booked(step: Any, compartment: str) -> Any:
        order = step.point.compartments[compartment].order
        step = give_up(step, compartment)
        return settle.book_collected(step, order, 0.0) if order and not order.opened_at else step

    give_up = doors.give_up
    monkeypatch.setattr(doors, "give_up", booked)


@planted("commit before act", "the store does not hold what was decided")
def forgetting_to_write_some_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def some(before: PickupPoint, after: PickupPoint) -> Any:
        return [row for row in changed(before, after) if not isinstance(row[2], Drop)]

    changed = kiosk.store.changed
    monkeypatch.setattr(kiosk.store, "changed", some)


@planted("the right person only", "who proved nothing")
def taking_any_card_for_the_first_patron(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(point: PickupPoint, digest: str) -> Any:
        holders = [p.patron for p in point.parcels.values() if p.state == "ready"]
        return point.patrons.get(holders[0]) if holders else by_card(point, digest)

    by_card = PickupPoint.by_card
    monkeypatch.setattr(PickupPoint, "by_card", first)


@planted("the right person only", "who proved nothing", first=3)
def taking_a_number_in_print_for_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "printed", shown.card)


@planted("the right person only", "is taken for the reader", first=8)
def taking_who_returns_by_a_number_in_print_for_who_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def returns_of(step: Any, story: Any, patron: Any, now: float) -> Any:
        return dropoff.card(step.shown_by(patron), story, patron.id, now)

    monkeypatch.setattr(identify, "_returns_of", returns_of)


@planted("the right person only", "is recalled", days=5, first=18)
def handing_out_what_was_recalled(monkeypatch: pytest.MonkeyPatch) -> None:
    def why_not(step: Any, parcel: Any, patron: str, now: float) -> Any:
        return may_not(step, replace(parcel, recalled=False), patron, now)

    may_not = fetching.why_not
    monkeypatch.setattr(fetching, "why_not", why_not)
    monkeypatch.setattr(pickup, "why_not", why_not)


@planted("silence is unknown", "holds set(), and the rows say {", first=3)
def saying_ready_before_the_door_has_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(step: Any, row: Any, order: Any, now: float) -> Any:
        step, outcome = opened(step, row, order, now)
        if order.purpose == "stocking" and not order.opened_at and order.about in step.point.parcels:
            parcel = step.point.parcels[order.about]
            step = settle._ready(step, parcel, row.name, order.person, now)
        return step, outcome

    opened = doors._opened
    monkeypatch.setattr(doors, "_opened", at_once)


@planted("every wait ends", "waits too long")
def waiting_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "door_until", lambda step, now: now + 1e9)
    monkeypatch.setattr(fetching, "door_until", lambda step, now: now + 1e9)


@planted("attempt limit", "wrong codes that day", first=14)
def counting_no_wrong_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickup, "codes_open", lambda step, now: True)


@planted("duty limit", "is driven too often")
def driving_a_coil_as_often_as_somebody_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Duty, "rests_s", lambda duty, compartment, now: 0.0)


@planted("expiry", "has expired", first=2)
def handing_out_what_has_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PickupPoint, "expired", lambda point, parcel, now: False)


@planted("silence is unknown", "is in doubt", first=5)
def taking_a_door_out_of_sight_for_one_that_did_not_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "doubt", lambda step, compartment: step)


@planted("no blind repeat", "is printed twice")
def printing_a_slip_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(step: Any, *more: Any) -> Any:
        taken = touch(step, *more)
        return replace(taken, commands=(*taken.commands, *(c for c in taken.commands if isinstance(c, Print))))

    touch = slips.touch
    monkeypatch.setattr(slips, "touch", twice)


@planted("nothing is lost", "were never told", days=3, first=25)
def forgetting_what_the_library_has_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_of_it(execute: Any, limits: Any, now: float) -> int:
        return int(execute("DELETE FROM outbox WHERE outcome = ''").rowcount)

    monkeypatch.setattr(forgetting, "forget", all_of_it)


# ---- with a library that speaks SIP2 ------------------------------------------------------------------------------


@planted("no blind repeat", "a checkout was said twice", sip2=True, first=3)
def saying_a_checkout_without_asking_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def lend_blindly(booking: Booking, patron: str, barcode: str, at: float, due: float, doubt: Doubt) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(Booking, "_item", lambda self, barcode: None)
            return lend(booking, patron, barcode, at, due, Doubt(said=False))

    lend = Booking._lend
    monkeypatch.setattr(Booking, "_lend", lend_blindly)


@planted("no blind repeat", "and no loan was booked", sip2=True, first=4)
def checking_in_blindly_what_may_have_been_lent_since(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_in(booking: Booking, barcode: str, at: float, patron: str, doubt: Doubt) -> Any:
        return asked(booking, barcode, at, patron, Doubt(said=False))

    asked = Booking._check_in
    monkeypatch.setattr(Booking, "_check_in", check_in)


@planted("silence is unknown", "is on loan, and", sip2=True, days=3, first=6)
def taking_silence_for_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    def booked(point: Sip2, telling: Any, *rest: Any) -> Receipt:
        try:
            return told(point, telling, *rest)
        except ServiceSilent:
            return Receipt(telling.key, "applied")

    told = Sip2._told
    monkeypatch.setattr(Sip2, "_told", booked)


@planted("the right person only", "for another", sip2=True)
def handing_out_to_whoever_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def to_anybody(step: Any, event: Any, now: float) -> Any:
        step = heard(step, event, now)
        known = [p.id for p in step.point.patrons.values() if p.role == "reader"]
        held = [p for p in step.point.parcels.values() if p.state == "ready" and p.patron and known]
        return step.put(*(replace(parcel, patron=known[0]) for parcel in held))

    heard = library_word.heard
    monkeypatch.setattr(library_word, "heard", to_anybody)


@planted("the right person only", "ends as another shows", days=5, first=6)
def letting_the_next_card_end_what_is_done_at_an_open_door(monkeypatch: pytest.MonkeyPatch) -> None:
    def next_one(at: Any, number: str, now: float) -> Any:
        return (
            identify.card(shown._anew(at), number, now)
            if isinstance(at.session.story, Fetching)
            else card(at, number, now)
        )

    card = shown.card
    monkeypatch.setattr(shown, "card", next_one)


@planted("orders from afar", "never signed for this point", days=5, first=14)
def obeying_whoever_gives_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_signed", lambda point, said: True)


@planted("orders from afar", "was signed", days=5)
def opening_for_an_order_whose_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "FRESH_S", 1e6)


@planted("limits while away", "with the library away", first=28)
def lending_without_a_limit_while_the_library_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline, "why_not", lambda point, patron, now: None)


def main() -> int:
    """The table; exit code 1 if a bug was not caught."""
    logging.disable(logging.ERROR)
    print("| rule | planted | library | seed | events until caught |\n|---|---|---|---|---|")
    missed = 0
    for bug in PLANTED:
        caught = catch(bug)
        missed += caught is None
        found = f"{caught.seed} | {caught.events:,}" if caught else f"none of {LIVES} | NOT CAUGHT"
        print(f"| {bug.rule} | {bug.name} | {'SIP2' if bug.sip2 else 'REST'} | {found} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
