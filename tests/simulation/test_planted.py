"""The simulation finds bugs: each of these is planted and must be caught within some days, for the right reason."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

import kiosk.store
from kiosk.core import doors, feed, offline, settle
from kiosk.core.commands import Unlock
from kiosk.core.flows import common, pickup
from kiosk.core.model import Drop, PickupPoint
from kiosk.loop import Loop
from kiosk.store import Store
from sync.errors import ServiceSilent
from sync.messages import Receipt
from sync.sip2.booking import Booking, Doubt
from sync.sip2.service import Sip2
from tests.simulation.day import live_a_day
from tests.simulation.rules import Violation

SEEDS = range(30)


def assert_caught(words: str, sip2: bool = False) -> None:
    for seed in SEEDS:
        try:
            live_a_day(seed, sip2=sip2)
        except Violation as violation:
            said = str(violation)
            assert words in said, said
            assert f"python -m tests.simulation {seed}{' --sip2' * sip2}" in said
            return
    pytest.fail(f"nobody noticed in {len(SEEDS)} days")


def test_acting_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def act_first(loop: Loop, taken: Any, now: float, done: Any = ()) -> None:
        for command in taken.commands:
            loop._act(command)
        commit(loop, replace(taken, commands=()), now, done)

    commit = Loop._commit
    monkeypatch.setattr(Loop, "_commit", act_first)
    assert_caught("is unlocked with no order on disk")


def test_repeating_an_unlock_blindly(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(loop: Loop, taken: Any, now: float, done: Any = ()) -> None:
        commit(loop, taken, now, done)
        for command in taken.commands:
            if isinstance(command, Unlock):
                loop._act(command)

    commit = Loop._commit
    monkeypatch.setattr(Loop, "_commit", twice)
    assert_caught("is pulsed twice")


def test_pulsing_again_without_looking_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_often_as_you_like(point: PickupPoint, compartment: str) -> int:
        return 3

    monkeypatch.setattr(doors, "attempts_left", as_often_as_you_like)
    assert_caught("without having been seen shut")


def test_telling_with_a_fresh_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(store: Store, first: int, limit: int) -> Any:
        return [replace(telling, key=f"{telling.key}-{next(fresh)}") for telling in tellings(store, first, limit)]

    fresh, tellings = count(), Store.tellings
    monkeypatch.setattr(Store, "tellings", renamed)
    assert_caught("with another key")


def test_booking_a_loan_though_the_door_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def booked(step: Any, compartment: str) -> Any:
        order = step.point.compartments[compartment].order
        step = give_up(step, compartment)
        return settle.book_collected(step, order, 0.0) if order and not order.opened_at else step

    give_up = doors.give_up
    monkeypatch.setattr(doors, "give_up", booked)
    assert_caught("Violation")


def test_forgetting_to_write_some_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def some(before: PickupPoint, after: PickupPoint) -> Any:
        return [row for row in changed(before, after) if not isinstance(row[2], Drop)]

    changed = kiosk.store.changed
    monkeypatch.setattr(kiosk.store, "changed", some)
    assert_caught("the store does not hold what was decided")


def test_taking_any_card_for_the_first_patron(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(point: PickupPoint, digest: str) -> Any:
        holders = [p.patron for p in point.parcels.values() if p.state == "ready"]
        return point.patrons.get(holders[0]) if holders else by_card(point, digest)

    by_card = PickupPoint.by_card
    monkeypatch.setattr(PickupPoint, "by_card", first)
    assert_caught("who proved nothing")


def test_handing_out_what_was_recalled(monkeypatch: pytest.MonkeyPatch) -> None:
    def why_not(step: Any, parcel: Any, now: float) -> Any:
        return may_not(step, replace(parcel, recalled=False), now)

    may_not = pickup._why_not
    monkeypatch.setattr(pickup, "_why_not", why_not)
    assert_caught("is recalled")


def test_saying_ready_before_the_door_has_shut(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(step: Any, row: Any, order: Any, now: float) -> Any:
        step, outcome = opened(step, row, order, now)
        if order.purpose == "stocking" and not order.opened_at and order.about in step.point.parcels:
            parcel = step.point.parcels[order.about]
            step = settle._ready(step, parcel, row.name, order.person, now)
        return step, outcome

    opened = doors._opened
    monkeypatch.setattr(doors, "_opened", at_once)
    assert_caught("Violation")


def test_waiting_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "door_until", lambda step, now: now + 1e9)
    monkeypatch.setattr(pickup, "door_until", lambda step, now: now + 1e9)
    assert_caught("waits too long")


# ---- with a library that speaks SIP2 ------------------------------------------------------------------------------


def test_saying_a_checkout_without_asking_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def lend_blindly(booking: Booking, number: str, barcode: str, at: float, due: float) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(Booking, "_item", lambda self, barcode: None)
            return lend(booking, number, barcode, at, due)

    lend = Booking._lend
    monkeypatch.setattr(Booking, "_lend", lend_blindly)
    assert_caught("a checkout was said twice", sip2=True)


def test_checking_in_blindly_what_may_have_been_lent_since(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_in(booking: Booking, barcode: str, at: float, patron: str, doubt: Doubt) -> Any:
        return asked(booking, barcode, at, patron, Doubt(said=False))

    asked = Booking._check_in
    monkeypatch.setattr(Booking, "_check_in", check_in)
    assert_caught("and no loan was booked", sip2=True)


def test_taking_silence_for_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    def booked(point: Sip2, telling: Any, doubt: Doubt, until: float) -> Receipt:
        try:
            return told(point, telling, doubt, until)
        except ServiceSilent:
            return Receipt(telling.key, "applied")

    told = Sip2._told
    monkeypatch.setattr(Sip2, "_told", booked)
    assert_caught("Violation", sip2=True)


def test_handing_out_to_whoever_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def to_anybody(step: Any, event: Any, now: float) -> Any:
        step = receipted(step, event, now)
        known = [p.id for p in step.point.patrons.values() if p.role == "reader"]
        held = [p for p in step.point.parcels.values() if p.state == "ready" and p.patron and known]
        return step.put(*(replace(parcel, patron=known[0]) for parcel in held))

    receipted = feed.receipted
    monkeypatch.setattr(feed, "receipted", to_anybody)
    assert_caught("Violation", sip2=True)


def test_lending_without_a_limit_while_the_library_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline, "why_not", lambda point, patron, now: None)
    assert_caught("with the library away")
