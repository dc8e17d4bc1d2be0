"""Somebody has found a card, and guesses its PIN: in one visit, in many, with the plug in hand."""

import random

import pytest

from kiosk.core.events import ClockJumped, Online
from kiosk.core.facts import WrongPin
from kiosk.core.screens import Home, Opening, Pin, Return, Sorry
from kiosk.core.tries import CARDS_MAX
from sync.account import AccountIs
from sync.asked import PatronIs
from sync.messages import PointTrouble
from tests.kiosk.core.machine import CARDS, DAY_S, LIMITS, NOW, PARCEL, Machine, stocked
from tests.kiosk.core.test_dead_battery import YEAR_S, booted, heard
from tests.kiosk.core.test_unannounced import ANN, TAP, loaded

DAY_MAX = LIMITS.pins_wrong_day_max
CLOSED = Sorry("pin_wrong", then=("return",))


def guesses(machine: Machine, times: int = 2, who: str = TAP) -> int:
    """Tap, guess, go away before the visit is over; how many PINs the library was asked about."""
    asked = 0
    machine.tap(who).answer(PatronIs(None, pin="needed"))
    for _ in range(times):
        if not isinstance(machine.screen, Pin):
            break
        machine.touch("digit", "4").touch("enter")
        asked += len(machine.asks)
        machine.answer(PatronIs(None, pin="wrong"))
    machine.wait(60)
    return asked


def test_coming_again_gives_no_more_tries_in_a_day() -> None:
    machine = loaded()
    assert [guesses(machine) for _ in range(5)] == [2, 2, 2, 0, 0]
    assert [fact.today for fact in machine.told(WrongPin)] == [1, 2, 3, 4, 5, 6]
    assert machine.tap(TAP).answer(PatronIs(None, pin="needed")).screen == CLOSED
    assert "wrong" not in repr(machine.told(PointTrouble))


def test_the_screen_says_how_many_are_left() -> None:
    machine = loaded()
    for _ in range(2):
        guesses(machine)
    machine.tap(TAP).answer(PatronIs(None, pin="needed")).touch("digit", "4").touch("enter")
    assert machine.answer(PatronIs(None, pin="wrong")).screen == Pin(0, wrong=True, tries_left=1)


def test_neither_the_power_nor_a_clock_set_back_gives_any() -> None:
    machine = loaded()
    while guesses(machine):
        machine.restart()
        machine.now -= DAY_S
    assert len(machine.told(WrongPin)) == DAY_MAX
    machine.now += 5 * DAY_S
    assert guesses(machine) == 2  # another day


@pytest.mark.parametrize("first", ["clock", "library"])
def test_guessed_by_a_clock_that_was_ahead_it_is_closed_for_a_day_and_not_for_years(first: str) -> None:
    machine = booted(loaded(), 9 * YEAR_S).do(Online(True))
    while guesses(machine):
        pass
    if first == "library":
        heard(machine, machine.now - 9 * YEAR_S)
        assert guesses(machine) == 0
    machine.now -= 9 * YEAR_S
    machine.do(ClockJumped(-9 * YEAR_S))
    if first == "clock":
        assert guesses(machine) == 0
        heard(machine, machine.now)
    assert guesses(machine) == 0
    machine.now += DAY_S
    assert guesses(machine) == 2


def test_its_owner_types_the_right_one_and_has_all_tries_again() -> None:
    machine = loaded()
    guesses(machine)
    machine.tap(TAP).answer(PatronIs(None, pin="needed")).touch("digit", "1").touch("enter").answer(PatronIs(ANN))
    assert isinstance(machine.screen, Opening)
    assert not machine.point.tries


def test_with_the_network_pulled_after_a_guess_the_card_alone_opens_nothing() -> None:
    machine = loaded()
    guesses(machine, 1)
    machine.tap(TAP).answer(None)
    assert machine.screen == Sorry("library_away", then=("return",))
    assert not machine.unlocked


def test_with_the_library_known_to_be_away_neither() -> None:
    machine = loaded()
    guesses(machine, 1)
    machine.do(Online(False)).tap(TAP)
    assert machine.screen == Sorry("library_away", then=("return",))
    assert not machine.unlocked
    machine.touch("finish").touch("return").tap(TAP)
    assert machine.screen == Return((), "card_offline", offline=True)
    assert not machine.session.reader


def test_other_cards_are_not_concerned_and_what_is_counted_is_bounded() -> None:
    machine = loaded()
    while guesses(machine):
        pass
    for n in range(CARDS_MAX + 5):
        CARDS["stranger"] = f"{n:08X}"
        machine.tap("stranger").answer(PatronIs(None, pin="needed")).touch("digit", "4").touch("enter")
        machine.answer(PatronIs(None, pin="wrong")).touch("cancel")
    del CARDS["stranger"]
    assert len(machine.point.tries) <= CARDS_MAX + 1
    assert guesses(machine.wait(60)) == 0  # the one guessed at most is remembered longest
    machine.now += DAY_S
    guesses(machine, 1)
    assert len(machine.point.tries) == 1


def test_the_account_counts_too() -> None:
    machine = Machine(PARCEL)
    asked = 0
    for _ in range(5):
        machine.touch("more").touch("account").tap("ann").answer(AccountIs(pin="needed"))
        for _ in range(2):
            if isinstance(machine.screen, Pin):
                machine.touch("digit", "4").touch("enter")
                asked += len(machine.asks)
                machine.answer(AccountIs(pin="wrong"))
        machine.wait(60)
    assert asked == DAY_MAX
    assert isinstance(stocked(PARCEL).tap("ann").screen, Opening)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_guesser_does_a_card_has_its_tries_and_no_more(seed: int) -> None:
    """Taps, guesses, walks away, pulls the plug, sets the clock back, comes tomorrow."""
    rng, machine, days, asked = random.Random(seed), loaded(), 1, 0
    for _ in range(150):
        match rng.choice(("guess", "guess", "guess", "restart", "back", "tomorrow", "away", "cancel")):
            case "guess":
                asked += guesses(machine, rng.randint(1, 4))
            case "restart":
                machine.restart()
            case "back":
                machine.now -= rng.choice((60.0, 3600.0, DAY_S))
            case "tomorrow":
                machine.now = max(machine.now, NOW + days * DAY_S) + DAY_S
                days = int((machine.now - NOW) // DAY_S) + 2
            case "away":
                machine.do(Online(False), Online(True))
            case "cancel":
                machine.touch("cancel").wait(60)
        assert not machine.unlocked
    assert asked <= days * DAY_MAX
    assert asked == len(machine.told(WrongPin))
    assert isinstance(machine.wait(200).screen, Home)
